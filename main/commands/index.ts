// The table of commands.

import { bench } from './bench.ts'
import type { Command } from './command.ts'
import { denoise } from './denoise.ts'
import { factor } from './factor.ts'
import { field } from './field.ts'
import { learn } from './learn.ts'
import { notes } from './notes.ts'
import { presets } from './presets.ts'
import { score } from './score.ts'
import { separate } from './separate.ts'

export const commands: readonly Command[] = [
  separate,
  denoise,
  notes,
  field,
  learn,
  factor,
  score,
  presets,
  bench,
]
