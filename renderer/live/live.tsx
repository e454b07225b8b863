// The calm screen of a live session: what is heard, what is sent on, one dial. "Full view" shows the same session in the studio.

import { latencies, latencyNames } from '../../worklet/latency.ts'
import { parameterNamed } from '../../worklet/parameters.ts'
import { Banners } from '../banners.tsx'
import { InputPicker, OutputPicker, SourceChoice } from '../devices/choice.tsx'
import { cleaningText } from '../devices/state.ts'
import { turnSetting } from '../editing.ts'
import { figure, signed } from '../format.ts'
import { Icon, Logo } from '../icons.tsx'
import { Dial } from './dial.tsx'
import { openHelp } from '../help/state.ts'
import { NoiseCard } from './cards.tsx'
import { hearWhatGoes, showStudio } from './keys.ts'
import { Reading } from './reading.tsx'
import { Strips } from './strips.tsx'
import { Voices } from './voices.tsx'
import { Meters } from '../meters.tsx'
import type { Amount } from '../controls/amount.ts'
import { Slider } from '../controls/slider.tsx'
import { NumberWell } from '../controls/well.tsx'
import { settingId } from '../midi-learn/bound.ts'
import { measured, state } from '../state.ts'
import { Compare, Figures, transportVerb } from '../top.tsx'
import { togglePlay } from '../transport.ts'

export const isLive = (): boolean => state.screen.value === 'live' && state.input.value.kind !== 'file' && !state.missing.value

const Top = () => {
  const { kind } = state.input.value
  const playing = state.playing.value
  const verb = transportVerb()
  return (
    <header class="top">
      <h1 class="logo"><Logo /><span>Winnow</span></h1>
      {kind !== 'none' && (
        <button type="button" class="transport-button main" aria-label={verb} title={verb} onClick={() => void togglePlay()}>
          <Icon name={playing ? 'pause' : 'play'} />
        </button>
      )}
      <SourceChoice />
      <InputPicker />
      {kind !== 'none' && <><span class="faint">to</span><OutputPicker /></>}
      <button type="button" class="button ghost" title="How a program for calls hears this" onClick={() => openHelp('call')}>
        <Icon name="help" /><span>Into a call</span></button>
      <span class="grow" />
      <Compare result="Cleaned" />
      <Figures />
      <button type="button" class="button ghost" title="The whole studio with the same session (Esc)" disabled={kind === 'none'} onClick={showStudio}>Full view</button>
    </header>
  )
}

const LatencyChoice = () => {
  const chosen = state.latency.value
  const dictionary = state.preset.value?.preset.dictionary
  const own = dictionary ? dictionary.tailSize / dictionary.sampleRate * 1000 : null
  return (
    <div class="live-row">
      <span class="live-name" id="live-latency">Latency</span>
      <div class="segments" role="group" aria-labelledby="live-latency">
        {latencyNames.map((name) => (
          <button key={name} type="button" aria-pressed={chosen === name || (chosen === null && own === latencies[name])}
            title={`${latencies[name]} ms later than it is heard${name === 'high' ? ': cleanest' : name === 'low' ? ': least delay, a little less clean' : ''}`}
            aria-label={`${name}, ${latencies[name]} ms`} onClick={() => { state.latency.value = name }}>{latencies[name]} ms</button>
        ))}
      </div>
    </div>
  )
}

const sensitivityRow: Amount = {
  ...parameterNamed('sensitivity')!, show: (value) => `${signed(value)} dB`,
  read: (text) => (text.trim() === '' ? NaN : Number(text.replace(/dB$/i, ''))),
}

const KeepSpeech = () => {
  const value = state.settings.value.sensitivity
  const initial = state.preset.value?.preset.settings.sensitivity ?? sensitivityRow.initial
  const change = (next: number): void => turnSetting('sensitivity', 'Keep speech', next)
  return (
    <div class="live-row" title={sensitivityRow.help}>
      <span class="live-name">Keep speech</span>
      <Slider row={sensitivityRow} value={value} label="Keep speech" initial={initial} learn={settingId('sensitivity')} onChange={change} />
      <NumberWell row={sensitivityRow} value={value} label="Keep speech" initial={initial} learn={settingId('sensitivity')} onChange={change} />
    </div>
  )
}

const Side = ({ running }: { running: boolean }) => {
  const input = state.input.value
  const cleaning = input.kind === 'microphone' ? cleaningText(input.cleaning) : null
  const { solo } = state.rest.value
  return (
    <aside class="live-side" aria-label="Cleaning">
      <div class="live-controls">
        <Dial running={running} />
        <KeepSpeech />
        <div class="live-row">
          <span class="live-name" id="live-goes">Hear what goes</span>
          <button type="button" role="switch" class="switch" aria-checked={solo} aria-labelledby="live-goes" onClick={hearWhatGoes} />
          <span class="grow" /><kbd>I</kbd>
        </div>
        <LatencyChoice />
        <Voices running={running} />
        <NoiseCard running={running} />
        <span class="grow" />
        {cleaning && !cleaning.off && <p class="amber">{cleaning.text}</p>}
      </div>
      <Meters />
    </aside>
  )
}

const Status = () => {
  const rate = measured.sampleRate.value
  const input = state.input.value
  const { bypass, matched } = state.settings.value
  return (
    <footer class="status">
      <span class="keys">
        <kbd>Space</kbd> compare A and B <kbd>I</kbd> hear what is removed <kbd>↑</kbd> <kbd>↓</kbd> reduction <kbd>Esc</kbd> full view
      </span>
      <span class="grow" />
      {bypass === 1 && matched === 1 && measured.match.value !== null && <span>A is brought to the loudness of B: {signed(measured.match.value)} dB</span>}
      {measured.badSamples.value ? <span class="amber">{measured.badSamples.value} samples were not numbers and were silenced</span> : null}
      {input.kind === 'microphone' && cleaningText(input.cleaning).off && <span title={cleaningText(input.cleaning).text}>the browser’s own cleaning is off</span>}
      {input.kind === 'microphone' && <span>{input.channels === 2 ? 'two channels' : 'one channel'}</span>}
      <span>{rate === null ? '–' : `${figure(rate / 1000, rate % 1000 ? 1 : 0)} kHz`}</span>
    </footer>
  )
}

const Hint = () => {
  const input = state.input.value
  const loading = state.loading.value
  if (loading) return <p class="overlay" role="status">{loading}…</p>
  if (input.kind === 'none') return <p class="overlay" role="status">No microphone is open.</p>
  if (!state.playing.value && input.kind === 'microphone' && !input.lost) return <p class="overlay" role="status">Stopped. The microphone is let go of.</p>
  if (state.playing.value && !state.monitoring.value && input.kind === 'microphone') {
    const system = input.from === 'system'
    return (
      <p class="overlay low" role="status">
        {system ? 'It goes nowhere yet. Choose an output that is not what is listened to, or it comes round again.'
          : 'It goes nowhere yet, so that loudspeakers cannot feed back. Choose after “to” where it goes: headphones, or a cable into a call.'}
      </p>
    )
  }
  return null
}

export const Live = () => {
  const input = state.input.value
  const running = state.playing.value && input.kind === 'microphone' && !input.lost
  return (
    <div class="live">
      <Top />
      <Banners />
      <section class="live-middle" aria-label="Picture">
        <Strips />
        <Hint />
        <Reading />
      </section>
      <Side running={running} />
      <Status />
    </div>
  )
}
