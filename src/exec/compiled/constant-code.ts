/** Constants as code: terms that need no row. */
import type { DataType } from '../../types/data-type.ts'
import { Decimal } from '../../types/decimal.ts'
import type { Value } from '../../types/value.ts'
import { storedNan } from '../../types/vector-reader.ts'
import { type Code, cannotCompile, never, type TextCode } from './code.ts'
import { valueClass } from './shape.ts'
import { f64, i32, i64 } from './term.ts'
import { isWellFormed } from './text-code.ts'
import type { KernelWriter } from './writer.ts'

export function constantCode(writer: KernelWriter, value: Value, type: DataType): Code {
  if (value === null) return nullCode(type)
  switch (valueClass(type)) {
    case 'boolean':
      return { class: 'boolean', type, term: i32(value ? 1 : 0), valid: null }
    case 'float':
      return { class: 'float', type, term: f64(value), valid: null }
    case 'text': {
      const text: string = value
      return textConstant(writer, text, type)
    }
    default: {
      const stored = storedInteger(value)
      if (!stored) return cannotCompile('a numeric constant beyond 64 bits')
      const bound = Number(stored.integer)
      return {
        class: 'integer',
        type,
        term: i64(stored.integer),
        valid: null,
        scale: stored.scale,
        low: bound,
        high: bound,
      }
    }
  }
}

function textConstant(writer: KernelWriter, text: string, type: DataType): TextCode {
  if (!isWellFormed(text)) return cannotCompile('a text that is not well formed')
  return {
    class: 'text',
    type,
    valid: null,
    constant: text,
    bytes: () => ({
      address: writer.slot({ kind: 'text', text }),
      length: i32(new TextEncoder().encode(text).length),
    }),
  }
}

/** The integer that stands for a value of an integer class, and its scale; undefined beyond 64 bits. */
export function storedInteger(value: Value): { readonly integer: bigint; readonly scale: number } | undefined {
  if (typeof value === 'number') return { integer: BigInt(value), scale: 0 }
  if (typeof value === 'boolean') return { integer: value ? 1n : 0n, scale: 0 }
  if (typeof value === 'bigint') return BigInt.asIntN(64, value) === value ? { integer: value, scale: 0 } : undefined
  if (!(value instanceof Decimal) || !value.isFinite() || value.scale > 63) return undefined
  const { coefficient, scale } = value
  const fits = BigInt.asIntN(64, coefficient) === coefficient && coefficient !== storedNan
  return fits ? { integer: coefficient, scale } : undefined
}

export function nullCode(type: DataType): Code {
  switch (valueClass(type)) {
    case 'integer':
      return { class: 'integer', type, term: i64(0), valid: never, scale: 0, low: 0, high: 0 }
    case 'float':
      return { class: 'float', type, term: f64(0), valid: never }
    case 'boolean':
      return { class: 'boolean', type, term: i32(0), valid: never }
    default:
      return { class: 'text', type, valid: never, bytes: () => ({ address: i32(0), length: i32(0) }) }
  }
}

export function isNullConstant(code: Code): boolean {
  return code.valid === never
}
