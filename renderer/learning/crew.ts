// One more thread for a fit: it keeps shards of the frames and answers questions about them.

import { serve } from '../../presets/learn/crew.ts'

// As far as it is used: the page's types know of windows only.
interface Scope {
  onmessage: ((event: MessageEvent) => void) | null
  postMessage(message: unknown): void
}
const scope = self as unknown as Scope

serve({ post: (message) => scope.postMessage(message), hear: (listener) => { scope.onmessage = ({ data }) => listener(data as never) } })
