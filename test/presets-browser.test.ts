// What the preset browser says of a preset, and how one joins another: no browser needed.

import { describe, expect, test } from 'vitest'
import { dictionarySources } from '../worklet/dictionary.ts'
import type { Selection } from '../worklet/selection.ts'
import { readPreset, writePreset } from '../presets/preset.ts'
import type { Preset } from '../presets/preset.ts'
import { badgeOf, contentsOf, kindOf, licencesOf, matches, meanSpectrum, reachOf, termsOfAll } from '../renderer/presets/facts.ts'
import { profile } from '../renderer/presets/drawing.ts'
import { chosenAtoms } from '../renderer/presets/hearing.ts'
import { join } from '../renderer/presets/joining.ts'
import { bandPreset } from './band.ts'

const band = readPreset(bandPreset(), 'band')
const licensed = (...licences: string[]): Pick<Preset, 'learned'> => ({ learned: { method: 'nmf', files: ['a.wav'], licences, command: '', seed: 1 } })

/** One atom with a line at each of some frequencies. */
function lines(sampleRate: number, fftSize: number, hertz: readonly number[], source = 'bell'): Preset {
  const spectra = new Float32Array(hertz.length * (fftSize / 2 + 1))
  hertz.forEach((at, i) => { spectra[i * (fftSize / 2 + 1) + Math.round(at * fftSize / sampleRate)] = 1 })
  return {
    name: 'Bells', settings: {}, selection: null, head: null, tensors: new Map(), ...licensed('CC0 1.0: the bells'),
    dictionary: { sampleRate, fftSize, hopSize: fftSize / 4, tailSize: fftSize, divergence: band.dictionary.divergence, atoms: hertz.map(() => ({ source, pitch: null })), spectra },
  }
}

const selection: Selection = { mask: 'soft', sources: dictionarySources(band.dictionary.atoms).map((name) => ({ name, atoms: [name] })) }

describe('terms', () => {
  test('the narrowest of all recordings counts', () => {
    expect(termsOfAll(licensed('CC0 1.0: a', 'Public domain: b'))).toBe('free')
    expect(termsOfAll(licensed('CC0 1.0: a; CC BY 4.0: b'))).toBe('credit')
    expect(termsOfAll(licensed('CC BY 4.0: a', 'CC BY-NC 4.0: b'))).toBe('limited')
    expect(termsOfAll(licensed('all rights reserved'))).toBe('limited')
    expect(termsOfAll(licensed())).toBe('none')
    expect(termsOfAll({ learned: { ...licensed().learned, files: [] } })).toBe('free')
  })
  test('badges are short, lists are whole', () => {
    expect(badgeOf(licensed('CC0 1.0: a; CC BY 4.0: b, c', 'CC BY 3.0: d'))).toBe('CC0, CC BY')
    expect(badgeOf(licensed('Public domain: x', 'CC0 1.0', 'CC BY-SA 4.0'))).toBe('Public domain, CC0 …')
    expect([badgeOf(licensed()), badgeOf({ learned: { ...licensed().learned, files: [] } })]).toEqual(['No licence', 'No recordings'])
    expect(licencesOf(licensed('CC0 1.0: a; CC BY 4.0: b', 'Public domain: c'))).toEqual(['CC0 1.0: a', 'CC BY 4.0: b', 'Public domain: c'])
  })
})

describe('what a preset is', () => {
  test('its kind follows from what it holds', () => {
    expect(kindOf(band)).toBe('Instruments')
    expect(kindOf(lines(16_000, 1024, [500], 'voice'))).toBe('Voices')
    expect(kindOf({ ...band, head: { kind: 'notes', layers: [], facts: {} } as unknown as Preset['head'] })).toBe('Notes')
    expect(kindOf(lines(16_000, 1024, []))).toBe('Places')
  })
  test('words are found in names, sources, recordings and licences, all of them', () => {
    const bells = lines(16_000, 1024, [500, 900])
    for (const question of ['bell', 'BELLS cc0', 'a.wav nmf']) expect(matches(question, 'Bells', bells)).toBe(true)
    expect(matches('bells trumpet', 'Bells', bells)).toBe(false)
    expect(contentsOf(bells.dictionary)).toBe('Bell; 2 atoms')
  })
  test('its reach is where its lines are', () => {
    const { from, to } = reachOf(lines(16_000, 1024, [500, 4000]).dictionary)!
    expect(Math.abs(from! - 500)).toBeLessThan(16)
    expect(Math.abs(to - 4000)).toBeLessThan(16)
    expect(reachOf(lines(16_000, 1024, []).dictionary)).toBeNull()
  })
  test('the picture is as high as the strongest, wherever it stands', () => {
    for (const hertz of [60, 500, 7000]) {
      const { dictionary } = lines(16_000, 1024, [hertz])
      const heights = profile(meanSpectrum(dictionary), 16_000, 96)
      expect(Math.max(...heights)).toBeGreaterThan(0.8)
      expect(Math.max(...heights)).toBeLessThanOrEqual(1)
      const at = heights.indexOf(Math.max(...heights)) / 96
      expect(Math.abs(40 * (8000 / 40) ** at / hertz)).toBeGreaterThan(0.7)
      expect(Math.abs(40 * (8000 / 40) ** at / hertz)).toBeLessThan(1.4)
    }
  })
  test('few atoms are all heard, many evenly', () => {
    expect(chosenAtoms(3)).toEqual([0, 1, 2])
    const heard = chosenAtoms(100)
    expect(heard).toHaveLength(16)
    expect(new Set(heard).size).toBe(16)
    expect(heard.at(-1)).toBeGreaterThan(90)
  })
})

describe('joining a mix', () => {
  const joined = (other: Preset, into: number | null = null, base = band) => {
    const result = join(base, other, selection, into)
    if (typeof result === 'string') throw new Error(result)
    return result
  }

  test('its sources come to those that are there, in their own analysis', () => {
    const { preset, selection: now } = joined(lines(band.dictionary.sampleRate, band.dictionary.fftSize, [440, 880]))
    expect(now.sources.map(({ name }) => name)).toEqual([...selection.sources.map(({ name }) => name), 'bell'])
    expect(preset.dictionary.atoms).toHaveLength(band.dictionary.atoms.length + 2)
    expect(preset.dictionary.divergence).toEqual(band.dictionary.divergence)
    expect(preset.settings).toEqual(band.settings)
    expect(preset.learned.licences).toContain('CC0 1.0: the bells')
    const again = readPreset(writePreset(preset), 'joined')
    expect(again.dictionary.atoms).toEqual(preset.dictionary.atoms)
  })
  test('a name that is taken gets a number, and nothing that was there is lost', () => {
    const { preset, selection: now } = joined(lines(band.dictionary.sampleRate, band.dictionary.fftSize, [440], 'piano'))
    expect(dictionarySources(preset.dictionary.atoms)).toContain('piano 2')
    expect(now.sources.at(-1)).toEqual({ name: 'piano 2', atoms: ['piano 2'] })
    expect(new Set(now.sources.map(({ name }) => name)).size).toBe(now.sources.length)
    expect(preset.dictionary.atoms.filter(({ source }) => source === 'piano')).toHaveLength(band.dictionary.atoms.filter(({ source }) => source === 'piano').length)
  })
  test('into a source: it is explained by the new spectra, and keeps its place and its level', () => {
    const placed: Selection = { ...selection, sources: selection.sources.map((source, i) => (i === 1 ? { ...source, gain: -3, places: [{ level: 2, delay: 0 }] } : source)) }
    const result = join(band, lines(band.dictionary.sampleRate, band.dictionary.fftSize, [440]), placed, 1)
    if (typeof result === 'string') throw new Error(result)
    expect(result.selection.sources[1]).toEqual({ ...placed.sources[1], atoms: ['bell'] })
    expect(result.selection.sources).toHaveLength(placed.sources.length)
  })
  test('a finer line that falls between two coarse bins is not lost', () => {
    const coarse = band.dictionary.sampleRate / band.dictionary.fftSize
    const fftSize = band.dictionary.fftSize * 8 > 16_384 ? 16_384 : band.dictionary.fftSize * 8
    const fine = lines(band.dictionary.sampleRate, fftSize, [40.5 * coarse, 60.5 * coarse])
    const { preset, notes } = joined(fine)
    const bins = band.dictionary.fftSize / 2 + 1
    const rows = preset.dictionary.atoms.map(({ source }, i) => ({ source, row: preset.dictionary.spectra.subarray(i * bins, (i + 1) * bins) })).filter(({ source }) => source === 'bell')
    rows.forEach(({ row }, i) => {
      const peak = row.indexOf(Math.max(...row))
      expect(Math.abs(peak - [40.5, 60.5][i]!)).toBeLessThan(1)
      expect(row.reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 4)
    })
    expect(notes.join(' ')).toMatch(/learned through windows of/)
  })
  test('what does not fit says why', () => {
    expect(join(band, lines(16_000, 1024, []), selection, null)).toMatch(/holds no spectra/)
    const many = lines(band.dictionary.sampleRate, band.dictionary.fftSize, Array.from({ length: 500 }, (_, i) => 100 + i))
    expect(join(band, many, selection, null)).toMatch(/\d+ atoms; a preset has at most 512/)
    expect(join(lines(16_000, 1024, [300]), lines(44_100, 2048, [15_000]), selection, null)).toMatch(/above 8000 Hz/)
    const full: Selection = { mask: 'soft', sources: Array.from({ length: 16 }, (_, i) => ({ name: `s${i}` })) }
    expect(join(band, lines(band.dictionary.sampleRate, band.dictionary.fftSize, [440]), full, null)).toMatch(/17 sources; there may be 16/)
  })
})
