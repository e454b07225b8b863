import { expect, test } from 'vitest'
import { readSelection, wholeDictionary } from '../worklet/selection.ts'

const known = ['piano', 'guitar']
const whole = {
  mask: 'wiener',
  sources: [
    {
      name: 'guitar', atoms: ['guitar'],
      places: [{ level: 5, delay: -15 }, { polygon: [[0, 0], [1, 0], [1, 10]], soft: 0.2 }, { learned: { from: 1.5, to: 4 } }],
      band: [200, 8000], painted: [{ polygon: [[0, 100], [1, 100], [1, 900]], gain: 1, soft: 0.2 }],
      gain: 0, pan: null, mute: false, solo: false,
    },
    { name: 'air', atoms: ['free'] },
  ],
}

test('the contract\'s example is read as it stands', () => {
  expect(readSelection(whole, known)).toEqual(whole)
  expect(readSelection(JSON.parse(JSON.stringify(wholeDictionary(known))), known)).toEqual(wholeDictionary(known))
})

/** A copy with one thing changed. */
function change(path: (string | number)[], value: unknown): unknown {
  const copy = structuredClone(whole) as unknown as Record<string | number, unknown>
  let at: Record<string | number, unknown> = copy
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>
  if (value === undefined) delete at[path.at(-1)!]
  else at[path.at(-1)!] = value
  return copy
}

const s = (...path: (string | number)[]): (string | number)[] => ['sources', 0, ...path]
test.each<[(string | number)[], unknown, string]>([
  [['mask'], 'hard', 'selection.mask: expected "soft", "binary" or "wiener", got "hard"'],
  [['mask'], undefined, 'selection.mask: expected'],
  [['colour'], 1, 'selection: unknown key "colour" (known: mask, sources)'],
  [['sources'], {}, 'selection.sources: expected a list'],
  [['sources'], Array.from({ length: 17 }, (_, i) => ({ name: `s${i}` })), 'selection.sources: expected a list of at most 16'],
  [s('name'), undefined, 'selection.sources[0].name: expected a text'],
  [s('name'), 'rest', 'selection.sources[0].name: expected a name other than "rest"'],
  [s('name'), 'air', 'selection.sources[1].name: expected a name used once, got "air"'],
  [s('volume'), 3, 'selection.sources[0]: unknown key "volume"'],
  [s('atoms'), ['drums'], 'selection.sources[0].atoms[0]: expected a source of the dictionary (piano, guitar, free), got "drums"'],
  [s('atoms'), 'guitar', 'selection.sources[0].atoms: expected a list'],
  [s('places', 0), { level: 5 }, 'selection.sources[0].places[0].delay: expected a number'],
  [s('places', 0), { level: 500, delay: 0 }, 'selection.sources[0].places[0].level: expected a number from -120 to 120, got 500'],
  [s('places', 0), { level: 0, delay: 0, wide: 2 }, 'selection.sources[0].places[0]: unknown key "wide" (known: level, delay, width, spread)'],
  [s('places', 0), { level: 0, delay: 0, width: 0 }, 'selection.sources[0].places[0].width: expected a number from 0.1 to 120, got 0'],
  [s('places', 0), { level: 0, delay: 0, spread: '1' }, 'selection.sources[0].places[0].spread: expected a number from -120 to 120, got "1"'],
  [s('places'), Array.from({ length: 33 }, () => ({ level: 0, delay: 0 })), 'selection.sources: expected at most 32 places in all, got 33'],
  [s('places'), Array.from({ length: 17 }, () => ({ polygon: [[0, 0], [1, 0], [1, 1]] })), 'selection.sources: expected at most 16 drawn places in all, got 17'],
  [s('painted'), Array.from({ length: 17 }, () => ({ polygon: Array.from({ length: 4096 }, (_, i) => [i, 5]) })), 'selection.sources: expected at most 65536 corners of painted areas in all, got 69632'],
  [s('places', 1, 'polygon'), [[0, 0], [1, 1]], 'selection.sources[0].places[1].polygon: expected at least three points'],
  [s('places', 1, 'polygon', 2), [0, 'x'], 'selection.sources[0].places[1].polygon[2][1]: expected a number'],
  [s('places', 1, 'soft'), 2, 'selection.sources[0].places[1].soft: expected a number from 0 to 1, got 2'],
  [s('places', 2, 'learned', 'to'), 1, 'selection.sources[0].places[2].learned.to: expected seconds after from (1.5), got 1'],
  [s('places', 2), { learned: null }, 'selection.sources[0].places[2].learned: expected an object, got null'],
  [s('band'), [8000, 200], 'selection.sources[0].band: expected two frequencies, the lower first'],
  [s('band'), [200], 'selection.sources[0].band: expected two numbers'],
  [s('painted', 0, 'polygon', 0), [-1, 5], 'selection.sources[0].painted[0].polygon[0][0]: expected a number from 0'],
  [s('painted', 0, 'gain'), NaN, 'selection.sources[0].painted[0].gain: expected a number from 0 to 1'],
  [s('gain'), 40, 'selection.sources[0].gain: expected a number from -120 to 24, got 40'],
  [s('pan'), 'left', 'selection.sources[0].pan: expected a number from -1 to 1, got "left"'],
  [s('mute'), 1, 'selection.sources[0].mute: expected true or false, got 1'],
])('%j = %j is refused: %s', (path, value, message) => {
  expect(() => readSelection(change(path, value), known)).toThrow(message)
})

test.each([null, 7, 'x', [], undefined])('%j is no selection', (json) => {
  expect(() => readSelection(json, known, 'FILE')).toThrow('FILE: expected an object')
})
