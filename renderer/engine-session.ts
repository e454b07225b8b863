// A context to sound in, with the processor loaded and the gain that everything is heard through. Natively, or by what
// stands in for AudioWorklet.

import { workletAddress } from './assets.ts'
import { addFallbackModule, hasWorklet, loadFallback } from './fallback.ts'
import { sessionRate } from './files.ts'

export interface Session {
  readonly context: AudioContext
  /** 0 until something is to be heard. */
  readonly output: GainNode
  readonly native: boolean
  /** Undefined: the device's own rate, which what comes in live wants. */
  readonly askedRate: number | undefined
}

const USUAL_RATE = 48_000
let polyfilled: Promise<void> | null = null

const newContext = (sampleRate: number | undefined): AudioContext =>
  new AudioContext({ latencyHint: 'interactive', ...(sampleRate !== undefined && { sampleRate }) })

/** What a session without a rate of its own works at. The device's, unless the separator cannot: a telephone headset, say. */
export async function systemRate(): Promise<number> {
  const probe = newContext(undefined)
  const { sampleRate } = probe
  await probe.close()
  return sessionRate(sampleRate) ?? USUAL_RATE
}

export async function openSession(sampleRate: number | undefined): Promise<Session> {
  const native = !polyfilled && hasWorklet()
  if (!native) await (polyfilled ??= loadFallback())
  let context = newContext(sampleRate)
  if (sampleRate === undefined && sessionRate(context.sampleRate) === undefined) {
    await context.close()
    context = newContext(USUAL_RATE)
  }
  try {
    await (native ? context.audioWorklet.addModule(workletAddress()) : addFallbackModule(context, workletAddress()))
  } catch (error) {
    await context.close()
    throw new Error('worklet.js: expected beside the page, but it could not be loaded', { cause: error })
  }
  const output = new GainNode(context, { gain: 0 })
  output.connect(context.destination)
  return { context, output, native, askedRate: sampleRate }
}

/** Whether this browser lets a page choose where its sound goes. */
export const choosesOutput = (): boolean => typeof AudioContext === 'function' && 'setSinkId' in AudioContext.prototype
