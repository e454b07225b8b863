// Makes the demo away from the page's own thread, as the bytes of a WAV file: it is opened like any other.

import { wholeWav } from '../wav.ts'
import { LOOP_SAMPLES, RATE } from './loop.ts'
import { demo } from './mix.ts'

// As far as it is used: the page's types know of windows only.
interface Scope { postMessage(bytes: ArrayBuffer, transfer: Transferable[]): void; close(): void }
const scope = self as unknown as Scope

const [left, right] = demo()
const file = wholeWav(RATE, 2, LOOP_SAMPLES)
for (let i = 0; i < LOOP_SAMPLES; i++) {
  file.put(left[i]!)
  file.put(right[i]!)
}
scope.postMessage(file.bytes, [file.bytes])
scope.close()
