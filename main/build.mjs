// Builds everything into dist/: one target after the other, each a few lines. `npm run build`; some of it with
// `node main/build.mjs main preload`.
//
//   dist/app/        the page, as any server with two headers can host it: page, worklet, kernels, presets
//   dist/main.js     Electron's main process       dist/preload.cjs  its sandboxed preload (must be CommonJS)
//   dist/midi.cjs    the virtual MIDI port's module, with dist/prebuilds/
//   dist/start.js    npm start                     dist/cli.js       winnow
//   dist/bench.js    npm run bench                 dist/icons/      for the packages
//
// The whole app is made beside its place and moved there at the end: a failed build leaves the last one standing.

import { cp, mkdir, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'
import { build } from 'vite'
import { icons, pageIcons } from './icons.mjs'

// What is built is for people, whoever builds it: for tests and development the page would be slower, and name the folder it was built in.
process.env.NODE_ENV = 'production'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = root + 'dist/'

// `winnow` imports this file where nothing is built yet: the words after its name are none of ours.
const called = process.argv[1] !== undefined && await realpath(process.argv[1]).catch(() => null) === fileURLToPath(import.meta.url)
const names = called ? process.argv.slice(2) : []
const app = names.length > 0 ? dist + 'app/' : `${dist}app.${process.pid}/`

async function kernel(name, flags) {
  const { error, stderr } = await asc.main([
    root + 'worklet/kernel/index.ts', '--outFile', `${app}${name}.wasm`,
    '-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--importMemory', '--initialMemory', '1',
    '--maximumMemory', '65536', '--noExportMemory', '--use', 'abort=', ...flags,
  ])
  if (error) throw new Error(`kernel ${name}: ${stderr.toString() || error.message}`)
}

const quiet = { configFile: false, root, logLevel: 'warn', publicDir: false }

/** One self-contained file. `node` for what runs in Node or Electron's main process. */
const bundle = (entry, fileName, { format = 'es', node = true, outDir = dist } = {}) => build({
  ...quiet,
  ...(node && { ssr: { noExternal: true, target: 'node' } }),
  build: {
    outDir, emptyOutDir: false, minify: false, target: node ? 'node20' : 'es2023', sourcemap: node,
    ssr: node,
    rollupOptions: {
      input: root + entry,
      external: node ? ['electron', 'vite', 'playwright-core', ...builtinModules, /^node:/] : [],
      output: { format, entryFileNames: fileName, codeSplitting: false },
    },
  },
})

const jsx = { jsx: { runtime: 'automatic', importSource: 'preact' } }

const page = () => build({
  ...quiet, root: root + 'renderer', base: './',
  oxc: jsx,
  worker: { format: 'es' }, // so that a decoder is fetched only where a file needs it
  build: { outDir: app, emptyOutDir: false, target: 'es2023', assetsInlineLimit: 0 },
})

/** For hosts of Web Audio Modules: one file, which fetches the others from the folder above. */
const plugin = async () => build({
  ...quiet, oxc: jsx, define: { VERSION: JSON.stringify(JSON.parse(await readFile(root + 'package.json', 'utf8')).version) },
  build: {
    outDir: app + 'plugin', emptyOutDir: false, minify: false, target: 'es2023', assetsInlineLimit: 0,
    lib: { entry: root + 'renderer/plugin/plugin.ts', formats: ['es'], fileName: () => 'index.js' },
  },
})

/** What lets a browser install the page and keep it; the list of files is made last. */
async function offline() {
  await cp(root + 'renderer/manifest.webmanifest', app + 'manifest.webmanifest')
  await pageIcons(app)
  await bundle('renderer/offline-worker.ts', 'offline.js', { node: false, outDir: app })
  const kept = (await readdir(app, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
    .map((entry) => relative(app, join(entry.parentPath, entry.name)).replaceAll('\\', '/')).filter((name) => name !== 'files.json').sort()
  await writeFile(app + 'files.json', JSON.stringify(kept))
}

async function presets() {
  await mkdir(app + 'presets', { recursive: true })
  const names = (await readdir(root + 'presets')).filter((name) => name.endsWith('.preset')).sort()
  for (const name of names) await cp(root + 'presets/' + name, app + 'presets/' + name)
  await writeFile(app + 'presets/index.json', JSON.stringify(names))
}

/** The native module in one file, and what it loads beside it. It is optional: where npm could not install it, the app says so. */
async function midi() {
  const prebuilds = root + 'node_modules/@julusian/midi/prebuilds'
  await rm(dist + 'midi.cjs', { force: true })
  await rm(dist + 'prebuilds', { recursive: true, force: true })
  if (!await realpath(prebuilds).catch(() => null)) return
  await bundle('main/midi-native.mjs', 'midi.cjs', { format: 'cjs' })
  await cp(prebuilds, dist + 'prebuilds', { recursive: true })
}

const targets = {
  kernel: () => kernel('kernel', []),
  'kernel-relaxed': () => kernel('kernel-relaxed', ['--enable', 'relaxed-simd']),
  worklet: () => bundle('worklet/processor.ts', 'worklet.js', { node: false, outDir: app }),
  page,
  plugin,
  presets,
  offline,
  main: () => bundle('main/main.ts', 'main.js'),
  preload: () => bundle('main/preload.ts', 'preload.cjs', { format: 'cjs' }),
  midi,
  start: () => bundle('main/start.ts', 'start.js'),
  cli: () => bundle('main/cli.ts', 'cli.js'),
  bench: () => bundle('test/bench.ts', 'bench.js'),
  icons: () => icons(dist + 'icons/'),
}

const unknown = names.find((name) => !Object.hasOwn(targets, name))
if (unknown !== undefined) {
  process.stderr.write(`build: expected names from ${Object.keys(targets).join(', ')}, got "${unknown}"\n`)
  process.exit(2)
}

await mkdir(app, { recursive: true })
try {
  for (const name of names.length > 0 ? names : Object.keys(targets)) await targets[name]()
  if (names.length === 0) {
    await rm(dist + 'app', { recursive: true, force: true })
    await rename(app, dist + 'app')
  }
} finally {
  if (names.length === 0) await rm(app, { recursive: true, force: true })
}
