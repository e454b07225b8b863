// "Tune to your instrument": play single notes in any order, and Winnow learns what they sound like.

import { effect } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { JSX } from 'preact'
import { boxOf, brush, fit } from '../canvas.ts'
import { drawKeys, drawMade } from './drawing.ts'
import { HOLD } from './hearing.ts'
import type { Verdict } from './hearing.ts'
import { ENOUGH, advice, filledIn, isClean, loudnessCounts, loudnessOf, wanted } from './judging.ts'
import { forgetLast, leaveCalibration, learnInstrument, keepInstrument, listenToMicrophone, listenToRecording, playMore, saveInstrument, startAfresh, tryAgain } from './session.ts'
import { calibration, cleanCount, isEnough } from './state.ts'
import { figure } from '../format.ts'
import { Icon, Logo } from '../icons.tsx'
import { pitchName } from '../notes/names.ts'
import { state } from '../state.ts'

const STEPS = [{ step: 'check', name: 'Sound check' }, { step: 'play', name: 'Play notes' }, { step: 'try', name: 'Try it' }] as const

const Steps = () => {
  const at = STEPS.findIndex(({ step }) => step === calibration.step.value)
  return (
    <ol class="tune-steps">
      {STEPS.map(({ step, name }, i) => (
        <li key={step} class={i === at ? 'is-now' : i < at ? 'is-done' : ''} aria-current={i === at ? 'step' : undefined}>
          <b>{i < at ? <Icon name="check" size={12} /> : i + 1}</b>{name}</li>
      ))}
    </ol>
  )
}

const RECORDING = 'recording'

const From = () => {
  const from = calibration.from.value
  const microphones = state.microphones.value
  return (
    <label class="picker wide">
      <span class="visually-hidden">Listen to</span>
      <select value={from?.kind === 'microphone' ? from.deviceId : from ? RECORDING : 'none'} onChange={({ currentTarget }) => {
        const { value } = currentTarget
        if (value === RECORDING) void listenToRecording()
        else if (value !== 'none') void listenToMicrophone(value)
      }}>
        {!from && <option value="none">Not listening</option>}
        {from?.kind === 'microphone' && !microphones.some(({ deviceId }) => deviceId === from.deviceId) && <option value={from.deviceId}>{from.name}</option>}
        {microphones.map(({ deviceId, label }) => <option key={deviceId} value={deviceId}>{label}</option>)}
        {microphones.length === 0 && from?.kind !== 'microphone' && <option value="">The microphone</option>}
        <option value={RECORDING}>{from?.kind === 'file' ? from.name : 'A recording…'}</option>
      </select>
      <Icon name="down" size={12} />
    </label>
  )
}

/** A canvas that is drawn when what it shows changes, or its size. */
const Drawn = ({ draw, label, className }: { draw(context: CanvasRenderingContext2D, width: number, height: number): void; label: string; className: string }): JSX.Element => {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const paint = (): void => {
      const target = canvas.current
      if (!target || boxOf(target).width === 0) return
      fit(target)
      const context = brush(target)
      if (context) draw(context, boxOf(target).width, boxOf(target).height)
    }
    const stop = effect(paint)
    const resized = new ResizeObserver(paint)
    resized.observe(canvas.current!)
    return () => { stop(); resized.disconnect() }
  }, [])
  return <canvas ref={canvas} class={className} role="img" aria-label={label} />
}

const nothing: ReadonlySet<number> = new Set()
const paintKeys = (context: CanvasRenderingContext2D, width: number, height: number): void => {
  const { heard, hearing, sounding, step } = calibration
  const trying = step.value === 'try'
  const now = hearing.value?.note
  drawKeys(context, width, height, {
    heard: heard.value, filled: filledIn(heard.value), wanted: trying ? null : wanted(heard.value), sounding: trying ? sounding.value : now ? new Set([now.pitch]) : nothing,
  })
}
/** The note that sounds, else the last one. */
const madeOf = () => calibration.hearing.value?.note ?? calibration.heard.value.at(-1) ?? null
const paintMade = (context: CanvasRenderingContext2D, width: number, height: number): void => drawMade(context, width, height, madeOf())

const verdicts: Readonly<Record<Exclude<Verdict, 'kept'>, string>> = {
  rang: 'another note rang too', short: 'stopped early', clipped: 'too loud: it clipped', unclear: 'no clear pitch',
}

const Keyboard = () => {
  const heard = calibration.heard.value
  const filled = filledIn(heard)
  const names = [...new Set(heard.filter(isClean).map(({ pitch }) => pitch))].sort((a, b) => a - b).map(pitchName).join(', ')
  return (
    <section class="tune-box tune-keys" aria-label="Keyboard">
      <Drawn className="tune-keyboard" draw={paintKeys} label={names ? `Heard: ${names}. Filled in from neighbours: ${filled.map(pitchName).join(', ') || 'none'}.` : 'No note was heard yet.'} />
      <div class="tune-legend">
        <span><i class="tune-heard" />Heard: bar height shows how loud</span>
        <span><i class="tune-rang" />Heard, but not alone or not whole</span>
        <span><i class="tune-filled" />Filled in from its neighbours</span>
        <span class="grow" />
        {heard.length > 0 && <button type="button" class="button ghost" onClick={startAfresh}>Start afresh</button>}
        <button type="button" class="button ghost" disabled={heard.length === 0} onClick={forgetLast}>Forget last note</button>
      </div>
    </section>
  )
}

const percent = (share: number): string => `${Math.max(0, Math.min(100, 100 * share))}%`

const Now = () => {
  const { note, level = -120, floor = -120 } = calibration.hearing.value ?? { note: null }
  const heard = calibration.heard.value
  return (
    <section class="tune-box" aria-label="Hearing now">
      <h2>Hearing now</h2>
      <p class="tune-note"><b>{note ? pitchName(note.pitch) : '–'}</b><span>{note ? `${note.cents >= 0 ? '+' : '−'}${figure(Math.abs(note.cents))} cents` : ''}</span></p>
      <div class="tune-row"><span>Level</span><div class="tune-bar is-level"><i style={{ width: percent((level + 60) / 60) }} /></div><span>{level > -119 ? `${figure(level, 1)} dB` : '–'}</span></div>
      <div class="tune-row"><span>Hold</span><div class="tune-bar is-hold"><i style={{ width: percent((note?.held ?? 0) / HOLD) }} /></div><span>{note ? `${figure(note.held, 1)} of ${HOLD} s` : '–'}</span></div>
      <h3>Last notes</h3>
      <ul class="tune-last" aria-live="polite">
        {heard.slice(-4).reverse().map((each) => (
          <li key={each.id} class={isClean(each) ? 'is-kept' : 'is-not'}><span>{pitchName(each.pitch)}</span><span>{isClean(each) ? loudnessOf(each, heard) : verdicts[each.verdict as Exclude<Verdict, 'kept'>]}</span>
            <Icon name={isClean(each) ? 'check' : 'warning'} size={14} /></li>
        ))}
      </ul>
      <span class="grow" />
      <p class="faint">{floor > -45 && calibration.hearing.value ? `The room is loud: ${figure(floor)} dB. Soft notes may be lost in it.` : 'Keep the room quiet. Notes that clip, overlap or stop early are not kept.'}</p>
    </section>
  )
}

const MadeOf = () => {
  const made = madeOf()
  return (
    <section class="tune-box" aria-label="What this note is made of">
      <div class="tune-head"><h2>What this note is made of</h2>
        <span class="faint">{made ? `partials of ${pitchName(made.pitch)}, ${figure(made.hertz)} Hz${made.stretch > 0 ? `, stretch ${made.stretch.toFixed(5)}` : ''}` : '–'}</span></div>
      <Drawn className="tune-made" draw={paintMade} label={made ? `Spectrum: ${made.partials.length} partials` : 'Nothing was heard yet'} />
    </section>
  )
}

const HowLoud = () => {
  const heard = calibration.heard.value
  const counts = loudnessCounts(heard)
  const most = Math.max(1, ...Object.values(counts))
  const missing = ENOUGH - cleanCount.value
  return (
    <section class="tune-box" aria-label="How loud">
      <h2>How loud</h2>
      {(['soft', 'medium', 'loud'] as const).map((name) => (
        <div key={name} class="tune-layer"><span>{name.charAt(0).toUpperCase() + name.slice(1)}</span><div class="tune-bar"><i style={{ width: percent(counts[name] / most) }} /></div><span>{counts[name]}</span></div>
      ))}
      {advice(heard) && <p class="tune-advice">{advice(heard)}</p>}
      <span class="grow" />
      <div class="tune-actions">
        {calibration.learned.value && <button type="button" class="button" onClick={tryAgain}>Back to trying</button>}
        <button type="button" class="button primary" disabled={!isEnough.value} onClick={() => void learnInstrument()}
          title={isEnough.value ? 'Learn the instrument from these notes' : `${missing} more clean note${missing === 1 ? '' : 's'} and it can be learned`}>
          {isEnough.value ? 'Use what it has' : `${missing} more to go`}</button>
      </div>
    </section>
  )
}

const Trying = () => {
  const { learning, learned, kept, sounding, tried, from, name } = calibration
  const ready = learned.value !== null && learning.value === null
  const live = from.value?.kind === 'microphone'
  return (
    <section class="tune-box tune-try" aria-label="Try it">
      {learning.value !== null && (
        <>
          <h2>Learning your instrument</h2>
          <progress class="export-progress" aria-label="Learning" max={1} value={learning.value} />
          <p class="faint">{Math.floor(100 * learning.value)} %. Every note’s beginning and its ringing, and a small network that hears when a key is struck.</p>
        </>
      )}
      {ready && (
        <>
          <h2>{live ? 'Play anything' : 'It is learned'}</h2>
          <p class="tune-note" aria-live="off"><b>{live ? [...sounding.value].sort((a, b) => a - b).map(pitchName).join(' ') || '–' : '–'}</b></p>
          <p class="tune-advice">{live ? `${tried.value} note${tried.value === 1 ? '' : 's'} heard so far. The keys above light as they are heard.` : 'Open the microphone above to try it, or keep it and play a file.'}</p>
        </>
      )}
      <span class="grow" />
      {kept.value && <p class="learn-kept" role="status">{kept.value}</p>}
      <div class="tune-actions">
        <button type="button" class="button ghost" onClick={playMore}>Play more notes</button>
        <span class="grow" />
        <input class="well-input learn-name" type="text" maxLength={80} placeholder="My instrument" aria-label="Name of the instrument" value={name.value} onInput={({ currentTarget }) => { name.value = currentTarget.value }} />
        <button type="button" class="button" disabled={!ready} onClick={() => void saveInstrument()}>Save as a file…</button>
        <button type="button" class="button primary" disabled={!ready} onClick={() => void keepInstrument()}>Keep and use it</button>
      </div>
    </section>
  )
}

/** The large line: what to do now. */
function title(): string {
  if (calibration.step.value === 'try') return calibration.learning.value !== null ? 'One moment' : 'Try it'
  if (calibration.opening.value) return 'Opening…'
  if (!calibration.from.value) return 'Tune Winnow to your instrument'
  if (calibration.through.value !== null) return `Listening to the recording, ${Math.floor(100 * calibration.through.value)} %`
  if (calibration.step.value === 'check') return 'Play any note'
  const next = wanted(calibration.heard.value)
  return next === null ? 'Play any note' : `Now play ${pitchName(next)}, and let it ring`
}

export const Calibrate = () => {
  const page = useRef<HTMLDivElement>(null)
  useEffect(() => page.current?.focus(), [])
  const { step, from, problem, heard } = calibration
  const count = cleanCount.value
  const filled = filledIn(heard.value).length
  const idle = !from.value && step.value !== 'try' && heard.value.length === 0
  return (
    <div ref={page} class="tune" tabIndex={-1} onKeyDown={(event) => { if (event.key === 'Escape') leaveCalibration() }}>
      <header class="top tune-top">
        <h1 class="logo"><Logo /><span>Winnow</span></h1>
        <b class="tune-title">Tune to your instrument</b>
        <span class="grow" /><Steps /><span class="grow" />
        <From />
        <button type="button" class="button ghost" onClick={leaveCalibration} title="What was collected stays until the page is closed (Esc)">Leave</button>
      </header>
      <main class="tune-body">
        <div class="tune-lead">
          <div><h1 aria-live="polite">{title()}</h1><p>{step.value === 'try' ? 'What you play is heard as the new preset hears it.' : 'Any order is fine. Every third key is enough; what is not played is made of its neighbours.'}</p></div>
          <div class="tune-count"><p><b>{count}</b> note{count === 1 ? '' : 's'}{filled > 0 ? `, ${filled} filled in` : ''}</p><p class="faint">{ENOUGH} are enough to start</p></div>
        </div>
        {problem.value && <p class="tune-problem" role="alert"><Icon name="warning" />{problem.value}</p>}
        <Keyboard />
        {idle ? (
          <section class="tune-box tune-begin" aria-label="Where the notes come from">
            <p>Play your instrument note by note, softly and loudly, where the microphone will be; or open a recording of single notes.</p>
            <div class="tune-actions">
              <button type="button" class="button primary" onClick={() => void listenToMicrophone()}><Icon name="microphone" />Open the microphone</button>
              <button type="button" class="button" onClick={() => void listenToRecording()}><Icon name="file" />Open a recording…</button>
            </div>
          </section>
        ) : step.value === 'try' ? <div class="tune-two"><Trying /><MadeOf /></div> : <div class="tune-three"><Now /><MadeOf /><HowLoud /></div>}
      </main>
    </div>
  )
}
