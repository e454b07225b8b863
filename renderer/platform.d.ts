// What the DOM's types of this compiler do not know yet, and what the bundler resolves.

/** Chromium: how often the sound was late. Absent elsewhere. */
interface AudioPlaybackStats { readonly underrunEvents: number }
interface AudioContext {
  readonly playbackStats?: AudioPlaybackStats
  /** Where the sound goes; absent in Firefox and Safari. */
  setSinkId?(deviceId: string): Promise<void>
}

/** Chromium: asks a person for a folder. */
declare const showDirectoryPicker: ((options: { readonly id?: string; readonly mode?: 'read' | 'readwrite' }) => Promise<FileSystemDirectoryHandle>) | undefined

declare module '*.css'
/** As a text, for a shadow root. */
declare module '*.css?inline' { const text: string; export default text }
declare module 'audioworklet-polyfill'

/** The package's own types are out of the compiler's reach ("exports" names none); of what it has, this is what we use. */
declare module 'midi-writer-js' {
  interface TrackEvent { readonly data: readonly number[] }
  interface Chunk { readonly type: readonly number[]; readonly size: readonly number[]; readonly data: readonly number[] }
  class Track { addEvent(event: TrackEvent): this }
  type EventOf<Fields> = new (fields: Fields) => TrackEvent
  const writer: {
    readonly Track: typeof Track
    readonly Writer: new (tracks: readonly Track[], options: { readonly ticksPerBeat: number }) => { buildData(): readonly Chunk[] }
    /** Channels from 1. `velocity`: 1–100. `wait` and `delta`: ticks since the event before. */
    readonly NoteOnEvent: EventOf<{ channel: number; pitch: number; velocity: number; wait: string }>
    readonly NoteOffEvent: EventOf<{ channel: number; pitch: number; velocity: number; duration: string; delta: number }>
    readonly ControllerChangeEvent: EventOf<{ channel: number; controllerNumber: number; controllerValue: number; delta: number }>
    /** Channels from 0. `bend`: −1…1. */
    readonly PitchBendEvent: EventOf<{ channel: number; bend: number; delta: number }>
    readonly ProgramChangeEvent: EventOf<{ channel: number; instrument: number; delta: number }>
    readonly TempoEvent: EventOf<{ bpm: number; tick: number }>
    /** A character of `text` is a byte of the file. */
    readonly TrackNameEvent: EventOf<{ text: string }>
  }
  export default writer
}

/** Chromium: files that can be opened again, and asked for, without choosing them anew. */
interface FileSystemHandle {
  queryPermission?(wish: { readonly mode: 'read' | 'readwrite' }): Promise<PermissionState>
  requestPermission?(wish: { readonly mode: 'read' | 'readwrite' }): Promise<PermissionState>
}
interface FilePickerType { readonly description: string; readonly accept: Readonly<Record<string, readonly string[]>> }
interface Window {
  showOpenFilePicker?(options: { readonly types: readonly FilePickerType[] }): Promise<readonly FileSystemFileHandle[]>
  showSaveFilePicker?(options: { readonly suggestedName: string; readonly types: readonly FilePickerType[] }): Promise<FileSystemFileHandle>
}
interface DataTransferItem { getAsFileSystemHandle?(): Promise<FileSystemHandle | null> }
