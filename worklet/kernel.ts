// Loads the WebAssembly arithmetic into memory of fixed size, hands that memory out, and types the calls.
// Every array that the kernel touches is a view made here, once; its `byteOffset` is its address.

import type { Divergence } from './dictionary.ts'

type Address = number
type Pass = (w: Address, v: Address, m: Address, h: Address, g: Address, d: Address, loss: Address, atoms: number, stride: number,
  fromPanel: number, toPanel: number, numbers: Address) => void

/** The exports of kernel/index.ts; what each does stands there. */
export interface Arithmetic {
  split(x: Address, window: Address, re: Address, im: Address, n: number): void
  transform(re: Address, im: Address, re2: Address, im2: Address, twiddles: Address, m: number): void
  merge(zr: Address, zi: Address, turn: Address, m: number, xr: Address, xi: Address): void
  unmerge(xr: Address, xi: Address, mask: Address, turn: Address, m: number, zr: Address, zi: Address): void
  overlap(zr: Address, zi: Address, window: Address, out: Address, from: number, n: number): void
  remainder(rest: Address, ready: Address, n: number): void
  passKl: Pass
  passEuclidean: Pass
  passItakuraSaito: Pass
  passBetaHalf: Pass
  passBetaThreeHalves: Pass
  passAlphaBeta: Pass
  slopeEuclidean: Pass
  slopeKl: Pass
  slopeDualItakuraSaito: Pass
  curveEuclidean: Pass
  curveKl: Pass
  curveDualItakuraSaito: Pass
  prepare(v: Address, m: Address, x: Address, n: number, numbers: Address): void
  weigh(v: Address, m: Address, n: number, out: Address): void
  step(h: Address, g: Address, d: Address, sums: Address, l1: Address, atoms: number, power: Address): void
  descend(z: Address, h: Address, g: Address, each: Address, stride: number, atoms: number, momentum: Address, turned: Address): void
  project(w: Address, x: Address, step: number, g: Address, atoms: number, stride: number, fromPanel: number, toPanel: number): void
  lanes(g: Address, out: Address, atoms: number): void
  leftover(gram: Address, b: Address, l1: Address, h: Address, rest: Address, atoms: number, stride: number): void
  sweep(gram: Address, h: Address, rest: Address, first: number, atoms: number, stride: number): void
  explain(w: Address, h: Address, room: number, ends: Address, groups: number, spectra: Address, stride: number, total: Address,
    fromPanel: number, toPanel: number): void
  masks(spectra: Address, groups: number, stride: number, v: Address, total: Address, assign: Address, gates: Address,
    sources: number, out: Address, from: number, n: number, numbers: Address, binary: number, bound: Address): void
  extend(out: Address, gates: Address, stride: number, sources: number, v: Address, known: number, bins: number): void
  magnitude(re: Address, im: Address, re2: Address, im2: Address, out: Address, n: number): void
  pairs(lr: Address, li: Address, rr: Address, ri: Address, left: Address, right: Address, crossRe: Address, crossIm: Address, n: number): void
  claims(places: Address, stride: number, count: number, left: Address, right: Address, crossRe: Address, crossIm: Address,
    covered: Address, tally: Address, from: number, to: number): void
  bearings(left: Address, right: Address, crossRe: Address, crossIm: Address, level: Address, phase: Address, from: number, to: number): void
  area(level: Address, phase: Address, grid: Address, size: number, frame: Address, claim: Address, covered: Address, from: number, to: number): void
  gather(places: Address, stride: number, list: Address, band: Address, gate: Address, from: number, to: number): void
  shares(places: Address, stride: number, list: Address, mask: Address, left: Address, from: number, to: number): void
  solve(places: Address, stride: number, list: Address, rest: Address, lr: Address, li: Address, rr: Address, ri: Address, y: Address,
    rounds: number, epsilon: Address, from: number, to: number): void
  part(places: Address, stride: number, list: Address, y: Address, right: number, mask: Address, xr: Address, xi: Address, numbers: Address,
    outRe: Address, outIm: Address, from: number, to: number): void
  paint(out: Address, gain: Address, cover: Address, stride: number, sources: number, from: number, to: number): void
  deal(row: Address, dealt: Address, bins: number, second: number, third: number, fourth: number): void
  collect(dealt: Address, row: Address, bins: number, second: number, third: number, fourth: number): void
  sum(w: Address, atom: number, room: number, fromPanel: number, toPanel: number, sums: Address): void
  ratios(kind: number, x: Address, m: Address, q: Address, n: Address, e: Address, bins: number, numbers: Address): void
  learn(w: Address, atom: number, room: number, panels: number, a: Address, b: Address, n: Address, e: Address,
    numbers: Address): void
  track(y: Address, power: Address, presence: Address, usual: Address, n: number, numbers: Address): void
  settle(y: Address, power: Address, presence: Address, usual: Address, n: number, numbers: Address): void
  powers(y: Address, power: Address, n: number, out: Address): void
  roots(power: Address, out: Address, n: number): void
  weighted(out: Address, stride: number, sources: number, n: number, numbers: Address): void
  smooth(mask: Address, before: Address, band: Address, n: number, numbers: Address): void
  plant(row: Address, w: Address, atom: number, room: number, panels: number): void
  multiply(out: Address, a: Address, aRow: number, aStep: number, b: Address, turned: number, rows: number, count: number, m: number,
    panel: Address): void
  cues(mask: Address, gate: Address, y: Address, noise: Address, n: number, numbers: Address, odds: Address, share: Address,
    over: Address, level: Address): void
  contrast(level: Address, n: number, half: number, out: Address): void
  combs(table: Address, rows: number, x: Address, n: number, out: Address): void
  comb(table: Address, rows: number, found: Address, n: number, out: Address, numbers: Address): void
  fold(band: Address, part: Address, share: Address, y: Address, noise: Address, contrast: Address, comb: Address, n: number, bands: number,
    out: Address): void
  logits(numbers: Address, band: Address, part: Address, odds: Address, over: Address, contrast: Address, comb: Address, n: number,
    out: Address): void
  remask(mask: Address, gates: Address, stride: number, sources: number, which: number, odds: Address, logit: Address, n: number,
    numbers: Address): void
  climb(x: Address, up: Address, down: Address, n: number, numbers: Address): void
  raise(v: Address, m: Address, out: Address, n: number, numbers: Address): void
  cost(kind: number, v: Address, m: Address, q: Address, n: number, numbers: Address): number
  dense(x: Address, w: Address, bias: Address, out: Address, rows: number, inputs: number, columns: number): void
  activate(kind: number, x: Address, n: number): void
  remember(kind: number, heard: Address, kept: Address, h: Address, rows: number, units: number): void
}

/** Bins in a panel of the packed spectra. */
export const PANEL_BINS = 32

/** The order of kernel/activations.ts, and the pass for each. */
const kinds = ['passKl', 'passEuclidean', 'passItakuraSaito', 'passBetaHalf', 'passBetaThreeHalves', 'passAlphaBeta'] as const

export interface PassKind { readonly kind: number; readonly pass: (typeof kinds)[number] }

export function divergenceKind({ alpha, beta }: Divergence): PassKind {
  const named = alpha === 1 ? [0, 1, -1, -0.5, 0.5].indexOf(beta) : -1
  const kind = named < 0 ? kinds.length - 1 : named
  return { kind, pass: kinds[kind]! }
}

const PAGE = 65536
const ALIGN = 64 // bytes: a cache line
const BASE = 1024 // below this the compiler keeps its own constants

export class Kernel {
  readonly run: Arithmetic
  private readonly buffer: ArrayBuffer
  private next = BASE

  /** `floats`: how many numbers will be asked for, in all; each array takes up to 15 more than its length. */
  constructor(module: WebAssembly.Module, floats: number) {
    const pages = Math.ceil((BASE + floats * 4) / PAGE)
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
    this.buffer = memory.buffer
    this.run = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Arithmetic
  }

  floats(length: number): Float32Array<ArrayBuffer> {
    const view = new Float32Array(this.buffer, this.next, length)
    this.next += Math.ceil((length * 4) / ALIGN) * ALIGN
    return view
  }

  integers(length: number): Int32Array<ArrayBuffer> {
    return new Int32Array(this.buffer, this.floats(length).byteOffset, length)
  }
}

/**
 * The relaxed build (fused multiply-add) where the engine takes it and it is at least 5 % faster, else the plain one,
 * which is the reference. Takes about 10 ms; `now` in milliseconds.
 */
export function chooseKernel(plain: BufferSource, relaxed: BufferSource, now: () => number): { module: WebAssembly.Module; name: 'plain' | 'relaxed' } {
  const reference = new WebAssembly.Module(plain)
  if (!WebAssembly.validate(relaxed)) return { module: reference, name: 'plain' }
  const candidate = new WebAssembly.Module(relaxed)
  const timers = [passTimer(reference), passTimer(candidate)]
  const best = [Infinity, Infinity]
  for (let round = 0; round < 8; round++)
    timers.forEach((time, i) => { best[i] = Math.min(best[i]!, time(now)) })
  return best[1]! < 0.95 * best[0]! ? { module: candidate, name: 'relaxed' } : { module: reference, name: 'plain' }
}

function passTimer(module: WebAssembly.Module): (now: () => number) => number {
  const atoms = 64, panels = 16
  const kernel = new Kernel(module, atoms * panels * PANEL_BINS + 8 * atoms + 2048)
  const w = kernel.floats(atoms * panels * PANEL_BINS).fill(1 / (panels * PANEL_BINS))
  const v = kernel.floats(panels * PANEL_BINS).fill(1), h = kernel.floats(atoms).fill(1), g = kernel.floats(atoms * 4)
  const numbers = kernel.floats(3)
  numbers.set([1, 0, 1e-9])
  return (now) => {
    const start = now()
    for (let i = 0; i < 60; i++)
      kernel.run.passKl(w.byteOffset, v.byteOffset, 0, h.byteOffset, g.byteOffset, 0, 0, atoms, atoms, 0, panels, numbers.byteOffset)
    return now() - start
  }
}
