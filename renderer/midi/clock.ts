// Where a moment of the sound lies on the clock that MIDI ports are told: the page's, in milliseconds. The two run side
// by side, but what a browser says of their distance trembles by milliseconds, and jumps while a device starts.
//
// So the distance is measured while it warms up, then held; later measurements move it so slowly that no two notes
// change their places, and only a jump of the device itself (a pause, another output) starts again.

/** Of one moment: what is heard and what is computed, in the context's seconds, and the page's milliseconds. */
export interface Sighting { readonly contextTime: number; readonly computedTime: number; readonly performanceTime: number }

const WARM_UP = 1500 // ms
/** Of the measurements that the held distance follows. */
const WINDOW = 4000 // ms
/** Two clocks of crystals differ by less than 0.2 ms in a second. */
const FASTEST = 0.3 / 1000 // ms in each
/** More than any trembling. */
const JUMP = 20 // ms

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted.length ? sorted[sorted.length >> 1]! : null
}

export class StreamClock {
  #since = NaN
  #held: number | null = null
  #moved = 0
  #seen: { readonly at: number; readonly distance: number; readonly latency: number }[] = []
  #latency: number | null = null

  /** Milliseconds from what is computed to what is heard: held with the distance, and never moved. */
  get latency(): number { return this.#latency ?? Math.max(0, median(this.#seen.map(({ latency }) => latency)) ?? 0) }

  /** Null before anything was measured. */
  get distance(): number | null { return this.#held ?? median(this.#seen.map(({ distance }) => distance)) }
  get isHeld(): boolean { return this.#held !== null }

  restart(): void {
    this.#since = NaN
    this.#held = this.#latency = null
    this.#seen = []
  }

  observe(sighting: Sighting): void {
    const { contextTime, computedTime, performanceTime } = sighting
    if (!(contextTime > 0 && performanceTime > 0)) return // nothing has been heard yet
    if (Number.isNaN(this.#since)) this.#since = performanceTime
    const last = this.#seen.at(-1)
    if (last && performanceTime <= last.at) return // the same block as before
    this.#seen.push({ at: performanceTime, distance: performanceTime - 1000 * contextTime, latency: 1000 * (computedTime - contextTime) })
    this.#seen = this.#seen.filter(({ at }) => at > performanceTime - (this.#held === null ? WARM_UP / 3 : WINDOW))
    const now = median(this.#seen.map(({ distance }) => distance))!
    if (this.#held === null) {
      if (performanceTime - this.#since >= WARM_UP) {
        this.#latency = this.latency
        this.#held = now
      }
    } else if (this.#seen.length >= 3 && Math.abs(now - this.#held) > JUMP) {
      this.restart()
      this.observe(sighting)
      return
    } else {
      const most = FASTEST * (performanceTime - this.#moved)
      this.#held += Math.min(most, Math.max(-most, now - this.#held))
    }
    this.#moved = performanceTime
  }

  /** Milliseconds of the page's clock; null before anything was measured. */
  toPage(contextTime: number): number | null {
    const { distance } = this
    return distance === null ? null : 1000 * contextTime + distance
  }
}
