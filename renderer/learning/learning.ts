// "Learn this sound": from passages of the file in which it plays alone, or for as long as a button is held. What is
// learned is its spectra, its place, or both; when it is kept, the dictionary has grown and the source listens to it, as
// one step of the history. Until then nothing but what is heard on request has changed.

import { batch } from '@preact/signals'
import { CovarianceFold } from '../../worklet/covariance.ts'
import type { Covariance } from '../../worklet/covariance.ts'
import type { Frame } from '../../worklet/frame.ts'
import { MAX_SOURCES } from '../../worklet/selection.ts'
import type { Recording } from '../../presets/learn/learn.ts'
import { besideWhat } from '../actions.ts'
import { kernelModule } from '../assets.ts'
import * as engine from '../engine.ts'
import type { FileFeed } from '../feeds.ts'
import { capital } from '../format.ts'
import { heardAt, watch } from '../frames.ts'
import { keep, listen } from './keeping.ts'
import { learnPlace } from './place.ts'
import { passageOf } from '../recording/read.ts'
import { change, failed, idle, learning, passages, work } from './state.ts'
import type { FromLearning, ToLearning } from './worker.ts'
import { state } from '../state.ts'
import type { Passage } from '../state.ts'
import { spareThreads } from '../threads.ts'

const SHORTEST = 0.2 // seconds: less tells nothing about low frequencies
const LONGEST = 120 // seconds that a held button keeps
/** From this share on another source is worth a warning. */
const MUCH = 0.15

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
  const recording = feed.sound.recording.peek()
  const { sampleRate } = recording
  const chosen = passages.peek()
  const nameOf = ({ from, to }: Passage): string => `${input.name}@${from}-${to}`
  if (!begin(chosen.map(nameOf), true)) return
  const mine = work.lesson
  try {
    const heard = await Promise.all(chosen.map(async (passage): Promise<Recording> =>
      ({ name: nameOf(passage), sampleRate, channels: await passageOf(recording, passage.from, passage.to) })))
    if (work.lesson !== mine) return
    if (learning.place.peek() && feed.channels === 2) {
      const found = await Promise.all(chosen.map(async (passage) => ({ passage, covariance: await learnPlace(recording, passage) })))
      if (work.lesson !== mine) return
      const silent = found.find(({ covariance }) => covariance === null)
      if (silent) return failed(`Nothing sounds from ${silent.passage.from} to ${silent.passage.to} s`)
      mine!.places = found as { passage: Passage; covariance: Covariance }[]
    }
    await fit(heard, sampleRate)
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
  work.lesson = { name, index, files, base, fresh, places: [] }
  learning.run.value = idle
  return true
}

async function fit(heard: readonly Recording[] | Float32Array, sampleRate: number): Promise<void> {
  if (!learning.spectrum.peek()) return keep()
  const mine = work.lesson!
  const module = await kernelModule()
  if (work.lesson !== mine) return
  const now = mine.fresh || state.selection.peek().sources.length === 0 ? null
    : { settings: state.settings.peek(), selection: state.selection.peek(), covariances: state.covariances.peek(), head: mine.base.preset.head, except: mine.index }
  const made = (work.worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }))
  const order: ToLearning = { type: 'learn', module, source: mine.name, atoms: learning.atoms.peek(), dictionary: mine.base.preset.dictionary, sampleRate, heard, now, threads: spareThreads() }
  let began: number | null = null
  made.onerror = (event) => { if (work.worker === made) failed(`Learning stopped: ${event.message || 'its worker did not start'}`) }
  made.onmessage = ({ data }: MessageEvent<FromLearning>) => {
    if (work.worker !== made) return
    if (data.type === 'others') change({ warning: warningOf(data.shares) })
    else if (data.type === 'pass') {
      began ??= performance.now()
      const { done, of, loss, outcome } = data
      const seconds = (performance.now() - began) / 1000
      change({ done, of, losses: [...learning.run.peek()!.losses, loss], remaining: done > 2 ? seconds / (done - 1) * (of - done) : null, ...(outcome && { outcome }) })
    } else if (data.type === 'failed') failed(data.message)
    else if (data.type === 'done') {
      work.worker = null
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
  work.worker?.postMessage({ type: 'stop' } satisfies ToLearning)
}

/** Nothing is kept. */
export function cancelLearning(): void {
  work.worker?.terminate()
  work.worker = null
  work.lesson = null
  learning.run.value = null
  void listen(false)
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
  if (learning.place.peek() && done.fold && !done.fold.silent) work.lesson!.places = [{ passage, covariance: done.fold.result() }]
  const bins = done.rows[0]!.length
  const magnitudes = new Float32Array(done.rows.length * bins)
  done.rows.forEach((row, i) => magnitudes.set(row, i * bins))
  try {
    await fit(magnitudes, done.rate)
  } catch (error) {
    failed(error instanceof Error ? error.message : String(error))
  }
}
