// One export: a person says where, a worker computes, and what it computes is written as it comes. The sound goes on
// meanwhile, and so does the export when its panel is closed; what is written is what was chosen when it began.

import { effect, signal } from '@preact/signals'
import { plainKernelModule } from '../assets.ts'
import { currentFeed } from '../engine.ts'
import type { FileFeed } from '../feeds.ts'
import { host } from '../host.ts'
import type { FolderWriter } from '../host.ts'
import { closeLearning } from '../learning/learning.ts'
import { learning } from '../learning/state.ts'
import { notes } from '../notes/state.ts'
import { sentence } from '../saying.ts'
import { heard, sent, state } from '../state.ts'
import { spareThreads } from '../threads.ts'
import { bytes, midiOf, noExport, noteFile, plan, refines, span, wantsMidi, wish } from './wish.ts'
import type { Wish } from './wish.ts'
import type { FromExport, ToExport } from './worker.ts'
import type { FilePlan, Written } from './written.ts'

export interface ExportRun {
  /** `asking`: a person is choosing where. `saving`: all is computed, and the last of it goes to the disk. */
  readonly phase: 'asking' | 'working' | 'saving' | 'saved' | 'failed'
  /** Of the folder. */
  readonly name: string
  readonly wish: Wish
  readonly plan: readonly FilePlan[]
  readonly refined: boolean
  /** Of the file with the notes, and how many are in it. */
  readonly midi: { readonly name: string; readonly count: number | null } | null
  readonly share: number
  /** Seconds to go, as far as the share so far can tell. */
  readonly remaining: number | null
  /** Seconds of sound per second. */
  readonly speed: number | null
  readonly bytes: number
  readonly written: Written | null
  /** Where the files are. */
  readonly where: string | null
  /** Why there are none. */
  readonly message: string | null
}

export const exporting = { open: signal(false), run: signal<ExportRun | null>(null) }

export function openExport(): void {
  closeLearning()
  exporting.open.value = true
}
/** The work goes on; what has ended and been seen is put away. */
export function closeExport(): void {
  if (!isBusy()) exporting.run.value = null
  exporting.open.value = false
}
effect(() => { if (learning.open.value) exporting.open.value = false }) // one at a time

export const isBusy = (run = exporting.run.peek()): boolean => run !== null && run.phase !== 'saved' && run.phase !== 'failed'

/** Ends the worker and lets go of what is half written. */
let stop = (): void => {}
const change = (more: Partial<ExportRun>): void => { if (exporting.run.peek()) exporting.run.value = { ...exporting.run.peek()!, ...more } }

/** What the worker needs to know of this moment. */
function orderNow(feed: FileFeed) {
  const { preset: { dictionary, head } } = state.preset.peek()!
  const { from, to } = span.peek()
  return {
    dictionary, head, selection: heard.peek(), settings: sent.peek(), covariances: state.covariances.peek(),
    recording: feed.sound.recording.peek(), from, to, files: plan.peek(), bits: wish.peek().bits, placed: wish.peek().placed, refine: refines.peek(),
  }
}

export async function startExport(): Promise<void> {
  const feed = currentFeed() as FileFeed | null
  const input = state.input.peek()
  if (!feed || input.kind !== 'file' || !state.preset.peek() || noExport.peek() !== null || isBusy()) return
  const [order, stretch] = [orderNow(feed), span.peek()]
  const made: ExportRun = {
    phase: 'asking', name: `${input.name.replace(/\.[^.]+$/, '')} sources`, wish: wish.peek(), plan: plan.peek(), refined: refines.peek(),
    midi: wantsMidi.peek() ? { name: noteFile.peek()!.name, count: null } : null,
    share: 0, remaining: null, speed: null, bytes: bytes.peek(), written: null, where: null, message: null,
  }
  exporting.run.value = made
  const ended = new AbortController()
  const release = feed.sound.hold() // another file may be opened meanwhile
  let folder: FolderWriter | null = null
  const end = stop = () => {
    ended.abort()
    release()
    void folder?.abort().catch(() => {}) // what cannot be reached cannot be taken away
  }
  try {
    folder = await host().saveFolder(made.name)
    if (ended.signal.aborted) return end()
    if (!folder) return void (exporting.run.value = null)
    change({ phase: 'working' })
    const written = made.plan.length > 0 ? await separate(order, folder, ended.signal) : null
    if (made.midi) {
      await notesHeard(ended.signal)
      const { bytes, count } = midiOf(stretch)
      await folder.write(made.midi.name, bytes.buffer)
      change({ midi: { ...made.midi, count } })
    }
    if (ended.signal.aborted) return
    change({ phase: 'saving', share: 1, remaining: null, written })
    const where = await folder.finish()
    if (!ended.signal.aborted) change({ phase: 'saved', where })
  } catch (error) {
    if (ended.signal.aborted) return
    end()
    change({ phase: 'failed', message: sentence(error) })
  } finally {
    release()
  }
}

/** Resolves when all is written but the end; rejects where anything fails, and never after `ended`. */
function separate(order: ReturnType<typeof orderNow>, folder: FolderWriter, ended: AbortSignal): Promise<Written> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
  const began = performance.now()
  const seconds = order.to / order.recording.sampleRate
  let writing: Promise<void> = Promise.resolve()
  const tell = (message: ToExport): void => worker.postMessage(message)
  return new Promise<Written>((resolve, reject) => {
    ended.addEventListener('abort', () => worker.terminate())
    worker.onerror = (event) => reject(new Error(`The export stopped: ${event.message || 'its worker did not start'}`))
    worker.onmessage = ({ data }: MessageEvent<FromExport>) => {
      if (data.type === 'share') {
        const elapsed = (performance.now() - began) / 1000
        change({ share: data.share, ...(data.share > 0.02 && { remaining: elapsed * (1 / data.share - 1), speed: data.share * seconds / elapsed }) })
      } else if (data.type === 'bytes') {
        const { file, bytes, position } = data
        const size = bytes.byteLength
        writing = writing.then(() => (position === null ? folder.write(file, bytes) : folder.rewrite(file, position, bytes))).then(() => tell({ type: 'taken', bytes: size }))
        writing.catch(reject)
      } else if (data.type === 'failed') reject(new Error(data.message))
      else writing.then(() => resolve(data.written), reject)
    }
    plainKernelModule().then((module) => tell({ type: 'start', order: { ...order, module }, threads: spareThreads() })).catch(reject)
  }).finally(() => worker.terminate())
}

/** Resolves when nobody listens for notes any more: what is heard of the file is all there is. */
const notesHeard = (ended: AbortSignal): Promise<void> => new Promise((resolve) => {
  ended.addEventListener('abort', () => resolve())
  if (notes.progress.peek() === null) return resolve()
  const done = notes.progress.subscribe((share) => {
    if (share !== null) return
    queueMicrotask(() => done())
    resolve()
  })
})

/** Nothing is written. */
export function cancelExport(): void {
  if (exporting.run.peek()?.phase === 'saving') return // it is on its way into its place
  stop()
  exporting.run.value = null
}
/** To the choices. */
export const againExport = (): void => { if (!isBusy()) exporting.run.value = null }
