// The one function that serves the page: what it gives, with which headers, and that it gives nothing else.

import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { contentSecurityPolicy, serveAssets } from '../main/assets.ts'

let outside: string
let folder: string

beforeAll(async () => {
  outside = await mkdtemp(join(tmpdir(), 'winnow-assets-'))
  folder = join(outside, 'app')
  await mkdir(join(folder, 'assets'), { recursive: true })
  await mkdir(join(outside, 'app-other'))
  await writeFile(join(outside, 'secret.txt'), 'secret')
  await writeFile(join(outside, 'app-other/secret.txt'), 'secret')
  await writeFile(join(folder, 'index.html'), '<!doctype html>')
  await writeFile(join(folder, '.hidden'), 'secret')
  await writeFile(join(folder, 'kernel.wasm'), Uint8Array.of(0, 97, 115, 109))
  await writeFile(join(folder, 'assets/a b.js'), 'export {}')
  await writeFile(join(folder, 'assets/some.thing'), 'x')
  await symlink(join(outside, 'secret.txt'), join(folder, 'link.txt'))
  await symlink(outside, join(folder, 'up'))
  await symlink(join(folder, 'loop'), join(folder, 'loop'))
})
afterAll(() => rm(outside, { recursive: true, force: true }))

const get = (path: string, method = 'GET', isolated = true): Promise<Response> =>
  serveAssets(folder, { isolated })(new Request('app://winnow' + path, { method }))

describe('files', () => {
  test.each([
    ['/', 'text/html; charset=utf-8', '<!doctype html>'],
    ['/index.html', 'text/html; charset=utf-8', '<!doctype html>'],
    ['/index.html?x=1#y', 'text/html; charset=utf-8', '<!doctype html>'],
    ['/kernel.wasm', 'application/wasm', '\0asm'],
    ['/assets/a%20b.js', 'text/javascript; charset=utf-8', 'export {}'],
    ['/assets/../index.html', 'text/html; charset=utf-8', '<!doctype html>'],
    ['/assets/some.thing', 'application/octet-stream', 'x'],
  ])('%s is %s', async (path, type, body) => {
    const response = await get(path)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe(type)
    expect(response.headers.get('content-length')).toBe(String(body.length))
    expect(await response.text()).toBe(body)
  })

  test('HEAD says the length and sends nothing', async () => {
    const response = await get('/kernel.wasm', 'HEAD')
    expect([response.status, response.headers.get('content-length'), await response.text()]).toEqual([200, '4', ''])
  })

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('%s is refused', async (method) => {
    const response = await get('/', method)
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
    expect(await response.text()).toBe(`expected GET or HEAD, got ${method}\n`)
  })
})

describe('nothing outside of the folder', () => {
  test.each([
    '/nothing.js', '/assets', '/assets/', '//index.html', '/assets//a%20b.js', '/index.html/', '/index.html/x',
    '/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/..%2Fapp-other/secret.txt', '/%2e%2e%2fsecret.txt', '/assets/..%2f..%2fsecret.txt',
    '/..%5csecret.txt', '/assets%5c..%5c..%5csecret.txt', '/%2fetc/passwd', '//etc/passwd', '/C:/secret.txt', '/c%3a/secret.txt',
    '/index.html%00.js', '/%00', '/%', '/%ff%fe', '/%c0%ae%c0%ae/secret.txt', '/.hidden', '/./%2ehidden',
    '/link.txt', '/up/secret.txt', '/up/app/index.html/..', '/loop', '/' + 'x'.repeat(5000), '/' + 'x/'.repeat(3000) + 'x',
  ])('%.60s', async (path) => {
    const response = await get(path)
    expect(response.status).toBe(404)
    expect(await response.text()).not.toContain('secret')
  })

  test('2000 random paths made of the dangerous pieces', async () => {
    let state = 11
    const random = (): number => (state = Math.imul(state, 1103515245) + 12345 >>> 0) / 2 ** 32
    const pieces = ['..', '.', '/', '%2f', '%5c', '\\', '%2e', '%2e%2e', '%00', 'app', 'app-other', 'secret.txt', 'up', 'assets', 'link.txt', '%', '?', '#', ':', 'é', '%u002e', '//']
    for (let i = 0; i < 2000; i++) {
      let path = '/'
      for (let length = 1 + Math.floor(random() * 8); length > 0; length--) path += pieces[Math.floor(random() * pieces.length)]
      const response = await get(path)
      const text = await response.text()
      expect([200, 404], path).toContain(response.status)
      expect(text.includes('secret') || (response.status === 200 && text !== '<!doctype html>'), path).toBe(false)
    }
  })
})

describe('headers', () => {
  test('every answer carries the walls, refusals too', async () => {
    for (const response of await Promise.all([get('/'), get('/nothing'), get('/', 'POST'), get('/kernel.wasm', 'HEAD')])) {
      expect(response.headers.get('content-security-policy')).toBe(contentSecurityPolicy)
      expect(response.headers.get('x-content-type-options')).toBe('nosniff')
      expect(response.headers.get('referrer-policy')).toBe('no-referrer')
      expect(response.headers.get('permissions-policy')).toContain('camera=()')
      expect(response.headers.get('cross-origin-opener-policy')).toBe('same-origin')
      expect(response.headers.get('cross-origin-embedder-policy')).toBe('require-corp')
      expect(response.headers.get('cross-origin-resource-policy')).toBe('same-origin')
    }
  })

  test('isolation can be left out, the policy cannot', async () => {
    const { headers } = await get('/', 'GET', false)
    expect([...headers.keys()].filter((name) => name.startsWith('cross-origin'))).toEqual([])
    expect(headers.get('content-security-policy')).toBe(contentSecurityPolicy)
  })

  test('the policy starts from nothing and allows neither inline code nor other origins', () => {
    expect(contentSecurityPolicy).toMatch(/^default-src 'none'; /)
    expect(contentSecurityPolicy).not.toMatch(/unsafe-inline|'unsafe-eval'|https?:|\*/)
  })
})
