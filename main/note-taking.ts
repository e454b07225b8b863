// A file through the notes engine, block by block and causally, as a live session would hear it. The events of each source
// become its notes, back-dated by the engine's constant lag.

import { readFile } from 'node:fs/promises'
import type { Preset } from '../presets/preset.ts'
import type { Bend, Note } from '../renderer/midi/file-writing.ts'
import { dictionarySources } from '../worklet/dictionary.ts'
import { Notes, pitchesOf, type NoteEvent } from '../worklet/notes.ts'
import type { NoteSettings } from '../worklet/parameters.ts'
import { readSound } from '../renderer/audio/reader.ts'
import { openAudio } from './audio/file.ts'
import { kernelFile } from './built.ts'
import { StrokeFinder } from './stroke-finder.ts'
import { Cancelled, UserError, asked } from './user-error.ts'

export interface TakenNotes {
  readonly source: string
  readonly notes: readonly Note[]
}

export interface Taken {
  readonly tracks: readonly TakenNotes[]
  readonly seconds: number
  /** From each estimated onset to the decision. */
  readonly lags: readonly number[]
  /** Of a mean frame that sounds, the share that the dictionary does not explain; null in silence. */
  readonly misfit: number | null
  /** And the share that lies below the lowest note of all. */
  readonly below: number
  readonly lowest: number
}

const BLOCK = 4096
const [LOWEST_RATE, HIGHEST_RATE] = [8000, 192_000]
/** Silence after the end, in which the last notes are still decided. */
const AFTER_SECONDS = 0.25
/** Every so many frames are compared with what explains them; quieter ones say nothing. */
const EVERY = 16
const FAINT = 1e-3

/** Collects one engine's events as notes. */
class Sheet {
  readonly notes: Note[] = []
  private readonly open = new Map<number, { onset: number; velocity: number; bends: Bend[] }>()

  constructor(private readonly lag: number, private readonly seconds: () => number) {}

  take(event: NoteEvent): void {
    const seconds = Math.max(0, event.seconds - this.lag)
    const { pitch } = event
    const note = this.open.get(pitch)
    if (event.type === 'on' && seconds >= this.seconds()) return // the cut where the file ends is no note
    if (event.type === 'on') this.open.set(pitch, { onset: seconds, velocity: event.velocity, bends: [] })
    else if (!note) return
    else if (event.type === 'bend') note.bends.push({ seconds, cents: event.cents })
    else {
      const { bends, ...rest } = note
      this.notes.push({ ...rest, offset: Math.max(note.onset, Math.min(seconds, this.seconds())), pitch, ...(bends.length > 0 && { bends }) })
      this.open.delete(pitch)
    }
  }
}

/** The sources whose notes can be played: the one that is asked for, or all with pitches. */
function playable(preset: Preset, presetName: string, only: string | null): string[] {
  const { dictionary } = preset
  const sources = dictionarySources(dictionary.atoms).filter((source) => pitchesOf(dictionary, source).length > 0)
  if (sources.length === 0)
    throw new UserError(`${presetName}: expected a preset whose atoms have pitches, got one without: `
      + '`winnow learn OUT.preset --notes FOLDER` makes one from recordings of single notes')
  if (only !== null && !sources.includes(only)) throw new UserError(`--source: expected ${sources.join(', ')}, got "${only}"`)
  return only === null ? sources : [only]
}

export async function takeNotes(input: string, preset: Preset, presetName: string, only: string | null, settings: Partial<NoteSettings>,
  report: (share: number) => void, signal?: AbortSignal): Promise<Taken> {
  const names = playable(preset, presetName, only)
  const module = new WebAssembly.Module(await readFile(kernelFile))
  const reader = await openAudio(input)
  try {
    const { sampleRate, channels } = reader
    if (sampleRate < LOWEST_RATE || sampleRate > HIGHEST_RATE)
      throw new UserError(`${input}: expected a sample rate from ${LOWEST_RATE} to ${HIGHEST_RATE} Hz, got ${sampleRate}`)
    const lags: number[] = []
    let missed = 0, under = 0, compared = 0, frames = 0
    let samples = 0
    const players = names.map((source) => {
      const engine = asked(() => new Notes({
        module, dictionary: preset.dictionary, head: preset.head, sampleRate, channels, source, settings: { ...preset.settings, ...settings },
      }), presetName)
      const sheet = new Sheet(engine.lag, () => samples / sampleRate)
      const finder = new StrokeFinder(engine)
      engine.onFrame = () => {
        finder.see()
        if (++frames % EVERY > 0 || engine.frame.level < FAINT) return
        missed += engine.misfit
        under += engine.below
        compared++
      }
      engine.onEvent = (event) => {
        sheet.take(event)
        if (event.type === 'on') lags.push(finder.since(event.pitch))
      }
      return { source, engine, sheet }
    })
    const block = Array.from({ length: channels }, () => new Float32Array(BLOCK))
    for (let count; (count = await readSound(reader, block, samples)) > 0;) {
      if (signal?.aborted) throw new Cancelled()
      samples += count
      for (const { engine } of players) engine.process(block, count)
      report(reader.progress)
    }
    for (const channel of block) channel.fill(0)
    for (const { engine } of players) {
      for (let left = Math.round(AFTER_SECONDS * sampleRate); left > 0; left -= BLOCK) engine.process(block, Math.min(BLOCK, left))
      engine.flush()
    }
    const inTime = (a: Note, b: Note): number => a.onset - b.onset || a.pitch - b.pitch
    return {
      tracks: players.map(({ source, sheet }) => ({ source, notes: sheet.notes.sort(inTime) })),
      seconds: samples / sampleRate, lags: lags.sort((a, b) => a - b), misfit: compared > 0 ? missed / compared : null,
      below: compared > 0 ? under / compared : 0, lowest: Math.min(...players.map(({ engine }) => engine.pitches[0]!)),
    }
  } finally {
    await reader.close()
  }
}
