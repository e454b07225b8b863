// Winnow in the rack of a host of Web Audio Modules: a minimal page with the official host's code loads the built plug-in from
// where any server might put it, and asks it everything that a host asks.

import { createServer, type Server } from 'node:http'
import { readFile, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Browser, Page } from 'playwright-core'
import { readPreset } from '../presets/preset.ts'
import { parameters } from '../worklet/parameters.ts'
import { band, instruments, RATE } from './band.ts'
import { because, launch, noChromium } from './browser.ts'
import { pageApp, type PageApp } from './page-app.ts'
import { siSdr, type Stereo } from './page-stories.ts'
import { errorDb } from './reference.ts'

const SECONDS = 2
const sdk = fileURLToPath(new URL('../node_modules/@webaudiomodules/sdk/dist/index.js', import.meta.url))

/** The host: what its page offers to the tests below. */
const host = `
import { initializeWamHost, addFunctionModule } from '/sdk.js'
const open = async (context, state) => {
  const [group, key] = await initializeWamHost(context)
  const { default: Module } = await import('/winnow/plugin/index.js')
  const wam = await Module.createInstance(group, context, state)
  return { Module, wam, group, key }
}
window.offline = async (sound, state, before) => {
  const context = new OfflineAudioContext(2, sound[0].length, ${RATE})
  const { wam } = await open(context, state)
  const buffer = new AudioBuffer({ numberOfChannels: 2, length: sound[0].length, sampleRate: ${RATE} })
  sound.forEach((channel, c) => buffer.copyToChannel(Float32Array.from(channel), c))
  const player = new AudioBufferSourceNode(context, { buffer })
  player.connect(wam.audioNode)
  wam.audioNode.connect(context.destination)
  for (const event of before ?? []) wam.audioNode.scheduleEvents(event)
  player.start()
  const rendered = await context.startRendering()
  return { late: await wam.audioNode.getCompensationDelay(), state: await wam.audioNode.getState(), sound: [0, 1].map((c) => [...rendered.getChannelData(c)]) }
}
window.live = async (state) => {
  const context = new AudioContext({ sampleRate: ${RATE} })
  const rack = await open(context, state)
  // another module of the group, which plays automation at whoever is connected
  await addFunctionModule(context.audioWorklet, (group) => registerProcessor('another', class extends AudioWorkletProcessor {
    constructor() {
      super()
      Object.assign(this, { groupId: group, moduleId: 'another', instanceId: 'another.1' })
      webAudioModules.addWam(this)
      this.port.onmessage = ({ data }) => webAudioModules.emitEvents(this, data)
    }
    scheduleEvents() {}
    process() { return true }
  }), rack.group)
  const another = new AudioWorkletNode(context, 'another')
  await addFunctionModule(context.audioWorklet, (group, from, to) => webAudioModules.connectEvents(group, from, to), rack.group, 'another.1', rack.wam.instanceId)
  const tone = new OscillatorNode(context, { frequency: 220 })
  const meter = new AnalyserNode(context, { fftSize: 2048 })
  tone.connect(rack.wam.audioNode)
  rack.wam.audioNode.connect(meter).connect(context.destination)
  tone.start()
  window.level = () => {
    const samples = new Float32Array(2048)
    meter.getFloatTimeDomainData(samples)
    return Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length)
  }
  Object.assign(window, rack, { node: rack.wam.audioNode, context, another, heard: [] })
  window.node.addEventListener('wam-automation', ({ detail }) => window.heard.push(detail.data))
}
`

interface Rack {
  offline(sound: number[][], state: unknown, before?: readonly unknown[]): Promise<{ late: number; state: Record<string, unknown>; sound: number[][] }>
  live(state: unknown): Promise<void>
  level(): number
  heard: unknown[]
  another: AudioWorkletNode
  node: import('../renderer/plugin/node.ts').PluginNode
  wam: import('../renderer/plugin/plugin.ts').default
  Module: typeof import('../renderer/plugin/plugin.ts').default
}
declare const window: Window & Rack

function serveHost(folder: string): Promise<Server> {
  const types: Record<string, string> = { js: 'text/javascript', wasm: 'application/wasm', json: 'application/json' }
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url!, 'http://host').pathname)
    const type = types[path.split('.').at(-1)!] ?? 'application/octet-stream'
    const body = path === '/' ? Promise.resolve('<!doctype html><title>Rack</title><script type=module src=/host.js></script>')
      : path === '/host.js' ? Promise.resolve(host) : path === '/sdk.js' ? readFile(sdk)
      : path.startsWith('/winnow/') ? readFile(join(folder, path.slice('/winnow/'.length))) : Promise.reject(new Error(path))
    body.then((bytes) => response.writeHead(200, { 'Content-Type': path === '/' ? 'text/html' : type }).end(bytes), () => response.writeHead(404).end())
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

describe.skipIf(noChromium)(because('a host of Web Audio Modules', noChromium), () => {
  let app: PageApp
  let server: Server
  let browser: Browser
  let page: Page
  const mixed = band(SECONDS)
  const plain = mixed.map((channel) => [...channel])
  const selection = (solo?: string) => ({ mask: 'soft', sources: instruments.map(({ name }) => ({ name, atoms: [name], ...(name === solo && { solo: true }) })) })
  const state = (solo?: string) => ({ format: 'winnow-plugin/1', preset: 'band.preset', settings: {}, selection: selection(solo) })
  const stereo = (sound: number[][], from = 0): Stereo => [Float32Array.from(sound[0]!.slice(from)), Float32Array.from(sound[1]!.slice(from))]

  beforeAll(async () => {
    app = await pageApp()
    await writeFile(join(app.folder, 'presets/index.json'), JSON.stringify(['band.preset', 'field.preset']))
    server = await serveHost(app.folder)
    browser = await launch()
    page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    await page.waitForFunction(() => 'offline' in window)
  })
  afterAll(async () => {
    await browser?.close()
    server?.close()
    if (app) await rm(app.folder, { recursive: true, force: true })
  })

  test('all of it is the input, as late as the node says; a source alone is that source; the state brings the same samples back', async () => {
    const all = await page.evaluate(([sound, given]) => window.offline(sound, given), [plain, state()] as const)
    const late = (sound: Float32Array): Float32Array => sound.subarray(0, sound.length - all.late)
    const lasting = stereo(all.sound, all.late)
    expect(all.late).toBeGreaterThan(0)
    mixed.forEach((channel, c) => expect(errorDb(lasting[c]!, late(channel))).toBeLessThan(-110))

    const name = instruments[1]!.name
    const alone = await page.evaluate(([sound, given]) => window.offline(sound, given), [plain, state(name)] as const)
    expect(siSdr(stereo(alone.sound, alone.late), band(SECONDS, name), 0)).toBeGreaterThan(8)
    expect(alone.state).toMatchObject({ format: 'winnow-plugin/1', preset: 'band.preset', selection: selection(name) })
    const again = await page.evaluate(([sound, given]) => window.offline(sound, given), [plain, JSON.parse(JSON.stringify(alone.state))] as const)
    expect(again.sound).toEqual(alone.sound)
  })

  test('a preset of one\'s own travels in the state, whole', async () => {
    const bytes = (await readFile(join(app.folder, 'presets/band.preset'))).toString('base64')
    const own = { ...state(), preset: { name: 'Mine', bytes } }
    const { state: kept } = await page.evaluate(([sound, given]) => window.offline(sound, given), [plain.map((channel) => channel.slice(0, 4096)), own] as const)
    const { name, bytes: again } = kept['preset'] as { name: string; bytes: string }
    expect(name).toBe('Mine')
    expect(readPreset(new Uint8Array(Buffer.from(again, 'base64')), 'again').dictionary).toEqual(readPreset(new Uint8Array(Buffer.from(bytes, 'base64')), 'own').dictionary)
  })

  test('automation turns a parameter at its time', async () => {
    const event = { type: 'wam-automation', time: SECONDS / 2, data: { id: 'level', value: -24, normalized: false } }
    const { sound, late, state: kept } = await page.evaluate(([given, from, events]) => window.offline(given, from, events), [plain, state(), [event]] as const)
    const middle = SECONDS / 2 * RATE
    const loud = mixed[0].map((x) => x)
    const ratio = (from: number, to: number): number => {
      let before = 0, after = 0
      for (let i = from; i < to; i++) { before += loud[i - late]! ** 2; after += sound[0]![i]! ** 2 }
      return 10 * Math.log10(after / before)
    }
    expect(ratio(late + 2000, middle)).toBeCloseTo(0, 2)
    expect(ratio(middle + 6000, 2 * middle)).toBeCloseTo(-24, 1)
    expect(kept).toMatchObject({ settings: { level: -24 } })
  })

  describe('live', () => {
    beforeAll(() => page.evaluate((given) => window.live(given), state()))
    const value = (name: string) => page.evaluate(async (id) => (await window.node.getParameterValues(false, id))[id]!.value, name)
    const complaint = (work: () => Promise<unknown>) => work().then(() => 'nothing', (error: Error) => error.message)

    test('it says what it is, and names every row of the parameter table', async () => {
      const told = await page.evaluate(async () => {
        const { Module, wam, node } = window
        const info = await node.getParameterInfo()
        return {
          is: Module.isWebAudioModuleConstructor && wam.isWebAudioModule && wam.initialized, api: wam.descriptor.apiVersion, audio: node instanceof AudioNode,
          names: Object.keys(info), types: [...new Set(Object.values(info).map(({ type }) => type))].sort(),
          whole: Object.values(info).every((row) => Math.abs(row.denormalize(row.normalize(row.defaultValue)) - row.defaultValue) < 1e-9), level: info['level']!.valueString(-6),
        }
      })
      expect(told).toEqual({ is: true, api: '2.0.0', audio: true, names: parameters.map(({ name }) => name), types: ['boolean', 'choice', 'float', 'int'], whole: true, level: '-6 dB' })
    })

    test('another module of the group plays at its parameters, and listeners hear of it', async () => {
      await page.evaluate(() => window.another.port.postMessage({ type: 'wam-automation', data: { id: 'level', value: -12, normalized: false } }))
      await expect.poll(() => value('level')).toBe(-12)
      expect(await page.evaluate(() => window.heard)).toEqual([{ id: 'level', value: -12, normalized: false }])
    })

    test('what a host gets wrong is one sentence, all or nothing, and the sound goes on', async () => {
      await expect.poll(() => page.evaluate(() => window.level())).toBeGreaterThan(0.02)
      expect(await complaint(() => page.evaluate(() => window.node.setParameterValues({ a: { id: 'passes', value: 5, normalized: false }, b: { id: 'nonsense', value: 1, normalized: false } }))))
        .toMatch(/parameter: expected a name from the parameter table, got "nonsense"/)
      expect(await value('passes')).not.toBe(5)
      for (const [wrong, says] of [
        [{ ...state(), format: 'winnow-plugin/9' }, /state: expected format "winnow-plugin\/1", got "winnow-plugin\/9"/],
        [{ ...state(), preset: 'gone.preset' }, /state.preset: expected one of band.preset, field.preset, got "gone.preset"/],
        [{ ...state(), preset: { name: 'x', bytes: '***' } }, /expected base64/],
        [{ ...state(), settings: { passes: 99 } }, /passes: expected a number from 1 to 20, got 99/],
        [{ ...state(), selection: { mask: 'soft', sources: [{ name: 'x', atoms: ['nobody'] }] } }, /state.selection.*nobody/],
        [null, /state: expected an object, got null/],
      ] as const) expect(await complaint(() => page.evaluate((given) => window.node.setState(given), wrong))).toMatch(says)
      expect(await page.evaluate(() => window.level())).toBeGreaterThan(0.02)
    })

    test('its panel turns what it shows and follows what the host turns', async () => {
      await page.evaluate(async () => { document.body.append(await window.wam.createGui()) })
      await page.getByRole('slider', { name: 'Passes' }).press('ArrowRight')
      await expect.poll(() => value('passes')).toBe(4)
      await page.evaluate(() => window.node.setParameterValues({ passes: { id: 'passes', value: 7, normalized: false } }))
      await expect.poll(() => page.getByRole('textbox', { name: 'Passes, exact value' }).inputValue()).toBe('7')
      await page.getByRole('button', { name: `Mute ${instruments[0]!.name}` }).click()
      expect(await page.evaluate(() => window.node.state.selection.sources[0]!.mute)).toBe(true)
      await page.getByRole('combobox', { name: 'Preset' }).selectOption('field.preset')
      await expect.poll(() => page.evaluate(() => window.node.state.shipped)).toBe('field.preset')
      const delay = await page.evaluate(() => window.node.getCompensationDelay())
      expect(delay).toBeGreaterThan(0)
      await page.evaluate(() => { const gui = document.body.lastElementChild!; window.wam.destroyGui(gui); gui.remove() })
    })

    test('destroyed, it is silent and gone from its group', async () => {
      await page.evaluate(() => window.node.destroy())
      await expect.poll(() => page.evaluate(() => window.level())).toBe(0)
    })
  })
})
