// Exporting away from the page's own thread. The page ends it by terminating it: nothing is kept.

import { exportSound } from './run.ts'
import type { Exported, ExportOrder } from './run.ts'
import { threadCrew } from '../threads.ts'

export interface ToExport { readonly order: ExportOrder; readonly threads: number }
export type FromExport =
  | { readonly type: 'share'; readonly share: number }
  | { readonly type: 'done'; readonly exported: Exported }
  | { readonly type: 'failed'; readonly message: string }

const TELL_EVERY = 100 // ms

// As far as it is used: the page's types know of windows only.
interface Scope {
  onmessage: ((event: MessageEvent<ToExport>) => void) | null
  postMessage(news: FromExport, transfer?: Transferable[]): void
}
const scope = self as unknown as Scope

scope.onmessage = ({ data }) => {
  run(data).catch((error: unknown) => scope.postMessage({ type: 'failed', message: error instanceof Error ? error.message : String(error) }))
}

async function run({ order, threads }: ToExport): Promise<void> {
  const { crew, end } = threadCrew(order.refine ? threads : 0)
  let told = -Infinity
  const exported = await exportSound(order, crew, (share) => {
    if (performance.now() - told < TELL_EVERY) return
    told = performance.now()
    scope.postMessage({ type: 'share', share })
  })
  end()
  scope.postMessage({ type: 'done', exported }, exported.files.map(({ bytes }) => bytes))
}
