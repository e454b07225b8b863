// The real path: what a person hears who opens a noisy microphone in Chromium is as clean as what `winnow denoise` writes of the
// same sound, within half a decibel.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { waveFile } from './band.ts'
import { load, siSdr } from './bench/audio.ts'
import { appFolder, because, noChromium } from './browser.ts'
import { winnow } from './cli-fixtures.ts'
import { furnish, mix, open, RATE, sendTo, voice } from './live-stories.ts'
import { heard } from './page-app.ts'
import { peak, record, stories } from './page-stories.ts'

const LOOP = mix.length
const PIECE = RATE / 2
/** What is laid side by side to find a piece. */
const WINDOW = 6000
/** How far a piece may be from where the last one ends: a busy machine drops a moment now and then. */
const SLIP = 4000

/** Where in the looped sound a piece begins: the place at which it is most like it, of `count` from `first` on. */
function placeOf(piece: Float32Array, sound: Float32Array, first: number, count: number): number {
  let [best, place] = [-Infinity, 0]
  for (let at = first; at < first + count; at++) {
    let both = 0, own = 1e-9
    for (let i = 0; i < WINDOW; i += 5) {
      const y = sound[(at + i + LOOP) % LOOP]!
      both += piece[i]! * y
      own += y * y
    }
    if (both / Math.sqrt(own) > best) [best, place] = [both / Math.sqrt(own), at]
  }
  return (place + LOOP) % LOOP
}

const stretch = (sound: Float32Array, from: number, length: number): Float32Array => Float32Array.from({ length }, (_, i) => sound[(from + i) % LOOP]!)
const joined = (parts: readonly Float32Array[]): Float32Array => Float32Array.from(parts.flatMap((part) => [...part]))

describe.skipIf(noChromium)(because('the microphone as it is heard', noChromium), () => {
  const { visit } = stories(furnish)
  let folder: string
  beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'winnow-path-')) })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  /** What the command line writes of the loop when it has been running for a while. */
  async function written(): Promise<Float32Array> {
    const [input, output] = [join(folder, 'mix.wav'), join(folder, 'clean.wav')]
    await writeFile(input, waveFile([joined([mix, mix, mix])], RATE))
    expect(await winnow(['denoise', input, output, '--preset', join(appFolder, 'presets/speech.preset')])).toMatchObject({ code: 0, err: '' })
    return (await load(pathToFileURL(output))).channels[0]!.slice(2 * LOOP)
  }

  test('is improved as much as the command line improves it, to half a decibel', () => visit(async (page) => {
    const file = await written()
    await open(page)
    await sendTo(page, 'System’s output')
    await expect.poll(async () => peak(await record(page, 100))).toBeGreaterThan(0.05)
    // Two rounds of the loop to learn what there is to learn of the room; then one whole, as of the file.
    await expect.poll(() => page.evaluate(() => window.heard.length * 128), { timeout: 40_000 }).toBeGreaterThan(2 * LOOP)
    await record(page, 0)
    await expect.poll(() => page.evaluate(() => window.heard.length * 128), { timeout: 40_000 }).toBeGreaterThan(LOOP)
    const left = (await heard(page))[0].subarray(0, LOOP)
    let place = placeOf(left.subarray(0, PIECE), file, 0, LOOP)
    const pieces: { page: Float32Array; file: Float32Array; voice: Float32Array; mix: Float32Array }[] = []
    for (let at = 0; at + PIECE <= left.length; at += PIECE, place += PIECE) {
      const piece = left.subarray(at, at + PIECE)
      place = placeOf(piece, file, place - SLIP, 2 * SLIP)
      pieces.push({ page: piece, file: stretch(file, place, PIECE), voice: stretch(voice, place, PIECE), mix: stretch(mix, place, PIECE) })
    }
    const gain = (of: 'page' | 'file'): number => {
      const truth = joined(pieces.map((piece) => piece.voice))
      return siSdr(truth, joined(pieces.map((piece) => piece[of]))) - siSdr(truth, joined(pieces.map((piece) => piece.mix)))
    }
    const [live, offered] = [gain('page'), gain('file')]
    expect(offered).toBeGreaterThan(3)
    expect(Math.abs(live - offered), `page ${live.toFixed(2)} dB, command line ${offered.toFixed(2)} dB`).toBeLessThan(0.5)
  }), 120_000)
})
