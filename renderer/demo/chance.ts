// The same noise in every run: the demo is the same piece wherever it is made, so that a session can make it anew.

/** Marsaglia's xorshift of 32 bits (2003), 0 … 1: quick, for there are millions. */
export function chance(seed: number): () => number {
  let x = seed
  return () => {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    return (x >>> 0) / 4_294_967_296
  }
}
