// Exporting away from the page's own thread. What is written goes to the page, which has the folder, and no more of it is
// under way than the page has room for. The page ends it by terminating it.

import { exportSound } from './run.ts'
import type { ExportOrder } from './run.ts'
import type { Written } from './written.ts'
import { threadCrew } from '../threads.ts'
import type { Sink } from '../wav-writer.ts'

export type ToExport =
  | { readonly type: 'start'; readonly order: ExportOrder; readonly threads: number }
  /** So many bytes have arrived. */
  | { readonly type: 'taken'; readonly bytes: number }
export type FromExport =
  | { readonly type: 'share'; readonly share: number }
  /** At the end of the file, or at `position` of it. */
  | { readonly type: 'bytes'; readonly file: string; readonly bytes: ArrayBuffer; readonly position: number | null }
  | { readonly type: 'done'; readonly written: Written }
  | { readonly type: 'failed'; readonly message: string }

const TELL_EVERY = 100 // ms
const MOST_WAITING = 8 * 2 ** 20 // bytes

// As far as it is used: the page's types know of windows only.
interface Scope {
  onmessage: ((event: MessageEvent<ToExport>) => void) | null
  postMessage(news: FromExport, transfer?: Transferable[]): void
}
const scope = self as unknown as Scope

let waiting = 0
let room = (): void => {}

async function send(file: string, from: Uint8Array, position: number | null): Promise<void> {
  while (waiting > MOST_WAITING) await new Promise<void>((resolve) => { room = resolve })
  const bytes = from.slice().buffer
  waiting += bytes.byteLength
  scope.postMessage({ type: 'bytes', file, bytes, position }, [bytes])
}
const sink = (file: string): Sink => ({ write: (bytes) => send(file, bytes, null), rewrite: (position, bytes) => send(file, bytes, position) })

scope.onmessage = ({ data }) => {
  if (data.type === 'taken') {
    waiting -= data.bytes
    room()
  } else run(data).catch((error: unknown) => scope.postMessage({ type: 'failed', message: error instanceof Error ? error.message : String(error) }))
}

async function run({ order, threads }: Extract<ToExport, { type: 'start' }>): Promise<void> {
  const { crew, end } = threadCrew(order.refine ? threads : 0)
  let told = -Infinity
  const written = await exportSound(order, async (file) => sink(file), crew, (share) => {
    if (performance.now() - told < TELL_EVERY) return
    told = performance.now()
    scope.postMessage({ type: 'share', share })
  })
  end()
  scope.postMessage({ type: 'done', written })
}
