// The music of the demo: eight bars that lead back to their beginning, for a voice, an electric piano, a nylon guitar, a
// bass and brushes. Times are in beats; pitches are MIDI's.

export interface Note {
  readonly pitch: number
  /** Beats from the beginning, and how long it is held. */
  readonly from: number
  readonly beats: number
  /** 0…1 */
  readonly force: number
}

/** What a syllable begins with, and its vowel. */
export type Onset = 'l' | 'n' | 'd' | 's' | 'h'
export type Vowel = 'a' | 'o' | 'u' | 'e'
export interface Sung extends Note { readonly onset: Onset; readonly vowel: Vowel }

export type Stroke = 'shaker' | 'brush' | 'kick'
export interface Struck { readonly stroke: Stroke; readonly from: number; readonly force: number }

export const BEAT_SECONDS = 0.75
const BAR = 4
/** Where the second half of a beat falls: a little late, as people play it. */
const OFF = 0.56

interface Bar { readonly chord: readonly number[]; readonly root: number; readonly fifth: number; readonly lead: number; readonly picked: readonly number[] }

/** F, Dm, B flat, C, Am, Dm, Gm, C: each with its seventh and ninth. `lead` is the bass's way to the next. */
const bars: readonly Bar[] = [
  { chord: [57, 60, 64, 67], root: 41, fifth: 36, lead: 40, picked: [65, 72, 76, 79, 81, 79, 76, 72] },
  { chord: [53, 57, 60, 64], root: 38, fifth: 33, lead: 36, picked: [62, 69, 72, 76, 77, 76, 72, 69] },
  { chord: [57, 60, 62, 65], root: 34, fifth: 41, lead: 35, picked: [65, 70, 74, 77, 81, 77, 74, 72] },
  { chord: [58, 62, 65, 67], root: 36, fifth: 43, lead: 34, picked: [67, 70, 74, 77, 79, 77, 74, 70] },
  { chord: [55, 60, 64, 67], root: 33, fifth: 40, lead: 36, picked: [64, 69, 72, 76, 79, 76, 72, 71] },
  { chord: [53, 57, 60, 64], root: 38, fifth: 33, lead: 32, picked: [62, 69, 72, 77, 76, 72, 69, 65] },
  { chord: [53, 57, 58, 62], root: 31, fifth: 38, lead: 34, picked: [62, 67, 70, 74, 77, 74, 70, 69] },
  { chord: [58, 62, 64, 69], root: 36, fifth: 43, lead: 40, picked: [64, 70, 74, 76, 81, 79, 76, 72] },
]

export const LOOP_BEATS = BAR * bars.length
export const LOOP_SECONDS = LOOP_BEATS * BEAT_SECONDS

const everyBar = <T>(write: (bar: Bar, start: number, index: number) => T[]): T[] => bars.flatMap((bar, i) => write(bar, BAR * i, i))

const COMPING = [
  [[0, 1.35, 0.8], [1 + OFF, 1.9, 0.62]],
  [[0, 1.35, 0.76], [1 + OFF, 0.85, 0.6], [3, 0.8, 0.5]],
] as const

/** A chord is rolled a little, from below. */
export const keys: readonly Note[] = everyBar(({ chord }, start, i) => COMPING[i % 2]!.flatMap(([at, beats, force]) =>
  chord.map((pitch, n) => ({ pitch, from: start + at + 0.012 * n, beats, force: force * (n === chord.length - 1 ? 1 : 0.85) }))))

export const guitar: readonly Note[] = everyBar(({ picked }, start, i) => picked.flatMap((pitch, n) =>
  // Now and then one is left out: the hand breathes.
  ((i * 8 + n) % 13 === 11 ? [] : [{ pitch, from: start + (n >> 1) + (n & 1 ? OFF : 0), beats: 1.5, force: n === 0 ? 0.9 : n & 1 ? 0.62 : 0.74 }])))

export const bass: readonly Note[] = everyBar(({ root, fifth, lead }, start, i) => [
  { pitch: root, from: start, beats: 1.4, force: 0.95 },
  { pitch: root, from: start + 1 + OFF, beats: 0.36, force: 0.6 },
  { pitch: fifth, from: start + 2, beats: i % 2 ? 0.9 : 1.35, force: 0.85 },
  ...(i % 2 ? [{ pitch: root, from: start + 3, beats: 0.5, force: 0.7 }] : []),
  { pitch: lead, from: start + 3 + OFF, beats: 0.4, force: 0.66 },
])

export const drums: readonly Struck[] = everyBar((_bar, start, i) => [
  ...Array.from({ length: 8 }, (_, n): Struck =>
    ({ stroke: 'shaker', from: start + (n >> 1) + (n & 1 ? OFF : 0), force: [0.5, 0.85, 0.6, 0.9][n % 4]! })),
  { stroke: 'brush', from: start + 1, force: 0.8 },
  { stroke: 'brush', from: start + 3, force: 0.9 },
  ...(i % 4 === 3 ? [{ stroke: 'brush', from: start + 3 + OFF, force: 0.5 } as const] : []),
  { stroke: 'kick', from: start, force: 0.9 },
  { stroke: 'kick', from: start + 2 + (i % 2 ? OFF : 0), force: 0.65 },
])

/** [bar, beat, beats, pitch, syllable]. */
const melody = [
  [0, 0.56, 0.44, 69, 'la'], [0, 1, 0.95, 72, 'da'], [0, 2, 0.5, 74, 'la'], [0, 2.56, 1.9, 72, 'no'],
  [1, 0.56, 0.44, 69, 'da'], [1, 1, 0.5, 65, 'la'], [1, 1.56, 0.44, 67, 'la'], [1, 2, 1.7, 69, 'su'],
  [2, 0.56, 0.44, 65, 'la'], [2, 1, 0.95, 69, 'na'], [2, 2, 0.5, 72, 'da'], [2, 2.56, 0.94, 74, 'la'], [2, 3.56, 0.44, 72, 'e'],
  [3, 0, 1.5, 67, 'lo'], [3, 1.56, 0.44, 65, 'da'], [3, 2, 1.6, 67, 'nu'],
  [4, 0.56, 1.4, 76, 'sa'], [4, 2, 0.5, 74, 'la'], [4, 2.56, 0.44, 72, 'da'], [4, 3, 0.95, 69, 'no'],
  [5, 0, 0.5, 72, 'la'], [5, 0.56, 0.44, 74, 'le'], [5, 1, 2.4, 69, 'na'],
  [6, 0, 0.95, 70, 'so'], [6, 1, 0.5, 69, 'la'], [6, 1.56, 0.44, 67, 'da'], [6, 2, 0.95, 62, 'lo'], [6, 3, 0.95, 65, 'na'],
  [7, 0, 0.95, 64, 'de'], [7, 1, 0.5, 67, 'la'], [7, 1.56, 1.9, 65, 'hu'],
] as const

export const voice: readonly Sung[] = melody.map(([bar, beat, beats, pitch, syllable]) => ({
  pitch, from: BAR * bar + beat, beats, force: beat % 1 === 0 ? 0.9 : 0.8,
  onset: (syllable.length === 2 ? syllable[0] : 'h') as Onset, vowel: syllable.at(-1) as Vowel,
}))
