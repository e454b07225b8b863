// What the worklet folder may use of its surroundings, and nothing more: neither the DOM's types nor Node's are
// loaded here, so that a stray `document` or `process` does not compile.

declare namespace WebAssembly {
  class Module { constructor(bytes: BufferSource) }
  class Memory { constructor(descriptor: { initial: number; maximum: number }); readonly buffer: ArrayBuffer }
  class Instance { constructor(module: Module, imports: object); readonly exports: Record<string, unknown> }
  function validate(bytes: BufferSource): boolean
}
type BufferSource = ArrayBufferView<ArrayBuffer> | ArrayBuffer
