// What a source's row turns: level, pan, and the rest's level, which is the reduction upside down.

import type { Amount } from '../controls/amount.ts'
import { signed } from '../format.ts'
import { reductionRow } from '../state.ts'

export const plain = (value: number): number => value + 0 // −0 is 0

const readDecibels = (text: string): number => (text.trim() === '' ? NaN : Number(text.toLowerCase().replace(/db$/, '').trim()))
const decibels = { unit: 'dB', step: 0, nudge: 0.5, show: (value: number): string => `${signed(value)} dB`, read: readDecibels } as const

/** The well takes what the selection takes; a fader shows −60 to +24 dB of it. */
export const gainRow: Amount = { ...decibels, name: 'gain', label: 'Level', min: -120, max: 24, initial: 0, help: 'Level of this source in the mix.' }
export const faderRow: Amount = { ...gainRow, min: -60 }

export const restRow: Amount = {
  ...reductionRow, ...decibels, name: 'rest', min: -reductionRow.max, max: plain(-reductionRow.min), initial: plain(-reductionRow.initial),
}

const HUNDRED = 100

/** "L 30", "C", "R 100". */
const showPan = (value: number): string => (value === 0 ? 'C' : `${value < 0 ? 'L' : 'R'} ${Math.abs(value)}`)
function readPan(text: string): number {
  const word = text.trim().toUpperCase()
  if (word === 'C') return 0
  const [, side = '', number = ''] = /^([LR]?)\s*([-+]?[\d.]+)$/.exec(word) ?? []
  return number === '' ? NaN : Math.round(Number(number) * (side === 'L' ? -1 : 1))
}
export const panRow: Amount = {
  name: 'pan', label: 'Pan', unit: '', min: -HUNDRED, max: HUNDRED, initial: 0, step: 1, nudge: 5, show: showPan, read: readPan,
  help: 'A balance: the middle leaves both sides whole, an end silences the other. Untouched, the source stays where it is.',
}
export const fromPan = (pan: number): number => Math.round(pan * HUNDRED)
export const toPan = (value: number): number => value / HUNDRED
