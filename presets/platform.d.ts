// What the presets folder may use of its surroundings beyond the language: both a page and Node have these.

declare class TextEncoder { encode(text: string): Uint8Array<ArrayBuffer> }
declare class TextDecoder { constructor(label: 'utf-8', options: { fatal: boolean; ignoreBOM: boolean }); decode(bytes: Uint8Array): string }
declare namespace WebAssembly { class Module { constructor(bytes: ArrayBufferView<ArrayBuffer> | ArrayBuffer) } }
