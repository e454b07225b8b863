// What the tests of `winnow learn` share: a folder for each test with recordings in it, and the command in that folder.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach } from 'vitest'
import { readPreset, type Preset } from '../presets/preset.ts'
import { scratch, winnow } from './cli-fixtures.ts'
import { melody, noise } from './signals.ts'
import { wav } from './sound-files.ts'

export const RATE = 16_000

/** Two melodies in rec/, a stereo hiss.wav and a text. `folder` is that of the test that runs. */
export function learning() {
  const root = scratch()
  let round = 0
  const here = {
    folder: root,
    learn: (...words: string[]) => winnow(['learn', join(here.folder, 'out.preset'), ...words]),
    read: (name = 'out.preset'): Preset => readPreset(new Uint8Array(readFileSync(join(here.folder, name))), name),
  }
  beforeEach(() => {
    here.folder = join(root, String(round++))
    mkdirSync(join(here.folder, 'rec'), { recursive: true })
    writeFileSync(join(here.folder, 'rec/a1.wav'), wav([melody(RATE, RATE, 200)], RATE))
    writeFileSync(join(here.folder, 'rec/a2.wav'), wav([melody(RATE, RATE, 200, 8)], RATE))
    writeFileSync(join(here.folder, 'rec/readme.txt'), 'no sound')
    writeFileSync(join(here.folder, 'hiss.wav'), wav([noise(RATE, 1), noise(RATE, 2)], RATE))
  })
  return here
}

/** What a shell makes of a recorded command. */
export const words = (command: string): string[] =>
  [...command.matchAll(/(?:[^\s'\\]|'[^']*'|\\.)+/g)].map(([word]) => word.replace(/'([^']*)'|\\(.)/g, '$1$2'))
