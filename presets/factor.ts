// The ways of learning and of solving, on any matrix: V ≈ W H with everything not negative. V is bins × frames, W bins × atoms,
// H atoms × frames, as the papers write them.

export interface Matrix {
  readonly rows: number
  readonly columns: number
  /** Row by row. */
  readonly data: Float64Array
}

export const transposed = ({ rows, columns, data }: Matrix): Matrix => ({
  rows: columns, columns: rows,
  data: Float64Array.from({ length: data.length }, (_, i) => data[(i % rows) * columns + Math.floor(i / rows)]!),
})
