/**
 * What a type's modifiers do to a value of the type: lengths of strings and bit strings, precision and scale of
 * numbers, precision of times. An explicit cast cuts silently; an assignment refuses what would be lost.
 */
import { SqlError } from '../error.ts'
import type { SqlArray } from '../types/array.ts'
import type { DataType } from '../types/data-type.ts'
import { roundTime, roundTimestamp } from '../types/date-time.ts'
import { Decimal } from '../types/decimal.ts'
import { restrictInterval } from '../types/interval.ts'
import { characterLength, firstCharacters } from '../types/text-order.ts'
import { typeName } from '../types/type-names.ts'
import type { Value } from '../types/value.ts'
import { powerOfTen } from '../types/whole-numbers.ts'

export type LengthCoercion = (value: Value) => Value

/** A value of the type's kind, brought to the type's modifiers. NULL is not passed. */
export function coerceLength(value: Value, type: DataType, explicit: boolean): Value {
  const coercion = lengthCoercion(type, explicit)
  return coercion ? coercion(value) : value
}

/** The function that applies the type's modifiers; undefined when the type has none. */
export function lengthCoercion(type: DataType, explicit: boolean): LengthCoercion | undefined {
  switch (type.kind) {
    case 'varchar': {
      const { length } = type
      return length === undefined ? undefined : (value) => cutText(value, length, type, explicit)
    }
    case 'char': {
      const { length } = type
      return length === undefined ? undefined : (value) => padText(cutText(value, length, type, explicit), length)
    }
    case 'numeric': {
      const { precision, scale = 0 } = type
      return precision === undefined ? undefined : limitNumeric(precision, scale)
    }
    case 'time': {
      const { precision } = type
      return precision === undefined ? undefined : (value) => roundTime(value, precision)
    }
    case 'timetz': {
      const { precision } = type
      if (precision === undefined) return undefined
      return ({ micros, offset }) => ({ micros: roundTime(micros, precision), offset })
    }
    case 'timestamp':
    case 'timestamptz': {
      const { precision } = type
      return precision === undefined ? undefined : (value) => roundTimestamp(value, precision)
    }
    case 'interval':
      if (type.precision === undefined && type.fields === undefined) return undefined
      return (value) => restrictInterval(value, type)
    case 'bit': {
      const { length } = type
      return length === undefined ? undefined : (value) => fitBits(value, length, explicit)
    }
    case 'varbit': {
      const { length } = type
      return length === undefined ? undefined : (value) => cutBits(value, length, explicit)
    }
    case 'domain':
      return lengthCoercion(type.base, explicit)
    case 'record': {
      const fields = type.fields.map((field) => lengthCoercion(field.type, false))
      if (!fields.some((field) => field)) return undefined
      return (values: readonly Value[]) =>
        values.map((value, i) => (value === null ? null : (fields[i]?.(value) ?? value)))
    }
    case 'array': {
      const element = lengthCoercion(type.element, explicit)
      if (!element) return undefined
      return (array: SqlArray) => ({
        ...array,
        values: array.values.map((value) => (value === null ? null : element(value))),
      })
    }
    default:
      return undefined
  }
}

function cutText(text: string, length: number, type: DataType, explicit: boolean): string {
  if (text.length <= length || characterLength(text) <= length) return text
  const cut = firstCharacters(text, length)
  if (explicit || /^ *$/.test(text.slice(cut.length))) return cut
  throw new SqlError('string_data_right_truncation', `value too long for type ${typeName(type)}`)
}

function padText(text: string, length: number): string {
  const missing = length - characterLength(text)
  return missing > 0 ? text + ' '.repeat(missing) : text
}

/** Rounds to the scale; refuses what then needs more digits than the precision. */
function limitNumeric(precision: number, scale: number): LengthCoercion {
  const storedScale = Math.max(scale, 0)
  const limit = powerOfTen(precision + storedScale - scale)
  const negativeLimit = -limit
  const overflow = (rule: string): SqlError =>
    new SqlError('numeric_value_out_of_range', 'numeric field overflow', {
      detail: `A field with precision ${precision}, scale ${scale} ${rule}.`,
    })
  return (value: Decimal) => {
    if (!value.isFinite()) {
      if (value.isNaN()) return value
      throw overflow('cannot hold an infinite value')
    }
    const rounded = value.scale === scale ? value : value.round(scale)
    const { coefficient } = rounded
    if (coefficient >= limit || coefficient <= negativeLimit) {
      const digits = precision - scale
      throw overflow(`must round to an absolute value less than ${digits === 0 ? '1' : `10^${digits}`}`)
    }
    return rounded.scale === storedScale ? rounded : Decimal.fromBigInt(rounded.coefficientAt(storedScale), storedScale)
  }
}

function fitBits(bits: string, length: number, explicit: boolean): string {
  if (bits.length === length) return bits
  if (explicit) return bits.slice(0, length).padEnd(length, '0')
  throw new SqlError(
    'string_data_length_mismatch',
    `bit string length ${bits.length} does not match type bit(${length})`,
  )
}

function cutBits(bits: string, length: number, explicit: boolean): string {
  if (bits.length <= length) return bits
  if (explicit) return bits.slice(0, length)
  throw new SqlError('string_data_right_truncation', `bit string too long for type bit varying(${length})`)
}
