// The minute of reading: a text on the picture, how much of the voice has been heard, and the ways out.

import { useEffect, useRef } from 'preact/hooks'
import { figure } from '../format.ts'
import { READING } from './reading-text.ts'
import { ENOUGH, WHOLE, cancelVoice, learnVoice, voice } from './voice.ts'
import { state } from '../state.ts'

/** After so many seconds without a voice it is said that none is heard. */
const PAUSE = 3

function remark(): string {
  const input = state.input.value
  const heard = voice.heard.value
  if (input.kind === 'microphone' && input.lost) return `${figure(heard)} s are kept; it goes on by itself when the microphone is back.`
  if (!state.playing.value) return `${figure(heard)} s are kept; it goes on when the microphone is started again.`
  if (voice.quiet.value > PAUSE && voice.noisy.value) return 'It is too loud here to tell a voice from the room: find a quieter place, or come closer.'
  if (voice.quiet.value > PAUSE) return heard === 0 ? 'Nobody is heard yet: read aloud, as you would speak in a call.' : 'Nobody is heard: go on reading.'
  return heard < ENOUGH ? `From ${ENOUGH} s on it can be learned.` : 'Enough to learn from; the whole minute makes it better.'
}

export const Reading = () => {
  const panel = useRef<HTMLElement>(null)
  const { phase, heard } = voice
  useEffect(() => { panel.current?.focus() }, [])
  if (phase.value !== 'reading') return null
  const seconds = Math.min(WHOLE, heard.value)
  return (
    <section ref={panel} class="reading" role="dialog" aria-label="Learn my voice" tabIndex={-1}
      onKeyDown={(event) => { if (event.key === 'Escape') { event.stopPropagation(); cancelVoice() } }}>
      <h2>Read this aloud, in a quiet room</h2>
      <div class="reading-text">{READING.map((paragraph) => <p key={paragraph}>{paragraph}</p>)}</div>
      <div class="live-progress" role="progressbar" aria-label="Voice heard" aria-valuemin={0} aria-valuemax={WHOLE} aria-valuenow={Math.floor(seconds)}
        aria-valuetext={`${Math.floor(seconds)} of ${WHOLE} seconds`}><i style={{ width: `${100 * seconds / WHOLE}%` }} /></div>
      <div class="reading-foot">
        <p><b>{Math.floor(seconds)} of {WHOLE} s</b> <span>{remark()}</span></p>
        <span class="grow" />
        <button type="button" class="button ghost" title="Nothing is kept (Esc)" onClick={cancelVoice}>Cancel</button>
        <button type="button" class="button primary" disabled={seconds < ENOUGH} onClick={() => void learnVoice()}>Learn from this</button>
      </div>
    </section>
  )
}
