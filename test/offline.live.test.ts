// Without a network: a page that has been visited once is kept whole, and a new build replaces it as soon as the server is back.

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Browser, Page } from 'playwright-core'
import { serve, type Served } from '../main/serve.ts'
import { because, launch, noChromium } from './browser.ts'
import { openSound, pageApp, type PageApp } from './page-app.ts'
import { music } from './page-stories.ts'

describe.skipIf(noChromium)(because('the page without a network', noChromium), () => {
  let app: PageApp
  let served: Served
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    app = await pageApp()
    const list = join(app.folder, 'files.json')
    const shipped = JSON.parse(await readFile(list, 'utf8')) as string[]
    await writeFile(list, JSON.stringify([...shipped, 'presets/band.preset', 'presets/sharp-band.preset']))
    served = await serve(app.folder)
    browser = await launch()
    page = await (await browser.newContext()).newPage()
    await page.goto(served.url)
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => null))
  })
  afterAll(async () => {
    await browser?.close()
    await served?.close()
    await app?.remove()
  })

  test('a browser may install it: a manifest with icons that are there', async () => {
    const manifest = await page.evaluate(async () => {
      const { href } = document.querySelector<HTMLLinkElement>('link[rel=manifest]')!
      const told = await (await fetch(href)).json() as { start_url: string; display: string; icons: { src: string; sizes: string }[] }
      const sizes = await Promise.all(told.icons.map(async ({ src }) => {
        const { width, height } = await createImageBitmap(await (await fetch(new URL(src, href))).blob())
        return `${width}x${height}`
      }))
      return { ...told, found: sizes }
    })
    expect(manifest).toMatchObject({ start_url: './', display: 'standalone', found: manifest.icons.map(({ sizes }) => sizes) })
  })

  test('with the server gone it starts, opens a sound and plays, isolated as before', async () => {
    const { port } = new URL(served.url)
    await served.close()
    await page.reload()
    await openSound(page, 'band.wav', music)
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    await expect.poll(() => page.locator('.figures').innerText()).not.toContain('–')
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true)

    await writeFile(join(app.folder, 'index.html'), (await readFile(join(app.folder, 'index.html'), 'utf8')).replace('<html', '<html data-build="anew"'))
    served = await serve(app.folder, { port: Number(port) })
    await page.reload()
    expect(await page.locator('html').getAttribute('data-build')).toBe('anew')
  })
})
