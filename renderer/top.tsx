// The bar along the top: transport, input, A/B, meters, figures.

import { chooseSound, seek } from './actions.ts'
import { InputPicker, SourceChoice } from './devices/choice.tsx'
import { DASH, clock, figure, signed, withUnit } from './format.ts'
import { ExportButton } from './export/panel.tsx'
import { HelpButton } from './help/panel.tsx'
import { Icon, Logo } from './icons.tsx'
import { Meters } from './meters.tsx'
import { toggleLoop } from './recording/looping.ts'
import { locate } from './session/missing.ts'
import { measured, set, state } from './state.ts'
import { togglePlay } from './transport.ts'

/** What the one large button does. */
export function transportVerb(): string {
  const input = state.input.value
  const playing = state.playing.value
  if (input.kind === 'file' || input.kind === 'none') return playing ? 'Pause' : 'Play'
  return `${playing ? 'Stop' : 'Start'} ${input.kind === 'microphone' && input.from === 'system' ? 'what the machine plays' : 'the microphone'}`
}

export const Transport = () => {
  const input = state.input.value
  const playing = state.playing.value
  const isFile = input.kind === 'file'
  const verb = transportVerb()
  const waits = input.kind === 'none' // for the sound of its session
  return (
    <div class="transport">
      {isFile && (
        <button type="button" class="transport-button" aria-label="Back to the start" title="Back to the start (Home)"
          onClick={() => seek(0)}><Icon name="start" /></button>
      )}
      <button type="button" class="transport-button main" aria-label={verb} title={waits ? 'The sound of this session is missing' : `${verb} (Space)`} disabled={waits} onClick={() => void togglePlay()}>
        <Icon name={playing ? 'pause' : 'play'} />
      </button>
      {isFile && (
        <button type="button" class="transport-button" aria-label="Loop" aria-pressed={state.loop.value !== null} onClick={toggleLoop}
          title={state.loop.value ? `Loops ${clock(state.loop.value.from)} – ${clock(state.loop.value.to)}; press for all of the file (Shift+L)` : 'Loop the marked passage, or a little from here on (Shift+L)'}><Icon name="loop" /></button>
      )}
      {isFile && <span class="position"><b>{clock(measured.position.value)}</b><small>of {clock(input.seconds)}</small></span>}
    </div>
  )
}

const InputChoice = () => {
  const input = state.input.value
  const monitoring = state.monitoring.value
  return (
    <>
      <SourceChoice />
      {input.kind === 'file' && (
        <button type="button" class="picker wide" title={`${input.name}: open another file`} onClick={() => void chooseSound()}>
          <span class="picker-text">{input.name}</span><Icon name="down" size={12} />
        </button>
      )}
      {state.missing.value && (
        <button type="button" class="picker wide missing" title="The sound of this session is missing: locate it" onClick={() => void locate()}>
          <span class="picker-text">{state.missing.value.name} (missing)</span><Icon name="down" size={12} />
        </button>
      )}
      <InputPicker />
      {input.kind === 'microphone' && (
        <button type="button" class="button monitor" aria-pressed={monitoring} aria-label="Listen"
          title={monitoring ? 'Stop listening' : 'Hear the result. Wear headphones: loudspeakers would feed back into the microphone.'}
          onClick={() => { state.monitoring.value = !monitoring }}>
          <Icon name={monitoring ? 'speaker' : 'silent'} /><span>{monitoring ? 'Listening' : 'Listen'}</span>
        </button>
      )}
    </>
  )
}

/** `result`: what the other side is called. */
export const Compare = ({ result = 'Result' }: { result?: string }) => {
  const { bypass, matched } = state.settings.value
  const bypassed = bypass === 1
  const match = matched === 1 ? measured.match.value : null
  const loudness = matched === 0 ? '' : match === null ? ', brought to the loudness of B' : `, brought to the loudness of B: ${signed(match)} dB`
  return (
    <div class="segments compare" role="group" aria-label="Compare">
      <button type="button" aria-pressed={bypassed} aria-label="A Original" title={`The input, with the same delay${loudness} (A)`}
        onClick={() => set('bypass', 1)}><b>A</b> <span>Original</span></button>
      <button type="button" aria-pressed={!bypassed} aria-label={`B ${result}`} title="What the sources make (A)"
        onClick={() => set('bypass', 0)}><b>B</b> <span>{result}</span></button>
    </div>
  )
}

const AMBER = 0.8

export const Figures = () => {
  const { latency, outputLatency, load, passes, dropouts, match } = measured
  const wanted = state.settings.value.passes
  const fewer = passes.value !== null && Number.isFinite(passes.value) && passes.value > 0 && passes.value < wanted
  const busy = load.value !== null && load.value >= AMBER
  const output = outputLatency.value === null ? '' : ` Browser and device add ${figure(outputLatency.value * 1000, 1)} ms.`
  const { matched } = state.settings.value
  const effort = fewer ? `Too much to do in time: ${passes.value} of ${wanted} passes are made, so that the sound goes on. Close other programs, or set fewer passes in the settings.`
    : 'Share of real time that the separator takes.'
  return (
    <dl class="figures">
      {matched === 1 && <div class="match" title="By how much A, the original, is brought to the loudness of B, the result.">
        <dd>{match.value === null ? DASH : `${signed(match.value)} dB`}</dd><dt>level match</dt>
      </div>}
      <div title={`From input to output of the separator.${output}`}>
        <dd>{withUnit(latency.value === null ? null : latency.value * 1000, 'ms', 1)}</dd><dt>latency</dt>
      </div>
      <div class={busy || fewer ? 'amber' : ''} title={effort}>
        <dd>{load.value === null ? DASH : load.value < 0.01 ? '< 1 %' : `${figure(load.value * 100)} %`}</dd>
        <dt>{fewer ? `${passes.value} of ${wanted} passes` : 'load'}</dt>
      </div>
      <div class={dropouts.value ? 'red' : ''} title={`How often the sound came too late, since this output was opened.${dropouts.value ? ' Close other programs, or set fewer passes in the settings.' : ''}`}>
        <dd>{figure(dropouts.value)}</dd><dt>dropouts</dt>
      </div>
    </dl>
  )
}

export const Top = () => (
  <header class="top">
    <h1 class="logo"><Logo /><span>Winnow</span></h1>
    <Transport />
    <InputChoice />
    <span class="grow" />
    <Compare />
    <Meters />
    <Figures />
    <ExportButton />
    <HelpButton />
    {state.input.value.kind === 'microphone' && <button type="button" class="button ghost" title="Back to the calm screen"
      onClick={() => { state.screen.value = 'live' }}>Calm view</button>}
  </header>
)
