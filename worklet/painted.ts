// What was painted on the spectrogram, brought to each frame when its time comes. An area is met as lines of constant
// time: where they cross it, it begins and ends in frequency. Soft edges are several lines beside each other, and slopes.

import { boxOf, crossings, type Box } from './areas.ts'
import type { Kernel } from './kernel.ts'
import type { Painted as PaintedArea, Selection } from './selection.ts'

interface Area {
  readonly box: Box
  /** Hertz and seconds of each corner in turn: a line of constant time is one of constant y. */
  readonly flat: Float64Array
  readonly gain: number
  /** Half the length of the slope at the edge, in seconds and in hertz. */
  readonly seconds: number
  readonly hertz: number
}

/** Lines across a slope. */
const LINES = 7

const areaOf = ({ polygon, gain = 1, soft = 0 }: PaintedArea): Area => {
  const box = boxOf(polygon)
  return {
    box, gain, flat: Float64Array.from(polygon.flatMap(([seconds, hertz]) => [hertz, seconds])),
    seconds: (soft * (box.x1 - box.x0)) / 2, hertz: (soft * (box.y1 - box.y0)) / 2,
  }
}

export class Painted {
  private areas: readonly (readonly Area[])[] = []
  /** Per source: what it gets, and where the hand decides. */
  private readonly gains: readonly Float32Array[]
  private readonly covers: readonly Float32Array[]
  private readonly stride: number
  private readonly cover: Float32Array
  private edges = new Float64Array(0)
  /** The time of the line that is looked at. */
  private readonly line = new Float64Array(1)

  /** Rows of bins lie as far apart as those of the masks, `stride` bytes. `now` is the frame's second of the file. */
  constructor(private readonly kernel: Kernel, private readonly bins: number, private readonly hertzPerBin: number, sources: number,
    stride: number, private readonly now: Float64Array) {
    const rows = (): Float32Array[] => Array.from({ length: sources }, () => kernel.floats(stride / 4))
    this.stride = stride
    this.gains = rows()
    this.covers = rows()
    this.cover = kernel.floats(bins)
  }

  select({ sources }: Selection): void {
    this.areas = sources.map(({ painted = [] }) => painted.map(areaOf))
    const corners = this.areas.reduce((most, list) => list.reduce((n, { flat }) => Math.max(n, flat.length / 2), most), 0)
    if (this.edges.length < corners) this.edges = new Float64Array(corners)
  }

  /** Brings one source's areas together. */
  gather(source: number): void {
    const areas = this.areas[source]!, gain = this.gains[source]!, cover = this.covers[source]!
    gain.fill(0)
    cover.fill(0)
    for (let i = 0; i < areas.length; i++) if (this.meets(areas[i]!)) this.lay(areas[i]!, gain, cover)
  }

  /** After all sources: decides over the finished `masks` of a frame. */
  apply(masks: readonly Float32Array[]): void {
    const { gains, covers, kernel: { run } } = this
    run.paint(masks[0]!.byteOffset, gains[0]!.byteOffset, covers[0]!.byteOffset, this.stride, masks.length, 0, Math.ceil(this.bins / 4) * 4)
  }

  /** Whether the frame has any. */
  meetsAny(): boolean {
    for (let s = 0; s < this.areas.length; s++)
      for (let i = 0; i < this.areas[s]!.length; i++) if (this.meets(this.areas[s]![i]!)) return true
    return false
  }

  private meets({ box, seconds }: Area): boolean { return this.now[0]! >= box.x0 - seconds && this.now[0]! <= box.x1 + seconds }

  /** One area on top of those before it. */
  private lay(area: Area, gain: Float32Array, covered: Float32Array): void {
    const { cover, edges, line, now, hertzPerBin, bins } = this
    cover.fill(0)
    const lines = area.seconds > 0 ? LINES : 1
    for (let n = 0; n < lines; n++) {
      line[0] = now[0]! + area.seconds * ((2 * n + 1) / lines - 1)
      const count = crossings(area.flat, line, edges)
      for (let k = 0; k + 1 < count; k += 2) this.span(k, area, lines)
    }
    const from = Math.max(0, Math.floor((area.box.y0 - area.hertz) / hertzPerBin))
    const to = Math.min(bins, Math.ceil((area.box.y1 + area.hertz) / hertzPerBin) + 1)
    for (let bin = from; bin < to; bin++) {
      const part = Math.min(1, cover[bin]!)
      gain[bin] = gain[bin]! * (1 - part) + area.gain * part
      covered[bin] = covered[bin]! + (1 - covered[bin]!) * part
    }
  }

  /** Adds one line's share between two of its edges; the slopes, or the bin's own breadth, lie half inside. */
  private span(k: number, { hertz: half }: Area, lines: number): void {
    const { cover, hertzPerBin, bins, edges } = this
    const low = edges[k]!, high = edges[k + 1]!
    const reach = Math.max(half, hertzPerBin / 2)
    const from = Math.max(0, Math.ceil((low - reach) / hertzPerBin)), to = Math.min(bins - 1, Math.floor((high + reach) / hertzPerBin))
    for (let bin = from; bin <= to; bin++) {
      const hertz = bin * hertzPerBin
      cover[bin]! += (step((high - hertz) / reach) - step((low - hertz) / reach)) / lines
    }
  }
}

/** From 0 at −1 to 1 at 1. */
const step = (x: number): number => (x <= -1 ? 0 : x >= 1 ? 1 : (1 + x) / 2)
