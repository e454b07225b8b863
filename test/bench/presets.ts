// What the shipped presets are worth: SI-SDR of what they give against what they are given. `speech` hears voices that it
// was not learned from in noises that it cannot know; `band` hears the mixtures brought to one channel, where no pan helps.
// Its trumpet, voice and drums were learned from these very mixtures. So the second half of each is also given to a band that
// learned the three from the first half alone.

import { existsSync } from 'node:fs'
import { loadPreset, loadSelection } from '../../main/preset-files.ts'
import { grown } from '../../presets/growing.ts'
import { learn, type Part } from '../../presets/learn/learn.ts'
import { transposed } from '../../presets/learn/notes.ts'
import type { Preset } from '../../presets/preset.ts'
import { divergences } from '../../worklet/dictionary.ts'
import { constantAutomation, initialSettings } from '../../worklet/parameters.ts'
import { Separator } from '../../worklet/separator.ts'
import { audioFolder, load, mixtures, mono, siSdr, type Mixture } from './audio.ts'

const LEVELS = [-6, -3, 0, 3, 6, 9] // dB, voice over noise
/** A voice and a noise each; none of either was learned from, and the preset's settings were chosen on others. */
const MEETINGS = [
  ['speech_more_16k/libri_other_f_1998', 'coffee_machine'], ['speech_more_16k/libri_other_f_3080', 'street_cars'],
  ['speech_more_16k/libri_other_f_3331', 'crowd_indoor'], ['speech_more_16k/libri_other_f_367', 'keys_coins'],
  ['speech_more_16k/libri_other_f_533', 'vacuum_cleaner'], ['speech_more_16k/libri_other_m_1688', 'train_ride'],
  ['speech_more_16k/libri_other_m_2033', 'babble20_en'], ['speech_more_16k/libri_other_m_3005', 'sink'],
  ['speech_more_16k/librivox_austen', 'fan_room'], ['speech_more_16k/librivox_en', 'drill'],
  ['speech_more_16k/librivox_es', 'market_bells'], ['speech_more_16k/vctk_p225', 'highway_far'],
  ['speech_more_16k/vctk_p226', 'dough_machine_lettersorter'], ['speech_more_16k/vctk_p227', 'wind_street_crows'],
  ['speech_more_16k/vctk_p228', 'babble8_multi'], ['speech_more_16k/vctk_p227', 'rain_bridge'],
] as const
const SECONDS = 5
const MUSIC = ['M1_music4_panned', 'M2_music4_centre', 'M3_music4_reverbsend']
/** What the band learned from the mixtures, as its command says it. */
const SEEN = [
  { source: 'trumpet', atoms: 24, mixture: 'M1_music4_panned', moved: [] }, { source: 'drums', atoms: 16, mixture: 'M3_music4_reverbsend', moved: [] },
  { source: 'voice', atoms: 48, mixture: 'M2_music4_centre', moved: [-3, 3, 5] },
] as const

export interface Meeting { readonly voice: Float32Array; readonly noise: Float32Array }
export interface SpeechRow { readonly level: number; readonly noisy: number; readonly cleaned: number }
export interface BandRow {
  readonly mixture: string
  readonly source: string
  readonly mix: number
  readonly separated: number
  /** Of the second half, by a band that has not heard it; and how the mixture scores there. */
  readonly unheard: number
  readonly unheardMix: number
}
export interface PresetFigures { readonly speech: readonly SpeechRow[]; readonly band: readonly BandRow[] }

const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length
const energy = (x: Float32Array): number => x.reduce((sum, s) => sum + s * s, 0)

/** Every stem of a mono mix by name, aligned with it; the preset plays as it is shipped. */
export async function stemsOf(preset: Preset, mix: Float32Array, sampleRate: number, module: WebAssembly.Module): Promise<Map<string, Float32Array>> {
  const separator = new Separator({ module, dictionary: preset.dictionary, selection: await loadSelection(null, preset), head: preset.head, sampleRate, channels: 1, mode: 'direct' })
  const { latencySamples, shape: { hopSize } } = separator
  const input = new Float32Array(mix.length + latencySamples)
  input.set(mix)
  const stems = [...separator.sourceNames, 'rest'].map((name) => ({ name, samples: new Float32Array(input.length) }))
  const automation = constantAutomation({ ...initialSettings(), ...preset.settings })
  for (let at = 0; at < input.length; at += hopSize) {
    const to = Math.min(at + hopSize, input.length)
    separator.process([input.subarray(at, to)], stems.map(({ samples }) => [samples.subarray(at, to)]), to - at, automation)
  }
  return new Map(stems.map(({ name, samples }) => [name, samples.subarray(latencySamples)]))
}

/** The first seconds of both, the noise as strong as the voice. */
export async function meet(voice: string, noise: string): Promise<Meeting> {
  const [a, b] = await Promise.all([voice, noise].map(async (path) => {
    const sound = await load(new URL(`speech-and-noise/${path}.flac`, audioFolder))
    return mono(sound).subarray(0, SECONDS * sound.sampleRate)
  })) as [Float32Array, Float32Array]
  const length = Math.min(a.length, b.length)
  const spoken = a.subarray(0, length), heard = b.subarray(0, length)
  const scale = Math.sqrt(energy(spoken) / energy(heard))
  return { voice: spoken, noise: heard.map((x) => x * scale) }
}

export async function speechRows(preset: Preset, meetings: readonly Meeting[], module: WebAssembly.Module): Promise<SpeechRow[]> {
  const rows: SpeechRow[] = []
  for (const level of LEVELS) {
    const scale = 10 ** (-level / 20)
    const scores: { noisy: number; cleaned: number }[] = []
    for (const { voice, noise } of meetings) {
      const mix = voice.map((x, i) => x + scale * noise[i]!)
      const cleaned = (await stemsOf(preset, mix, preset.dictionary.sampleRate, module)).get('voice')!
      scores.push({ noisy: siSdr(voice, mix), cleaned: siSdr(voice, cleaned) })
    }
    rows.push({ level, noisy: mean(scores.map((s) => s.noisy)), cleaned: mean(scores.map((s) => s.cleaned)) })
  }
  return rows
}

/** Each source of the mixture that the preset names, and all that it does not as one, which the rest should be: dB in the mix, and separated. */
export async function bandScores(preset: Preset, { labels, sampleRate, mix, images }: Mixture, module: WebAssembly.Module): Promise<{ source: string; mix: number; separated: number }[]> {
  const stems = await stemsOf(preset, mix, sampleRate, module)
  for (const source of [...stems.keys()]) if (source !== 'rest' && !labels.includes(source)) stems.delete(source)
  if (labels.every((label) => stems.has(label))) stems.delete('rest')
  const unnamed = mix.map((_, i) => labels.reduce((sum, label, source) => (stems.has(label) ? sum : sum + images[source]![i]!), 0))
  return [...stems].map(([source, stem]) => {
    const truth = source === 'rest' ? unnamed : images[labels.indexOf(source)]!
    return { source, mix: siSdr(truth, mix), separated: siSdr(truth, stem) }
  })
}

const second = ({ mix, images, ...mixture }: Mixture): Mixture => {
  const half = (x: Float32Array): Float32Array => x.subarray(Math.floor(mix.length / 2))
  return { ...mixture, mix: half(mix), images: images.map(half) }
}

/** The band, but of what it learned from mixtures only the first half. */
async function withoutSecond(preset: Preset, all: readonly Mixture[], module: WebAssembly.Module): Promise<Preset> {
  const parts = SEEN.map(({ source, atoms, mixture: name, moved }): Part => {
    const { labels, images, mix, sampleRate } = all.find((mixture) => mixture.name === name)!
    const first = images[labels.indexOf(source)]!.subarray(0, Math.floor(mix.length / 2))
    const recording = { name: source, sampleRate, channels: [first] }
    return { source, atoms, pitch: null, recordings: [recording, ...moved.map((semitones) => transposed(recording, semitones))] }
  })
  const steps = learn({ parts, sizes: preset.dictionary, method: 'nmf', divergence: divergences['kl']!, iterations: 60, start: 'kmeans', seed: 1, frames: 20_000, module })
  let step = await steps.next()
  while (!step.done) step = await steps.next()
  return grown(preset, { ...preset, dictionary: { ...preset.dictionary, ...step.value } }).preset
}

async function bandRows(preset: Preset, module: WebAssembly.Module): Promise<BandRow[]> {
  const all = (await mixtures()).filter(({ name }) => MUSIC.includes(name))
    .map((mixture) => ({ ...mixture, labels: mixture.labels.map((label) => (label === 'vocal' ? 'voice' : label)) }))
  const half = await withoutSecond(preset, all, module)
  const rows: BandRow[] = []
  for (const mixture of all) {
    const [whole, unheard] = [await bandScores(preset, mixture, module), await bandScores(half, second(mixture), module)]
    whole.forEach(({ source, mix, separated }, i) => rows.push({ mixture: mixture.name, source, mix, separated, unheard: unheard[i]!.separated, unheardMix: unheard[i]!.mix }))
  }
  return rows
}

export async function presets(module: WebAssembly.Module, say: (line: string) => void): Promise<PresetFigures | null> {
  if (!existsSync(audioFolder)) return null
  const db = (x: number): string => x.toFixed(1).padStart(5)
  const meetings = await Promise.all(MEETINGS.map(([voice, noise]) => meet(voice, 'noise_more_16k/' + noise)))
  const speech = await speechRows(await loadPreset('speech'), meetings, module)
  say(`speech: the voice, mean SI-SDR of ${meetings.length} mixes of unknown voices, each with another noise`)
  for (const { level, noisy, cleaned } of speech) say(`  at ${db(level)} dB: noisy ${db(noisy)}, cleaned ${db(cleaned)} dB`)
  say(`  mean ${mean(speech.map((row) => row.noisy)).toFixed(2)}, cleaned ${mean(speech.map((row) => row.cleaned)).toFixed(2)} dB`)
  const band = await bandRows(await loadPreset('band'), module)
  say(`band: ${MUSIC.length} mixtures of four, in one channel, which its trumpet, voice and drums were learned from; and the second halves, by a band that heard the first halves only`)
  for (const { mixture, source, mix, separated, unheard, unheardMix } of band)
    say(`  ${mixture.padEnd(20)} ${source.padEnd(7)} in the mix ${db(mix)}, separated ${db(separated)} dB; unheard, in the mix ${db(unheardMix)}, separated ${db(unheard)} dB`)
  const of = (key: 'mix' | 'separated' | 'unheardMix' | 'unheard'): string => mean(band.map((row) => row[key])).toFixed(2)
  say(`  mean ${of('mix')}, separated ${of('separated')} dB; unheard ${of('unheardMix')}, separated ${of('unheard')} dB`)
  return { speech, band }
}
