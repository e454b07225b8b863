// Names of pitches: MIDI note numbers as musicians call them, 60 is C4.

const LETTERS = ['C', 'C♯', 'D', 'D♯', 'E', 'F', 'F♯', 'G', 'G♯', 'A', 'A♯', 'B'] as const
const A4 = 69

export const pitchName = (pitch: number): string => `${LETTERS[((pitch % 12) + 12) % 12]}${Math.floor(pitch / 12) - 1}`
export const isBlack = (pitch: number): boolean => [1, 3, 6, 8, 10].includes(((pitch % 12) + 12) % 12)
export const hertzOf = (pitch: number): number => 440 * 2 ** ((pitch - A4) / 12)
/** A fraction of a semitone is kept. */
export const pitchOf = (hertz: number): number => A4 + 12 * Math.log2(hertz / 440)
