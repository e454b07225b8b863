// The Wiener estimate among signals rather than among frames: frames overlap, and most sets of frames are those of no signal.
// Minimises Σ ⟨S_k, (v_k C_k)⁻¹ S_k⟩ over signals s_k that add up to the mixture (Le Roux & Vincent 2013), by conjugate
// gradients whose preconditioner is the estimate among frames, of which one application keeps every sum at zero:
//
//   r_k = −F⁺ (v_k C_k)⁻¹ F s_k      z_k = F⁺ v_k C_k (G_k − M⁻¹ Σ_j v_j C_j G_j)      G = F r, M = Σ v C

import { inverseOf, place, Posterior, type Covariance } from './covariance.ts'
import { type Frames, newPair, pairsOf, type Stereo } from './frames.ts'

const ROUNDS = 5

const signals = (sources: number, length: number): Float32Array[] => Array.from({ length: 2 * sources }, () => new Float32Array(length))
const stereo = (channels: readonly Float32Array[]): Stereo[] => Array.from({ length: channels.length / 2 }, (_, k): Stereo => [channels[2 * k]!, channels[2 * k + 1]!])

/** Frame by frame: what each source has of the mixture, if its place and its variances are these. */
export function amongFrames(mix: Stereo, variances: readonly Float32Array[], covariances: readonly Covariance[], frames: Frames): Stereo[] {
  const { bins } = frames
  const out = signals(variances.length, frames.length)
  const posterior = new Posterior(bins)
  frames.through(mix, out, (frame, read, write) => {
    posterior.invert(variances, frame * bins, covariances)
    posterior.apply([read[0]!, read[1]!])
    for (const [k, C] of covariances.entries()) posterior.estimate(C, variances[k]!, frame * bins, [write[2 * k]!, write[2 * k + 1]!])
  })
  return stereo(out)
}

/** Yields the share that is done; returns a signal of two channels for each source. */
export function* consistent(mix: Stereo, variances: readonly Float32Array[], covariances: readonly Covariance[], frames: Frames): Generator<number, Stereo[]> {
  const { bins, length } = frames
  const inverses = covariances.map(inverseOf)
  const posterior = new Posterior(bins)
  const sum = newPair(bins)
  const scratch = newPair(bins)
  const zeros = (): Float32Array[] => signals(variances.length, length)
  const s = amongFrames(mix, variances, covariances, frames).flat()
  yield 1 / (2 * ROUNDS + 2)

  /** out = F⁺ (v C)⁻¹ F x */
  const curve = (x: readonly Float32Array[], out: readonly Float32Array[]): void => frames.through(x, out, (frame, read, write) => {
    const [from, to] = [pairsOf(read), pairsOf(write)]
    for (const [k, inverse] of inverses.entries()) place(inverse, variances[k]!, frame * bins, from[k]!, to[k]!, bins, true)
  })
  const precondition = (r: readonly Float32Array[], z: readonly Float32Array[]): void => frames.through(r, z, (frame, read, write) => {
    const [from, to] = [pairsOf(read), pairsOf(write)]
    for (const row of sum) { row.re.fill(0); row.im.fill(0) }
    for (const [k, G] of from.entries()) {
      place(covariances[k]!, variances[k]!, frame * bins, G, scratch, bins)
      for (const [c, { re, im }] of sum.entries())
        for (let i = 0; i < bins; i++) {
          re[i]! += scratch[c]!.re[i]!
          im[i]! += scratch[c]!.im[i]!
        }
    }
    posterior.invert(variances, frame * bins, covariances)
    posterior.apply(sum)
    for (const [k, G] of from.entries()) posterior.excess(covariances[k]!, variances[k]!, frame * bins, G, to[k]!)
  })

  const r = zeros(), z = zeros(), p = zeros(), q = zeros()
  curve(s, r)
  for (const x of r) for (let i = 0; i < length; i++) x[i] = -x[i]!
  yield 2 / (2 * ROUNDS + 2)
  let before = 0
  for (let round = 0; round < ROUNDS; round++) {
    precondition(r, z)
    const now = dot(r, z)
    if (!(now > 0)) break // there already
    yield (2 * round + 3) / (2 * ROUNDS + 2)
    add(z, p, round === 0 ? 0 : now / before, p)
    before = now
    curve(p, q)
    const step = now / dot(p, q)
    add(s, p, step, s)
    add(r, q, -step, r)
    yield (2 * round + 4) / (2 * ROUNDS + 2)
  }
  return stereo(s)
}

function dot(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  let sum = 0
  for (const [c, x] of a.entries()) {
    const y = b[c]!
    for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!
  }
  return sum
}

/** out = a + t·b */
function add(a: readonly Float32Array[], b: readonly Float32Array[], t: number, out: readonly Float32Array[]): void {
  for (const [c, x] of out.entries()) {
    const [from, by] = [a[c]!, b[c]!]
    for (let i = 0; i < x.length; i++) x[i] = from[i]! + t * by[i]!
  }
}
