// Who listens for notes, driven from the state: a worker, and for a live sound a tap that hands it samples. What it says
// goes to the sheet that is drawn and to whoever plays the notes.

import { batch, computed, effect, signal, untracked } from '@preact/signals'
import { noteParameters } from '../../worklet/parameters.ts'
import { TAP_NAME } from '../../worklet/protocol.ts'
import type { FromTap, TapOptions } from '../../worklet/protocol.ts'
import { sampleRingBytes } from '../../worklet/sample-ring.ts'
import { kernelModule } from '../assets.ts'
import { currentContext, currentFeed, currentSeparation } from '../engine.ts'
import { hasWorklet } from '../fallback.ts'
import type { FileFeed } from '../feeds.ts'
import { watch } from '../frames.ts'
import { play, silence } from '../midi/out.ts'
import { hasPitches } from './presets.ts'
import { fromIndex, notes } from './state.ts'
import type { FromNotes, Separated, ToNotes } from './messages.ts'
import { LiveSheet } from './roll-live.ts'
import { fitted } from './roll-plane.ts'
import { Heat } from './roll-sheet.ts'
import type { Sound } from '../recording/decode.ts'
import { follow } from '../recording/follow.ts'
import type { Separation } from '../separation.ts'
import { state } from '../state.ts'

/** As much as the live picture shows. */
export const LIVE_SECONDS = 8.5
/** Of samples on their way to the worker: longer than any nap of it. */
const RING_SECONDS = 2
/** After the last change that a file is heard again for. */
const SETTLES = 300 // ms
const TAPPED = 'expected a loaded worklet'

/** What is drawn now. */
export interface Sheets {
  readonly live: LiveSheet | null
  /** Of a file, its notes standing in the state. */
  readonly heat: Heat | null
  /** How much the heat comes after what it shows. */
  readonly lag: number
}
export const sheets = signal<Sheets>({ live: null, heat: null, lag: 0 })

interface Listening { set(): void; close(): void }
let listening: Listening | null = null

/** The separation in play, as the pictures know it: another one after each change of input or rate. */
const playing = signal<Separation | null>(null)
watch({
  begin(separation) { playing.value = separation },
  draw() { if (playing.peek() && !currentSeparation()) playing.value = null },
})

const fail = (message: string): void => {
  notes.problem.value = /[.!?]$/.test(message) ? message : message + '.'
  notes.progress.value = null
}

function startWorker(hear: (news: FromNotes) => void): Worker {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
  worker.onerror = (event) => fail(`Nobody listens for notes: ${event.message || 'the worker did not start'}`)
  worker.onmessage = ({ data }: MessageEvent<FromNotes>) => { if (data.type === 'failed') fail(sentenceOf(data.message)); else hear(data) }
  return worker
}

/** A preset without pitches is no fault of the page's. */
const sentenceOf = (message: string): string => (message.startsWith('atoms: expected notes with pitches')
  ? 'This preset has no notes with pitches. Choose the piano or the guitar, tune to your instrument, or make one with `winnow learn --notes`.' : message)

type Common = Pick<Extract<ToNotes, { type: 'file' }>, 'dictionary' | 'head' | 'only' | 'settings'>
function common(): Common | null {
  const preset = notes.preset.peek()?.preset
  if (!preset) return null
  const { dictionary, head } = preset
  const name = notes.from.peek()
  return { dictionary, head, only: name !== null && hasPitches(preset, name) ? name : null, settings: notes.settings.peek() }
}

async function listenLive(context: AudioContext, input: AudioNode, output: number, channels: 1 | 2): Promise<void> {
  const mine = open()
  const module = await kernelModule()
  const order = common()
  if (!mine.wanted() || !order) return
  const samples = RING_SECONDS * context.sampleRate
  const ring = globalThis.crossOriginIsolated ? new SharedArrayBuffer(sampleRingBytes(channels, 2 ** Math.ceil(Math.log2(samples)))) : null
  const processorOptions: TapOptions = { channels, ring }
  const tap = new AudioWorkletNode(context, TAP_NAME, { numberOfInputs: 1, numberOfOutputs: 0, channelCount: channels, channelCountMode: 'explicit', processorOptions })
  let began = context.currentTime
  let sheet: LiveSheet | null = null
  const worker = startWorker((news) => {
    if (!mine.wanted()) return
    if (news.type === 'ready') {
      sheet = new LiveSheet(news.hopSeconds, news.lag, LIVE_SECONDS)
      batch(() => {
        sheets.value = { live: sheet, heat: null, lag: news.lag }
        notes.lag.value = news.lag
      })
    } else if (news.type === 'heat') sheet?.add(news.codes, news.first, news.seconds)
    else if (news.type === 'events') {
      sheet?.take(news.events)
      play(news.events, { context: began, lag: sheet?.lag ?? 0 })
    } else if (news.type === 'judged') sheet?.judge(news.from, news.list)
  })
  tap.port.onmessage = ({ data }: MessageEvent<FromTap>) => {
    if (data.type === 'began') began = data.time
    else worker.postMessage({ type: 'samples', channels: data.channels } satisfies ToNotes, data.channels.map(({ buffer }) => buffer as ArrayBuffer))
  }
  input.connect(tap, output)
  worker.postMessage({ type: 'live', module, ...order, sampleRate: context.sampleRate, channels, ring } satisfies ToNotes)
  mine.begin({
    set() { worker.postMessage({ type: 'settings', settings: notes.settings.peek() } satisfies ToNotes) },
    close() {
      tap.port.postMessage({ type: 'stop' })
      try { input.disconnect(tap) } catch { /* the engine has let go of it already */ }
      tap.port.onmessage = null
      worker.terminate()
      sheet?.silence()
    },
  })
}

async function listenToFile(sound: Sound, separated: Separated | null): Promise<void> {
  const mine = open()
  notes.progress.value = 0
  const module = await kernelModule()
  const order = common()
  if (!mine.wanted() || !order) return
  const recording = sound.recording.peek()
  const seconds = sound.expected.peek() / recording.sampleRate
  let heat: Heat | null = null
  let stride = 1
  const worker = startWorker((news) => {
    if (!mine.wanted()) return
    if (news.type === 'ready') {
      stride = Math.max(1, Math.ceil(seconds / news.hopSeconds / MOST_COLUMNS))
      heat = new Heat(Math.ceil(seconds / news.hopSeconds / stride) + 2, news.hopSeconds * stride, false)
      batch(() => {
        sheets.value = { live: null, heat, lag: news.lag + news.late }
        notes.lag.value = news.lag
        notes.heard.value = []
      })
    } else if (news.type === 'heat') {
      addStrided(heat!, news.codes, news.first, stride)
      sheets.value = { ...sheets.peek() }
    } else if (news.type === 'notes') batch(() => {
      const first = notes.progress.peek() !== null && news.share >= 1
      notes.heard.value = news.list
      notes.progress.value = news.share < 1 ? news.share : null
      if (first) notes.pitches.value = fitted(news.list, notes.pitches.peek())
    })
  })
  worker.postMessage({ type: 'file', module, ...order, sampleRate: recording.sampleRate, recording, expected: sound.expected.peek(), separated } satisfies ToNotes)
  const unfollow = follow(sound, (message) => worker.postMessage(message satisfies ToNotes))
  mine.begin({
    set() { worker.postMessage({ type: 'settings', settings: notes.settings.peek() } satisfies ToNotes) },
    close() {
      unfollow()
      worker.terminate()
    },
  })
}

/** A picture wider than this is no canvas everywhere; columns stand for several frames then, the loudest of each pitch. */
const MOST_COLUMNS = 16_000

function addStrided(heat: Heat, codes: Uint8Array, first: number, stride: number): void {
  if (stride === 1) return heat.add(codes, first)
  const rows = 128
  const frames = codes.length / rows
  const from = Math.floor(first / stride), to = Math.floor((first + frames - 1) / stride)
  const out = new Uint8Array((to - from + 1) * rows)
  for (let i = 0; i < frames; i++) {
    const at = (Math.floor((first + i) / stride) - from) * rows
    for (let pitch = 0; pitch < rows; pitch++) out[at + pitch] = Math.max(out[at + pitch]!, codes[i * rows + pitch]!)
  }
  heat.add(out, from)
}

let asked = 0
/** Whoever listens stops; what is made now counts unless something else is asked for meanwhile. */
function open(): { wanted(): boolean; begin(made: Listening): void } {
  close()
  const mine = ++asked
  return {
    wanted: () => mine === asked,
    begin(made) { if (mine === asked) listening = made; else made.close() },
  }
}

function close(): void {
  asked++
  listening?.close()
  if (listening) silence()
  listening = null
  notes.progress.value = notes.lag.value = null
}

/** What decides who listens to what; the same answer is the same listening. */
const wanted = computed(() => {
  const input = state.input.value
  const separation = playing.value
  const preset = notes.preset.value
  if (!notes.on.value || !preset || input.kind === 'none' || !separation) return null
  const source = fromIndex.value
  const base = { input, preset, timing: notes.settings.value.timing, source }
  if (input.kind === 'file') return { ...base, live: null, mix: source === null ? null
    : { dictionary: state.preset.value!.preset.dictionary, selection: state.selection.value, settings: state.settings.value, covariances: state.covariances.value } }
  return source !== null && !separation.stems && hasWorklet() ? null : { ...base, live: separation, mix: null } // the one with stems comes at once
})

const alike = (a: typeof wanted.value, b: typeof wanted.value): boolean => a === b || (a !== null && b !== null && a.input === b.input
  && a.preset === b.preset && a.timing === b.timing && a.source === b.source && a.live === b.live
  && JSON.stringify([a.mix?.selection, a.mix?.settings]) === JSON.stringify([b.mix?.selection, b.mix?.settings])
  && a.mix?.dictionary === b.mix?.dictionary && a.mix?.covariances === b.mix?.covariances)

let now: typeof wanted.value = null
let timer = 0

function listen(): void {
  const what = now
  if (!what) return close()
  notes.problem.value = null
  const context = currentContext()
  const feed = currentFeed()
  if (!context || !feed) return close()
  if (what.live && !hasWorklet()) return fail('This browser has no AudioWorklet, so that notes can be heard in files only')
  const begun = what.live
    ? what.source === null ? listenLive(context, feed.node, 0, feed.channels) : listenLive(context, what.live.input, what.source + 1, feed.channels)
    : listenToFile((feed as FileFeed).sound, what.mix && { source: what.source!, ...what.mix })
  begun.catch((error: unknown) => fail(error instanceof Error ? error.message : TAPPED))
}

effect(() => {
  const next = wanted.value
  untracked(() => {
    if (alike(now, next)) return
    const again = now !== null && next !== null && now.input === next.input && !next.live
    if (now?.input !== next?.input) forget()
    now = next
    clearTimeout(timer)
    if (again) timer = window.setTimeout(listen, SETTLES)
    else listen()
  })
})

/** Another sound: nothing of the last one's notes is true of it. */
function forget(): void {
  batch(() => {
    notes.heard.value = []
    notes.selected.value = new Set()
    notes.pointed.value = null
    sheets.value = { live: null, heat: null, lag: 0 }
  })
}

/** Rows of the table that judge only: what was heard stays, and is judged again. */
let judged = ''
effect(() => {
  const settings = notes.settings.value
  const key = noteParameters.map(({ name }) => settings[name]).join()
  if (key === judged) return
  judged = key
  untracked(() => listening?.set())
})
