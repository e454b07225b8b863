// The built page as tests and pictures meet it: the app with the code-made band's presets in place of the shipped ones,
// and a recorder between its last node and the speakers.

import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { bandPreset } from './band.ts'
import { appFolder } from './browser.ts'

export interface PageApp {
  /** For `serveApp`. */
  readonly folder: string
  remove(): Promise<void>
}

const recorder = `registerProcessor('test-recorder', class extends AudioWorkletProcessor {
  process([input]) {
    this.port.postMessage(Array.from({ length: 2 }, (_, c) => (input[c] ?? input[0] ?? new Float32Array(128)).slice()))
    return true
  }
})`

/** `change` may rewrite the worklet's code. */
export async function pageApp(from = appFolder, change?: (worklet: string) => string): Promise<PageApp> {
  const folder = await mkdtemp(join(tmpdir(), 'winnow-page-'))
  await cp(from, folder, { recursive: true, filter: (path) => !path.endsWith('.preset') })
  await mkdir(join(folder, 'presets'), { recursive: true })
  await writeFile(join(folder, 'presets/band.preset'), bandPreset())
  await writeFile(join(folder, 'presets/sharp-band.preset'), bandPreset({ sharpness: 2 }))
  await writeFile(join(folder, 'presets/broken.preset'), bandPreset().subarray(0, 5000))
  await cp(join(from, 'presets/field.preset'), join(folder, 'presets/field.preset')) // holds no spectra
  await writeFile(join(folder, 'presets/index.json'), JSON.stringify(['band.preset', 'broken.preset', 'field.preset', 'sharp-band.preset']))
  await writeFile(join(folder, 'test-recorder.js'), recorder)
  if (change) {
    await writeFile(join(folder, 'worklet.js'), change(await readFile(join(folder, 'worklet.js'), 'utf8')))
  }
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}

declare global {
  interface Window {
    /** Quanta of [left, right], as the speakers get them. */
    heard: [Float32Array, Float32Array][]
    /** Every processor node that the page made, the newest last. */
    nodes: AudioWorkletNode[]
    violations: string[]
  }
}

/**
 * Before the page's own code: taps what goes to the speakers, keeps the nodes, notes what the CSP refused;
 * or takes AudioWorklet away. Pictures come a third as often: without a graphics card they are drawn by the two cores
 * that a test's sound needs. How fast they can be is measured by `npm run bench views`.
 */
export async function instrument(page: Page, worklet = true): Promise<void> {
  await page.addInitScript((keep) => {
    window.heard = []
    window.nodes = []
    window.violations = []
    addEventListener('securitypolicyviolation', (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI}`))
    const frame = requestAnimationFrame
    window.requestAnimationFrame = (draw) => frame(() => frame(() => frame(draw)))
    if (!keep) {
      for (const name of ['AudioWorklet', 'AudioWorkletNode']) Reflect.deleteProperty(window, name)
      Reflect.deleteProperty(BaseAudioContext.prototype, 'audioWorklet')
      return
    }
    const addModule = AudioWorklet.prototype.addModule
    const recorded = new WeakSet<AudioWorklet>()
    AudioWorklet.prototype.addModule = async function (address, options) {
      await addModule.call(this, address, options)
      await addModule.call(this, new URL('test-recorder.js', document.baseURI).href)
      recorded.add(this)
    }
    const Node = AudioWorkletNode
    window.AudioWorkletNode = class extends Node {
      constructor(context: BaseAudioContext, name: string, options?: AudioWorkletNodeOptions) {
        super(context, name, options)
        window.nodes.push(this)
      }
    }
    const connect = AudioNode.prototype.connect as (this: AudioNode, to: AudioNode | AudioParam, ...more: number[]) => AudioNode
    AudioNode.prototype.connect = function (this: AudioNode, to: AudioNode | AudioParam, ...more: number[]) {
      if (to instanceof AudioDestinationNode && recorded.has(this.context.audioWorklet)) {
        const tap = new Node(this.context, 'test-recorder', { numberOfOutputs: 0, channelCount: 2, channelCountMode: 'explicit' })
        tap.port.onmessage = ({ data }) => window.heard.push(data)
        connect.call(this, tap)
      }
      return connect.call(this, to, ...more)
    } as typeof AudioNode.prototype.connect
  }, worklet)
}

/** What was heard since the last call, left and right. */
export async function heard(page: Page): Promise<[Float32Array, Float32Array]> {
  const coded = await page.evaluate(() => {
    const quanta = window.heard.splice(0)
    return [0, 1].map((channel) => {
      const all = new Float32Array(quanta.length * 128)
      quanta.forEach((quantum, i) => all.set(quantum[channel]!, i * 128))
      const bytes = new Uint8Array(all.buffer)
      let text = ''
      for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000))
      return btoa(text)
    })
  })
  return coded.map((text) => {
    const bytes = Uint8Array.from(Buffer.from(text, 'base64'))
    return new Float32Array(bytes.buffer)
  }) as [Float32Array, Float32Array]
}

/** Opens a sound as a person does who clicks the large choice, or the button in the bar. */
export async function openSound(page: Page, name: string, bytes: Buffer): Promise<void> {
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: /^(Un-mix a file|File$)/ }).click()
  await (await chooser).setFiles({ name, mimeType: 'audio/wav', buffer: bytes })
}

export const dropFile = (page: Page, name: string, bytes: Buffer): Promise<unknown> => page.evaluate(([file, base64]) => {
  const dataTransfer = new DataTransfer()
  dataTransfer.items.add(new File([Uint8Array.from(atob(base64!), (c) => c.charCodeAt(0))], file!))
  document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
}, [name, bytes.toString('base64')])
