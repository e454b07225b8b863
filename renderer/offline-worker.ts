// The page where there is no network: a service worker keeps every file of the app. The server is asked first, so that a new
// build is there at once; what was kept answers only where the server does not.

// As far as it is used: the page's types know of windows only.
interface Extendable extends Event { waitUntil(work: Promise<unknown>): void }
interface Fetching extends Extendable { readonly request: Request; respondWith(response: Promise<Response>): void }
interface Scope {
  addEventListener(type: 'install' | 'activate', listener: (event: Extendable) => void): void
  addEventListener(type: 'fetch', listener: (event: Fetching) => void): void
  skipWaiting(): Promise<void>
  readonly clients: { claim(): Promise<void> }
  readonly registration: { readonly scope: string }
}
const scope = self as unknown as Scope

const KEPT = 'winnow'

scope.addEventListener('install', (event) => event.waitUntil(keepAll().then(() => scope.skipWaiting())))
scope.addEventListener('activate', (event) => event.waitUntil(dropOld().then(() => scope.clients.claim())))
scope.addEventListener('fetch', (event) => {
  const { request } = event
  if (request.method === 'GET' && request.url.startsWith(scope.registration.scope)) event.respondWith(answer(request))
})

/** Addresses of all files, as the build listed them. */
async function addresses(): Promise<string[]> {
  const names = await (await fetch(new URL('files.json', scope.registration.scope), { cache: 'no-cache' })).json() as readonly string[]
  return ['', 'files.json', ...names].map((name) => new URL(name, scope.registration.scope).href)
}

/** A file that its host has taken away is not kept; a server that does not answer ends it, until the next visit. */
async function keepAll(): Promise<void> {
  const cache = await caches.open(KEPT)
  await Promise.all((await addresses()).map(async (address) => {
    const response = await fetch(address, { cache: 'no-cache' })
    if (response.ok) await cache.put(address, response)
  }))
}

/** Files of builds that are gone. */
async function dropOld(): Promise<void> {
  const [cache, wanted] = [await caches.open(KEPT), new Set(await addresses())]
  for (const { url } of await cache.keys()) if (!wanted.has(url)) await cache.delete(url)
}

async function answer(request: Request): Promise<Response> {
  const cache = await caches.open(KEPT)
  try {
    const response = await fetch(request)
    if (response.status === 200) await cache.put(request, response.clone()) // a range of a file is none of the app's
    return response
  } catch (error) {
    const kept = await cache.match(request, { ignoreSearch: true, ignoreVary: true })
    if (kept) return kept
    throw error
  }
}
