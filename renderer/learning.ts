// "Learn this sound": from passages of the file in which it plays alone, or for as long as a button is held. What is
// learned is its spectra, its place, or both; when it is kept, the dictionary has grown and the source listens to it, as
// one step of the history. Until then nothing but what is heard on request has changed.

import { batch, computed, signal } from '@preact/signals'
import { CovarianceFold, passageKey } from '../worklet/covariance.ts'
import type { Covariance, Covariances } from '../worklet/covariance.ts'
import type { Frame } from '../worklet/frame.ts'
import type { Settings } from '../worklet/parameters.ts'
import { MAX_SOURCES } from '../worklet/selection.ts'
import type { Place, SelectedSource, Selection } from '../worklet/selection.ts'
import { grown } from '../presets/growing.ts'
import type { Outcome, Recording } from '../presets/learn/learn.ts'
import { writePreset } from '../presets/preset.ts'
import type { Preset } from '../presets/preset.ts'
import { besideWhat } from './actions.ts'
import { kernelModule } from './assets.ts'
import { choose, noRoomFor } from './editing.ts'
import * as engine from './engine.ts'
import type { FileFeed } from './feeds.ts'
import { capital } from './format.ts'
import { heardAt, watch } from './frames.ts'
import { step } from './history.ts'
import { host, presetFiles } from './host.ts'
import { learnPlace } from './learning-place.ts'
import type { FromLearning, ToLearning } from './learning-worker.ts'
import { state } from './state.ts'
import type { ChosenPreset, Passage } from './state.ts'
import { spareThreads } from './threads.ts'

export interface Run {
  readonly phase: 'working' | 'learned' | 'kept' | 'failed'
  readonly done: number
  readonly of: number
  readonly losses: readonly number[]
  /** Seconds to go, as far as the passes so far can tell. */
  readonly remaining: number | null
  readonly outcome: Outcome | null
  /** Who else plays there, as a sentence; null when nobody does. */
  readonly warning: string | null
  /** Why nothing was learned. */
  readonly message: string | null
}

export const learning = {
  open: signal(false),
  /** Which source is taught; null: a new one of this name. */
  target: signal<number | null>(null),
  name: signal(''),
  /** Passages beside the one that is marked now. */
  kept: signal<readonly Passage[]>([]),
  atoms: signal(24),
  spectrum: signal(true),
  place: signal(true),
  run: signal<Run | null>(null),
  /** Whether what was learned so far is being heard, before it is kept. */
  listening: signal(false),
  /** Seconds heard while the button is held; null: it is not. */
  held: signal<number | null>(null),
}

/** What a passage of this file is learned from: those that were added, and the one that is marked. */
export const passages = computed<readonly Passage[]>(() => {
  const marked = state.passage.value
  const others = learning.kept.value
  return marked && !others.some(({ from, to }) => from === marked.from && to === marked.to) ? [...others, marked] : others
})

const SHORTEST = 0.2 // seconds: less tells nothing about low frequencies
const LONGEST = 120 // seconds that a held button keeps
/** From this share on another source is worth a warning. */
const MUCH = 0.15
/** A dictionary of one sound explains everything by it, unless free atoms may learn the others while they play. */
const COMPANY: Partial<Settings> = { freeAtoms: 4, memory: 4 }

const idle: Run = { phase: 'working', done: 0, of: 1, losses: [], remaining: null, outcome: null, warning: null, message: null }
let worker: Worker | null = null
/** What the run that is under way, or has just ended, is for. */
let lesson: { readonly name: string; readonly index: number | null; readonly files: readonly string[]; readonly base: ChosenPreset; readonly fresh: Settings | null; places: readonly { readonly passage: Passage; readonly covariance: Covariance }[] } | null = null

const change = (more: Partial<Run>): void => { if (learning.run.peek()) learning.run.value = { ...learning.run.peek()!, ...more } }
const failed = (message: string): void => {
  worker?.terminate()
  worker = null
  learning.run.value = { ...(learning.run.peek() ?? idle), phase: 'failed', message: /[.!?]$/.test(message) ? message : message + '.' }
}

/** `spectrum` false: for a place alone. */
export function openLearning(spectrum = true): void {
  if (!learning.open.peek() && learning.run.peek()?.phase !== 'working') {
    learning.run.value = null
    learning.target.value = state.chosen.peek()
    learning.name.value = ''
    learning.spectrum.value = spectrum
    if (!spectrum) learning.place.value = true
  }
  learning.open.value = true
}
/** Learning goes on. */
export const closeLearning = (): void => { learning.open.value = false }

export function addPassage(): void {
  learning.kept.value = passages.peek()
  state.passage.value = null
}
export const dropPassage = (passage: Passage): void => batch(() => {
  learning.kept.value = learning.kept.peek().filter((each) => each !== passage)
  if (state.passage.peek() === passage) state.passage.value = null
})

/** Says what is missing before anything is begun, or null. */
export function missing(): string | null {
  const input = state.input.value
  if (!learning.spectrum.value && !learning.place.value) return 'Choose what to learn: spectra, place, or both.'
  if (!learning.spectrum.value && input.kind !== 'none' && input.channels === 1) return 'A place needs two channels, and this sound has one: spectra can be learned from it.'
  if (input.kind === 'file' && passages.value.length === 0) return 'Mark a passage in which only this sound plays: drag in the ruler above the picture.'
  const length = passages.value.reduce((sum, { from, to }) => sum + to - from, 0)
  if (input.kind === 'file' && length < SHORTEST) return `The passages last ${length.toFixed(2)} s; at least ${SHORTEST} s are needed.`
  if (learning.target.value === null && state.selection.value.sources.length >= MAX_SOURCES) return `There may be ${MAX_SOURCES} sources at most.`
  return null
}

/** The passages of the file that is open. */
export async function learnFromFile(): Promise<void> {
  const feed = engine.currentFeed() as FileFeed | null
  const input = state.input.peek()
  if (!feed || input.kind !== 'file' || missing()) return
  const { buffer } = feed
  const chosen = passages.peek()
  const recordings = chosen.map(({ from, to }): Recording => ({
    name: `${input.name}@${from}-${to}`, sampleRate: buffer.sampleRate,
    channels: Array.from({ length: buffer.numberOfChannels }, (_, c) => buffer.getChannelData(c).slice(Math.round(from * buffer.sampleRate), Math.round(to * buffer.sampleRate))),
  }))
  if (!begin(recordings.map(({ name }) => name), true)) return
  const mine = lesson
  try {
    if (learning.place.peek() && feed.channels === 2) {
      const found = await Promise.all(chosen.map(async (passage) => ({ passage, covariance: await learnPlace(feed, passage) })))
      if (lesson !== mine) return
      const silent = found.find(({ covariance }) => covariance === null)
      if (silent) return failed(`Nothing sounds from ${silent.passage.from} to ${silent.passage.to} s`)
      mine!.places = found as { passage: Passage; covariance: Covariance }[]
    }
    await fit(recordings, buffer.sampleRate)
  } catch (error) {
    failed(error instanceof Error ? error.message : String(error))
  }
}

function begin(files: readonly string[], mayStartAfresh: boolean): boolean {
  const index = learning.target.peek()
  const { base, fresh } = besideWhat(mayStartAfresh && index === null)
  const { sources } = state.selection.peek()
  const taken = (name: string): boolean => name.toLowerCase() === 'rest' || name.toLowerCase() === 'free' || sources.some((source) => source.name === name)
  let name = index === null ? learning.name.peek().trim() : sources[index]!.name
  if (index === null && name !== '' && taken(name)) {
    learning.run.value = { ...idle, phase: 'failed', message: `A source “${name}” cannot be added: choose another name, or teach the one that is there.` }
    return false
  }
  for (let n = sources.length + 1; name === ''; n++) if (!taken(`sound ${n}`)) name = `sound ${n}`
  lesson = { name, index, files, base, fresh, places: [] }
  learning.run.value = idle
  return true
}

async function fit(heard: readonly Recording[] | Float32Array, sampleRate: number): Promise<void> {
  if (!learning.spectrum.peek()) return keep()
  const mine = lesson!
  const module = await kernelModule()
  if (lesson !== mine) return
  const now = mine.fresh || state.selection.peek().sources.length === 0 ? null
    : { settings: state.settings.peek(), selection: state.selection.peek(), covariances: state.covariances.peek(), except: mine.index }
  const made = (worker = new Worker(new URL('./learning-worker.ts', import.meta.url), { type: 'module' }))
  const order: ToLearning = { type: 'learn', module, source: mine.name, atoms: learning.atoms.peek(), dictionary: mine.base.preset.dictionary, sampleRate, heard, now, threads: spareThreads() }
  let began: number | null = null
  made.onerror = (event) => { if (worker === made) failed(`Learning stopped: ${event.message || 'its worker did not start'}`) }
  made.onmessage = ({ data }: MessageEvent<FromLearning>) => {
    if (worker !== made) return
    if (data.type === 'others') change({ warning: warningOf(data.shares) })
    else if (data.type === 'pass') {
      began ??= performance.now()
      const { done, of, loss, outcome } = data
      const seconds = (performance.now() - began) / 1000
      change({ done, of, losses: [...learning.run.peek()!.losses, loss], remaining: done > 2 ? seconds / (done - 1) * (of - done) : null, ...(outcome && { outcome }) })
    } else if (data.type === 'failed') failed(data.message)
    else {
      worker = null
      made.terminate()
      change({ phase: 'learned', outcome: data.outcome, remaining: null })
      if (keepWhenDone) keep()
    }
  }
  keepWhenDone = false
  made.postMessage(order)
}
let keepWhenDone = false

function warningOf(shares: readonly number[]): string | null {
  const most = shares.indexOf(Math.max(...shares))
  if (most < 0 || shares[most]! < MUCH) return null
  const other = capital(state.selection.peek().sources[most]?.name ?? '')
  return `${other} takes ${Math.round(100 * shares[most]!)} % of what plays there now. Where it really does, trim the passage, or its colour is learned too.`
}

/** The pass under way is the last, and what it finds is kept. */
export function stopAndKeep(): void {
  if (learning.run.peek()?.phase === 'learned') return void keep()
  keepWhenDone = true
  worker?.postMessage({ type: 'stop' } satisfies ToLearning)
}

/** Nothing is kept. */
export function cancelLearning(): void {
  worker?.terminate()
  worker = null
  lesson = null
  learning.run.value = null
  void listen(false)
}

interface Taught { readonly chosen: ChosenPreset; readonly settings: Settings; readonly selection: Selection; readonly covariances: Covariances; readonly index: number; readonly title: string }

/** What there would be, if what was learned so far were kept. */
function taught(outcome: Outcome | null): Taught | string {
  const { name, index, base, files, places, fresh } = lesson!
  const current: Selection = fresh ? { mask: state.selection.peek().mask, sources: [] } : state.selection.peek()
  const at = index === null || fresh ? current.sources.length : current.sources.findIndex((source) => source.name === name)
  if (at < 0) return `“${capital(name)}” is no longer among the sources.`
  let preset: Preset = base.preset
  if (outcome) {
    const learned = { method: 'nmf', files, licences: [], command: '', seed: 1 }
    const { dictionary } = preset
    const company = dictionary.atoms.length === 0 ? COMPANY : {}
    preset = grown(preset, { ...preset, dictionary: { ...dictionary, atoms: outcome.atoms, spectra: outcome.spectra }, settings: company, learned, name: preset.dictionary.atoms.length ? `${preset.name ?? base.name} + ${capital(name)}` : capital(name), description: `Learned in the app from ${files.join(', ')}.` }).preset
  }
  const added: Place[] = places.map(({ passage: { from, to } }) => ({ learned: { from, to } }))
  const full = added.map(noRoomFor).find((sentence) => sentence !== null)
  if (full) return full
  const before: SelectedSource = current.sources[at] ?? { name }
  const heardPlaces = [...before.places ?? [], ...added]
  const { atoms: oldAtoms, places: _, ...rest } = before
  const atoms = outcome ? [name] : oldAtoms?.length ? oldAtoms : heardPlaces.length ? undefined : []
  const source: SelectedSource = { ...rest, ...(atoms && { atoms }), ...(heardPlaces.length && { places: heardPlaces }) }
  return {
    chosen: preset === base.preset ? base : { name: preset.name ?? base.name, preset },
    settings: { ...(fresh ?? state.settings.peek()), ...(outcome && base.preset.dictionary.atoms.length === 0 ? COMPANY : {}) },
    selection: { ...current, sources: at < current.sources.length ? current.sources.map((old, i) => (i === at ? source : old)) : [...current.sources, source] },
    covariances: { ...state.covariances.peek(), ...Object.fromEntries(places.map(({ passage, covariance }) => [passageKey(passage), covariance])) },
    index: at, title: capital(name),
  }
}

async function keep(): Promise<void> {
  const found = taught(learning.run.peek()?.outcome ?? null)
  if (typeof found === 'string') return failed(found)
  const { chosen, settings, selection, covariances, index, title } = found
  try {
    state.covariances.value = covariances // only grows, and nothing refers to the new ones yet
    const commit = (): void => step(`Learn ${title}`, () => batch(() => {
      state.preset.value = chosen
      state.settings.value = { ...settings, bypass: state.settings.peek().bypass }
      state.selection.value = selection
      choose(index, lesson?.places.length ? (selection.sources[index]!.places?.length ?? 0) - 1 : null)
    }))
    if (chosen.preset === state.preset.peek()?.preset) commit() // a place alone: what separates goes on
    else await engine.change(chosen, settings, selection, commit)
    learning.listening.value = false
    learning.target.value = index
    change({ phase: 'kept' })
  } catch (error) {
    failed(error instanceof Error ? error.message : String(error))
  }
}

/** Hears what was learned so far as if it were kept, without keeping it; or what there was before again. */
export async function listen(on: boolean): Promise<void> {
  if (on === learning.listening.peek()) return
  learning.listening.value = on
  try {
    if (!on) {
      const preset = state.preset.peek()
      if (preset && engine.currentSeparation()) await engine.change(preset, state.settings.peek(), state.selection.peek(), () => {})
      return
    }
    const found = taught(learning.run.peek()?.outcome ?? null)
    if (typeof found === 'string') return failed(found)
    state.covariances.value = found.covariances
    await engine.change(found.chosen, found.settings, found.selection, () => {})
  } catch (error) {
    learning.listening.value = false
    failed(error instanceof Error ? error.message : String(error))
  }
}

/** What was kept, as a file: the grown preset with the selection, the settings and the places of the moment. */
export async function saveLearned(): Promise<void> {
  const chosen = state.preset.peek()
  if (!chosen) return
  const { bypass: _, level: __, ...settings } = state.settings.peek()
  const selection = state.selection.peek()
  const wanted = new Set(selection.sources.flatMap(({ places = [] }) => places.flatMap((place) => ('learned' in place ? [passageKey(place.learned)] : []))))
  const covariances = Object.fromEntries(Object.entries(state.covariances.peek()).filter(([key]) => wanted.has(key)))
  try {
    const bytes = writePreset({ ...chosen.preset, settings, selection, covariances })
    await host().saveFile(`${chosen.name.replace(/[^\p{L}\p{N} _-]/gu, '')}.preset`, presetFiles, bytes.buffer)
  } catch (error) {
    failed(error instanceof Error ? error.message : String(error))
  }
}

let heard: { readonly rows: Float32Array[]; fold: CovarianceFold | null; from: number; to: number; rate: number; stop(): void } | null = null

/** In a file: where the button went down. */
let markedFrom: number | null = null

/** A button goes down: from now on only this sound plays. In a file that marks the passage, from live input it is learned. */
export function holdAlone(): void {
  if (state.input.peek().kind === 'file') {
    markedFrom = heardAt()
    learning.held.value = 0
    return
  }
  if (heard || learning.run.peek()?.phase === 'working' || !engine.currentSeparation()) return
  const mine = (heard = { rows: [] as Float32Array[], fold: null as CovarianceFold | null, from: 0, to: 0, rate: 0, stop: () => {} })
  learning.held.value = 0
  mine.stop = watch({
    begin({ frame: { layout } }, sampleRate) {
      mine.rate = sampleRate
      mine.fold = layout.channels === 2 ? new CovarianceFold(sampleRate, 2 * (layout.bins - 1)) : null
    },
    frame(frame: Frame) {
      const seconds = frame.fact('position') / mine.rate
      if (mine.rows.length === 0) mine.from = seconds
      mine.to = seconds
      if (mine.to - mine.from <= LONGEST) {
        mine.rows.push(frame.magnitude.slice())
        mine.fold?.add(frame)
      }
      learning.held.value = Math.min(LONGEST, mine.to - mine.from)
    },
    draw() {},
  })
}

/** It is released. */
export async function releaseAlone(): Promise<void> {
  if (markedFrom !== null) {
    const [from, to] = [markedFrom, heardAt()]
    markedFrom = null
    learning.held.value = null
    if (to !== null && to > from) state.passage.value = { from: Math.round(from * 1000) / 1000, to: Math.round(to * 1000) / 1000 }
    return
  }
  const done = heard
  heard = null
  if (!done) return
  done.stop()
  const seconds = learning.held.peek() ?? 0
  learning.held.value = null
  if (!begin([`live input, ${seconds.toFixed(1)} s`], false)) return // the frames are of the preset in play
  if (seconds < SHORTEST) return failed(`The button was held for ${seconds.toFixed(2)} s; at least ${SHORTEST} s of sound are needed`)
  if (!done.rows.some((row) => row.some((x) => x > 0))) return failed('Nothing sounded while the button was held')
  const passage = { from: Math.round(done.from * 1000) / 1000, to: Math.round(done.to * 1000) / 1000 }
  if (learning.place.peek() && done.fold && !done.fold.silent) lesson!.places = [{ passage, covariance: done.fold.result() }]
  const bins = done.rows[0]!.length
  const magnitudes = new Float32Array(done.rows.length * bins)
  done.rows.forEach((row, i) => magnitudes.set(row, i * bins))
  try {
    await fit(magnitudes, done.rate)
  } catch (error) {
    failed(error instanceof Error ? error.message : String(error))
  }
}
