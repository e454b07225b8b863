// The one dial: how far what is not the voice is turned down, and inside of it how far all that is heard is turned down now.

import { useRef } from 'preact/hooks'
import { figure } from '../format.ts'
import { turnReduction } from './keys.ts'
import { clamp } from '../numbers.ts'
import { measured, reductionRow, state } from '../state.ts'

const CX = 124, CY = 116, RADIUS = 90
/** Radians, clockwise from the right: the dial is open below. */
const START = Math.PI * 0.78, END = Math.PI * 2.22
/** The decibels that people choose among take most of the way, the last stretch leads to all. */
const KNEE = 40, KNEE_AT = 0.84
const TICKS = [0, 10, 20, 30, 40, reductionRow.max]

export const toTurn = (dB: number): number =>
  (dB <= KNEE ? dB / KNEE * KNEE_AT : KNEE_AT + (dB - KNEE) / (reductionRow.max - KNEE) * (1 - KNEE_AT))
export const fromTurn = (turn: number): number =>
  (turn <= KNEE_AT ? turn / KNEE_AT * KNEE : KNEE + (turn - KNEE_AT) / (1 - KNEE_AT) * (reductionRow.max - KNEE))

const at = (turn: number, radius: number): [number, number] => {
  const angle = START + (END - START) * turn
  return [CX + radius * Math.cos(angle), CY + radius * Math.sin(angle)]
}
const arc = (radius: number): string => {
  const [x0, y0] = at(0, radius)
  const [x1, y1] = at(1, radius)
  return `M${x0} ${y0}A${radius} ${radius} 0 1 1 ${x1} ${y1}`
}

/** Where the dial stands under a pointer; in the opening below, the nearer end. */
export function turnAt(x: number, y: number): number {
  const angle = (Math.atan2(y - CY, x - CX) - START + 4 * Math.PI) % (2 * Math.PI)
  const turn = angle / (END - START)
  return turn <= 1 ? turn : angle > (2 * Math.PI + END - START) / 2 ? 0 : 1
}

const steps: Readonly<Record<string, number>> = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 6, PageDown: -6, Home: -Infinity, End: Infinity }

export const Dial = ({ running }: { running: boolean }) => {
  const box = useRef<SVGSVGElement>(null)
  const { reduction } = state.settings.value
  const now = running ? measured.removed.value : null
  const turn = toTurn(reduction)
  const [x, y] = at(turn, RADIUS)
  const text = `${figure(-reduction, reduction % 1 ? 1 : 0)}`
  const follow = (event: PointerEvent): void => {
    const { left, top, width } = box.current!.getBoundingClientRect()
    const scale = 2 * CX / width
    const dB = fromTurn(turnAt((event.clientX - left) * scale, (event.clientY - top) * scale))
    turnReduction(event.shiftKey ? dB : Math.round(dB))
  }
  return (
    <svg ref={box} class={`dial${running ? '' : ' still'}`} viewBox={`0 0 ${2 * CX} 208`} role="slider" tabindex={0} aria-label="Reduction"
      aria-valuemin={reductionRow.min} aria-valuemax={reductionRow.max} aria-valuenow={reduction} aria-valuetext={`${reduction} dB`} aria-keyshortcuts="ArrowUp ArrowDown"
      onPointerDown={(event) => { event.currentTarget.setPointerCapture(event.pointerId); follow(event) }}
      onPointerMove={(event) => { if (event.currentTarget.hasPointerCapture(event.pointerId)) follow(event) }}
      onDblClick={() => turnReduction(state.preset.peek()?.preset.settings.reduction ?? reductionRow.initial)}
      onKeyDown={(event) => {
        const step = steps[event.key]
        if (step === undefined || event.ctrlKey || event.altKey || event.metaKey) return
        event.preventDefault()
        turnReduction(clamp(reduction + step * (event.shiftKey ? 0.1 : 1), reductionRow.min, reductionRow.max))
      }}>
      <title>How far everything but the voice is turned down. Double click: as the preset says.</title>
      {TICKS.map((dB) => {
        const [x1, y1] = at(toTurn(dB), RADIUS + 11)
        const [x2, y2] = at(toTurn(dB), RADIUS + 15)
        return <line key={dB} class="dial-tick" x1={x1} y1={y1} x2={x2} y2={y2} />
      })}
      <path class="dial-track" d={arc(RADIUS)} />
      <path class="dial-value" d={arc(RADIUS)} pathLength={100} stroke-dasharray={`${100 * turn} 200`} />
      <path class="dial-now" d={arc(RADIUS - 13)} pathLength={100} stroke-dasharray="100 200" stroke-dashoffset={100 - 100 * (now === null ? 0 : toTurn(-now))} />
      <circle class="dial-thumb" cx={x} cy={y} r="8" />
      <text class="dial-figure" x={CX} y={CY + 4}>{text}</text>
      <text class="dial-unit" x={CX} y={CY + 27}>dB reduction</text>
      <text class="dial-measured" x={CX} y={CY + 47}>{running ? `now ${now === null ? '–' : `${figure(Math.round(10 * now) / 10 + 0, 1)} dB`}` : 'paused'}</text>
      <text class="dial-end" x={at(0, RADIUS)[0]} y="204">0</text>
      <text class="dial-end" x={at(1, RADIUS)[0]} y="204">all</text>
    </svg>
  )
}
