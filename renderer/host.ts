// What the page needs from outside. Electron's preload puts one of these on `window.winnowHost`; in a browser the
// same is made of web APIs.

import type { CommandStates } from './commands.ts'
import { download } from './downloads.ts'
import { MOST_IN_MEMORY, folderHere, keepsInMemory } from './folder.ts'
import type { SoundSource } from './recording/source.ts'

/** `where`: the way back to it, a token of the machine's or a browser's handle; absent where there is none. */
export interface OpenedFile { readonly name: string; readonly bytes: ArrayBuffer; readonly where?: string | FileSystemFileHandle }
/** A sound: read in ranges as it is needed, of whatever size. */
export interface OpenedSound { readonly name: string; readonly source: SoundSource; readonly where?: string | FileSystemFileHandle }
export interface SavedSession { readonly name: string; readonly where?: string | FileSystemFileHandle }
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
  tell(states: CommandStates, recent: readonly RecentFile[]): Promise<void>
  /** What is chosen there, by its name. */
  onCommand(run: (name: string) => void): void
  /** What was opened lately and is chosen again there, by its id; null when the list is to be empty. */
  onRecent(open: (id: string | null) => void): void
}
/** `token`: for `openAgain`. */
export interface OutsideFile { readonly name: string; readonly token: string }
export interface RecentFile { readonly id: string; readonly name: string }

/**
 * Files on their way into a new folder, which appears whole, at `finish`, or not at all. Each call resolves when there is room
 * for the next; one that fails has left nothing, and says why in one sentence.
 */
export interface FolderWriter {
  /** At the end of a file, which begins with its first bytes. */
  write(file: string, bytes: ArrayBuffer): Promise<void>
  /** Within what was written. */
  rewrite(file: string, position: number, bytes: ArrayBuffer): Promise<void>
  /** Says where the files are. */
  finish(): Promise<string>
  abort(): Promise<void>
}

export interface Host {
  /** "browser", or what the machine calls its system: "darwin", "win32", "linux". */
  readonly platform: string
  /** Lets a person choose one file; null when they chose none. */
  openFile(kind: FileKind): Promise<OpenedFile | null>
  /** Lets a person choose a sound; null when they chose none. */
  openSound(): Promise<OpenedSound | null>
  /** Lets a person keep bytes under a name; false when they did not. */
  saveFile(name: string, kind: FileKind, bytes: ArrayBuffer): Promise<boolean>
  /** Lets a person choose where a new folder of that name goes; null when they did not. */
  saveFolder(name: string): Promise<FolderWriter | null>
  /** The most bytes that such a folder may hold; absent where the disk alone decides. */
  readonly folderBytes?: number
  /** A file that a person chose before, by its token, as it is now; null where it is gone. Absent in a browser. */
  openAgain?(token: string): Promise<OpenedFile | OpenedSound | null>
  /** Over the file of the token, else where a person says; `sound`: the token of its sound. Null when they did not. Absent in a browser. */
  saveSession?(name: string, text: string, token: string | null, sound: string | null): Promise<SavedSession | null>
  /** The sound of a session that was chosen, where its file says where that is; null where a person must. Absent in a browser. */
  sessionSound?(token: string): Promise<OpenedSound | null>
  /** The token of a file that was dropped on the page. Absent in a browser. */
  dropped?(file: File): Promise<string | null>
  /** Absent where the system has no such ports. */
  readonly midi?: VirtualPort
  /** What is opened from outside: double-clicked, dropped on the icon, given at the start. Absent in a browser. */
  onOpen?(open: (file: OutsideFile) => void): void
  /** Keeps the machine from sleeping until it is told otherwise, or the page goes. Absent in a browser. */
  stayAwake?(awake: boolean): Promise<void>
  /** Absent where the window has no menus of ours. */
  readonly menus?: Menus
}

declare global {
  interface Window { readonly winnowHost?: Host }
}

export const soundFiles: FileKind = {
  description: 'Sound', extensions: ['wav', 'flac', 'mp3', 'ogg', 'oga', 'opus', 'm4a', 'aif', 'aiff'],
}
/** By its name: whether it is opened as a sound. */
export const isSoundName = (name: string): boolean => soundFiles.extensions.includes(/\.([^.]+)$/.exec(name)?.[1]!.toLowerCase() ?? '')
export const presetFiles: FileKind = { description: 'Winnow preset', extensions: ['preset'] }
export const sessionFiles: FileKind = { description: 'Winnow session', extensions: ['winnow'] }
export const selectionFiles: FileKind = { description: 'Winnow selection', extensions: ['json'] }

export const noteFiles = {
  mid: { description: 'MIDI file', extensions: ['mid'] },
  json: { description: 'Notes as JSON', extensions: ['json'] },
  csv: { description: 'Notes as CSV', extensions: ['csv'] },
} as const satisfies Readonly<Record<string, FileKind>>

const browser: Host = {
  platform: 'browser',

  openFile: async (kind) => {
    const chosen = await (window.showOpenFilePicker ? pickFile(kind) : chooseFile(kind))
    return chosen && { ...await readFile(chosen.file), ...(chosen.where && { where: chosen.where }) }
  },

  openSound: async () => {
    const chosen = await (window.showOpenFilePicker ? pickFile(soundFiles) : chooseFile(soundFiles))
    return chosen && { name: chosen.file.name, source: chosen.file, ...(chosen.where && { where: chosen.where }) }
  },

  saveFile: async (name, _kind, bytes) => {
    download(name, new Blob([bytes]))
    return true
  },

  saveFolder: folderHere,
  ...(keepsInMemory() && { folderBytes: MOST_IN_MEMORY }),
}

/** Where the browser has it: what was picked can be opened again. */
async function pickFile(kind: FileKind): Promise<ChosenFile | null> {
  try {
    const [where] = await window.showOpenFilePicker!({ types: [pickerType(kind)] })
    return where ? { file: await where.getFile(), where } : null
  } catch (error) {
    if (wasCancelled(error)) return null
    throw error
  }
}
interface ChosenFile { readonly file: File; readonly where?: FileSystemFileHandle }
export const pickerType = ({ description, extensions }: FileKind): FilePickerType =>
  ({ description, accept: { 'application/octet-stream': extensions.map((extension) => '.' + extension) } })
export const wasCancelled = (error: unknown): boolean => error instanceof DOMException && error.name === 'AbortError'

const chooseFile = ({ extensions }: FileKind): Promise<ChosenFile | null> => new Promise((resolve) => {
  const chooser = document.createElement('input')
  chooser.type = 'file'
  chooser.accept = extensions.map((extension) => '.' + extension).join()
  chooser.hidden = true
  document.body.append(chooser) // one that is nowhere in the page may be collected while its window is open
  const end = (file: File | undefined): void => {
    chooser.remove()
    resolve(file ? { file } : null)
  }
  chooser.addEventListener('cancel', () => end(undefined))
  chooser.addEventListener('change', () => end(chooser.files?.[0]))
  chooser.click()
})

/** Of what is read in one piece: presets, selections. Sounds are read as they are needed. */
export const MAX_BYTES = 512 * 2 ** 20

export async function readFile(file: File): Promise<OpenedFile> {
  if (file.size > MAX_BYTES)
    throw new RangeError(`${file.name}: expected at most ${MAX_BYTES / 2 ** 20} MB, got ${Math.ceil(file.size / 2 ** 20)} MB`)
  return { name: file.name, bytes: await file.arrayBuffer() }
}

export const host = (): Host => window.winnowHost ?? browser
