// One file through the engine: read, separate, write, block by block, so that the length of the sound costs no
// memory. The same Separator as in the worklet makes the same samples; here its latency is taken out again.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Latency, withLatency } from '../worklet/latency.ts'
import { Mixer } from '../worklet/mixer.ts'
import { checkSolver, constantAutomation, initialSettings, type Settings } from '../worklet/parameters.ts'
import type { Mode } from '../worklet/protocol.ts'
import { passageKey } from '../worklet/covariance.ts'
import { passages, placedSource } from '../worklet/selection.ts'
import { Separator } from '../worklet/separator.ts'
import { irreversible, Offline, withHindsight } from '../presets/offline.ts'
import { Refinement } from '../presets/refine/refine.ts'
import { alone } from '../presets/learn/crew.ts'
import { sourceFileNames } from '../renderer/file-names.ts'
import type { Bits } from '../renderer/wav.ts'
import { readSound } from '../renderer/audio/reader.ts'
import { MIX_VOICE, wavWriter, type WavWriter } from '../renderer/wav-writer.ts'
import { openAudio } from './audio/file.ts'
import { outputs, type Outputs } from './output.ts'
import { learnPassages } from './passages.ts'
import { kernelFile } from './built.ts'
import { loadPreset, loadSelection, presetPath } from './preset-files.ts'
import { decibels } from './score.ts'
import { stretching } from './stretches.ts'
import { asked, Cancelled, UserError } from './user-error.ts'

/** Plain data: it travels to a worker as it is. */
export interface SeparationRequest {
  readonly input: string
  /** Files of the same run that must not be written either. */
  readonly untouchable: readonly string[]
  /** A shipped name or a file. */
  readonly preset: string
  readonly selection: string | null
  readonly settings: Partial<Settings>
  /** Where neither the settings above nor the preset say otherwise. */
  readonly fallback: Partial<Settings>
  readonly mode: Mode
  readonly bits: Bits
  readonly latency: Latency | null
  /** Seconds of the input in which only noise sounds: heard first, and learned. */
  readonly noise: { readonly from: number; readonly to: number } | null
  /** Where one file per source goes, and rest.wav. */
  readonly folder: string | null
  /** Sources with the selection's gain and pan, instead of as they are found. */
  readonly placed: boolean
  /** Better and slower: everything is estimated once more, from all of it. */
  readonly refine: boolean
  /** Better and slower: all of the file is heard, from both ends, before anything is decided. No latency then. */
  readonly offline: boolean
  readonly mix: string | null
  readonly rest: string | null
}

export interface SeparationResult {
  readonly input: string
  readonly latencySamples: number
  readonly nullDb: number
  readonly realTimeFactor: number
  readonly sampleRate: number
  readonly channels: number
  readonly samples: number
  /** The rest last. */
  readonly sources: readonly string[]
  readonly outputs: readonly string[]
  /** Samples that an integer format cut off. */
  readonly clipped: number
  /** How far the Wiener filter gave way to soft masks, 0 to 1, because pointed places stand in a room. */
  readonly softened: number
}

const BLOCK = 4096 // the most that the engine takes at once
const LOWEST_RATE = 8000
const HIGHEST_RATE = 192_000

const blocks = (channels: number): Float32Array[] => Array.from({ length: channels }, () => new Float32Array(BLOCK))

async function start(request: SeparationRequest, sampleRate: number, channels: 1 | 2, signal?: AbortSignal) {
  const preset = await loadPreset(request.preset)
  const selection = await loadSelection(request.selection, preset)
  const placed = placedSource(selection)
  if (channels === 1 && placed !== undefined)
    throw new UserError(`${request.input}: expected two channels, because ${placed} has a place between left and right, got one`)
  const settings: Settings = { ...initialSettings(), ...request.fallback, ...(request.offline ? withHindsight(preset.settings) : preset.settings), ...request.settings }
  asked(() => checkSolver(preset.dictionary.divergence, settings), request.preset)
  const module = new WebAssembly.Module(await readFile(kernelFile))
  const dictionary = withLatency(preset.dictionary, request.latency)
  const refused = request.offline ? irreversible(selection) : null
  if (refused !== null) throw new UserError(`${request.preset}: --offline: ${refused}`)
  // A preset brings what its own selection learned; the passages of any other are those of this file.
  const brought = request.selection === null ? preset.covariances ?? {} : {}
  const missing = passages(selection).filter((passage) => !Object.hasOwn(brought, passageKey(passage)))
  const covariances = { ...brought, ...await learnPassages(request.input, missing, dictionary, module, signal) }
  const options = { module, dictionary, selection, covariances, head: preset.head, sampleRate, channels }
  const offline = request.offline ? new Offline({ ...options, settings }) : null
  return {
    module, settings, offline,
    separator: offline?.separator ?? new Separator({ ...options, mode: request.mode }),
    mixer: new Mixer({ sampleRate, channels, selection }),
  }
}

/** Lets the engine hear the passage in which only noise sounds. */
async function listen(request: SeparationRequest, separator: Separator, settings: Settings, stems: Float32Array[][],
  signal: AbortSignal | undefined): Promise<void> {
  const { input, noise } = request
  if (!noise) return
  if (settings.freeAtoms === 0 && settings.tracker === 0)
    throw new UserError('--noise: expected free atoms or a tracker that can learn it, got none: add --tracker, or choose a preset that has one')
  const automation = constantAutomation({ ...settings, listen: 1, hold: 0 })
  const reader = await openAudio(input)
  try {
    const block = blocks(reader.channels)
    const from = Math.round(noise.from * reader.sampleRate)
    const to = Math.round(noise.to * reader.sampleRate)
    let position = 0
    while (position < to) {
      if (signal?.aborted) throw new Cancelled()
      const count = await readSound(reader, block.map((channel) => channel.subarray(0, (position < from ? from : to) - position)), position)
      if (count === 0)
        throw new UserError(`--noise: expected a passage within the ${(position / reader.sampleRate).toFixed(3)} s of ${input}, `
        + `got ${noise.from}..${noise.to}`)
      if (position >= from) separator.process(block, stems, count, automation)
      position += count
    }
  } finally {
    await reader.close()
  }
  separator.forgetAudio()
}

interface Destination { readonly path: string; readonly writer: WavWriter; readonly from: readonly Float32Array[] }

export async function separateFile(request: SeparationRequest, report: (share: number) => void,
  signal?: AbortSignal): Promise<SeparationResult> {
  const began = performance.now()
  const inputs = [request.input, ...request.untouchable, await presetPath(request.preset),
    ...(request.selection === null ? [] : [request.selection])]
  const files = outputs(inputs)
  const reader = await openAudio(request.input)
  try {
    const { sampleRate, channels } = reader
    if (sampleRate < LOWEST_RATE || sampleRate > HIGHEST_RATE)
      throw new UserError(`${request.input}: expected a sample rate from ${LOWEST_RATE} to ${HIGHEST_RATE} Hz, got ${sampleRate}`)
    if (request.refine && channels === 1)
      throw new UserError(`${request.input}: --refine: expected two channels, of which places are made, got one`)
    const { module, settings, offline, separator, mixer } = await start(request, sampleRate, channels, signal)
    const sources = [...separator.sourceNames, 'rest']
    const stems = sources.map(() => blocks(channels))
    const mix = blocks(channels)
    await listen(request, separator, settings, stems, signal)

    const destinations = await openOutputs(files, request, sources, stems, mix, { sampleRate, length: reader.length })
    const automation = constantAutomation(settings)
    const latency = offline ? 0 : separator.latencySamples
    const input = blocks(channels)
    const held = Array.from({ length: channels }, () => new Float32Array(latency + BLOCK)) // the input, as late as the stems
    const late = blocks(channels)
    let errorPower = 0
    let inputPower = 0
    let [givenWay, heardFrames] = [0, 0]
    separator.onFrame = (frame) => {
      if (!(frame.fact('inputRms') > 0)) return
      givenWay += frame.fact('fallback')
      heardFrames++
    }
    /** Samples `from` to `to` of the stems, beside the input as late as they are, are what is to be written. */
    const deliver = async (from: number, to: number): Promise<void> => {
      for (let c = 0; c < channels; c++)
        for (let i = from; i < to; i++) {
          let sum = -late[c]![i]!
          for (const stem of stems) sum += stem[c]![i]!
          errorPower += sum * sum
          inputPower += late[c]![i]! * late[c]![i]!
        }
      if (request.mix !== null) mixer.process(stems, mix, to, automation)
      if (request.placed) mixer.place(stems, to)
      await Promise.all(destinations.map(({ writer, from: samples }) => writer.write(samples, from, to)))
    }
    const shares = [0, 0] // of the file read before this stretch, and now
    const stretches = offline ?? (request.refine ? new Refinement({ module, sampleRate, stems: stems.length, crew: alone }) : null)
    const stretched = stretches && stretching({
      stretches, taken: offline ? [input] : stems, stems, input: late, signal, deliver: (count) => deliver(0, count),
      report: (share) => report(shares[0]! + share * (shares[1]! - shares[0]!)),
    })
    let fed = 0
    let samples: number | null = null
    while (samples === null || fed < samples + latency) {
      if (signal?.aborted) throw new Cancelled()
      let count = BLOCK
      if (samples === null) {
        count = await readSound(reader, input, fed)
        if (count === 0) { samples = fed; continue }
      } else {
        count = Math.min(BLOCK, samples + latency - fed)
        for (const channel of input) channel.fill(0)
      }
      if (!offline) separator.process(input, stems, count, automation)
      for (let c = 0; c < channels; c++) {
        held[c]!.set(input[c]!.subarray(0, count), latency)
        late[c]!.set(held[c]!.subarray(0, count))
        held[c]!.copyWithin(0, count, count + latency)
      }
      const first = Math.min(count, Math.max(0, latency - fed))
      fed += count
      if (stretched) {
        shares[1] = reader.progress
        if (await stretched.take(first, count)) shares[0] = shares[1]
      } else {
        await deliver(first, count)
        report(reader.progress)
      }
    }
    await stretched?.end()
    let clipped = 0
    for (const { writer } of destinations) {
      await writer.finish()
      clipped += writer.clipped
    }
    if (signal?.aborted) throw new Cancelled()
    await files.commit()
    return {
      input: request.input, latencySamples: latency, nullDb: decibels(errorPower, inputPower),
      realTimeFactor: samples / sampleRate / ((performance.now() - began) / 1000),
      sampleRate, channels, samples, sources, outputs: destinations.map(({ path }) => path), clipped,
      softened: heardFrames > 0 ? givenWay / heardFrames : 0,
    }
  } finally {
    await reader.close()
    await files.discard()
  }
}

async function openOutputs(files: Outputs, { folder, mix: mixPath, rest: restPath, bits }: SeparationRequest, sources: readonly string[],
  stems: readonly (readonly Float32Array[])[], mix: readonly Float32Array[],
  { sampleRate, length }: { sampleRate: number; length: number | null }): Promise<Destination[]> {
  const wanted: { path: string; from: readonly Float32Array[]; voice: number }[] = []
  if (folder !== null) {
    await files.folder(folder)
    sourceFileNames(sources.slice(0, -1)).forEach((name, i) => wanted.push({ path: join(folder, name), from: stems[i]!, voice: i }))
  }
  if (mixPath !== null) wanted.push({ path: mixPath, from: mix, voice: MIX_VOICE })
  if (restPath !== null) wanted.push({ path: restPath, from: stems.at(-1)!, voice: stems.length - 1 })
  const destinations: Destination[] = []
  for (const { path, from, voice } of wanted)
    destinations.push({ path, from, writer: await wavWriter(await files.file(path), { sampleRate, channels: from.length, bits, length, voice }) })
  return destinations
}
