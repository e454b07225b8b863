// Matrices from files: what NumPy writes, what people type, and one sentence for everything else.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadMatrix, readCsv } from '../main/matrix-file.ts'
import { readNpy, writeNpy } from '../main/npy.ts'
import { scratch } from './cli-fixtures.ts'
import { random } from './signals.ts'

/** As NumPy lays it out; `order` is how `values` stand. */
function npy(descr: string, values: readonly number[], { shape = '(2, 3)', fortran = false, version = 1, raw = null as Uint8Array | null } = {}): Uint8Array {
  const dict = `{'descr': ${descr.startsWith('[') ? descr : `'${descr}'`}, 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${shape}, }`
  const lead = version === 1 ? 10 : 12
  const header = dict.padEnd(128 - lead - 1) + '\n'
  const width = descr.endsWith('4') ? 4 : 8
  const body = Buffer.alloc(values.length * width)
  values.forEach((x, i) => {
    if (descr === '<f4') body.writeFloatLE(x, 4 * i)
    else if (descr === '>f4') body.writeFloatBE(x, 4 * i)
    else if (descr === '>f8') body.writeDoubleBE(x, 8 * i)
    else body.writeDoubleLE(x, 8 * i)
  })
  const head = Buffer.alloc(lead)
  head.write('\x93NUMPY', 0, 'latin1')
  head[6] = version
  if (version === 1) head.writeUInt16LE(header.length, 8)
  else head.writeUInt32LE(header.length, 8)
  return Buffer.concat([head, Buffer.from(header, 'latin1'), raw ?? body])
}

const values = [1.5, 0.25, 3, 4, 0.005, 6]
const byColumns = [1.5, 4, 0.25, 0.005, 3, 6]

describe('.npy', () => {
  test.each([['<f8', 1, false], ['<f8', 1, true], ['<f4', 2, false], ['<f4', 1, true], ['>f4', 3, true], ['>f8', 2, false]] as const)('%s, version %i, Fortran order %s', (descr, version, fortran) => {
    const { rows, columns, data } = readNpy(npy(descr, fortran ? byColumns : values, { version, fortran }), 'v.npy')
    expect([rows, columns]).toEqual([2, 3])
    data.forEach((x, i) => expect(x).toBeCloseTo(values[i]!, descr.endsWith('4') ? 7 : 15))
  })

  test('a file that NumPy itself wrote', () => {
    // numpy.save of [[1.5, 0.25], [3, 4]] as float32, Fortran order
    const bytes = Buffer.from('k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMiksIH0gICAgICAgICAgICAgIC'
      + 'AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAMA/AABAQAAAgD4AAIBA', 'base64')
    expect([...readNpy(bytes, 'v.npy').data]).toEqual([1.5, 0.25, 3, 4])
  })

  test('what is written is read again, in NumPy\'s own layout', () => {
    const next = random(2)
    for (const [rows, columns] of [[1, 1], [3, 5], [40, 7]] as const) {
      const matrix = { rows, columns, data: Float64Array.from({ length: rows * columns }, next) }
      const bytes = writeNpy(matrix)
      expect((bytes.length - 8 * rows * columns) % 64).toBe(0)
      expect(readNpy(bytes, 'again')).toEqual(matrix)
    }
  })

  const refused: [string, Uint8Array, RegExp][] = [
    ['complex numbers', npy('<c16', values, { raw: new Uint8Array(96) }), /^v\.npy: expected an array of float32 or float64, got complex numbers \(<c16\)$/],
    ['Python objects', npy('|O', [], { raw: new Uint8Array(80) }), /expected an array of float32 or float64, got Python objects$/],
    ['several fields', npy("[('a', '<f4')]", [], { raw: new Uint8Array(24) }), /got several fields$/],
    ['whole numbers', npy('<i8', values), /got whole numbers \(<i8; save them with \.astype\('float64'\)\)$/],
    ['half precision', npy('<f2', [], { raw: new Uint8Array(12) }), /got <f2$/],
    ['truth', npy('|b1', [], { raw: new Uint8Array(6) }), /got \|b1$/],
    ['one dimension', npy('<f8', values, { shape: '(6,)' }), /expected a matrix \(two dimensions, at least 1 × 1\), got the shape \(6\)$/],
    ['three dimensions', npy('<f8', values, { shape: '(1, 2, 3)' }), /got the shape \(1, 2, 3\)$/],
    ['no dimension', npy('<f8', [1], { shape: '()' }), /got one number$/],
    ['nothing', npy('<f8', [], { shape: '(0, 3)' }), /got the shape \(0, 3\)$/],
    ['more than anyone has', npy('<f8', [], { shape: '(99999, 99999)' }), /expected at most 134217728 numbers, got 99999 × 99999$/],
    ['too few numbers', npy('<f8', values.slice(1)), /expected 48 bytes for 2 × 3 of <f8, got 40$/],
    ['too many numbers', npy('<f8', [...values, 1]), /expected 48 bytes for 2 × 3 of <f8, got 56$/],
    ['another version', npy('<f8', values, { version: 4 }), /expected version 1, 2 or 3 of the \.npy format, got 4$/],
    ['a header without end', npy('<f8', values).subarray(0, 60), /expected a header of 118 bytes, got the end of the file after 50$/],
    ['a header of something else', npy('<f8', values).map((x, i) => (i > 10 && i < 20 ? 33 : x)), /expected a header with descr, fortran_order and shape, got/],
    ['no .npy', Buffer.from('1,2\n'), /expected a \.npy file, which begins with/],
    ['the first letters only', npy('<f8', values).subarray(0, 6), /expected version 1, 2 or 3 .*, got the end of the file$/],
  ]
  test.each(refused)('%s: one sentence', (_name, bytes, says) => { expect(() => readNpy(bytes, 'v.npy')).toThrow(says) })
})

describe('CSV', () => {
  const read = (text: string) => readCsv(Buffer.from(text), 'v.csv')
  test.each([['commas', '1.5,.25,3\n4,5e-3,6\n'], ['semicolons', '1.5;0.25;3\r\n4;0.005;6'], ['tabs', '1.5\t0.25\t3\n4\t0.005\t6\n\n'], ['spaces', ' 1.5  0.25 3\n4 0.005 6\n'],
    ['remarks', '# made by hand\n1.5, 0.25, +3 # first\n\n4, 5E-3, 6\n'], ['a byte order mark', '\ufeff1.5,0.25,3\n4,0.005,6']])('numbers between %s', (_name, text) => {
    expect(read(text)).toEqual({ rows: 2, columns: 3, data: Float64Array.from(values) })
  })
  test('what a program calls infinite or undefined is read, for the next door to refuse', () => {
    expect([...read('inf,-Infinity\nNaN,1').data]).toEqual([Infinity, -Infinity, NaN, 1])
  })
  test.each([['a word', '1,2\n3,x\n', /^v\.csv: line 2, column 2: expected a number, got "x"$/], ['a missing number', '1,,3', /line 1, column 2: expected a number, got ""/],
    ['names of columns', 'red,green\n1,2', /line 1, column 1: expected a number, got "red"/], ['rows of different lengths', '1,2\n# more\n3\n', /line 3: expected 2 numbers as in the lines before, got 1/],
    ['nothing', '# nothing\n', /expected numbers, got none/], ['hexadecimals', '0x10', /got "0x10"/]])('%s: one sentence', (_name, text, says) => {
    expect(() => read(text)).toThrow(says)
  })
  test('bytes that are no text', () => { expect(() => readCsv(Uint8Array.of(0xff, 0xfe, 0x31), 'v.csv')).toThrow(/^v\.csv: expected a \.npy file or numbers as text \(CSV\), got other bytes$/) })
})

test('files are told apart by their bytes, and by a name that promises', async () => {
  const folder = scratch()
  const put = (name: string, bytes: Uint8Array | string): string => {
    writeFileSync(join(folder, name), bytes)
    return join(folder, name)
  }
  const matrix = { rows: 2, columns: 3, data: Float64Array.from(values) }
  expect(await loadMatrix(put('a.dat', npy('<f8', values)))).toEqual(matrix)
  expect(await loadMatrix(put('a.csv', '1.5,0.25,3\n4,0.005,6'))).toEqual(matrix)
  await expect(loadMatrix(put('b.npy', '1,2'))).rejects.toThrow(/b\.npy: expected a \.npy file/)
  await expect(loadMatrix(join(folder, 'none.npy'))).rejects.toThrow(/no such file/)
  await expect(loadMatrix(folder)).rejects.toThrow(/expected a file, got a folder/)
})
