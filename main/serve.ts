// The app on this machine's own address, for browsers: `npm start` without Electron, and the tests.
// Only programs on this machine reach it, and only pages that came from it: any other Host is turned away, so that a
// foreign site whose name is pointed at 127.0.0.1 reads nothing.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serveAssets } from './assets.ts'
import type { AssetOptions } from './assets.ts'
import { UserError } from './user-error.ts'

export interface Served {
  /** With the slash at the end. */
  readonly url: string
  close(): Promise<void>
}

/** `port` 0 takes any free one. Rejects with one sentence where the port cannot be had. */
export async function serve(folder: string, { port = 0, ...options }: AssetOptions & { readonly port?: number } = {}): Promise<Served> {
  const assets = serveAssets(folder, options)
  const server = createServer((incoming, outgoing) => {
    const answer = async (): Promise<void> => {
      const { port: own } = server.address() as AddressInfo
      const hosts = [`127.0.0.1:${own}`, `localhost:${own}`, ...(own === 80 ? ['127.0.0.1', 'localhost'] : [])]
      if (!hosts.includes(incoming.headers.host?.toLowerCase() ?? ''))
        return void outgoing.writeHead(421, { 'Content-Type': 'text/plain' }).end('this server answers to its own address only\n')
      if (!incoming.url?.startsWith('/'))
        return void outgoing.writeHead(400, { 'Content-Type': 'text/plain' }).end('expected a path\n')
      // A body is never read: whatever has one is refused by its method.
      const method = incoming.method === 'GET' || incoming.method === 'HEAD' ? incoming.method : 'POST'
      const response = await assets(new Request(`http://127.0.0.1:${own}${incoming.url}`, { method }))
      outgoing.writeHead(response.status, Object.fromEntries(response.headers))
      outgoing.end(new Uint8Array(await response.arrayBuffer()))
    }
    answer().catch((error: unknown) => {
      process.stderr.write(`winnow: ${incoming.url}: ${error instanceof Error ? error.message : String(error)}\n`)
      if (!outgoing.headersSent) outgoing.writeHead(500)
      outgoing.end()
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(
      error.code === 'EADDRINUSE' ? new UserError(`--port: expected a free one, got ${port}, which is in use`)
      : error.code === 'EACCES' ? new UserError(`--port: expected one that may be opened, got ${port}`)
      : error))
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    }),
  }
}
