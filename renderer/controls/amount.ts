// A row of the parameter table as it is turned: where a value stands between the ends, how far keys and the wheel go, how it
// is written and read. It knows rows and numbers, nothing of the page.

import { checkValue, fromText, isSwitch, toText } from '../../worklet/parameters.ts'
import type { Parameter } from '../../worklet/parameters.ts'
import { clamp } from '../numbers.ts'

/** A row, and what the table does not say about it. */
export interface Amount extends Parameter {
  /** What an arrow key or a click of the wheel adds, with Shift a tenth; absent: a fiftieth of the way. */
  readonly nudge?: number
  /** How a value is written and read where the table's own text will not do. */
  readonly show?: (value: number) => string
  readonly read?: (text: string) => number
}

/** Seconds span decades, so their slider is logarithmic. */
const isLogarithmic = (p: Parameter): boolean => p.unit === 's' && p.min > 0

export const toPosition = (p: Parameter, value: number): number =>
  isLogarithmic(p) ? Math.log(value / p.min) / Math.log(p.max / p.min) : (value - p.min) / (p.max - p.min)

/** On the row's grid where it has one, else to three useful digits; the ends are exact. */
export function fromPosition(p: Parameter, position: number): number {
  const x = clamp(position, 0, 1)
  if (x === 0 || x === 1) return x ? p.max : p.min
  if (p.step) return onGrid(p, p.min + x * (p.max - p.min))
  const value = isLogarithmic(p) ? p.min * (p.max / p.min) ** x : p.min + x * (p.max - p.min)
  const digits = isLogarithmic(p) ? 3 - Math.ceil(Math.log10(value)) : p.max - p.min > 20 ? 1 : 2
  return clamp(Number(value.toFixed(clamp(digits, 0, 3))), p.min, p.max)
}

/** A grid of hundredths, without the crumbs of binary fractions. */
const onGrid = (p: Parameter, value: number): number => Number((p.min + Math.round((value - p.min) / p.step) * p.step).toFixed(6))

const COARSE = 0.02
const FINE = 0.001
const LEAP = 0.1

/** One step up (1) or down (−1): of the grid, of the row's own size, or of the way between the ends. */
export function nudged(p: Amount, value: number, direction: number, fine: boolean): number {
  if (p.nudge) {
    const size = Math.max(p.step, fine ? p.nudge / 10 : p.nudge)
    return clamp(Number((value + direction * size).toFixed(6)), p.min, p.max)
  }
  if (p.step) return clamp(onGrid(p, value + direction * p.step), p.min, p.max)
  return fromPosition(p, toPosition(p, value) + direction * (fine ? FINE : COARSE))
}

const directions: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }

/** Where a key leads: arrows a step, with Shift a fine one, the page keys a tenth of the way, Home and End to the ends. */
export function turnedByKey(event: KeyboardEvent, p: Amount, value: number): number | null {
  if (event.ctrlKey || event.altKey || event.metaKey) return null
  const { key, shiftKey } = event
  if (key === 'Home') return p.min
  if (key === 'End') return p.max
  if (key === 'PageUp' || key === 'PageDown') return fromPosition(p, toPosition(p, value) + (key === 'PageUp' ? LEAP : -LEAP))
  const direction = directions[key]
  return direction === undefined ? null : nudged(p, value, direction, shiftKey)
}

export const textOf = (p: Amount, value: number): string => (p.show?.(value) ?? toText(p, value)).replace(/-(?=\d)/, '−')

/** The inverse of `textOf`; a wrong text is one sentence that says what is allowed. */
export function valueOf(p: Amount, text: string): number {
  try {
    return p.read ? checkValue(p, p.read(text.replace('−', '-')), `"${text}"`) : fromText(p, text)
  } catch (error) {
    throw new RangeError((error as Error).message.replace(/^[^:]*: /, '').replace(/, got .*$/, ''))
  }
}

/** Meaning, range, unit and where it goes back to, for a tooltip. */
export function hintOf(p: Amount, initial: number | null = p.initial): string {
  const help = /[.!?)]$/.test(p.help) ? p.help : `${p.help}.`
  const back = initial === null ? '' : `\nDouble-click: ${textOf(p, initial)}.`
  return p.words || isSwitch(p) ? `${help}${back}` : `${help}\n${textOf(p, p.min)} to ${textOf(p, p.max)}.${back} Shift: fine. Enter: type a value.`
}
