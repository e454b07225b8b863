// What makes a thing turn, whatever it looks like: a pointer that drags, with Shift at a tenth; the wheel; keys; a double click
// that goes back; a menu. A slider and a dial differ in where a pointer is and in nothing else.

import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { fromPosition, nudged, textOf, toPosition, turnedByKey } from './amount.ts'
import type { Amount } from './amount.ts'
import { openEntry, openMenu } from './popup.ts'
import { learnItems } from '../midi-learn/bound.ts'
import { clamp } from '../numbers.ts'

type Part = HTMLElement | SVGElement

export interface Turned {
  readonly row: Amount
  readonly value: number
  readonly label: string
  /** Where a double click leads; null: only `reset` knows. */
  readonly initial: number | null
  /** Under which name a knob of MIDI turns it; absent: none does. */
  readonly learn?: string
  /** 0 to 1, where a pointer is. */
  at(event: PointerEvent, part: Part): number
  /** Whether a pointer takes hold of it where it stands, rather than sending it there. */
  holds(event: PointerEvent, part: Part): boolean
  onChange(value: number): void
  reset?(): void
  /** Other than the row's own. */
  readonly scale?: { toPosition(value: number): number; fromPosition(position: number, fine: boolean): number }
}

interface Drag {
  /** Where the pointer was when it began to move like this, and where the thing stood. */
  readonly from: number
  readonly position: number
  readonly fine: boolean
  /** Where both are now. */
  readonly to: number
  readonly reached: number
  /** The value that Escape brings back. */
  readonly before: number
}

const FINE = 0.1
/** Of the wheel, in pixels: trackpads come in small change. */
const NOTCH = 60

export function useTurning(turned: Turned) {
  const drag = useRef<Drag | null>(null)
  const rolled = useRef(0)
  const busy = useSignal(false)
  const { row, value, label, initial, learn, onChange } = turned
  const position = (): number => turned.scale?.toPosition(value) ?? toPosition(row, value)
  const valueAt = (x: number, fine: boolean): number => turned.scale?.fromPosition(x, fine) ?? fromPosition(row, x)
  const reset = (): void => { if (turned.reset) turned.reset(); else if (initial !== null) onChange(initial) }
  const type = (part: Part): void => openEntry(part, row, label, value, onChange)
  const end = (): void => { drag.current = null; busy.value = false }

  return {
    busy,
    handlers: {
      onPointerDown(event: PointerEvent & { currentTarget: Part }) {
        if (event.button !== 0) return
        const part = event.currentTarget
        part.setPointerCapture(event.pointerId)
        const from = turned.at(event, part)
        const goes = !event.shiftKey && !turned.holds(event, part)
        const stands = goes ? clamp(from, 0, 1) : position()
        drag.current = { from, position: stands, fine: event.shiftKey, to: from, reached: stands, before: value }
        busy.value = true
        if (goes) onChange(valueAt(from, false))
      },
      onPointerMove(event: PointerEvent & { currentTarget: Part }) {
        if (!drag.current) return
        const { from, position: stood, fine, to: was, reached: stands } = drag.current
        const same = fine === event.shiftKey
        const start = same ? { from, position: stood } : { from: was, position: stands }
        const to = turned.at(event, event.currentTarget)
        const reached = clamp(start.position + (to - start.from) * (event.shiftKey ? FINE : 1), 0, 1)
        drag.current = { ...drag.current, ...start, fine: event.shiftKey, to, reached }
        const next = valueAt(reached, event.shiftKey)
        if (next !== value) onChange(next)
      },
      onPointerUp: end,
      onPointerCancel: end,
      onLostPointerCapture: end,
      onDblClick: reset,
      onKeyDown(event: KeyboardEvent & { currentTarget: Part }) {
        if (event.key === 'Escape' && drag.current) {
          onChange(drag.current.before)
          end()
          event.stopPropagation()
          return
        }
        if (event.key === 'Enter') {
          event.preventDefault()
          return type(event.currentTarget)
        }
        const next = turnedByKey(event, row, value)
        if (next === null) return
        event.preventDefault()
        if (next !== value) onChange(next)
      },
      /** Only of what has the focus, or with Alt: a wheel over a panel scrolls it and turns nothing. */
      onWheel(event: WheelEvent & { currentTarget: Part }) {
        const part = event.currentTarget
        if (event.ctrlKey || event.metaKey || !(event.altKey || document.activeElement === part || part.getRootNode() instanceof ShadowRoot && (part.getRootNode() as ShadowRoot).activeElement === part)) return
        event.preventDefault()
        rolled.current += (event.deltaY || event.deltaX) * (event.deltaMode ? NOTCH : 1) // Shift makes some systems scroll sideways
        const notches = Math.trunc(rolled.current / NOTCH)
        if (notches === 0) return
        rolled.current -= notches * NOTCH
        const next = nudged(row, value, -Math.sign(notches), event.shiftKey)
        if (next !== value) onChange(next)
      },
      onContextMenu(event: MouseEvent & { currentTarget: Part }) {
        const part = event.currentTarget
        const opened = openMenu(part, label, () => [
          { label: initial === null ? 'Reset' : `Reset to ${textOf(row, initial)}`, note: 'double-click', run: reset },
          { label: 'Type a value…', note: 'Enter', run: () => type(part) },
          ...learnItems(learn),
        ], event)
        if (opened) event.preventDefault()
      },
    },
  }
}
