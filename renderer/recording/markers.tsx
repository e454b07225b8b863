// The markers above the outline of a file: click goes there, drag moves, double click renames; with the keyboard arrows move,
// Enter goes there, F2 renames, Delete removes.

import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { seek } from '../actions.ts'
import { begin, end } from '../history.ts'
import { clamp } from '../numbers.ts'
import { state } from '../state.ts'
import type { Marker } from '../state.ts'
import { markerText, moveMarker, removeMarker, renameMarker } from './looping.ts'

const STEP = 0.1 // seconds

export const MarkerLane = ({ seconds }: { readonly seconds: number }) => {
  const lane = useRef<HTMLDivElement>(null)
  const toTime = (x: number): number => {
    const { left, width } = lane.current!.getBoundingClientRect()
    return clamp((x - left) / width, 0, 1) * seconds
  }
  return (
    <div ref={lane} class="markers" role="list" aria-label="Markers">
      {state.markers.value.map((marker, i) => <Flag key={i} marker={marker} seconds={seconds} toTime={toTime} />)}
    </div>
  )
}

const Flag = ({ marker, seconds, toTime }: { readonly marker: Marker; readonly seconds: number; toTime(x: number): number }) => {
  const editing = useSignal(false)
  const drag = useRef<{ readonly x: number; now: Marker; moved: boolean } | null>(null)
  const style = { '--at': marker.at / seconds }
  if (editing.value) {
    const keep = (value: string): void => {
      if (editing.peek()) renameMarker(marker, value)
      editing.value = false
    }
    return (
      <span class="marker" role="listitem" style={style}>
        <input type="text" aria-label={`Name of ${marker.name}`} value={marker.name} maxLength={60} ref={(input) => input?.select()}
          onBlur={({ currentTarget }) => keep(currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') keep(event.currentTarget.value)
            else if (event.key === 'Escape') editing.value = false
            event.stopPropagation()
          }} />
      </span>
    )
  }
  return (
    <span class="marker" role="listitem" style={style}>
      <button type="button" aria-label={markerText(marker)} title={`${markerText(marker)}: click to play from here, drag to move, double click or F2 to rename, Delete to remove`}
        onDblClick={() => { editing.value = true }}
        onPointerDown={(event) => {
          if (event.button !== 0) return
          event.currentTarget.setPointerCapture(event.pointerId)
          drag.current = { x: event.clientX, now: marker, moved: false }
        }}
        onPointerMove={(event) => {
          const held = drag.current
          if (!held || (!held.moved && Math.abs(event.clientX - held.x) < 3)) return
          if (!held.moved) begin(`Move ${marker.name}`)
          held.moved = true
          held.now = moveMarker(held.now, toTime(event.clientX))
        }}
        onPointerUp={() => {
          if (drag.current?.moved) end()
          drag.current = null
        }}
        onClick={(event) => { if (event.detail <= 1 && !drag.current) seek(marker.at) }}
        onKeyDown={(event) => {
          const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
          if (event.ctrlKey || event.altKey || event.metaKey) return
          if (by !== undefined) moveMarker(marker, marker.at + by * (event.shiftKey ? 10 : 1) * STEP, true)
          else if (event.key === 'F2') editing.value = true
          else if (event.key === 'Delete' || event.key === 'Backspace') removeMarker(marker)
          else return
          event.preventDefault()
          event.stopPropagation()
        }}>{marker.name}</button>
    </span>
  )
}
