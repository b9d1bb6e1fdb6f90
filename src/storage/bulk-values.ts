/**
 * From JavaScript values to columns: per column a function that appends many values, chosen once by the column's type.
 * What is usual for the type goes straight into the builder; everything else takes the road of parameters
 * (api-value.ts), with the same errors.
 */
import { SqlError } from '../error.ts'
import { type LengthCoercion, lengthCoercion } from '../functions/cast-length.ts'
import { fromApiValue } from '../types/api-value.ts'
import type { DataType } from '../types/data-type.ts'
import { traits, typeName } from '../types/traits.ts'
import type { Value } from '../types/value.ts'
import type { SegmentBuilder } from './column-builder.ts'
import { FloatBuilder } from './float-builder.ts'
import { IntegerBuilder } from './integer-builder.ts'
import { baseType, storedScale } from './segment.ts'

/** Appends values [from, from + count); undefined stands for the column's default. */
export type AppendValues = (builder: SegmentBuilder, values: ArrayLike<unknown>, from: number, count: number) => void

export type DefaultOf = (() => Value) | undefined

export function appenderOf(type: DataType, defaultOf: DefaultOf): AppendValues {
  const other = otherValues(type, defaultOf)
  const base = baseType(type)
  const isDomain = base !== type
  const usual = isDomain ? undefined : usualValues(base, other)
  if (usual !== undefined) return usual
  return (builder, values, from, count) => {
    for (let i = from; i < from + count; i++) other(builder, values[i])
  }
}

type AppendOther = (builder: SegmentBuilder, value: unknown) => void

/** Any value, one at a time. */
function otherValues(type: DataType, defaultOf: DefaultOf): AppendOther {
  const base = baseType(type)
  const coercion: LengthCoercion | undefined = lengthCoercion(base, false)
  return (builder, value) => {
    if (value === undefined && defaultOf !== undefined) {
      builder.appendValue(defaultOf())
      return
    }
    if (value === null || value === undefined) {
      builder.appendNull()
      return
    }
    const converted = fromApiValue(value, base)
    if (converted === undefined) throw mismatch(value, base)
    builder.appendValue(coercion === undefined ? converted : coercion(converted))
  }
}

function mismatch(value: unknown, type: DataType): SqlError {
  const isNumeric = ['smallint', 'integer', 'bigint', 'oid'].includes(type.kind)
  if (isNumeric && (typeof value === 'number' || typeof value === 'bigint')) {
    if (typeof value === 'number' && !Number.isInteger(value)) {
      return new SqlError('invalid_text_representation', `invalid input syntax for type ${typeName(type)}: "${value}"`)
    }
    return new SqlError('numeric_value_out_of_range', `${typeName(type)} out of range`)
  }
  const kind = value instanceof Date ? 'Date' : Array.isArray(value) ? 'array' : typeof value
  return new SqlError(
    'datatype_mismatch',
    `column is of type ${typeName(type)} but the value is of JavaScript type ${kind}`,
  )
}

function usualValues(type: DataType, other: AppendOther): AppendValues | undefined {
  switch (type.kind) {
    case 'boolean':
      return (builder, values, from, count) => {
        for (let i = from; i < from + count; i++) {
          const value = values[i]
          if (value === true) builder.appendInteger(1)
          else if (value === false) builder.appendInteger(0)
          else other(builder, value)
        }
      }
    case 'smallint':
      return integers(-32768, 32767, other)
    case 'integer':
      return integers(-2147483648, 2147483647, other)
    case 'oid':
      return integers(0, 4294967295, other)
    case 'bigint':
      return integers(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, other)
    case 'numeric':
      return traits(type).storage === 'integer' ? scaledNumbers(type, other) : undefined
    case 'real':
      return numbers(other)
    case 'double':
      return numbers(other)
    case 'text':
      return texts(Infinity, other)
    case 'varchar':
      return texts(type.length ?? Infinity, other)
    case 'timestamp':
    case 'timestamptz':
      return type.precision === undefined || type.precision >= 3 ? instants(other) : undefined
    default:
      return undefined
  }
}

function integers(low: number, high: number, other: AppendOther): AppendValues {
  return (builder, values, from, count) => {
    const target = builder as IntegerBuilder
    for (let i = from; i < from + count; i++) {
      const value = values[i]
      if (typeof value === 'number' && value >= low && value <= high && Math.floor(value) === value)
        target.appendInteger(value)
      else other(builder, value)
    }
  }
}

function numbers(other: AppendOther): AppendValues {
  return (builder, values, from, count) => {
    const target = builder as FloatBuilder
    for (let i = from; i < from + count; i++) {
      const value = values[i]
      if (typeof value === 'number') target.appendDouble(value)
      else other(builder, value)
    }
  }
}

/**
 * Numbers with few enough digits that the nearest integer of the scaled number is beyond doubt; near ties and long ones
 * take the exact road.
 */
function scaledNumbers(type: DataType & { kind: 'numeric' }, other: AppendOther): AppendValues {
  const factor = 10 ** storedScale(type)
  const limit = Math.min(1e13, 10 ** (type.precision! - (type.scale ?? 0)) * factor)
  return (builder, values, from, count) => {
    for (let i = from; i < from + count; i++) {
      const value = values[i]
      if (typeof value === 'number') {
        const scaled = value * factor
        const nearest = Math.round(scaled)
        if (nearest < limit && nearest > -limit && Math.abs(scaled - nearest) < 0.499) {
          builder.appendInteger(nearest)
          continue
        }
      }
      other(builder, value)
    }
  }
}

function texts(limit: number, other: AppendOther): AppendValues {
  return (builder, values, from, count) => {
    for (let i = from; i < from + count; i++) {
      const value = values[i]
      if (typeof value === 'string' && value.length <= limit) builder.appendText(value)
      else other(builder, value)
    }
  }
}

function instants(other: AppendOther): AppendValues {
  return (builder, values, from, count) => {
    for (let i = from; i < from + count; i++) {
      const value = values[i]
      if (value instanceof Date) {
        const micros = value.getTime() * 1000
        if (Number.isSafeInteger(micros)) {
          builder.appendInteger(micros)
          continue
        }
      }
      other(builder, value)
    }
  }
}

/** Numbers in typed arrays: copied as they are where every one of them fits. Returns whether that was possible. */
export function appendTypedArray(builder: SegmentBuilder, values: unknown, from: number, count: number): boolean {
  const { kind } = builder.type
  if (builder instanceof FloatBuilder) {
    if (!isNumberArray(values)) return false
    builder.appendArray(values, from, count)
    return true
  }
  if (!(builder instanceof IntegerBuilder)) return false
  if (values instanceof BigInt64Array) {
    if (kind !== 'bigint') return false
    builder.appendBigArray(values, from, count)
    return true
  }
  if (!isNumberArray(values) || (kind !== 'smallint' && kind !== 'integer' && kind !== 'bigint')) return false
  if (!fits(values, from, count, kind)) return false
  builder.appendArray(values, from, count)
  return true
}

type NumberArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array

function isNumberArray(values: unknown): values is NumberArray {
  return (
    ArrayBuffer.isView(values) &&
    !(values instanceof DataView) &&
    !(values instanceof BigInt64Array) &&
    !(values instanceof BigUint64Array)
  )
}

function fits(values: NumberArray, from: number, count: number, kind: 'smallint' | 'integer' | 'bigint'): boolean {
  if (values instanceof Int8Array || values instanceof Uint8Array || values instanceof Int16Array) return true
  if (kind !== 'smallint' && (values instanceof Uint16Array || values instanceof Int32Array)) return true
  if (kind === 'bigint' && values instanceof Uint32Array) return true
  const high = kind === 'smallint' ? 32767 : kind === 'integer' ? 2147483647 : Number.MAX_SAFE_INTEGER
  const low = -high - (kind === 'bigint' ? 0 : 1)
  for (let i = from; i < from + count; i++) {
    const value = values[i]
    if (!(value >= low && value <= high && Math.floor(value) === value)) return false
  }
  return true
}
