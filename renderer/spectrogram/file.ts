// The picture of a file, on the page's side: it hands the worker samples as it asks for them, keeps the strips of pixels
// that come back, and copies the part that is shown.

import { signal } from '@preact/signals'
import type { Covariances } from '../../worklet/covariance.ts'
import type { Preset } from '../../presets/preset.ts'
import type { Dictionary } from '../../worklet/dictionary.ts'
import type { Settings } from '../../worklet/parameters.ts'
import type { Selection } from '../../worklet/selection.ts'
import { shapeFor } from '../../worklet/stft.ts'
import { kernelModule } from '../assets.ts'
import { sourceColour } from '../colour.ts'
import type { Sound } from '../recording/decode.ts'
import { follow } from '../recording/follow.ts'
import type { FromPicture, Probe, StoreName, ToPicture } from './messages.ts'
import { ROWS, frequencyAxis } from './rows.ts'
import type { Axis } from './rows.ts'
import type { Look } from './store.ts'
import type { View } from './view.ts'

interface Strip {
  readonly from: number
  readonly samplesPerColumn: number
  readonly canvas: OffscreenCanvas
  readonly context: OffscreenCanvasRenderingContext2D
}

export interface Progress { readonly seen: number; readonly owned: number; readonly contested: number | null }

/** How far the picture of the file has come; null without one. `failure` when it will come no further. */
export const progress = signal<Progress | null>(null)
export const failure = signal<string | null>(null)
/** What is known about the spot under the pointer. */
export const probed = signal<Probe | null>(null)

export interface FilePicture {
  readonly axis: Axis
  /** Between two bins of the frames that the owners are told by. */
  readonly binHertz: number
  /** Grows with every change of what `draw` would draw. */
  readonly version: number
  show(view: View, pixels: number): void
  own(preset: Pick<Preset, 'dictionary' | 'head'>, selection: Selection, covariances: Covariances, settings: Settings): void
  look(look: Look, sources: number): void
  probe(seconds: number, hertz: number): void
  draw(target: CanvasRenderingContext2D, view: View, x: number, y: number, width: number, height: number): void
  close(): void
}

export function createFilePicture(sound: Sound): FilePicture {
  const { sampleRate } = sound.recording.peek()
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
  const strips: Record<StoreName, Strip | null> = { whole: null, detail: null }
  let version = 0
  let open = true
  let unfollow = (): void => {}
  let sentDictionary: Dictionary | null = null
  let sentView = ''
  let binHertz = sampleRate / 4096
  // What is sent before the worker has its kernel waits here, in order.
  let waiting: ToPicture[] | null = []
  const post = (message: ToPicture): void => {
    if (waiting) waiting.push(message)
    else worker.postMessage(message)
  }
  const fail = (message: string): void => { failure.value = message }

  worker.onmessage = ({ data }: MessageEvent<FromPicture>) => {
    if (data.type === 'store') {
      version++
      if (data.columns === 0) { strips[data.store] = null; return }
      const canvas = new OffscreenCanvas(data.columns, ROWS)
      strips[data.store] = { from: data.from, samplesPerColumn: data.samplesPerColumn, canvas, context: canvas.getContext('2d')! }
      if (data.store === 'whole') strips.detail = null
    } else if (data.type === 'pixels') {
      const strip = strips[data.store]
      if (strip) strip.context.putImageData(new ImageData(data.pixels, data.columns, ROWS), data.column, 0)
      version++
    } else if (data.type === 'probed') probed.value = data.probe
    else if (data.type === 'progress') progress.value = data
    else fail(data.message)
  }
  worker.onerror = (event) => fail(event.message || 'its worker could not be loaded')
  kernelModule().then((module) => {
    if (!open) return
    const first = waiting!
    waiting = null
    post({ type: 'open', module, recording: sound.recording.peek(), expected: sound.expected.peek() })
    unfollow = follow(sound, post)
    for (const message of first) post(message)
  }, (error: unknown) => fail(error instanceof Error ? error.message : String(error)))
  progress.value = failure.value = probed.value = null
  const hide = (): void => post({ type: 'hidden', hidden: document.hidden })
  document.addEventListener('visibilitychange', hide)

  function copy(target: CanvasRenderingContext2D, { from, samplesPerColumn, canvas }: Strip, view: View, x: number, y: number,
    width: number, height: number): void {
    const columns = (seconds: number): number => (seconds * sampleRate - from) / samplesPerColumn
    const [start, end] = [columns(view.from), columns(view.from + view.seconds)]
    const [first, last] = [Math.max(0, start), Math.min(canvas.width, end)]
    if (last <= first) return
    const scale = width / (end - start)
    target.drawImage(canvas, first, ROWS * (1 - view.high), last - first, ROWS * (view.high - view.low),
      x + (first - start) * scale, y, (last - first) * scale, height)
  }

  return {
    axis: frequencyAxis(sampleRate),
    get binHertz() { return binHertz },
    get version() { return version },
    show({ from, seconds }, pixels) {
      const message = { type: 'view', from: from * sampleRate, to: (from + seconds) * sampleRate, pixels } as const
      const key = `${message.from} ${message.to} ${pixels}`
      if (key === sentView) return
      sentView = key
      post(message)
    },
    own({ dictionary, head }, selection, covariances, settings) {
      const known = dictionary === sentDictionary
      post({ type: 'owners', dictionary: known ? null : dictionary, head: known ? null : head, selection, covariances, settings })
      sentDictionary = dictionary
      binHertz = sampleRate / shapeFor(dictionary, sampleRate).fftSize
    },
    look(look, sources) { post({ type: 'look', look, colours: Array.from({ length: sources }, (_, k) => sourceColour(k)) }) },
    probe(seconds, hertz) { post({ type: 'probe', sample: Math.round(seconds * sampleRate), hertz }) },
    draw(target, view, x, y, width, height) {
      target.imageSmoothingEnabled = true
      target.imageSmoothingQuality = 'medium'
      if (strips.whole) copy(target, strips.whole, view, x, y, width, height)
      if (strips.detail) copy(target, strips.detail, view, x, y, width, height)
    },
    close() {
      open = false
      unfollow()
      document.removeEventListener('visibilitychange', hide)
      worker.terminate()
      progress.value = failure.value = probed.value = null
    },
  }
}
