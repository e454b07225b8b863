// The one dial: how far what is not the voice is turned down, and inside of it how far all that is heard is turned down now.

import type { Amount } from '../controls/amount.ts'
import { useTurning } from '../controls/turning.ts'
import { figure } from '../format.ts'
import { turnReduction } from './keys.ts'
import { settingId } from '../midi-learn/bound.ts'
import { measured, reductionRow, state } from '../state.ts'

const CX = 124, CY = 116, RADIUS = 90
/** Radians, clockwise from the right: the dial is open below. */
const START = Math.PI * 0.78, END = Math.PI * 2.22
/** The decibels that people choose among take most of the way, the last stretch leads to all. */
const KNEE = 40, KNEE_AT = 0.84
/** How near to its thumb a pointer takes hold of it. */
const HELD = 14
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

/** What keys and the wheel do: whole decibels, with Shift tenths. */
const dialRow: Amount = { ...reductionRow, nudge: 1 }

export const Dial = ({ running }: { running: boolean }) => {
  const { reduction } = state.settings.value
  const now = running ? measured.removed.value : null
  const turn = toTurn(reduction)
  const [x, y] = at(turn, RADIUS)
  const text = `${figure(-reduction, reduction % 1 ? 1 : 0)}`
  const inside = (event: PointerEvent, part: Element): [number, number] => {
    const { left, top, width } = part.getBoundingClientRect()
    const scale = 2 * CX / width
    return [(event.clientX - left) * scale, (event.clientY - top) * scale]
  }
  const { handlers } = useTurning({
    row: dialRow, value: reduction, label: 'Reduction', initial: state.preset.value?.preset.settings.reduction ?? reductionRow.initial,
    learn: settingId('reduction'),
    at: (event, part) => turnAt(...inside(event, part)),
    holds(event, part) {
      const [px, py] = inside(event, part)
      return Math.hypot(px - x, py - y) < HELD
    },
    scale: {
      toPosition: toTurn,
      fromPosition: (position, fine) => (fine ? Math.round(10 * fromTurn(position)) / 10 : Math.round(fromTurn(position))),
    },
    onChange: turnReduction,
  })
  return (
    <svg class={`dial${running ? '' : ' still'}`} viewBox={`0 0 ${2 * CX} 208`} role="slider" tabindex={0} aria-label="Reduction"
      aria-valuemin={reductionRow.min} aria-valuemax={reductionRow.max} aria-valuenow={reduction} aria-valuetext={`${reduction} dB`} aria-keyshortcuts="ArrowUp ArrowDown"
      {...handlers}>
      <title>How far everything but the voice is turned down. Double click: as the preset says. Shift: fine. Enter: type a value.</title>
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
