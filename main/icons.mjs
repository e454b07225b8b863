// The app's icon as the systems want it, drawn here at each size: what renderer/icon.svg shows, as PNG for Linux, and
// the same PNGs in Apple's and Microsoft's containers.

import { mkdir, writeFile } from 'node:fs/promises'
import { png } from './png.mjs'

const GROUND = [0x14, 0x14, 0x16]
const WHEAT = [0xea, 0xd8, 0xa8]
// On a square of 24: a W that opens upwards, and the grain above it.
const STROKE = [[4.5, 6.5], [8.2, 18.5], [12, 9], [15.8, 18.5], [19.5, 6.5]]
const WIDTH = 2
const GRAIN = [12, 4.8, 1.7]
const CORNER = 5

const lineDistance = (x, y, [ax, ay], [bx, by]) => {
  const t = Math.min(1, Math.max(0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2)))
  return Math.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay))
}

/** Distances to the outlines, negative inside, so that every size is smooth without drawing it larger first. */
const markDistance = (x, y) => {
  const [cx, cy, r] = GRAIN
  const strokes = STROKE.slice(1).map((end, i) => lineDistance(x, y, STROKE[i], end) - WIDTH / 2)
  return Math.min(Math.hypot(x - cx, y - cy) - r, ...strokes)
}
const groundDistance = (x, y) => {
  const [dx, dy] = [x, y].map((v) => Math.abs(v - 12) - 12 + CORNER)
  return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - CORNER
}

function pixels(size) {
  const rgba = Buffer.alloc(size * size * 4)
  const cover = (distance) => Math.min(1, Math.max(0, 0.5 - distance * size / 24))
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      const [x, y] = [column, row].map((v) => (v + 0.5) * 24 / size)
      const mark = cover(markDistance(x, y))
      const at = (row * size + column) * 4
      for (let c = 0; c < 3; c++) rgba[at + c] = Math.round(GROUND[c] + (WHEAT[c] - GROUND[c]) * mark)
      rgba[at + 3] = Math.round(255 * cover(groundDistance(x, y)))
    }
  return rgba
}

const uint32 = (value) => { const bytes = Buffer.alloc(4); bytes.writeUInt32BE(value); return bytes }

/** Apple: named pieces, each a PNG. */
function icns(pngs) {
  const pieces = [['icp4', 16], ['icp5', 32], ['icp6', 64], ['ic07', 128], ['ic08', 256], ['ic09', 512], ['ic10', 1024]]
    .map(([name, size]) => Buffer.concat([Buffer.from(name, 'latin1'), uint32(pngs.get(size).length + 8), pngs.get(size)]))
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

const draw = (size) => png(pixels(size), size, size)

/** For a browser that installs the page. */
export async function pageIcons(folder) {
  for (const size of [192, 512]) await writeFile(`${folder}icon-${size}.png`, draw(size))
}

export async function icons(folder) {
  const pngs = new Map([16, 32, 64, 128, 256, 512, 1024].map((size) => [size, draw(size)]))
  await mkdir(folder, { recursive: true })
  await writeFile(folder + 'icon.png', pngs.get(512))
  await writeFile(folder + 'icon.icns', icns(pngs))
  await writeFile(folder + 'icon.ico', ico(pngs))
}
