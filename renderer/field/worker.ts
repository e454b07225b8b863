// What takes too long for the page's own thread: the whole file's field, whose planes are sent as they fill, and where a
// source stands, learned from a passage in which it plays alone.

import type { Covariance } from '../../worklet/covariance.ts'
import { divergences } from '../../worklet/dictionary.ts'
import { Survey, FIELD_SHAPE } from '../../worklet/survey.ts'
import type { Planes } from '../../worklet/histogram.ts'
import { PlaceListener } from '../../worklet/place-listener.ts'

export interface FieldOrder {
  readonly task: 'survey' | 'learn'
  readonly module: WebAssembly.Module
  readonly sampleRate: number
  readonly left: Float32Array<ArrayBuffer>
  readonly right: Float32Array<ArrayBuffer>
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

scope.onmessage = ({ data }) => {
  if (data.task === 'survey') survey(data)
  else scope.postMessage({ covariance: learn(data) })
  scope.close()
}

function survey({ module, sampleRate, left, right }: FieldOrder): void {
  const survey = new Survey(module, sampleRate)
  let told = performance.now()
  for (let at = 0; at < left.length; at += BLOCK) {
    const end = Math.min(left.length, at + BLOCK)
    survey.write(left.subarray(at, end), right.subarray(at, end), end - at)
    if (end < left.length && performance.now() - told < NEWS_EVERY) continue
    told = performance.now()
    scope.postMessage({ planes: survey.histogram.whole, progress: end / left.length })
  }
}

function learn({ module, sampleRate, left, right }: FieldOrder): Covariance | null {
  const listener = new PlaceListener(module, { ...FIELD_SHAPE, divergence: divergences['kl']!, atoms: [], spectra: new Float32Array() }, sampleRate)
  listener.write([left, right], left.length)
  return listener.finish()
}
