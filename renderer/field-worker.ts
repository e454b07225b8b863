// The whole file's field, surveyed off the main thread: blocks of the sound in, planes out as they fill.

import { Survey } from '../worklet/survey.ts'
import type { Planes } from '../worklet/histogram.ts'

export interface SurveyOrder {
  readonly module: WebAssembly.Module
  readonly sampleRate: number
  readonly left: Float32Array<ArrayBuffer>
  readonly right: Float32Array<ArrayBuffer>
}
export interface SurveyNews { readonly planes: Planes; readonly progress: number }

const BLOCK = 65_536
/** Between two pictures of what is known so far. */
const NEWS_EVERY = 250 // ms

// As far as it is used: the page's types know of windows only.
interface Scope {
  onmessage: ((event: MessageEvent<SurveyOrder>) => void) | null
  postMessage(news: SurveyNews): void
  close(): void
}
const scope = self as unknown as Scope

scope.onmessage = ({ data: { module, sampleRate, left, right } }) => {
  const survey = new Survey(module, sampleRate)
  let told = performance.now()
  for (let at = 0; at < left.length; at += BLOCK) {
    const end = Math.min(left.length, at + BLOCK)
    survey.write(left.subarray(at, end), right.subarray(at, end), end - at)
    if (end < left.length && performance.now() - told < NEWS_EVERY) continue
    told = performance.now()
    scope.postMessage({ planes: survey.histogram.whole, progress: end / left.length })
  }
  scope.close()
}
