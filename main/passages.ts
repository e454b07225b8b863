// Learned places of a file: the passages in which only one source plays are heard before anything is separated.

import { passageKey, type Covariances } from '../worklet/covariance.ts'
import type { Dictionary } from '../worklet/dictionary.ts'
import { PlaceListener } from '../worklet/place-listener.ts'
import type { LearnedPlace } from '../worklet/selection.ts'
import { readSound } from '../renderer/audio/reader.ts'
import { openAudio } from './audio/file.ts'
import { Cancelled, UserError } from './user-error.ts'

const BLOCK = 4096

/** The covariance of each passage of a two-channel file, through the windows of the session that `dictionary` makes. */
export async function learnPassages(input: string, passages: readonly LearnedPlace['learned'][], dictionary: Dictionary,
  module: WebAssembly.Module, signal?: AbortSignal): Promise<Covariances> {
  const learned: Record<string, Covariances[string]> = {}
  for (const passage of passages) learned[passageKey(passage)] = await learnPassage(input, passage, dictionary, module, signal)
  return learned
}

async function learnPassage(input: string, { from, to }: LearnedPlace['learned'], dictionary: Dictionary, module: WebAssembly.Module,
  signal?: AbortSignal): Promise<Covariances[string]> {
  const reader = await openAudio(input)
  try {
    const { sampleRate } = reader
    const listener = new PlaceListener(module, dictionary, sampleRate)
    const block = [new Float32Array(BLOCK), new Float32Array(BLOCK)]
    const [first, last] = [Math.round(from * sampleRate), Math.round(to * sampleRate)]
    for (let position = 0, count: number; position < last; position += count) {
      if (signal?.aborted) throw new Cancelled()
      count = await readSound(reader, block.map((channel) => channel.subarray(0, (position < first ? first : last) - position)), position)
      if (count === 0)
        throw new UserError(`${input}: expected the passage from ${from} to ${to} s, where a place is learned, within the `
          + `${(position / sampleRate).toFixed(3)} s of the file`)
      if (position >= first) listener.write(block, count)
    }
    const covariance = listener.finish()
    if (!covariance) throw new UserError(`${input}: expected sound from ${from} to ${to} s, where a place is learned, got silence`)
    return covariance
  } finally {
    await reader.close()
  }
}
