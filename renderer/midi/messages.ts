// The messages of MIDI 1.0 that are sent: bytes, and nothing of when or where to. Channels count from 0.

export type Bytes = readonly number[]

export const CHANNELS = 16
const [OFF, ON, CONTROL, PROGRAM, BEND] = [0x80, 0x90, 0xb0, 0xc0, 0xe0]
export const PEDAL = 64, ALL_SOUND_OFF = 120, ALL_NOTES_OFF = 123
const BEND_RANGE = 0, MPE_ZONE = 6 // registered parameters
const CENTRE = 8192

const seven = (value: number): number => Math.min(127, Math.max(0, Math.round(value)))

export const noteOn = (channel: number, pitch: number, velocity: number): Bytes => [ON | channel, pitch, Math.max(1, seven(velocity))]
export const noteOff = (channel: number, pitch: number): Bytes => [OFF | channel, pitch, 64]
export const control = (channel: number, controller: number, value: number): Bytes => [CONTROL | channel, controller, value]
export const program = (channel: number, instrument: number): Bytes => [PROGRAM | channel, instrument]

/** `range` in semitones, to either side. */
export function pitchBend(channel: number, cents: number, range: number): Bytes {
  const value = Math.min(2 * CENTRE - 1, Math.max(0, CENTRE + Math.round(cents / 100 / range * CENTRE)))
  return [BEND | channel, value & 127, value >> 7]
}

/** A registered parameter, closed again so that no later value hits it. */
const parameter = (channel: number, number: number, value: number): Bytes[] =>
  [[101, 0], [100, number], [6, value], [38, 0], [101, 127], [100, 127]].map(([controller, data]) => control(channel, controller!, data!))

export const bendRange = (channel: number, semitones: number): Bytes[] => parameter(channel, BEND_RANGE, semitones)
/** MPE, lower zone: channel 0 speaks for so many after it; none of them ends the zone. */
export const zone = (members: number): Bytes[] => parameter(0, MPE_ZONE, members)

export const silenceChannel = (channel: number): Bytes[] => [control(channel, PEDAL, 0), control(channel, ALL_NOTES_OFF, 0), control(channel, ALL_SOUND_OFF, 0)]

/** A touch between soft (above 0) and hard (below): both ends stay, −1 … 1. */
export const touched = (velocity: number, touch: number): number => 127 * (Math.min(127, Math.max(1, velocity)) / 127) ** (2 ** -touch)
