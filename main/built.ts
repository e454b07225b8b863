// Where the built parts stand: beside dist/cli.js when that runs, one folder over when the sources run in a test.

import { fileURLToPath } from 'node:url'

const dist = new URL(import.meta.url.endsWith('.ts') ? '../dist/' : './', import.meta.url)

export const kernelFile = fileURLToPath(new URL('app/kernel.wasm', dist))
export const workletFile = fileURLToPath(new URL('app/worklet.js', dist))
export const presetFolder = fileURLToPath(new URL('app/presets/', dist))
export const cliFile = fileURLToPath(new URL('cli.js', dist))
export const packageFile = fileURLToPath(new URL('../package.json', dist))
