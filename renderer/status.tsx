// The line at the bottom: keys, and what the transform does at this rate.

import { shapeFor } from '../worklet/stft.ts'
import { DASH, figure, kilohertz } from './format.ts'
import { measured, state } from './state.ts'

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
      {made !== null && made !== rate && <span class="amber">made at {kilohertz(made)}, resampled</span>}
      <span>{rate === null ? DASH : kilohertz(rate)}</span>
      {shape && <span>window {milliseconds(shape.windowSize)} ms, hop {milliseconds(shape.hopSize)} ms</span>}
    </footer>
  )
}
