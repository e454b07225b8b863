// The one menu and the one box for typing that all controls share, and who may open them. Where no page has put them up
// (the plug-in has its own small panel), asking for one does nothing, and the browser's own menu comes.

import { signal } from '@preact/signals'
import type { Amount } from './amount.ts'

export interface Item {
  readonly label: string
  /** Beside the label: a key, or what it is bound to. */
  readonly note?: string
  readonly hint?: string
  readonly disabled?: boolean
  /** Of one that is on or off. */
  readonly checked?: boolean
  /** The menu stays open, for the next one. */
  readonly stays?: boolean
  run(): void
}

type Anchor = HTMLElement | SVGElement
interface At { readonly x: number; readonly y: number; readonly zoom: number; readonly back: Anchor }

export const menu = signal<(At & { readonly title: string; items(): readonly Item[] }) | null>(null)
export const entry = signal<(At & { readonly row: Amount; readonly label: string; readonly value: number; take(value: number): void }) | null>(null)

let hosted = false
/** From the page, when it has them. */
export const host = (there: boolean): void => { hosted = there }

/** Below an element, or at a pointer over it. In measures of the page, which a large screen zooms. */
function placed(back: Anchor, pointer?: { readonly clientX: number; readonly clientY: number }): At {
  const { left, right, top, bottom } = back.getBoundingClientRect()
  const zoom = (back as Anchor & { readonly currentCSSZoom?: number }).currentCSSZoom ?? 1
  const inside = pointer && pointer.clientX >= left && pointer.clientX <= right && pointer.clientY >= top && pointer.clientY <= bottom
  return { x: (inside ? pointer.clientX : left) / zoom, y: (inside ? pointer.clientY : bottom) / zoom, zoom, back }
}

export function openMenu(back: Anchor, title: string, items: () => readonly Item[], pointer?: MouseEvent): boolean {
  if (!hosted || items().length === 0) return false
  entry.value = null
  menu.value = { ...placed(back, pointer), title, items }
  return true
}

export function openEntry(back: Anchor, row: Amount, label: string, value: number, take: (value: number) => void): void {
  if (!hosted) return
  menu.value = null
  entry.value = { ...placed(back), row, label, value, take }
}
