// What stands beside the page: the worklet, the kernels, the presets. All by relative address, so that the page runs
// from any folder of any server.

import { readPreset } from '../presets/preset.ts'
import { chooseKernel } from '../worklet/kernel.ts'
import type { ChosenPreset } from './state.ts'

/** A plug-in stands in another page, which knows nothing of what came with it. */
let home = (): string => document.baseURI
export function standAt(address: string): void { home = () => address }

const beside = (path: string): URL => new URL(path, home())

async function bytesOf(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(beside(path)).catch(() => {
    throw new Error(`${path}: expected beside the page, but the server did not answer`)
  })
  if (!response.ok) throw new Error(`${path}: expected beside the page, but the server answered ${response.status}`)
  return new Uint8Array(await response.arrayBuffer())
}

export const workletAddress = (): string => beside('worklet.js').href

let kernel: Promise<WebAssembly.Module> | null = null

/** The faster of the two builds on this machine, compiled once. */
export function kernelModule(): Promise<WebAssembly.Module> {
  kernel ??= Promise.all([bytesOf('kernel.wasm'), bytesOf('kernel-relaxed.wasm')])
    .then(([plain, relaxed]) => chooseKernel(plain, relaxed, () => performance.now()).module)
  kernel.catch(() => { kernel = null }) // the next try asks the server again
  return kernel
}

/** The build that every machine runs alike, the command line too: what is written must not depend on where. */
export const plainKernelModule = async (): Promise<WebAssembly.Module> => WebAssembly.compile(await bytesOf('kernel.wasm'))

export async function presetNames(): Promise<string[]> {
  const names: unknown = JSON.parse(new TextDecoder().decode(await bytesOf('presets/index.json')))
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string'))
    throw new TypeError('presets/index.json: expected a list of file names')
  return names
}

export const readChosen = (bytes: Uint8Array, name: string): ChosenPreset =>
  ({ name: name.replace(/\.preset$/i, ''), preset: readPreset(bytes, name) })

/** The file of a shipped preset. */
export const presetBytes = (name: string): Promise<Uint8Array<ArrayBuffer>> => bytesOf('presets/' + encodeURIComponent(name))

export const loadPreset = async (name: string): Promise<ChosenPreset> => ({ ...readChosen(await presetBytes(name), name), shipped: name })
