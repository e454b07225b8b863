// What needs more of a sound than a block (refining, hearing a file both ways), between the engine and the files: samples wait
// until a stretch is full and come out of it block by block, with the input beside them, so that whoever writes them may
// measure what they add up to.

import { Cancelled } from './user-error.ts'

type Stem = readonly Float32Array[]

export interface Stretches {
  /** Samples in a stretch. */
  readonly most: number
  /** Nothing more fits. */
  readonly full: boolean
  /** Takes what fits of the samples `from` to `to`; says how many. */
  take(sounds: readonly Stem[], from: number, to: number): number
  /** Yields the share of the stretch that is done. `last`: nothing more comes, and everything goes out. */
  work(last: boolean): Generator<number, Worked> | AsyncGenerator<number, Worked>
}
interface Worked { readonly stems: readonly Stem[]; readonly length: number }

export interface StretchingOptions {
  readonly stretches: Stretches
  /** [sound][channel]: what they are made of, block by block. */
  readonly taken: readonly Stem[]
  /** [stem][channel], the rest last: given back here. */
  readonly stems: readonly Stem[]
  /** The input of the same samples. */
  readonly input: Stem
  /** So many samples from the first on are ready. */
  readonly deliver: (count: number) => Promise<void>
  /** The share of the stretch that is done. */
  readonly report: (share: number) => void
  readonly signal: AbortSignal | undefined
}

export interface Stretching {
  /** Samples `from` to `to` of the blocks. Says whether a stretch went out. */
  take(from: number, to: number): Promise<boolean>
  /** Nothing more comes. */
  end(): Promise<void>
}

const TURN = 50 // ms between two turns of everyone else, a message that cancels among them

export function stretching({ stretches, taken, stems, input, deliver, report, signal }: StretchingOptions): Stretching {
  const block = input[0]!.length
  const waiting = input.map(() => new Float32Array(stretches.most))
  let held = 0

  async function work(last: boolean): Promise<void> {
    const steps = stretches.work(last)
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
    const { stems: made, length } = step.value
    for (let at = 0; at < length; at += block) {
      const count = Math.min(block, length - at)
      stems.forEach((stem, k) => stem.forEach((samples, c) => samples.set(made[k]![c]!.subarray(at, at + count))))
      input.forEach((samples, c) => samples.set(waiting[c]!.subarray(at, at + count)))
      await deliver(count)
    }
    for (const samples of waiting) samples.copyWithin(0, length, held)
    held -= length
  }

  return {
    async take(from, to) {
      const kept = { sounds: taken.map((sound) => sound.map((x) => x.slice(from, to))), input: input.map((x) => x.slice(from, to)) } // `work` writes where these came from
      let worked = false
      for (let at = 0; at < to - from; ) {
        const count = stretches.take(kept.sounds, at, to - from)
        waiting.forEach((samples, c) => samples.set(kept.input[c]!.subarray(at, at + count), held))
        held += count
        at += count
        if (!stretches.full) continue
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
