// No note hangs and none is lost, whatever happens in whatever order: ten thousand sequences at random, played to a
// synthesiser that keeps ringing when its cable is pulled.

import { describe, expect, test } from 'vitest'
import { Voices } from '../renderer/midi/voices.ts'
import type { Played, Setup } from '../renderer/midi/voices.ts'
import type { Bytes } from '../renderer/midi/messages.ts'
import { random } from './signals.ts'

const plain: Setup = { channel: 0, mpe: false, bendRange: 2, program: null, touch: 0 }

/** `expect` takes its time, and here are millions. */
function must(right: boolean, otherwise: string): void {
  if (!right) throw new Error(otherwise)
}

/** What a synthesiser does with bytes: a note rings from its first "on" until its own "off". */
class Synth {
  readonly ringing = new Set<number>()
  readonly bent = new Map<number, number>()
  begun = 0
  plugged = true
  last = -Infinity
  readonly seen: { bytes: Bytes; at: number }[] = []
  get rings(): number { return this.ringing.size }
  hear(bytes: Bytes, at: number): void {
    if (!this.plugged) return
    must(at >= this.last, `time goes back from ${this.last} to ${at}`)
    must(bytes.every((byte, i) => Number.isInteger(byte) && (i ? byte >= 0 && byte < 128 : byte >= 0x80 && byte < 0xf0)), `no channel message: ${bytes}`)
    this.last = at
    this.seen.push({ bytes, at })
    const [status, a = 0, b = 0] = bytes as [number, number, number]
    const [kind, channel] = [status >> 4, status & 15]
    if (kind === 9) {
      must(!this.ringing.has(channel << 7 | a), `key ${a} is pressed twice`)
      this.ringing.add(channel << 7 | a)
      this.begun++
    } else if (kind === 8) this.ringing.delete(channel << 7 | a)
    else if (kind === 14) this.bent.set(channel, (b << 7 | a) - 8192)
    else if (kind === 11 && a === 123) for (const key of [...this.ringing]) if (key >> 7 === channel) this.ringing.delete(key)
  }
}

function together(setup: Setup = plain): { synth: Synth; voices: Voices } {
  const synth = new Synth()
  const voices = new Voices(setup, (bytes, at) => synth.hear(bytes, at))
  voices.open(0)
  return { synth, voices }
}
const on = (pitch: number, velocity = 64): Played => ({ type: 'on', pitch, velocity })
const off = (pitch: number): Played => ({ type: 'off', pitch })
const bend = (pitch: number, cents: number): Played => ({ type: 'bend', pitch, cents })

/** One sequence; what the synthesiser must have begun is counted beside it. */
function sequence(seed: number): void {
  const next = random(seed)
  const pick = (count: number): number => Math.floor(next() * count)
  const setup = (): Setup => ({ channel: pick(16), mpe: next() < 0.4, bendRange: next() < 0.5 ? 2 : 48, program: next() < 0.3 ? pick(128) : null, touch: 2 * next() - 1 })
  const { synth, voices } = together(setup())
  const silent = (after: string): void => { if (synth.plugged) must(synth.rings === 0 && voices.sounding === 0, `seed ${seed}: ${synth.rings} ring after ${after}`) }
  let [now, wanted] = [0, 0]
  const steps = 5 + pick(60)
  for (let i = 0; i < steps; i++) {
    now += next() * 30
    const what = next()
    const pitch = 50 + pick(24)
    const ahead = now + 20 * next()
    if (what < 0.45) { if (voices.play(on(pitch, 1 + pick(127)), ahead)) wanted++ }
    else if (what < 0.75) voices.play(off(pitch), ahead)
    else if (what < 0.85) voices.play(bend(pitch, pick(400) - 200), ahead)
    else if (what < 0.89) { voices.stop(now); silent('stop') }
    else if (what < 0.92) { voices.change(setup(), now); silent('change') }
    else if (what < 0.94) voices.panic(now)
    else if (what < 0.97 && synth.plugged) { synth.plugged = false; voices.lose() }
    else if (!synth.plugged) { synth.plugged = true; voices.find(now); silent('return') }
    if (synth.plugged) must(synth.rings === voices.sounding, `seed ${seed}: ${synth.rings} ring, ${voices.sounding} should`)
  }
  if (!synth.plugged) { synth.plugged = true; voices.find(now) }
  voices.close(now)
  must(synth.rings === 0, `seed ${seed}: ${synth.rings} notes hang`)
  must([...synth.bent.values()].every((value) => value === 0), `seed ${seed}: a channel stays bent`)
  must(synth.begun === wanted, `seed ${seed}: ${synth.begun} of ${wanted} notes were heard`)
  must(!voices.play(on(60), now), `seed ${seed}: plays on when it is closed`)
}

test('ten thousand sequences of on, off, bend, stop, change, panic, loss and return: none hangs, none is lost', () => {
  for (let seed = 1; seed <= 10_000; seed++) sequence(seed)
})

test('a port that fails in the middle of being told: what sounded ends when it is back', () => {
  for (let failsAt = 1; failsAt < 60; failsAt++) {
    const synth = new Synth()
    let count = 0
    let armed = true
    const voices: Voices = new Voices({ ...plain, mpe: failsAt % 2 === 0 }, (bytes, at) => {
      if (++count === failsAt && armed) { synth.plugged = false; voices.lose() }
      synth.hear(bytes, at)
    })
    voices.open(0)
    for (let i = 0; i < 20; i++) voices.play(i % 3 === 2 ? off(60 + i % 5) : i % 3 === 1 ? bend(60 + i % 5, 10 * i) : on(60 + i % 5), i)
    voices.stop(30)
    while (voices.state === 'lost') { // it may fail once more in between
      synth.plugged = true
      voices.find(40)
    }
    expect([...synth.ringing], `failing at ${failsAt}`).toEqual([])
    armed = false
    voices.play(on(61), 50)
    expect(synth.ringing.size).toBe(1)
    voices.close(60)
    expect(synth.ringing.size).toBe(0)
    expect([...synth.bent.values()].every((value) => value === 0)).toBe(true)
  }
})

describe('one note after the other', () => {
  const heard = ({ seen }: Synth): string[] => seen.map(({ bytes, at }) => `${at}: ${bytes.join(' ')}`)

  test('struck again, it ends before it begins', () => {
    const { synth, voices } = together()
    synth.seen.length = 0
    voices.play(on(60, 100), 10)
    voices.play(on(60, 50), 20)
    voices.play(off(60), 30)
    voices.play(off(60), 40)
    expect(heard(synth)).toEqual(['10: 144 60 100', '20: 128 60 64', '20: 144 60 50', '30: 128 60 64'])
  })

  test('stopped while it is on its way, its end comes after it', () => {
    const { synth, voices } = together()
    synth.seen.length = 0
    voices.play(on(60), 100)
    voices.stop(80)
    expect(heard(synth)).toEqual(['100: 144 60 64', '101: 128 60 64'])
  })

  test('on one channel only a note alone bends, and what comes after it is not bent', () => {
    const { synth, voices } = together()
    synth.seen.length = 0
    voices.play(on(60), 1)
    voices.play(bend(60, 50), 2)
    voices.play(bend(61, 50), 2)
    voices.play(on(64), 3)
    voices.play(bend(60, 70), 4)
    expect(heard(synth)).toEqual(['1: 144 60 64', '2: 224 0 80', '3: 224 0 64', '3: 144 64 64'])
  })

  test('in a zone each bends alone; the sixteenth shares', () => {
    const { synth, voices } = together({ ...plain, mpe: true, bendRange: 48 })
    for (let i = 0; i < 16; i++) voices.play(on(40 + i), i)
    const channels = synth.seen.filter(({ bytes }) => bytes[0]! >> 4 === 9).map(({ bytes }) => bytes[0]! & 15)
    expect(channels.slice(0, 15)).toEqual(Array.from({ length: 15 }, (_, i) => i + 1))
    expect(channels[15]).toBe(1)
    voices.play(bend(41, 100), 30)
    voices.play(bend(40, 100), 31) // shares with another
    expect([...synth.bent]).toEqual([[2, Math.round(8192 / 48)]])
    voices.play(off(44), 40)
    voices.play(on(70), 41)
    expect(synth.seen.at(-1)!.bytes[0]! & 15).toBe(5)
  })

  test('it is introduced: the zone, the range of bends, the program', () => {
    const { synth } = together({ ...plain, channel: 3, program: 12 })
    expect(heard(synth)).toEqual(['0: 179 101 0', '0: 179 100 0', '0: 179 6 2', '0: 179 38 0', '0: 179 101 127', '0: 179 100 127', '0: 195 12'])
    const { synth: mpe } = together({ ...plain, mpe: true, bendRange: 48, program: 12 })
    expect(heard(mpe).slice(0, 3)).toEqual(['0: 176 101 0', '0: 176 100 6', '0: 176 6 15'])
    expect(heard(mpe).filter((line) => / 6 48$/.test(line)).length).toBe(15)
    expect(heard(mpe).at(-1)).toBe('0: 192 12')
  })

  test('panic ends everything on every channel', () => {
    const { synth, voices } = together()
    voices.play(on(60), 1)
    synth.seen.length = 0
    voices.panic(5)
    expect(heard(synth)[0]).toBe('5: 128 60 64')
    for (let channel = 0; channel < 16; channel++) for (const controller of [64, 120, 123])
      expect(synth.seen.some(({ bytes }) => bytes[0] === (0xb0 | channel) && bytes[1] === controller && bytes[2] === 0)).toBe(true)
  })

  test('touch: softer, harder, and the ends where they were', () => {
    const velocities = (touch: number): number[] => {
      const { synth, voices } = together({ ...plain, touch })
      ;[1, 64, 127].forEach((velocity, i) => voices.play(on(60 + i, velocity), i))
      return synth.seen.filter(({ bytes }) => bytes[0] === 144).map(({ bytes }) => bytes[2]!)
    }
    expect(velocities(0)).toEqual([1, 64, 127])
    expect(velocities(1)[1]).toBe(90)
    expect(velocities(-1)[1]).toBe(32)
    expect([velocities(1)[2], velocities(-1)[0], velocities(-1)[2]]).toEqual([127, 1, 127])
  })
})
