// The container of a preset: named tensors and named strings in one file that any language reads.
//
//   8 bytes   length N of the header, unsigned, little-endian
//   N bytes   JSON: { "__metadata__": { name: text, … }, tensor: { "dtype", "shape", "data_offsets": [begin, end] }, … }
//   the rest  the tensors' bytes, little-endian, row by row; the offsets count from here, leave no hole and no overlap
//
// Reading is strict, because a file that a stricter reader refuses elsewhere is not in this format.

export interface Tensor {
  readonly dtype: Dtype
  readonly shape: readonly number[]
  readonly bytes: Uint8Array<ArrayBuffer>
}

export interface Container {
  readonly metadata: ReadonlyMap<string, string>
  readonly tensors: ReadonlyMap<string, Tensor>
}

/** Anything wrong with a preset: one sentence that names the file and the field. */
export class PresetError extends RangeError {
  override readonly name = 'PresetError'
  constructor(readonly where: string, readonly field: string, message: string) { super(`${where}: ${field}: ${message}`) }
}

const dtypeBytes = { F64: 8, I64: 8, U64: 8, F32: 4, I32: 4, U32: 4, F16: 2, BF16: 2, I16: 2, U16: 2, I8: 1, U8: 1, BOOL: 1 } as const
export type Dtype = keyof typeof dtypeBytes

const LENGTH = 8
const MAX_BYTES = 64 * 2 ** 20
const MAX_HEADER = 2 ** 20
const METADATA = '__metadata__'

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A value as it stands in a message: never longer than a line. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? text.slice(0, 57) + '...' : text
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

const MAX_DEPTH = 16

/** What JSON.parse lets pass in a valid text: a name that stands twice in one object (it keeps the last), endless nesting. */
function complaint(json: string): string | null {
  const open: (Set<string> | null)[] = [] // one entry per open bracket: the names so far, or null in a list
  const token = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[{}[\]]/g
  for (let match = token.exec(json); match; match = token.exec(json)) {
    const text = match[0]
    if (text === '{' || text === '[') {
      if (open.push(text === '{' ? new Set() : null) > MAX_DEPTH) return `expected at most ${MAX_DEPTH} levels of brackets, got more`
    } else if (text === '}' || text === ']') open.pop()
    else if (match[1] !== undefined) {
      const name = JSON.parse(text.slice(0, -match[1].length)) as string
      const names = open.at(-1)
      if (names?.has(name)) return `expected every name once, got ${shown(name)} twice in one object`
      names?.add(name)
    }
  }
  return null
}

/** JSON text from outside, or one error that names the field. */
export function readJson(text: string, where: string, field: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new PresetError(where, field, `expected JSON, got ${shown(text)}`)
  }
  const wrong = complaint(text)
  if (wrong !== null) throw new PresetError(where, field, wrong)
  return value
}

function readHeader(bytes: Uint8Array, where: string): { header: Record<string, unknown>; data: number } {
  if (bytes.length < LENGTH) throw new PresetError(where, 'header length', `expected 8 bytes at the start, got a file of ${bytes.length}`)
  if (bytes.length > MAX_BYTES) throw new PresetError(where, 'file', `expected at most ${MAX_BYTES} bytes, got ${bytes.length}`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = Number(view.getBigUint64(0, true))
  const most = Math.min(MAX_HEADER, bytes.length - LENGTH)
  if (length < 2 || length > most) {
    const swapped = Number(view.getBigUint64(0, false))
    const hint = swapped >= 2 && swapped <= most ? ' (the bytes stand in big-endian order)' : ''
    throw new PresetError(where, 'header length', `expected 2 to ${most} bytes in a file of ${bytes.length}, got ${length}${hint}`)
  }
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(LENGTH, LENGTH + length))
  } catch {
    throw new PresetError(where, 'header', 'expected UTF-8 text, got other bytes')
  }
  const header = text.startsWith('{') ? readJson(text, where, 'header') : null
  if (!isObject(header)) throw new PresetError(where, 'header', `expected a JSON object, got ${shown(text)}`)
  return { header, data: LENGTH + length }
}

function readMetadata(json: unknown, where: string): Map<string, string> {
  if (!isObject(json)) throw new PresetError(where, METADATA, `expected an object of texts, got ${shown(json)}`)
  return new Map(Object.entries(json).map(([name, value]) => {
    if (typeof value !== 'string') throw new PresetError(where, name, `expected a text in ${METADATA}, got ${shown(value)}`)
    return [name, value]
  }))
}

interface Extent { readonly name: string; readonly dtype: Dtype; readonly shape: number[]; readonly begin: number; readonly end: number }

function readExtent(name: string, json: unknown, where: string): Extent {
  const fail = (key: string, expected: string, value: unknown): never => {
    throw new PresetError(where, `${name}${key}`, `expected ${expected}, got ${shown(value)}`)
  }
  if (!isObject(json)) return fail('', 'an object with dtype, shape and data_offsets', json)
  const { dtype, shape, data_offsets: offsets, ...more } = json
  for (const key of Object.keys(more)) return fail('', 'only dtype, shape and data_offsets', key)
  if (typeof dtype !== 'string' || !Object.hasOwn(dtypeBytes, dtype)) return fail('.dtype', `one of ${Object.keys(dtypeBytes).join(' ')}`, dtype)
  if (!Array.isArray(shape) || !shape.every(isCount)) return fail('.shape', 'a list of whole numbers', shape)
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount) || offsets[0]! > offsets[1]!)
    return fail('.data_offsets', 'two whole numbers, the smaller first', offsets)
  const size = shape.reduce((product, n) => product * n, dtypeBytes[dtype as Dtype])
  if (size !== offsets[1]! - offsets[0]!) return fail('.data_offsets', `${size} bytes for ${dtype} ${shown(shape)}`, offsets)
  return { name, dtype: dtype as Dtype, shape, begin: offsets[0]!, end: offsets[1]! }
}

export function readContainer(bytes: Uint8Array, where: string): Container {
  const { header, data } = readHeader(bytes, where)
  const { [METADATA]: strings = {}, ...rest } = header
  const metadata = readMetadata(strings, where)
  const extents = Object.entries(rest).map(([name, json]) => readExtent(name, json, where))
  extents.sort((a, b) => a.begin - b.begin || a.end - b.end)
  let at = 0
  for (const { name, begin, end } of extents) {
    if (begin !== at)
      throw new PresetError(where, `${name}.data_offsets`, `expected to begin at ${at}, where the tensor before it ends, got ${begin}`)
    if (end > bytes.length - data)
      throw new PresetError(where, `${name}.data_offsets`, `expected to end within the ${bytes.length - data} bytes of data, got ${end}`)
    at = end
  }
  if (at !== bytes.length - data)
    throw new PresetError(where, 'data', `expected ${at} bytes after the header, as the tensors say, got ${bytes.length - data}`)
  return {
    metadata,
    tensors: new Map(extents.map(({ name, dtype, shape, begin, end }) =>
      [name, { dtype, shape, bytes: bytes.slice(data + begin, data + end) as Uint8Array<ArrayBuffer> }])),
  }
}

/** The same container always gives the same bytes: wide types first, so that every tensor stands aligned; then by name. */
export function writeContainer({ metadata, tensors }: Container): Uint8Array<ArrayBuffer> {
  const ordered = [...tensors].sort(([a, x], [b, y]) => dtypeBytes[y.dtype] - dtypeBytes[x.dtype] || (a < b ? -1 : 1))
  let end = 0
  const entries = ordered.map(([name, { dtype, shape, bytes }]) =>
    [name, { dtype, shape, data_offsets: [end, (end += bytes.length)] }] as const)
  const json = new TextEncoder().encode(JSON.stringify({ [METADATA]: Object.fromEntries(metadata), ...Object.fromEntries(entries) }))
  const length = Math.ceil(json.length / 8) * 8 // the header is filled up with spaces
  const file = new Uint8Array(LENGTH + length + end).fill(32, LENGTH, LENGTH + length)
  new DataView(file.buffer).setBigUint64(0, BigInt(length), true)
  file.set(json, LENGTH)
  ordered.forEach(([, { bytes }], i) => file.set(bytes, LENGTH + length + entries[i]![1].data_offsets[0]!))
  return file
}

/** The numbers of an F32 tensor. */
export function floatsOf({ bytes }: Tensor): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true))
}

export function tensorOf(values: Float32Array, shape: readonly number[]): Tensor {
  const view = new DataView(new ArrayBuffer(values.length * 4))
  values.forEach((x, i) => view.setFloat32(4 * i, x, true))
  return { dtype: 'F32', shape, bytes: new Uint8Array(view.buffer) }
}
