// NumPy's file of one array (format versions 1 to 3): six letters and a version, the length of a header, the header as the
// text of a Python dictionary, then the numbers. Here an array is a matrix of floating-point numbers, or one sentence.

import type { Matrix } from '../presets/factor.ts'
import { viewOf } from '../renderer/audio/bytes.ts'

const MAGIC = [0x93, ...Buffer.from('NUMPY', 'latin1')]
const MOST_HEADER = 65_536
const MOST_NUMBERS = 2 ** 27 // a gigabyte as float64

export const isNpy = (bytes: Uint8Array): boolean => MAGIC.every((byte, i) => bytes[i] === byte)

interface Header { readonly descr: string; readonly fortranOrder: boolean; readonly shape: readonly number[]; readonly data: number }

function readHeader(bytes: Uint8Array, where: string): Header {
  const fail = (message: string): never => { throw new RangeError(`${where}: ${message}`) }
  if (!isNpy(bytes)) return fail('expected a .npy file, which begins with \\x93NUMPY, got other bytes')
  const major = bytes[6] ?? NaN
  if (!(major >= 1 && major <= 3)) return fail(`expected version 1, 2 or 3 of the .npy format, got ${bytes.length > 6 ? major : 'the end of the file'}`)
  const start = major === 1 ? 10 : 12
  if (bytes.length < start) return fail(`expected the length of a header, got the end of the file after ${bytes.length} bytes`)
  const length = major === 1 ? viewOf(bytes).getUint16(8, true) : viewOf(bytes).getUint32(8, true)
  if (length > MOST_HEADER) return fail(`expected a header of at most ${MOST_HEADER} bytes, got ${length}`)
  if (bytes.length < start + length) return fail(`expected a header of ${length} bytes, got the end of the file after ${bytes.length - start}`)
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, length).toString(major === 3 ? 'utf8' : 'latin1')
  // Keys stand in any order; a type of several fields is a list instead of a word.
  const descr = /['"]descr['"]\s*:\s*(?:['"]([^'"]*)['"]|(\[))/.exec(text)
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text)
  const shape = /['"]shape['"]\s*:\s*\(([\d\s,L]*)\)/.exec(text)
  if (!descr || !order || !shape) return fail(`expected a header with descr, fortran_order and shape, got ${JSON.stringify(text.trim().slice(0, 60))}`)
  return {
    descr: descr[2] === undefined ? descr[1]! : 'several fields', fortranOrder: order[1] === 'True',
    shape: shape[1]!.split(',').map((size) => size.trim()).filter((size) => size !== '').map((size) => parseInt(size, 10)), data: start + length,
  }
}

/** What a person would call the types that are none of ours. */
function typeName(descr: string): string {
  if (/^\|?O/.test(descr)) return 'Python objects'
  if (/^[<>=|]?c\d/.test(descr)) return `complex numbers (${descr})`
  if (/^[<>=|]?[iu]\d/.test(descr)) return `whole numbers (${descr}; save them with .astype('float64'))`
  return descr
}

export function readNpy(bytes: Uint8Array, where: string): Matrix {
  const { descr, fortranOrder, shape, data: start } = readHeader(bytes, where)
  const fail = (message: string): never => { throw new RangeError(`${where}: ${message}`) }
  const [, order, size] = /^([<>=])f([48])$/.exec(descr) ?? []
  if (order === undefined) return fail(`expected an array of float32 or float64, got ${typeName(descr)}`)
  const [rows, columns] = shape
  if (shape.length !== 2 || !(rows! >= 1 && columns! >= 1))
    return fail(`expected a matrix (two dimensions, at least 1 × 1), got ${shape.length === 0 ? 'one number' : `the shape (${shape.join(', ')})`}`)
  const count = rows! * columns!
  if (count > MOST_NUMBERS) return fail(`expected at most ${MOST_NUMBERS} numbers, got ${rows} × ${columns}`)
  const width = Number(size)
  if (bytes.length - start !== count * width)
    return fail(`expected ${count * width} bytes for ${rows} × ${columns} of ${descr}, got ${bytes.length - start}`)
  const view = viewOf(bytes)
  const little = order !== '>'
  const data = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    const value = width === 4 ? view.getFloat32(start + 4 * i, little) : view.getFloat64(start + 8 * i, little)
    data[fortranOrder ? (i % rows!) * columns! + Math.floor(i / rows!) : i] = value
  }
  return { rows: rows!, columns: columns!, data }
}

/** float64, row by row, version 1: what every NumPy reads. */
export function writeNpy({ rows, columns, data }: Matrix): Uint8Array {
  const text = `{'descr': '<f8', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`
  const start = Math.ceil((10 + text.length + 1) / 64) * 64 // the numbers begin where 64 divides
  const bytes = new Uint8Array(start + 8 * data.length).fill(32, 10, start)
  bytes.set([...MAGIC, 1, 0, (start - 10) & 255, (start - 10) >> 8])
  bytes.set(Buffer.from(text, 'latin1'), 10)
  bytes[start - 1] = 10
  const view = viewOf(bytes)
  data.forEach((x, i) => view.setFloat64(start + 8 * i, x, true))
  return bytes
}
