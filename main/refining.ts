// Refinement between the engine and the files: stems wait until a stretch is full and come out of it block by block, with
// the input beside them, so that whoever writes them may measure what they add up to.

import { alone } from '../presets/learn/crew.ts'
import { Refinement } from '../presets/refine/refine.ts'
import { Cancelled } from './user-error.ts'

export interface RefiningOptions {
  readonly module: WebAssembly.Module
  readonly sampleRate: number
  /** [stem][channel] of two channels, the rest last: taken from here, and given back here. */
  readonly stems: readonly (readonly Float32Array[])[]
  /** The input, likewise. */
  readonly input: readonly Float32Array[]
  /** So many samples from the first on are refined. */
  readonly deliver: (count: number) => Promise<void>
  /** The share of the stretch that is done. */
  readonly report: (share: number) => void
  readonly signal: AbortSignal | undefined
}

export interface Refining {
  /** Samples `from` to `to` of the blocks. Says whether a stretch went out. */
  take(from: number, to: number): Promise<boolean>
  /** Nothing more comes. */
  end(): Promise<void>
}

const TURN = 50 // ms between two turns of everyone else, a message that cancels among them

export function refining({ module, sampleRate, stems, input, deliver, report, signal }: RefiningOptions): Refining {
  const block = input[0]!.length
  const refinement = new Refinement({ module, sampleRate, stems: stems.length, crew: alone })
  const waiting = input.map(() => new Float32Array(refinement.most))
  let held = 0

  async function work(last: boolean): Promise<void> {
    const steps = refinement.refine(last)
    let turn = performance.now()
    let step = await steps.next()
    for (; !step.done; step = await steps.next()) {
      if (performance.now() - turn > TURN) {
        report(step.value)
        await new Promise((resolve) => setImmediate(resolve))
        turn = performance.now()
      }
      if (signal?.aborted) throw new Cancelled()
    }
    const { stems: refined, length } = step.value
    for (let at = 0; at < length; at += block) {
      const count = Math.min(block, length - at)
      stems.forEach((stem, k) => stem.forEach((samples, c) => samples.set(refined[k]![c]!.subarray(at, at + count))))
      input.forEach((samples, c) => samples.set(waiting[c]!.subarray(at, at + count)))
      await deliver(count)
    }
    for (const samples of waiting) samples.copyWithin(0, length, held)
    held -= length
  }

  return {
    async take(from, to) {
      const kept = { stems: stems.map((stem) => stem.map((x) => x.slice(from, to))), input: input.map((x) => x.slice(from, to)) } // `work` writes where these came from
      let worked = false
      for (let at = 0; at < to - from; ) {
        const count = refinement.take(kept.stems, at, to - from)
        waiting.forEach((samples, c) => samples.set(kept.input[c]!.subarray(at, at + count), held))
        held += count
        at += count
        if (!refinement.full) continue
        await work(false)
        worked = true
      }
      return worked
    },
    async end() {
      if (held > 0) await work(true)
    },
  }
}
