// The map of keys, made of the table alone: for help, and for the README.

import { commands, places, viewKeys } from '../commands.ts'
import type { Command, Place } from '../commands.ts'
import { keyText } from './keys.ts'

export interface MapRow { readonly keys: readonly string[]; readonly label: string }
export interface MapPart { readonly place: Place; readonly title: string; readonly rows: readonly MapRow[] }

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)
const rowOf = ({ keys = [], label, short }: Command): MapRow => ({ keys, label: short ?? lower(label).replace(/…$/, '') })

/** Nine rows that differ by their number are one. */
function digitsAsOne(all: readonly Command[]): MapRow[] {
  const isDigit = ({ name }: Command): boolean => /^source\d$/.test(name)
  const [digits, first] = [all.filter(isDigit), all.findIndex(isDigit)]
  const rows = all.filter((command) => !isDigit(command)).map(rowOf)
  if (digits.length > 0) rows.splice(first, 0, { keys: [`${digits[0]!.keys![0]!} … ${digits.at(-1)!.keys![0]!}`], label: 'a source' })
  return rows
}

/** Every key there is, in the order of the table; a command without keys is in the menus only. */
export const keyMap = (): readonly MapPart[] => (Object.keys(places) as Place[]).map((place): MapPart => ({
  place, title: places[place].title,
  rows: [
    ...digitsAsOne(commands.filter(({ where, keys }) => where === place && keys !== undefined)),
    ...viewKeys.filter(({ where }) => where === place).map(({ keys, label }) => ({ keys, label })),
  ],
})).filter(({ rows }) => rows.length > 0)

/** As the README has it. */
export const keyTable = (): string => [
  '| where | keys |', '|---|---|',
  ...keyMap().map(({ title, rows }) =>
    `| ${title} | ${rows.map(({ keys, label }) => `${keys.map((key) => '`' + keyText(key) + '`').join(' ')} ${label}`).join('; ')} |`),
].join('\n')
