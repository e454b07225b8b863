// Where whatever plays alone in a passage of a file stands, found away from the page's own thread. It has a direction at
// every frequency, as rooms and effects make it.

import type { Covariance } from '../../worklet/covariance.ts'
import { kernelModule } from '../assets.ts'
import { passageOf } from '../recording/read.ts'
import type { Recording } from '../recording/recording.ts'
import type { FieldOrder, Learned } from '../field/worker.ts'
import type { Passage } from '../state.ts'

/** Of a file of two channels. Null: nothing sounds there. */
export async function learnPlace(recording: Recording, { from, to }: Passage): Promise<Covariance | null> {
  const [left, right] = await passageOf(recording, from, to) as [Float32Array<ArrayBuffer>, Float32Array<ArrayBuffer>]
  const order: FieldOrder = { type: 'learn', module: await kernelModule(), sampleRate: recording.sampleRate, left, right }
  const worker = new Worker(new URL('../field/worker.ts', import.meta.url), { type: 'module' })
  const { covariance } = await new Promise<Learned>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Learned>) => resolve(data)
    worker.onerror = (event) => reject(new Error(event.message || 'the worker did not start'))
    worker.postMessage(order, [left.buffer, right.buffer])
  })
  return covariance
}
