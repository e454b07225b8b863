// The laws that matter to a person's ears, for the presets as they ship: exact latency, and everything adds up.

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readPreset } from '../presets/preset.ts'
import { dictionarySources } from '../worklet/dictionary.ts'
import { wholeDictionary, type Selection } from '../worklet/selection.ts'
import { Notes } from '../worklet/notes.ts'
import { delayed, nullDb, rig } from './engine.ts'
import { plainKernel } from './kernels.ts'
import { piece } from './note-sounds.ts'
import { errorDb } from './reference.ts'
import { melody, noise } from './signals.ts'

const folder = new URL('../presets/', import.meta.url)
const names = ['speech', 'band', 'piano', 'guitar', 'field']
const MOST_BYTES = 1e6 // each travels with the page

const signal = (sampleRate: number, channel: number): Float32Array => {
  const air = noise(Math.round(0.5 * sampleRate), 3 + channel, 0.05)
  return melody(air.length, sampleRate, 180, 4 + channel).map((x, i) => x + air[i]!)
}

describe.each(names)('%s', (name) => {
  const { dictionary, settings, selection, learned, description, head } = readPreset(new Uint8Array(readFileSync(new URL(`${name}.preset`, folder))), name)
  const sources = dictionarySources(dictionary.atoms)
  const used: Selection = sources.length > 0 ? selection ?? wholeDictionary(sources)
    : { mask: 'wiener', sources: [{ name: 'left', places: [{ level: -6, delay: 0 }] }, { name: 'right', places: [{ level: 6, delay: 0 }] }] }

  test('says what it is and how it was learned, and is the file that SOURCES.md describes', () => {
    expect(description!.length).toBeGreaterThan(40)
    expect(learned.files.length > 0).toBe(sources.length > 0)
    const bytes = readFileSync(new URL(`${name}.preset`, folder))
    expect(bytes.length).toBeLessThan(MOST_BYTES)
    const told = readFileSync(new URL('SOURCES.md', folder), 'utf8')
    expect(told).toContain(createHash('sha256').update(bytes).digest('hex'))
    expect(learned.licences.length > 0).toBe(sources.length > 0)
    for (const licence of learned.licences) expect(told).toContain(licence)
    // what the file remembers is what SOURCES.md tells to type, but for how lines are broken
    const plain = (text: string): string => text.replace(/\\\n\s*/g, '').replace(/["']/g, '').replace(/\s+/g, ' ')
    for (const command of learned.command.split(' && ')) {
      expect(command).toMatch(/^winnow learn /)
      for (const flag of command.match(/--[a-z-]+(?: (?!--)\S+)?/g)!) expect(plain(told)).toContain(plain(flag))
    }
  })

  test.each([16000, 44100, 48000, 88200, 96000])('at %i Hz sources and rest null against the delayed input at −120 dB, in both modes', (sampleRate) => {
    for (const mode of ['direct', 'sliced'] as const) {
      const input = [signal(sampleRate, 0), signal(sampleRate, 1)]
      const { separator, run } = rig({ dictionary, selection: used, settings, ...(head && { head }), sampleRate, channels: 2, mode })
      const stems = run(input)
      expect(nullDb(stems, input, separator.latencySamples), mode).toBeLessThan(-120)
      expect(stems.slice(0, -1).some(([stem]) => stem!.some((x) => Math.abs(x) > 1e-3))).toBe(true) // the sources hold something
    }
  })

  test.each([44100, 48000, 96000])('at %i Hz masks of one are the input, delayed by exactly the latency that is declared', (sampleRate) => {
    const { separator, run } = rig({ dictionary, selection: { mask: 'soft', sources: [{ name: 'all' }] }, settings: { ...settings, floor: -120 }, ...(head && { head }), sampleRate })
    const input = signal(sampleRate, 0)
    expect(errorDb(run([input])[0]![0]!, delayed(input, separator.latencySamples))).toBeLessThan(-115)
  })
})

describe.each(['piano', 'guitar'])('%s plays notes', (name) => {
  const { dictionary, head } = readPreset(new Uint8Array(readFileSync(new URL(`${name}.preset`, folder))), name)

  test.each([44100, 48000])('at %i Hz its head takes what the engine tells it, and hears a note of another instrument once', (sampleRate) => {
    for (const timing of [0, 1]) {
      const notes = new Notes({ module: plainKernel, dictionary, head, sampleRate, channels: 1, settings: { timing } })
      const on: number[] = []
      notes.onEvent = (event) => { if (event.type === 'on') on.push(event.pitch) }
      notes.process([piece([{ onset: 0.3, offset: 1.1, pitch: 60, velocity: 90 }], 1.5, 0, sampleRate)])
      notes.flush()
      expect(on, `timing ${timing}`).toEqual([60])
      expect(notes.lag).toBeLessThan(timing === 0 ? 0.065 : 0.055)
      expect(notes.gains.some((gain) => gain !== 0)).toBe(true)
    }
  })
})
