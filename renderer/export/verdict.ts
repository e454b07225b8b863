// What the figures of a finished export mean, in words: whether the files add up, and if not, at which stage; and what was
// cut off at full scale.

import { decibels, figure } from '../format.ts'
import type { Bits } from '../wav.ts'
import { addsUp } from './written.ts'
import type { Holds, Written, WrittenFile } from './written.ts'

/** From here on the sum of the files is the input: what is left is the rounding of 32-bit floats. */
export const NULL_DB = -120
/** Dither is noise: its power differs a little from what it is on average. */
const CHANCE_DB = 1

/** How it was made. */
export interface Made { readonly bits: Bits; readonly placed: boolean; readonly refined: boolean }
export interface Verdict { readonly tone: 'ok' | 'amber' | 'none'; readonly text: string }

const numbers = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve']
export const countOf = (count: number, what = 'file'): string => `${count} ${what}${count === 1 ? '' : 's'}`
const inWords = (count: number): string => (count === 1 ? 'this file gives' : `these ${numbers[count] ?? count} files give`)
export const db = (value: number): string => (value === -Infinity ? '−∞' : figure(value, 1))

export function verdictOf(written: Written, { bits, placed, refined }: Made): Verdict {
  const { nullDb, separationDb, ditherDb } = written
  const stems = written.files.filter(({ holds }) => holds !== 'mix')
  const stage = refined ? 'in refining' : 'in the separation'
  const fine = separationDb !== null && separationDb <= NULL_DB
  if (!fine && separationDb !== null)
    return { tone: 'amber', text: `Sources and rest should give back the input, and miss it by ${db(separationDb)} dB, more than rounding (−120 dB). It goes wrong ${stage}, before anything is written: a fault of Winnow’s.` }
  if (!addsUp({ files: written.files, placed })) {
    const why = stems.length === 0 ? 'A mix has nothing to add up with.' : placed ? 'With faders and pans the files are not meant to add up.' : 'Without the rest the files are not all of the input.'
    return { tone: 'none', text: separationDb === null ? why : `${why} All sources and the rest, as they were found, miss the input by ${db(separationDb)} dB: rounding.` }
  }
  if (nullDb === null) return { tone: 'none', text: 'The input is silent: there is nothing to measure against.' }
  if (nullDb <= NULL_DB) return { tone: 'ok', text: nullDb === -Infinity ? `Added together, ${inWords(stems.length)} back the input, bit by bit.`
    : `Added together, ${inWords(stems.length)} back the input. What is left over is ${figure(-nullDb, 1)} dB below it: rounding, nothing audible.` }
  if (stems.some(({ clipped }) => clipped > 0)) return { tone: 'amber', text: 'Added together, the files miss the input by what was cut off at full scale.' }
  if (ditherDb !== null && nullDb <= ditherDb + CHANCE_DB)
    return { tone: 'ok', text: `Added together, ${inWords(stems.length)} back the input and their own dither: a hiss in the last of ${bits} bits, which keeps rounding from distorting. More bits leave less of it; 32-bit float leaves none.` }
  return { tone: 'amber', text: `Added together, the files should give back the input, and miss it by more than ${bits === 'float' ? 'rounding (−120 dB)' : `their dither (${db(ditherDb ?? 0)} dB)`}. It goes wrong in writing: a fault of Winnow’s.` }
}

const samples = (count: number): string => (count === 1 ? '1 sample' : `${count.toLocaleString('en')} samples`)
const nameOf = ({ name }: WrittenFile): string => name.replace(/\.wav$/, '')
const over = (peak: number): string => decibels(peak)

/** What was cut off, and what to do; null where nothing was. */
export function clippingOf({ files }: Written, { placed }: Pick<Made, 'placed'>): string | null {
  const cut = files.filter(({ clipped }) => clipped > 0)
  if (cut.length === 0) return null
  const where = cut.map((file) => `${samples(file.clipped)} of ${nameOf(file)} (up to +${over(file.peak)} dB)`).join(', ')
  const by = (holds: (holds: Holds) => boolean): string => over(Math.max(...cut.filter((file) => holds(file.holds)).map(({ peak }) => peak)))
  const ways = ['Export as 32-bit float, which has no full scale']
  if (cut.some(({ holds }) => holds === 'mix')) ways.push(`turn the output level down by ${by((holds) => holds === 'mix')} dB`)
  if (placed && cut.some(({ holds }) => typeof holds === 'number')) ways.push(`turn those faders down by ${by((holds) => typeof holds === 'number')} dB`)
  return `Beyond full scale and cut off: ${where}. ${ways.join(', or ')}.`
}

/** A float file holds what a converter cannot play. */
export function overOf({ files }: Written, { bits }: Pick<Made, 'bits'>): string | null {
  const loud = bits === 'float' ? files.filter(({ peak }) => peak > 1) : []
  return loud.length === 0 ? null : `${loud.map((file) => `${nameOf(file)} (+${over(file.peak)} dB)`).join(', ')}: beyond full scale, whole in a float file, but too loud to be played as it is.`
}
