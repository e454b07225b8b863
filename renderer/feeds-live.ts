// What comes in live: a microphone, or what the machine plays. Either is one track of a stream, taken as it is, for the
// browser's own cleaning would fight with ours; what the browser does all the same is read back from the track.

import type { LiveFeed } from './feeds.ts'
import { host } from './host.ts'
import type { Cleaning, Device } from './state.ts'

export type InputFault = 'insecure' | 'denied' | 'none' | 'busy' | 'silent' | 'impossible' | 'other'

export class InputError extends Error {
  constructor(readonly reason: InputFault, message: string) { super(message) }
}

const RAW: MediaTrackConstraints = { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: { ideal: 2 } }

function microphoneError(error: unknown): InputError {
  const { name, message } = error instanceof Error ? error : new Error(String(error))
  if (name === 'NotAllowedError' || name === 'SecurityError') return new InputError('denied', 'Winnow was not allowed to use the microphone.')
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return new InputError('none', 'No microphone was found.')
  if (name === 'NotReadableError' || name === 'AbortError')
    return new InputError('busy', 'The microphone could not be opened; another program may be using it.')
  return new InputError('other', `The microphone could not be opened: ${message}.`)
}

export interface TrackEvents {
  lost(): void
  /** The system or a switch holds the sound back, or gives it again. */
  muted(on: boolean): void
  /** The device works in another way now, at another rate perhaps. */
  changed(): void
}

/** An empty id is the system's choice. */
export async function microphoneFeed(context: AudioContext, deviceId: string, events: TrackEvents): Promise<LiveFeed> {
  if (!navigator.mediaDevices?.getUserMedia)
    throw new InputError('insecure', 'A browser gives out the microphone only on https or localhost, and this address is neither.')
  const audio = { ...RAW, ...(deviceId && { deviceId: { exact: deviceId } }) }
  const stream = await navigator.mediaDevices.getUserMedia({ audio }).catch((error: unknown) => { throw microphoneError(error) })
  return feedOf(context, stream, deviceId, 'Microphone', events)
}

/** What the types of the compiler do not know: the whole system's sound is offered first, and what this page plays is left out. */
interface SystemWish extends DisplayMediaStreamOptions {
  audio: MediaTrackConstraints & { restrictOwnAudio: boolean }
  systemAudio: 'include'
  windowAudio: 'system'
  surfaceSwitching: 'exclude'
}

/** Why what the machine plays cannot be heard here, and what to do instead; null where it can be tried. */
export function whyNoSystemSound(platform = host().platform, devices: MediaDevices | undefined = navigator.mediaDevices): string | null {
  if (platform === 'linux')
    return 'Linux gives out what it plays as an input: run “pactl load-module module-remap-source master=@DEFAULT_MONITOR@ source_name=system_sound”, '
      + 'then choose it among the microphones.'
  return devices && 'getDisplayMedia' in devices ? null : 'This browser does not give out what the machine plays. Use the desktop app, Chrome or Edge.'
}

export async function systemFeed(context: AudioContext, events: TrackEvents): Promise<LiveFeed> {
  const why = whyNoSystemSound()
  if (why) throw new InputError('impossible', why)
  // A picture must be asked for as well; it is stopped at once, and nothing looks at it.
  const wish: SystemWish = {
    audio: { ...RAW, restrictOwnAudio: true }, video: { width: 2, height: 2, frameRate: 1 }, systemAudio: 'include', windowAudio: 'system', surfaceSwitching: 'exclude',
  }
  const stream = await navigator.mediaDevices.getDisplayMedia(wish).catch((error: unknown) => {
    const { name, message } = error instanceof Error ? error : new Error(String(error))
    throw name === 'NotAllowedError' ? new InputError('denied', 'What the machine plays was not shared.')
      : new InputError('other', `What the machine plays could not be opened: ${message}.`)
  })
  for (const track of stream.getVideoTracks()) track.stop()
  if (stream.getAudioTracks().length === 0) throw new InputError('silent', 'What was shared has no sound.')
  return feedOf(context, stream, '', 'What the machine plays', events)
}

function feedOf(context: AudioContext, stream: MediaStream, deviceId: string, name: string, { lost, muted, changed }: TrackEvents): LiveFeed {
  const track = stream.getAudioTracks()[0]!
  const settings = track.getSettings()
  const channels = (settings.channelCount ?? 1) >= 2 ? 2 : 1
  const source = new MediaStreamAudioSourceNode(context, { mediaStream: new MediaStream([track]) })
  const node = new GainNode(context, { channelCount: channels, channelCountMode: 'explicit' })
  source.connect(node)
  track.onended = lost // not called by our own stop()
  track.onmute = () => muted(true)
  track.onunmute = () => muted(false)
  track.addEventListener('configurationchange', changed)
  if (track.muted) muted(true)
  return {
    node, channels, cleaning: cleaningOf(settings), device: { deviceId: settings.deviceId ?? deviceId, label: name === 'Microphone' ? track.label || name : name },
    close() {
      track.onended = track.onmute = track.onunmute = null
      track.removeEventListener('configurationchange', changed)
      track.stop()
      source.disconnect()
      node.disconnect()
    },
  }
}

/** Newer browsers name kinds of echo cancellation instead of true. */
const isOn = (value: unknown): boolean | null => (value === undefined ? null : value !== false)
export const cleaningOf = ({ echoCancellation, noiseSuppression, autoGainControl }: MediaTrackSettings): Cleaning =>
  ({ echoCancellation: isOn(echoCancellation), noiseSuppression: isOn(noiseSuppression), autoGainControl: isOn(autoGainControl) })

/** Windows lists the system's choice twice, as the default and as that for calls. */
const isListed = ({ deviceId }: MediaDeviceInfo): boolean => deviceId !== '' && deviceId !== 'communications'

/** None where the browser refuses to list any. */
export async function listDevices(): Promise<{ readonly inputs: readonly Device[]; readonly outputs: readonly Device[] }> {
  const devices = (await navigator.mediaDevices?.enumerateDevices().catch(() => []) ?? []).filter(isListed)
  const ofKind = (kind: MediaDeviceKind, name: string): Device[] => devices.filter((device) => device.kind === kind)
    .map(({ deviceId, label }, i) => ({ deviceId, label: label || `${name} ${i + 1}` }))
  return { inputs: ofKind('audioinput', 'Microphone'), outputs: ofKind('audiooutput', 'Output').filter(({ deviceId }) => deviceId !== 'default') }
}
