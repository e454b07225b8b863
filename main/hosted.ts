// A small AudioWorkletGlobalScope: runs the built processor file, unmodified, in Node. The command line's
// benchmark and the tests meet the very code that the browser loads. The scope is a function's parameters, not a vm
// context: there every look at a global, Math among them, would cost a hundred times what it does in a browser.

import { readFileSync } from 'node:fs'
import vm from 'node:vm'
import { type Automation, constantAutomation, initialSettings, type Settings } from '../worklet/parameters.ts'
import { type FromProcessor, type FromTap, PROCESSOR_NAME, type ProcessorOptions, TAP_NAME, type TapOptions, type ToProcessor, type ToTap } from '../worklet/protocol.ts'

export interface HostedProcessor {
  process(inputs: readonly (readonly Float32Array[])[], outputs: readonly (readonly Float32Array[])[], parameters: Automation): boolean
}
type Constructor<Options> = (new (options: { processorOptions: Options }) => HostedProcessor) & { parameterDescriptors: readonly object[] }

export interface Hosted<From = FromProcessor, To = ToProcessor> {
  readonly processor: HostedProcessor
  readonly descriptors: readonly object[]
  /** What the processor has posted to the page. */
  readonly received: From[]
  /** What the page would do: `postMessage` on the node's port. */
  send(message: To): void
}

/** `now` stands in for Date.now(), the worklet's only clock; `currentFrame` is the context's moment at which it starts. */
export const hostProcessor = (file: string | URL, options: ProcessorOptions, sampleRate: number, now?: () => number, currentFrame = 0): Hosted =>
  host(file, PROCESSOR_NAME, options, sampleRate, now, currentFrame)

export const hostTap = (file: string | URL, options: TapOptions, sampleRate: number): Hosted<FromTap, ToTap> => host(file, TAP_NAME, options, sampleRate)

function host<Options, From, To>(file: string | URL, name: string, options: Options, sampleRate: number, now: () => number = Date.now, currentFrame = 0): Hosted<From, To> {
  const received: From[] = []
  const port = {
    onmessage: null as ((event: { data: To }) => void) | null,
    postMessage: (message: From) => void received.push(message),
  }
  const registered = new Map<string, Constructor<Options>>()
  const scope = {
    sampleRate, currentFrame, Date: { now },
    AudioWorkletProcessor: class { port = port },
    registerProcessor: (called: string, processor: Constructor<Options>) => void registered.set(called, processor),
  }
  vm.compileFunction(readFileSync(file, 'utf8'), Object.keys(scope)).apply(undefined, Object.values(scope))
  const Processor = registered.get(name)!
  return {
    processor: new Processor({ processorOptions: options }),
    descriptors: Processor.parameterDescriptors,
    received,
    send: (data) => port.onmessage!({ data }),
  }
}

/** As AudioWorklet hands parameters over: one array per row, of one value. */
export const parameterArrays = (values: Partial<Settings> = {}): Automation => constantAutomation({ ...initialSettings(), ...values })
