// How an amount is moved: a slider, a fader, a pan. All of it is drawn by us and turned by turning.ts; to whoever cannot see
// it, it is a slider like any other.

import { hintOf, textOf, toPosition } from './amount.ts'
import type { Amount } from './amount.ts'
import { useTurning } from './turning.ts'

/** Of a thumb, in pixels: how wide it is, and how much beside it still takes hold of it. */
const THUMB = 12
const BESIDE = 5

interface SliderProps {
  readonly row: Amount
  readonly value: number
  readonly label: string
  readonly className?: string
  /** What a screen reader says; the row's own text when absent. */
  readonly text?: string
  readonly initial?: number | null
  readonly learn?: string
  readonly hint?: string
  onChange(value: number): void
  /** Where going back is more than a value. */
  reset?(): void
}

export const Slider = ({ row, value, label, className = 'slider', text, initial = row.initial, learn, hint, onChange, reset }: SliderProps) => {
  const position = Math.min(1, Math.max(0, toPosition(row, value)))
  const said = text ?? textOf(row, value)
  const { busy, handlers } = useTurning({
    row, value, label, initial, onChange, ...(learn && { learn }), ...(reset && { reset }),
    at(event, part) {
      const { left, width } = part.getBoundingClientRect()
      return (event.clientX - left - THUMB / 2) / (width - THUMB)
    },
    holds(event, part) {
      const { left, width } = part.getBoundingClientRect()
      return Math.abs(event.clientX - left - THUMB / 2 - position * (width - THUMB)) < THUMB / 2 + BESIDE
    },
  })
  return (
    <div class={`${className}${busy.value ? ' is-turned' : ''}`} role="slider" tabIndex={0} aria-label={label} aria-valuemin={row.min} aria-valuemax={row.max}
      aria-valuenow={value} aria-valuetext={said} title={hint ?? hintOf(row, initial)} style={{ '--v': position }} {...handlers}>
      <i />{busy.value && <output aria-hidden="true">{said}</output>}
    </div>
  )
}
