// One processor node with everything that belongs to it: its fade, its frames, what was last sent to it. A preset
// lives as long as its separation; another preset is another separation (engine.ts fades between them).

import type { Covariances } from '../worklet/covariance.ts'
import { dictionarySources } from '../worklet/dictionary.ts'
import { Frame, FrameRing, ringBytes } from '../worklet/frame.ts'
import { withLatency } from '../worklet/latency.ts'
import type { Latency } from '../worklet/latency.ts'
import { parameters } from '../worklet/parameters.ts'
import type { ParameterName, Settings } from '../worklet/parameters.ts'
import { PROCESSOR_NAME } from '../worklet/protocol.ts'
import type { FromProcessor, ProcessorOptions, ToProcessor } from '../worklet/protocol.ts'
import { wholeDictionary } from '../worklet/selection.ts'
import type { Selection } from '../worklet/selection.ts'
import { layoutFor } from '../worklet/separator.ts'
import { shapeFor } from '../worklet/stft.ts'
import type { Preset } from '../presets/preset.ts'
import { watchFallbackNode } from './fallback.ts'
import type { Origin } from './feeds.ts'

/** Enough for a second of frames at the shortest hop in use, so that a busy page loses none. */
const SLOTS = 96
/** Long enough that nothing clicks, short enough to feel immediate. */
export const RAMP_SECONDS = 0.02
const START_SECONDS = 10

export const selectionOf = ({ selection, dictionary }: Preset): Selection =>
  selection ?? wholeDictionary(dictionarySources(dictionary.atoms))

const levels = new WeakMap<Preset, Map<Latency, Preset>>()

/** The same preset, lagging as long as a person allows; the same object for the same question. */
export function lagging(preset: Preset, latency: Latency | null): Preset {
  if (latency === null) return preset
  const known = levels.get(preset) ?? new Map<Latency, Preset>()
  levels.set(preset, known)
  const made = known.get(latency) ?? { ...preset, dictionary: withLatency(preset.dictionary, latency) }
  known.set(latency, made)
  return made
}

export interface Separation {
  readonly preset: Preset
  readonly latencySamples: number
  /** Its frames end where the context's time is a multiple of it, in samples. */
  readonly hopSize: number
  /** Filled by `nextFrame`. */
  readonly frame: Frame
  /** What the separation is heard through: 0 until the engine fades it in. */
  readonly fade: GainNode
  readonly input: AudioWorkletNode
  /** Whether `input`, a node, gives out its sources too: output 1 the first. */
  readonly stems: boolean
  nextFrame(): boolean
  /** Sends what differs from what was sent before. */
  follow(settings: Settings, selection: Selection, covariances: Covariances): void
  /** Says which second of the file the input is, for what is painted. */
  locate(origin: Origin): void
  close(): void
}

export interface SeparationOptions {
  readonly context: BaseAudioContext
  readonly module: WebAssembly.Module
  readonly preset: Preset
  readonly settings: Settings
  readonly selection: Selection
  readonly covariances: Covariances
  readonly channels: 1 | 2
  readonly stems: boolean
  /** AudioWorklet itself, rather than what stands in for it. */
  readonly native: boolean
  onFault(message: string): void
}

export function ramp(context: BaseAudioContext, param: AudioParam, value: number, seconds = RAMP_SECONDS): void {
  const now = context.currentTime
  param.cancelScheduledValues(now)
  param.setValueAtTime(param.value, now)
  param.linearRampToValueAtTime(value, now + seconds)
}

export async function createSeparation(options: SeparationOptions): Promise<Separation> {
  const { context, module, preset, native, channels, stems } = options
  const { dictionary, head } = preset
  let { settings, selection, covariances } = options

  const buffer = globalThis.crossOriginIsolated
    ? new SharedArrayBuffer(ringBytes(layoutFor(dictionary, selection, context.sampleRate, channels), SLOTS)) : null
  const processorOptions: ProcessorOptions =
    { module, dictionary, selection, covariances, head, channels, mode: 'direct', stems, live: context instanceof AudioContext, frames: buffer }
  const outputs = stems ? selection.sources.length + 2 : 1
  const node = new AudioWorkletNode(context, PROCESSOR_NAME, {
    numberOfInputs: 1, numberOfOutputs: outputs, outputChannelCount: Array<number>(outputs).fill(channels),
    channelCount: channels, channelCountMode: 'explicit', parameterData: settings, processorOptions,
  })

  let fault: (message: string) => void = options.onFault
  const stopWatching = native ? () => { node.onprocessorerror = null } : watchFallbackNode(node, (message) => fault(message))
  if (native) node.onprocessorerror = () => fault('an exception in the processor')

  const waiting: ArrayBuffer[] = []
  const { latencySamples, layout } = await new Promise<Extract<FromProcessor, { type: 'ready' }>>((resolve, reject) => {
    const timer = setTimeout(() => fault(`no answer within ${START_SECONDS} s`), START_SECONDS * 1000)
    fault = (message) => {
      clearTimeout(timer)
      stopWatching()
      node.disconnect()
      reject(new Error(`The separator did not start: ${message}.`))
    }
    node.port.onmessage = ({ data }: MessageEvent<FromProcessor>) => {
      if (data.type === 'ready') {
        clearTimeout(timer)
        resolve(data)
      } else if (data.type === 'error') fault(data.message)
      else if (waiting.push(data.bytes) > SLOTS) waiting.shift() // nobody looks: the newest are kept
    }
  })
  fault = options.onFault

  const fade = new GainNode(context, { gain: 0 })
  node.connect(fade, 0)
  const ring = buffer && new FrameRing(layout, buffer)
  const frame = new Frame(layout)
  const send = (message: ToProcessor): void => node.port.postMessage(message)

  const turn = (name: ParameterName, value: number): void => {
    const param = node.parameters.get(name)
    if (!param) throw new Error(`${name}: expected this parameter in the processor`)
    const row = parameters.find((p) => p.name === name)!
    if (!native) param.value = value // its params are plain boxes, without a clock
    else if (row.step) param.setValueAtTime(value, context.currentTime)
    else ramp(context, param, value)
  }
  if (!native) for (const { name } of parameters) turn(name, settings[name])

  return {
    preset, latencySamples, hopSize: shapeFor(dictionary, context.sampleRate).hopSize, frame, fade, input: node, stems,
    nextFrame() {
      if (ring) return ring.read(frame)
      const bytes = waiting.shift()
      if (bytes) frame.copyFrom(new Frame(layout, bytes))
      return bytes !== undefined
    },
    follow(nextSettings, nextSelection, nextCovariances) {
      for (const { name } of parameters) if (nextSettings[name] !== settings[name]) turn(name, nextSettings[name])
      if (nextSelection !== selection || nextCovariances !== covariances)
        send({ type: 'selection', selection: nextSelection, ...(nextCovariances !== covariances && { covariances: nextCovariances }) })
      settings = nextSettings
      selection = nextSelection
      covariances = nextCovariances
    },
    locate: (origin) => send({ type: 'origin', ...origin }),
    close() {
      send({ type: 'stop' })
      stopWatching()
      node.port.onmessage = null
      node.disconnect()
      fade.disconnect()
    },
  }
}
