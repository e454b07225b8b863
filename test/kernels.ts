// The built kernels, as tests host them.

import { readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'

const bytes = (name: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(new URL(`../dist/app/${name}.wasm`, import.meta.url)))

export const plainBytes = bytes('kernel')
export const relaxedBytes = bytes('kernel-relaxed')
export const plainKernel = new WebAssembly.Module(plainBytes)

// Node 20 has what the second build needs behind a flag; later ones have it, and no such flag.
if (!WebAssembly.validate(relaxedBytes)) setFlagsFromString('--experimental-wasm-relaxed-simd')

export const kernels: readonly (readonly [string, WebAssembly.Module])[] = [
  ['plain', plainKernel],
  ['relaxed', new WebAssembly.Module(relaxedBytes)],
]
