// The same samples everywhere: what real Chromium renders, and what it hears through a microphone, against the command
// line on the same file.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Browser, Page } from 'playwright-core'
import { run } from '../main/command-line.ts'
import type { Served } from '../main/serve.ts'
import { shapeFor } from '../worklet/stft.ts'
import { readPreset } from '../presets/preset.ts'
import { dictionarySources } from '../worklet/dictionary.ts'
import { initialSettings } from '../worklet/parameters.ts'
import { PROCESSOR_NAME } from '../worklet/protocol.ts'
import { wholeDictionary } from '../worklet/selection.ts'
import { band, waveFile } from './band.ts'
import { load } from './bench/audio.ts'
import { appFolder, because, launch, noChromium, serveApp } from './browser.ts'
import { pageApp, type PageApp } from './page-app.ts'
import { errorDb } from './reference.ts'

interface Session { readonly preset: string; readonly sampleRate: number; readonly channels: 1 | 2; readonly mode: 'direct' | 'sliced'; readonly quantum?: number; readonly kernel?: string }

/** Everything `processorOptions` and `parameterData` need, in a form that travels into the page. */
async function described(file: string): Promise<object> {
  const { dictionary, selection, settings, head } = readPreset(new Uint8Array(await readFile(file)), file)
  return {
    dictionary: { ...dictionary, spectra: [...dictionary.spectra] },
    head: head && { ...head, layers: head.layers.map((layer) => ({ ...layer, weights: [...layer.weights], bias: [...layer.bias] })) },
    selection: selection ?? wholeDictionary(dictionarySources(dictionary.atoms)),
    settings: { ...initialSettings(), ...settings }, name: PROCESSOR_NAME,
  }
}

describe.skipIf(noChromium)(because('Chromium and the command line', noChromium), () => {
  let app: PageApp
  let served: Served
  let browser: Browser
  let folder: string
  let page: Page
  const mix = band(3)

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'winnow-same-'))
    app = await pageApp()
    served = await serveApp({ folder: app.folder })
    await writeFile(join(folder, 'mix.wav'), waveFile(mix))
    await writeFile(join(folder, 'microphone.wav'), waveFile([mix[0]]))
    browser = await launch({ fakeMicrophone: join(folder, 'microphone.wav') + '%noloop' })
    page = await browser.newPage()
    await page.goto(served.url)
  })
  afterAll(async () => {
    await browser?.close()
    await served?.close()
    await app?.remove()
    await rm(folder, { recursive: true, force: true })
  })

  /** The stems that `winnow separate` writes, the rest last. */
  async function commandLine(input: string, preset: string, flags: readonly string[] = []): Promise<Float32Array[][]> {
    const out = await mkdtemp(join(folder, 'out-'))
    const quiet = { write: () => true }
    const code = await run(['separate', input, '--out', out, '--preset', preset, '--json', ...flags], { stdout: quiet, stderr: quiet, signal: new AbortController().signal })
    expect(code).toBe(0)
    const names = (await readdir(out)).filter((name) => name !== 'rest.wav').sort()
    return Promise.all([...names, 'rest.wav'].map(async (name) => [...(await load(pathToFileURL(join(out, name)))).channels]))
  }

  /** All outputs of the processor in an OfflineAudioContext, latency taken off, by source name order of the files. */
  async function rendered(session: Session, input: readonly Float32Array[]): Promise<Float32Array[][]> {
    const { stems, latency, names } = await page.evaluate(async ({ session, input, about }) => {
      const { dictionary, selection, settings, name, head } = about as { head: { layers: { weights: number[]; bias: number[] }[] } | null; dictionary: { spectra: number[] }; selection: { sources: { name: string }[] }; settings: Record<string, number>; name: string }
      const { sampleRate, channels, mode, quantum, kernel = 'kernel.wasm' } = session
      const module = await WebAssembly.compile(await (await fetch(kernel)).arrayBuffer())
      const outputs = selection.sources.length + 2
      const extra = sampleRate // more than any latency
      const context = new OfflineAudioContext({ numberOfChannels: outputs * channels, length: input[0]!.length + extra, sampleRate, ...(quantum && { renderSizeHint: quantum }) })
      await context.audioWorklet.addModule('worklet.js')
      const buffer = context.createBuffer(channels, input[0]!.length, sampleRate)
      input.forEach((samples, c) => buffer.copyToChannel(Float32Array.from(samples), c))
      const source = new AudioBufferSourceNode(context, { buffer })
      const node = new AudioWorkletNode(context, name, {
        numberOfInputs: 1, numberOfOutputs: outputs, outputChannelCount: Array.from({ length: outputs }, () => channels),
        channelCount: channels, channelCountMode: 'explicit', parameterData: settings,
        processorOptions: { module, dictionary: { ...dictionary, spectra: Float32Array.from(dictionary.spectra) }, head: head && { ...head, layers: head.layers.map((layer) => ({ ...layer, weights: Float32Array.from(layer.weights), bias: Float32Array.from(layer.bias) })) }, selection, channels, mode, stems: true, live: false, frames: null },
      })
      const latency = new Promise<number>((resolve) => { node.port.onmessage = ({ data }) => { if (data.type === 'ready') resolve(data.latencySamples) } })
      const merger = new ChannelMergerNode(context, { numberOfInputs: outputs * channels })
      for (let o = 0; o < outputs; o++) {
        const splitter = new ChannelSplitterNode(context, { numberOfOutputs: channels })
        node.connect(splitter, o)
        for (let c = 0; c < channels; c++) splitter.connect(merger, c, o * channels + c)
      }
      merger.connect(context.destination)
      source.connect(node)
      source.start()
      const result = await context.startRendering()
      const late = await latency
      const base64 = (samples: Float32Array): string => {
        const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)
        let text = ''
        for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768))
        return btoa(text)
      }
      return {
        latency: late, names: selection.sources.map((source) => source.name),
        stems: Array.from({ length: outputs - 1 }, (_, s) => Array.from({ length: channels }, (_, c) =>
          base64(result.getChannelData((s + 1) * channels + c).slice(late, late + input[0]!.length)))),
      }
    }, { session, input: input.map((c) => [...c]), about: await described(session.preset) })
    expect(latency).toBeGreaterThan(0)
    const samples = stems.map((stem) => stem.map((text) => new Float32Array(new Uint8Array(Buffer.from(text, 'base64')).buffer)))
    const order = names.map((_, i) => i).sort((a, b) => (names[a]! < names[b]! ? -1 : 1))
    return [...order, names.length].map((i) => samples[i]!)
  }

  const presets = async (): Promise<string[]> => (JSON.parse(await readFile(join(appFolder, 'presets/index.json'), 'utf8')) as string[]).map((name) => join(appFolder, 'presets', name))

  test('an OfflineAudioContext renders what winnow separate writes, to −100 dB: every shipped preset, both kernels, modes, quanta', async () => {
    const own = join(app.folder, 'presets/band.preset')
    const sessions: Session[] = [
      { preset: own, sampleRate: 44100, channels: 2, mode: 'direct' },
      { preset: own, sampleRate: 44100, channels: 2, mode: 'sliced', quantum: 441 },
      { preset: own, sampleRate: 44100, channels: 1, mode: 'direct', quantum: 2048 },
      { preset: own, sampleRate: 44100, channels: 2, mode: 'direct', kernel: 'kernel-relaxed.wasm' },
      ...(await presets()).map((preset): Session => ({ preset, sampleRate: 44100, channels: 2, mode: 'direct' })),
    ]
    for (const session of sessions) {
      const input = mix.slice(0, session.channels)
      const file = join(folder, `input-${session.channels}.wav`)
      await writeFile(file, waveFile(input))
      const want = await commandLine(file, session.preset, ['--mode', session.mode])
      const got = await rendered(session, input)
      expect(got.length).toBe(want.length)
      want.forEach((stem, s) => stem.forEach((channel, c) => {
        // a stem that is nothing but rounding (the rest, where every atom is claimed) is measured against the mix
        const [own, mixed] = [energyOf(channel), energyOf(input[c]!)]
        const error = energyOf(channel.map((x, i) => x - got[s]![c]![i]!))
        expect(10 * Math.log10(error / (own > 1e-6 * mixed ? own : mixed)), JSON.stringify({ ...session, s, c })).toBeLessThan(-100)
      }))
    }
  }, 240_000)

  test('the microphone is heard as winnow separate hears the file, to −70 dB', async () => {
    const preset = join(app.folder, 'presets/band.preset')
    const [input, heard, latency, frame] = await page.evaluate(async (about) => {
      const { dictionary, selection, settings, name, head } = about as { head: { layers: { weights: number[]; bias: number[] }[] } | null; dictionary: { spectra: number[] }; selection: object; settings: Record<string, number>; name: string }
      const stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false } })
      const context = new AudioContext({ sampleRate: 44100 })
      await context.suspend()
      await context.audioWorklet.addModule('worklet.js')
      await context.audioWorklet.addModule('test-recorder.js')
      const module = await WebAssembly.compile(await (await fetch('kernel.wasm')).arrayBuffer())
      const node = new AudioWorkletNode(context, name, {
        numberOfInputs: 1, numberOfOutputs: 5, outputChannelCount: [1, 1, 1, 1, 1], channelCount: 1, channelCountMode: 'explicit', parameterData: settings,
        processorOptions: { module, dictionary: { ...dictionary, spectra: Float32Array.from(dictionary.spectra) }, head: head && { ...head, layers: head.layers.map((layer) => ({ ...layer, weights: Float32Array.from(layer.weights), bias: Float32Array.from(layer.bias) })) }, selection, channels: 1, mode: 'direct', stems: true, live: false, frames: null },
      })
      const recorder = new AudioWorkletNode(context, 'test-recorder', { channelCount: 2, channelCountMode: 'explicit', channelInterpretation: 'discrete' })
      const merger = new ChannelMergerNode(context, { numberOfInputs: 2 })
      const latency = new Promise<number>((resolve) => { node.port.onmessage = ({ data }) => { if (data.type === 'ready') resolve(data.latencySamples) } })
      const left: number[] = []
      const right: number[] = []
      recorder.port.onmessage = ({ data }) => { left.push(...data[0]); right.push(...data[1]) }
      const source = context.createMediaStreamSource(stream)
      source.connect(node)
      source.connect(merger, 0, 0)
      node.connect(merger, 1, 1) // the first source: by the selection's order
      merger.connect(recorder).connect(context.destination)
      const frame = Math.round(context.currentTime * 44100)
      await context.resume()
      await new Promise((resolve) => setTimeout(resolve, 4000))
      await context.close()
      stream.getTracks().forEach((track) => track.stop())
      return [left, right, await latency, frame] as const
    }, await described(preset))
    // what the microphone delivered, replaced by the file's own samples; but for its first moments, when a capture stumbles
    const file = mix[0]!
    const place = bestPlace(input, file)
    const settled = 11025
    const clean = Float32Array.from(input, (x, i) => (i < settled ? x : file[i - place] ?? 0))
    const end = Math.min(input.length, file.length + place)
    expect(end - settled).toBeGreaterThan(44100)
    expect(errorDb(input.slice(settled, end), clean.slice(settled, end))).toBeLessThan(-75)
    const first = readPreset(new Uint8Array(await readFile(preset)), preset)
    // The processor's hops stand on the context's time, those of the command line on the file's: silence before it brings them together.
    const lead = frame % shapeFor(first.dictionary, 44_100).hopSize
    await writeFile(join(folder, 'heard.wav'), waveFile([Float32Array.from({ length: lead + clean.length }, (_, i) => clean[i - lead] ?? 0)]))
    const stems = await commandLine(join(folder, 'heard.wav'), preset)
    const names = dictionarySources(first.dictionary.atoms)
    const want = stems[[...names].sort().indexOf(names[0]!)]![0]!
    expect(errorDb(heard.slice(latency, end), want.slice(lead, lead + end - latency))).toBeLessThan(-70)
  }, 120_000)
})

const energyOf = (samples: Float32Array): number => samples.reduce((sum, x) => sum + x * x, 0)

/** Where in `input` the file begins (it may be before 0), by correlation of a loud stretch. */
function bestPlace(input: readonly number[], file: Float32Array): number {
  const window = 2000
  let loudest = 0
  let energy = 0
  for (let at = 0; at + window < input.length; at += window) {
    let sum = 0
    for (let i = 0; i < window; i++) sum += input[at + i]! ** 2
    if (sum > energy) [energy, loudest] = [sum, at]
  }
  let best = -Infinity
  let place = 0
  for (let at = 0; at + window < file.length; at++) {
    let product = 0
    for (let i = 0; i < window; i += 3) product += input[loudest + i]! * file[at + i]!
    if (product > best) [best, place] = [product, loudest - at]
  }
  return place
}
