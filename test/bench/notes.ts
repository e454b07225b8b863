// How well notes are found on six pieces of piano music whose notes are known, live, beside Basic Pitch, which hears the whole
// piece: with the preset that ships, with one of the very instrument, and by a head that never met it; by the learned judge and
// by plain thresholds, accurate and fast.

import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readRecording, noteOf } from '../../main/recordings.ts'
import { loadPreset } from '../../main/preset-files.ts'
import { calibrate, calibrationDefaults, noteSizes } from '../../presets/learn/calibrate.ts'
import type { Instrument } from '../../presets/learn/templates.ts'
import type { Preset } from '../../presets/preset.ts'
import { divergences } from '../../worklet/dictionary.ts'
import { audioFolder } from './audio.ts'
import { basicPitch } from './basic-pitch.ts'
import { fontOf, notesOf } from './note-fonts.ts'
import { figuresOf, pieces, played, type NoteFigures, type Piece, type PieceNote } from './note-pieces.ts'

interface Row extends NoteFigures { readonly system: string; readonly pieces: readonly string[] }
export interface NotesFigures { readonly rows: readonly Row[]; readonly calibration: { readonly font: string; readonly notes: number; readonly seconds: number }[] }

const judges = [['learned', 0], ['thresholds', 1]] as const
const timings = [['accurate', 0], ['fast', 1]] as const
/** Another preset and another head, which has met one piano less; the pieces' own instruments neither has. */
const LEFT = ['piano', 'piano-upright', 'piano-old']

export async function notes(module: WebAssembly.Module, say: (line: string) => void): Promise<NotesFigures | null> {
  const all = await pieces()
  if (all.length === 0) return null
  const rows: Row[] = []
  say(`${'system'.padEnd(44)} onset F   P    R   offsets  lag p10/50/90  again  velocity   piece by piece`)
  const tell = (system: string, some: readonly Piece[], found: readonly (readonly PieceNote[])[], lag: number | null = null): void => {
    const row: Row = { system, pieces: some.map(({ name }) => name), ...figuresOf(some, found, lag) }
    rows.push(row)
    say(line(row))
  }
  const judged = (name: string, some: readonly Piece[], presetOf: (piece: Piece) => Preset): void => {
    for (const [timing, t] of timings) for (const [judge, j] of judges) {
      if (j === 0 && presetOf(some[0]!).head === null) continue
      tell(`${name}, ${judge}, ${timing}`, some, some.map((piece) => played(piece.recording, presetOf(piece), { timing: t, judge: j }, module)))
    }
  }
  const piano = await loadPreset('piano')
  judged('piano.preset', all, () => piano)

  const few = learned(await Promise.all(LEFT.map(folderOf)), module)
  judged('three pianos, taught anew', all, () => few.preset)

  const own = new Map<string, Preset>()
  const calibration: NotesFigures['calibration'] = []
  for (const font of new Set(Object.values(fontOf))) {
    const instrument = await notesOf(font)
    if (!instrument) { say(`calibrated: skipped, fluidsynth or ${font} is not here`); continue }
    const { preset, seconds } = learned([instrument], module)
    for (const [piece, its] of Object.entries(fontOf)) if (its === font) own.set(piece, preset)
    calibration.push({ font, notes: instrument.length, seconds })
    say(`${font}: calibrated on ${instrument.length} notes in ${seconds.toFixed(1)} s`)
  }
  const known = all.filter(({ name }) => own.has(name))
  if (known.length > 0) judged(`calibrated (${known.map(({ name }) => name).join(' ')})`, known, ({ name }) => own.get(name)!)

  const peer = await basicPitch()
  const theirs: PieceNote[][] = []
  for (const piece of all) theirs.push(await peer(piece.recording))
  tell('Basic Pitch, offline', all, theirs)
  if (known.length > 0) tell(`Basic Pitch, offline (${known.map(({ name }) => name).join(' ')})`, known, known.map((piece) => theirs[all.indexOf(piece)]!))
  return { rows, calibration }
}

function line({ system, f, precision, recall, fWithOffsets, lag, restruck, velocity, each }: Row): string {
  const two = (x: number): string => x.toFixed(2).replace('0.', '.')
  const three = (x: number): string => x.toFixed(3).replace('0.', '.').padStart(5)
  return `${system.padEnd(44)} ${three(f)}  ${two(precision)}  ${two(recall)}   ${three(fWithOffsets)}   ${lag.map((s) => (1000 * s).toFixed(0).padStart(3)).join(' ')} ms    `
    + `${restruck === null ? '–' : two(restruck)}    ${two(velocity)}     ${each.map(two).join(' ')}`
}

async function folderOf(name: string): Promise<Instrument> {
  const folder = new URL(`notes/${name}/`, audioFolder)
  if (!existsSync(folder)) throw new Error(`${fileURLToPath(folder)}: expected recordings of notes, got nothing`)
  const files = readdirSync(folder).filter((file) => file.endsWith('.flac')).sort()
  return Promise.all(files.map(async (file) => ({ pitch: noteOf(file), recording: await readRecording({ path: fileURLToPath(new URL(file, folder)), passage: null }, Infinity) })))
}

/** As `winnow learn --notes` and the page learn, from end to end. */
function learned(instruments: readonly Instrument[], module: WebAssembly.Module): { preset: Preset; seconds: number } {
  const began = performance.now()
  const steps = calibrate({
    ...calibrationDefaults, source: 'piano', instruments, sizes: noteSizes(instruments[0]![0]!.recording.sampleRate), divergence: divergences['beta-half']!, module,
    ...(instruments.length > 1 && { seconds: 240, seed: 2 }),
  })
  let step = steps.next()
  while (!step.done) step = steps.next()
  return {
    preset: { ...step.value, settings: {}, selection: null, learned: { method: 'templates, note head', files: [], licences: [], command: 'winnow learn', seed: 1 }, tensors: new Map() },
    seconds: (performance.now() - began) / 1000,
  }
}
