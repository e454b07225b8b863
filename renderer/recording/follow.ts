// Keeps a worker told of a recording that grows. The messages are the same for all of them.

import type { Recording } from './recording.ts'
import type { Sound } from './decode.ts'

/** There is more of the recording that a worker reads. */
export interface Grown { readonly type: 'grown'; readonly recording: Recording }

/** Not more often than this: each message names all segments. */
const EVERY = 250 // ms

/** Posts the recording as it grows, until it is whole; the answer ends it. */
export function follow({ recording }: Sound, post: (message: Grown) => void): () => void {
  let told = recording.peek()
  let timer = 0
  const tell = (): void => {
    timer = 0
    if (recording.peek() === told) return
    told = recording.peek()
    post({ type: 'grown', recording: told })
  }
  const stop = recording.subscribe(({ whole }) => {
    if (whole) tell()
    else timer ||= self.setTimeout(tell, EVERY)
  })
  return () => {
    stop()
    clearTimeout(timer)
  }
}
