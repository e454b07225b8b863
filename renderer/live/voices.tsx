// Whose voice is kept: anyone's, or one that was learned on this machine, which can be renamed, saved as a file, or forgotten.

import { useSignal } from '@preact/signals'
import { choosePreset } from '../actions.ts'
import { figure } from '../format.ts'
import { Icon } from '../icons.tsx'
import { Card } from './cards.tsx'
import { forgetVoice, renameVoice, saveVoice, speaksLike, useVoice } from './kept.ts'
import { ENOUGH, WHOLE, cancelVoice, startReading, voice } from './voice.ts'
import { state } from '../state.ts'

/** What can be done with the voice in play. */
const Own = ({ id, name }: { id: number; name: string }) => {
  const draft = useSignal<string | null>(null)
  const wrong = useSignal<string | null>(null)
  const asks = useSignal(false)
  const stop = (): void => { draft.value = wrong.value = null }
  const take = async (): Promise<void> => {
    if (draft.value === null) return
    wrong.value = await renameVoice(id, draft.value)
    if (wrong.value === null) draft.value = null
  }
  if (draft.value !== null)
    return (
      <span class="voice-own number">
        <input class="well-input voice-name" type="text" maxLength={80} aria-label={`Name of ${name}`} aria-invalid={wrong.value !== null} value={draft.value}
          ref={(input) => { if (input && document.activeElement !== input) { input.focus(); input.select() } }}
          onInput={(event) => { draft.value = event.currentTarget.value; wrong.value = null }} onBlur={() => void take().then(stop)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') void take()
            if (event.key === 'Escape') { event.stopPropagation(); stop() }
          }} />
        {wrong.value !== null && <span class="wrong" role="alert">{wrong.value}</span>}
      </span>
    )
  if (asks.value)
    return (
      <span class="voice-own" role="group" aria-label={`Forget ${name}?`}>
        <span>Forget “{name}” for good?</span>
        <button type="button" class="button" onClick={() => { asks.value = false; void forgetVoice(id) }}>Forget</button>
        <button type="button" class="button ghost" onClick={() => { asks.value = false }}>Keep</button>
      </span>
    )
  return (
    <span class="voice-own">
      <button type="button" class="button ghost" onClick={() => { draft.value = name }}>Rename</button>
      <button type="button" class="button ghost" title="As a .preset file, for another machine or the command line" onClick={() => void saveVoice(id)}>Save</button>
      <button type="button" class="button ghost" onClick={() => { asks.value = true }}>Forget</button>
    </span>
  )
}

const ANYONE = 'anyone'

export const Voices = ({ running }: { running: boolean }) => {
  const { phase, heard, done, message, name } = voice
  const kept = state.kept.value
  const chosen = state.preset.value
  const universal = speaksLike()
  const own = chosen?.kept
  const busy = phase.value === 'reading' || phase.value === 'learning'
  const text = phase.value === 'reading' ? `Keep reading, ${Math.floor(heard.value)} of ${WHOLE}\u00a0s`
    : phase.value === 'learning' ? `Finding what is yours, ${figure(100 * done.value)} %`
    : phase.value === 'failed' ? message.value!
    : phase.value === 'learned' ? `“${name.value}” is learned and in use`
    : running ? 'Read aloud for a minute; it stays on this machine' : 'Waits for the microphone'
  const progress = phase.value === 'reading' ? heard.value / WHOLE : phase.value === 'learning' ? done.value : null
  const ready = running && !busy
  return (
    <>
      {(kept.length > 0 || own !== undefined) && (
        <div class="live-row voices">
          <span class="live-name" id="live-voice">Voice</span>
          <label class="picker">
            <select aria-labelledby="live-voice" value={own !== undefined ? String(own) : chosen?.name === universal ? ANYONE : ''}
              onChange={({ currentTarget: { value } }) => void (value === ANYONE ? choosePreset(`${universal}.preset`, true) : useVoice(Number(value)))}>
              {own === undefined && chosen?.name !== universal && <option value="">{chosen?.preset.name ?? chosen?.name}</option>}
              {universal && <option value={ANYONE}>Anyone</option>}
              {kept.map((each) => <option key={each.id} value={String(each.id)}>{each.name}</option>)}
            </select>
            <Icon name="down" size={12} />
          </label>
        </div>
      )}
      {own !== undefined && kept.some(({ id }) => id === own) && <Own key={own} id={own} name={kept.find(({ id }) => id === own)!.name} />}
      <Card icon="microphone" title={busy ? 'Learning your voice' : 'Learn my voice'} text={text} progress={progress}>
        {busy ? <button type="button" class="button" onClick={cancelVoice}>Cancel</button>
          : <button type="button" class="button" disabled={!ready} aria-label={kept.length > 0 ? 'Learn another voice' : 'Start learning my voice'}
            title={`${WHOLE} s of reading, ${ENOUGH} s at least`} onClick={startReading}>{kept.length > 0 ? 'Another' : 'Start'}</button>}
      </Card>
    </>
  )
}
