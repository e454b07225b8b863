// The built page as one function from Request to Response. Electron's app:// handler and the local server both call
// it, so the page meets the same headers, and the same walls, wherever it runs.

import { readFile, realpath } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm', // compileStreaming insists on it
  '.preset': 'application/octet-stream',
}

/** Everything that the page needs, and nothing that it does not. */
export const contentSecurityPolicy = [
  "default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "style-src 'self'", "font-src 'self'", "worker-src 'self'",
  "img-src 'self' data: blob:", "media-src 'self' blob:", "connect-src 'self'", "manifest-src 'self'",
  "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
].join('; ')

const permissionsPolicy = 'microphone=(self), midi=(self), speaker-selection=(self), display-capture=(self), camera=(), geolocation=(), usb=(), serial=(), hid=()'

const plain = {
  'Content-Security-Policy': contentSecurityPolicy,
  'Permissions-Policy': permissionsPolicy,
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-cache', // the next build has other bytes under the same names
}

/** What makes the page cross-origin isolated, and so gives it SharedArrayBuffer. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
}

export interface AssetOptions {
  /** False leaves out the isolation headers, as a host that does not know them would. */
  readonly isolated?: boolean
}

export type Assets = (request: Request) => Promise<Response>

/** Serves the files below `folder`, and never anything else. */
export function serveAssets(folder: string, { isolated = true }: AssetOptions = {}): Assets {
  const headers = { ...plain, ...(isolated && isolation) }
  const refuse = (status: number, sentence: string, extra: Record<string, string> = {}): Response =>
    new Response(sentence + '\n', { status, headers: { ...headers, ...extra, 'Content-Type': types['.txt']! } })

  return async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return refuse(405, `expected GET or HEAD, got ${request.method}`, { Allow: 'GET, HEAD' })
    const path = relativePath(new URL(request.url).pathname)
    const bytes = path === null ? null : await contents(folder, path)
    if (path === null || bytes === null) return refuse(404, 'there is no such file in the app')
    return new Response(request.method === 'HEAD' ? null : bytes, {
      headers: { ...headers, 'Content-Type': types[extname(path).toLowerCase()] ?? 'application/octet-stream', 'Content-Length': String(bytes.byteLength) },
    })
  }
}

/** The path below the folder, or null for one that no file of ours can have. `URL` has resolved plain dots already; encoded ones come back here. */
function relativePath(pathname: string): string | null {
  let path: string
  try {
    path = decodeURIComponent(pathname).slice(1) || 'index.html'
  } catch {
    return null
  }
  const parts = path.split('/')
  return parts.some((part) => part === '' || part.startsWith('.') || /[\\:\0]/.test(part)) ? null : join(...parts)
}

async function contents(folder: string, path: string): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    const [home, real] = await Promise.all([realpath(folder), realpath(join(folder, path))])
    if (!real.startsWith(home + sep)) return null // a link that leads out
    return new Uint8Array(await readFile(real)) // and no handle: inside app.asar, Electron would copy the file out to open it
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR' || code === 'ENAMETOOLONG' || code === 'ELOOP') return null
    throw error
  }
}
