// Noises for mixes: recordings, and what few recordings lack. Half of what disturbs a call comes suddenly or has a voice of its own
// (animals, dishes, thunder, motors, other people), and there is no end to its kinds: so most are made by chance, all anew for
// every mix, and recordings are also cut to scraps and laid anew.

import type { Materials } from './mask-mixes.ts'
import { between, betweenRatios, choose, energy, equalised, gainBetween, inRoom, type Random, resonate, stretchOf } from './mask-sounds.ts'

type Maker = (length: number, materials: Materials, random: Random, who: number) => Float32Array

/** One noise, or several, as loud as it happens to be. `who` speaks in the mix, and must not be heard in the noise. */
export function noiseOf(length: number, materials: Materials, random: Random, who: number): Float32Array {
  let kind = random()
  for (const [share, make, company] of makers) {
    if (kind < share) return company ? beside(make(length, materials, random, who), recorded(length, materials, random, who), random, -6) : make(length, materials, random, who)
    kind -= share
  }
  const noise = recorded(length, materials, random, who)
  return kind < TWO ? beside(noise, recorded(length, materials, random, who), random, 3) : noise
}

/** The second so many dB weaker, or at most `most` stronger. */
function beside(noise: Float32Array, other: Float32Array, random: Random, most: number): Float32Array {
  const scale = Math.sqrt(energy(noise) / Math.max(1e-20, energy(other))) * gainBetween(random, most - 15, most)
  return noise.map((x, i) => x + scale * other[i]!)
}

const recorded: Maker = (length, { sampleRate, noises }, random) =>
  equalised(stretchOf(random, noises[choose(random, noises.length)]!, betweenRatios(random, 0.6, 1.6), length), sampleRate, random, 6)

/** One to three recordings in pieces, each at its own speed and level, one after the other or with gaps. */
const scraps: Maker = (length, { sampleRate, noises }, random) => {
  const out = new Float32Array(length)
  const picked = Array.from({ length: 1 + choose(random, 3) }, () => noises[choose(random, noises.length)]!)
  const long = betweenRatios(random, 0.05, 0.8) * sampleRate, gap = random() < 0.5 ? 0 : random() * 2 * long, spread = between(random, 0, 18)
  for (let from = -random() * long; from < length; ) {
    const size = Math.round(long * between(random, 0.5, 1.5)), gain = gainBetween(random, -spread, 0)
    const piece = stretchOf(random, picked[choose(random, picked.length)]!, betweenRatios(random, 0.5, 2), size)
    const rise = Math.max(1, Math.min(size / 2, betweenRatios(random, 0.002, 0.05) * sampleRate))
    const first = Math.round(from)
    for (let i = Math.max(0, -first); i < size && first + i < length; i++) out[first + i]! += gain * piece[i]! * Math.min(1, i / rise, (size - i) / rise)
    from += size - rise + gap * random()
  }
  return equalised(out, sampleRate, random, 6)
}

/** Two to nine other people at once, some of them across the room. */
const babble: Maker = (length, { sampleRate, voices }, random, who) => {
  const out = new Float32Array(length)
  const count = 2 + choose(random, 8)
  for (let n = 0; n < count; n++) {
    const other = (who + 1 + choose(random, voices.length - 1)) % voices.length
    const said = stretchOf(random, voices[other]!, between(random, 0.85, 1.2), length)
    const gain = gainBetween(random, -6, 0) / Math.sqrt(Math.max(1e-12, energy(said) / length))
    for (let i = 0; i < length; i++) out[i]! += gain * said[i]!
  }
  if (random() < 0.3) inRoom(out, sampleRate, random)
  return equalised(out, sampleRate, random, 4)
}

/** Noise of any slope that comes and goes, with a hum in every other one. */
const coloured: Maker = (length, { sampleRate }, random) => {
  const out = new Float32Array(length)
  const slope = between(random, -0.6, 0.98)
  const depth = random() < 0.5 ? 0 : between(random, 0.2, 0.9), swell = between(random, 0.2, 6)
  const hum = random() < 0.5 ? between(random, 0.1, 1.5) : 0, hertz = between(random, 45, 400)
  const phases = Array.from({ length: 12 }, () => 2 * Math.PI * random())
  let last = 0
  for (let i = 0; i < length; i++) {
    last = slope * last + Math.sqrt(1 - slope * slope) * (random() + random() + random() - 1.5)
    let tone = 0
    if (hum > 0) for (let partial = 1; partial <= 12; partial++) tone += Math.sin((2 * Math.PI * hertz * partial * i) / sampleRate + phases[partial - 1]!) / partial
    out[i] = (last + 0.3 * hum * tone) * (1 + depth * Math.sin((2 * Math.PI * swell * i) / sampleRate))
  }
  return out
}

/** Birds, insects, beasts, telephones: one to three that call again and again, each with its pitch, glide, overtones and pace. */
const calls: Maker = (length, { sampleRate }, random) => {
  const out = new Float32Array(length)
  const count = 1 + choose(random, 3)
  for (let n = 0; n < count; n++) {
    const hertz = betweenRatios(random, 200, 7000), spread = between(random, 0, 0.35), overtones = 1 + choose(random, hertz < 1500 ? 10 : 3)
    const long = betweenRatios(random, 0.01, 0.6) * sampleRate, gap = betweenRatios(random, 0.02, 1.2) * sampleRate
    const gain = gainBetween(random, -10, 0), fall = between(random, 0.5, 1.6)
    for (let from = random() * gap; from < length; from += (long + gap) * between(random, 0.7, 1.3)) {
      const begin = hertz * (1 + spread * (2 * random() - 1)), glide = 1 + spread * (2 * random() - 1), tremble = between(random, 0, 0.03)
      let phase = 0
      for (let i = 0; i < long && from + i < length; i++) {
        const share = i / long
        phase += (2 * Math.PI * begin * glide ** share * (1 + tremble * Math.sin((2 * Math.PI * 25 * i) / sampleRate))) / sampleRate
        let sound = 0
        for (let partial = 1; partial <= overtones && partial * begin < 0.45 * sampleRate; partial++) sound += Math.sin(partial * phase) / partial ** fall
        out[Math.floor(from) + i]! += gain * Math.sin(Math.PI * share) * sound
      }
    }
  }
  return out
}

/** Dishes, keys, steps: blows at any moment, of three resonances each. */
const knocks: Maker = (length, { sampleRate }, random) => {
  const out = new Float32Array(length)
  const pace = betweenRatios(random, 0.04, 0.6) * sampleRate
  for (let from = random() * pace; from < length; from += pace * -Math.log(1 - random())) {
    const gain = gainBetween(random, -20, 0)
    for (let n = 0; n < 3; n++) {
      const hertz = betweenRatios(random, 150, 6750), decay = betweenRatios(random, 0.004, 0.1) * sampleRate, phase = 2 * Math.PI * random()
      for (let i = 0; i < 5 * decay && from + i < length; i++)
        out[Math.floor(from) + i]! += gain * Math.exp(-i / decay) * Math.sin((2 * Math.PI * hertz * i) / sampleRate + phase)
    }
  }
  return out
}

/** Breath, snoring, gusts, waves, thunder: noise or rattling that swells again and again, through a few resonances. */
const gusts: Maker = (length, { sampleRate }, random) => {
  const source = new Float32Array(length), out = new Float32Array(length)
  const pace = betweenRatios(random, 0.15, 4) * sampleRate, filled = between(random, 0.2, 1)
  const rattle = random() < 0.5 ? betweenRatios(random, 15, 140) : 0, rise = between(random, 0.3, 3), fall = between(random, 0.5, 6)
  for (let from = -random() * pace; from < length; from += pace * between(random, 0.7, 1.3)) {
    const long = pace * filled * between(random, 0.7, 1.3), gain = gainBetween(random, -15, 0), begin = Math.round(from)
    const hertz = rattle * between(random, 0.8, 1.25)
    let phase = 0
    for (let i = Math.max(0, -begin); i < long && begin + i < length; i++) {
      const share = i / long
      phase += (hertz * (1 + 0.15 * (random() - 0.5))) / sampleRate
      const beat = rattle > 0 ? Math.exp(-6 * (phase % 1)) : 1
      source[begin + i]! += gain * share ** rise * (1 - share) ** fall * beat * (random() + random() - 1)
    }
  }
  const highest = betweenRatios(random, 250, 7000)
  resonate(source, out, sampleRate, random, Math.min(60, highest / 4), highest, 0.02)
  return out
}

/** Motors and machines: blows in a steady train, each a little different, whose pace drifts. */
const motors: Maker = (length, { sampleRate }, random) => {
  const source = new Float32Array(length), out = new Float32Array(length)
  const hertz = betweenRatios(random, 5, 160), uneven = between(random, 0, 0.1), hiss = gainBetween(random, -40, -12)
  const beats = 1 + choose(random, 4), strokes = Array.from({ length: beats }, () => gainBetween(random, -12, 0))
  const drift = between(random, 0, 0.2), swing = between(random, 0.1, 2), begin = 2 * Math.PI * random()
  let phase = 0, stroke = 0
  for (let i = 0; i < length; i++) {
    phase += (hertz * (1 + drift * Math.sin((2 * Math.PI * swing * i) / sampleRate + begin))) / sampleRate
    source[i] = hiss * (random() + random() - 1)
    if (phase < 1) continue
    phase -= 1 + uneven * (random() - 0.5)
    source[i]! += strokes[stroke++ % beats]! * between(random, 0.7, 1.3)
  }
  resonate(source, out, sampleRate, random, 60, 5000, 0.03)
  return out
}

/** Fire, rain, crumpled paper: crackling at any density. */
const crackle: Maker = (length, { sampleRate }, random) => {
  const source = new Float32Array(length), out = new Float32Array(length)
  const rate = betweenRatios(random, 4, 1500) / sampleRate, spread = between(random, 6, 40)
  for (let i = 0; i < length; i++) if (random() < rate) source[i] = (random() < 0.5 ? -1 : 1) * gainBetween(random, -spread, 0)
  resonate(source, out, sampleRate, random, 300, 7500, 0.004)
  return out
}

/** The share of all mixes, who makes it, and whether a recording sounds beside it. What is left is recordings, some of them in twos. */
const makers: readonly (readonly [number, Maker, boolean])[] = [
  [0.14, babble, false], [0.06, coloured, false], [0.14, scraps, false], [0.08, calls, true], [0.05, knocks, true], [0.07, gusts, true], [0.04, motors, true], [0.03, crackle, true],
]
const TWO = 0.15
