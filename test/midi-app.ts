// The page of midi-page.tsx, built beside the app's own files, and ports for it that write down what they are told.

import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { build } from 'vite'
import { pageApp } from './page-app.ts'
import type { PageApp } from './page-app.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

export async function midiApp(): Promise<PageApp> {
  const app = await pageApp()
  await build({
    configFile: false, root: root + 'renderer', base: './', logLevel: 'error', publicDir: false, oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: { outDir: app.folder, emptyOutDir: false, target: 'es2023', assetsInlineLimit: 0, minify: false },
    plugins: [{ name: 'another entry', transformIndexHtml: { order: 'pre', handler: (html) => html.replace('./page.tsx', '../test/midi-page.tsx') } }],
  })
  return app
}

export interface Told { readonly port: string; readonly bytes: readonly number[]; readonly at: number; readonly now: number }
export interface FakePort { readonly id: string; readonly name: string; readonly manufacturer?: string; readonly refuses?: boolean; readonly taken?: boolean }

declare global {
  interface Window {
    readonly fakeMidi: {
      told: Told[]
      asked: unknown[]
      denied: string | null
      plug(port: FakePort): void
      unplug(id: string): void
      /** A device with knobs, and one of them that is turned. */
      plugKnobs(name: string): void
      turn(name: string, controller: number, value: number, channel?: number): void
    }
  }
}

/** Before the page's own code. */
export const fakeMidi = (page: Page, ports: readonly FakePort[], denied: string | null = null): Promise<unknown> => page.addInitScript(([ports, denied]) => {
  class Output extends EventTarget {
    state = 'connected'
    connection = 'closed'
    readonly type = 'output'
    constructor(readonly facts: FakePort) { super() }
    get id(): string { return this.facts.id }
    get name(): string { return this.facts.name }
    get manufacturer(): string { return this.facts.manufacturer ?? '' }
    async open(): Promise<this> {
      if (this.facts.taken) throw new DOMException('another program has it', 'InvalidAccessError')
      this.connection = 'open'
      return this
    }
    async close(): Promise<this> {
      this.connection = 'closed'
      return this
    }
    send(bytes: number[], at = 0): void {
      if (this.state !== 'connected') throw new DOMException('the port is gone', 'InvalidStateError')
      if (this.facts.refuses) throw new TypeError('only system exclusive messages are taken')
      window.fakeMidi.told.push({ port: this.id, bytes, at, now: performance.now() })
    }
  }
  const outputs = new Map<string, Output>()
  const inputs = new Map<string, { name: string; state: string; onmidimessage: ((event: { data: Uint8Array; timeStamp: number }) => void) | null }>()
  const access = { outputs, inputs, onstatechange: null as (() => void) | null, sysexEnabled: false }
  Object.assign(window, { fakeMidi: {
    told: [], asked: [], denied,
    plug(port: FakePort) {
      const there = outputs.get(port.id)
      if (there) there.state = 'connected'
      else outputs.set(port.id, new Output(port))
      access.onstatechange?.()
    },
    plugKnobs(name: string) {
      inputs.set(name, { name, state: 'connected', onmidimessage: null })
      access.onstatechange?.()
    },
    turn(name: string, controller: number, value: number, channel = 0) {
      inputs.get(name)!.onmidimessage?.({ data: Uint8Array.of(0xb0 | channel, controller, value), timeStamp: performance.now() })
    },
    unplug(id: string) {
      Object.assign(outputs.get(id)!, { state: 'disconnected', connection: 'closed' })
      access.onstatechange?.()
    },
  } })
  for (const port of ports) window.fakeMidi.plug(port)
  Object.defineProperty(navigator, 'requestMIDIAccess', { value: async (options: unknown) => {
    window.fakeMidi.asked.push(options)
    if (window.fakeMidi.denied) throw new DOMException('no', window.fakeMidi.denied)
    return access
  } })
}, [ports, denied] as const)
