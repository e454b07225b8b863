// A windowed frame of 2048 samples to 1025 bins, beside two FFTs that people use in browsers, in one run.

import { alternate } from '../../main/bench-tasks.ts'
import { Kernel } from '../../worklet/kernel.ts'
import { Analysis, Transform } from '../../worklet/stft.ts'
import { noise } from '../signals.ts'
import { commonPeer, peer } from './peers.ts'

export interface FftFigures { readonly winnow: number; readonly fftJs: number; readonly pffft: number }

interface FftJs { realTransform(out: Float64Array, input: ArrayLike<number>): void; createComplexArray(): Float64Array }
interface Pffft {
  HEAPF32: Float32Array
  _pffft_new_setup(size: number, kind: number): number
  _pffft_aligned_malloc(bytes: number): number
  _pffft_transform_ordered(setup: number, input: number, output: number, work: number, direction: number): void
}

const N = 2048

export async function fft(module: WebAssembly.Module, say: (line: string) => void): Promise<FftFigures> {
  const FFT = commonPeer<new (size: number) => FftJs>('fft.js')
  const { default: load } = await peer<{ default: () => Promise<Pffft> }>('@echogarden/pffft-wasm', '@echogarden/pffft-wasm/simd')

  const shape = { fftSize: N, windowSize: N, hopSize: N / 4, tailSize: N }
  const transform = new Transform(new Kernel(module, Transform.floats(N) + Analysis.floats(shape, N)), N)
  const analysis = new Analysis(transform, shape, N)
  const x = noise(N)
  const window = x.map((_, i) => Math.sin((Math.PI * i) / N))
  for (let i = 0; i < shape.hopSize; i++) analysis.write(x[i]!, i)

  const js = new FFT(N)
  const out = js.createComplexArray()
  const windowed = new Float32Array(N)
  const pffft = await load()
  const setup = pffft._pffft_new_setup(N, 0)
  const [from, to, work] = [0, 0, 0].map(() => pffft._pffft_aligned_malloc(4 * N))
  const input = pffft.HEAPF32.subarray(from! / 4, from! / 4 + N)

  const [winnow, fftJs, pffftMicros] = alternate([
    () => analysis.frame(),
    () => {
      for (let i = 0; i < N; i++) windowed[i] = x[i]! * window[i]!
      js.realTransform(out, windowed)
    },
    () => {
      for (let i = 0; i < N; i++) input[i] = x[i]! * window[i]!
      pffft._pffft_transform_ordered(setup, from!, to!, work!, 0)
    },
  ], 31, [400, 100, 400])
  say(`window and FFT of 2048 samples: Winnow ${winnow!.toFixed(2)} µs (with its history and delay), pffft (SIMD WASM) ${pffftMicros!.toFixed(2)} µs, fft.js ${fftJs!.toFixed(2)} µs`)
  return { winnow: winnow!, fftJs: fftJs!, pffft: pffftMicros! }
}
