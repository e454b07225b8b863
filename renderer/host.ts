// What the page needs from outside. Electron's preload puts one of these on `window.winnowHost`; in a browser the
// same is made of web APIs.

import type { CommandStates } from './commands.ts'

export interface OpenedFile { readonly name: string; readonly bytes: ArrayBuffer }
export interface FileKind { readonly description: string; readonly extensions: readonly string[] }

/** Bytes of a channel message, and when to send them in milliseconds of the page's clock. */
export interface MidiMessage { readonly bytes: readonly number[]; readonly at: number }

/** A MIDI port that other programs see. What sounds there ends when it is closed, or when the page goes. */
export interface VirtualPort {
  open(): Promise<void>
  /** `now` of the same clock, since the machine has another. */
  send(messages: readonly MidiMessage[], now: number): Promise<void>
  close(): Promise<void>
}

/** The menus of the machine, made of the table of commands. */
export interface Menus {
  /** What they show and what can be chosen. */
  tell(states: CommandStates): Promise<void>
  /** What is chosen there, by its name. */
  onCommand(run: (name: string) => void): void
}

export interface Host {
  /** "browser", or what the machine calls its system: "darwin", "win32", "linux". */
  readonly platform: string
  /** Lets a person choose one file; null when they chose none. */
  openFile(kind: FileKind): Promise<OpenedFile | null>
  /** Lets a person keep bytes under a name; false when they did not. */
  saveFile(name: string, kind: FileKind, bytes: ArrayBuffer): Promise<boolean>
  /** Lets a person keep several files together under a name: says where they are, null when they are nowhere. */
  saveFiles(name: string, files: readonly OpenedFile[]): Promise<string | null>
  /** Absent where the system has no such ports. */
  readonly midi?: VirtualPort
  /** Absent where the window has no menus of ours. */
  readonly menus?: Menus
}

declare global {
  interface Window { readonly winnowHost?: Host }
}

export const soundFiles: FileKind = {
  description: 'Sound', extensions: ['wav', 'flac', 'mp3', 'ogg', 'oga', 'opus', 'm4a', 'aif', 'aiff'],
}
export const presetFiles: FileKind = { description: 'Winnow preset', extensions: ['preset'] }
export const selectionFiles: FileKind = { description: 'Winnow selection', extensions: ['json'] }

export const noteFiles = {
  mid: { description: 'MIDI file', extensions: ['mid'] },
  json: { description: 'Notes as JSON', extensions: ['json'] },
  csv: { description: 'Notes as CSV', extensions: ['csv'] },
} as const satisfies Readonly<Record<string, FileKind>>

const browser: Host = {
  platform: 'browser',

  openFile: ({ extensions }) => new Promise((resolve, reject) => {
    const chooser = document.createElement('input')
    chooser.type = 'file'
    chooser.accept = extensions.map((extension) => '.' + extension).join()
    chooser.hidden = true
    document.body.append(chooser) // one that is nowhere in the page may be collected while its window is open
    chooser.addEventListener('cancel', () => {
      chooser.remove()
      resolve(null)
    })
    chooser.addEventListener('change', () => {
      chooser.remove()
      const file = chooser.files?.[0]
      if (file) readFile(file).then(resolve, reject)
      else resolve(null)
    })
    chooser.click()
  }),

  saveFile: async (name, _kind, bytes) => {
    download(name, bytes)
    return true
  },

  // A download has no folder: the name that the files have in common goes before each.
  saveFiles: async (name, files) => {
    for (const [i, file] of files.entries()) {
      if (i > 0) await new Promise((resolve) => setTimeout(resolve, BETWEEN_DOWNLOADS))
      download(`${name} - ${file.name}`, file.bytes)
    }
    return 'the browser’s downloads'
  },
}

/** Browsers drop some of the downloads that come at once. */
const BETWEEN_DOWNLOADS = 250 // ms

function download(name: string, bytes: ArrayBuffer): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([bytes]))
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000) // the browser may still be asking where to
}

/** Beyond this the decoded sound would not fit beside everything else. */
export const MAX_BYTES = 512 * 2 ** 20
/** The most that several files to be kept may have together: they cross from the page to the disk in one piece. */
export const MAX_SAVED_BYTES = 2 ** 30

export async function readFile(file: File): Promise<OpenedFile> {
  if (file.size > MAX_BYTES)
    throw new RangeError(`${file.name}: expected at most ${MAX_BYTES / 2 ** 20} MB, got ${Math.ceil(file.size / 2 ** 20)} MB`)
  return { name: file.name, bytes: await file.arrayBuffer() }
}

export const host = (): Host => window.winnowHost ?? browser
