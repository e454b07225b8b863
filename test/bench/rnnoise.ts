// RNNoise (Valin 2018), twice, both as npm has it in WebAssembly: 0.1 as browsers' calls use it, and 0.2 of 2024, whose network is
// larger and better taught. Both hear 48 kHz in frames of 480 samples on the scale of 16-bit integers.

import { pathToFileURL } from 'node:url'
import { resolve } from 'node:path'
import { resampled } from '../resample.ts'
import { peer } from './peers.ts'

const RATE = 48_000
const FRAME = 480
const SCALE = 32_768
/** Samples by which both lag: what is compared is brought back to its place. */
export const LAG = 960

interface Plain {
  HEAPF32: Float32Array
  _malloc(bytes: number): number
  _rnnoise_create(): number
  _rnnoise_destroy(state: number): void
  _rnnoise_process_frame(state: number, out: number, input: number): number
}
interface Newer { createDenoiseState(): { processFrame(frame: Float32Array): number; destroy(): void } }

/** A sound of 48 kHz, frame by frame in place. */
type Frames = (each: (process: (frame: Float32Array) => void) => void) => void

async function older(): Promise<Frames> {
  const { default: load } = await peer<{ default: () => Plain }>('@jitsi/rnnoise-wasm', 'dist/rnnoise-sync.js')
  const module = load()
  const at = module._malloc(4 * FRAME)
  return (each) => {
    const state = module._rnnoise_create()
    each((frame) => {
      const inside = module.HEAPF32.subarray(at / 4, at / 4 + FRAME)
      inside.set(frame)
      module._rnnoise_process_frame(state, at, at)
      frame.set(inside)
    })
    module._rnnoise_destroy(state)
  }
}

async function newer(): Promise<Frames> {
  // built for pages alone: it looks for a window before it loads, and asks nothing of it
  const pretended = { window: globalThis, document: { currentScript: null, baseURI: pathToFileURL(resolve('.')).href } }
  const names = Object.keys(pretended).filter((name) => !(name in globalThis))
  Object.assign(globalThis, Object.fromEntries(names.map((name) => [name, pretended[name as keyof typeof pretended]])))
  try {
    const { Rnnoise } = await peer<{ Rnnoise: { load(): Promise<Newer> } }>('@shiguredo/rnnoise-wasm', 'dist/rnnoise.js')
    const module = await Rnnoise.load()
    return (each) => {
      const state = module.createDenoiseState()
      each((frame) => void state.processFrame(frame))
      state.destroy()
    }
  } finally {
    for (const name of names) Reflect.deleteProperty(globalThis, name)
  }
}

const versions = { older, newer }

/** The voice, as long as the mix and aligned with it. */
export async function rnnoise(version: keyof typeof versions): Promise<(mix: Float32Array, sampleRate: number) => Float32Array> {
  const frames = await versions[version]()
  const frame = new Float32Array(FRAME)
  return (mix, sampleRate) => {
    const input = resampled(mix, sampleRate, RATE)
    const out = new Float32Array(Math.ceil((input.length + LAG) / FRAME) * FRAME)
    frames((process) => {
      for (let at = 0; at < out.length; at += FRAME) {
        for (let i = 0; i < FRAME; i++) frame[i] = SCALE * (input[at + i] ?? 0)
        process(frame)
        for (let i = 0; i < FRAME; i++) out[at + i] = frame[i]! / SCALE
      }
    })
    return resampled(out.subarray(LAG), RATE, sampleRate).slice(0, mix.length)
  }
}
