// The pass and the hop in real Chromium: the same tasks as in Node, sent into a page.

import { resolve } from 'node:path'
import { build, type Rolldown } from 'vite'
import { launch, noChromium, serveApp } from '../browser.ts'
import type { PageFigures } from './in-page.ts'

export interface ChromiumFigures extends PageFigures { readonly version: string }

/** in-page.ts and all that it needs as one script. */
async function script(): Promise<string> {
  const outputs = await build({
    configFile: false, root: process.cwd(), logLevel: 'error', publicDir: false,
    build: { write: false, minify: false, target: 'es2023', lib: { entry: resolve('test/bench/in-page.ts'), formats: ['iife'], name: 'benchmark' } },
  }) as Rolldown.RolldownOutput[]
  return outputs[0]!.output[0].code
}

export async function chromium(say: (line: string) => void): Promise<ChromiumFigures | null> {
  if (noChromium) return null
  const served = await serveApp({ folder: resolve('dist/app') })
  const browser = await launch()
  try {
    const page = await browser.newPage()
    await page.goto(served.url)
    const figures = await page.evaluate(`${await script()}; benchmark.measure()`) as PageFigures
    say(`Chromium ${browser.version()}, ${figures.kernel} kernel: KL pass ${figures.passMicros.toFixed(1)} µs, ${(figures.plainPassMicros / figures.passMicros).toFixed(1)} × the plain loop's ${figures.plainPassMicros.toFixed(0)} µs; hop ${figures.hopMicros.toFixed(1)} µs, ${(figures.hopMicros / figures.passMicros).toFixed(2)} passes`)
    return { version: browser.version(), ...figures }
  } finally {
    await browser.close()
    await served.close()
  }
}
