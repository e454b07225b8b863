// The local server over real sockets: who may ask, for what, and that it ends.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serve } from '../main/serve.ts'
import type { Served } from '../main/serve.ts'

let folder: string
let served: Served
let port: number

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'winnow-serve-'))
  await writeFile(join(folder, 'index.html'), '<!doctype html>page')
  served = await serve(folder)
  port = Number(new URL(served.url).port)
})
afterAll(async () => {
  await served.close()
  await rm(folder, { recursive: true, force: true })
})

/** Bytes as they are, where fetch would tidy them. */
const raw = (text: string, host = '127.0.0.1'): Promise<string> => new Promise((resolve, reject) => {
  let answer = ''
  const socket = connect(port, host, () => socket.write(text))
  socket.setEncoding('latin1').on('data', (part) => (answer += part)).on('end', () => resolve(answer)).on('error', reject)
  socket.setTimeout(5000, () => { socket.destroy(); reject(new Error('no answer to ' + text)) })
})
const ask = (line: string, host = `127.0.0.1:${port}`): Promise<string> => raw(`${line}\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)

test('the page comes with its headers', async () => {
  const response = await fetch(served.url)
  expect(await response.text()).toBe('<!doctype html>page')
  expect(response.headers.get('cross-origin-opener-policy')).toBe('same-origin')
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
})

describe('only its own name is answered', () => {
  test.each([['127.0.0.1', 200], ['localhost', 200], ['LOCALHOST', 200]])('%s', async (name, status) => {
    expect(await ask('GET / HTTP/1.1', `${name}:${port}`)).toMatch(`HTTP/1.1 ${status}`)
  })
  test.each(['evil.example', 'evil.example:PORT', '127.0.0.1', 'localhost', '127.0.0.1:1', '0.0.0.0:PORT', '[::1]:PORT', '127.0.0.1.evil.example:PORT', '', '127.0.0.1:PORT,evil.example'])('not "%s"', async (host) => {
    const answer = await ask('GET / HTTP/1.1', host.replace('PORT', String(port)))
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d/)
    expect(answer).not.toContain('page')
  })
  test('a request without a Host is turned away', async () => {
    expect(await raw('GET / HTTP/1.1\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 400/)
    expect(await raw('GET / HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 421/)
  })
})

describe('only pages are given', () => {
  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE'])('%s', async (method) => {
    expect(await ask(`${method} / HTTP/1.1`)).toMatch(/^HTTP\/1\.1 405/)
  })
  test.each(['http://evil.example/', 'http://127.0.0.1/', '*'])('not %s', async (target) => {
    expect(await ask(`GET ${target} HTTP/1.1`)).toMatch(/^HTTP\/1\.1 400/)
  })
  test.each(['/../../../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/..%2f..%2fetc/passwd', '//etc/passwd', '/\\..\\x', '/%', '//[/'])('not %s', async (path) => {
    const answer = await ask(`GET ${path} HTTP/1.1`)
    expect(answer).toMatch(/^HTTP\/1\.1 40[04]/)
    expect(answer).not.toContain('root:')
  })
  test('HEAD has no body', async () => {
    expect(await ask('HEAD / HTTP/1.1')).toMatch(/content-length: 19\r\n(.*\r\n)*\r\n$/i)
  })
  test('what is no HTTP does not stop it', async () => {
    expect(await raw('\0\0\0\r\n\r\n')).toMatch(/^HTTP\/1\.1 400/)
    expect((await fetch(served.url)).status).toBe(200)
  })
})

test('no other address of this machine listens', async () => {
  const others = Object.values(networkInterfaces()).flatMap((all) => all ?? []).filter((one) => one.family === 'IPv4' && !one.internal)
  for (const { address } of others) await expect(raw('GET / HTTP/1.0\r\n\r\n', address)).rejects.toThrow()
  await expect(raw('GET / HTTP/1.0\r\n\r\n', '127.0.0.2')).rejects.toThrow()
})

test('a port in use is one sentence', async () => {
  await expect(serve(folder, { port })).rejects.toThrow(`--port: expected a free one, got ${port}, which is in use`)
})

test('closing ends it at once, open connections too, and frees the port', async () => {
  const other = await serve(folder)
  const otherPort = Number(new URL(other.url).port)
  const idle = connect(otherPort, '127.0.0.1')
  const ended = new Promise((resolve) => idle.on('close', resolve))
  await new Promise((resolve) => idle.on('connect', resolve))
  await other.close()
  await ended
  await expect(fetch(other.url)).rejects.toThrow()
  await (await serve(folder, { port: otherPort })).close()
})
