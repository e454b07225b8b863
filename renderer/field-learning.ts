// Where a source stands, learned from what is heard when only it plays: from a passage of the file, or for as long as a
// button is held. A place so learned has its direction at every frequency, as rooms and effects make it.

import { batch } from '@preact/signals'
import { CovarianceFold, passageKey } from '../worklet/covariance.ts'
import type { Covariance } from '../worklet/covariance.ts'
import type { Frame } from '../worklet/frame.ts'
import { kernelModule } from './assets.ts'
import { addPlace, noRoomFor, titleOf } from './editing.ts'
import { currentFeed } from './engine.ts'
import type { FileFeed } from './feeds.ts'
import type { FieldOrder, Learned } from './field-worker.ts'
import { field } from './field-state.ts'
import { step } from './history.ts'
import { state } from './state.ts'
import type { Passage } from './state.ts'

/** Shorter than this tells nothing about low frequencies. */
const SHORTEST = 0.2 // seconds

function keep(source: number, { from, to }: Passage, covariance: Covariance): void {
  const passage = { from: Math.round(from * 1000) / 1000, to: Math.round(to * 1000) / 1000 }
  const full = noRoomFor({ learned: passage })
  if (full) return refuse(full)
  const name = `Learn place of ${titleOf(source)}`
  step(name, () => batch(() => {
    state.covariances.value = { ...state.covariances.peek(), [passageKey(passage)]: covariance }
    addPlace(source, { learned: passage })
  }))
}

const refuse = (what: string): void => {
  state.banner.value = { tone: 'warn', what, safe: 'No place was learned; nothing else changed.', actions: [] }
}

/** Where whatever plays alone in a passage of a file of two channels stands; null: nothing sounds there. */
export async function learnPlace({ buffer }: FileFeed, { from, to }: Passage): Promise<Covariance | null> {
  const { sampleRate } = buffer
  const [left, right] = [0, 1].map((channel) => buffer.getChannelData(channel).slice(Math.round(from * sampleRate), Math.round(to * sampleRate))) as
    [Float32Array<ArrayBuffer>, Float32Array<ArrayBuffer>]
  const order: FieldOrder = { task: 'learn', module: await kernelModule(), sampleRate, left, right }
  const worker = new Worker(new URL('./field-worker.ts', import.meta.url), { type: 'module' })
  const { covariance } = await new Promise<Learned>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Learned>) => resolve(data)
    worker.onerror = (event) => reject(new Error(event.message || 'the worker did not start'))
    worker.postMessage(order, [left.buffer, right.buffer])
  })
  return covariance
}

/** From the passage marked on the ruler. */
export async function learnFromPassage(source: number, passage: Passage): Promise<void> {
  const feed = currentFeed()
  if (!feed || !('buffer' in feed) || feed.channels !== 2 || field.learning.peek() !== null) return
  const seconds = passage.to - passage.from
  if (seconds < SHORTEST) return refuse(`The marked passage lasts ${seconds.toFixed(2)} s: at least ${SHORTEST} s are expected.`)
  field.learning.value = source
  try {
    const covariance = await learnPlace(feed as FileFeed, passage)
    if (currentFeed() !== feed || !state.selection.peek().sources[source]) return // another file, another selection
    if (covariance) keep(source, passage, covariance)
    else refuse('Nothing sounds in the marked passage.')
  } catch (error) {
    refuse(`The place could not be learned: ${error instanceof Error ? error.message : String(error)}.`)
  } finally {
    field.learning.value = null
  }
}

let held: { readonly source: number; fold: CovarianceFold | null; from: number; to: number } | null = null

/** A button goes down: from now on only this source plays. */
export function listenAlone(source: number): void {
  if (held || field.learning.peek() !== null) return
  held = { source, fold: null, from: 0, to: 0 }
  field.learning.value = source
}

export function hearAlone(frame: Frame, sampleRate: number, fftSize: number): void {
  if (!held) return
  const seconds = frame.fact('position') / sampleRate
  if (!held.fold) {
    held.fold = new CovarianceFold(sampleRate, fftSize)
    held.from = seconds
  }
  held.fold.add(frame)
  held.to = seconds
}

/** It is released. */
export function learnAlone(): void {
  const done = held
  held = null
  if (!done) return
  field.learning.value = null
  if (!state.selection.peek().sources[done.source]) return
  if (!done.fold || done.to - done.from < SHORTEST) refuse(`The button was held too briefly: at least ${SHORTEST} s of sound are expected.`)
  else if (done.fold.silent) refuse('Nothing sounded while the button was held.')
  else keep(done.source, done, done.fold.result())
}
