// What takes too long for the page's own thread: the whole file's field, whose planes are sent as they fill, and where a
// source stands, learned from a passage in which it plays alone.

import type { Covariance } from '../../worklet/covariance.ts'
import { divergences } from '../../worklet/dictionary.ts'
import { Survey, FIELD_SHAPE } from '../../worklet/survey.ts'
import type { Planes } from '../../worklet/histogram.ts'
import { PlaceListener } from '../../worklet/place-listener.ts'
import type { Grown } from '../recording/follow.ts'
import { RecordingReader } from '../recording/read.ts'
import type { Recording } from '../recording/recording.ts'

export type FieldOrder =
  /** `expected`: samples that there will be, for the progress. */
  | { readonly type: 'survey'; readonly module: WebAssembly.Module; readonly recording: Recording; readonly expected: number }
  | Grown
  | {
    readonly type: 'learn'; readonly module: WebAssembly.Module; readonly sampleRate: number
    readonly left: Float32Array<ArrayBuffer>; readonly right: Float32Array<ArrayBuffer>
  }
/** Null: nothing sounds there. */
export interface Learned { readonly covariance: Covariance | null }
export interface SurveyNews { readonly planes: Planes; readonly progress: number }

const BLOCK = 65_536
/** Between two pictures of what is known so far. */
const NEWS_EVERY = 250 // ms

// As far as it is used: the page's types know of windows only.
interface Scope {
  onmessage: ((event: MessageEvent<FieldOrder>) => void) | null
  postMessage(news: SurveyNews | Learned): void
  close(): void
}
const scope = self as unknown as Scope

let reader: RecordingReader | null = null

scope.onmessage = ({ data }) => {
  if (data.type === 'grown') return reader?.grow(data.recording)
  if (data.type === 'learn') {
    scope.postMessage({ covariance: learn(data) })
    return scope.close()
  }
  survey(data).catch((error: unknown) => { setTimeout(() => { throw error }) }) // where the page hears of it
}

async function survey({ module, recording, expected }: Extract<FieldOrder, { type: 'survey' }>): Promise<void> {
  const sound = (reader = new RecordingReader(recording))
  const survey = new Survey(module, recording.sampleRate)
  const block = [new Float32Array(BLOCK), new Float32Array(BLOCK)] as const
  let told = performance.now()
  for (let at = 0; ; at += BLOCK) {
    const count = await sound.read(at, block)
    survey.write(block[0], block[1], count)
    const ended = count < BLOCK
    if (!ended && performance.now() - told < NEWS_EVERY) continue
    told = performance.now()
    scope.postMessage({ planes: survey.histogram.whole, progress: ended ? 1 : Math.min(0.999, (at + count) / expected) })
    if (ended) return scope.close()
  }
}

function learn({ module, sampleRate, left, right }: Extract<FieldOrder, { type: 'learn' }>): Covariance | null {
  const listener = new PlaceListener(module, { ...FIELD_SHAPE, divergence: divergences['kl']!, atoms: [], spectra: new Float32Array() }, sampleRate)
  listener.write([left, right], left.length)
  return listener.finish()
}
