// The built page as tests and pictures meet it: the app with the code-made band's preset in place of the shipped ones,
// served as our own server serves it, or as other hosts would.

import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
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

export async function pageApp(from = appFolder): Promise<PageApp> {
  const folder = await mkdtemp(join(tmpdir(), 'winnow-page-'))
  await cp(from, folder, { recursive: true, filter: (path) => !path.endsWith('.preset') })
  await mkdir(join(folder, 'presets'), { recursive: true })
  await writeFile(join(folder, 'presets/band.preset'), bandPreset())
  await writeFile(join(folder, 'presets/quiet-band.preset'), bandPreset({ reduction: 30, sharpness: 2 }))
  await writeFile(join(folder, 'presets/broken.preset'), bandPreset().subarray(0, 5000))
  await writeFile(join(folder, 'presets/index.json'), JSON.stringify(['band.preset', 'broken.preset', 'quiet-band.preset']))
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}

/** Opens a sound as a person does who clicks the large choice, or the button in the bar. */
export async function openSound(page: Page, name: string, bytes: Buffer): Promise<void> {
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: /^(Un-mix a file|File)/ }).click()
  await (await chooser).setFiles({ name, mimeType: 'audio/wav', buffer: bytes })
}
