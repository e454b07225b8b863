// Where a source stands, from a passage in which it plays alone: the engine's own frames, of a separation into nothing.

import { type Covariance, CovarianceFold } from './covariance.ts'
import type { Dictionary } from './dictionary.ts'
import { constantAutomation, initialSettings } from './parameters.ts'
import { Separator } from './separator.ts'

/** Samples in a block. */
const BLOCK = 4096

export class PlaceListener {
  private readonly separator: Separator
  private readonly fold: CovarianceFold
  private readonly automation = constantAutomation(initialSettings())
  private readonly rest = [[new Float32Array(BLOCK), new Float32Array(BLOCK)]]

  /** In the windows of the session that `dictionary` makes; its spectra do not matter. */
  constructor(module: WebAssembly.Module, dictionary: Dictionary, sampleRate: number) {
    this.separator = new Separator({
      module, dictionary: { ...dictionary, atoms: [], spectra: new Float32Array() }, selection: { mask: 'soft', sources: [] },
      sampleRate, channels: 2, mode: 'direct',
    })
    this.fold = new CovarianceFold(sampleRate, this.separator.shape.fftSize)
    this.separator.onFrame = (frame) => this.fold.add(frame)
  }

  /** The first `length` samples of both channels. */
  write(sound: readonly Float32Array[], length: number): void {
    for (let from = 0; from < length; from += BLOCK) {
      const to = Math.min(length, from + BLOCK)
      this.separator.process(sound.map((channel) => channel.subarray(from, to)), this.rest, to - from, this.automation)
    }
  }

  /** Nothing more comes: the last samples pass through whole frames too. Null: nothing sounded. */
  finish(): Covariance | null {
    const { windowSize } = this.separator.shape
    const silence = new Float32Array(windowSize)
    this.write([silence, silence], windowSize)
    return this.fold.silent ? null : this.fold.result()
  }
}
