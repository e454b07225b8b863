// When a page goes, what it had begun ends: it reloads, fails, or is closed.

import type { WebContents } from 'electron'

const watched = new WeakMap<WebContents, Set<() => void>>()

/** From now on, whenever the page goes. The same function is called once each time. */
export function whenGone(contents: WebContents, does: () => void): void {
  const known = watched.get(contents)
  if (known) return void known.add(does)
  const all = new Set([does])
  watched.set(contents, all)
  const gone = (): void => { for (const each of all) each() }
  contents.on('destroyed', gone)
  contents.on('render-process-gone', gone)
  contents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => { if (isMainFrame && !isSameDocument) gone() })
}
