// A browser without AudioWorklet: audioworklet-polyfill runs the same processor on the page's own thread, in blocks
// of 2048 samples. It makes its realm from an inline script and eval, so a host that forbids those (ours does, and
// Electron never needs it) cannot have it; then the page says so rather than fall silent.

export const FALLBACK_NOTE = 'This browser has no AudioWorklet. The sound is computed on the page’s own thread, '
  + 'with a higher latency, and may stutter while the page is busy.'

export const hasWorklet = (): boolean =>
  typeof AudioWorkletNode === 'function' && typeof AudioContext === 'function' && 'audioWorklet' in AudioContext.prototype

function mayEvaluate(): boolean {
  try {
    return new Function('return true')() as boolean
  } catch {
    return false
  }
}

export async function loadFallback(): Promise<void> {
  if (typeof AudioContext !== 'function') throw new Error('This browser has no Web Audio, so Winnow cannot make sound in it.')
  if (!mayEvaluate())
    throw new Error('This browser has no AudioWorklet, and this address forbids the code that would stand in for it. '
      + 'Use a current Chromium, Firefox or Safari.')
  // On plain http the node's name exists without the worklet behind it, and the polyfill would take it for the real one.
  Reflect.deleteProperty(globalThis, 'AudioWorkletNode')
  await import('audioworklet-polyfill')
}

interface PolyfilledWorklet { addModule(address: string, options: { transpile(code: string): string }): Promise<void> }

/** Its realm learns the rate with the first block, but a processor needs it in its constructor. */
export const addFallbackModule = (context: AudioContext, address: string): Promise<void> =>
  (context.audioWorklet as unknown as PolyfilledWorklet).addModule(address, {
    transpile: (code) => `self.sampleRate = sampleRate = ${context.sampleRate};\n${code}`,
  })

type Block = (event: AudioProcessingEvent) => void

/** A ScriptProcessor has no `processorerror`: what throws in a block is reported here, and the block is silence. */
export function watchFallbackNode(node: AudioNode, onFault: (message: string) => void): () => void {
  const script = node as ScriptProcessorNode
  const compute = script.onaudioprocess as unknown as Block
  script.onaudioprocess = (event) => {
    try {
      compute.call(script, event)
    } catch (error) {
      script.onaudioprocess = null
      onFault(error instanceof Error ? error.message : String(error))
    }
  }
  return () => { script.onaudioprocess = null }
}
