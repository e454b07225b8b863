// What the DOM's types of this compiler do not know yet, and what the bundler resolves.

/** Chromium: how often the sound was late. Absent elsewhere. */
interface AudioPlaybackStats { readonly underrunEvents: number }
interface AudioContext { readonly playbackStats?: AudioPlaybackStats }

declare module '*.css'
declare module 'audioworklet-polyfill'
