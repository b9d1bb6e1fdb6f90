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
import { type ScalarFunction, scalar } from '../function.ts'

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

/** The functions behind these operators, as far as they are there. */
export function namedOperators(operators: readonly ScalarFunction[]): ScalarFunction[] {
  const named: ScalarFunction[] = []
  for (const [prefix, type, operations] of families) {
    for (const [suffix, symbol] of operations) {
      const overloads = operators
        .filter((operator) => operator.name === symbol)
        .flatMap((operator) => operator.overloads)
        .filter(
          ({ parameters }) =>
            parameters.length === 2 && parameters.every((it) => typeof it === 'object' && sameType(it, type)),
        )
      if (overloads.length === 0) continue
      const doc = `The operator ${symbol} as a function.`
      named.push(scalar({ name: prefix + suffix, category: 'operators as functions', doc, examples: [], overloads }))
    }
  }
  return named
}
