/**
 * The six comparisons, on every type that has an order. The common types have bodies of their own; the others ask the
 * type's traits. Values of two types are compared as their common type, after casts.
 */
import { SqlError } from '../../error.ts'
import { compareNullable } from '../../types/array.ts'
import type { DataType } from '../../types/data-type.ts'
import {
  BIGINT,
  BOOLEAN,
  BPCHAR,
  BYTEA,
  DATE,
  DOUBLE,
  INTEGER,
  INTERVAL,
  JSONB,
  NAME,
  NUMERIC,
  OID,
  REAL,
  SMALLINT,
  TEXT,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ,
  TIMETZ,
  UUID,
} from '../../types/data-type.ts'
import type { Decimal } from '../../types/decimal.ts'
import { traits, typeName } from '../../types/traits.ts'
import type { Value } from '../../types/value.ts'
import { sameType } from '../coercion.ts'
import { mustSpecialise, type Overload, overload, type Pattern, type ScalarFunction, scalar } from '../function.ts'

/** Three-way comparison of values of one type, chosen once per expression. */
export function comparer(type: DataType): (left: Value, right: Value) => number {
  const { compare } = traits(type)
  return (left, right) => compare(left, right, type)
}

/** -1, 0 or 1 with PostgreSQL's order of floating-point numbers: NaN equals itself and is the greatest. */
function compareDoubles(left: number, right: number): number {
  if (left < right) return -1
  if (left > right) return 1
  if (left === right) return 0
  return Number.isNaN(left) ? (Number.isNaN(right) ? 0 : 1) : -1
}

/** Kinds whose values are numbers that JavaScript compares as SQL does, bigints and booleans below. */
const numbers: readonly DataType[] = [SMALLINT, DATE, TIME, OID]

const generic: readonly Pattern[] = [
  BPCHAR,
  NAME,
  BYTEA,
  TIMETZ,
  INTERVAL,
  UUID,
  JSONB,
  { kind: 'bit' },
  { kind: 'varbit' },
  ...(
    ['money', 'inet', 'macaddr', 'macaddr8', 'singlebyte', 'xid8', 'pg_lsn', 'tid', 'tsvector', 'tsquery'] as const
  ).map((kind): DataType => ({ kind })),
  'anyarray',
  'anyenum',
  'anyrecord',
  'anyrange',
  'anymultirange',
  'anymap',
]

const XID: DataType = { kind: 'xid' }
const CID: DataType = { kind: 'cid' }

/** Numbers that have no order. */
const equalOnly: readonly (readonly [DataType, DataType])[] = [
  [XID, XID],
  [XID, INTEGER],
  [CID, CID],
]

const floatPairs: readonly (readonly [DataType, DataType])[] = [
  [DOUBLE, DOUBLE],
  [REAL, REAL],
  [REAL, DOUBLE],
  [DOUBLE, REAL],
]

/** One body per JavaScript type, so that each stays monomorphic. */
interface Bodies {
  readonly number: (left: number, right: number) => boolean
  readonly bigint: (left: bigint, right: bigint) => boolean
  readonly boolean: (left: boolean, right: boolean) => boolean
  readonly double: (left: number, right: number) => boolean
  readonly numeric: (left: Decimal, right: Decimal) => boolean
  readonly text: (left: string, right: string) => boolean
  /** What the sign of a three-way comparison means. */
  readonly holds: (order: number) => boolean
  readonly equality?: boolean
}

const compareTexts = (left: string, right: string): number => traits(TEXT).compare(left, right, TEXT)

/** How rows of two types compare, when the types differ: only as far as they tell the rows apart before they do. */
function dissimilarRows([left, right]: readonly DataType[]): ((left: Value, right: Value) => number) | undefined {
  if (left.kind !== 'record' || right.kind !== 'record' || sameShape(left, right)) return undefined
  if (left.fields.length === 0 || right.fields.length === 0) return undefined
  const shared = Math.min(left.fields.length, right.fields.length)
  return (one, other) => {
    for (let i = 0; i < shared; i++) {
      const [type, otherType] = [left.fields[i].type, right.fields[i].type]
      if (!sameType(type, otherType)) {
        throw mismatch(
          `cannot compare dissimilar column types ${typeName(type)} and ${typeName(otherType)} at record column ${i + 1}`,
        )
      }
      const order = compareNullable(one[i], other[i], (a, b) => traits(type).compare(a, b, type))
      if (order !== 0) return order
    }
    if (left.fields.length === right.fields.length) return 0
    throw mismatch('cannot compare record types with different numbers of columns')
  }
}

function sameShape(left: Extract<DataType, { kind: 'record' }>, right: typeof left): boolean {
  if (left.fields.length !== right.fields.length) return false
  return left.fields.every(({ type }, i) => sameType(type, right.fields[i].type))
}

function mismatch(message: string): SqlError {
  return new SqlError('datatype_mismatch', message)
}

function overloads(bodies: Bodies): Overload[] {
  const { number, bigint, boolean, double, numeric, text, holds, equality } = bodies
  const specialise = (args: readonly DataType[]): ((...values: Value[]) => Value) => {
    const type = args[0].kind === 'unknown' ? args[1] : args[0]
    const own = traits(type)
    const rows = dissimilarRows(args)
    if (rows) return (left, right) => holds(rows(left, right))
    if (equality) {
      const expected = holds(0)
      return (left, right) => own.equals(left, right, type) === expected
    }
    return (left, right) => holds(own.compare(left, right, type))
  }
  return [
    overload([INTEGER, INTEGER], BOOLEAN, number),
    overload([BIGINT, BIGINT], BOOLEAN, bigint),
    overload([NUMERIC, NUMERIC], BOOLEAN, numeric),
    ...floatPairs.map((pair) => overload(pair, BOOLEAN, double)),
    overload([TEXT, TEXT], BOOLEAN, text),
    ...numbers.map((type) => overload([type, type], BOOLEAN, number)),
    overload([TIMESTAMP, TIMESTAMP], BOOLEAN, bigint),
    overload([TIMESTAMPTZ, TIMESTAMPTZ], BOOLEAN, bigint),
    overload([BOOLEAN, BOOLEAN], BOOLEAN, boolean),
    ...(equality ? equalOnly.map((pair) => overload(pair, BOOLEAN, number)) : []),
    ...generic.map((pattern) => overload([pattern, pattern], BOOLEAN, mustSpecialise, { specialise })),
  ]
}

const equal = scalar({
  name: '=',
  aliases: ['=='],
  category: 'comparison',
  doc: 'Whether two values are equal.',
  examples: [
    ['1 = 1.0', 't'],
    ["'a' = 'b'", 'f'],
    ['1 = NULL', null],
  ],
  overloads: overloads({
    number: (left, right) => left === right,
    bigint: (left, right) => left === right,
    boolean: (left, right) => left === right,
    double: (left, right) => compareDoubles(left, right) === 0,
    numeric: (left, right) => left.compare(right) === 0,
    text: (left, right) => left === right,
    holds: (order) => order === 0,
    equality: true,
  }),
})

const notEqual = scalar({
  name: '<>',
  aliases: ['!='],
  category: 'comparison',
  doc: 'Whether two values differ.',
  examples: [
    ['1 <> 2', 't'],
    ["'a' <> 'a'", 'f'],
  ],
  overloads: overloads({
    number: (left, right) => left !== right,
    bigint: (left, right) => left !== right,
    boolean: (left, right) => left !== right,
    double: (left, right) => compareDoubles(left, right) !== 0,
    numeric: (left, right) => left.compare(right) !== 0,
    text: (left, right) => left !== right,
    holds: (order) => order !== 0,
    equality: true,
  }),
})

const less = scalar({
  name: '<',
  category: 'comparison',
  doc: 'Whether the left value comes before the right one.',
  examples: [
    ['1 < 2', 't'],
    ["'b' < 'a'", 'f'],
  ],
  overloads: overloads({
    number: (left, right) => left < right,
    bigint: (left, right) => left < right,
    boolean: (left, right) => left < right,
    double: (left, right) => compareDoubles(left, right) < 0,
    numeric: (left, right) => left.compare(right) < 0,
    text: (left, right) => compareTexts(left, right) < 0,
    holds: (order) => order < 0,
  }),
})

const greater = scalar({
  name: '>',
  category: 'comparison',
  doc: 'Whether the left value comes after the right one.',
  examples: [['2 > 1', 't']],
  overloads: overloads({
    number: (left, right) => left > right,
    bigint: (left, right) => left > right,
    boolean: (left, right) => left > right,
    double: (left, right) => compareDoubles(left, right) > 0,
    numeric: (left, right) => left.compare(right) > 0,
    text: (left, right) => compareTexts(left, right) > 0,
    holds: (order) => order > 0,
  }),
})

const lessOrEqual = scalar({
  name: '<=',
  category: 'comparison',
  doc: 'Whether the left value does not come after the right one.',
  examples: [['2 <= 2', 't']],
  overloads: overloads({
    number: (left, right) => left <= right,
    bigint: (left, right) => left <= right,
    boolean: (left, right) => left <= right,
    double: (left, right) => compareDoubles(left, right) <= 0,
    numeric: (left, right) => left.compare(right) <= 0,
    text: (left, right) => compareTexts(left, right) <= 0,
    holds: (order) => order <= 0,
  }),
})

const greaterOrEqual = scalar({
  name: '>=',
  category: 'comparison',
  doc: 'Whether the left value does not come before the right one.',
  examples: [['2 >= 3', 'f']],
  overloads: overloads({
    number: (left, right) => left >= right,
    bigint: (left, right) => left >= right,
    boolean: (left, right) => left >= right,
    double: (left, right) => compareDoubles(left, right) >= 0,
    numeric: (left, right) => left.compare(right) >= 0,
    text: (left, right) => compareTexts(left, right) >= 0,
    holds: (order) => order >= 0,
  }),
})

export const comparisonOperators: readonly ScalarFunction[] = [
  equal,
  notEqual,
  less,
  greater,
  lessOrEqual,
  greaterOrEqual,
]
