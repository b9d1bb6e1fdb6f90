/**
 * The operators of the common types under the names that PostgreSQL's catalog gives the functions behind them: int4pl,
 * texteq, timestamp_lt … A name is the type's and the operation's put together.
 */
import type { DataType } from '../../types/data-type.ts'
import {
  BIGINT,
  BOOLEAN,
  DATE,
  DOUBLE,
  INTEGER,
  NUMERIC,
  REAL,
  SMALLINT,
  TEXT,
  TIMESTAMP,
  TIMESTAMPTZ,
} from '../../types/data-type.ts'
import { sameType } from '../coercion.ts'
import type { Overload, ScalarFunction } from '../function.ts'

const comparisons: readonly (readonly [suffix: string, symbol: string])[] = [
  ['eq', '='],
  ['ne', '<>'],
  ['lt', '<'],
  ['le', '<='],
  ['gt', '>'],
  ['ge', '>='],
]

const arithmetic: readonly (readonly [suffix: string, symbol: string])[] = [
  ['pl', '+'],
  ['mi', '-'],
  ['mul', '*'],
  ['div', '/'],
]

const spelledOut: readonly (readonly [suffix: string, symbol: string])[] = [
  ['add', '+'],
  ['sub', '-'],
  ['mul', '*'],
  ['div', '/'],
]

const families: readonly (readonly [prefix: string, type: DataType, operations: typeof comparisons])[] = [
  ['int2', SMALLINT, [...comparisons, ...arithmetic]],
  ['int4', INTEGER, [...comparisons, ...arithmetic]],
  ['int8', BIGINT, [...comparisons, ...arithmetic]],
  ['float4', REAL, [...comparisons, ...arithmetic]],
  ['float8', DOUBLE, [...comparisons, ...arithmetic]],
  ['numeric_', NUMERIC, [...comparisons, ...spelledOut]],
  ['bool', BOOLEAN, comparisons],
  ['text', TEXT, comparisons.slice(0, 2)],
  ['text_', TEXT, comparisons.slice(2)],
  ['date_', DATE, comparisons],
  ['timestamp_', TIMESTAMP, comparisons],
  ['timestamptz_', TIMESTAMPTZ, comparisons],
]

/** The functions behind these operators; their overloads are looked for when one is called. */
export function namedOperators(operators: readonly ScalarFunction[]): ScalarFunction[] {
  return families.flatMap(([prefix, type, operations]) =>
    operations.map(([suffix, symbol]): ScalarFunction => {
      let overloads: readonly Overload[] | undefined
      return {
        kind: 'scalar',
        name: prefix + suffix,
        category: 'operators as functions',
        doc: `The operator ${symbol} as a function.`,
        examples: [],
        get overloads() {
          overloads ??= overloadsOf(operators, symbol, type)
          return overloads
        },
      }
    }),
  )
}

/** What an operator does with two operands of a type. */
function overloadsOf(operators: readonly ScalarFunction[], symbol: string, type: DataType): readonly Overload[] {
  return operators
    .filter((operator) => operator.name === symbol)
    .flatMap((operator) => operator.overloads)
    .filter(
      ({ parameters }) =>
        parameters.length === 2 && parameters.every((it) => typeof it === 'object' && sameType(it, type)),
    )
}
