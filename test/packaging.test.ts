// The packages, as far as they can be made without Electron's binary: the settings are valid for every system, and a
// folder built around a stand-in binary holds the app, only the app, and a binary whose doors were closed.

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { createRequire, isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

// What the packager itself uses, found from its own place: none of it is a dependency of ours.
const packager = createRequire(createRequire(import.meta.url).resolve('electron-builder/package.json'))
const library = createRequire(packager.resolve('app-builder-lib/package.json'))
const { extractFile, listPackage } = library('@electron/asar') as typeof import('@electron/asar')
const { FuseV1Options, getCurrentFuseWire } = library('@electron/fuses') as typeof import('@electron/fuses')

interface Target { readonly target: string; readonly arch: readonly string[] }
interface Config {
  readonly mac: { readonly target: readonly Target[]; readonly entitlements: string; readonly hardenedRuntime: boolean; readonly icon: string; readonly extendInfo: Readonly<Record<string, string>> }
  readonly win: { readonly target: readonly Target[]; readonly icon: string }
  readonly linux: { readonly target: readonly string[]; readonly icon: string }
  readonly publish: unknown
}

describe('the settings', () => {
  const { getConfig, validateConfiguration } = packager('app-builder-lib/out/util/config/config.js') as {
    getConfig(folder: string, path: null, options: null): Promise<Config>
    validateConfiguration(config: unknown, log: object): Promise<void>
  }
  const log = { isEnabled: false, add: () => undefined }

  test('are valid, and the check would find a wrong one', async () => {
    const config = await getConfig(root, null, null)
    await validateConfiguration(config, log)
    await expect(validateConfiguration({ ...config, npmRebuilt: false }, log)).rejects.toThrow('npmRebuilt')
  })

  test('name every system', async () => {
    const { mac, win, linux, publish } = await getConfig(root, null, null)
    expect(mac.target.find(({ target }) => target === 'dmg')?.arch).toEqual(['arm64', 'x64'])
    expect(win.target.map(({ target }) => target)).toEqual(['nsis', 'portable'])
    expect(linux.target).toEqual(['AppImage', 'deb'])
    expect(mac.hardenedRuntime).toBe(true)
    expect(mac.extendInfo['NSMicrophoneUsageDescription']).toMatch(/microphone/)
    expect(publish).toBe(null)
  })

  test('macOS lets it hear and compile, and nothing else', async () => {
    const plist = await readFile(join(root, (await getConfig(root, null, null)).mac.entitlements), 'utf8')
    expect([...plist.matchAll(/<key>(.*?)<\/key><(\w+)\/>/g)].map(([, key, value]) => `${key} ${value}`))
      .toEqual(['com.apple.security.cs.allow-jit true', 'com.apple.security.device.audio-input true'])
  })
})

describe('the icons', () => {
  const icon = (kind: string): Promise<Buffer> => readFile(join(root, 'dist/icons/icon.' + kind))
  const size = (png: Buffer): number[] => {
    expect(png.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n')
    return [png.readUInt32BE(16), png.readUInt32BE(20)]
  }
  test('Linux has 512 pixels', async () => expect(size(await icon('png'))).toEqual([512, 512]))
  test('Apple has its pieces up to 1024 pixels', async () => {
    const bytes = await icon('icns')
    expect([bytes.toString('latin1', 0, 4), bytes.readUInt32BE(4)]).toEqual(['icns', bytes.length])
    const widths: number[] = []
    for (let at = 8; at < bytes.length; at += bytes.readUInt32BE(at + 4)) widths.push(size(bytes.subarray(at + 8))[0]!)
    expect(widths).toEqual([16, 32, 64, 128, 256, 512, 1024])
  })
  test('Microsoft has its pieces up to 256 pixels', async () => {
    const bytes = await icon('ico')
    expect([bytes.readUInt16LE(0), bytes.readUInt16LE(2)]).toEqual([0, 1])
    const widths = Array.from({ length: bytes.readUInt16LE(4) }, (_, i) => size(bytes.subarray(bytes.readUInt32LE(6 + 16 * i + 12)))[0])
    expect(widths).toEqual([16, 32, 64, 128, 256])
  })
})

describe('a folder for Linux', () => {
  let folder: string
  let output: string
  let asar: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'winnow-package-'))
    const electron = join(folder, 'electron')
    await mkdir(join(electron, 'locales'), { recursive: true })
    await mkdir(join(electron, 'resources'))
    for (const name of ['LICENSE', 'LICENSES.chromium.html', 'locales/en-US.pak', 'locales/de.pak']) await writeFile(join(electron, name), '')
    // A binary as far as the fuses go: their mark, the version of the list, its length, and each in its first state.
    const initial = '101100101'
    await writeFile(join(electron, 'electron'), Buffer.concat([
      Buffer.from('\x7fELF' + '\0'.repeat(60) + 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX', 'latin1'), Buffer.of(1, initial.length), Buffer.from(initial), Buffer.alloc(64),
    ]))
    await chmod(join(electron, 'electron'), 0o755)
    await promisify(execFile)(process.execPath, [
      join(root, 'node_modules/electron-builder/cli.js'), '--linux', 'dir', '--x64', `-c.electronDist=${electron}`, `-c.directories.output=${join(folder, 'out')}`,
    ], { cwd: root, env: { ...process.env, CSC_IDENTITY_AUTO_DISCOVERY: 'false' } })
    output = join(folder, 'out/linux-unpacked')
    asar = join(output, 'resources/app.asar')
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  test('holds the app, and only the app', async () => {
    const files = listPackage(asar, { isPack: false })
    const app = (await readdir(join(root, 'dist/app'), { recursive: true })).filter((name) => !name.endsWith('.map')).map((name) => '/dist/app/' + name)
    const native = existsSync(join(root, 'dist/midi.cjs')) ? ['/dist/midi.cjs', '/dist/prebuilds', '/dist/prebuilds/midi-linux-x64', '/dist/prebuilds/midi-linux-x64/node-napi-v7.node'] : []
    expect(files.sort()).toEqual(['/LICENSE', '/dist', '/dist/app', '/dist/main.js', '/dist/preload.cjs', '/package.json', ...native, ...app].sort())
    if (native.length) {
      const binary = 'dist/prebuilds/midi-linux-x64/node-napi-v7.node' // outside the archive, or the system could not load it
      expect((await readFile(join(output, 'resources/app.asar.unpacked', binary))).equals(await readFile(join(root, binary)))).toBe(true)
    }
    for (const name of ['dist/main.js', 'dist/preload.cjs', 'dist/app/index.html', 'dist/app/worklet.js', 'dist/app/kernel.wasm'])
      expect(extractFile(asar, name).equals(await readFile(join(root, name))), name).toBe(true)
  })

  test('starts from a file that it has, which imports nothing that it has not', () => {
    const { main, type } = JSON.parse(extractFile(asar, 'package.json').toString()) as Record<string, string>
    expect([main, type]).toEqual(['dist/main.js', 'module'])
    const imports = (name: string, form: RegExp): string[] => [...extractFile(asar, name).toString().matchAll(form)].map((found) => found[1]!)
    const needed = [...imports('dist/main.js', /^(?:import|export)\b[^'"]*?['"]([^'"]+)['"];?$/gm), ...imports('dist/preload.cjs', /\brequire\(['"]([^'"]+)['"]\)/g)]
    expect(needed).toContain('electron')
    expect(needed.filter((name) => name !== 'electron' && !isBuiltin(name))).toEqual([])
    expect(imports('dist/preload.cjs', /\brequire\(['"]([^'"]+)['"]\)/g)).toEqual(['electron'])
  })

  test('has a binary that is nothing but this app', async () => {
    const fuses = await getCurrentFuseWire(join(output, 'winnow'))
    const on = (fuse: number): string => String.fromCharCode(fuses[fuse as keyof typeof fuses] as number) // "0" or "1"
    expect({
      runAsNode: on(FuseV1Options.RunAsNode), options: on(FuseV1Options.EnableNodeOptionsEnvironmentVariable),
      inspect: on(FuseV1Options.EnableNodeCliInspectArguments), integrity: on(FuseV1Options.EnableEmbeddedAsarIntegrityValidation),
      asarOnly: on(FuseV1Options.OnlyLoadAppFromAsar), file: on(FuseV1Options.GrantFileProtocolExtraPrivileges),
    }).toEqual({ runAsNode: '0', options: '0', inspect: '0', integrity: '1', asarOnly: '1', file: '0' })
  })

  test('brings the language it speaks', async () => {
    expect(await readdir(join(output, 'locales'))).toEqual(['en-US.pak'])
  })
})
