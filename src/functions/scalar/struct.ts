/** Functions on structs, which are rows with names; those with named arguments are built by the binder. */
import { type SqlArray, sqlArray } from '../../types/array.ts'
import { arrayOf, BOOLEAN, type DataType, type Field, INTEGER, TEXT } from '../../types/data-type.ts'
import { traits } from '../../types/traits.ts'
import type { Value } from '../../types/value.ts'
import { baseType, sameType } from '../coercion.ts'
import { invalidParameter } from '../errors.ts'
import { mustSpecialise, type Overload, overload, type ScalarFunction, scalar } from '../function.ts'

type Row = readonly Value[] | null

function fieldsOf(type: DataType): readonly Field[] {
  const base = baseType(type)
  return base.kind === 'record' ? base.fields : []
}

/** The fields of several structs, each name once. */
function joinedFields(types: readonly DataType[]): Field[] {
  const fields = types.flatMap(fieldsOf)
  const names = new Set(fields.map((field) => field.name.toLowerCase()))
  if (names.size < fields.length && !types.every(isUnnamed)) {
    throw invalidParameter('the structs have a field name in common')
  }
  return fields
}

function isUnnamed(type: DataType): boolean {
  return fieldsOf(type).every((field, index) => field.name === `f${index + 1}`)
}

const structConcat = scalar({
  name: 'struct_concat',
  aliases: ['struct_insert'],
  category: 'structs',
  doc: 'The fields of several structs in one; with struct_insert, a struct’s and those that are named after it.',
  examples: [
    ["struct_concat({'a': 1}, {'b': 'x'})", '(1,x)'],
    ["struct_insert({'a': 1}, b := 'x').b", 'x'],
  ],
  overloads: [
    overload(
      ['anyrecord'],
      (types) => {
        const fields = joinedFields(types)
        const unnamed = types.every(isUnnamed)
        return { kind: 'record', fields: unnamed ? fields.map(({ type }, i) => ({ name: `f${i + 1}`, type })) : fields }
      },
      mustSpecialise,
      {
        variadic: true,
        strict: false,
        specialise: (types) => {
          const sizes = types.map((type) => fieldsOf(type).length)
          return (...rows: Row[]) => rows.flatMap((row, i) => row ?? new Array<Value>(sizes[i]).fill(null))
        },
      },
    ),
  ],
})

/** The fields of a struct, those that another has replaced by its, the others of the other at the end. */
function updatedFields([first, second]: readonly DataType[]): {
  readonly field: Field
  readonly from: readonly [0 | 1, number]
}[] {
  const [own, other] = [fieldsOf(first), fieldsOf(second)]
  const kept = own.map((field, index) => {
    const place = other.findIndex(({ name }) => name === field.name)
    return place < 0 ? { field, from: [0, index] as const } : { field: other[place], from: [1, place] as const }
  })
  const added = other.flatMap((field, index) =>
    own.some(({ name }) => name === field.name) ? [] : [{ field, from: [1, index] as const }],
  )
  return [...kept, ...added]
}

const structUpdate = scalar({
  name: 'struct_update',
  category: 'structs',
  doc: 'A struct with the fields that are named after it, replaced where it has them, added where not.',
  examples: [["struct_update({'a': 1, 'b': 2}, b := 'z', c := 3)", '(1,z,3)']],
  overloads: [
    overload(
      ['anyrecord', 'anyrecord'],
      (types) => ({ kind: 'record', fields: updatedFields(types).map(({ field }) => field) }),
      mustSpecialise,
      {
        strict: false,
        specialise: (types) => {
          const places = updatedFields(types).map(({ from }) => from)
          return (...rows: Row[]) => places.map(([row, index]) => rows[row]?.[index] ?? null)
        },
      },
    ),
  ],
})

const structKeys = scalar({
  name: 'struct_keys',
  category: 'structs',
  doc: 'The names of the fields of a struct.',
  examples: [["struct_keys({'a': 1, 'b': 'x'})", '{a,b}']],
  overloads: [
    overload(['anyrecord'], arrayOf(TEXT), mustSpecialise, {
      specialise: ([type]) => {
        const names: SqlArray = sqlArray(fieldsOf(type).map(({ name }) => name))
        return () => names
      },
    }),
  ],
})

const structValues = scalar({
  name: 'struct_values',
  category: 'structs',
  doc: 'The values of a struct as a row without names.',
  examples: [["struct_values({'a': 1, 'b': 'x'})", '(1,x)']],
  overloads: [
    overload(
      ['anyrecord'],
      ([type]) => ({
        kind: 'record',
        fields: fieldsOf(type).map((field, i) => ({ name: `f${i + 1}`, type: field.type })),
      }),
      (row) => row,
    ),
  ],
})

/** Looks for a value among the fields that are of its type. */
function search(returns: DataType, finish: (place: number) => Value): Overload {
  return overload(['anyrecord', 'any'], returns, mustSpecialise, {
    specialise: ([record, type]) => {
      const { equals } = traits(type)
      const isText = type.kind === 'text'
      const own = fieldsOf(record).map(
        (field) => (isText && field.type.kind === 'unknown') || sameType(field.type, type),
      )
      return (row: readonly Value[], wanted: Value) =>
        finish(row.findIndex((value, i) => own[i] && value !== null && equals(value, wanted, type)))
    },
  })
}

const structContains = scalar({
  name: 'struct_contains',
  aliases: ['struct_has'],
  category: 'structs',
  doc: 'Whether a row has a value among its fields.',
  examples: [['struct_contains(row(1, 2, 3), 3)', 't']],
  overloads: [search(BOOLEAN, (place) => place >= 0)],
})

const structPosition = scalar({
  name: 'struct_position',
  aliases: ['struct_indexof'],
  category: 'structs',
  doc: 'The place, from 1, of the first field of a row that is equal to a value; NULL when there is none.',
  examples: [['struct_position(row(1, 2, 3), 3)', '3']],
  overloads: [search(INTEGER, (place) => (place < 0 ? null : place + 1))],
})

export const structFunctions: readonly ScalarFunction[] = [
  structConcat,
  structUpdate,
  structKeys,
  structValues,
  structContains,
  structPosition,
]
