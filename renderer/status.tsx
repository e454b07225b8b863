// The line at the bottom: keys, what the transform does at this rate, and whether everything adds up.

import { shapeFor } from '../worklet/stft.ts'
import { figure } from './format.ts'
import { Icon } from './icons.tsx'
import { measured, state } from './state.ts'

/** At least so good is what numbers of 32 bits allow. */
const GOOD_NULL = -120

const Null = () => {
  const { value } = measured.null
  const good = value !== null && value <= GOOD_NULL
  return (
    <span class={`null${value === null ? '' : good ? ' is-good' : ' amber'}`} title="What is missing between the input and the sum of all sources and the rest, measured over the last second or two. −120 dB or better is nothing.">
      {value !== null && <Icon name={good ? 'check' : 'warning'} size={12} />}<b>Sum of sources = input:</b> {value === null ? 'null –' : `null ${figure(value)} dB`}
    </span>
  )
}

export const Status = () => {
  const input = state.input.value
  const rate = measured.sampleRate.value
  const dictionary = state.preset.value?.preset.dictionary
  const shape = dictionary && rate !== null ? shapeFor(dictionary, rate) : null
  const made = input.kind === 'file' && rate !== null ? input.rate : null
  const bad = measured.badSamples.value
  const milliseconds = (samples: number): string => figure(samples / rate! * 1000, samples / rate! < 0.02 ? 1 : 0)
  return (
    <footer class="status">
      <span class="keys">
        <kbd>Space</kbd> play <kbd>A</kbd> compare <kbd>I</kbd> hear what is removed <kbd>1</kbd>–<kbd>9</kbd> a source,
        then <kbd>M</kbd> <kbd>S</kbd> <kbd>F</kbd> field <kbd>T</kbd> learn <kbd>N</kbd> notes <kbd>P</kbd> presets <kbd>X</kbd> export <kbd>Ctrl</kbd> <kbd>Z</kbd> undo
      </span>
      <span class="grow" />
      {bad ? <span class="amber">{bad} samples were not numbers and were silenced</span> : null}
      {made !== null && made !== rate && <span class="amber">made at {figure(made / 1000, 1)} kHz, resampled</span>}
      <span>{rate === null ? '–' : `${figure(rate / 1000, rate % 1000 ? 1 : 0)} kHz`}</span>
      {shape && <span>window {milliseconds(shape.windowSize)} ms, hop {milliseconds(shape.hopSize)} ms</span>}
      <Null />
    </footer>
  )
}
