import { describe, expect, test } from 'vitest'
import { divergences } from '../worklet/dictionary.ts'
import { chooseKernel, divergenceKind, Kernel } from '../worklet/kernel.ts'
import { plainBytes, plainKernel, relaxedBytes } from './kernels.ts'

describe('the choice of a build', () => {
  /** A clock by which every second measurement takes `share` of what the others take. */
  const clock = (share: number): (() => number) => {
    let calls = 0
    let now = 0
    return () => {
      const task = Math.floor(calls / 2) % 2
      return (now += calls++ % 2 === 0 ? 0 : task === 0 ? 1 : share)
    }
  }

  test('takes the second only where it is at least 5 % faster', () => {
    expect(chooseKernel(plainBytes, plainBytes, clock(0.5)).name).toBe('relaxed')
    expect(chooseKernel(plainBytes, plainBytes, clock(0.97)).name).toBe('plain')
    expect(chooseKernel(plainBytes, plainBytes, clock(2)).name).toBe('plain')
  })

  test('takes the first where this engine cannot run the second', () => {
    expect(chooseKernel(plainBytes, new Uint8Array([0, 1, 2]), clock(0.5)).name).toBe('plain')
    const { name } = chooseKernel(plainBytes, relaxedBytes, clock(0.5))
    expect(name).toBe(WebAssembly.validate(relaxedBytes) ? 'relaxed' : 'plain')
  })
})

test('memory is handed out whole, aligned and apart, and never more than was ordered', () => {
  const kernel = new Kernel(plainKernel, 40000)
  const views = [3, 16, 17, 1000].map((length) => kernel.floats(length))
  for (const [i, view] of views.entries()) {
    expect(view.byteOffset % 64).toBe(0)
    expect(view.every((x) => x === 0)).toBe(true)
    if (i > 0) expect(view.byteOffset).toBeGreaterThanOrEqual(views[i - 1]!.byteOffset + views[i - 1]!.byteLength)
  }
  expect(() => kernel.floats(1e6)).toThrow(RangeError)
})

test('every named divergence has a pass of its own or the general one', () => {
  expect(Object.fromEntries(Object.entries(divergences).map(([name, d]) => [name, divergenceKind(d).pass]))).toEqual({
    'euc': 'passEuclidean', 'kl': 'passKl', 'is': 'passItakuraSaito', 'dual-is': 'passAlphaBeta', 'hellinger': 'passAlphaBeta',
    'beta-half': 'passBetaHalf', 'beta-1.5': 'passBetaThreeHalves',
  })
})
