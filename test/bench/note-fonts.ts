// Single notes of an instrument that a piece was rendered with, as a person would play them for a calibration: every third
// semitone, soft, medium and loud, by fluidsynth from a sound font of Debian's.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Instrument } from '../../presets/learn/templates.ts'
import { midi, track, type Event } from '../midi-bytes.ts'
import { load, mono } from './audio.ts'

const fonts = '/usr/share/sounds/sf2/'
/** The font of each piece that one is here for. */
export const fontOf: Readonly<Record<string, string>> = { d01: 'FluidR3_GM.sf2', d04: 'TimGM6mb.sf2', d06: 'FluidR3_GM.sf2' }

const LOWEST = 21, HIGHEST = 108, STEP = 3
const VELOCITIES = [45, 75, 105]
const HELD = 1600, GAP = 2400 // ms

/** null where fluidsynth or the font is not. */
export async function notesOf(font: string): Promise<Instrument | null> {
  if (!existsSync(fonts + font) || spawnSync('fluidsynth', ['--version']).status !== 0) return null
  const played = Array.from({ length: Math.floor((HIGHEST - LOWEST) / STEP) + 1 }, (_, i) => LOWEST + STEP * i)
    .flatMap((pitch) => VELOCITIES.map((velocity) => ({ pitch, velocity })))
  const events = played.flatMap(({ pitch, velocity }, i): Event[] => [[i === 0 ? 100 : GAP - HELD, 0x90, pitch, velocity], [HELD, 0x80, pitch, 0]])
  const folder = mkdtempSync(join(tmpdir(), 'winnow-bench-'))
  try {
    writeFileSync(join(folder, 'notes.mid'), midi(0, 500, track(...events)))
    const flags = ['-ni', '-g', '0.6', '-R', '0', '-C', '0', '-r', '44100', '-F', join(folder, 'notes.wav')]
    const { status, stderr } = spawnSync('fluidsynth', [...flags, fonts + font, join(folder, 'notes.mid')], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`fluidsynth: ${stderr.trim().split('\n').at(-1)}`)
    const { sampleRate, channels } = await load(pathToFileURL(join(folder, 'notes.wav')))
    const sound = mono({ channels })
    return played.map(({ pitch, velocity }, i) => {
      const from = Math.round(((GAP * i + 80) * sampleRate) / 1000)
      const note = sound.slice(from, from + Math.round(((GAP - 100) * sampleRate) / 1000))
      return { pitch, recording: { name: `${font} ${pitch} at ${velocity}`, sampleRate, channels: [note] } }
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
}
