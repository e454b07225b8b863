import { describe, expect, test } from 'vitest'
import { Kernel } from '../worklet/kernel.ts'
import { Analysis, latencyOf, leaning, Synthesis, Transform, windows, type Shape } from '../worklet/stft.ts'
import { kernels } from './kernels.ts'
import { dft, errorDb } from './reference.ts'
import { noise } from './signals.ts'

const sizes = [256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 6144, 8192, 16384]
const room = (shape: Shape, latency: number): number =>
  Transform.floats(shape.fftSize) + Analysis.floats(shape, latency) + Synthesis.floats(shape) + shape.fftSize

function chain(module: WebAssembly.Module, shape: Shape, latency = latencyOf(shape, 'direct')): { analysis: Analysis; synthesis: Synthesis; ones: Float32Array } {
  const kernel = new Kernel(module, room(shape, latency))
  const transform = new Transform(kernel, shape.fftSize)
  return { analysis: new Analysis(transform, shape, latency), synthesis: new Synthesis(transform, shape), ones: kernel.floats(shape.fftSize / 2 + 4).fill(1) }
}

const symmetric = (fftSize: number, hops = 4): Shape => ({ fftSize, windowSize: fftSize, hopSize: fftSize / hops, tailSize: fftSize })

describe.each(kernels)('%s kernel', (_, module) => {
  test.each(sizes)('a frame of %i samples is the windowed Fourier transform, to −120 dB', (fftSize) => {
    const shape = symmetric(fftSize)
    const { analysis } = chain(module, shape)
    const x = noise(fftSize, fftSize)
    for (let hop = 0; hop < 4; hop++) {
      for (let i = 0; i < shape.hopSize; i++) analysis.write(x[hop * shape.hopSize + i]!, i)
      analysis.frame()
    }
    const window = windows(shape).analysis
    const step = fftSize > 2048 ? Math.floor(fftSize / 1024) : 1 // the slow twin takes its time: it looks at some bins of long frames
    const want = step === 1 ? dft(x.map((v, i) => v * window[i]!)) : someBins(x.map((v, i) => v * window[i]!), step)
    const bins = Array.from({ length: want.re.length }, (_, i) => i * step)
    expect(errorDb([...bins.map((k) => analysis.re[k]!), ...bins.map((k) => analysis.im[k]!)], [...want.re, ...want.im])).toBeLessThan(-120)
  })

  const shapes: [string, Shape][] = [
    ...sizes.flatMap((size) => [2, 4, 8].map((hops) => [`${size}, hop 1/${hops}`, symmetric(size, hops)] as [string, Shape])),
    ['asymmetric 1024 → 512', { fftSize: 1024, windowSize: 1024, hopSize: 128, tailSize: 512 }],
    ['asymmetric 4096 → 256', { fftSize: 4096, windowSize: 4096, hopSize: 128, tailSize: 256 }],
    ['leaning 1024 → 128', leaning({ fftSize: 1024, windowSize: 1024, hopSize: 64, tailSize: 128 })],
    ['leaning 2822 in 3072 → 1412', leaning({ fftSize: 3072, windowSize: 2822, hopSize: 353, tailSize: 1412 })],
    ['odd sizes: 2822 in 4096 → 1412', { fftSize: 4096, windowSize: 2822, hopSize: 353, tailSize: 1412 }],
    ['odd sizes: 743 in 1024, hop 186', { fftSize: 1024, windowSize: 744, hopSize: 186, tailSize: 744 }],
  ]
  test.each(shapes)('%s: masks of one give the input back, delayed by the latency', (_, shape) => {
    const latency = latencyOf(shape, 'direct')
    const { analysis, synthesis, ones } = chain(module, shape, latency)
    const hops = Math.ceil((3 * shape.windowSize) / shape.hopSize)
    const x = noise(hops * shape.hopSize, 3)
    const y = new Float32Array(x.length)
    const delayed = new Float32Array(x.length)
    for (let hop = 0; hop < hops; hop++) {
      for (let i = 0; i < shape.hopSize; i++) {
        y[hop * shape.hopSize + i] = synthesis.ready[i]!
        delayed[hop * shape.hopSize + i] = analysis.rest[i]!
        analysis.write(x[hop * shape.hopSize + i]!, i)
      }
      analysis.frame()
      synthesis.add(analysis, ones)
      synthesis.publish()
    }
    const want = new Float32Array(x.length)
    want.set(x.subarray(0, x.length - latency), latency)
    expect(delayed).toEqual(want)
    expect(errorDb(y, want)).toBeLessThan(-120)
  })
})

describe('windows that lean', () => {
  const middle = (shape: Shape): number => {
    const { analysis } = windows(shape)
    const energy = analysis.map((x) => x * x)
    return energy.reduce((sum, x, n) => sum + n * x, 0) / energy.reduce((sum, x) => sum + x, 0)
  }

  test('are the plain ones where the window is symmetric, and later in their middle the shorter the tail', () => {
    const of = (tailSize: number): Shape => ({ fftSize: 1024, windowSize: 1024, hopSize: tailSize / 2, tailSize })
    expect(windows(leaning(of(1024)))).toEqual(windows(of(1024)))
    const gained = [512, 256, 128].map((tail) => middle(leaning(of(tail))) - middle(of(tail)))
    expect(gained[0]!).toBeGreaterThan(20)
    expect(gained).toEqual([...gained].sort((a, b) => a - b))
  })
})

function someBins(x: Float32Array, step: number): { re: number[]; im: number[] } {
  const re: number[] = []
  const im: number[] = []
  for (let k = 0; k <= x.length / 2; k += step) {
    let [a, b] = [0, 0]
    x.forEach((v, i) => {
      const angle = (-2 * Math.PI * ((k * i) % x.length)) / x.length
      a += v * Math.cos(angle)
      b += v * Math.sin(angle)
    })
    re.push(a)
    im.push(b)
  }
  return { re, im }
}
