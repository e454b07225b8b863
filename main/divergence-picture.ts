// How well each point (α, β) of the family describes the data: the objective of score matching as a picture, with the point
// that was found and the named ones.

import { divergences } from '../worklet/dictionary.ts'
import type { Match } from '../presets/learn/matching.ts'
import { axes, GROUND, INK, Picture, QUIET, type Rectangle } from './picture.ts'

const shown = (x: number): string => String(x).replace('-', '−')

const WIDTH = 860
const HEIGHT = 880
const AREA: Rectangle = { x: 110, y: 80, width: 680, height: 680 }

export function divergencePicture(title: string, { alpha, beta, sum, nearest, grid: { alphas, betas, objective } }: Match): Uint8Array {
  const picture = new Picture(WIDTH, HEIGHT)
  const [a0, a1] = [alphas[0]!, alphas.at(-1)!], [b0, b1] = [betas[0]!, betas.at(-1)!]
  const least = objective.reduce((low, x) => Math.min(low, x), 0)
  /** 1 at the best; its square lets the ridge of equal sums stand out from the slopes. */
  const value = (row: number, column: number): number => (objective[Math.min(alphas.length - 1, row) * betas.length + Math.min(betas.length - 1, column)]! / least) ** 2
  picture.heat(AREA, (u, v) => {
    const x = u * (alphas.length - 1), y = v * (betas.length - 1)
    const row = Math.floor(x), column = Math.floor(y)
    const low = value(row, column) * (row + 1 - x) + value(row + 1, column) * (x - row)
    const high = value(row, column + 1) * (row + 1 - x) + value(row + 1, column + 1) * (x - row)
    return low * (column + 1 - y) + high * (y - column)
  })
  const share = (x: number, from: number, to: number): number => (x - from) / (to - from)
  const ticks = (from: number, to: number) => Array.from({ length: Math.floor(to) - Math.ceil(from) + 1 }, (_, i) => Math.ceil(from) + i)
    .map((x) => ({ at: share(x, from, to), label: shown(x) }))
  axes(picture, AREA, {
    title, bottom: ticks(a0, a1), left: ticks(b0, b1), bottomLabel: 'alpha; the lighter, the better the divergence describes the data', leftLabel: 'beta',
  })
  const place = (at: { alpha: number; beta: number }): [number, number] =>
    [AREA.x + share(at.alpha, a0, a1) * AREA.width, AREA.y + (1 - share(at.beta, b0, b1)) * AREA.height]
  const label = (x: number, y: number, text: string, align: 'left' | 'right'): void => {
    for (const [dx, dy] of [[-2, 0], [2, 0], [0, -2], [0, 2]] as const) picture.text(x + dx, y + dy, text, { colour: GROUND, align })
    picture.text(x, y, text, { align })
  }
  for (const [name, at] of Object.entries(divergences)) {
    const [x, y] = place(at)
    picture.ring(x, y, 4, 5, GROUND)
    picture.ring(x, y, 4, 2, name === nearest ? INK : QUIET)
    const leftwards = at.alpha > 0 && at.alpha < 1 // where others stand close to the right
    label(leftwards ? x - 12 : x + 12, y, name, leftwards ? 'right' : 'left')
  }
  const [x, y] = place({ alpha, beta })
  picture.ring(x, y, 11, 6, GROUND)
  picture.ring(x, y, 11, 2.5, INK)
  picture.text(AREA.x + AREA.width / 2, HEIGHT - 24, `alpha ${shown(alpha)}, beta ${shown(beta)}, sum ${shown(sum)}: nearest ${nearest}`, { align: 'centre' })
  return picture.png()
}
