// The bindings, kept by the browser for this page.

import type { Binding } from './bound.ts'

const KEY = 'winnow midi knobs'
const MOST = 512

const whole = (value: unknown, below: number): value is number => typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < below
const text = (value: unknown): value is string => typeof value === 'string' && value.length > 0 && value.length <= 200

/** Whatever stands there; what is not what it should be is left out. */
export function readBindings(json: unknown): readonly Binding[] {
  if (!Array.isArray(json)) return []
  const read = json.slice(0, MOST).flatMap((each: unknown): Binding[] => {
    const { id, device, channel, controller, wide, relative } = (typeof each === 'object' && each !== null ? each : {}) as Record<string, unknown>
    return text(id) && text(device) && whole(channel, 16) && whole(controller, 128) ? [{ id, device, channel, controller, wide: wide === true && controller < 32, relative: relative === true }] : []
  })
  return read.filter(({ id }, i) => read.findIndex((other) => other.id === id) === i)
}

export function keptBindings(): readonly Binding[] {
  try {
    return readBindings(JSON.parse(localStorage.getItem(KEY) ?? '[]'))
  } catch {
    return [] // a browser that keeps nothing, or somebody else's text
  }
}

export function keepBindings(list: readonly Binding[]): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(list))
  } catch { /* a browser that keeps nothing */ }
}
