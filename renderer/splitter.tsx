// The edge between two panels: dragged, moved by arrow keys, double-clicked back to what suits the window, folded with Enter.

import { useRef } from 'preact/hooks'
import { fold, layout, measures, resize } from './layout.ts'
import type { Part } from './layout.ts'

const KEY_STEP = 16
const FINE_STEP = 2

const labels: Readonly<Record<Part, string>> = { sources: 'Width of the sources', side: 'Width of the right column', drawer: 'Height of the drawer' }
/** Where the panel grows when the pointer goes right, or down. */
const signs: Readonly<Record<Part, number>> = { sources: 1, side: -1, drawer: -1 }

export const Splitter = ({ part }: { readonly part: Part }) => {
  const from = useRef<{ readonly at: number; readonly size: number } | null>(null)
  const { now, min, max } = measures.value[part]
  if (layout.value.folded[part]) return null
  const isRow = part === 'drawer'
  const along = (event: PointerEvent): number => (isRow ? event.clientY : event.clientX)
  const steps: Readonly<Record<string, number>> = isRow ? { ArrowUp: 1, ArrowDown: -1 } : { ArrowRight: signs[part], ArrowLeft: -signs[part] }
  return (
    <div class={`splitter ${isRow ? 'is-row' : 'is-column'}`} data-part={part} role="separator" tabIndex={0} aria-orientation={isRow ? 'horizontal' : 'vertical'}
      aria-label={labels[part]} aria-valuenow={now} aria-valuemin={min} aria-valuemax={max} aria-valuetext={`${now} pixels`}
      title={`${labels[part]}: drag, or arrow keys. Double-click: as it suits the window. Enter folds.`}
      onPointerDown={(event) => {
        if (event.button !== 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        from.current = { at: along(event), size: now }
      }}
      onPointerMove={(event) => {
        if (!from.current) return
        const zoom = (event.currentTarget as HTMLElement & { readonly currentCSSZoom?: number }).currentCSSZoom ?? 1
        resize(part, from.current.size + signs[part] * (along(event) - from.current.at) / zoom)
      }}
      onPointerUp={() => { from.current = null }} onPointerCancel={() => { from.current = null }}
      onDblClick={() => resize(part, null)}
      onKeyDown={(event) => {
        if (event.ctrlKey || event.altKey || event.metaKey) return
        const step = steps[event.key]
        if (step !== undefined) resize(part, now + step * (event.shiftKey ? FINE_STEP : KEY_STEP))
        else if (event.key === 'Home') resize(part, min)
        else if (event.key === 'End') resize(part, max)
        else if (event.key === 'Enter') fold(part, true)
        else return
        event.preventDefault()
        event.stopPropagation()
      }} />
  )
}
