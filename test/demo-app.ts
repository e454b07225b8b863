// The demo in the tests of the page: opened as a person opens it, and where in it a recording is.

import { expect } from 'vitest'
import type { Page } from 'playwright-core'
import { demo } from '../renderer/demo/mix.ts'
import { heard } from './page-app.ts'
import { placeOf } from './page-stories.ts'
import type { Stereo } from './page-stories.ts'

export const demoMix: Stereo = demo()

export async function openDemo(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Play the demo' }).click()
  await page.getByRole('button', { name: 'Pause' }).waitFor()
  await page.getByRole('region', { name: 'Guide to the demo' }).waitFor()
}

export const solo = (page: Page, name: string) => page.getByRole('button', { name: `Solo ${name}`, exact: true })

/** Until so many seconds more have been heard, however long the machine takes for them. */
export async function hear(page: Page, seconds: number): Promise<void> {
  const [before, rate] = await page.evaluate(() => [window.heard.length, window.nodes.at(-1)!.context.sampleRate] as const)
  await expect.poll(() => page.evaluate(() => window.heard.length), { timeout: 40_000 }).toBeGreaterThan(before + seconds * rate / 128)
}

export const from = ([left, right]: Stereo, at: number, to?: number): Stereo => [left.subarray(at, to), right.subarray(at, to)]

/** Everything heard so far, and the place of the demo where it begins: its first second must be the mix as it is. */
export async function recordingOf(page: Page): Promise<{ readonly all: Stereo; readonly place: number }> {
  const all = await heard(page)
  const start = all[0].findIndex((x) => Math.abs(x) > 0.05)
  expect(start).toBeGreaterThanOrEqual(0)
  const settled = start + 12_000 // beyond every fade
  return { all: from(all, settled), place: (placeOf(all[0], demoMix[0], settled) + settled) % demoMix[0].length }
}
