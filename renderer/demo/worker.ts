// Makes the demo away from the page's own thread, as the bytes of a WAV file: it is opened like any other.

import { sampleEncoder, wavBytes, wavHead } from '../wav.ts'
import { LOOP_SAMPLES, RATE } from './loop.ts'
import { demo } from './mix.ts'

// As far as it is used: the page's types know of windows only.
interface Scope { postMessage(bytes: ArrayBuffer, transfer: Transferable[]): void; close(): void }
const scope = self as unknown as Scope

const [left, right] = demo()
const shape = { sampleRate: RATE, channels: 2, bits: 'float' } as const
const head = wavHead(shape, LOOP_SAMPLES, false)
const bytes = new Uint8Array(wavBytes(shape, LOOP_SAMPLES))
bytes.set(head)
const view = new DataView(bytes.buffer)
const { put } = sampleEncoder('float')
for (let i = 0; i < LOOP_SAMPLES; i++) {
  put(view, head.length + 8 * i, left[i]!)
  put(view, head.length + 8 * i + 4, right[i]!)
}
scope.postMessage(bytes.buffer, [bytes.buffer])
scope.close()
