// How loud the noise is, bin by bin, while somebody speaks: the minimum mean square error estimate of its power, weighted by
// how likely it is that speech is there (T. Gerkmann, R. C. Hendriks: Unbiased MMSE-based noise power estimation with low
// complexity and low tracking delay, 2012). It needs no pauses, and follows a noise that grows by any amount within seconds: what has
// been surely speech for long is not.

import type { Activations } from './activations.ts'
import type { Basis } from './basis.ts'
import type { Features } from './features.ts'
import type { Kernel } from './kernel.ts'
import type { Settings } from './parameters.ts'

/** What speech is taken to have over the noise where it is: 12 dB, where the paper has 15. */
const PRIOR = 10 ** 1.2
/** The paper's .9 at a hop of 16 ms, as a time; and twice its .8: as an atom beside others, a steadier noise serves better. */
const PRESENCE_SECONDS = -0.016 / Math.log(0.9)
const POWER_SECONDS = 2 * (-0.016 / Math.log(0.8))
/** What is heard first is noise, for lack of anything better; short, for somebody may begin at once. The window fills meanwhile, so later frames weigh more. */
export const FIRST_SECONDS = 0.032
/** The longest mean over what somebody says is noise. */
const MEAN_SECONDS = 2
/** The running SNR is a mean over so long; and where it asks for all of what `sparser` says, and for nothing: dB. */
const RUNNING_SECONDS = 1
const LOUD = -3, SOFT = 12

export class NoiseTracker {
  /** σ² of every bin. */
  readonly power: Float32Array
  /** How likely speech is there, 0 to 1. */
  readonly presence: Float32Array
  private readonly padded: number
  private readonly usual: Float32Array
  /** Of presence and of power, what remains after a frame; ξ. */
  private readonly numbers: Float32Array
  private readonly share: Float32Array
  private readonly longest: number
  private readonly first: number
  /** Frames since it knew nothing, up to the first ones; and since it was told that all is noise. */
  private frames = 0
  private told = 0
  /** The running mean powers of what is heard and of the noise in it; 0 where nobody asks. */
  private readonly sums: Float32Array
  /** How much sparser the voice should be by the running SNR: 0 where it is clear, 1 where noise is louder. */
  readonly demand = new Float64Array(1)
  private heard = 0
  private noise = 0
  private readonly fresh: number

  static floats(bins: number): number { return 3 * (bins + 3 + 16) + 80 }

  constructor(private readonly kernel: Kernel, bins: number, hopSeconds: number) {
    const row = (): Float32Array => kernel.floats(this.padded)
    this.padded = Math.ceil(bins / 4) * 4
    const [power, presence] = [row(), row()]
    this.usual = row()
    this.power = power.subarray(0, bins)
    this.presence = presence.subarray(0, bins)
    this.numbers = kernel.floats(3)
    this.numbers.set([Math.exp(-hopSeconds / PRESENCE_SECONDS), Math.exp(-hopSeconds / POWER_SECONDS), PRIOR])
    this.share = kernel.floats(1)
    this.sums = kernel.floats(2)
    this.fresh = 1 - Math.exp(-hopSeconds / RUNNING_SECONDS)
    this.longest = Math.ceil(MEAN_SECONDS / hopSeconds)
    this.first = Math.ceil(FIRST_SECONDS / hopSeconds - 0.5)
  }

  /** Whether the next frame is one of the first, which are all noise. */
  get starting(): boolean { return this.frames < this.first }

  reset(): void {
    this.power.fill(0)
    this.presence.fill(0)
    this.usual.fill(0)
    this.frames = this.told = this.heard = this.noise = 0
  }

  /** Goes on with the running SNR by the frame just tracked. */
  weigh(magnitude: Float32Array): void {
    const { kernel: { run }, power, padded, sums } = this
    run.powers(magnitude.byteOffset, power.byteOffset, padded, sums.byteOffset)
    const share = this.noise > 0 ? this.fresh : 1
    this.heard += share * (sums[0]! - this.heard)
    this.noise += share * (sums[1]! - this.noise)
    const decibels = 10 * Math.log10(Math.max(1e-6, this.heard / Math.max(this.noise, 1e-30) - 1))
    this.demand[0] = Math.min(1, Math.max(0, (SOFT - decibels) / (SOFT - LOUD)))
  }

  /** Nobody asks: the next who does begins anew. */
  unasked(): void { this.heard = this.noise = 0 }

  /** A frame's magnitudes, with room up to a multiple of four. `noise`: nothing else is in it. */
  track(magnitude: Float32Array, noise = false): void {
    const { kernel: { run }, power, presence, usual, padded, starting } = this
    this.told = noise ? Math.min(this.longest, this.told + 1) : 0
    if (noise || starting) {
      this.share[0] = noise ? 1 - 1 / this.told : 1 - 2 / (this.frames + 2)
      run.settle(magnitude.byteOffset, power.byteOffset, presence.byteOffset, usual.byteOffset, padded, this.share.byteOffset)
    } else run.track(magnitude.byteOffset, power.byteOffset, presence.byteOffset, usual.byteOffset, padded, this.numbers.byteOffset)
    if (starting) this.frames++
  }
}

/** The tracker's noise as an atom of the basis, after the free atoms in use. */
export class NoiseAtom {
  private readonly row: Float32Array
  private readonly dealt: Float32Array

  static floats(bins: number, paddedBins: number): number { return bins + 3 + paddedBins + 32 }

  constructor(private readonly kernel: Kernel, private readonly basis: Basis, private readonly noise: NoiseTracker) {
    this.row = kernel.floats(Math.ceil(noise.power.length / 4) * 4)
    this.dealt = kernel.floats(basis.paddedBins)
  }

  /**
   * Brings noise and atom to a frame that sounds; returns whether the frame is taken for noise whatever it sounds like.
   * `asked`: somebody else wants to know the noise, be there an atom or not.
   */
  hear(features: Features, activations: Activations, { listen, hold, tracker, freeAtoms, sparser }: Settings, asked: boolean): boolean {
    const { noise, basis } = this
    activations.extra[0] = 0
    const alone = listen === 1 || (tracker === 1 && noise.starting)
    if ((tracker === 0 && !asked) || !activations.hears(features.dealt)) return alone
    if (hold === 0 || noise.starting) noise.track(features.magnitude, listen === 1)
    if (sparser > 0) {
      noise.weigh(features.magnitude)
      activations.extra[0] = sparser * noise.demand[0]!
    } else noise.unasked()
    if (tracker === 1) this.write(basis.fixed + freeAtoms)
    return alone
  }

  private write(atom: number): void {
    const { kernel: { run }, basis, noise, row, dealt } = this
    run.roots(noise.power.byteOffset, row.byteOffset, row.length)
    basis.deal(row, dealt)
    run.plant(dealt.byteOffset, basis.packed.byteOffset, atom, basis.room, basis.panels)
    basis.sum(atom)
  }
}
