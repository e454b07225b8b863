// Every number a person can turn, in one table. The worklet makes its AudioParams from it, the page its controls,
// the command line its flags, a preset its settings: a row added here appears in all of them. Its column `engine` says
// whose number it is: the separator's, or that of what plays notes; a preset may have both.

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

export type Engine = 'separator' | 'notes'

export const solvers = ['multiplicative', 'proximal', 'least-squares'] as const

export const keys = ['c', 'c#', 'd', 'd#', 'e', 'f', 'f#', 'g', 'g#', 'a', 'a#', 'b'] as const
/** Semitones above the key. */
export const scales = {
  chromatic: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], major: [0, 2, 4, 5, 7, 9, 11], minor: [0, 2, 3, 5, 7, 8, 10],
  'harmonic-minor': [0, 2, 3, 5, 7, 8, 11], 'major-pentatonic': [0, 2, 4, 7, 9], 'minor-pentatonic': [0, 3, 5, 7, 10], blues: [0, 3, 5, 6, 7, 10],
} as const

const row = <Name extends string>(name: Name, label: string, unit: Parameter['unit'], min: number, max: number,
  initial: number, step: number, help: string) => ({ name, label, unit, min, max, initial, step, help })

const choice = <Name extends string>(name: Name, label: string, words: readonly string[], help: string) =>
  ({ ...row(name, label, '', 0, words.length - 1, 0, 1, help), words })

const of = <Of extends Engine, const Rows extends readonly Parameter[]>(engine: Of, rows: Rows) =>
  rows.map((row) => ({ ...row, engine })) as unknown as { readonly [At in keyof Rows]: Rows[At] & { readonly engine: Of } }

export const table = [...of('separator', [
  row('passes', 'Passes', '', 1, 20, 3, 1, 'How often each frame is solved. More is cleaner and costs more.'),
  choice('solver', 'Solver', solvers, 'What finds the activations: multiplicative for any dictionary, proximal with '
    + 'penalties on variation and block for a Euclidean, KL or dual-IS one, least-squares for a Euclidean one. One that does not know '
    + 'a dictionary is refused; turned to while it plays, it leaves the work to multiplicative.'),
  row('steps', 'Steps', '', 1, 4, 4, 1, 'Steps per multiplicative pass. 4 find music sooner; 1 is steadier where noise is learned as it plays.'),
  row('relaxation', 'Relaxation', '', 1, 1.95, 1.25, 0, 'How far each multiplicative step goes: 1 is the plain update, more gets there sooner.'),
  row('sparsity', 'Sparsity', '', 0, 1, 0, 0, 'How strongly few atoms are preferred to many.'),
  row('sparser', 'Sparser in noise', '', 0, 0.5, 0, 0, 'What is added to the sparsity as noise grows louder, by the running SNR that the noise tracker hears: nothing at 12 dB, '
    + 'all of it at −3 dB and below. It needs the tracker, or a preset with a head.'),
  row('variation', 'Variation', '', 0, 4, 0, 0,
    'How strongly the proximal solver holds activations to what they were a frame ago; 1 weighs as much as what is heard.'),
  row('block', 'Block', '', 0, 1, 0, 0, 'What it costs, with the proximal solver, to wake an atom that has been silent lately.'),
  row('gamma', 'Gamma', '', 0.1, 30, 1, 0,
    'The proximal solver smooths a divergence over so many mean bins: less is closer to it and takes more passes.'),
  row('sharpness', 'Sharpness', '', 0.5, 8, 1, 0, 'Exponent of the masks: 1 shares each bin, higher gives it to the strongest.'),
  row('floor', 'Floor', 'dB', -120, -6, -120, 0, 'The least that every source keeps of each bin. Softer artefacts, less separation.'),
  row('sensitivity', 'Sensitivity', 'dB', -24, 24, 0, 0, 'How readily a sound is kept where it is in doubt: above 0 the sources keep more, below 0 the rest takes more.'),
  row('smoothing', 'Smoothing', '', 0, 1, 0, 0, 'Steadies the masks over time and frequency: less flutter, less separation.'),
  row('residue', 'Residue', '', 0, 1, 0, 0, 'How much of what the dictionary cannot explain goes to the rest.'),
  row('learned', 'Learned', '', 0, 1, 1, 0, 'How much a learned judgement of the masks counts, where the preset has one. 0 leaves them as the dictionary says.'),
  row('freeAtoms', 'Free atoms', '', 0, 8, 0, 1, 'Atoms that learn, while it plays, what the dictionary does not know.'),
  row('memory', 'Memory', 's', 0.05, 30, 0.6, 0, 'How long the free atoms remember.'),
  row('tracker', 'Tracker', '', 0, 1, 0, 1, 'One more free atom follows a noise tracker, and the first moments are taken for noise: for speech.'),
  row('hold', 'Hold', '', 0, 1, 0, 1, 'The free atoms stay as they are.'),
  row('listen', 'Listen', '', 0, 1, 0, 1, 'Everything heard now is rest: the free atoms learn all of it.'),
  row('reduction', 'Reduction', 'dB', 0, 80, 0, 0, 'How far the rest is turned down in the mix.'),
  row('wet', 'Wet', '', 0, 1, 1, 0, '0 is the input, 1 the separated mix.'),
  row('level', 'Level', 'dB', -24, 24, 0, 0, 'Level of the mix.'),
  row('bypass', 'Bypass', '', 0, 1, 0, 1, 'Hear the input, delayed by the same latency.'),
  row('matched', 'Matched', '', 0, 1, 0, 1, 'Bypass is as loud as the result, so that only the sound differs.'),
]), ...of('notes', [
  choice('timing', 'Timing', ['accurate', 'fast'], 'Hear a note a little longer before saying which one it is, or answer about 15 ms sooner.'),
  choice('judge', 'Judge', ['learned', 'plain'], 'What says that a note begins: the learned head, where the preset has one, or plain thresholds.'),
  row('threshold', 'Threshold', '', 0.05, 0.95, 0.5, 0, 'How sure a note must be to begin: less finds more notes, more finds fewer wrong ones.'),
  row('quietest', 'Quietest', 'dB', -110, -10, -66, 0, 'No note begins below this, however silent the rest is.'),
  row('loudest', 'Loudest', 'dB', -60, 40, 2, 0, 'A note as loud as this gets the velocity 127.'),
  row('touch', 'Touch', 'dB', 6, 90, 48, 0, 'From the velocity 127 down to 1.'),
  row('release', 'Release', '', 0.01, 0.9, 0.1, 0, 'A note ends when this share of its loudest moment is left.'),
  row('sustain', 'Sustain', 's', 0, 4, 0, 0, 'How long a note is held after that.'),
  row('shortest', 'Shortest', 's', 0, 1, 0.04, 0, 'No note ends sooner than this after it began.'),
  row('refractory', 'Refractory', 's', 0.02, 0.5, 0.06, 0, 'No key is struck twice within this.'),
  row('restrike', 'Re-strike', 'dB', 0.5, 24, 6, 0, 'How far a note that sounds must rise again to be a new one; a fifth of it where it sounds like a stroke.'),
  row('octaves', 'Octaves', '', 0, 1, 0.2, 0, 'How strongly a note is doubted that others sounding now would explain by their overtones.'),
  row('lowest', 'Lowest', '', 0, 127, 0, 1, 'The lowest MIDI note that may be played.'),
  row('highest', 'Highest', '', 0, 127, 127, 1, 'The highest MIDI note that may be played.'),
  choice('scale', 'Scale', Object.keys(scales), 'Only notes of this scale are played.'),
  choice('key', 'Key', keys, 'The first note of the scale.'),
  row('bends', 'Bends', '', 0, 1, 0, 1, 'Follows slides and vibrato, where one note sounds at a time.'),
])] as const

type RowOf<Of extends Engine> = Extract<(typeof table)[number], { engine: Of }>
const rowsOf = <Of extends Engine>(engine: Of): readonly RowOf<Of>[] => table.filter((p): p is RowOf<Of> => p.engine === engine)

/** The separator's rows, and those of what plays notes. */
export const parameters = rowsOf('separator')
export const noteParameters = rowsOf('notes')

export type ParameterName = RowOf<'separator'>['name']
export type Settings = Record<ParameterName, number>
export type NoteSettings = Record<RowOf<'notes'>['name'], number>
/** What a preset may hold: rows of any engine. */
export type AllSettings = Settings & NoteSettings

/** The settings of one quantum, as AudioWorklet delivers them: one value, or one per sample. */
export type Automation = Record<ParameterName, Float32Array>

export const initialSettings = (): Settings =>
  Object.fromEntries(parameters.map((p) => [p.name, p.initial])) as Settings
export const initialNoteSettings = (): NoteSettings =>
  Object.fromEntries(noteParameters.map((p) => [p.name, p.initial])) as NoteSettings

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

export const parameterNamed = (name: string): Parameter | undefined => table.find((p) => p.name === name)

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
export function readSettings(json: unknown, where = 'settings'): Partial<AllSettings> {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new TypeError(`${where}: expected an object of parameter values, got ${JSON.stringify(json)}`)
  const settings: Partial<AllSettings> = {}
  for (const [name, value] of Object.entries(json)) {
    const p = parameterNamed(name)
    if (!p) throw new RangeError(`${where}: expected names from the parameter table, got "${name}"`)
    settings[p.name as keyof AllSettings] = checkValue(p, value)
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
