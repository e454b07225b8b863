// One person's voice in place of everybody's: a minute of reading becomes few spectra of this voice alone, and everything else
// stays as it is in the preset for any voice. Its learned head is told that the spectra are somebody's own, and trusts them more.

import { dictionarySources, divergences } from '../../worklet/dictionary.ts'
import type { Preset } from '../preset.ts'
import type { Recording } from './frames.ts'
import { learn, type Running } from './learn.ts'

/** Too many atoms explain the noise as well: one voice needs few. */
export const OWN_ATOMS = 24
const PASSES = 60
/** Frames: two and a half minutes of the shipped preset's. */
const MOST = 20_000
/** How much the head still counts beside spectra of one's own: all of it would be no better. */
const TRUSTED = 0.85
/** Less than this, and a voice is not known. */
export const LEAST_SECONDS = 10

export interface Enrolment {
  /** Of this person alone, in quiet, all at one rate. */
  readonly recordings: readonly Recording[]
  /** The preset for any voice; of its sources the first is the voice. */
  readonly universal: Preset
  readonly name: string
  /** The plain kernel. */
  readonly module: WebAssembly.Module
  readonly seed?: number
  /** How it was asked for, for whoever reads the preset. */
  readonly command?: string
}

/** Yields after every pass the share that is done; the outcome is a preset. Once `running.stop` is aborted, what is found so far. */
export async function* enrol({ recordings, universal, name, module, seed = 1, command = 'enrol' }: Enrolment, running: Running = {}): AsyncGenerator<number, Preset> {
  const { dictionary, head, learned } = universal
  const [voice] = dictionarySources(dictionary.atoms)
  if (voice === undefined) throw new RangeError('universal: expected a preset with a voice in its dictionary, got one without atoms')
  const seconds = recordings.reduce((sum, { channels, sampleRate }) => sum + channels[0]!.length / sampleRate, 0)
  if (!(seconds >= LEAST_SECONDS)) throw new RangeError(`recordings: expected at least ${LEAST_SECONDS} s of the voice, got ${seconds.toFixed(1)} s`)
  const { sampleRate, fftSize, hopSize, tailSize } = dictionary
  const steps = learn({
    parts: [{ source: voice, pitch: null, atoms: OWN_ATOMS, recordings: recordings.map(levelled) }], sizes: { sampleRate, fftSize, hopSize, tailSize },
    method: 'nmf', divergence: divergences['euc']!, iterations: PASSES, start: 'kmeans', seed, frames: MOST, module,
  }, running)
  let step = await steps.next()
  for (; !step.done; step = await steps.next()) yield step.value.done / step.value.of
  const { atoms, spectra } = step.value
  return {
    name, description: `${name}: this voice out of any noise, live. Learned from ${Math.round(seconds)} s of it.`,
    dictionary: { ...dictionary, atoms, spectra },
    settings: { ...universal.settings, ...(head?.kind === 'mask' && { learned: TRUSTED }) }, selection: null, tensors: universal.tensors,
    learned: { method: 'enrolment', files: recordings.map((recording) => recording.name), licences: head ? learned.licences : [], command, seed },
    head: head?.kind === 'mask' ? { ...head, facts: { ...head.facts, source: voice, own: true } } : head,
  }
}

const LOUDNESS = 0.06

/** Sittings of different loudness count alike. */
function levelled({ name, sampleRate, channels }: Recording): Recording {
  let energy = 0, count = 0
  for (const samples of channels) {
    for (let i = 0; i < samples.length; i++) energy += samples[i]! * samples[i]!
    count += samples.length
  }
  const scale = energy > 0 ? LOUDNESS / Math.sqrt(energy / count) : 1
  return { name, sampleRate, channels: channels.map((samples) => samples.map((x) => x * scale)) }
}
