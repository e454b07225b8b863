// A small AudioWorkletGlobalScope: runs the built processor file, unmodified, in Node. The command line's
// benchmark and the tests meet the very code that the browser loads. The scope is a function's parameters, not a vm
// context: there every look at a global, Math among them, would cost a hundred times what it does in a browser.

import { readFileSync } from 'node:fs'
import vm from 'node:vm'
import { type Automation, constantAutomation, initialSettings, type Settings } from '../worklet/parameters.ts'
import type { FromProcessor, ProcessorOptions, ToProcessor } from '../worklet/protocol.ts'

export interface HostedProcessor {
  process(inputs: readonly (readonly Float32Array[])[], outputs: readonly (readonly Float32Array[])[], parameters: Automation): boolean
}
type Constructor = (new (options: { processorOptions: ProcessorOptions }) => HostedProcessor) & { parameterDescriptors: readonly object[] }

export interface Hosted {
  readonly processor: HostedProcessor
  readonly descriptors: readonly object[]
  /** What the processor has posted to the page. */
  readonly received: FromProcessor[]
  /** What the page would do: `postMessage` on the node's port. */
  send(message: ToProcessor): void
}

/** `now` stands in for Date.now(), the worklet's only clock. */
export function hostProcessor(file: string | URL, options: ProcessorOptions, sampleRate: number, now: () => number = Date.now): Hosted {
  const received: FromProcessor[] = []
  const port = {
    onmessage: null as ((event: { data: ToProcessor }) => void) | null,
    postMessage: (message: FromProcessor) => void received.push(message),
  }
  let registered: Constructor | undefined
  const scope = {
    sampleRate, Date: { now },
    AudioWorkletProcessor: class { port = port },
    registerProcessor: (_name: string, processor: Constructor) => { registered = processor },
  }
  vm.compileFunction(readFileSync(file, 'utf8'), Object.keys(scope)).apply(undefined, Object.values(scope))
  return {
    processor: new registered!({ processorOptions: options }),
    descriptors: registered!.parameterDescriptors,
    received,
    send: (data) => port.onmessage!({ data }),
  }
}

/** As AudioWorklet hands parameters over: one array per row, of one value. */
export const parameterArrays = (values: Partial<Settings> = {}): Automation => constantAutomation({ ...initialSettings(), ...values })
