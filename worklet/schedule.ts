// A frame's work as a row of units of about equal size, stage after stage. The direct mode does them all in the quantum
// that completes the hop; the sliced mode spreads them over the samples of the next hop.

/** One stage of the chain: what a unit of it does, and how many units this frame takes. */
export class Stage {
  units = 0
  constructor(readonly work: (unit: number) => void) {}
}

export class Schedule {
  private total = 0
  private done = 0
  /** The stage at work, and units before it. */
  private at = 0
  private before = 0

  constructor(private readonly stages: readonly Stage[]) {}

  /** Nothing to do. */
  clear(): void { this.total = this.done = this.at = this.before = 0 }

  /** A new frame's units, as its stages say. */
  begin(): void {
    this.clear()
    for (let i = 0; i < this.stages.length; i++) this.total += this.stages[i]!.units
  }

  /** As much as is due when `part` of `whole` has passed. */
  work(part: number, whole: number): void {
    const due = Math.floor((this.total * part) / whole)
    for (; this.done < due; this.done++) {
      while (this.done - this.before === this.stages[this.at]!.units) this.before += this.stages[this.at++]!.units
      this.stages[this.at]!.work(this.done - this.before)
    }
  }
}

/** A row of `length` cut into slices of `size`: a unit's worth. */
export class Slices {
  readonly count: number
  constructor(private readonly length: number, private readonly size: number) { this.count = Math.ceil(length / size) }
  from(slice: number): number { return slice * this.size }
  to(slice: number): number { return Math.min((slice + 1) * this.size, this.length) }
}
