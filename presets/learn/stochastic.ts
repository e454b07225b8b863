// Stochastic updates: which frames each step of a pass takes (Serizel, Essid & Richard 2016; Ludvigsen & Grasmair 2023).
// Frames are shuffled for every pass. One term of the loss is sampled in full; of the others each step takes as many
// frames, so that a smaller one is sampled over and over and a larger one in part.

export type TermName = 'own' | 'against' | 'pairs'

export interface Batches {
  /** Frames of each term in a step. */
  readonly size: number
  /** The term of which a pass takes every frame once. */
  readonly full: TermName
  readonly random: () => number
}

/** Rows of each term, step by step; all rows at once without batches. Terms of no frames give no rows. */
export type Step = Readonly<Record<TermName, Int32Array>>

export function steps(counts: Readonly<Record<TermName, number>>, batches: Batches | null): Step[] {
  const inOrder = (count: number): Int32Array => Int32Array.from({ length: count }, (_, i) => i)
  if (batches === null) return [{ own: inOrder(counts.own), against: inOrder(counts.against), pairs: inOrder(counts.pairs) }]
  const { size, full, random } = batches
  const order = { own: shuffled(inOrder(counts.own), random), against: shuffled(inOrder(counts.against), random), pairs: shuffled(inOrder(counts.pairs), random) }
  const number = Math.ceil(counts[full] / size)
  const rows = (name: TermName, at: number): Int32Array => {
    const all = order[name]
    if (name === full) return all.subarray(at * size, (at + 1) * size)
    return all.length === 0 ? all : Int32Array.from({ length: size }, (_, i) => all[(at * size + i) % all.length]!)
  }
  return Array.from({ length: number }, (_, at) => ({ own: rows('own', at), against: rows('against', at), pairs: rows('pairs', at) }))
}

/** In place (Fisher & Yates). */
function shuffled(rows: Int32Array, random: () => number): Int32Array {
  for (let i = rows.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const row = rows[i]!
    rows[i] = rows[j]!
    rows[j] = row
  }
  return rows
}
