// What is typed: flags from the table, one sentence for each mistake, and help that shows all of it.

import { describe, expect, test } from 'vitest'
import { readArguments } from '../main/arguments.ts'
import { run } from '../main/command-line.ts'
import { commands } from '../main/commands/index.ts'
import { isSwitch, parameters, table, toText } from '../worklet/parameters.ts'
import { winnow } from './cli-fixtures.ts'

const shape = { name: 'try', positionals: ['IN', 'OUT'], parameters: 'separator' as const, flags: [{ name: 'out', value: 'DIR', help: 'x' }, { name: 'force', value: null, help: 'x' }] }
const read = (...words: string[]): ReturnType<typeof readArguments> => readArguments(shape, words)
const kebab = (name: string): string => '--' + name.replace(/[A-Z]/g, (letter) => '-' + letter.toLowerCase())

describe('accepted', () => {
  test('in any order, with a space or an equals sign, and names behind --', () => {
    for (const words of [['a', '--out', 'dir', 'b'], ['--out=dir', 'a', 'b'], ['--out', 'dir', '--', 'a', 'b']]) {
      const args = read(...words)
      expect([args.positionals, args.text('out'), args.has('force')]).toEqual([['a', 'b'], 'dir', false])
    }
    expect(read('--force', '--', '--a', '-b').positionals).toEqual(['--a', '-b'])
  })
  test('every row of the parameter table, at its ends, by both spellings', () => {
    for (const p of parameters)
      for (const value of [p.min, p.max])
        for (const flag of [kebab(p.name), '--' + p.name]) {
          expect(read('a', 'b', flag, toText(p, value)).settings).toEqual({ [p.name]: value })
          expect(read('a', 'b', `${flag}=${toText(p, value)}`).settings).toEqual({ [p.name]: value })
        }
  })
  test('a switch that stands alone is on, whatever follows', () => {
    for (const p of parameters.filter(isSwitch)) expect(read(kebab(p.name), 'a', 'b')).toMatchObject({ settings: { [p.name]: 1 }, positionals: ['a', 'b'] })
  })
  test('several words behind one flag, up to the next, and positionals that may be missing', () => {
    const several = { name: 'try', positionals: ['OUT', '[IN…]'], flags: [{ name: 'against', value: 'FILES…', help: 'x' }, { name: 'force', value: null, help: 'x' }] }
    const args = readArguments(several, ['a', '--against', 'b', 'c', '--force', 'd'])
    expect([args.positionals, args.words('against'), args.words('force')]).toEqual([['a', 'd'], ['b', 'c'], []])
    expect(readArguments(several, ['a', '--against=b', 'c']).words('against')).toEqual(['b', 'c'])
    expect(() => readArguments(several, ['--force'])).toThrow(/expected OUT \[IN…\], got nothing/)
    expect(() => readArguments(several, ['a', '--against', '--force'])).toThrow(/--against: expected FILES… behind it, got --force/)
  })
  test('negative numbers are values', () => { expect(read('a', 'b', '--floor', '-40').settings).toEqual({ floor: -40 }) })
})

describe('refused with one sentence', () => {
  const mistakes: readonly (readonly [readonly string[], RegExp])[] = [
    [['a', 'b', '--what'], /^try: unknown flag --what \(known: --out, --force, --json, --help, --passes, .*--bypass\b.*\)$/],
    [['a', 'b', '-x'], /unknown flag -x/], [['a', 'b', '--what=1'], /unknown flag --what /],
    [['a'], /expected IN OUT, got "a"/], [[], /expected IN OUT, got nothing/], [['a', 'b', 'c'], /expected IN OUT, got "a" "b" "c"/], [['a', ''], /expected a name for OUT, got ""/],
    [['a', 'b', '--out'], /--out: expected DIR behind it, got nothing/], [['a', 'b', '--out', '--force'], /--out: expected DIR behind it, got --force/],
    [['a', 'b', '--force=yes'], /--force: expected no value, got "yes"/], [['a', 'b', '--out', 'x', '--out', 'y'], /--out is given twice/],
    [['a', 'b', '--passes', '3', '--passes', '4'], /--passes is given twice/], [['a', 'b', '--passes'], /--passes: expected a number behind it, got nothing/],
    [['a', 'b', '--passes', '21'], /passes: expected a number from 1 to 20, got "21"/], [['a', 'b', '--passes', '2.5'], /expected a multiple of 1/],
    [['a', 'b', '--floor', 'low'], /floor: expected a number from -120 to -6 dB, got "low"/], [['a', 'b', '--bypass=maybe'], /bypass: expected on or off/],
    [['a', 'b', '--passes', 'NaN'], /got "NaN"/], [['a', 'b', '--passes', ''], /got ""/], [['a', 'b', '--constructor', '1'], /unknown flag --constructor/],
  ]
  for (const [words, sentence] of mistakes) test(words.join(' ') || 'nothing', () => { expect(() => read(...words)).toThrow(sentence) })
})

describe('help', () => {
  test('of the program names every command', async () => {
    const { code, out, err } = await winnow(['--help'])
    expect([code, err]).toEqual([0, ''])
    for (const { name } of commands) expect(out).toContain(`winnow ${name}`)
    expect(await winnow(['-h'])).toEqual({ code, out, err })
  })
  for (const command of commands)
    test(`of ${command.name} names every flag, whatever else is typed`, async () => {
      const { code, out } = await winnow([command.name, 'x', 'y', 'z', '--help'])
      expect(code).toBe(0)
      for (const flag of [...command.flags.map(({ name }) => '--' + name), '--json', '--help', ...table.filter((row) => row.engine === command.parameters).map(({ name }) => kebab(name))])
        expect(out).toMatch(new RegExp(`^  ${flag}\\b`, 'm'))
      expect(Math.max(...out.split('\n').filter((line) => !line.startsWith('  winnow')).map((line) => line.length))).toBeLessThanOrEqual(110)
    })
  test('an unknown command, or none, is 2 and names what there is', async () => {
    for (const words of [['mix'], [], ['--json'], ['constructor']]) {
      const { code, out, err } = await winnow(words)
      expect([code, out]).toEqual([2, ''])
      expect(err).toMatch(/^winnow: expected a command \(separate, denoise, .*\), got .*\n$/)
    }
  })
  test('only a fault of ours is 1, and it asks for a report', async () => {
    let err = ''
    const broken = { write: () => { throw new TypeError('not a function') } }
    expect(await run(['--version'], { stdout: broken, stderr: { write: (text) => { err += text } }, signal: new AbortController().signal })).toBe(1)
    expect(err).toMatch(/^winnow: a fault of Winnow, please report it: TypeError: not a function\n/)
  })
  test('the version', async () => { expect(await winnow(['--version'])).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string }) })
})
