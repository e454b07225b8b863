// Builds everything into dist/: one target after the other, each a few lines. `npm run build`.
//
//   dist/app/        the page, as any server with two headers can host it: page, worklet, kernels, presets
//   dist/main.js     Electron's main process       dist/preload.cjs  its sandboxed preload (must be CommonJS)
//   dist/start.js    npm start                     dist/cli.js       winnow
//   dist/bench.js    npm run bench

import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'
import { build } from 'vite'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = root + 'dist/'

async function kernel(name, flags) {
  const { error, stderr } = await asc.main([
    root + 'worklet/kernel/index.ts', '--outFile', `${dist}app/${name}.wasm`,
    '-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--importMemory', '--initialMemory', '1',
    '--maximumMemory', '65536', '--noExportMemory', '--use', 'abort=', ...flags,
  ])
  if (error) throw new Error(`kernel ${name}: ${stderr.toString() || error.message}`)
}

const quiet = { configFile: false, root, logLevel: 'warn', publicDir: false }

/** One self-contained file. `node` for what runs in Node or Electron's main process. */
const bundle = (entry, fileName, { format = 'es', node = true } = {}) => build({
  ...quiet,
  ...(node && { ssr: { noExternal: true, target: 'node' } }),
  build: {
    outDir: dist, emptyOutDir: false, minify: false, target: node ? 'node20' : 'es2023', sourcemap: node,
    ssr: node,
    rollupOptions: {
      input: root + entry,
      external: node ? ['electron', 'vite', 'playwright-core', ...builtinModules, /^node:/] : [],
      output: { format, entryFileNames: fileName, inlineDynamicImports: true },
    },
  },
})

const page = () => build({
  ...quiet, root: root + 'renderer', base: './',
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: { outDir: dist + 'app', emptyOutDir: false, target: 'es2023', assetsInlineLimit: 0 },
})

async function presets() {
  await mkdir(dist + 'app/presets', { recursive: true })
  const names = (await readdir(root + 'presets')).filter((name) => name.endsWith('.preset')).sort()
  for (const name of names) await cp(root + 'presets/' + name, dist + 'app/presets/' + name)
  await writeFile(dist + 'app/presets/index.json', JSON.stringify(names))
}

await rm(dist + 'app', { recursive: true, force: true })
await mkdir(dist + 'app', { recursive: true })
await kernel('kernel', [])
await kernel('kernel-relaxed', ['--enable', 'relaxed-simd'])
await bundle('worklet/processor.ts', 'app/worklet.js', { node: false })
await page()
await presets()
await bundle('main/main.ts', 'main.js')
await bundle('main/preload.ts', 'preload.cjs', { format: 'cjs' })
await bundle('main/start.ts', 'start.js')
await bundle('main/cli.ts', 'cli.js')
await bundle('test/bench.ts', 'bench.js')
