// What a live session can be taught: the room, and a person's own voice.

import type { ComponentChildren } from 'preact'
import { turnSetting } from '../editing.ts'
import { figure } from '../format.ts'
import { Icon } from '../icons.tsx'
import type { IconName } from '../icons.tsx'
import { NOISE_SECONDS, cancelNoise, learnNoise, room } from './noise.ts'
import { state } from '../state.ts'

interface CardProps {
  readonly icon: IconName
  readonly title: string
  readonly text: string
  /** 0…1 while something goes on. */
  readonly progress?: number | null
  readonly children?: ComponentChildren
}

/** The progress is told by the text as well. */
export const Card = ({ icon, title, text, progress = null, children }: CardProps) => (
  <section class="live-card" aria-label={title}>
    <span class={`live-card-icon${progress === null ? '' : ' busy'}`}><Icon name={icon} size={20} /></span>
    <div class="live-card-text">
      <h2>{title}</h2>
      <p role="status">{text}</p>
      {progress !== null && <div class="live-progress" aria-hidden="true"><i style={{ width: `${100 * progress}%` }} /></div>}
    </div>
    {children}
  </section>
)

export const NoiseCard = ({ running }: { running: boolean }) => {
  const heard = room.heard.value
  const hold = state.settings.value.hold === 1
  const busy = heard !== null
  const text = busy ? `Stay quiet, ${figure(Math.max(0, NOISE_SECONDS - heard), 1)} s to go`
    : !running ? 'Waits for the microphone' : room.known.value ? `Heard ${NOISE_SECONDS} s of this room` : `Stay quiet for ${NOISE_SECONDS} seconds`
  return (
    <Card icon="ear" title={busy ? 'Learning the noise' : 'Learn noise'} text={text} progress={busy ? heard / NOISE_SECONDS : null}>
      <span class="live-card-side">
        <button type="button" class="button" disabled={!running} aria-label={busy ? 'Stop learning the noise' : room.known.value ? 'Learn the noise again' : 'Start learning the noise'}
          onClick={busy ? cancelNoise : learnNoise}>{busy ? 'Stop' : room.known.value ? 'Again' : 'Start'}</button>
        <label class="switch-label" title="The noise model stays as it is; otherwise it follows the room.">
          <button type="button" role="switch" class="switch" aria-checked={hold} aria-label="Hold the noise" onClick={() => turnSetting('hold', 'Hold the noise', hold ? 0 : 1)} />
          <span>Hold</span>
        </label>
      </span>
    </Card>
  )
}
