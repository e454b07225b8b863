// What the live microphone costs: the built processor as the browser loads it, at 48 kHz and 16 ms of latency, with `speech` as
// it is shipped, one channel. Its share of a core, its slowest quantum, its garbage; and an hour of sound through it, at the
// end of which everything must be as it was in the first minute.

import { collectionsInAChild } from '../../main/bench.ts'
import { kernelFile, workletFile } from '../../main/built.ts'
import { hostProcessor, parameterArrays } from '../../main/hosted.ts'
import { loadPreset, loadSelection } from '../../main/preset-files.ts'
import { readFileSync } from 'node:fs'
import { Frame, FrameRing, ringBytes } from '../../worklet/frame.ts'
import { type Latency, latencies, withLatency } from '../../worklet/latency.ts'
import { layoutFor } from '../../worklet/separator.ts'
import { rumble, voice } from '../signals.ts'

export interface Cost { readonly latency: Latency; readonly corePercent: number; readonly worstQuantumMicros: number; readonly worstQuantumPercent: number }
export interface DenoiseCost {
  readonly preset: string
  readonly costs: readonly Cost[]
  readonly collections: number
  readonly hour: {
    readonly seconds: number
    readonly timesRealTime: number
    /** Stems against the input, late by what is declared: of the first minute and of the last. */
    readonly nullDbFirst: number
    readonly nullDbLast: number
    readonly latencySamples: number
    readonly nonFinite: number
    /** Memory of the process after five minutes, and what it gained until the end. */
    readonly megabytes: number
    readonly gainedMegabytes: number
  }
}

const RATE = 48_000
const QUANTUM = 128
const BUDGET = (1e6 * QUANTUM) / RATE // µs
const MINUTE = Math.floor((60 * RATE) / QUANTUM) * QUANTUM

async function session(latency: Latency, stems: boolean) {
  const preset = await loadPreset('speech')
  const selection = await loadSelection(null, preset)
  const dictionary = withLatency(preset.dictionary, latency)
  const layout = layoutFor(dictionary, selection, RATE, 1)
  const frames = new SharedArrayBuffer(ringBytes(layout, 8))
  const module = new WebAssembly.Module(new Uint8Array(readFileSync(kernelFile)))
  const { processor, received } = hostProcessor(workletFile,
    { module, dictionary, selection, head: preset.head ?? null, channels: 1, mode: 'direct', stems, live: false, frames }, RATE)
  const reader = new FrameRing(layout, frames)
  const frame = new Frame(layout)
  const outputs = Array.from({ length: stems ? selection.sources.length + 2 : 1 }, () => [new Float32Array(QUANTUM)])
  const automation = parameterArrays(preset.settings)
  const ready = received[0]!
  return {
    outputs, latencySamples: ready.type === 'ready' ? ready.latencySamples : NaN,
    name: `speech${preset.head ? ' with its head' : ''}`,
    call(input: Float32Array): void {
      processor.process([[input]], outputs, automation)
      while (reader.read(frame)) continue
    },
  }
}

const quanta = (x: Float32Array): Float32Array[] =>
  Array.from({ length: Math.floor(x.length / QUANTUM) }, (_, i) => x.subarray(i * QUANTUM, (i + 1) * QUANTUM))

/** The best of three rounds for every quantum, as `winnow bench` has it; and the processor's own time of the quickest round. */
async function costOf(latency: Latency, sound: readonly Float32Array[]): Promise<Cost> {
  const best = new Float64Array(sound.length).fill(Infinity)
  let quickest = Infinity
  for (let round = 0; round < 3; round++) {
    const { call } = await session(latency, false)
    for (let i = 0; i < 4500; i++) call(sound[i]!) // a whole number of hops, so that every round meets the same quanta
    const cpu = process.cpuUsage()
    for (let i = 0; i < sound.length; i++) {
      const start = performance.now()
      call(sound[i]!)
      best[i] = Math.min(best[i]!, 1000 * (performance.now() - start))
    }
    const { user, system } = process.cpuUsage(cpu)
    quickest = Math.min(quickest, user + system)
  }
  const worst = best.reduce((a, b) => Math.max(a, b), 0)
  return { latency, corePercent: (100 * quickest) / (sound.length * BUDGET), worstQuantumMicros: worst, worstQuantumPercent: (100 * worst) / BUDGET }
}

async function hourOf(sound: readonly Float32Array[], minutes = 60): Promise<DenoiseCost['hour']> {
  const { call, outputs, latencySamples } = await session('normal', true)
  const length = sound.length * QUANTUM
  const flat = new Float32Array(length)
  sound.forEach((quantum, i) => flat.set(quantum, i * QUANTUM))
  const stems = outputs.slice(1).map(([stem]) => stem!)
  let nonFinite = 0
  let megabytes = 0
  const nulls: number[] = []
  const started = performance.now()
  for (let minute = 0; minute < minutes; minute++) {
    let [error, energy] = [0, 0]
    for (let q = 0; q < sound.length; q++) {
      call(sound[q]!)
      for (let i = 0; i < QUANTUM; i++) {
        const at = q * QUANTUM + i - latencySamples
        const want = at >= 0 ? flat[at]! : minute > 0 ? flat[length + at]! : 0
        let sum = 0
        for (let s = 0; s < stems.length; s++) sum += stems[s]![i]!
        if (!Number.isFinite(sum) || !Number.isFinite(outputs[0]![0]![i]!)) nonFinite++
        error += (sum - want) ** 2
        energy += want * want
      }
    }
    nulls.push(10 * Math.log10(error / energy))
    if (minute === 4) megabytes = process.memoryUsage().rss / 2 ** 20
  }
  return {
    seconds: (minutes * length) / RATE, timesRealTime: (minutes * length) / RATE / ((performance.now() - started) / 1000),
    nullDbFirst: nulls[0]!, nullDbLast: nulls.at(-1)!, latencySamples, nonFinite, megabytes,
    gainedMegabytes: process.memoryUsage().rss / 2 ** 20 - megabytes,
  }
}

export async function denoiseCost(say: (line: string) => void): Promise<DenoiseCost> {
  const fan = rumble(MINUTE, 5, 0.05)
  const sound = quanta(voice(MINUTE, RATE).map((x, i) => x + fan[i]!))
  const { name } = await session('normal', false)
  const costs: Cost[] = []
  for (const latency of ['normal', 'high', 'low'] as const) {
    const cost = await costOf(latency, sound)
    say(`${name}, 48 kHz, ${latencies[latency]} ms: ${cost.corePercent.toFixed(2)} % of a core, slowest quantum ${cost.worstQuantumMicros.toFixed(0)} µs, ${cost.worstQuantumPercent.toFixed(1)} % of its ${BUDGET.toFixed(0)}`)
    costs.push(cost)
  }
  const { collections, collectionsLittering } = collectionsInAChild()
  say(`garbage collections in 300 000 calls and more: ${collections} (with one small object per call ${collectionsLittering})`)
  const hour = await hourOf(sound)
  say(`an hour of sound at ${hour.timesRealTime.toFixed(0)} times real time: null ${hour.nullDbFirst.toFixed(0)} dB in its first minute, ${hour.nullDbLast.toFixed(0)} in its last, `
    + `late by ${hour.latencySamples} samples in both; ${hour.nonFinite} values not finite; ${hour.megabytes.toFixed(0)} MB after five minutes, ${hour.gainedMegabytes.toFixed(1)} more at the end`)
  return { preset: name, costs, collections, hour }
}
