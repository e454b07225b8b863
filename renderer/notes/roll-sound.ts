// What an atom sounds like: the spectra of a note rendered for a moment, as sines at the peaks of how it goes on and as
// noise through the shape of how it begins. Rough, and enough to tell whether the dictionary knows the note.

import type { Dictionary } from '../../worklet/dictionary.ts'
import { hertzOf } from './names.ts'

const SECONDS = 0.9
const ATTACK = 0.06 // seconds of the noise
const PARTIALS = 24
const LOUDNESS = 0.16
const FADE = 0.012

/** Samples of a note as the dictionary knows it; null where it does not. `seed` only makes the noise the same each time. */
export function renderNote({ atoms, spectra, sampleRate, fftSize }: Dictionary, pitch: number, velocity: number, rate: number, source: string | null): Float32Array<ArrayBuffer> | null {
  const rows = atoms.flatMap((atom, i) => (atom.pitch === pitch && (source === null || atom.source === source) ? [i] : []))
  if (rows.length === 0) return null
  const bins = fftSize / 2 + 1
  const spectrum = (row: number): Float32Array => spectra.subarray(row * bins, (row + 1) * bins)
  const [attack, steady] = [spectrum(rows[0]!), spectrum(rows.at(-1)!)]
  const out = new Float32Array(Math.round(SECONDS * rate))
  const step = sampleRate / fftSize
  const fundamental = hertzOf(pitch)
  for (let n = 1; n <= PARTIALS; n++) {
    const centre = n * fundamental / step
    const reach = Math.max(1, Math.min(fundamental / step / 2, 0.02 * centre + 1))
    const from = Math.max(1, Math.round(centre - reach)), to = Math.min(bins - 2, Math.round(centre + reach))
    if (from > to || n * fundamental > 0.45 * rate) break
    let peak = from
    for (let bin = from; bin <= to; bin++) if (steady[bin]! > steady[peak]!) peak = bin
    const around = steady[peak - 1]! + steady[peak]! + steady[peak + 1]!
    if (around <= 0) continue
    const hertz = step * ((peak - 1) * steady[peak - 1]! + peak * steady[peak]! + (peak + 1) * steady[peak + 1]!) / around
    const falls = 2.2 + 0.35 * n
    for (let i = 0; i < out.length; i++) out[i]! += around * Math.exp(-falls * i / rate) * Math.sin(2 * Math.PI * hertz * i / rate)
  }
  addNoise(out, attack, step, rate)
  let energy = 0
  for (const x of out) energy += x * x
  const gain = LOUDNESS * (0.3 + 0.7 * velocity / 127) / Math.sqrt(energy / (0.4 * out.length) + 1e-12)
  for (let i = 0; i < out.length; i++) out[i]! *= Math.min(1, i / (0.004 * rate), (out.length - i) / (FADE * rate)) * gain
  return out
}

/** A burst whose spectrum is the attack's, from as many sines of random phase as would be heard apart. */
function addNoise(out: Float32Array, attack: Float32Array, step: number, rate: number): void {
  let state = 1
  const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
  const length = Math.round(ATTACK * rate)
  const wide = 4 // bins to a sine
  for (let bin = 1; bin + wide < attack.length; bin += wide) {
    const hertz = (bin + wide * random()) * step
    if (hertz > 0.45 * rate) break
    let amplitude = 0
    for (let i = 0; i < wide; i++) amplitude += attack[bin + i]!
    if (amplitude < 1e-4) continue
    const phase = 2 * Math.PI * random()
    for (let i = 0; i < length; i++) out[i]! += 0.5 * amplitude * (1 - i / length) ** 2 * Math.sin(phase + 2 * Math.PI * hertz * i / rate)
  }
}

let context: AudioContext | null = null

/** Through a context of its own: what plays, or waits, is left alone. The last note makes room for the next. */
let sounding: AudioBufferSourceNode | null = null
export function hearNote(dictionary: Dictionary, pitch: number, velocity: number, source: string | null): boolean {
  context ??= new AudioContext()
  const samples = renderNote(dictionary, pitch, velocity, context.sampleRate, source)
  if (!samples) return false
  void context.resume()
  const buffer = new AudioBuffer({ length: samples.length, sampleRate: context.sampleRate })
  buffer.copyToChannel(samples, 0)
  sounding?.stop()
  const player = new AudioBufferSourceNode(context, { buffer })
  player.connect(context.destination)
  player.start()
  sounding = player
  player.onended = () => { if (sounding === player) { sounding = null; void context?.suspend() } }
  return true
}
