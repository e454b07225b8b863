// `npm run bench`: the figures of the README, each with its peer in the same run; those of learning and denoising, which take
// minutes, only where they are named. `npm run bench warm stream` runs some; --json prints one document. What needs the audio beside the
// checkout says so where that is missing.

import { bench as engine, kernelModule } from '../main/bench.ts'
import { report } from '../main/commands/bench.ts'
import { chromium } from './bench/chromium.ts'
import { denoise } from './bench/denoise.ts'
import { denoiseCost } from './bench/denoise-cost.ts'
import { fft } from './bench/fft.ts'
import { hours } from './bench/hours.ts'
import { learn, learnSections } from './bench/learn.ts'
import { notes } from './bench/notes.ts'
import { notesCost } from './bench/notes-cost.ts'
import { presets } from './bench/presets.ts'
import { solvers } from './bench/solvers.ts'
import { stereo } from './bench/stereo.ts'
import { stream } from './bench/stream.ts'
import { views } from './bench/views.ts'
import { warm } from './bench/warm.ts'

type Say = (line: string) => void

const learning = learnSections(kernelModule)
const slow: Readonly<Record<string, (say: Say) => unknown>> = {
  denoise: (say) => denoise(kernelModule(), say),
  'denoise-cost': denoiseCost,
  notes: (say) => notes(kernelModule(), say),
  hours,
  learn: (say) => learn(learning, say),
  ...learning,
}
const sections: Readonly<Record<string, (say: Say) => unknown>> = {
  engine: (say) => {
    const figures = engine()
    say(report(figures))
    return figures
  },
  chromium,
  fft: (say) => fft(kernelModule(), say),
  warm: (say) => warm(kernelModule(), say),
  solvers: (say) => solvers(kernelModule(), say),
  stream,
  'notes-cost': (say) => notesCost(kernelModule(), say),
  presets: (say) => presets(kernelModule(), say),
  views,
  stereo: (say) => stereo(kernelModule(), say),
  ...slow,
}

const words = process.argv.slice(2)
const json = words.includes('--json')
const names = words.filter((word) => word !== '--json')
const unknown = names.find((name) => !Object.hasOwn(sections, name))
if (unknown !== undefined) {
  process.stderr.write(`bench: expected names from ${Object.keys(sections).join(', ')}, got "${unknown}"\n`)
  process.exit(2)
}
const say: Say = (line) => void (json ? process.stderr : process.stdout).write(line + '\n')
const figures: Record<string, unknown> = {}
for (const name of names.length > 0 ? names : Object.keys(sections).filter((name) => !Object.hasOwn(slow, name))) {
  say(`\n${name}`)
  figures[name] = await sections[name]!(say)
  if (figures[name] === null) say('skipped: what it needs is not here')
}
if (json) process.stdout.write(JSON.stringify(figures, null, 2) + '\n')
