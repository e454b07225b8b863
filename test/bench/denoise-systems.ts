// Everything that the denoising benchmark sets side by side, each a function from a mix to a voice, as long and in its place.

import { enrol } from '../../presets/learn/enrol.ts'
import type { Recording } from '../../presets/learn/learn.ts'
import { Offline, withHindsight } from '../../presets/offline.ts'
import type { Preset } from '../../presets/preset.ts'
import { dictionarySources } from '../../worklet/dictionary.ts'
import { type Latency, withLatency } from '../../worklet/latency.ts'
import { Mixer } from '../../worklet/mixer.ts'
import { constantAutomation, initialSettings, type Settings } from '../../worklet/parameters.ts'
import { wholeDictionary } from '../../worklet/selection.ts'
import { Separator } from '../../worklet/separator.ts'
import { finish } from '../steps.ts'

export interface System {
  readonly name: string
  clean(mix: Float32Array, sampleRate: number): Promise<Float32Array> | Float32Array
}

/** What is heard: as `winnow denoise` writes it, by the preset's own settings but for those given. */
export function heard(preset: Preset, mix: Float32Array, sampleRate: number, module: WebAssembly.Module, latency: Latency | null, settings: Partial<Settings> = {}): Float32Array {
  const dictionary = withLatency(preset.dictionary, latency)
  const selection = preset.selection ?? wholeDictionary(dictionarySources(dictionary.atoms))
  const separator = new Separator({ module, dictionary, selection, head: preset.head, sampleRate, channels: 1, mode: 'direct' })
  const mixer = new Mixer({ sampleRate, channels: 1, selection })
  const { latencySamples, shape: { hopSize }, sourceNames } = separator
  const input = new Float32Array(mix.length + latencySamples)
  input.set(mix)
  const stems = [...sourceNames, 'rest'].map(() => [new Float32Array(hopSize)])
  const out = new Float32Array(input.length)
  const automation = constantAutomation({ ...initialSettings(), ...preset.settings, ...settings })
  for (let at = 0; at < input.length; at += hopSize) {
    const to = Math.min(at + hopSize, input.length)
    separator.process([input.subarray(at, to)], stems, to - at, automation)
    mixer.process(stems, [out.subarray(at, to)], to - at, automation)
  }
  return out.subarray(latencySamples)
}

export const winnow = (name: string, preset: Preset, module: WebAssembly.Module, latency: Latency, settings: Partial<Settings> = {}): System =>
  ({ name, clean: (mix, sampleRate) => heard(preset, mix, sampleRate, module, latency, settings) })

/** As `winnow denoise --offline` writes it. */
export const offline = (name: string, { dictionary, selection, head, settings }: Preset, module: WebAssembly.Module): System => ({
  name,
  async clean(mix, sampleRate) {
    const chosen = selection ?? wholeDictionary(dictionarySources(dictionary.atoms))
    const played = { ...initialSettings(), ...withHindsight(settings) }
    const hearing = new Offline({ module, dictionary, selection: chosen, head, settings: played, sampleRate, channels: 1 })
    if (mix.length > hearing.most) throw new RangeError(`mix: expected at most ${hearing.most} samples, one stretch, got ${mix.length}`)
    hearing.take([[mix]], 0, mix.length)
    const { stems } = (await finish(hearing.work(true))).result
    const out = new Float32Array(mix.length)
    new Mixer({ sampleRate, channels: 1, selection: chosen }).process(stems, [out], mix.length, constantAutomation(played))
    return out
  },
})

export const enrolled = async (recordings: readonly Recording[], universal: Preset, module: WebAssembly.Module): Promise<Preset> =>
  (await finish(enrol({ recordings, universal, name: 'Kathleen', module }))).result
