// What a fit may be asked for beside closeness: few activations, few bins, spectra that span little. All of it blind to
// how a product of W and H shares its size between them (Le Roux, Hershey & Weninger 2015 show what happens otherwise),
// so that nothing needs to be normalised between updates. w̄, h̄: the sums of an atom's row of W and column of H.
//
//   activations only     μ_H Σ_k w̄_k h̄_k, which is μ_H ‖H‖₁ for spectra that sum to one
//   spectra as well      μ_W ‖W‖₁ + μ_H ‖H‖₁: either is paid for by the other
//   volume               ½ μ_V log det(F W̄ W̄ᵀ + δI), rows of W̄ summing to one, F bins: the log of a volume (Fu et al. 2016)

import type { Divergence } from '../../worklet/dictionary.ts'

/** In the unit of the frames: of divergence + penalty, summed over all entries. */
export interface Penalties {
  readonly activations?: number
  readonly spectra?: number
  readonly volume?: number
}

export interface Scaled {
  /** Updates alone do not guarantee that the objective falls. */
  readonly guarded: boolean
  /** The slope for each activation of an atom, given the spectra. */
  ofActivations(W: Float64Array): Float64Array
  /** Adds α times the slope for each entry of W: its positive part to the side that falls, its negative to the side that rises. */
  slope(W: Float64Array, sums: ArrayLike<number>, alpha: number, up: Float64Array, down: Float64Array): void
  value(W: Float64Array, sums: ArrayLike<number>): number
}

/** Keeps the log of a volume finite where atoms are alike. */
const DELTA = 0.01

/** For frames that were divided by `unit`, by which their divergence shrinks by unit^(α+β). */
export function penaltiesOf({ activations = 0, spectra = 0, volume = 0 }: Penalties, { alpha, beta }: Divergence, unit: number, bins: number): Scaled {
  const scale = unit ** -(alpha + beta)
  const muH = activations * unit * scale, muW = spectra * scale, muV = volume * scale
  const coupled = muW === 0
  return {
    guarded: muV > 0,
    ofActivations: (W) => rowSums(W, bins).map((sum) => muH * (coupled ? sum : 1)),
    slope(W, sums, alpha, up, down) {
      const [falls, rises] = alpha > 0 ? [down, up] : [up, down]
      const size = Math.abs(alpha)
      if (muH > 0 || muW > 0) for (let i = 0; i < W.length; i++) falls[i]! += size * (muW + (coupled ? muH * sums[Math.floor(i / bins)]! : 0))
      if (muV > 0) addVolumeSlope(W, bins, size * muV, rises, falls)
    },
    value(W, sums) {
      let value = 0
      if (muH > 0 || muW > 0) rowSums(W, bins).forEach((sum, atom) => { value += muW * sum + muH * sums[atom]! * (coupled ? sum : 1) })
      return muV > 0 ? value + muV * logVolume(W, bins) : value
    },
  }
}

export function rowSums(W: Float64Array, bins: number): Float64Array {
  const sums = new Float64Array(W.length / bins)
  for (let i = 0; i < W.length; i++) sums[Math.floor(i / bins)]! += W[i]!
  return sums
}

function shapesOf(W: Float64Array, bins: number): { shapes: Float64Array; sums: Float64Array } {
  const sums = rowSums(W, bins)
  return { shapes: W.map((x, i) => x / sums[Math.floor(i / bins)]!), sums }
}

/** F W̄ W̄ᵀ + δI. */
function gramOf(shapes: Float64Array, bins: number): Float64Array {
  const atoms = shapes.length / bins
  const gram = new Float64Array(atoms * atoms)
  for (let a = 0; a < atoms; a++) for (let b = 0; b <= a; b++) {
    let sum = 0
    for (let i = 0; i < bins; i++) sum += shapes[a * bins + i]! * shapes[b * bins + i]!
    gram[a * atoms + b] = gram[b * atoms + a] = bins * sum + (a === b ? DELTA : 0)
  }
  return gram
}

export function logVolume(W: Float64Array, bins: number): number {
  const factor = cholesky(gramOf(shapesOf(W, bins).shapes, bins))
  const atoms = W.length / bins
  let sum = 0
  for (let a = 0; a < atoms; a++) sum += Math.log(factor[a * atoms + a]!)
  return sum
}

/** With Y = (F W̄W̄ᵀ + δI)⁻¹, the slope for W̄ is F Y W̄; through W̄ = W/w̄ it becomes (F Y W̄ − its mean over W̄) / w̄. */
function addVolumeSlope(W: Float64Array, bins: number, size: number, rises: Float64Array, falls: Float64Array): void {
  const atoms = W.length / bins
  const { shapes, sums } = shapesOf(W, bins)
  const Y = inverse(cholesky(gramOf(shapes, bins)))
  const plus = new Float64Array(bins), minus = new Float64Array(bins)
  for (let a = 0; a < atoms; a++) {
    plus.fill(0)
    minus.fill(0)
    for (let b = 0; b < atoms; b++) {
      const y = bins * Y[a * atoms + b]!
      const side = y > 0 ? plus : minus
      for (let i = 0; i < bins; i++) side[i]! += Math.abs(y) * shapes[b * bins + i]!
    }
    let meanPlus = 0, meanMinus = 0
    for (let i = 0; i < bins; i++) {
      meanPlus += plus[i]! * shapes[a * bins + i]!
      meanMinus += minus[i]! * shapes[a * bins + i]!
    }
    for (let i = 0; i < bins; i++) {
      falls[a * bins + i]! += (size / sums[a]!) * (plus[i]! + meanMinus)
      rises[a * bins + i]! += (size / sums[a]!) * (minus[i]! + meanPlus)
    }
  }
}

/** Lower L of a positive definite n × n matrix L Lᵀ. */
function cholesky(matrix: Float64Array): Float64Array {
  const n = Math.sqrt(matrix.length)
  const L = new Float64Array(n * n)
  for (let row = 0; row < n; row++) for (let column = 0; column <= row; column++) {
    let sum = matrix[row * n + column]!
    for (let i = 0; i < column; i++) sum -= L[row * n + i]! * L[column * n + i]!
    L[row * n + column] = row === column ? Math.sqrt(sum) : sum / L[column * n + column]!
  }
  return L
}

/** (L Lᵀ)⁻¹, column by column: L y = e, then Lᵀ x = y. */
function inverse(L: Float64Array): Float64Array {
  const n = Math.sqrt(L.length)
  const out = new Float64Array(n * n)
  for (let column = 0; column < n; column++) {
    const x = out.subarray(column * n, (column + 1) * n)
    x[column] = 1
    for (let row = column; row < n; row++) {
      for (let i = column; i < row; i++) x[row]! -= L[row * n + i]! * x[i]!
      x[row]! /= L[row * n + row]!
    }
    for (let row = n - 1; row >= 0; row--) {
      for (let i = row + 1; i < n; i++) x[row]! -= L[i * n + row]! * x[i]!
      x[row]! /= L[row * n + row]!
    }
  }
  return out
}
