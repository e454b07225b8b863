// The live microphone's benchmark: a known voice, four minutes of which are enrolled, and unknown voices, in noises that nothing
// was learned from, beside what others do with the same mixes: the noisy sound itself, log-MMSE, and two RNNoises.
// SI-SDR of the voice in what is heard, and STOI.

import { loadPreset } from '../../main/preset-files.ts'
import { progress } from '../../main/progress.ts'
import type { Preset } from '../../presets/preset.ts'
import { stoi } from '../stoi.ts'
import { siSdr } from './audio.ts'
import { type Group, LEVELS, type Material, material, type Mix, mixAt, RATE } from './denoise-mixes.ts'
import { enrolled, offline, type System, winnow } from './denoise-systems.ts'
import { logMmse } from './log-mmse.ts'
import { rnnoise } from './rnnoise.ts'

export interface Scores {
  readonly system: string
  /** SI-SDR, dB, at each level; their mean. */
  readonly levels: readonly number[]
  readonly mean: number
  /** At 0 dB. */
  readonly stoi: number
  /** At 3 dB, of each kind of noise; babble has some more mixes. */
  readonly kinds: Readonly<Record<string, number>>
  readonly babble: number
}
export interface DenoiseFigures {
  readonly levels: readonly number[]
  readonly known: readonly Scores[]
  readonly unknown: readonly Scores[]
  /** What the preset was learned from although it is tested with it. */
  readonly seen: readonly string[]
}

const KINDS_AT = 3
const STOI_AT = 0
const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length

/** Recordings of the test that a preset names among those it was learned from. */
export const seenBy = ({ learned }: Pick<Preset, 'learned'>, { tested }: Pick<Material, 'tested'>): string[] =>
  learned.files.map((name) => name.replace(/@[\d.]+-[\d.]+$/, '').split(/[/\\]/).at(-1)!).filter((name) => tested.has(name))

export async function scoresOf(system: System, group: Group, advance: () => void): Promise<Scores> {
  const score = async (mix: Mix, level: number) => {
    const cleaned = await system.clean(mixAt(mix, level), RATE)
    if (cleaned.length !== mix.voice.length || !cleaned.every(Number.isFinite)) throw new Error(`${system.name}: expected ${mix.voice.length} finite samples, got others`)
    advance()
    return { dB: siSdr(mix.voice, cleaned), stoi: level === STOI_AT ? stoi(mix.voice, cleaned, RATE) : NaN }
  }
  const kinds: Record<string, number> = {}
  const levels: number[] = []
  let understood = NaN
  for (const level of LEVELS) {
    const all: { dB: number; stoi: number }[] = []
    for (const mix of group.mixes) {
      const one = await score(mix, level)
      if (level === KINDS_AT) kinds[mix.kind] = one.dB
      all.push(one)
    }
    levels.push(mean(all.map(({ dB }) => dB)))
    if (level === STOI_AT) understood = mean(all.map((one) => one.stoi))
  }
  const babble: number[] = []
  for (const mix of group.babble) babble.push((await score(mix, KINDS_AT)).dB)
  return { system: system.name, levels, mean: mean(levels), stoi: understood, kinds, babble: mean(babble) }
}

const noisy: System = { name: 'noisy', clean: (mix) => mix }
const dB = (x: number): string => x.toFixed(1).replace('-', '−')

export async function denoise(module: WebAssembly.Module, say: (line: string) => void): Promise<DenoiseFigures | null> {
  const found = await material()
  if (!found) return null
  const speech = await loadPreset('speech')
  const own = await enrolled(found.enrolment, speech, module)
  const [older, newer] = [await rnnoise('older'), await rnnoise('newer')]
  const peers: System[] = [noisy, { name: 'log-MMSE', clean: logMmse }, { name: 'RNNoise 0.1', clean: older }, { name: 'RNNoise 0.2', clean: newer }]
  const live = (of: Preset, who: string): System[] => [
    winnow(`Winnow${who}, 8 ms`, of, module, 'low'), winnow(`Winnow${who}, 16 ms`, of, module, 'normal'), winnow(`Winnow${who}, 32 ms`, of, module, 'high'),
  ]
  const plain = (of: Preset, who: string): System[] => (of.head ? [winnow(`Winnow${who}, 32 ms, no head`, of, module, 'high', { learned: 0 })] : [])
  const systems = {
    known: [...peers, winnow('Winnow, not enrolled, 32 ms', speech, module, 'high'), ...plain(own, ', enrolled'), ...live(own, ', enrolled'), offline('Winnow, enrolled, --offline', own, module)],
    unknown: [...peers, ...plain(speech, ''), ...live(speech, ''), offline('Winnow, --offline', speech, module)],
  }
  const seen = [...new Set([...seenBy(speech, found), ...seenBy(own, found)])]
  if (seen.length > 0) say(`WARNING: learned from recordings of this very test, so the figures of Winnow say nothing: ${seen.join(', ')}`)

  const figures: Record<Group['name'], Scores[]> = { known: [], unknown: [] }
  const of = found.groups.reduce((sum, { name, mixes, babble }) => sum + systems[name].length * (LEVELS.length * mixes.length + babble.length), 0)
  const bar = progress(process.stderr, 'denoise')
  let done = 0
  try {
    for (const group of found.groups)
      for (const system of systems[group.name])
        figures[group.name].push(await scoresOf(system, group, () => bar.report(++done / of)))
  } finally {
    bar.clear()
  }
  for (const group of found.groups) report(group, figures[group.name], say)
  return { levels: LEVELS, ...figures, seen }
}

function report({ name, mixes, babble }: Group, scores: readonly Scores[], say: (line: string) => void): void {
  const row = (cells: readonly string[]): void => say(`| ${cells.join(' | ')} |`)
  const known = name === 'known'
  row([known ? 'a known voice' : 'unknown voices', ...LEVELS.map((level) => `${String(level).replace('-', '−')} dB`), 'mean', `STOI at ${STOI_AT}`, `babble at ${KINDS_AT}`])
  row(['---', ...Array.from({ length: LEVELS.length + 3 }, () => '--:')])
  for (const { system, levels, mean, stoi, babble } of scores) row([system, ...levels.map(dB), mean.toFixed(2), stoi.toFixed(3), dB(babble)])
  say(`(${mixes.length} mixes of 4 s, each with another noise; SI-SDR in dB; babble: ${babble.length} more)`)
  say('')
  const shown = scores.filter(({ system }) => !/ 8 ms| 16 ms|no head|not enrolled/.test(system))
  row([`${known ? 'a known voice' : 'unknown voices'} at ${KINDS_AT} dB in`, ...shown.map(({ system }) => system)])
  row(['---', ...shown.map(() => '--:')])
  for (const { kind } of mixes) row([kind.replace('_', ' '), ...shown.map(({ kinds }) => dB(kinds[kind]!))])
  say('')
}
