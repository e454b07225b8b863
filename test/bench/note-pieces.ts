// Pieces whose notes are known, played by the notes engine as it plays live, and how well it found them: what an event means
// is judged after one constant lag, the same for all pieces, has been taken away, and the lag itself is told beside it.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { scoreNotes } from '../../main/score.ts'
import type { Recording } from '../../presets/learn/frames.ts'
import type { Preset } from '../../presets/preset.ts'
import { Notes } from '../../worklet/notes.ts'
import type { NoteSettings } from '../../worklet/parameters.ts'
import { audioFolder, load } from './audio.ts'

export interface PieceNote { readonly onset: number; readonly offset: number; readonly pitch: number; readonly velocity: number }
export interface Piece { readonly name: string; readonly recording: Recording; readonly notes: readonly PieceNote[] }

const byOnset = (a: PieceNote, b: PieceNote): number => a.onset - b.onset || a.pitch - b.pitch

/** The pieces beside the checkout whose name begins with one of these, or all; none where they are not. */
export async function pieces(names: readonly string[] = ['']): Promise<Piece[]> {
  const folder = new URL('notes/pieces/', audioFolder)
  if (!existsSync(folder)) return []
  const files = readdirSync(folder).filter((file) => file.endsWith('.flac') && names.some((name) => file.startsWith(name))).sort()
  return Promise.all(files.map(async (file) => {
    const { notes } = JSON.parse(readFileSync(new URL(file.replace('.flac', '.json'), folder), 'utf8')) as { notes: [number, number, number, number][] }
    return {
      name: file.slice(0, 3), recording: await load(new URL(file, folder)),
      notes: notes.map(([onset, offset, pitch, velocity]) => ({ onset, offset, pitch, velocity })).sort(byOnset),
    }
  }))
}

/** What is played while it is heard: onsets and offsets are the moments of decision. */
export function played({ channels, sampleRate }: Recording, preset: Preset, settings: Partial<NoteSettings>, module: WebAssembly.Module): PieceNote[] {
  const { dictionary, head } = preset
  const notes = new Notes({ module, dictionary, head, sampleRate, channels: channels.length as 1 | 2, settings: { ...preset.settings, ...settings } })
  const open = new Map<number, { onset: number; velocity: number }>()
  const done: PieceNote[] = []
  notes.onEvent = (event) => {
    if (event.type === 'on') open.set(event.pitch, { onset: event.seconds, velocity: event.velocity })
    else if (event.type === 'off') {
      done.push({ ...open.get(event.pitch)!, offset: event.seconds, pitch: event.pitch })
      open.delete(event.pitch)
    }
  }
  notes.process(channels)
  notes.process(channels.map(() => new Float32Array(Math.round(0.2 * sampleRate))))
  notes.flush()
  return done.sort(byOnset)
}

export interface NoteFigures {
  readonly f: number
  readonly precision: number
  readonly recall: number
  readonly fWithOffsets: number
  /** Seconds from a stroke to its event, of the notes found: the least tenth, the middle, the last tenth. */
  readonly lag: readonly [number, number, number]
  /** Of the notes that begin while their pitch still sounds or has just sounded: the share found; null where there are none. */
  readonly restruck: number | null
  /** Correlation of velocities of the notes found, within a piece, on the average. */
  readonly velocity: number
  /** F piece by piece. */
  readonly each: readonly number[]
}

/** A stroke of a pitch that was let go less than so many seconds ago, or still sounds. */
const AGAIN = 0.1
const ONSET = 0.05

const shifted = (notes: readonly PieceNote[], seconds: number): PieceNote[] =>
  notes.map((note) => ({ ...note, onset: note.onset - seconds, offset: note.offset - seconds }))
const forScore = (notes: readonly PieceNote[]) => notes.map((note) => ({ ...note, channel: 0 }))
const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length

/** `found` piece by piece. `lag`: seconds to take away, or null for the best of all to a millisecond. */
export function figuresOf(pieces: readonly Piece[], found: readonly (readonly PieceNote[])[], lag: number | null = null): NoteFigures {
  const at = (seconds: number) => pieces.map(({ notes }, i) => scoreNotes(forScore(notes), forScore(shifted(found[i]!, seconds))))
  const constant = lag ?? bestLag((seconds) => mean(at(seconds).map(({ f }) => f)))
  const scores = at(constant)
  const matched = pieces.map(({ notes }, i) => paired(notes, shifted(found[i]!, constant)))
  const pairs = matched.flat()
  const lags = pairs.flatMap(([note, other]) => (other ? [other.onset + constant - note.onset] : [])).sort((a, b) => a - b)
  const again = pieces.flatMap(({ notes }, i) => matched[i]!.filter(([note]) => isAgain(note, notes)))
  const quantile = (share: number): number => lags[Math.min(lags.length - 1, Math.floor(share * lags.length))] ?? NaN
  const of = (key: 'f' | 'precision' | 'recall' | 'fWithOffsets'): number => mean(scores.map((score) => score[key]))
  return {
    f: of('f'), precision: of('precision'), recall: of('recall'), fWithOffsets: of('fWithOffsets'),
    lag: [quantile(0.1), quantile(0.5), quantile(0.9)],
    restruck: again.length > 0 ? again.filter(([, other]) => other).length / again.length : null,
    velocity: mean(matched.map((pairs) => correlation(pairs.flatMap(([note, other]) => (other ? [[note.velocity, other.velocity] as const] : []))))),
    each: scores.map(({ f }) => f),
  }
}

function bestLag(f: (seconds: number) => number): number {
  let best = 0, most = -1
  for (let ms = -20; ms <= 160; ms += 5) if (f(ms / 1000) > most) most = f((best = ms) / 1000)
  const near = best
  for (let ms = near - 4; ms <= near + 4; ms++) if (f(ms / 1000) > most) most = f((best = ms) / 1000)
  return best / 1000
}

const isAgain = (note: PieceNote, notes: readonly PieceNote[]): boolean =>
  notes.some((before) => before !== note && before.pitch === note.pitch && before.onset < note.onset && before.offset > note.onset - AGAIN)

/** Each note and what was found of it: pairs within the tolerance, the nearest first. */
function paired(notes: readonly PieceNote[], found: readonly PieceNote[]): (readonly [PieceNote, PieceNote | null])[] {
  const near = notes.flatMap((note, i) => found.flatMap((other, j) =>
    (other.pitch === note.pitch && Math.abs(other.onset - note.onset) <= ONSET ? [{ i, j, apart: Math.abs(other.onset - note.onset) }] : [])))
  const partner = new Map<number, number>()
  const taken = new Set<number>()
  for (const { i, j } of near.sort((a, b) => a.apart - b.apart || a.i - b.i || a.j - b.j))
    if (!partner.has(i) && !taken.has(j)) { partner.set(i, j); taken.add(j) }
  return notes.map((note, i) => [note, partner.has(i) ? found[partner.get(i)!]! : null] as const)
}

function correlation(pairs: readonly (readonly [number, number])[]): number {
  const [ma, mb] = [mean(pairs.map(([a]) => a)), mean(pairs.map(([, b]) => b))]
  let ab = 0, aa = 0, bb = 0
  for (const [a, b] of pairs) {
    ab += (a - ma) * (b - mb)
    aa += (a - ma) ** 2
    bb += (b - mb) ** 2
  }
  return ab / Math.sqrt(aa * bb)
}
