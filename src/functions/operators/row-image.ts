/** Rows compared as they are stored, `*=` and its like: 1.0 and 1.00 differ, and -1 comes after 1. */
import { notSupported, SqlError } from '../../error.ts'
import { Settings } from '../../settings.ts'
import { BOOLEAN, type DataType } from '../../types/data-type.ts'
import { traits, typeName } from '../../types/traits.ts'
import type { Value } from '../../types/value.ts'
import { baseType, sameType } from '../coercion.ts'
import { mustSpecialise, overload, type ScalarFunction, scalar } from '../function.ts'

type RecordType = Extract<DataType, { kind: 'record' }>

function dissimilar(message: string): SqlError {
  return new SqlError('datatype_mismatch', message)
}

/** The fields' types, once both rows are known to be alike. */
function commonTypes([left, right]: readonly DataType[]): readonly DataType[] {
  const own = (baseType(left) as RecordType).fields
  const other = (baseType(right) as RecordType).fields
  own.slice(0, other.length).forEach(({ type }, index) => {
    if (sameType(type, other[index].type)) return
    const names = `${typeName(type)} and ${typeName(other[index].type)}`
    throw dissimilar(`cannot compare dissimilar column types ${names} at record column ${index + 1}`)
  })
  if (own.length !== other.length) throw dissimilar('cannot compare record types with different numbers of columns')
  return own.map(({ type }) => type)
}

/** Whole numbers stand in memory without their sign. */
const wholeNumbers: ReadonlySet<string> = new Set(['smallint', 'integer', 'bigint', 'oid', 'date', 'time', 'timestamp'])
const texts: ReadonlySet<string> = new Set(['text', 'varchar', 'bpchar', 'name', 'boolean'])

function imageOrder(type: DataType): (left: Value, right: Value) => number {
  const { kind } = baseType(type)
  const { compare } = traits(type)
  if (texts.has(kind)) return (left, right) => compare(left, right, type)
  if (!wholeNumbers.has(kind)) throw notSupported(`the order of stored values of type ${typeName(type)}`)
  return (left, right) => (left < 0 === right < 0 ? compare(left, right, type) : left < 0 ? 1 : -1)
}

const plain = new Settings()

function equalImages(types: readonly DataType[]): (left: Value, right: Value) => boolean {
  const text = types.map((type) => (value: Value) => (value === null ? null : traits(type).format(value, type, plain)))
  return (left, right) => types.every((_, index) => text[index](left[index]) === text[index](right[index]))
}

function orderOfImages(types: readonly DataType[]): (left: Value, right: Value) => number {
  const orders = types.map(imageOrder)
  return (left, right) => {
    for (let index = 0; index < orders.length; index++) {
      const [one, other] = [left[index], right[index]]
      const order =
        one === null || other === null ? Number(one === null) - Number(other === null) : orders[index](one, other)
      if (order !== 0) return order
    }
    return 0
  }
}

function operator(
  name: string,
  doc: string,
  specialise: (args: readonly DataType[]) => (left: Value, right: Value) => boolean,
): ScalarFunction {
  return scalar({
    name,
    category: 'comparison',
    doc,
    examples: [[`row(1, 2) ${name} row(1, 2)`, name.includes('=') ? 't' : 'f']],
    overloads: [overload(['anyrecord', 'anyrecord'], BOOLEAN, mustSpecialise, { specialise })],
  })
}

const ordered = (name: string, holds: (order: number) => boolean): ScalarFunction =>
  operator(name, 'Compares two rows as they are stored.', (args) => {
    const order = orderOfImages(commonTypes(args))
    return (left, right) => holds(order(left, right))
  })

export const rowImageOperators: readonly ScalarFunction[] = [
  operator('*=', 'Whether two rows are stored alike.', (args) => equalImages(commonTypes(args))),
  operator('*<>', 'Whether two rows are stored differently.', (args) => {
    const equal = equalImages(commonTypes(args))
    return (left, right) => !equal(left, right)
  }),
  ordered('*<', (order) => order < 0),
  ordered('*<=', (order) => order <= 0),
  ordered('*>', (order) => order > 0),
  ordered('*>=', (order) => order >= 0),
]
