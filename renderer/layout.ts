// How the working screen is divided: how wide the sources and the right column are, how high the drawer, what is folded. Plain
// data in one signal, remembered by the browser; a session may bring its own. What it says is a wish: what fits is `measures`.

import { computed, effect, signal } from '@preact/signals'
import { clamp } from './numbers.ts'

export const parts = ['sources', 'side', 'drawer'] as const
export type Part = (typeof parts)[number]

export interface Layout {
  /** CSS pixels; null: what suits the window. */
  readonly sizes: Readonly<Record<Part, number | null>>
  readonly folded: Readonly<Record<Part, boolean>>
}

export const initialLayout: Layout = { sizes: { sources: null, side: null, drawer: null }, folded: { sources: false, side: false, drawer: false } }
export const layout = signal<Layout>(initialLayout)

/** Of the page in its own pixels, which a large screen zooms. */
export const room = signal({ width: 1280, height: 800 })

export const RAIL = 36
/** What the picture keeps, however wide its neighbours want to be. */
const PICTURE = { width: 380, height: 150 }
/** Top bar, status and the heads of picture and drawer. */
const AROUND = 52 + 28 + 78
const NARROW = 1280
const least: Readonly<Record<Part, number>> = { sources: 210, side: 300, drawer: 108 }
const most: Readonly<Record<Part, number>> = { sources: 480, side: 900, drawer: 700 }
const usual = (width: number): Readonly<Record<Part, number>> =>
  (width < NARROW ? { sources: 220, side: 316, drawer: 150 } : { sources: 276, side: 404, drawer: 220 })

export interface Measure { readonly now: number; readonly min: number; readonly max: number }

/** What is drawn: every wish, as far as the window lets it. */
export const measures = computed<Readonly<Record<Part, Measure>>>(() => {
  const { sizes, folded } = layout.value
  const { width, height } = room.value
  const wish = (part: Part): number => sizes[part] ?? usual(width)[part]
  const taken = (part: Part): number => (folded[part] ? RAIL : least[part])
  const measure = (part: Part, limit: number): Measure => {
    const max = Math.max(least[part], Math.min(most[part], limit))
    return { now: folded[part] ? RAIL : clamp(wish(part), least[part], max), min: least[part], max }
  }
  const side = measure('side', width - PICTURE.width - taken('sources'))
  return { side, sources: measure('sources', width - PICTURE.width - side.now), drawer: measure('drawer', height - AROUND - PICTURE.height) }
})

export function resize(part: Part, size: number | null): void {
  const { min, max } = measures.peek()[part]
  const wish = size === null ? null : Math.round(clamp(size, min, max))
  layout.value = { ...layout.peek(), sizes: { ...layout.peek().sizes, [part]: wish } }
}

export function fold(part: Part, folded: boolean): void {
  if (layout.peek().folded[part] !== folded) layout.value = { ...layout.peek(), folded: { ...layout.peek().folded, [part]: folded } }
}

/** Whatever stands there; what is not what it should be is as it is at first. */
export function readLayout(json: unknown): Layout {
  const object = (value: unknown): Record<string, unknown> => (typeof value === 'object' && value !== null ? value as Record<string, unknown> : {})
  const { sizes, folded } = object(json)
  const size = (part: Part): number | null => {
    const value = object(sizes)[part]
    return typeof value === 'number' && Number.isFinite(value) ? clamp(Math.round(value), least[part], most[part]) : null
  }
  const each = <T>(of: (part: Part) => T): Record<Part, T> => Object.fromEntries(parts.map((part) => [part, of(part)])) as Record<Part, T>
  return { sizes: each(size), folded: each((part) => object(folded)[part] === true) }
}

const KEY = 'winnow layout'

/** From now on: the window is divided as it was left. */
export function rememberLayout(): void {
  try {
    layout.value = readLayout(JSON.parse(localStorage.getItem(KEY) ?? '{}'))
  } catch { /* a browser that keeps nothing, or somebody else's text */ }
  effect(() => {
    const text = JSON.stringify(layout.value)
    try {
      localStorage.setItem(KEY, text)
    } catch { /* a browser that keeps nothing */ }
  })
}
