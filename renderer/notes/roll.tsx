// The piano roll: keyboard at the left, time as in the picture above it, the newest at the right of a live sound.

import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { boxOf, brush, fit, token } from '../canvas.ts'
import { heardAt, watch } from '../frames.ts'
import { pitchName } from './names.ts'
import { LIVE_SECONDS, sheets } from './session.ts'
import { fromIndex, notes, shownNotes } from './state.ts'
import { drawRoll } from './roll-drawing.ts'
import { addNote, chosenNotes, moveNotes, removeNotes, resizeNotes, turnVelocity } from './roll-editing.ts'
import { RollFigures } from './roll-figures.tsx'
import { createRollHand, stepNote } from './roll-hand.ts'
import { fitted, rollPlane, withinPitches, zoomPitches } from './roll-plane.ts'
import type { RollPlane } from './roll-plane.ts'
import type { RollNote } from './roll-sheet.ts'
import { hearNote } from './roll-sound.ts'
import { GUTTER } from '../spectrogram/axes.ts'
import { pan, view, zoomTime } from '../spectrogram/view.ts'
import { state } from '../state.ts'

const DESCRIPTION = 'Piano roll. Left and right arrows go from note to note; Alt with arrows moves the chosen notes, with Shift their ends; '
  + 'brackets change the velocity, N adds a note at the playhead, Delete removes, Enter plays the note; plus and minus zoom time, with Alt pitch. '
  + 'The same notes stand in the list.'

/** One source's colour: of the one that is listened to, else that of a source that would come next. */
export const colourToken = (): string => `--s${(fromIndex.value ?? state.selection.value.sources.length) % 8 + 1}`

/** Whose notes are heard, where the dictionary knows several. */
const only = (): string | null => notes.from.peek()
export function hearPitch(pitch: number, velocity: number): void {
  const dictionary = notes.preset.peek()?.preset.dictionary
  if (dictionary && !hearNote(dictionary, pitch, velocity, only())) hearNote(dictionary, pitch, velocity, null)
}

const none: ReadonlySet<number> = new Set()

export const Roll = ({ seconds }: { readonly seconds: number | null }) => {
  const canvas = useRef<HTMLCanvasElement>(null)
  const playhead = useRef<HTMLDivElement>(null)
  const cursor = useSignal('default')
  const size = useRef({ width: 1, height: 1 })
  const at = useRef<readonly [number, number] | null>(null)

  const shown = (): { list: readonly RollNote[]; now: number } => {
    const { live } = sheets.peek()
    return seconds === null ? { list: live?.notes ?? [], now: (live?.now ?? 0) - sheets.peek().lag } : { list: shownNotes.peek(), now: seconds }
  }
  const plane = (): RollPlane => {
    const { width, height } = size.current
    const { live } = sheets.peek()
    return seconds === null ? rollPlane((live?.now ?? 0) - LIVE_SECONDS, LIVE_SECONDS, notes.pitches.peek(), width, height)
      : rollPlane(view.peek().from, view.peek().seconds, notes.pitches.peek(), width, height)
  }
  const hand = useRef<ReturnType<typeof createRollHand> | null>(null)
  hand.current ??= createRollHand(plane, shown, hearPitch)

  useEffect(() => {
    let drawn: readonly unknown[] = []
    let sounding: ReadonlySet<number> = none
    return watch({
      draw() {
        const target = canvas.current
        if (!target) return
        size.current = boxOf(target)
        const { live, heat, lag } = sheets.peek()
        const position = seconds === null ? null : heardAt()
        const next = live ? live.sounding : soundingAt(shownNotes.peek(), position, state.playing.peek())
        if (!sameSet(next, sounding)) {
          sounding = next
          notes.sounding.value = [...next].sort((a, b) => a - b)
          if (live && !hand.current!.busy) reveal(notes.sounding.peek())
        }
        const now = plane()
        movePlayhead(playhead.current, position, now)
        const what = [sheets.peek(), live?.version, shownNotes.peek(), notes.selected.peek(), notes.pitches.peek(), seconds === null ? 0 : view.peek(),
          sounding, hand.current!.band, colourToken()]
        if (!fit(target) && what.every((value, i) => value === drawn[i])) return
        drawn = what
        const context = brush(target, true)
        if (!context) return
        const { list, now: until } = shown()
        drawRoll(context, now, {
          colour: token(colourToken()), notes: list, selected: notes.selected.peek(), heat: live?.heat ?? heat, late: lag, now: until, sounding, band: hand.current!.band,
        })
      },
    })
  }, [seconds])
  useEffect(() => () => hand.current!.abort(), [])

  const spot = (event: MouseEvent): readonly [number, number] => {
    const box = canvas.current!.getBoundingClientRect()
    size.current = boxOf(canvas.current!) // it may not have been drawn yet
    const zoom = canvas.current!.currentCSSZoom ?? 1
    return [(event.clientX - box.left) / zoom, (event.clientY - box.top) / zoom]
  }
  function wheel(event: WheelEvent): void {
    event.preventDefault()
    const [x, y] = spot(event)
    const now = plane()
    const turned = event.deltaY
    const factor = 1.0015 ** (event.deltaMode === 1 ? 30 * turned : turned)
    if (event.altKey || seconds === null) notes.pitches.value = zoomPitches(notes.pitches.peek(), factor, notes.pitches.peek().high - y / now.row)
    else if (event.ctrlKey || event.metaKey) view.value = zoomTime(view.peek(), factor, now.secondsAt(x), seconds)
    else view.value = pan(view.peek(), ((event.deltaX || turned) / now.width) * view.peek().seconds, 0, seconds)
  }
  useEffect(() => {
    const target = canvas.current!
    target.addEventListener('wheel', wheel, { passive: false })
    return () => target.removeEventListener('wheel', wheel)
  })

  return (
    <>
      <canvas ref={canvas} class="roll" role="application" tabIndex={0} aria-label={DESCRIPTION} style={{ cursor: cursor.value }}
        onPointerDown={(event) => { event.currentTarget.setPointerCapture(event.pointerId); hand.current!.down(event, spot(event)) }}
        onPointerMove={(event) => {
          at.current = spot(event)
          for (const each of hand.current!.busy ? event.getCoalescedEvents?.() ?? [event] : []) hand.current!.move(each, spot(each))
          if (!hand.current!.busy) cursor.value = hand.current!.cursor(at.current)
        }}
        onPointerUp={() => hand.current!.up()} onPointerCancel={() => hand.current!.abort()}
        onDblClick={(event) => hand.current!.twice(spot(event))}
        onKeyDown={(event) => key(event, seconds, () => hand.current!.abort())} />
      <div ref={playhead} class="playhead" aria-hidden="true" />
      <RollFigures place={(note) => placeOf(plane(), note)} size={size.current} editable={seconds !== null} />
    </>
  )
}

const placeOf = (plane: RollPlane, note: RollNote): readonly [number, number] => [Math.max(GUTTER, plane.x(note.onset)), plane.y(note.pitch)]

/** A live note outside of what is shown comes into view. */
function reveal(sounding: readonly number[]): void {
  const { low, high } = notes.pitches.peek()
  if (sounding.length > 0 && (sounding[0]! < low || sounding.at(-1)! >= high))
    notes.pitches.value = withinPitches({ low: Math.min(low, sounding[0]! - 1), high: Math.max(high, sounding.at(-1)! + 2) })
}

const sameSet = (a: ReadonlySet<number>, b: ReadonlySet<number>): boolean => a.size === b.size && [...a].every((x) => b.has(x))

function soundingAt(list: readonly RollNote[], position: number | null, playing: boolean): ReadonlySet<number> {
  if (position === null || !playing) return none
  const found = list.filter(({ onset, offset }) => onset <= position && (offset ?? Infinity) > position)
  return found.length ? new Set(found.map(({ pitch }) => pitch)) : none
}

function movePlayhead(line: HTMLDivElement | null, position: number | null, plane: RollPlane): void {
  if (!line) return
  const x = position === null ? -1 : plane.x(position)
  line.style.visibility = x >= GUTTER && x <= plane.width ? 'visible' : 'hidden'
  line.style.transform = `translateX(${x.toFixed(2)}px)`
}

const VELOCITY_STEP = 5
const COLUMN = 1 / 200 // of what is shown

function key(event: KeyboardEvent, seconds: number | null, abort: () => void): void {
  const zoomed = (factor: number): void => {
    const { low, high } = notes.pitches.peek()
    if (event.altKey || seconds === null) notes.pitches.value = zoomPitches({ low, high }, factor, (low + high) / 2)
    else view.value = zoomTime(view.peek(), factor, view.peek().from + view.peek().seconds / 2, seconds)
  }
  const arrows: Record<string, readonly [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }
  const arrow = arrows[event.key]
  const edits = seconds !== null && notes.progress.peek() === null
  if (event.ctrlKey || event.metaKey) {
    if (event.key.toLowerCase() !== 'a' || seconds === null) return
    notes.selected.value = new Set(shownNotes.peek().map(({ id }) => id))
  } else if (arrow && event.altKey && edits) {
    const by = arrow[0] * view.peek().seconds * COLUMN
    if (event.shiftKey && arrow[0]) resizeNotes(chosenNotes(), 'end', by, true)
    else moveNotes(chosenNotes(), by, arrow[1], true)
  } else if (arrow && !event.altKey && seconds !== null) showNote(stepNote(arrow[0] + arrow[1] > 0 ? 1 : -1), seconds)
  else if ((event.key === '[' || event.key === ']') && edits) turnVelocity(chosenNotes(), event.key === ']' ? VELOCITY_STEP : -VELOCITY_STEP, true)
  else if ((event.key === 'Delete' || event.key === 'Backspace') && edits) removeNotes(chosenNotes())
  else if (event.key.toLowerCase() === 'n' && edits && !event.altKey) addAtPlayhead()
  else if (event.key === 'Enter') for (const { pitch, velocity } of chosenNotes().slice(0, 1)) hearPitch(pitch, velocity)
  else if (event.key === '+' || event.key === '=') zoomed(0.8)
  else if (event.key === '-' || event.key === '_') zoomed(1.25)
  else if (event.key === 'Escape') {
    abort()
    if (notes.selected.peek().size === 0) (event.currentTarget as HTMLElement).blur()
    notes.selected.value = new Set()
    notes.pointed.value = null
  } else return
  event.preventDefault()
  event.stopPropagation()
}

const NEW_SECONDS = 0.25

function addAtPlayhead(): void {
  const before = chosenNotes()[0]
  const { low, high } = notes.pitches.peek()
  addNote(heardAt() ?? view.peek().from, NEW_SECONDS, before?.pitch ?? Math.round((low + high) / 2))
}

/** What the keyboard goes to comes into view. */
function showNote(note: RollNote | null, seconds: number): void {
  if (!note) return
  const { from, seconds: length } = view.peek()
  if (note.onset < from || note.onset > from + length) view.value = pan(view.peek(), note.onset - from - length / 3, 0, seconds)
  const { low, high } = notes.pitches.peek()
  if (note.pitch < low || note.pitch >= high) notes.pitches.value = fitted(shownNotes.peek(), notes.pitches.peek())
}

/** For who cannot see the keys. */
export const Sounding = () => <p class="visually-hidden" aria-live="off">{notes.sounding.value.map(pitchName).join(' ')}</p>

