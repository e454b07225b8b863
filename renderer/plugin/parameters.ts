// The parameter table as a host of Web Audio Modules wants to see it.

import type { WamParameterInfo, WamParameterType } from '@webaudiomodules/api'
import { checkValue, isSwitch, parameters, toText } from '../../worklet/parameters.ts'
import type { Parameter, ParameterName } from '../../worklet/parameters.ts'
import { fromPosition, toPosition } from '../controls/amount.ts'

const typeOf = (row: Parameter): WamParameterType => (isSwitch(row) ? 'boolean' : row.words ? 'choice' : row.step === 1 ? 'int' : 'float')

export const infoOf = (row: Parameter): WamParameterInfo => ({
  id: row.name, label: row.label, type: typeOf(row), units: row.unit,
  defaultValue: row.initial, minValue: row.min, maxValue: row.max, discreteStep: row.step, exponent: 0, choices: [...row.words ?? []],
  normalize: (value) => toPosition(row, value),
  denormalize: (position) => fromPosition(row, position),
  valueString: (value) => toText(row, value),
})

/** The rows of these names, or all. */
export function rowsOf(names: readonly string[]): readonly (Parameter & { readonly name: ParameterName })[] {
  for (const name of names)
    if (!parameters.some((row) => row.name === name)) throw new RangeError(`parameter: expected a name from the parameter table, got ${JSON.stringify(name)}`)
  return names.length === 0 ? parameters : parameters.filter((row) => names.includes(row.name))
}

/** A host's value for a row: one door for settings and automation. */
export function valueFor(row: Parameter, value: unknown, normalized: boolean): number {
  if (normalized && !(typeof value === 'number' && value >= 0 && value <= 1))
    throw new RangeError(`${row.name}: expected a normalized value from 0 to 1, got ${JSON.stringify(value)}`)
  return checkValue(row, normalized ? fromPosition(row, value as number) : value)
}
