// PNG, as small as it gets: rows of red, green, blue and opacity, unfiltered, through zlib. Plain JavaScript, because the
// build draws the icons with it before anything is compiled.

import { crc32, deflateSync } from 'node:zlib'

const uint32 = (value) => { const bytes = Buffer.alloc(4); bytes.writeUInt32BE(value); return bytes }

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  return Buffer.concat([uint32(data.length), body, uint32(crc32(body))])
}

/** `rgba`: four bytes per pixel, row by row. */
export function png(rgba, width, height) {
  const rows = Buffer.alloc(height * (width * 4 + 1)) // each row after a zero: unfiltered
  for (let row = 0; row < height; row++) rows.set(rgba.subarray(row * width * 4, (row + 1) * width * 4), row * (width * 4 + 1) + 1)
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', Buffer.concat([uint32(width), uint32(height), Buffer.of(8, 6, 0, 0, 0)])),
    chunk('IDAT', deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0)),
  ])
}
