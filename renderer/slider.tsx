// How a row of the parameter table is turned: a slider moves it, a well takes exact values. They know the row and nothing else.

import { useSignal } from '@preact/signals'
import { fromText, toText } from '../worklet/parameters.ts'
import type { Parameter } from '../worklet/parameters.ts'

/** Seconds span decades, so their slider is logarithmic. */
const isLogarithmic = (p: Parameter): boolean => p.unit === 's' && p.min > 0

export const toPosition = (p: Parameter, value: number): number =>
  isLogarithmic(p) ? Math.log(value / p.min) / Math.log(p.max / p.min) : (value - p.min) / (p.max - p.min)

/** On the row's grid where it has one, else to three useful digits; the ends are exact. */
export function fromPosition(p: Parameter, position: number): number {
  const x = Math.min(1, Math.max(0, position))
  if (x === 0 || x === 1) return x ? p.max : p.min
  if (p.step) return p.min + Math.round(x * (p.max - p.min) / p.step) * p.step
  const value = isLogarithmic(p) ? p.min * (p.max / p.min) ** x : p.min + x * (p.max - p.min)
  const digits = isLogarithmic(p) ? 3 - Math.ceil(Math.log10(value)) : p.max - p.min > 20 ? 1 : 2
  return Math.min(p.max, Math.max(p.min, Number(value.toFixed(Math.min(3, Math.max(0, digits))))))
}

const STEPS = 1000
const COARSE = 0.02
const LEAP = 0.1

/** Arrow keys move by a fiftieth, with Shift by a thousandth, or by one step of the grid. */
export function slideByKey(event: KeyboardEvent, p: Parameter, value: number): number | null {
  const steps: Record<string, number> = {
    ArrowRight: COARSE, ArrowUp: COARSE, ArrowLeft: -COARSE, ArrowDown: -COARSE, PageUp: LEAP, PageDown: -LEAP,
  }
  const step = steps[event.key]
  if (step === undefined || event.ctrlKey || event.altKey || event.metaKey) return null
  event.preventDefault()
  if (p.step && !event.key.startsWith('Page')) return Math.min(p.max, Math.max(p.min, value + Math.sign(step) * p.step))
  return fromPosition(p, toPosition(p, value) + (event.shiftKey ? Math.sign(step) / STEPS : step))
}

interface SliderProps {
  readonly row: Parameter
  readonly value: number
  readonly label: string
  readonly className?: string
  /** What a screen reader says; the table's own text when absent. */
  readonly text?: string
  readonly initial?: number
  onChange(value: number): void
}

export const Slider = ({ row, value, label, className = 'slider', text, initial = row.initial, onChange }: SliderProps) => {
  const position = toPosition(row, value)
  return (
    <input type="range" class={className} min={0} max={STEPS} step={1} value={Math.round(position * STEPS)} aria-label={label}
      aria-valuetext={text ?? toText(row, value)} style={{ '--v': `${position * 100}%` }}
      onInput={(event) => onChange(fromPosition(row, Number(event.currentTarget.value) / STEPS))}
      onKeyDown={(event) => {
        const next = slideByKey(event, row, value)
        if (next !== null) onChange(next)
      }}
      onDblClick={() => onChange(initial)} />
  )
}

interface NumberWellProps { readonly row: Parameter; readonly value: number; readonly label: string; onChange(value: number): void }

/** Takes a text on Enter or when left; a wrong one turns red, says what is allowed, and changes nothing. */
export const NumberWell = ({ row, value, label, onChange }: NumberWellProps) => {
  const draft = useSignal<string | null>(null)
  const wrong = useSignal<string | null>(null)
  const shown = toText(row, value).replace('-', '−')
  const take = (): void => {
    if (draft.value === null) return
    try {
      onChange(fromText(row, draft.value))
      draft.value = wrong.value = null
    } catch (error) {
      wrong.value = (error as Error).message.replace(/^[^:]*: /, '').replace(/, got .*$/, '')
    }
  }
  const forget = (): void => { draft.value = wrong.value = null }
  return (
    <span class="number">
      <input class="well-input" type="text" inputMode="decimal" spellcheck={false} autocomplete="off"
        aria-label={`${label}, exact value`} aria-invalid={wrong.value !== null} value={draft.value ?? shown}
        onFocus={(event) => event.currentTarget.select()}
        onInput={(event) => { draft.value = event.currentTarget.value; wrong.value = null }}
        onBlur={() => { take(); forget() }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') take()
          if (event.key === 'Escape') forget()
        }} />
      {wrong.value !== null && <span class="wrong" role="alert">{wrong.value}</span>}
    </span>
  )
}
