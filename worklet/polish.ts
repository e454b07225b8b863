// What a person may want done to finished masks: more or less kept where it is in doubt, and less flutter. Both leave the
// sum of all sources and the rest at one.

import type { Kernel } from './kernel.ts'
import type { Settings } from './parameters.ts'

/** At a smoothing of 1: how long a mask takes to follow, and how far it spreads to each side. */
const SECONDS = 0.06
const HERTZ = 150
/** Masks are numbers around one: less than this is nothing, and would be slow to reckon with. */
const NOTHING = 1e-12

export class Polish {
  private readonly before: readonly Float32Array[]
  /** Odds, floor and what is above the floors; and of smoothing, what remains after a frame and a bin. */
  private readonly odds: Float32Array
  private readonly fade: Float32Array
  private weighs = false
  private smooths = false
  private warm = false

  static floats(sources: number, bins: number): number { return sources * (bins + 16) + 64 }

  /** `gains` and `bands` source by source, rows `stride` bytes apart with room up to a multiple of four. */
  constructor(private readonly kernel: Kernel, private readonly gains: readonly Float32Array[], private readonly bands: readonly Float32Array[],
    private readonly stride: number, private readonly bins: number, private readonly binHertz: number, private readonly hopSeconds: number) {
    this.before = gains.map(() => kernel.floats(bins))
    this.odds = kernel.floats(3)
    this.fade = kernel.floats(2)
  }

  /** There is nothing before the next frame. */
  reset(): void { this.warm = false }

  /** Starts a frame, with the floor of its masks among the `numbers` that made them; returns how many units there are to do: 0, none, changes nothing. */
  begin(settings: Settings, numbers: Float32Array): number {
    const { odds, fade, before, hopSeconds, binHertz } = this
    const { sensitivity, smoothing } = settings
    this.weighs = sensitivity !== 0
    this.smooths = smoothing > 0
    if (this.weighs) {
      odds[0] = 10 ** (sensitivity / 20)
      odds[1] = numbers[2]!
      odds[2] = Math.max(0, 1 - (before.length + 1) * odds[1])
    }
    if (!this.smooths) this.warm = false
    else {
      fade[0] = this.warm ? Math.exp(-hopSeconds / (SECONDS * smoothing)) : 0
      fade[1] = Math.exp(-binHertz / (HERTZ * smoothing))
      if (fade[0] < NOTHING) fade[0] = 0
      if (fade[1] < NOTHING) fade[1] = 0
      this.warm = true
    }
    return before.length > 0 && (this.weighs || this.smooths) ? 1 + before.length : 0
  }

  /** The first unit weighs all masks, the others smooth one each. */
  advance(unit: number): void {
    const { kernel: { run }, gains, bands, before, bins } = this
    if (unit === 0) {
      if (this.weighs) run.weighted(gains[0]!.byteOffset, this.stride, gains.length, Math.ceil(bins / 4) * 4, this.odds.byteOffset)
    } else if (this.smooths) run.smooth(gains[unit - 1]!.byteOffset, before[unit - 1]!.byteOffset, bands[unit - 1]!.byteOffset, bins, this.fade.byteOffset)
  }
}
