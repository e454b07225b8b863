// Which note is it? The pitch of one note of an unknown instrument, from the peaks of its spectrum: the fundamental whose
// partials explain most of what was measured and are themselves all there (both ways, as Maher & Beauchamp 1994 ask). Strings are stiff, so that
// their partials lie wider than at whole multiples, f_n = n·f·√(1 + B·n²) (Fletcher 1964): B is fitted along.

import { Kernel } from '../../worklet/kernel.ts'
import { Transform } from '../../worklet/stft.ts'
import { pitchOf } from '../notes/names.ts'

export interface Peak { readonly hertz: number; readonly amplitude: number }

export interface Partial { readonly number: number; readonly hertz: number; /** dB under the strongest. */ readonly level: number }

export interface HeardPitch {
  /** The nearest MIDI note, and how far from it. */
  readonly pitch: number
  readonly cents: number
  readonly hertz: number
  /** B: how stiff the string seems. */
  readonly stretch: number
  readonly partials: readonly Partial[]
  /** Of the peaks' power, the share that no partial explains. */
  readonly strange: number
}

/** Magnitudes of up to `size` samples under a Hann window, scaled so that a sine of amplitude one gives one. */
export class Spectra {
  readonly magnitudes: Float32Array
  private readonly transform: Transform
  private readonly samples: Float32Array
  private readonly window: Float32Array
  private readonly outRe: Float32Array
  private readonly outIm: Float32Array

  constructor(module: WebAssembly.Module, readonly size: number) {
    const kernel = new Kernel(module, Transform.floats(size) + 4 * size + 256)
    this.transform = new Transform(kernel, size)
    this.samples = kernel.floats(size)
    this.window = kernel.floats(size)
    this.outRe = kernel.floats(size / 2 + 4)
    this.outIm = kernel.floats(size / 2 + 4)
    this.magnitudes = new Float32Array(size / 2 + 1)
  }

  of(samples: Float32Array): Float32Array {
    const length = Math.min(this.size, samples.length)
    this.samples.fill(0)
    this.samples.set(samples.subarray(samples.length - length))
    this.window.fill(0)
    for (let i = 0; i < length; i++) this.window[i] = (1 - Math.cos((2 * Math.PI * (i + 0.5)) / length)) * (2 / length)
    const { kernel: { run }, re, im, turn, points } = this.transform
    run.split(this.samples.byteOffset, this.window.byteOffset, re.byteOffset, im.byteOffset, this.size)
    this.transform.forward()
    run.merge(this.transform.resultRe.byteOffset, this.transform.resultIm.byteOffset, turn.byteOffset, points, this.outRe.byteOffset, this.outIm.byteOffset)
    for (let i = 0; i <= points; i++) this.magnitudes[i] = Math.hypot(this.outRe[i]!, this.outIm[i]!) / 2
    return this.magnitudes
  }
}

const HIGHEST = 12_000 // hertz, of a peak that counts
const [LOWEST_NOTE, HIGHEST_NOTE] = [20.5, 108.5]
const MOST_PEAKS = 40
const FAINT = 1e-3 // of the strongest peak
const OVER_NOISE = 4
const TWINS = 0.008
/** Knocks and rumble are strong and low: a peak counts by its amplitude, less the lower it is. */
const RUMBLE = 150 // hertz
const weightOf = ({ amplitude, hertz }: Peak): number => amplitude ** 0.6 * hertz / (hertz + RUMBLE)
/** Above this a note without its first partial is not believed. */
const SOUND = 200 // hertz

/** Local maxima that stand out of what lies round them, the strongest first. */
export function peaksOf(magnitudes: Float32Array, binHertz: number): Peak[] {
  const last = Math.min(magnitudes.length - 2, Math.floor(HIGHEST / binHertz))
  const peaks: Peak[] = []
  let strongest = 0
  for (let i = 2; i <= last; i++) strongest = Math.max(strongest, magnitudes[i]!)
  for (let i = 2; i <= last; i++) {
    const [a, b, c] = [magnitudes[i - 1]!, magnitudes[i]!, magnitudes[i + 1]!]
    if (b < a || b <= c || b < FAINT * strongest) continue
    const reach = Math.max(6, Math.round(12 / binHertz))
    let around = 0, count = 0
    for (let j = Math.max(1, i - 3 * reach); j <= Math.min(last, i + 3 * reach); j++) if (Math.abs(j - i) > reach / 2) { around += Math.log(magnitudes[j]! + 1e-12); count++ }
    if (b < OVER_NOISE * Math.exp(around / Math.max(1, count))) continue
    const [x, y, z] = [a, b, c].map((m) => Math.log(m + 1e-12)) as [number, number, number]
    const shift = x + z - 2 * y === 0 ? 0 : 0.5 * (x - z) / (x + z - 2 * y)
    peaks.push({ hertz: (i + shift) * binHertz, amplitude: Math.exp(y - 0.25 * (x - z) * shift) })
  }
  peaks.sort((a, b) => b.amplitude - a.amplitude)
  // Strings that are tuned apart, and one that swings two ways, show twice.
  const apart = peaks.filter(({ hertz }, i) => peaks.slice(0, i).every((stronger) => Math.abs(stronger.hertz - hertz) > TWINS * hertz))
  return apart.slice(0, MOST_PEAKS)
}

const PARTIALS = 24
/** A partial is found this far from where it should be: of the fundamental, and in all of its own frequency. */
const NEAR = 0.28, WITHIN = 0.022
const STIFFEST = 2e-2
/** What a partial that is not there counts against one that is. */
const LACKING = 1

interface Series { readonly fundamental: number; readonly stretch: number; readonly found: readonly (Peak | null)[] }

/** Follows the partials of a fundamental upwards, each from where the ones below it say, and fits f and B to them. */
function follow(byHertz: readonly Peak[], start: number): Series {
  let fundamental = start, stretch = 0
  const found: (Peak | null)[] = []
  let [s, sx, sy, sxx, sxy] = [0, 0, 0, 0, 0] // (f_n / n)² = f² + f²B·n²
  const highest = byHertz.at(-1)?.hertz ?? 0
  for (let n = 1; n <= PARTIALS; n++) {
    const expected = n * fundamental * Math.sqrt(1 + stretch * n * n)
    if (expected > highest * 1.02) break
    const reach = Math.min(NEAR * fundamental, Math.max(WITHIN * expected, 4))
    let best: Peak | null = null
    for (const peak of byHertz) {
      const distance = Math.abs(peak.hertz - expected)
      if (distance <= reach && (!best || peak.amplitude * (1 - distance / reach) > best.amplitude * (1 - Math.abs(best.hertz - expected) / reach))) best = peak
    }
    found.push(best)
    if (!best) continue
    const [x, y, weight] = [n * n, (best.hertz / n) ** 2, n * n] // high partials tell more about f, as far as they are followed
    s += weight
    sx += weight * x
    sy += weight * y
    sxx += weight * x * x
    sxy += weight * x * y
    const known = found.filter(Boolean).length
    if (known >= 4) {
      const slope = (s * sxy - sx * sy) / (s * sxx - sx * sx)
      const square = (sy - slope * sx) / s
      if (square > 0 && slope >= 0 && slope / square <= STIFFEST) {
        fundamental = Math.sqrt(square)
        stretch = slope / square
        continue
      }
    }
    if (known >= 1) {
      fundamental = Math.sqrt(sy / s)
      stretch = 0
    }
  }
  return { fundamental, stretch, found }
}

const expectedOf = ({ fundamental, stretch }: Series, n: number): number => n * fundamental * Math.sqrt(1 + stretch * n * n)

/**
 * How well a series stands for the peaks: the share of them that it explains, less the share of its own partials that are
 * not there, each weighed by how strong its neighbours are. The octave below explains as much, but lacks every other partial.
 */
function fitness(peaks: readonly Peak[], { found, fundamental }: Series): number {
  const own = new Set(found)
  let all = 0, explained = 0
  for (const peak of peaks) {
    const weight = weightOf(peak)
    all += weight
    if (own.has(peak)) explained += weight
  }
  let last = found.length
  while (last > 0 && !found[last - 1]) last--
  let expected = 0, missing = 0
  for (let n = 0; n < last; n++) {
    const weight = Math.max(...[n, n - 1, n + 1, n - 2, n + 2].map((m) => (found[m] ? weightOf(found[m]) : 0)))
    expected += weight
    if (!found[n]) missing += weight
  }
  const headless = !found[0] && fundamental > SOUND
  return expected === 0 ? -1 : explained / all - LACKING * (missing / expected + Number(headless))
}

/** Null where nothing in the spectrum is a note. */
export function hearPitch(magnitudes: Float32Array, binHertz: number): HeardPitch | null {
  const peaks = peaksOf(magnitudes, binHertz)
  if (peaks.length === 0) return null
  const byHertz = [...peaks].sort((a, b) => a.hertz - b.hertz)
  const candidates = new Set<number>()
  for (const { hertz } of peaks.slice(0, 10)) for (let n = 1; n <= 8; n++) {
    const note = pitchOf(hertz / n)
    if (note >= LOWEST_NOTE && note <= HIGHEST_NOTE) candidates.add(hertz / n)
  }
  let best: { series: Series; fit: number } | null = null
  for (const candidate of candidates) {
    const series = follow(byHertz, candidate)
    const note = pitchOf(series.fundamental)
    if (!(note >= LOWEST_NOTE && note <= HIGHEST_NOTE)) continue
    const fit = fitness(peaks, series)
    if (!best || fit > best.fit) best = { series, fit }
  }
  return best && described(peaks, best.series)
}

function described(peaks: readonly Peak[], series: Series): HeardPitch {
  const own = new Set(series.found)
  const all = peaks.reduce((sum, { amplitude }) => sum + amplitude ** 2, 0)
  const strange = peaks.reduce((sum, peak) => sum + (own.has(peak) ? 0 : peak.amplitude ** 2), 0)
  const strongest = Math.max(...series.found.map((peak) => peak?.amplitude ?? 0), 1e-12)
  // What is heard as the pitch is the first partial's, stretch and all.
  const hertz = expectedOf(series, 1)
  const pitch = Math.round(pitchOf(hertz))
  return {
    pitch, hertz, cents: 100 * (pitchOf(hertz) - pitch), stretch: series.stretch, strange: all > 0 ? strange / all : 1,
    partials: series.found.flatMap((peak, i) => (peak ? [{ number: i + 1, hertz: peak.hertz, level: 20 * Math.log10(peak.amplitude / strongest) }] : [])),
  }
}
