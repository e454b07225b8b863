import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { glyph } from '../main/font.ts'
import { axes, GROUND, INK, Picture } from '../main/picture.ts'
import { png } from '../main/png.mjs'
import { waveFile } from './band.ts'
import { filesIn, scratch, winnow } from './cli-fixtures.ts'
import { melody, noise, placed, together } from './signals.ts'

const folder = scratch()
const RATE = 44100
const at = (name: string): string => join(folder, name)

function sound(name: string, channels: readonly Float32Array[]): string {
  writeFileSync(at(name), waveFile(channels, RATE))
  return at(name)
}
const voice = (lowest: number, seed: number): Float32Array => {
  const air = noise(2 * RATE, seed + 9, 0.004)
  return melody(2 * RATE, RATE, lowest, seed).map((x, i) => x + air[i]!)
}
const two = sound('two.wav', together(placed(voice(200, 1), -5, -0.5), placed(voice(330, 2), 4, 0.6)))

/** Width, height and the pixels of a PNG whose rows are unfiltered. */
function readPng(bytes: Buffer): { width: number; height: number; rgba: Buffer } {
  expect(bytes.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n')
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
  let data: Buffer | null = null
  for (let i = 8; i < bytes.length; i += 12 + bytes.readUInt32BE(i))
    if (bytes.subarray(i + 4, i + 8).toString() === 'IDAT') data = bytes.subarray(i + 8, i + 8 + bytes.readUInt32BE(i))
  const rows = inflateSync(data!)
  expect(rows.length).toBe(height * (width * 4 + 1))
  return { width, height, rgba: Buffer.concat(Array.from({ length: height }, (_, y) => rows.subarray(y * (width * 4 + 1) + 1, (y + 1) * (width * 4 + 1)))) }
}

describe('winnow field', () => {
  test('--json: the peaks, in dB and microseconds, positive where the right channel lags', async () => {
    const { code, out } = await winnow(['field', two, '--json'])
    expect(code).toBe(0)
    const { peaks, seconds, outputs } = JSON.parse(out) as { peaks: { level: number; delay: number; weight: number }[]; seconds: number; outputs: string[] }
    expect(seconds).toBe(2)
    expect(outputs).toEqual([])
    expect(peaks).toHaveLength(2)
    const [left, right] = peaks.sort((a, b) => a.level - b.level) as [typeof peaks[0], typeof peaks[0]]
    for (const [peak, level, samples] of [[left, -5, -0.5], [right, 4, 0.6]] as const) {
      expect(Math.abs(peak.level - level)).toBeLessThan(1)
      expect(Math.abs(peak.delay - (samples / RATE) * 1e6)).toBeLessThan((0.3 / RATE) * 1e6)
      expect(Object.keys(peak)).toEqual(['level', 'delay', 'weight'])
    }
    expect(Math.max(left.weight, right.weight)).toBe(1)
  })

  test('a table for people', async () => {
    const { code, out, err } = await winnow(['field', two])
    expect(code).toBe(0)
    expect(err).toBe('')
    expect(out).toMatch(/^ +level +delay +weight\n {2}1 +\S+ dB +\S+ µs +\S+ samples +100 %\n {2}2 +\S+ dB +\S+ µs +\S+ samples +\d+ %\n$/)
  })

  test('--out: a picture that is brightest where the peaks are, the same every time', async () => {
    expect((await winnow(['field', two, '--out', at('a.png')])).code).toBe(0)
    expect((await winnow(['field', two, '--out', at('b.png'), '--json'])).out).toContain('b.png')
    expect(readFileSync(at('a.png')).equals(readFileSync(at('b.png')))).toBe(true)
    const { width, height, rgba } = readPng(readFileSync(at('a.png')))
    expect([width, height]).toEqual([1100, 1180])
    const light = (level: number): number => { // a column of the field from top to bottom
      const x = Math.round(130 + 820 * (0.5 + level / 44))
      let most = 0
      for (let y = 96; y < 600; y++) most = Math.max(most, rgba[(y * width + x) * 4]!)
      return most
    }
    expect(light(-5)).toBeGreaterThan(150)
    expect(light(4)).toBeGreaterThan(150)
    expect(light(15)).toBeLessThan(80)
  })

  test('what has no field is told in one sentence', async () => {
    const mono = sound('mono.wav', [voice(200, 3)])
    const before = filesIn(folder)
    const { code, out, err } = await winnow(['field', mono, '--out', at('mono.png')])
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(/^winnow: .*mono\.wav: expected two channels, .* got one; .*\n$/)
    expect((await winnow(['field', two, '--out', at('field.jpg')])).err).toMatch(/expected a name ending in \.png, got .*field\.jpg\n$/)
    expect(filesIn(folder)).toEqual(before)
  })

  test('silence has no place, inverted polarity says what it is', async () => {
    const x = voice(200, 4)
    expect((await winnow(['field', sound('silence.wav', [new Float32Array(9000), new Float32Array(9000)])])).out).toBe('no place stands out\n')
    const { out } = await winnow(['field', sound('inverted.wav', [x, x.map((v) => -v)]), '--out', at('inverted.png')])
    expect(out).toBe('no place stands out\n100 % of the weight lies at delays beyond 30 samples: inverted polarity, or wide effects\n')
    readPng(readFileSync(at('inverted.png')))
  })

  test('a sound shorter than a window is heard', async () => {
    const { out } = await winnow(['field', sound('short.wav', placed(noise(600, 5), 3)), '--json'])
    const { peaks } = JSON.parse(out) as { peaks: { level: number }[] }
    expect(Math.abs(peaks[0]!.level - 3)).toBeLessThan(0.5)
  })
})

describe('pictures', () => {
  test('PNG: what goes in comes out', () => {
    const rgba = Uint8Array.from({ length: 5 * 3 * 4 }, (_, i) => (i * 37) % 256)
    const read = readPng(Buffer.from(png(rgba, 5, 3)))
    expect([read.width, read.height]).toEqual([5, 3])
    expect([...read.rgba]).toEqual([...rgba])
  })

  test('every letter is drawn, and no two alike', () => {
    const letters = [...'0123456789.,:;ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-+/()%=[]_<>*!?&|\'µαβ±×·# ']
    const drawn = letters.map((letter) => glyph(letter).join())
    expect(new Set(drawn).size).toBe(letters.length)
    for (const letter of letters) {
      expect(glyph(letter), letter).toHaveLength(8)
      expect(glyph(letter).every((row) => row >= 0 && row < 32), letter).toBe(true)
    }
    expect(glyph('−')).toEqual(glyph('-'))
    expect(drawn).not.toContain(glyph('漢').join())
  })

  test('text stands where it is put, and nothing is drawn outside', () => {
    const picture = new Picture(60, 20)
    const inked = (from: number, to: number): boolean => {
      for (let y = 0; y < 20; y++) for (let x = from; x < to; x++) if (picture.pixels[(y * 60 + x) * 4]! > 200) return true
      return false
    }
    picture.text(30, 10, 'H', { align: 'right' })
    expect([inked(0, 20), inked(20, 30), inked(30, 60)]).toEqual([false, true, false])
    picture.text(30, 10, 'H')
    expect([inked(30, 40), inked(40, 60)]).toEqual([true, false])
    picture.text(-5, -3, 'WW')
    picture.ring(59, 19, 8, 2, INK)
    picture.fill({ x: 50, y: 15, width: 100, height: 100 }, GROUND)
    axes(picture, { x: 10, y: 5, width: 30, height: 10 }, { title: 't', bottom: [{ at: 0, label: '0' }], left: [{ at: 1, label: '1' }], bottomLabel: 'b', leftLabel: 'l' })
    expect(picture.pixels).toHaveLength(60 * 20 * 4)
  })
})
