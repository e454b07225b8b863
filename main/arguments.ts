// What was typed, made of a table of flags: read strictly, and explained by --help from the same rows.

import { type AllSettings, type Engine, fromText, isSwitch, table, toText, type Parameter } from '../worklet/parameters.ts'
import { UserError, asked } from './user-error.ts'

export interface Flag {
  /** Without the two hyphens. */
  readonly name: string
  /** What follows it, for --help; null for a flag that stands alone. With … it takes every word up to the next flag. */
  readonly value: string | null
  readonly help: string
}

export interface Shape {
  /** The command, as it begins every sentence. */
  readonly name: string
  /** What stands without a flag; a name with … takes one or more, in brackets none or more. */
  readonly positionals: readonly string[]
  readonly flags: readonly Flag[]
  /** Whose rows of the parameter table are flags too. */
  readonly parameters?: Engine
}

export interface Arguments {
  readonly positionals: readonly string[]
  readonly settings: Partial<AllSettings>
  has(flag: string): boolean
  /** The text behind a flag, or undefined where the flag was not given. */
  text(flag: string): string | undefined
  /** The words behind a flag that takes several; none where it was not given. */
  words(flag: string): readonly string[]
}

export const everywhere: readonly Flag[] = [
  { name: 'json', value: null, help: 'One JSON document on stdout instead of text.' },
  { name: 'help', value: null, help: 'This text.' },
]

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => '-' + letter.toLowerCase())

/** The rows of the parameter table as flags. Switches may stand alone, which means on. */
const rowsOf = (engine: Engine | undefined): readonly Parameter[] => table.filter((p) => p.engine === engine)

export const parameterFlags = (engine: Engine | undefined): readonly Flag[] => rowsOf(engine).map((p: Parameter) => ({
  name: kebab(p.name),
  value: isSwitch(p) ? '[on|off]' : p.words?.join('|') ?? (p.unit || 'X'),
  help: `${p.help}${isSwitch(p) ? '' : ` ${p.words ? `Else ${toText(p, p.initial)}` : `${p.min} to ${p.max}${p.unit && ' ' + p.unit}, else ${p.initial}`} or what the preset says.`}`,
}))

const parameterOf = (engine: Engine | undefined, flag: string): Parameter | undefined => rowsOf(engine).find((p) => kebab(p.name) === flag || p.name === flag)

export function readArguments(shape: Shape, words: readonly string[]): Arguments {
  const { name } = shape
  const flags = [...shape.flags, ...everywhere]
  const positionals: string[] = []
  const texts = new Map<string, string>()
  const lists = new Map<string, string[]>()
  const settings: Partial<AllSettings> = {}
  const known = (): string => [...flags, ...parameterFlags(shape.parameters)].map((flag) => '--' + flag.name).join(', ')

  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    if (word === '--') { positionals.push(...words.slice(i + 1)); break }
    if (word === '-h') { texts.set('help', ''); continue }
    if (!word.startsWith('-') || word === '-') { positionals.push(word); continue }
    const [, typed, attached] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? []
    const row = typed !== undefined ? parameterOf(shape.parameters, typed) : undefined
    const flag = flags.find((f) => f.name === typed)
    if (typed === undefined || !flag && !row) throw new UserError(`${name}: unknown flag ${word.split('=')[0]} (known: ${known()})`)
    if (texts.has(typed) || row && row.name in settings) throw new UserError(`${name}: --${typed} is given twice`)
    const next = words[i + 1]
    let value = attached
    if (row && isSwitch(row)) {
      if (value === undefined && (next === 'on' || next === 'off')) value = words[++i]
      value ??= 'on'
    } else if (row || flag!.value !== null) {
      if (value === undefined && next !== undefined && !next.startsWith('--')) value = words[++i]
      if (value === undefined)
        throw new UserError(`${name}: --${typed}: expected ${row ? 'a number' : flag!.value} behind it, `
          + `got ${next === undefined ? 'nothing' : next}`)
    } else if (value !== undefined) throw new UserError(`${name}: --${typed}: expected no value, got "${value}"`)
    if (!row && flag!.value !== null && value === '') throw new UserError(`${name}: --${typed}: expected ${flag!.value}, got ""`)
    if (flag?.value?.endsWith('…')) {
      const list = [value!]
      while (words[i + 1] !== undefined && !words[i + 1]!.startsWith('--')) list.push(words[++i]!)
      lists.set(typed, list)
    }
    if (row) settings[row.name as keyof AllSettings] = asked(() => fromText(row, value!), name)
    else texts.set(typed, value ?? '')
  }
  if (!texts.has('help')) checkPositionals(shape, positionals)
  return { positionals, settings, has: (flag) => texts.has(flag), text: (flag) => texts.get(flag), words: (flag) => lists.get(flag) ?? [] }
}

function checkPositionals({ name, positionals: expected }: Shape, given: readonly string[]): void {
  const endless = expected.some((word) => /…\]?$/.test(word))
  const least = expected.filter((word) => !word.startsWith('[')).length
  const wanted = expected.length === 0 ? 'nothing without a flag' : expected.join(' ')
  if (given.length < least || !endless && given.length > expected.length)
    throw new UserError(`${name}: expected ${wanted}, `
      + `got ${given.length === 0 ? 'nothing' : given.map((word) => JSON.stringify(word)).join(' ')}`)
  const empty = given.findIndex((word) => word === '')
  if (empty >= 0) throw new UserError(`${name}: expected a name for ${expected[Math.min(empty, expected.length - 1)]}, got ""`)
}

/** The value of a flag as one of a few words. */
export function oneOf<T extends string>(args: Arguments, command: string, flag: string, words: readonly T[], initial: T): T {
  const text = args.text(flag)
  if (text === undefined) return initial
  const word = words.find((w) => w === text)
  if (word === undefined) throw new UserError(`${command}: --${flag}: expected ${words.join(', ')}, got "${text}"`)
  return word
}

/** A number that is not negative. */
export function amount(args: Arguments, command: string, flag: string): number | undefined {
  const text = args.text(flag)
  const value = text === undefined || text.trim() === '' ? NaN : Number(text)
  if (text !== undefined && !(value >= 0 && value < Infinity))
    throw new UserError(`${command}: --${flag}: expected a number that is not negative, got "${text}"`)
  return text === undefined ? undefined : value
}

/** Two moments as "0..0.5", in seconds. */
export function passage(args: Arguments, command: string, flag: string): { from: number; to: number } | null {
  const text = args.text(flag)
  if (text === undefined) return null
  const [, from = NaN, to = NaN] = (/^(\d+(?:\.\d+)?|\.\d+)\.\.(\d+(?:\.\d+)?|\.\d+)$/.exec(text) ?? []).map(Number)
  if (!(to > from))
    throw new UserError(`${command}: --${flag}: expected two moments in seconds as "0..0.5", the earlier first, got "${text}"`)
  return { from, to }
}

export function wholeNumber(args: Arguments, command: string, flag: string, min: number, max: number, initial: number): number {
  const text = args.text(flag)
  if (text === undefined) return initial
  const value = /^\d{1,6}$/.test(text) ? Number(text) : NaN
  if (!(value >= min && value <= max))
    throw new UserError(`${command}: --${flag}: expected a whole number from ${min} to ${max}, got "${text}"`)
  return value
}

const WIDTH = 100

function wrapped(text: string, indent: number): string {
  const lines = ['']
  for (const word of text.split(' ')) {
    const last = lines.length - 1
    if (lines[last] !== '' && lines[last]!.length + word.length + 1 > WIDTH - indent) lines.push(word)
    else lines[last] += (lines[last] === '' ? '' : ' ') + word
  }
  return lines.join('\n' + ' '.repeat(indent))
}

const INDENT = 26

export function helpText(shape: Shape, usage: string, about: string): string {
  const row = ({ name, value, help }: Flag): string => {
    const head = `  --${name}${value === null ? '' : ' ' + value}`
    return head + (head.length < INDENT ? ' '.repeat(INDENT - head.length) : '\n' + ' '.repeat(INDENT)) + wrapped(help, INDENT)
  }
  return [
    wrapped(about, 0), '', `  ${usage}`, '',
    ...shape.flags.map(row), ...everywhere.map(row),
    ...(shape.parameters ? ['', 'Parameters:', ...parameterFlags(shape.parameters).map(row)] : []), '',
  ].join('\n')
}
