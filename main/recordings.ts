// Recordings as they are named on the command line: `voice=rec/*.wav`, `room:8=fan.flac street.flac@12.5-19`. Patterns
// are matched here, because no shell matches them behind "SOURCE=".

import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Recording } from '../presets/learn/learn.ts'
import { readSound } from '../renderer/audio/reader.ts'
import { openAudio } from './audio/file.ts'
import { UserError, at } from './user-error.ts'

export interface NamedFile {
  readonly path: string
  /** Seconds; null for all of it. */
  readonly passage: { readonly from: number; readonly to: number } | null
}

export interface SourceFiles {
  readonly source: string
  /** null where none was given. */
  readonly atoms: number | null
  readonly files: readonly NamedFile[]
}

const AUDIO = /\.(wav|flac|mp3|ogg|oga|aiff?|aifc)$/i
const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** "SOURCE=FILES…": each word with a name begins a source or goes on with it, a word without one belongs to the last. */
export async function readSources(words: readonly string[]): Promise<SourceFiles[]> {
  const sources = new Map<string, { atoms: number | null; files: NamedFile[] }>()
  let last: { atoms: number | null; files: NamedFile[] } | undefined
  for (const word of words) {
    const [, name, atoms, rest] = /^([^=/\\:*?]+)(?::([^=/\\]*))?=(.*)$/s.exec(word) ?? []
    if (name !== undefined) {
      last = sources.get(name) ?? { atoms: null, files: [] }
      sources.set(name, last)
      if (atoms !== undefined) {
        if (!/^[1-9]\d{0,2}$/.test(atoms)) throw new UserError(`learn: ${word}: expected a number of atoms behind "${name}:", got "${atoms}"`)
        if (last.atoms !== null && last.atoms !== Number(atoms)) throw new UserError(`learn: ${word}: expected ${last.atoms} atoms for ${name} as before, got ${atoms}`)
        last.atoms = Number(atoms)
      }
    }
    if (!last) throw new UserError(`learn: expected SOURCE=FILES, as in voice=rec/*.wav, got "${word}"`)
    last.files.push(...await expand(rest ?? word))
  }
  return [...sources].map(([source, { atoms, files }]) => ({ source, atoms, files }))
}

/** The files of a folder or a pattern, or the one file. */
export async function filesOf(texts: readonly string[]): Promise<NamedFile[]> {
  return (await Promise.all(texts.map(expand))).flat()
}

async function expand(text: string): Promise<NamedFile[]> {
  const [, path = text, from, to] = /^(.+)@(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$/s.exec(text) ?? []
  const passage = from === undefined ? null : { from: Number(from), to: Number(to) }
  if (path === '') throw new UserError('learn: expected a file, a folder or a pattern behind SOURCE=, got nothing')
  if (passage && !(passage.to > passage.from)) throw new UserError(`learn: ${text}: expected a passage in seconds, the earlier first, got ${from}-${to}`)
  return (await paths(path)).map((found) => ({ path: found, passage }))
}

async function paths(path: string): Promise<string[]> {
  if (/[*?[]/.test(path) && !(await stat(path).catch(() => null))) {
    const found = await matching(path)
    if (found.length === 0) throw new UserError(`learn: ${path}: expected files that match, got none`)
    return found
  }
  if (!(await at(path, stat(path))).isDirectory()) return [path]
  const found = (await at(path, readdir(path))).filter((name) => AUDIO.test(name)).sort(byName).map((name) => join(path, name))
  if (found.length === 0) throw new UserError(`learn: ${path}: expected a folder with audio files, got one without`)
  return found
}

/** Files whose path matches, * for any letters, ? for one, [a-z] for one of some, part by part; sorted, so that the order is the same everywhere. */
async function matching(pattern: string): Promise<string[]> {
  let found = ['']
  for (const part of pattern.split(/(?<=[/\\])/)) { // every part but the last keeps its slash
    const name = part.replace(/[/\\]$/, '')
    const slash = part.slice(name.length)
    if (!/[*?[]/.test(name)) {
      found = found.map((folder) => folder + part)
      continue
    }
    const shape = shapeOf(name)
    const lists = await Promise.all(found.map(async (folder) => {
      const entries = await readdir(folder || '.').catch(() => [])
      return entries.filter((entry) => shape.test(entry) && !entry.startsWith('.')).sort(byName).map((entry) => folder + entry + slash)
    }))
    found = lists.flat()
  }
  const isFile = await Promise.all(found.map((path) => stat(path).then((entry) => entry.isFile(), () => false)))
  return found.filter((_, i) => isFile[i])
}

function shapeOf(pattern: string): RegExp {
  try {
    return new RegExp(`^${pattern.replace(/[.+^${}()|\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.')}$`, 's')
  } catch {
    throw new UserError(`learn: expected a pattern with *, ? or letters in [ ], got ${pattern}`)
  }
}

const MOST_SAMPLES = 2 ** 28 // a gigabyte as float32
const BLOCK = 65_536

/** Reads all of them into memory, where learning needs them. `report` hears the share that is read; `proceed` may throw to stop. */
export async function readRecordings(files: readonly NamedFile[], report: (share: number) => void, proceed: () => void): Promise<Recording[]> {
  const recordings: Recording[] = []
  let samples = 0
  for (const [i, file] of files.entries()) {
    proceed()
    const recording = await readRecording(file, MOST_SAMPLES - samples)
    samples += recording.channels.length * recording.channels[0]!.length
    recordings.push(recording)
    report((i + 1) / files.length)
  }
  return recordings
}

export async function readRecording({ path, passage }: NamedFile, most: number): Promise<Recording> {
  const reader = await openAudio(path)
  try {
    const { sampleRate } = reader
    const first = passage ? Math.round(passage.from * sampleRate) : 0
    const end = passage ? Math.round(passage.to * sampleRate) : Infinity
    const block = Array.from({ length: reader.channels }, () => new Float32Array(BLOCK))
    const parts: Float32Array[][] = []
    let position = 0
    let kept = 0
    while (position < end) {
      const count = await readSound(reader, block, position)
      if (count === 0) break
      const from = Math.max(0, first - position), to = Math.min(count, end - position)
      if (to > from) parts.push(block.map((samples) => samples.slice(from, to)))
      if (to > from) kept += to - from
      position += count
      if (kept * reader.channels > most)
        throw new UserError(`${path}: expected at most ${MOST_SAMPLES} samples in all recordings together, got more: choose passages, as in ${basename(path)}@0-60`)
    }
    if (passage && position < end)
      throw new UserError(`${path}: expected a passage within its ${(position / sampleRate).toFixed(3)} s, got ${passage.from}-${passage.to}`)
    const channels = block.map((_, channel) => {
      const whole = new Float32Array(kept)
      let to = 0
      for (const part of parts) {
        whole.set(part[channel]!, to)
        to += part[channel]!.length
      }
      return whole
    })
    return { name: nameOf({ path, passage }), sampleRate, channels }
  } finally {
    await reader.close()
  }
}

/** As a preset remembers it: without the folders of the machine on which it was learned. */
export const nameOf = ({ path, passage }: NamedFile): string => basename(path) + (passage ? `@${passage.from}-${passage.to}` : '')

const NAMES = ['c', '', 'd', '', 'e', 'f', '', 'g', '', 'a', '', 'b']

/** The note that a file is named by: its MIDI number or its name, alone or behind a _ (60.wav, mf_060.flac, C4.wav, ff_Bb3.wav). */
export function noteOf(path: string): number {
  const [, digits, letter, sign, octave] = /(?:^|_)(?:(\d{1,3})|([A-Ga-g])([#b]?)(-?\d))\.[^.]+$/.exec(basename(path)) ?? []
  const shift = sign === '#' ? 1 : sign === 'b' ? -1 : 0
  const note = digits !== undefined ? Number(digits) : letter !== undefined ? 12 * (Number(octave) + 1) + NAMES.indexOf(letter.toLowerCase()) + shift : NaN
  if (!(note >= 0 && note <= 127))
    throw new UserError(`${path}: expected a file named by its note, as in 60.wav, mf_060.flac or C4.wav, got ${basename(path)}`)
  return note
}
