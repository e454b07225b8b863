// The two ways in which a picture of a file listens: `Looker` measures what is there, which is quick; `Owner` runs the
// separator itself over the file, as it would sound from the start, and keeps whose each cell is. Both see the frames
// that the engine sees, hop by hop, and put them where the middle of their window lies.

import { Kernel } from '../../worklet/kernel.ts'
import { constantAutomation } from '../../worklet/parameters.ts'
import type { Settings } from '../../worklet/parameters.ts'
import { Separator } from '../../worklet/separator.ts'
import type { SeparatorOptions } from '../../worklet/separator.ts'
import { Analysis, Transform, windows } from '../../worklet/stft.ts'
import type { Shape } from '../../worklet/stft.ts'
import { ROWS, Rows } from './rows.ts'
import { Space } from './space.ts'
import { Store, byte, levelCode } from './store.ts'

/** A file's samples; what lies outside of it is silence. */
export interface Sound {
  readonly sampleRate: number
  readonly samples: number
  readonly channels: 1 | 2
  read(from: number, count: number): Promise<Float32Array[]>
}

/** One way of listening. `hear` takes the hop that ends a frame, `keep` puts that frame into a column. */
export interface Listener {
  readonly hopSize: number
  /** How far the end of a frame lies behind the middle of its hop. */
  readonly lead: number
  /** Hops that it must hear before what it says is true. */
  readonly preroll: number
  reset(): void
  /** `start`: the sample of the file at which the hop begins. */
  hear(hop: readonly Float32Array[], start: number): void
  /** `first`: the column's first hop; later ones count where they are louder. */
  keep(store: Store, column: number, first: boolean): void
}

/** Samples from the middle of a window (its centre of gravity) to its end. */
export function leadOf(shape: Shape): number {
  const { analysis } = windows(shape)
  let weight = 0, moment = 0
  analysis.forEach((w, n) => {
    weight += w * w
    moment += w * w * n
  })
  return Math.round(shape.windowSize - moment / weight)
}

const BLOCK = 32 // hops that are read at once

/** Lets a listener hear columns `from` to `to`; `goesOn` when it has just heard the column before. */
export async function listen(listener: Listener, store: Store, sound: Sound, from: number, to: number, goesOn: boolean): Promise<void> {
  const { preroll } = listener
  const { first, stride } = store
  if (stride <= preroll + 1) {
    const begin = first + from * stride
    if (!goesOn) listener.reset()
    await hops(listener, sound, goesOn ? begin : begin - preroll, first + to * stride, (hop) => {
      if (hop >= begin) listener.keep(store, store.columnOf(hop), (hop - first) % stride === 0)
    })
  } else for (let column = from; column < to; column++) {
    const hop = first + column * stride + (stride >> 1)
    listener.reset()
    await hops(listener, sound, hop - preroll, hop + 1, (at) => { if (at === hop) listener.keep(store, column, true) })
  }
}

async function hops(listener: Listener, sound: Sound, from: number, to: number, after: (hop: number) => void): Promise<void> {
  const { hopSize, lead } = listener
  for (let block = from; block < to; block += BLOCK) {
    const end = Math.min(to, block + BLOCK)
    const start = Math.round((block + 0.5) * hopSize) + lead - hopSize
    const samples = await sound.read(start, (end - block) * hopSize)
    for (let hop = block; hop < end; hop++) {
      const at = (hop - block) * hopSize
      listener.hear(samples.map((channel) => channel.subarray(at, at + hopSize)), start + at)
      after(hop)
    }
  }
}

export class Looker implements Listener {
  readonly hopSize: number
  readonly lead: number
  readonly preroll: number
  private readonly analyses: readonly Analysis[]
  private readonly magnitude: Float32Array
  private readonly levels = new Float32Array(ROWS)
  private readonly space: Space | null

  constructor(module: WebAssembly.Module, shape: Shape, private readonly rows: Rows, channels: 1 | 2) {
    const bins = shape.fftSize / 2 + 1
    this.hopSize = shape.hopSize
    this.lead = leadOf(shape)
    this.preroll = Math.ceil(shape.windowSize / shape.hopSize) + 2
    const kernel = new Kernel(module, Transform.floats(shape.fftSize) + channels * Analysis.floats(shape, shape.tailSize))
    const transform = new Transform(kernel, shape.fftSize)
    this.analyses = Array.from({ length: channels }, () => new Analysis(transform, shape, shape.tailSize))
    this.magnitude = new Float32Array(bins)
    this.space = channels === 2 ? new Space(bins) : null
  }

  reset(): void {
    for (const analysis of this.analyses) analysis.reset()
    this.space?.reset()
  }

  hear(hop: readonly Float32Array[]): void {
    const { analyses: [first, second], analyses, magnitude, space } = this
    analyses.forEach((analysis, c) => {
      const samples = hop[c]!
      for (let i = 0; i < samples.length; i++) analysis.write(Number.isFinite(samples[i]!) ? samples[i]! : 0, i)
      analysis.frame()
    })
    for (let i = 0; i < magnitude.length; i++) {
      const re = first!.re[i]!, im = first!.im[i]!
      const left = re * re + im * im
      if (!second) { magnitude[i] = Math.sqrt(left); continue }
      const re2 = second.re[i]!, im2 = second.im[i]!
      const right = re2 * re2 + im2 * im2
      magnitude[i] = Math.sqrt((left + right) / 2)
      space!.put(i, left, right, re2 * re + im2 * im, im2 * re - re2 * im)
    }
  }

  keep(store: Store, column: number, first: boolean): void {
    const { rows, levels, magnitude, space } = this
    rows.levels(magnitude, levels)
    for (let row = 0; row < ROWS; row++) {
      const cell = column * ROWS + row
      const code = levelCode(levels[row]!)
      if (!first && code <= store.level[cell]!) continue
      store.level[cell] = code
      space?.keep(store, cell, rows.speaker(magnitude, row))
    }
  }
}

/** More hops than the window, so that the warm start has found its way. */
const WARM = 8

export class Owner implements Listener {
  readonly hopSize: number
  readonly lead: number
  readonly preroll: number
  readonly separator: Separator
  private readonly automation
  private readonly stems: Float32Array[][]
  private readonly levels = new Float32Array(ROWS)
  private readonly best = new Float32Array(ROWS)
  private readonly shares: Float32Array
  private readonly sampleRate: number
  /** Which second of the file comes next must be said. */
  private lost = true

  constructor(options: SeparatorOptions, settings: Settings, private readonly rows: Rows) {
    const separator = (this.separator = new Separator(options))
    const { shape, layout: { sources } } = separator
    this.sampleRate = options.sampleRate
    this.hopSize = shape.hopSize
    this.lead = leadOf(shape)
    this.preroll = Math.ceil(shape.windowSize / shape.hopSize) + WARM
    this.automation = constantAutomation(settings)
    this.stems = Array.from({ length: sources + 1 }, () => Array.from({ length: options.channels }, () => new Float32Array(shape.hopSize)))
    this.shares = new Float32Array(sources)
  }

  reset(): void {
    this.separator.forgetAudio()
    this.lost = true
  }

  hear(hop: readonly Float32Array[], start: number): void {
    const { separator } = this
    if (this.lost) separator.setOrigin({ sample: separator.consumed, seconds: start / this.sampleRate, duration: null })
    this.lost = false
    separator.process(hop, this.stems, this.hopSize, this.automation)
  }

  keep(store: Store, column: number, first: boolean): void {
    const { rows, levels, best, shares, separator: { frame: { magnitude, masks, layout: { bins } } } } = this
    rows.levels(magnitude, levels)
    for (let row = 0; row < ROWS; row++) {
      if (!first && levels[row]! <= best[row]!) continue
      best[row] = levels[row]!
      rows.shares(magnitude, masks, bins, row, shares)
      // the selection may have lost sources while this was heard: then all of it is heard again
      for (let k = 0; k < Math.min(shares.length, store.shares.length); k++) store.shares[k]![column * ROWS + row] = byte(shares[k]!)
    }
  }
}
