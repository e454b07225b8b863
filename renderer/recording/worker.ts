// Decodes a sound file into the segments of a Recording, away from the page's own thread and never with more than one of
// them in memory. The first ones are short, so that playing starts at once. The page ends it by terminating it.

import { bytesAt } from '../audio/bytes.ts'
import { openSource, type AudioReader } from '../audio/reader.ts'
import { resampled } from '../audio/resampled.ts'
import { UserError } from '../user-error.ts'
import { isForBrowser } from './marks.ts'
import type { FromDecoding, ToDecoding } from './messages.ts'
import { Outliner } from './outline.ts'
import { packed } from './recording.ts'
import { roomFor, type Room } from './room.ts'
import { byteSource } from './source.ts'

/** Seconds of the first segments, each twice as long as the one before, and of all others. */
const FIRST = 2
const SEGMENT = 20

const port = self as unknown as {
  onmessage: ((event: MessageEvent<ToDecoding>) => void) | null
  postMessage(message: FromDecoding): void
}

port.onmessage = ({ data }) => {
  decode(data).catch((error: unknown) => port.postMessage({
    type: 'failed', message: error instanceof Error ? error.message : String(error), unknown: error instanceof Unknown,
  }))
}

class Unknown extends Error {}

async function opened({ name, source }: ToDecoding): Promise<AudioReader> {
  const bytes = byteSource(name, source)
  if (isForBrowser(await bytesAt(bytes, 0, 64))) throw new Unknown(`${name}: for the browser to read`)
  return openSource(bytes)
}

async function decode(order: ToDecoding): Promise<void> {
  const file = await opened(order)
  const reader = resampled(file)
  const { sampleRate, channels } = reader
  const room = await roomFor(order.folder, reader)
  let expected = reader.expected
  let outliner: Outliner | null = null
  let seconds = FIRST
  for (let from = 0, number = 0; ; number++, seconds = Math.min(SEGMENT, 2 * seconds)) {
    const block = Array.from({ length: channels }, () => new Float32Array(Math.round(seconds * sampleRate)))
    const { length, error } = await filled(reader, block)
    if (!outliner) {
      if (error && length === 0) throw error
      expected ??= Math.round(length / Math.max(1e-9, reader.progress))
      outliner = new Outliner(expected)
      port.postMessage({ type: 'opened', sampleRate, channels, made: file.sampleRate, expected, samplesPerPeak: outliner.samplesPerPeak })
    }
    if (length > 0) {
      const samples = await kept(room, number, block, length, order.name)
      from += length
      port.postMessage({
        type: 'segment', segment: { from: from - length, length, samples }, peaks: outliner.take(block.map((x) => x.subarray(0, length)), length),
        expected: Math.max(expected!, from), share: reader.progress,
      })
    }
    if (error) throw error
    if (length < block[0]!.length) break
  }
  await reader.close()
  port.postMessage({ type: 'done', peaks: outliner!.finish() })
}

/** Fills the block; where the file is damaged, as far as it goes. */
async function filled(reader: AudioReader, block: readonly Float32Array[]): Promise<{ readonly length: number; readonly error: unknown }> {
  const PIECE = 16_384
  let length = 0
  try {
    for (let got = -1; got !== 0 && length < block[0]!.length; length += got)
      got = await reader.read(block.map((samples) => samples.subarray(length, length + PIECE)))
  } catch (error) {
    return { length, error }
  }
  return { length, error: null }
}

async function kept(room: Room, number: number, block: readonly Float32Array[], length: number, name: string): Promise<Blob> {
  try {
    return await room.keep(number, packed(block, length))
  } catch (error) {
    if (error instanceof DOMException && error.name === 'QuotaExceededError') throw new UserError(`${name}: the browser’s place on the disk is full`)
    throw error
  }
}
