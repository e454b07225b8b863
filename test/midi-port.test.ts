// The virtual port without a system that has any: the native module is a stand-in that writes down what it is told.
// What may be sent, when it is sent, and that nothing rings on.

import { beforeEach, describe, expect, test, vi } from 'vitest'
import { midiMessages, midiPort } from '../main/midi-port.ts'
import type { Native } from '../main/midi-port.ts'

const heard: { bytes: number[]; at: number }[] = []
const port = { opened: [] as string[], closed: 0, destroyed: 0, failsOn: null as number | null }
class Output {
  openVirtualPort(name: string): void { port.opened.push(name) }
  sendMessage(bytes: number[]): void {
    if (port.failsOn === bytes[0]) throw new Error('the system’s queue is full')
    heard.push({ bytes, at: performance.now() })
  }
  closePort(): void { port.closed++ }
  destroy(): void { port.destroyed++ }
}
const native = (): Native => ({ Output })
const opened = () => {
  const made = midiPort(native, 'linux')
  made.open()
  return made
}
const said = (): string[] => heard.map(({ bytes }) => bytes.join(' '))

/** However busy the machine is. */
const LONG = { timeout: 20_000 }

beforeEach(() => {
  heard.length = 0
  Object.assign(port, { opened: [], closed: 0, destroyed: 0, failsOn: null })
})

describe('what may be sent', () => {
  const message = { bytes: [0x90, 60, 1], at: 0 }
  const wrong: [string, unknown, unknown, string][] = [
    ['nothing', undefined, 0, 'messages: expected a list of 1 to 1024, got undefined'],
    ['none', [], 0, 'messages: expected a list of 1 to 1024, got 0'],
    ['too many', Array(1025).fill(message), 0, 'messages: expected a list of 1 to 1024, got 1025'],
    ['no time', [message], NaN, 'now: expected a number, got NaN'],
    ['a message without a time', [{ bytes: [0x90, 60, 1] }], 0, 'at: expected a number, got undefined'],
    ['a time that never comes', [{ ...message, at: Infinity }], 0, 'at: expected a number, got Infinity'],
    ['a time far away', [{ ...message, at: 10_001 }], 0, 'at: expected at most 10000 ms from now, got 10001'],
    ['null', [null], 0, 'at: expected a number, got undefined'],
    ...[
      'bytes', null, [], [60, 60, 60], [0x90], [0x90, 60], [0x90, 60, 128], [0x90, 60, -1], [0x90, 60.5, 1], [0x90, '60', 1], [0xc0, 1, 1], [0xd0, 1, 1],
      [0xf0, 1, 0xf7], [0xf8], [0xff, 0, 0], [0x90, 60, 1, 0x90, 60, 1], new Uint8Array([0x90, 60, 1]), [400, 1, 1], [0x90.toString(), 1, 1],
    ].map((bytes): [string, unknown, unknown, string] => [JSON.stringify(bytes), [{ bytes, at: 0 }], 0, 'bytes: expected a channel message of MIDI, got ']),
  ]
  test.each(wrong)('not %s', (_what, messages, now, sentence) => {
    expect(() => midiMessages(messages, now)).toThrow(sentence)
  })
  test('every channel message', () => {
    for (const bytes of [[0x8f, 0, 0], [0x90, 127, 127], [0xa3, 1, 2], [0xb0, 123, 0], [0xc4, 7], [0xd5, 9], [0xe0, 0, 64]])
      expect(midiMessages([{ bytes, at: 5 }], 1)).toEqual({ messages: [{ bytes, at: 5 }], now: 1 })
  })
})

describe('when it is sent', () => {
  test('in its order, at its time, never before', async () => {
    const made = opened()
    expect(port.opened).toEqual(['Winnow'])
    const start = performance.now()
    made.send([{ bytes: [0x90, 60, 1], at: 0 }, { bytes: [0x90, 61, 1], at: 20 }, { bytes: [0x80, 61, 0], at: 35 }], 0)
    expect(said()).toEqual(['144 60 1'])
    await vi.waitFor(() => expect(heard.length).toBe(3), LONG)
    expect(said()).toEqual(['144 60 1', '144 61 1', '128 61 0'])
    expect(heard[1]!.at - start).toBeGreaterThan(19.5)
    expect(heard[2]!.at - start).toBeGreaterThan(34.5)
    made.close()
  })
  test('the way from the page is taken out: what comes late is not later than what came in time', async () => {
    const made = opened()
    made.send([{ bytes: [0x90, 60, 1], at: 1000 }], 1000) // its clock is another
    let passed = false
    setTimeout(() => { passed = true }, 130)
    await new Promise((resolve) => setTimeout(resolve, 60))
    made.send([{ bytes: [0x90, 61, 1], at: 1090 }], 1000) // said at 1000, here 60 ms later: due in 30, and not in 90
    await vi.waitFor(() => expect(heard.length).toBe(2), { ...LONG, interval: 1 })
    expect(heard[1]!.at - heard[0]!.at).toBeGreaterThan(89)
    expect(passed).toBe(false)
    made.close()
  })
})

describe('nothing rings on', () => {
  test('closed, what sounds is ended, and what was on its way is not sent', async () => {
    const made = opened()
    made.send([{ bytes: [0x92, 60, 9], at: 0 }, { bytes: [0x92, 61, 9], at: 0 }, { bytes: [0x92, 61, 0], at: 0 }, { bytes: [0x93, 70, 9], at: 50 }], 0)
    heard.length = 0
    made.close()
    expect(said()).toEqual(['130 60 64', '226 0 64', '178 123 0'])
    expect([port.closed, port.destroyed]).toEqual([1, 1])
    await new Promise((resolve) => setTimeout(resolve, 70))
    expect(heard.length).toBe(3)
    made.close()
    expect(port.closed).toBe(1)
    expect(() => made.send([{ bytes: [0x90, 60, 1], at: 0 }], 0)).toThrow('the virtual port is closed')
  })
  test('more than a cable could carry closes it, and says so', () => {
    const made = opened()
    const flood = (): void => made.send(Array.from({ length: 1024 }, (_, i) => ({ bytes: [0x90, i % 128, 1], at: 0 })), 0)
    expect(() => { for (let i = 0; i < 10; i++) flood() }).toThrow('expected at most 5000 messages in a second, got more: the port was closed')
    const sounding = new Set<number>()
    for (const { bytes: [status, pitch] } of heard) {
      if (status === 0x90) sounding.add(pitch!)
      else if (status === 0x80) sounding.delete(pitch!)
    }
    expect([sounding.size, port.closed]).toEqual([0, 1])
    made.open()
    expect(port.opened.length).toBe(2)
    made.close()
  })
  test('a system that fails in the middle closes it; the page hears why with its next message', async () => {
    const made = opened()
    port.failsOn = 0x91
    made.send([{ bytes: [0x90, 60, 1], at: 0 }, { bytes: [0x91, 60, 1], at: 5 }], 0)
    await vi.waitFor(() => expect(port.closed).toBe(1), LONG)
    expect(said().slice(1)).toEqual(['128 60 64', '129 60 64', '224 0 64', '176 123 0', '225 0 64', '177 123 0'])
    expect(() => made.send([{ bytes: [0x90, 60, 1], at: 0 }], 0)).toThrow('the virtual port failed: the system’s queue is full')
    made.open()
    port.failsOn = null
    made.send([{ bytes: [0x90, 60, 1], at: 0 }], 0)
    expect(said().at(-1)).toBe('144 60 1')
    made.close()
  })
})

describe('where there is none', () => {
  const failing = (message: string, code?: string): (() => Native) => () => { throw Object.assign(new Error(message), { code }) }
  test.each([
    ['Windows', native, 'win32', 'Windows has no virtual MIDI ports: install loopMIDI, add a port there, and choose it here'],
    ['a build without the module', failing('Cannot find module', 'MODULE_NOT_FOUND'), 'linux', 'the virtual port’s module (@julusian/midi) is not installed: reinstall Winnow, or choose another port'],
    ['Linux without ALSA', failing('Failed to initialise RtMidi'), 'linux', 'this Linux has no ALSA sequencer (/dev/snd/seq): load the kernel’s module snd-seq, or choose another port'],
    ['Linux without its library', failing('libasound.so.2: cannot open shared object file'), 'linux', 'this Linux has no ALSA sequencer (/dev/snd/seq): load the kernel’s module snd-seq, or choose another port'],
    ['macOS that fails', failing('Failed to initialise RtMidi'), 'darwin', 'the system’s MIDI could not be started: restart it, or choose another port'],
    ['something else', failing('it is Sunday'), 'linux', 'it is Sunday'],
  ] as const)('%s', (_where, load, platform, sentence) => {
    expect(() => midiPort(load, platform).open()).toThrow(sentence)
  })
})
