// The app's icon as the systems want it, drawn here at each size: what renderer/icon.svg shows, as PNG for Linux, and
// the same PNGs in Apple's and Microsoft's containers. Its files have the same mark on a sheet of paper.

import { mkdir, writeFile } from 'node:fs/promises'
import { png } from './png.mjs'

const GROUND = [0x14, 0x14, 0x16]
const WHEAT = [0xea, 0xd8, 0xa8]
// On a square of 24: a W that opens upwards, and the grain above it.
const STROKE = [[4.5, 6.5], [8.2, 18.5], [12, 9], [15.8, 18.5], [19.5, 6.5]]
const WIDTH = 2
const GRAIN = [12, 4.8, 1.7]
const CORNER = 5

const length = (x, y) => Math.sqrt(x * x + y * y) // Math.hypot guards against sizes that no icon has, and takes its time

const lineDistance = (x, y, [ax, ay], [bx, by]) => {
  const t = Math.min(1, Math.max(0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2)))
  return length(x - ax - t * (bx - ax), y - ay - t * (by - ay))
}

/** Distances to the outlines, negative inside, so that every size is smooth without drawing it larger first. */
const markDistance = (x, y) => {
  const [cx, cy, r] = GRAIN
  const strokes = STROKE.slice(1).map((end, i) => lineDistance(x, y, STROKE[i], end) - WIDTH / 2)
  return Math.min(length(x - cx, y - cy) - r, ...strokes)
}
const groundDistance = (x, y) => {
  const [dx, dy] = [x, y].map((v) => Math.abs(v - 12) - 12 + CORNER)
  return length(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - CORNER
}

const PAPER = [0xf2, 0xee, 0xe4]
const FOLD = [0xcf, 0xc6, 0xb0]
// The sheet from left to right and from top to bottom, the part that is folded over, and the mark's share of its size.
const SHEET = { left: 4, right: 20, top: 1.5, bottom: 22.5, corner: 1.2, fold: 5, mark: 0.6 }

const boxDistance = (x, y, { left, right, top, bottom, corner }) => {
  const dx = Math.abs(x - (left + right) / 2) - (right - left) / 2 + corner
  const dy = Math.abs(y - (top + bottom) / 2) - (bottom - top) / 2 + corner
  return length(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - corner
}
/** Positive beyond the line from which the corner is folded. */
const beyondFold = (x, y) => ((x - SHEET.right) - (y - SHEET.top) + SHEET.fold) / Math.SQRT2
const sheetDistance = (x, y) => Math.max(boxDistance(x, y, SHEET), beyondFold(x, y))
const foldDistance = (x, y) => Math.max(boxDistance(x, y, { left: SHEET.right - SHEET.fold, right: SHEET.right, top: SHEET.top, bottom: SHEET.top + SHEET.fold, corner: 0 }), beyondFold(x, y))
const sheetMark = (x, y) => SHEET.mark * markDistance((x - 12) / SHEET.mark + 12, (y - 13.5) / SHEET.mark + 12)

/** What lies under, first. */
const app = [[GROUND, groundDistance], [WHEAT, markDistance]]
const sheet = [[PAPER, sheetDistance], [FOLD, foldDistance], [GROUND, sheetMark]]

function pixels(size, layers) {
  const rgba = Buffer.alloc(size * size * 4)
  const cover = (distance) => Math.min(1, Math.max(0, 0.5 - distance * size / 24))
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      const [x, y] = [column, row].map((v) => (v + 0.5) * 24 / size)
      const at = (row * size + column) * 4
      const [[ground, outline], ...over] = layers
      const colour = [...ground]
      for (const [own, distance] of over) {
        const share = cover(distance(x, y))
        for (let c = 0; c < 3; c++) colour[c] += (own[c] - colour[c]) * share
      }
      for (let c = 0; c < 3; c++) rgba[at + c] = Math.round(colour[c])
      rgba[at + 3] = Math.round(255 * cover(outline(x, y)))
    }
  return rgba
}

const uint32 = (value) => { const bytes = Buffer.alloc(4); bytes.writeUInt32BE(value); return bytes }

/** Apple: named pieces, each a PNG. */
function icns(pngs) {
  const pieces = [['icp4', 16], ['icp5', 32], ['icp6', 64], ['ic07', 128], ['ic08', 256], ['ic09', 512], ['ic10', 1024]]
    .filter(([, size]) => pngs.has(size)).map(([name, size]) => Buffer.concat([Buffer.from(name, 'latin1'), uint32(pngs.get(size).length + 8), pngs.get(size)]))
  const body = Buffer.concat(pieces)
  return Buffer.concat([Buffer.from('icns', 'latin1'), uint32(body.length + 8), body])
}

/** Microsoft: a directory of 16 bytes each, then the PNGs; 256 is written as 0. */
function ico(pngs) {
  const sizes = [16, 32, 64, 128, 256]
  const head = Buffer.alloc(6 + 16 * sizes.length)
  head.writeUInt16LE(1, 2)
  head.writeUInt16LE(sizes.length, 4)
  let offset = head.length
  sizes.forEach((size, i) => {
    const at = 6 + 16 * i
    head.writeUInt8(size % 256, at)
    head.writeUInt8(size % 256, at + 1)
    head.writeUInt16LE(1, at + 4)
    head.writeUInt16LE(32, at + 6)
    head.writeUInt32LE(pngs.get(size).length, at + 8)
    head.writeUInt32LE(offset, at + 12)
    offset += pngs.get(size).length
  })
  return Buffer.concat([head, ...sizes.map((size) => pngs.get(size))])
}

const SIZES = [16, 32, 64, 128, 256, 512, 1024]
const draw = (size, layers = app) => png(pixels(size, layers), size, size)

/** For a browser that installs the page. */
export async function pageIcons(folder) {
  for (const size of [192, 512]) await writeFile(`${folder}icon-${size}.png`, draw(size))
}

/** Linux takes one file for each size, and the sheet for nothing: its desktops draw their own. */
export async function icons(folder) {
  await mkdir(folder + 'linux', { recursive: true })
  for (const [name, layers] of [['icon', app], ['document', sheet]]) {
    const sizes = name === 'icon' ? SIZES : SIZES.slice(0, -1) // nobody sees a document so large
    const pngs = new Map(sizes.map((size) => [size, draw(size, layers)]))
    await writeFile(`${folder}${name}.icns`, icns(pngs))
    await writeFile(`${folder}${name}.ico`, ico(pngs))
    if (name === 'icon') for (const size of SIZES.slice(0, -1)) await writeFile(`${folder}linux/${size}x${size}.png`, pngs.get(size))
  }
}
