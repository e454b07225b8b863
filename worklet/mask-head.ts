// A learned judge of the dictionary's mask: a small network that says, band by band, how far to trust each cue there is of
// a bin being speech, and takes the mask anew from what the cues say together.
//
//   dictionary's mask ─► odds ─┐                            ┌─► five numbers per band ─┐
//   noise tracker ─────► over ─┼─► bands ─► network (a GRU) ─┘                          ├─► logit per bin ─► mask
//   log spectrum ─► contrast, comb of the pitch ────────────────── cues per bin ───────┘
//
// A network that puts out nothing leaves odds to the power 1½ as they are: learning starts from the dictionary's mask. What it
// sees are ratios, never levels, so it does not mind loudness, microphone or rate: bands and pitches are kept in hertz, and its
// clock in seconds, whatever the hop.

import type { Kernel } from './kernel.ts'
import { type Head, Network } from './network.ts'
import type { Settings } from './parameters.ts'
import type { Selection } from './selection.ts'

/** What a head of kind `mask` needs besides its network. */
export interface MaskFacts {
  /** The dictionary's source that it judges. */
  readonly source: string
  readonly bands: number
  /** Hertz: the last band's centre. */
  readonly reach: number
  /** Seconds from one answer to the next. */
  readonly clock: number
  /** Whether the dictionary is one person's, which makes its mask worth more. */
  readonly own: boolean
  /** Whether the network is told how late it is heard. */
  readonly latency: boolean
}

/** Numbers that the network puts out for each band, and the next one's place beside them. */
export const COEFFICIENTS = 5
const APART = 8
/** Pitches that are looked for, in hertz, and up to where their harmonics are. */
const PITCHES = 96
const LOWEST = 70, HIGHEST = 420, HARMONICS = 4000
/** Hertz below which no voice has anything to say: rumble, however loud. */
const SILENT = 60
/** A logit that means no. */
const NO = -30
/** Seconds of a frame's tail that the network is told as 0; half and twice as much are −1 and 1, and nothing is told beyond. */
const USUAL_TAIL = 0.016
/** Contrast is against the mean of so many hertz to each side: the widest distance of two harmonics. */
const AROUND = 200

/** Numbers that the network is given. */
export const inputsFor = (bands: number): number => 3 * bands + 5

const erb = (hertz: number): number => 21.4 * Math.log10(1 + 0.00437 * hertz) // Glasberg & Moore 1990

/** The door for a mask head, as `checkHead` is for its network: its facts, or one sentence about them. */
export function readMaskFacts({ layers, facts }: Head, where: string): MaskFacts {
  const { source, bands, reach, clock, own, latency = false, ...more } = facts as Partial<Record<string, unknown>>
  const fail = (field: string, message: string): never => { throw new RangeError(`${where}.${field}: ${message}`) }
  for (const key of Object.keys(more)) fail('facts', `expected only source, bands, reach, clock, own and latency, got "${key}"`)
  const number = (name: string, value: unknown, min: number, max: number): number =>
    typeof value === 'number' && value >= min && value <= max ? value : fail(`facts.${name}`, `expected a number from ${min} to ${max}, got ${JSON.stringify(value)}`)
  const found: MaskFacts = {
    source: typeof source === 'string' && source !== '' ? source : fail('facts.source', `expected a source of the dictionary, got ${JSON.stringify(source)}`),
    bands: Number.isInteger(bands) ? number('bands', bands, 4, 128) : fail('facts.bands', `expected a whole number, got ${JSON.stringify(bands)}`),
    reach: number('reach', reach, 2000, 48_000), clock: number('clock', clock, 0.001, 0.1),
    own: typeof own === 'boolean' ? own : fail('facts.own', `expected true or false, got ${JSON.stringify(own)}`),
    latency: typeof latency === 'boolean' ? latency : fail('facts.latency', `expected true or false, got ${JSON.stringify(latency)}`),
  }
  const inputs = layers[0]!.inputs, outputs = layers.at(-1)!.outputs
  if (inputs !== inputsFor(found.bands)) fail('0.weights', `expected ${inputsFor(found.bands)} inputs for ${found.bands} bands, got ${inputs}`)
  if (outputs !== COEFFICIENTS * found.bands) fail(`${layers.length - 1}.weights`, `expected ${COEFFICIENTS * found.bands} outputs for ${found.bands} bands, got ${outputs}`)
  return found
}

/** The source of a selection that a head judges, or −1: one that the dictionary's source of that name explains. */
export const judged = ({ sources }: Selection, { source }: MaskFacts): number => sources.findIndex(({ atoms }) => atoms?.includes(source))

/** Where everything lies in hertz, for `count` bins that are `step` hertz apart. */
export interface Lie {
  readonly count: number
  /** Per bin: the band below it, and how far it is on its way to the next. */
  readonly band: Int32Array
  readonly part: Float32Array
  /** Per band: what its bins count together; 0 where it has none. */
  readonly weight: Float32Array
  /** Bins with harmonics, a multiple of four; and per pitch the comb of them, which is 0 beyond. */
  readonly reach: number
  readonly combs: Float32Array
  readonly half: number
  /** Bins that are too low for a voice. */
  readonly silent: number
}

export function lieOf(count: number, step: number, { bands, reach }: MaskFacts): Lie {
  const padded = Math.ceil(count / 4) * 4
  const band = new Int32Array(padded), part = new Float32Array(padded), weight = new Float32Array(bands)
  for (let bin = 0; bin < padded; bin++) {
    const at = Math.min(bands - 1 - 1e-6, (erb(bin * step) / erb(reach)) * (bands - 1))
    band[bin] = Math.floor(at)
    part[bin] = at - band[bin]!
    if (bin >= count) continue
    weight[band[bin]!]! += 1 - part[bin]!
    weight[band[bin]! + 1]! += part[bin]!
  }
  const harmonic = Math.ceil(Math.min(count, HARMONICS / step) / 4) * 4
  const combs = new Float32Array(PITCHES * harmonic)
  for (let pitch = 0; pitch < PITCHES; pitch++)
    for (let bin = 0; bin < Math.min(count, harmonic); bin++) {
      const hertz = bin * step
      const fade = hertz < LOWEST / 2 ? 0 : Math.min(1, 2 - (2 * hertz) / HARMONICS)
      combs[pitch * harmonic + bin] = fade * Math.cos((2 * Math.PI * hertz) / pitchHertz(pitch))
    }
  return { count, band, part, weight, reach: harmonic, combs, half: Math.round(AROUND / step), silent: Math.min(count, Math.ceil(SILENT / step)) }
}

const pitchHertz = (pitch: number): number => LOWEST * (HIGHEST / LOWEST) ** (pitch / (PITCHES - 1))

export class MaskHead {
  // What the last frame showed, bin by bin: learning records them.
  readonly odds: Float32Array
  readonly over: Float32Array
  readonly contrast: Float32Array
  /** The pitch's comb, as strong as the pitch is found. */
  readonly comb: Float32Array
  /** What the network was given. */
  readonly input: Float32Array
  readonly facts: MaskFacts
  readonly lie: Lie
  /** How often the network has been asked. */
  answers = 0
  private readonly network: Network
  private readonly share: Float32Array
  private readonly level: Float32Array
  private readonly logit: Float32Array
  private readonly band: Int32Array
  private readonly part: Float32Array
  private readonly combs: Float32Array
  private readonly found: Float32Array
  private readonly folded: Float32Array
  /** Per band, APART apart. */
  private readonly coefficients: Float32Array
  /** 1 ÷ sharpness; how much the head counts; floor; steepness. */
  private readonly numbers: Float32Array
  /** What the network is told of the latency. */
  private readonly lag: number
  /** Frames from one answer to the next, and since the last one. */
  private readonly every: number
  private since = 0
  /** The pitch's number, and how far its harmonics stand out. */
  private readonly pitch: Float32Array

  static floats(head: Head, bins: number): number {
    const row = bins + 4 + 16
    const { bands } = readMaskFacts(head, 'head')
    return 10 * row + PITCHES * (bins + 4) + PITCHES + (5 + APART) * bands + 144 + Network.floats(head.layers)
  }

  /** Of `known` bins, `step` hertz apart. */
  constructor(private readonly kernel: Kernel, head: Head, known: number, step: number, hopSeconds: number, tailSeconds: number) {
    const facts = (this.facts = readMaskFacts(head, 'head'))
    const lie = (this.lie = lieOf(known, step, facts))
    const row = (): Float32Array => kernel.floats(lie.band.length)
    this.odds = row()
    this.over = row()
    this.contrast = row()
    this.comb = row()
    this.share = row()
    this.level = row()
    this.logit = row()
    this.band = kernel.integers(lie.band.length)
    this.band.set(lie.band)
    this.part = row()
    this.part.set(lie.part)
    this.combs = kernel.floats(lie.combs.length)
    this.combs.set(lie.combs)
    this.found = kernel.floats(PITCHES)
    this.folded = kernel.floats(5 * facts.bands)
    this.coefficients = kernel.floats(APART * facts.bands)
    this.numbers = kernel.floats(4)
    this.pitch = kernel.floats(2)
    this.network = new Network(kernel, head.layers)
    this.input = this.network.input
    this.every = Math.max(1, Math.round(facts.clock / hopSeconds))
    this.lag = facts.latency ? clamp(Math.log2(tailSeconds / USUAL_TAIL), -1, 1) : 1
  }

  reset(): void {
    this.network.reset()
    this.coefficients.fill(0)
    this.since = 0
  }

  /** What there is to see of a frame, before its mask changes: rows of bins with room up to a multiple of four. */
  look(mask: Float32Array, gate: Float32Array, magnitude: Float32Array, noise: Float32Array, settings: Settings): void {
    const { kernel: { run }, lie, odds, share, over, level, contrast, comb, numbers } = this
    numbers[0] = 1 / settings.sharpness
    numbers[1] = settings.learned
    const padded = odds.length
    run.cues(mask.byteOffset, gate.byteOffset, magnitude.byteOffset, noise.byteOffset, padded, numbers.byteOffset,
      odds.byteOffset, share.byteOffset, over.byteOffset, level.byteOffset)
    run.contrast(level.byteOffset, lie.count, lie.half, contrast.byteOffset)
    this.hum()
    if (this.since++ % this.every > 0) return
    this.since = 1
    this.folded.fill(0)
    run.fold(this.band.byteOffset, this.part.byteOffset, share.byteOffset, magnitude.byteOffset, noise.byteOffset, contrast.byteOffset,
      comb.byteOffset, lie.count, lie.weight.length, this.folded.byteOffset)
    this.fill()
  }

  /** The pitch whose harmonics stand out most, and their comb. */
  private hum(): void {
    const { kernel: { run }, lie: { reach }, combs, contrast, found, comb, pitch } = this
    run.combs(combs.byteOffset, PITCHES, contrast.byteOffset, reach, found.byteOffset)
    run.comb(combs.byteOffset, PITCHES, found.byteOffset, reach, comb.byteOffset, pitch.byteOffset)
  }

  private fill(): void {
    const { input, folded, lie: { weight }, pitch, facts: { own } } = this
    const bands = weight.length
    let heard = 0, known = 0
    for (let band = 0; band < bands; band++) {
      const all = folded[2 * bands + band]!, noise = folded[3 * bands + band]!
      const some = 1e-5 * all + 1e-20
      heard += all
      known += noise
      const held = weight[band]! > 0
      input[band] = held ? clamp(0.5 * Math.log((folded[band]! + some) / (folded[bands + band]! + some)), -5, 5) / 2 : 0
      input[bands + band] = held ? clamp(Math.log((all + 1e-20) / (noise + 1e-20)), -3, 9) / 3 : 0
      input[2 * bands + band] = held ? (8 * folded[4 * bands + band]!) / weight[band]! : 0
    }
    const rest = 3 * bands
    input[rest] = 8 * pitch[1]!
    input[rest + 1] = (2 * pitch[0]!) / PITCHES - 1
    input[rest + 2] = clamp(Math.log((heard + 1e-20) / (known + 1e-20)), -3, 9) / 3
    input[rest + 3] = own ? 1 : 0
    input[rest + 4] = this.lag
  }

  /** The network's answer, where one is due. */
  judge(): void {
    if (this.since !== 1) return
    const { network, coefficients, lie: { weight } } = this
    network.run()
    this.answers++
    const { output } = network
    for (let band = 0; band < weight.length; band++)
      for (let c = 0; c < COEFFICIENTS; c++) coefficients[band * APART + c] = output[band * COEFFICIENTS + c]!
  }

  /** The masks anew: rows `stride` bytes apart, of which `which` is the judged one. */
  apply(masks: Float32Array, gates: Float32Array, stride: number, sources: number, which: number, floor: number, steepness: number): void {
    const { kernel: { run }, coefficients, band, part, odds, over, contrast, comb, logit, numbers, lie } = this
    numbers[2] = floor
    numbers[3] = steepness
    run.logits(coefficients.byteOffset, band.byteOffset, part.byteOffset, odds.byteOffset, over.byteOffset, contrast.byteOffset,
      comb.byteOffset, lie.count, logit.byteOffset)
    logit.fill(NO, 0, lie.silent)
    run.remask(masks.byteOffset, gates.byteOffset, stride, sources, which, odds.byteOffset, logit.byteOffset, odds.length, numbers.byteOffset)
  }
}

const clamp = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high)
