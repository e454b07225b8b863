// Loudness of a whole stereo sound at 48 kHz, ungated: the two filters as ITU-R BS.1770 prints them. The slow twin of
// worklet/loudness.ts.

const FILTERS = [
  [1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585],
  [1, -2, 1, -1.99004745483398, 0.99007225036621],
] as const

function filtered(sound: Float64Array, [b0, b1, b2, a1, a2]: (typeof FILTERS)[number]): Float64Array {
  let x1 = 0, x2 = 0, y1 = 0, y2 = 0
  return sound.map((x) => {
    const y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2
    x2 = x1; x1 = x; y2 = y1; y1 = y
    return y
  })
}

/** LUFS. */
export function loudnessOf(channels: readonly Float32Array[]): number {
  const power = channels.reduce((sum, channel) => {
    const weighted = FILTERS.reduce(filtered, Float64Array.from(channel))
    return sum + weighted.reduce((total, x) => total + x * x, 0) / weighted.length
  }, 0)
  return -0.691 + 10 * Math.log10(power)
}
