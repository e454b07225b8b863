// Every number a person can turn, in one table. The worklet makes its AudioParams from it, the page its controls,
// the command line its flags, a preset its settings: a row added here appears in all of them.

import { type Divergence, divergenceText } from './dictionary.ts'

export interface Parameter {
  readonly name: string
  readonly label: string
  readonly unit: '' | 'dB' | 's'
  readonly min: number
  readonly max: number
  readonly initial: number
  /** The grid a control moves on; 0 for continuous. A row with min 0, max 1 and step 1 is a switch. */
  readonly step: number
  readonly help: string
  /** What the values from 0 on are called, where they are choices and not amounts. */
  readonly words?: readonly string[]
}

export const solvers = ['multiplicative', 'proximal', 'least-squares'] as const

const row = <Name extends string>(name: Name, label: string, unit: Parameter['unit'], min: number, max: number,
  initial: number, step: number, help: string) => ({ name, label, unit, min, max, initial, step, help })

const choice = <Name extends string>(name: Name, label: string, words: readonly string[], help: string) =>
  ({ ...row(name, label, '', 0, words.length - 1, 0, 1, help), words })

export const parameters = [
  row('passes', 'Passes', '', 1, 20, 3, 1, 'How often each frame is solved. More is cleaner and costs more.'),
  choice('solver', 'Solver', solvers, 'What finds the activations: multiplicative for any dictionary, proximal with '
    + 'penalties on variation and block for a Euclidean, KL or dual-IS one, least-squares for a Euclidean one. One that does not know '
    + 'a dictionary is refused; turned to while it plays, it leaves the work to multiplicative.'),
  row('steps', 'Steps', '', 1, 4, 4, 1, 'Steps per multiplicative pass. 4 find music sooner; 1 is steadier where noise is learned as it plays.'),
  row('relaxation', 'Relaxation', '', 1, 1.95, 1.25, 0, 'How far each multiplicative step goes: 1 is the plain update, more gets there sooner.'),
  row('sparsity', 'Sparsity', '', 0, 1, 0, 0, 'How strongly few atoms are preferred to many.'),
  row('variation', 'Variation', '', 0, 4, 0, 0,
    'How strongly the proximal solver holds activations to what they were a frame ago; 1 weighs as much as what is heard.'),
  row('block', 'Block', '', 0, 1, 0, 0, 'What it costs, with the proximal solver, to wake an atom that has been silent lately.'),
  row('gamma', 'Gamma', '', 0.1, 30, 1, 0,
    'The proximal solver smooths a divergence over so many mean bins: less is closer to it and takes more passes.'),
  row('sharpness', 'Sharpness', '', 0.5, 8, 1, 0, 'Exponent of the masks: 1 shares each bin, higher gives it to the strongest.'),
  row('floor', 'Floor', 'dB', -120, -6, -120, 0, 'The least that every source keeps of each bin. Softer artefacts, less separation.'),
  row('residue', 'Residue', '', 0, 1, 0, 0, 'How much of what the dictionary cannot explain goes to the rest.'),
  row('freeAtoms', 'Free atoms', '', 0, 8, 0, 1, 'Atoms that learn, while it plays, what the dictionary does not know.'),
  row('memory', 'Memory', 's', 0.05, 30, 0.6, 0, 'How long the free atoms remember.'),
  row('hold', 'Hold', '', 0, 1, 0, 1, 'The free atoms stay as they are.'),
  row('listen', 'Listen', '', 0, 1, 0, 1, 'Everything heard now is rest: the free atoms learn all of it.'),
  row('reduction', 'Reduction', 'dB', 0, 80, 0, 0, 'How far the rest is turned down in the mix.'),
  row('wet', 'Wet', '', 0, 1, 1, 0, '0 is the input, 1 the separated mix.'),
  row('level', 'Level', 'dB', -24, 24, 0, 0, 'Level of the mix.'),
  row('bypass', 'Bypass', '', 0, 1, 0, 1, 'Hear the input, delayed by the same latency.'),
] as const satisfies readonly Parameter[]

export type ParameterName = (typeof parameters)[number]['name']
export type Settings = Record<ParameterName, number>

/** The settings of one quantum, as AudioWorklet delivers them: one value, or one per sample. */
export type Automation = Record<ParameterName, Float32Array>

export const initialSettings = (): Settings =>
  Object.fromEntries(parameters.map((p) => [p.name, p.initial])) as Settings

export const constantAutomation = (settings: Settings): Automation =>
  Object.fromEntries(parameters.map((p) => [p.name, Float32Array.of(settings[p.name])])) as Automation

/** Sample `i` of an automated row. */
export const valueAt = (values: Float32Array, i: number): number => values[values.length > 1 ? i : 0]!

const order: readonly ParameterName[] = parameters.map((p) => p.name)
/** Rows that count: an AudioParam that ramps passes through values between. */
const whole: readonly boolean[] = parameters.map((p) => p.step === 1)

/** Brings `settings` to sample `i` of every row. */
export function follow(settings: Settings, automation: Automation, i: number): void {
  for (let row = 0; row < order.length; row++) {
    const asked = valueAt(automation[order[row]!], i)
    const value = whole[row] ? Math.round(asked) : asked
    if (value !== settings[order[row]!]) settings[order[row]!] = value // a store by name makes garbage: only of news
  }
}

export const isSwitch = (p: Parameter): boolean => p.step === 1 && p.min === 0 && p.max === 1 && !p.words

export const parameterNamed = (name: string): Parameter | undefined => parameters.find((p) => p.name === name)

/** The text a person reads and types, and its inverse: `fromText(p, toText(p, x))` is x. */
export const toText = (p: Parameter, value: number): string =>
  isSwitch(p) ? (value ? 'on' : 'off') : p.words?.[value] ?? String(value) + (p.unit && ' ' + p.unit)

export function fromText(p: Parameter, text: string): number {
  const word = text.trim().toLowerCase()
  if (isSwitch(p) && (word === 'on' || word === 'off')) return word === 'on' ? 1 : 0
  const named = p.words?.indexOf(word) ?? -1
  if (named >= 0) return named
  const digits = (p.unit && word.endsWith(p.unit.toLowerCase()) ? word.slice(0, -p.unit.length) : word).trim().replace('−', '-')
  return checkValue(p, digits === '' ? NaN : Number(digits), `"${text}"`)
}

/** The one door for numbers from outside: in range and, where the row has a grid, on it; else a sentence. */
export function checkValue(p: Parameter, value: unknown, shown = JSON.stringify(value)): number {
  if (typeof value !== 'number' || !(value >= p.min && value <= p.max))
    throw new RangeError(`${p.name}: expected ${isSwitch(p) ? 'on or off' : p.words ? `${p.words.join(', ')} (or ${p.min} to ${p.max})` : `a number from ${p.min} to ${p.max}${p.unit && ' ' + p.unit}`}, got ${shown}`)
  if (p.step && Math.abs((value - p.min) / p.step - Math.round((value - p.min) / p.step)) > 1e-9)
    throw new RangeError(`${p.name}: expected a multiple of ${p.step}, got ${shown}`)
  return value
}

/** Checks a JSON object of settings; rows it does not name stay unset. Unknown names are an error. */
export function readSettings(json: unknown, where = 'settings'): Partial<Settings> {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new TypeError(`${where}: expected an object of parameter values, got ${JSON.stringify(json)}`)
  const settings: Partial<Settings> = {}
  for (const [name, value] of Object.entries(json)) {
    const p = parameterNamed(name)
    if (!p) throw new RangeError(`${where}: expected names from the parameter table, got "${name}"`)
    settings[p.name as ParameterName] = checkValue(p, value)
  }
  return settings
}

/** The divergences that a solver knows; null: every one that a dictionary may have. */
const divergencesOf: readonly (readonly string[] | null)[] = [null, ['euc', 'kl', 'dual-is'], ['euc']]

/** Why a dictionary of this divergence cannot be played with this solver, as one sentence; null where it can. */
export function refusal(divergence: Divergence, solver: number): string | null {
  const names = divergencesOf[solver]
  return !names || names.includes(divergenceText(divergence)) ? null
    : `solver: expected a dictionary of divergence ${names.join(', ')} for ${solvers[solver]}, got one of ${divergenceText(divergence)}`
}

/** The door for settings that are to be played with a dictionary of this divergence. */
export function checkSolver<Values extends Partial<Settings>>(divergence: Divergence, settings: Values): Values {
  const sentence = refusal(divergence, settings.solver ?? 0)
  if (sentence !== null) throw new RangeError(sentence)
  return settings
}
