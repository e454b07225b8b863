// Where whatever plays alone in a passage of a file stands, found away from the page's own thread. It has a direction at
// every frequency, as rooms and effects make it.

import type { Covariance } from '../../worklet/covariance.ts'
import { kernelModule } from '../assets.ts'
import type { FileFeed } from '../feeds.ts'
import type { FieldOrder, Learned } from '../field/worker.ts'
import type { Passage } from '../state.ts'

/** Of a file of two channels. Null: nothing sounds there. */
export async function learnPlace({ buffer }: FileFeed, { from, to }: Passage): Promise<Covariance | null> {
  const { sampleRate } = buffer
  const [left, right] = [0, 1].map((channel) => buffer.getChannelData(channel).slice(Math.round(from * sampleRate), Math.round(to * sampleRate))) as
    [Float32Array<ArrayBuffer>, Float32Array<ArrayBuffer>]
  const order: FieldOrder = { task: 'learn', module: await kernelModule(), sampleRate, left, right }
  const worker = new Worker(new URL('../field/worker.ts', import.meta.url), { type: 'module' })
  const { covariance } = await new Promise<Learned>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Learned>) => resolve(data)
    worker.onerror = (event) => reject(new Error(event.message || 'the worker did not start'))
    worker.postMessage(order, [left.buffer, right.buffer])
  })
  return covariance
}
