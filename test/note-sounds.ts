// A plucked or struck instrument made by code: stiff strings, a knock at the beginning, partials that die the sooner the
// higher they are. And a preset that knows it, learned from its single notes as from any other.

import { readFileSync } from 'node:fs'
import { binCount, divergences } from '../worklet/dictionary.ts'
import { noteTemplates } from '../presets/learn/templates.ts'
import { writePreset } from '../presets/preset.ts'
import { noise } from './signals.ts'

export const NOTE_RATE = 44_100
const STIFF = 2e-4
const PARTIALS = 14

export interface Played { readonly onset: number; readonly offset: number; readonly pitch: number; readonly velocity: number }

/** Samples of one note; after `held` seconds it is damped. `colour` above 0 is another, brighter instrument. */
export function struck(pitch: number, seconds: number, velocity = 80, { held = seconds, colour = 0, rate = NOTE_RATE, cents = 0 } = {}): Float32Array {
  const out = new Float32Array(Math.round(seconds * rate))
  const f = 440 * 2 ** ((pitch - 69 + cents / 100) / 12)
  const loud = 0.25 * 10 ** ((velocity - 110) / 45)
  for (let n = 1; n <= PARTIALS; n++) {
    const hertz = n * f * Math.sqrt(1 + STIFF * n * n)
    if (hertz > 0.4 * rate) break
    const amplitude = loud * n ** (-1.3 + 0.4 * colour) * Math.exp(-n * (130 - velocity) / 700)
    const falls = (1.2 + 0.5 * n) * 2 ** ((pitch - 60) / 24)
    // a phasor that turns and falls, sample by sample
    const fall = Math.exp(-falls / rate), angle = (2 * Math.PI * hertz) / rate
    const [turnRe, turnIm] = [fall * Math.cos(angle), fall * Math.sin(angle)]
    let re = amplitude * Math.cos(n), im = amplitude * Math.sin(n)
    for (let i = 0; i < out.length; i++) {
      out[i]! += im
      const next = re * turnRe - im * turnIm
      im = re * turnIm + im * turnRe
      re = next
    }
  }
  const knock = noise(Math.round(0.03 * rate), pitch, loud * 0.2)
  knock.forEach((x, i) => { if (i < out.length) out[i]! += x * Math.exp(-i / (0.006 * rate)) })
  for (let i = 0; i < out.length; i++) {
    const t = i / rate
    out[i]! *= Math.min(1, t / 0.002) * (t > held ? Math.exp(-(t - held) / 0.04) : 1)
  }
  return out
}

const DAMPED = 0.25 // seconds after a key is let go

/** A piece, in one channel. */
export function piece(notes: readonly Played[], seconds: number, colour = 0, rate = NOTE_RATE): Float32Array {
  const out = new Float32Array(Math.round(seconds * rate))
  for (const { onset, offset, pitch, velocity } of notes) {
    const at = Math.round(onset * rate)
    struck(pitch, Math.min(seconds - onset, offset - onset + DAMPED), velocity, { held: offset - onset, colour, rate })
      .forEach((x, i) => { if (at + i < out.length) out[at + i]! += x })
  }
  return out
}

/** Three spectra for each of its notes, every third of them recorded. */
export function struckPreset(low: number, high: number, { name = 'Struck', colour = 0, settings = {} as Parameters<typeof writePreset>[0]['settings'] } = {}): Uint8Array<ArrayBuffer> {
  const sizes = { sampleRate: NOTE_RATE, fftSize: 4096, hopSize: 1024, tailSize: 4096 }
  const module = new WebAssembly.Module(readFileSync(new URL('../dist/app/kernel.wasm', import.meta.url)))
  const notes = []
  for (let pitch = low; pitch <= high; pitch += 3)
    notes.push({ pitch, recording: { name: `${pitch}`, sampleRate: NOTE_RATE, channels: [struck(pitch, 1.2, 80, { colour })] } })
  const steps = noteTemplates(name.toLowerCase(), notes, sizes, module)
  let step = steps.next()
  while (!step.done) step = steps.next()
  const { atoms, spectra } = step.value
  if (spectra.length !== atoms.length * binCount(sizes.fftSize)) throw new Error('expected whole templates')
  return writePreset({
    name, description: 'An instrument made by code, for tests.', dictionary: { ...sizes, divergence: divergences['beta-half']!, atoms, spectra },
    settings, selection: null, head: null, tensors: new Map(),
    learned: { method: 'templates', files: [], licences: [], command: 'made by code', seed: 1 },
  })
}
