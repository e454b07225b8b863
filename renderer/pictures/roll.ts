// Notes as a picture: two bars of the demo as the roll would show them, over a glow where the solver finds them.

import { sourceColour } from '../colour.ts'
import { keys, voice } from '../demo/score.ts'
import type { Note } from '../demo/score.ts'

const BEATS = 8
const FROM = 4
const LOWEST = 51
const HIGHEST = 79
const OCTAVE = 12
const BLACK = new Set([1, 3, 6, 8, 10])
/** Which colours they have: the first is the instrument's. */
const LINES = [{ notes: keys, colour: 0 }, { notes: voice, colour: 3 }] as const

export function drawRoll(context: CanvasRenderingContext2D, width: number, height: number): void {
  const row = height / (HIGHEST - LOWEST + 1)
  const top = (pitch: number): number => (HIGHEST - pitch) * row
  const across = (beats: number): number => (beats - FROM) / BEATS * width
  context.fillStyle = '#0d0d0f'
  context.fillRect(0, 0, width, height)
  for (let pitch = LOWEST; pitch <= HIGHEST; pitch++) {
    context.fillStyle = BLACK.has(pitch % OCTAVE) ? 'rgba(0,0,0,.35)' : 'rgba(255,255,255,.022)'
    context.fillRect(0, top(pitch), width, row - 0.5)
  }
  context.fillStyle = 'rgba(255,255,255,.06)'
  for (let beat = 0; beat <= BEATS; beat++) context.fillRect(across(FROM + beat), 0, beat % 4 === 0 ? 1.5 : 0.75, height)
  for (const { notes } of LINES) for (const note of notes) glow(context, note)
  for (const { notes, colour } of LINES)
    for (const { pitch, from, beats, force } of notes) {
      if (from > FROM + BEATS || from + beats < FROM) continue
      context.globalAlpha = 0.45 + 0.55 * force
      context.fillStyle = sourceColour(colour)
      context.beginPath()
      context.roundRect(across(from), top(pitch) + 1, Math.max(3, across(from + beats) - across(from) - 2), Math.max(2, row - 2), 2.5)
      context.fill()
    }
  context.globalAlpha = 1

  function glow(on: CanvasRenderingContext2D, { pitch, from, beats, force }: Note): void {
    for (const [above, strength] of [[0, 0.5], [OCTAVE, 0.2], [19, 0.12]] as const) {
      const x = across(from)
      const light = on.createLinearGradient(x, 0, across(from + beats + 0.6), 0)
      light.addColorStop(0, `rgba(150,150,235,${strength * force})`)
      light.addColorStop(0.25, `rgba(96,92,190,${0.6 * strength * force})`)
      light.addColorStop(1, 'rgba(60,56,130,0)')
      on.fillStyle = light
      on.fillRect(x, top(pitch + above) - row * 0.3, across(from + beats + 0.6) - x, row * 1.6)
    }
  }
}
