// Reading JSON that came from outside: whole and valid, or one sentence that names the key, what was expected and what came.

export type Json = unknown

const shown = (value: Json): string => {
  const text = value === undefined ? 'nothing' : JSON.stringify(value)
  return text.length > 60 ? text.slice(0, 57) + '...' : text
}

export const fail = (where: string, expected: string, value: Json): never => {
  throw new TypeError(`${where}: expected ${expected}, got ${shown(value)}`)
}

/** An object with no other keys than these. */
export function object(value: Json, where: string, keys: readonly string[]): Record<string, Json> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return fail(where, 'an object', value)
  for (const key of Object.keys(value))
    if (!keys.includes(key)) throw new TypeError(`${where}: unknown key ${shown(key)} (known: ${keys.join(', ')})`)
  return value as Record<string, Json>
}

export const list = (value: Json, where: string, most = 4096): Json[] =>
  Array.isArray(value) && value.length <= most ? value : fail(where, `a list of at most ${most}`, value)

export const number = (value: Json, where: string, min: number, max: number): number =>
  typeof value === 'number' && value >= min && value <= max ? value : fail(where, `a number from ${min} to ${max}`, value)

export const whole = (value: Json, where: string, min: number, max: number): number =>
  Number.isInteger(value) ? number(value, where, min, max) : fail(where, `a whole number from ${min} to ${max}`, value)

export const text = (value: Json, where: string, most = 80): string =>
  typeof value === 'string' && value.length > 0 && value.length <= most ? value : fail(where, `a text of 1 to ${most} characters`, value)

export const flag = (value: Json, where: string): boolean => (typeof value === 'boolean' ? value : fail(where, 'true or false', value))

export const oneOf = <Word extends string>(value: Json, where: string, words: readonly Word[]): Word =>
  words.find((word) => word === value) ?? fail(where, words.map((word) => JSON.stringify(word)).join(' or '), value)

export function pair(value: Json, where: string, min: readonly [number, number], max: readonly [number, number]): [number, number] {
  if (!Array.isArray(value) || value.length !== 2) return fail(where, 'two numbers', value)
  return [number(value[0], `${where}[0]`, min[0], max[0]), number(value[1], `${where}[1]`, min[1], max[1])]
}
