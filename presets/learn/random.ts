// Seeded chance: the same seed gives the same preset on every machine.

/** Uniform in [0, 1), 32 bits of state (a Weyl sequence through a multiplicative hash). */
export function seededRandom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let x = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97)
    return ((x ^ (x >>> 15)) >>> 0) / 2 ** 32
  }
}

/** `count` different numbers below `n`, in ascending order; all of them where there are not more. */
export function someOf(n: number, count: number, random: () => number): number[] {
  const all = Array.from({ length: n }, (_, i) => i)
  if (count >= n) return all
  for (let i = 0; i < count; i++) {
    const j = i + Math.floor(random() * (n - i))
    ;[all[i], all[j]] = [all[j]!, all[i]!]
  }
  return all.slice(0, count).sort((a, b) => a - b)
}
