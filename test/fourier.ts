// The plain fast Fourier transform, in doubles: for measures and peers, which must not lean on what they judge.

/** In place: re + i·im becomes its transform, or with `inverse` the transform back, divided by its length: a power of two. */
export function fourier(re: Float64Array, im: Float64Array, inverse = false): void {
  const n = re.length
  if (n < 1 || (n & (n - 1)) !== 0 || im.length !== n) throw new RangeError(`fourier: expected two arrays of one power of two, got ${n} and ${im.length}`)
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1
    for (; j & bit; bit >>= 1) j ^= bit
    j ^= bit
    if (i < j) {
      ;[re[i], re[j]] = [re[j]!, re[i]!]
      ;[im[i], im[j]] = [im[j]!, im[i]!]
    }
  }
  const { cos, sin } = turns(n)
  const sign = inverse ? 1 : -1
  for (let half = 1; half < n; half *= 2) {
    const stride = n / (2 * half)
    for (let from = 0; from < n; from += 2 * half)
      for (let k = 0; k < half; k++) {
        const a = from + k, b = a + half
        const c = cos[k * stride]!, s = sign * sin[k * stride]!
        const x = re[b]! * c - im[b]! * s, y = re[b]! * s + im[b]! * c
        re[b] = re[a]! - x
        im[b] = im[a]! - y
        re[a]! += x
        im[a]! += y
      }
  }
  if (inverse) for (let i = 0; i < n; i++) { re[i]! /= n; im[i]! /= n }
}

const tables = new Map<number, { cos: Float64Array; sin: Float64Array }>()

function turns(n: number): { cos: Float64Array; sin: Float64Array } {
  let table = tables.get(n)
  if (!table) {
    const of = (f: (angle: number) => number): Float64Array => Float64Array.from({ length: Math.max(1, n / 2) }, (_, k) => f((2 * Math.PI * k) / n))
    tables.set(n, table = { cos: of(Math.cos), sin: of(Math.sin) })
  }
  return table
}
