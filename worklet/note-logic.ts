// From how strongly every note sounds to notes that begin and end. Pure arithmetic over frames, without samples: who keeps the
// frames can judge them again with other settings.

import { initialNoteSettings, type NoteSettings, scales } from './parameters.ts'

export type NoteEvent =
  | { readonly type: 'on'; readonly pitch: number; readonly velocity: number; readonly seconds: number }
  | { readonly type: 'off'; readonly pitch: number; readonly seconds: number }
  | { readonly type: 'bend'; readonly pitch: number; readonly cents: number; readonly seconds: number }

/** What one frame says of every pitch. */
export interface NoteFrame {
  /** Of the stream, where the frame ends: when its events are decided. */
  seconds: number
  /** Amplitude of everything that sounds, and of each pitch; a sine at full scale is about 1. */
  level: number
  readonly strengths: Float32Array
  /** What of each pitch sounds as a stroke does. */
  readonly attacks: Float32Array
  /** How sure the learned head is that a note begins, 0 to 1; null without one. */
  readonly learned: Float32Array | null
  /** Cents that the one note that sounds is away from its pitch; NaN where it is not known. */
  cents: number
}

/** Cents that are not worth an event. */
const STILL = 2
/** What was loud lately is forgotten so fast; sooner where nothing is nearly as loud any more, so that soft notes are heard after loud ones. */
const [FORGET_SECONDS, SOON_SECONDS, NEARLY] = [2, 0.1, 0.1]
/** Of all that sounds, noise included, this share counts as loud: in noise no note is. */
const OF_LEVEL = 0.3
/** What sounds may become fainter than what may begin, to this share. */
const LEFT = 0.25
/** Frames back to which a rise is measured. */
const BACK = 4
// a plain note, at a threshold of a half:
/** is as strong as this share of what was loud lately, */
const SHARE = 0.24
/** has grown so many times, */
const GROWN = 1.6
/** rises so many times as much as its neighbours, and has so much of their strength; */
const [OVER_RISE, OF_STRENGTH] = [1.2, 0.5]
/** struck again, it rises by this share of what was loud lately; */
const RISEN = 0.2
/** or by a fifth of the decibels where it sounds like a stroke and the whole sound rises with it, hardly any note more than this one. */
const STROKE = { decibels: 0.2, attack: 0.01, grown: 3, level: 1.2, most: 0.6 }
/** Semitones down to notes whose overtones this one may be, and how strong those are. */
const UNDER = [[12, 1], [19, 0.7], [24, 0.6], [28, 0.4]] as const
/** While what is loudest still grows so fast from frame to frame, accurate and fast, half of the stroke is seen: too little to tell which note it is. */
const GROWING = [1.3, 1.7] as const
/** A stroke is called while it rises: where it goes is told by how fast. Its loudness is what it has and so many times its last step. */
const AHEAD = 2
/** What is fainter than this share of what was loud lately is an overtone to a learned judge, which knows no other instrument than its own. */
const FAINT = 0.15
/** Where the plain judge calls too, so much of the threshold is enough. */
const AGREED = 0.3
/** A learned judge that called must fall to this share of the threshold before it calls again. */
const CALMED = 0.6

const amplitude = (decibels: number): number => 10 ** (decibels / 20)

export class NoteLogic {
  /** Called for every event. */
  onEvent: (event: NoteEvent) => void = () => {}
  /** Of each pitch, whether it sounds. */
  readonly sounding: Uint8Array
  private settings: NoteSettings
  // of the settings, as amplitudes
  private quietest = 0
  private again = 0
  private againStruck = 0
  private readonly allowed: Uint8Array
  // per pitch, of what sounds: its loudest moment and the least since it was struck; seconds it began and was last strong
  private readonly peaks: Float32Array
  private readonly dips: Float32Array
  private readonly begun: Float64Array
  private readonly strong: Float64Array
  /** Of a learned judge: whether it has calmed down since it called. */
  private readonly calm: Uint8Array
  /** Strengths, attacks and levels of the last frames, rings; the newest at `newest`. */
  private readonly past: readonly Float32Array[]
  private readonly struck: readonly Float32Array[]
  private readonly levels = new Float32Array(BACK)
  private newest = 0
  /** By how much each pitch is above its least in them. */
  private readonly rises: Float32Array
  private readonly least: Float32Array
  /** For each of UNDER and each pitch, the row of that note; −1 where there is none. And the rows of the neighbours. */
  private readonly under: readonly Int16Array[]
  private readonly below: Int16Array
  private readonly above: Int16Array
  private recent = 0
  private level = 0
  private leastLevel = 0
  private mostRise = 0
  private loudest = 0
  private growing = false
  private bent = 0
  private seconds = 0

  /** `pitches` from the lowest to the highest. `gains`: dB by which each is louder than it seems; none unless known. */
  constructor(private readonly pitches: readonly number[], private readonly hopSeconds: number, private readonly gains: readonly number[] = []) {
    const count = pitches.length
    const rowsAt = (semitones: number): Int16Array => Int16Array.from(pitches, (pitch) => pitches.indexOf(pitch + semitones))
    this.sounding = new Uint8Array(count)
    this.allowed = new Uint8Array(count)
    this.calm = new Uint8Array(count)
    this.peaks = new Float32Array(count)
    this.dips = new Float32Array(count)
    this.rises = new Float32Array(count)
    this.least = new Float32Array(count)
    this.begun = new Float64Array(count)
    this.strong = new Float64Array(count)
    this.past = Array.from({ length: BACK }, () => new Float32Array(count))
    this.struck = Array.from({ length: BACK }, () => new Float32Array(count))
    this.under = UNDER.map(([semitones]) => rowsAt(-semitones))
    this.below = rowsAt(-1)
    this.above = rowsAt(1)
    this.settings = initialNoteSettings()
    this.set(this.settings)
    this.reset()
  }

  set(settings: NoteSettings): void {
    this.settings = { ...settings }
    this.quietest = amplitude(settings.quietest)
    this.again = amplitude(settings.restrike)
    this.againStruck = amplitude(STROKE.decibels * settings.restrike)
    const steps: readonly number[] = Object.values(scales)[settings.scale]!
    this.pitches.forEach((pitch, row) => {
      this.allowed[row] = pitch >= settings.lowest && pitch <= settings.highest && steps.includes((pitch - settings.key + 120) % 12) ? 1 : 0
    })
  }

  /** Forgets everything, without a word: `release` first, where somebody listens. */
  reset(): void {
    this.sounding.fill(0)
    this.calm.fill(1)
    this.begun.fill(-Infinity)
    for (const frame of [...this.past, ...this.struck, this.levels]) frame.fill(0)
    this.recent = this.loudest = this.seconds = this.bent = 0
  }

  /** The row of the one note that sounds, be its overtones taken for notes as well; −1: none, or several. */
  only(): number {
    const { sounding, under } = this
    const row = sounding.indexOf(1)
    for (let other = row + 1; row >= 0 && other < sounding.length; other++) {
      if (!sounding[other]) continue
      let over = false
      for (let i = 0; i < UNDER.length; i++) if (under[i]![other] === row) over = true
      if (!over) return -1
    }
    return row
  }

  /** Ends what sounds. */
  release(seconds = this.seconds): void {
    for (let row = 0; row < this.sounding.length; row++) if (this.sounding[row]) this.end(row, seconds)
  }

  // Numbers that are handed from function to function may be garbage to collect: the frame is handed on instead.
  judge(frame: NoteFrame): void {
    const { settings: { threshold, refractory, judge }, sounding, allowed, begun, calm, quietest } = this
    const { strengths, seconds } = frame
    this.seconds = seconds
    this.look(frame)
    const asked = judge === 0 ? frame.learned : null
    for (let row = 0; row < strengths.length; row++) {
      if (sounding[row]) this.follow(row, frame)
      if (asked && asked[row]! < CALMED * threshold) calm[row] = 1
      if (!allowed[row] || strengths[row]! < quietest || seconds - begun[row]! < refractory || this.isOvertone(row) || this.isBend(row)) continue
      if (asked ? calm[row] === 1 && this.isCalled(row, frame, asked) : this.begins(row, frame)) this.begin(row, frame)
    }
    this.bend(frame)
    this.newest = (this.newest + 1) % BACK
    this.past[this.newest]!.set(strengths)
    this.struck[this.newest]!.set(frame.attacks)
    this.levels[this.newest] = frame.level
  }

  /** What is loud, and what rises. */
  private look({ strengths, level }: NoteFrame): void {
    const { past, least, rises, levels } = this
    let most = OF_LEVEL * level
    this.mostRise = 0
    this.leastLevel = Math.min(levels[0]!, levels[1]!, levels[2]!, levels[3]!)
    this.level = level
    for (let row = 0; row < strengths.length; row++) {
      const now = strengths[row]!
      let low = past[0]![row]!
      for (let k = 1; k < BACK; k++) low = Math.min(low, past[k]![row]!)
      least[row] = low
      rises[row] = Math.max(0, now - low)
      if (now > most) most = now
      if (rises[row]! > this.mostRise) this.mostRise = rises[row]!
    }
    const seconds = most < NEARLY * this.recent ? SOON_SECONDS : FORGET_SECONDS
    this.growing = most > GROWING[this.settings.timing === 1 ? 1 : 0] * this.loudest && most >= this.recent
    this.loudest = most
    this.recent = Math.max(most, this.recent * Math.exp(-this.hopSeconds / seconds))
  }

  /** A note that sounds: ends it where little of it is left. */
  private follow(row: number, { strengths, seconds }: NoteFrame): void {
    const { peaks, dips, begun, strong, settings } = this
    const now = strengths[row]!
    if (now > peaks[row]!) peaks[row] = now
    // what rises after the stroke is the stroke itself
    if (seconds - begun[row]! < settings.refractory / 2 || now < dips[row]!) dips[row] = now
    if (now > settings.release * peaks[row]! && now > LEFT * this.quietest) strong[row] = seconds
    if (!this.allowed[row] || (seconds - strong[row]! > settings.sustain && seconds - begun[row]! >= settings.shortest)) this.end(row, seconds)
  }

  /** Whether it rises no more than the overtones of a lower note would. */
  private isOvertone(row: number): boolean {
    const { rises, under, settings } = this
    const octaves = settings.bends ? 1 : settings.octaves // one voice has no octaves of its own
    for (let i = 0; i < UNDER.length; i++) {
      const other = under[i]![row]!
      if (other >= 0 && rises[row]! < octaves * UNDER[i]![1] * rises[other]!) return true
    }
    return false
  }

  /** The learned judge. */
  private isCalled(row: number, frame: NoteFrame, asked: Float32Array): boolean {
    const { settings: { threshold }, recent } = this
    if (frame.strengths[row]! < FAINT * recent || asked[row]! < AGREED * threshold) return false
    return asked[row]! >= threshold || this.begins(row, frame)
  }

  /** Where one voice is followed, its own slide: a neighbour that comes up while nothing is struck. */
  private isBend(row: number): boolean {
    if (!this.settings.bends || this.level > STROKE.level * this.leastLevel) return false
    const only = this.only()
    return only >= 0 && only !== row && Math.abs(this.pitches[only]! - this.pitches[row]!) === 1
  }

  /** The plain judge. */
  private begins(row: number, { strengths, attacks }: NoteFrame): boolean {
    const { settings: { threshold }, past, rises, recent, dips, below, above } = this
    const now = strengths[row]!
    if (this.growing || now < SHARE * (threshold / (1 - threshold)) * recent) return false
    for (let side = 0; side < 2; side++) {
      const other = (side === 0 ? below : above)[row]!
      if (other >= 0 && (rises[row]! < OVER_RISE * rises[other]! || now < OF_STRENGTH * (this.least[other]! + rises[other]!))) return false
    }
    if (!this.sounding[row]) return now > GROWN * this.least[row]!
    if (now <= past[this.newest]![row]!) return false
    if (now > this.again * dips[row]! && now - dips[row]! > RISEN * recent) return true
    if (now <= this.againStruck * dips[row]!) return false
    const attack = attacks[row]!
    let least = attack
    for (let k = 0; k < BACK; k++) least = Math.min(least, this.struck[k]![row]!)
    return attack > STROKE.attack * now && attack > STROKE.grown * least && this.level > STROKE.level * this.leastLevel &&
      this.rises[row]! >= STROKE.most * this.mostRise
  }

  private begin(row: number, { strengths, seconds }: NoteFrame): void {
    const strength = strengths[row]!
    if (this.sounding[row]) this.end(row, seconds)
    const { loudest, touch } = this.settings
    const loudness = strength + AHEAD * Math.max(0, strength - this.past[this.newest]![row]!)
    const level = 20 * Math.log10(loudness) + (this.gains[row] ?? 0)
    const velocity = Math.max(1, Math.min(127, Math.round(127 + (126 * (level - loudest)) / touch)))
    this.sounding[row] = 1
    this.calm[row] = 0
    this.peaks[row] = this.dips[row] = strength
    this.begun[row] = this.strong[row] = seconds
    this.bent = 0
    this.onEvent({ type: 'on', pitch: this.pitches[row]!, velocity, seconds })
  }

  private end(row: number, seconds: number): void {
    this.sounding[row] = 0
    this.onEvent({ type: 'off', pitch: this.pitches[row]!, seconds })
  }

  /** Of the one note that sounds. */
  private bend({ cents, seconds }: NoteFrame): void {
    if (!this.settings.bends || !(Math.abs(cents - this.bent) > STILL)) return
    const row = this.only()
    if (row < 0) return
    this.bent = cents
    this.onEvent({ type: 'bend', pitch: this.pitches[row]!, cents, seconds })
  }
}
