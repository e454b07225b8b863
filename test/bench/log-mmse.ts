// The textbook's denoiser, as plain as its papers: the gain that is best for log spectra (Ephraim & Malah 1985), the a-priori
// ratio by decision (Ephraim & Malah 1984), and noise that is tracked while somebody speaks (Gerkmann & Hendriks 2012).
// A frame of 32 ms every 8, the square root of a Hann window twice.

import { fourier } from '../fourier.ts'

const FRAME_SECONDS = 0.032
const HOPS = 4
/** How much of the a-priori ratio comes from the last frame. */
const MEMORY = 0.98
const LEAST_PRIOR = 10 ** (-25 / 10)
const LEAST_GAIN = 10 ** (-25 / 20)
const SPEECH_PRIOR = 10 ** (15 / 10)
/** The first frames are noise, for want of anything better. */
const FIRST_FRAMES = 8

/** E₁(x) = ∫ₓ^∞ e^(−t)/t dt, to 2e-7 (Abramowitz & Stegun 5.1.53 and 5.1.56). */
export function exponentialIntegral(x: number): number {
  if (x < 1) {
    let power = 1
    return [-0.57721566, 0.99999193, -0.24991055, 0.05519968, -0.00976004, 0.00107857].reduce((sum, a) => {
      const term = a * power
      power *= x
      return sum + term
    }, -Math.log(x))
  }
  const up = (((x + 8.5733287401) * x + 18.059016973) * x + 8.6347608925) * x + 0.2677737343
  const down = (((x + 9.5733223454) * x + 25.6329561486) * x + 21.0996530827) * x + 3.9584969228
  return (Math.exp(-x) * up) / (x * down)
}

/** The voice, as long as the mix and aligned with it. */
export function logMmse(mix: Float32Array, sampleRate: number): Float32Array {
  const size = 2 ** Math.round(Math.log2(FRAME_SECONDS * sampleRate))
  const hop = size / HOPS
  const bins = size / 2 + 1
  const seconds = hop / sampleRate
  const [keepPresence, keepPower] = [0.9, 0.8].map((a) => a ** (seconds / 0.016)) as [number, number]
  const window = Float64Array.from({ length: size }, (_, i) => Math.sin((Math.PI * (i + 0.5)) / size))
  const re = new Float64Array(size), im = new Float64Array(size)
  const noise = new Float64Array(bins), usual = new Float64Array(bins), last = new Float64Array(bins)
  const out = new Float64Array(mix.length + 2 * size)
  for (let frame = 0, at = hop - size; at < mix.length; frame++, at += hop) {
    for (let i = 0; i < size; i++) re[i] = window[i]! * (mix[at + i] ?? 0)
    im.fill(0)
    fourier(re, im)
    for (let bin = 0; bin < bins; bin++) {
      const power = re[bin]! ** 2 + im[bin]! ** 2
      if (frame < FIRST_FRAMES) noise[bin]! += (2 / (frame + 2)) * (power - noise[bin]!)
      else {
        let presence = 1 / (1 + (1 + SPEECH_PRIOR) * Math.exp((-power / (noise[bin]! + 1e-20)) * (SPEECH_PRIOR / (1 + SPEECH_PRIOR))))
        usual[bin] = keepPresence * usual[bin]! + (1 - keepPresence) * presence
        if (usual[bin]! > 0.99) presence = Math.min(presence, 0.99)
        noise[bin]! += (1 - keepPower) * (1 - presence) * (power - noise[bin]!)
      }
      const posterior = power / (noise[bin]! + 1e-20)
      const prior = Math.max(LEAST_PRIOR, (MEMORY * last[bin]!) / (noise[bin]! + 1e-20) + (1 - MEMORY) * Math.max(0, posterior - 1))
      const v = (prior / (1 + prior)) * posterior
      const gain = Math.min(1, Math.max(LEAST_GAIN, (prior / (1 + prior)) * Math.exp(0.5 * exponentialIntegral(Math.max(v, 1e-6)))))
      last[bin] = gain * gain * power
      const mirror = bin > 0 && bin < size / 2 ? size - bin : bin
      re[bin]! *= gain
      im[bin]! *= gain
      re[mirror] = re[bin]!
      im[mirror] = mirror === bin ? im[bin]! : -im[bin]!
    }
    fourier(re, im, true)
    for (let i = 0; i < size; i++) out[at + size + i]! += (re[i]! * window[i]!) / (HOPS / 2)
  }
  return Float32Array.from(out.subarray(size, size + mix.length))
}
