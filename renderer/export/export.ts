// Export: the sources of the file that is open, each as a WAV file of its own, and the rest. A worker makes them while
// the sound goes on; what is written is what was chosen when it began.

import { computed, effect, signal } from '@preact/signals'
import { plainKernelModule } from '../assets.ts'
import { currentFeed } from '../engine.ts'
import type { FileFeed } from '../feeds.ts'
import { clock } from '../format.ts'
import type { Exported } from './run.ts'
import type { FromExport, ToExport } from './worker.ts'
import { host, MAX_SAVED_BYTES } from '../host.ts'
import { closeLearning } from '../learning/learning.ts'
import { learning } from '../learning/state.ts'
import { recorded } from '../recording/state.ts'
import { state } from '../state.ts'
import { spareThreads } from '../threads.ts'
import { wholeWavBytes } from '../wav.ts'

export interface ExportRun {
  /** `made`: the files are there, and nobody has said yet where to. */
  readonly phase: 'working' | 'made' | 'saved' | 'failed'
  /** Of the sound. */
  readonly name: string
  /** Of the selection's sources; the rest comes after them. */
  readonly sources: readonly number[]
  readonly refined: boolean
  readonly share: number
  /** Seconds to go, as far as the share so far can tell. */
  readonly remaining: number | null
  readonly nullDb: number | null
  readonly shares: readonly number[]
  readonly bytes: number
  /** Where the files are. */
  readonly where: string | null
  /** Why there are none. */
  readonly message: string | null
}

export const exporting = {
  open: signal(false),
  /** Names of sources that get no file of their own. */
  left: signal<ReadonlySet<string>>(new Set()),
  refine: signal(false),
  run: signal<ExportRun | null>(null),
}

/** Of the selection; the rest always has a file. */
export const wantedSources = computed<readonly number[]>(() =>
  state.selection.value.sources.flatMap(({ name }, k) => (exporting.left.value.has(name) ? [] : [k])))

const RATE_UNTIL_KNOWN = 48_000
/** Bytes of one file, as the input is now. */
export const fileBytes = computed(() => {
  const input = state.input.value
  return input.kind === 'file' ? wholeWavBytes(input.channels, Math.round(input.seconds * rate())) : 0
})
const rate = (): number => recorded.value?.recording.peek().sampleRate ?? RATE_UNTIL_KNOWN

/** Why there can be no export now, or null. */
export const noExport = computed<string | null>(() => {
  const input = state.input.value
  if (input.kind !== 'file') return 'Only a file can be exported: open one.'
  if (recorded.value?.share.value !== null) return 'The file is still being read.'
  const files = wantedSources.value.length + 1
  if (files * fileBytes.value <= MAX_SAVED_BYTES) return null
  const most = input.seconds * MAX_SAVED_BYTES / (files * fileBytes.value)
  return `${clock(input.seconds, 0)} in ${files} files is more than fits here, which is ${clock(most, 0)}. Export fewer sources, or use the command line, where any length fits: winnow separate.`
})

/** Why nothing can be refined, or null. */
export const noRefining = computed<string | null>(() => {
  const input = state.input.value
  if (input.kind === 'file' && input.channels !== 2) return 'Needs two channels; this file has one.'
  if (!state.selection.value.sources.some(({ places = [] }) => places.length > 0)) return 'Needs sources with places: give one its place in the stereo field first.'
  return null
})

export function openExport(): void {
  closeLearning()
  exporting.open.value = true
}
/** The work goes on; what has ended and been seen is put away. */
export function closeExport(): void {
  const phase = exporting.run.peek()?.phase
  if (phase === 'saved' || phase === 'failed') exporting.run.value = null
  exporting.open.value = false
}
effect(() => { if (learning.open.value) exporting.open.value = false }) // both stand on the picture

export function toggleSource(name: string): void {
  const left = new Set(exporting.left.peek())
  if (!left.delete(name)) left.add(name)
  exporting.left.value = left
}

let worker: Worker | null = null
let release = (): void => {}
let files: Exported['files'] = []

const change = (more: Partial<ExportRun>): void => { if (exporting.run.peek()) exporting.run.value = { ...exporting.run.peek()!, ...more } }
const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : text + '.')

function end(): void {
  worker?.terminate()
  worker = null
  release()
}

export async function startExport(): Promise<void> {
  const feed = currentFeed() as FileFeed | null
  const input = state.input.peek()
  const chosen = state.preset.peek()
  if (!feed || input.kind !== 'file' || !chosen || noExport.peek() !== null || exporting.run.peek()?.phase === 'working') return
  const refine = exporting.refine.peek() && noRefining.peek() === null
  const wanted = wantedSources.peek()
  const made: ExportRun = {
    phase: 'working', name: input.name.replace(/\.[^.]+$/, ''), sources: wanted, refined: refine, share: 0, remaining: null, nullDb: null, shares: [],
    bytes: (wanted.length + 1) * fileBytes.peek(), where: null, message: null,
  }
  end()
  files = []
  exporting.run.value = made
  const began = performance.now()
  const mine = (worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }))
  const fail = (message: string): void => {
    if (worker !== mine) return
    end()
    change({ phase: 'failed', message: sentence(message) })
  }
  mine.onerror = (event) => fail(`The export stopped: ${event.message || 'its worker did not start'}`)
  mine.onmessage = ({ data }: MessageEvent<FromExport>) => {
    if (worker !== mine) return
    if (data.type === 'share') change({ share: data.share, remaining: data.share > 0.02 ? (performance.now() - began) / 1000 * (1 / data.share - 1) : null })
    else if (data.type === 'failed') fail(data.message)
    else {
      end()
      files = data.exported.files
      change({ phase: 'made', share: 1, remaining: null, nullDb: data.exported.nullDb, shares: data.exported.shares })
      void saveExport()
    }
  }
  try {
    const module = await plainKernelModule()
    if (worker !== mine) return
    const message: ToExport = {
      order: {
        module, dictionary: chosen.preset.dictionary, selection: state.selection.peek(), settings: state.settings.peek(), covariances: state.covariances.peek(),
        head: chosen.preset.head, recording: feed.sound.recording.peek(), wanted, refine,
      },
      threads: spareThreads(),
    }
    release = feed.sound.hold() // another file may be opened meanwhile
    mine.postMessage(message)
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error))
  }
}

/** Asks where to; who does not say may be asked again. */
export async function saveExport(): Promise<void> {
  const run = exporting.run.peek()
  if (run?.phase !== 'made' || saving) return
  saving = true
  const kept = files
  try {
    const where = await host().saveFiles(`${run.name} sources`, kept)
    if (files !== kept) return
    if (where === null) return change({ message: 'No folder was chosen, so nothing is written yet.' })
    files = []
    change({ phase: 'saved', where, message: null })
  } catch (error) {
    if (files === kept) change({ message: `Nothing was written: ${sentence(error instanceof Error ? error.message : String(error))}` })
  } finally {
    saving = false
  }
}
let saving = false

/** Nothing is written. */
export function cancelExport(): void {
  end()
  files = []
  exporting.run.value = null
}
