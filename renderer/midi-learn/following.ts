// How a target follows its knob. A knob that stands elsewhere than the value does not make it jump: it takes hold when it comes
// by (soft take-over), and again so after anything else has moved the value.

import { fromPosition, toPosition } from '../controls/amount.ts'
import type { Target } from './targets.ts'
import { clamp } from '../numbers.ts'

/** How near is there: two steps of a knob of seven bits. */
const NEAR = 2 / 127
/** Of the way between the ends, for one click of a knob without ends. */
const CLICK = 1 / 128

export class Follower {
  private last: number | null = null
  /** The value that the knob has set; anything else there was set by somebody else. */
  private held: number | null = null
  /** Between the steps of a coarse row. */
  private position = 0

  /** `at`: 0 to 1. Which way the knob must go to take hold; null when it has. */
  turn(target: Target, at: number): 'up' | 'down' | null {
    if (target.isSwitch) {
      const on = at >= 0.5 ? 1 : 0
      if (on !== target.get()) target.set(on)
      return null
    }
    const { row } = target
    const value = target.get()
    const stands = clamp(toPosition(row, clamp(value, row.min, row.max)), 0, 1)
    const { last } = this
    this.last = at
    const came = Math.abs(at - stands) <= NEAR || (last !== null && (last - stands) * (at - stands) <= 0)
    if (this.held !== value && !came) {
      this.held = null
      return at < stands ? 'up' : 'down'
    }
    const next = fromPosition(row, at)
    if (next !== value) target.set(next)
    this.held = target.get()
    return null
  }

  /** By clicks, of a knob that has no position. */
  roll(target: Target, clicks: number): void {
    if (target.isSwitch) {
      const on = clicks > 0 ? 1 : 0
      if (on !== target.get()) target.set(on)
      return
    }
    const { row } = target
    const value = clamp(target.get(), row.min, row.max)
    if (this.held !== value) this.position = toPosition(row, value)
    this.position = clamp(this.position + clicks * CLICK, 0, 1)
    const next = fromPosition(row, this.position)
    if (next !== value) target.set(next)
    this.held = next
  }
}
