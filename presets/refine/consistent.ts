// The Wiener estimate among signals rather than among frames: frames overlap, and most sets of frames are those of no signal.
// Minimises Σ ⟨S_k, (v_k C_k)⁻¹ S_k⟩ over signals s_k that add up to the mixture (Le Roux & Vincent 2013), by conjugate
// gradients whose preconditioner is the estimate among frames, of which one application keeps every sum at zero:
//
//   r_k = −F⁺ (v_k C_k)⁻¹ F s_k      z_k = F⁺ v_k C_k (G_k − M⁻¹ Σ_j v_j C_j G_j)      G = F r, M = Σ v C

import { inverseOf, place, Posterior, type Covariance } from './covariance.ts'
import { type Frames, newPair, pairsOf, type Stereo } from './frames.ts'

const ROUNDS = 5

/** Yields the share that is done; returns a signal of two channels for each source. */
export function* consistent(mix: Stereo, variances: readonly Float32Array[], covariances: readonly Covariance[], frames: Frames): Generator<number, Stereo[]> {
  const { bins, length } = frames
  const sources = variances.length
  const inverses = covariances.map(inverseOf)
  const signals = (): Float32Array[] => Array.from({ length: 2 * sources }, () => new Float32Array(length))
  const posterior = new Posterior(bins)
  const total = newPair(bins)
  const scratch = newPair(bins)

  /** Among frames: what each source has of the mixture. */
  const s = signals()
  frames.through(mix, s, (frame, read, write) => {
    posterior.invert(variances, frame * bins, covariances)
    posterior.apply([read[0]!, read[1]!])
    pairsOf(write).slice(0, sources).forEach((into, k) => posterior.estimate(covariances[k]!, variances[k]!, frame * bins, into))
  })
  yield 1 / (2 * ROUNDS + 2)

  /** out = F⁺ (v C)⁻¹ F x, and of r the sign is turned by whoever calls. */
  const curve = (x: readonly Float32Array[], out: readonly Float32Array[]): void => frames.through(x, out, (frame, read, write) => {
    const [from, to] = [pairsOf(read), pairsOf(write)]
    inverses.forEach((inverse, k) => place(inverse, variances[k]!, frame * bins, from[k]!, to[k]!, bins, true))
  })
  const precondition = (r: readonly Float32Array[], z: readonly Float32Array[]): void => frames.through(r, z, (frame, read, write) => {
    const [from, to] = [pairsOf(read), pairsOf(write)]
    for (const row of total) { row.re.fill(0); row.im.fill(0) }
    from.forEach((G, k) => {
      place(covariances[k]!, variances[k]!, frame * bins, G, scratch, bins)
      scratch.forEach((row, c) => {
        for (let i = 0; i < bins; i++) {
          total[c]!.re[i]! += row.re[i]!
          total[c]!.im[i]! += row.im[i]!
        }
      })
    })
    posterior.invert(variances, frame * bins, covariances)
    posterior.apply(total)
    from.forEach((G, k) => posterior.excess(covariances[k]!, variances[k]!, frame * bins, G, to[k]!))
  })

  const r = signals(), z = signals(), p = signals(), q = signals()
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
  return Array.from({ length: sources }, (_, k): Stereo => [s[2 * k]!, s[2 * k + 1]!])
}

const dot = (a: readonly Float32Array[], b: readonly Float32Array[]): number =>
  a.reduce((sum, x, c) => sum + x.reduce((inner, value, i) => inner + value * b[c]![i]!, 0), 0)

/** out = a + t·b */
function add(a: readonly Float32Array[], b: readonly Float32Array[], t: number, out: readonly Float32Array[]): void {
  out.forEach((x, c) => { for (let i = 0; i < x.length; i++) x[i] = a[c]![i]! + t * b[c]![i]! })
}
