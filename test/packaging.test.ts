// The packages, as far as they can be made without Electron's binary: the settings are valid for every system, and a
// folder built around a stand-in binary holds the app, only the app, and a binary whose doors were closed.

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire, isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { presetFiles, sessionFiles, soundFiles } from '../renderer/host.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

// What the packager itself uses, found from its own place: none of it is a dependency of ours.
const packager = createRequire(createRequire(import.meta.url).resolve('electron-builder/package.json'))
const library = createRequire(packager.resolve('app-builder-lib/package.json'))
const { extractFile, listPackage } = library('@electron/asar') as typeof import('@electron/asar')
const { FuseV1Options, getCurrentFuseWire } = library('@electron/fuses') as typeof import('@electron/fuses')

interface Target { readonly target: string; readonly arch: readonly string[] }
interface Config {
  readonly mac: { readonly fileAssociations: readonly Association[]; readonly target: readonly Target[]; readonly entitlements: string; readonly hardenedRuntime: boolean; readonly icon: string; readonly extendInfo: Readonly<Record<string, string>> }
  readonly win: { readonly target: readonly Target[]; readonly icon: string }
  readonly linux: { readonly mimeTypes: readonly string[]; readonly target: readonly string[]; readonly icon: string }
  readonly publish: unknown
  readonly fileAssociations: readonly Association[]
}
interface Association { readonly ext: string | readonly string[]; readonly mimeType?: string; readonly icon?: string; readonly role: string; readonly rank: string }

const { getConfig, validateConfiguration } = packager('app-builder-lib/out/util/config/config.js') as {
  getConfig(folder: string, path: null, options: null): Promise<Config>
  validateConfiguration(config: unknown, log: object): Promise<void>
}

const MB = 2 ** 20

describe('the settings', () => {
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

  test('what is its own opens with it on every system; sounds stay whose they were', async () => {
    const { fileAssociations, mac, win, linux } = await getConfig(root, null, null)
    expect(fileAssociations.map(({ ext, mimeType }) => [ext, mimeType])).toEqual([['winnow', 'application/x-winnow-session'], ['preset', 'application/x-winnow-preset']])
    expect([...sessionFiles.extensions, ...presetFiles.extensions]).toEqual(['winnow', 'preset'])
    for (const { icon } of fileAssociations) for (const kind of ['icns', 'ico']) expect(existsSync(join(root, `dist/icons/${icon}.${kind}`))).toBe(true)
    expect(mac.fileAssociations.map(({ ext, role, rank }) => ({ ext, role, rank }))).toEqual([{ ext: soundFiles.extensions, role: 'Viewer', rank: 'Alternate' }])
    expect(win).not.toHaveProperty('fileAssociations')
    expect(linux).not.toHaveProperty('fileAssociations') // which would declare anew what a WAV file is
    for (const type of linux.mimeTypes) expect(type).toMatch(/^audio\//)
  })

  test('macOS lets it hear and compile, and nothing else', async () => {
    const plist = await readFile(join(root, (await getConfig(root, null, null)).mac.entitlements), 'utf8')
    expect([...plist.matchAll(/<key>(.*?)<\/key><(\w+)\/>/g)].map(([, key, value]) => `${key} ${value}`))
      .toEqual(['com.apple.security.cs.allow-jit true', 'com.apple.security.device.audio-input true'])
  })
})

describe('the icons', () => {
  const icon = (name: string): Promise<Buffer> => readFile(join(root, 'dist/icons', name))
  const size = (png: Buffer): number[] => {
    expect(png.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n')
    return [png.readUInt32BE(16), png.readUInt32BE(20)]
  }
  test('Linux has a file for each size', async () => {
    for (const pixels of [16, 32, 64, 128, 256, 512]) expect(size(await icon(`linux/${pixels}x${pixels}.png`))).toEqual([pixels, pixels])
  })
  test.each([['icon', 1024], ['document', 512]])('Apple has its pieces of the %s up to %i pixels', async (name, most) => {
    const bytes = await icon(name + '.icns')
    expect([bytes.toString('latin1', 0, 4), bytes.readUInt32BE(4)]).toEqual(['icns', bytes.length])
    const widths: number[] = []
    for (let at = 8; at < bytes.length; at += bytes.readUInt32BE(at + 4)) widths.push(size(bytes.subarray(at + 8))[0]!)
    expect(widths).toEqual([16, 32, 64, 128, 256, 512, 1024].filter((width) => width <= most))
  })
  test.each(['icon', 'document'])('Microsoft has its pieces of the %s up to 256 pixels', async (name) => {
    const bytes = await icon(name + '.ico')
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

  test('has neither maps nor sources, no word of where it was built, and no more than it needs', async () => {
    const files = listPackage(asar, { isPack: false }).map((name) => name.slice(1))
    expect(files.filter((name) => /\.(map|tsx?|mts|mjs)$|node_modules|(^|\/)\.|test/.test(name))).toEqual([])
    const texts = files.filter((name) => /\.(c?js|json|html|css)$/.test(name)).map((name) => extractFile(asar, name).toString())
    for (const text of texts) expect(text.includes(root)).toBe(false)
    const { size } = await stat(asar)
    expect(size).toBeGreaterThan(MB)
    expect(size).toBeLessThan(30 * MB)
  })

  test('tells Linux what it opens, and whose its windows are', async () => {
    const { LinuxTargetHelper } = packager('app-builder-lib/out/targets/LinuxTargetHelper.js') as { LinuxTargetHelper: new (packager: object) => { computeDesktopEntry(options: object): string; mimeTypeFiles: Promise<string> } }
    const config = await getConfig(root, null, null)
    const { name, description, version, desktopName } = JSON.parse(extractFile(asar, 'package.json').toString()) as Record<string, string>
    const sounds = [...config.linux.mimeTypes] // the packager adds to its list
    const xml = join(folder, 'mime.xml')
    const helper = new LinuxTargetHelper({
      config, executableName: name, appInfo: { productName: 'Winnow', sanitizedProductName: 'Winnow', description, version },
      info: { metadata: { desktopName } }, platformSpecificBuildOptions: config.linux, fileAssociations: config.fileAssociations, getTempFile: async () => xml,
    })
    const entry = Object.fromEntries((await helper.computeDesktopEntry(config.linux)).split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
    expect(entry).toMatchObject({ Name: 'Winnow', Exec: '/opt/Winnow/winnow %U', Icon: 'winnow', StartupWMClass: 'winnow', Categories: 'AudioVideo;Audio;' })
    expect(entry['MimeType']).toBe([...sounds, 'application/x-winnow-session', 'application/x-winnow-preset', ''].join(';'))
    const types = await readFile(await helper.mimeTypeFiles, 'utf8')
    expect([...types.matchAll(/<mime-type type="(.*?)">\s*<glob pattern="(.*?)"/g)].map(([, type, glob]) => `${type} ${glob}`))
      .toEqual(['application/x-winnow-session *.winnow', 'application/x-winnow-preset *.preset'])
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
