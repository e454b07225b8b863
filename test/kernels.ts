// The built kernels, as tests host them.

import { readFileSync } from 'node:fs'

const bytes = (name: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(new URL(`../dist/app/${name}.wasm`, import.meta.url)))

export const plainBytes = bytes('kernel')
export const relaxedBytes = bytes('kernel-relaxed')
export const plainKernel = new WebAssembly.Module(plainBytes)

/** Every build that this engine can run: Node 20 knows the plain one only. */
export const kernels: readonly (readonly [string, WebAssembly.Module])[] = [
  ['plain', plainKernel],
  ...(WebAssembly.validate(relaxedBytes) ? [['relaxed', new WebAssembly.Module(relaxedBytes)] as const] : []),
]
