import { describe, expect, test } from 'vitest'
import { SqlError } from '../../src/error.ts'
import { allFunctions, allOperators } from '../../src/functions/all.ts'
import { commonType } from '../../src/functions/coercion.ts'
import type { ScalarFunction, SqlFunction } from '../../src/functions/function.ts'
import { resolveAggregate, resolveFunction, resolveOperator } from '../../src/functions/resolve.ts'
import { sharedNames, usualFunctions } from '../../src/functions/usual.ts'
import {
  arrayOf,
  BIGINT,
  BOOLEAN,
  BPCHAR,
  DATE,
  type DataType,
  DOUBLE,
  INTEGER,
  INTERVAL,
  NUMERIC,
  REAL,
  SMALLINT,
  TEXT,
  TIMESTAMP,
  TIMESTAMPTZ,
  UNKNOWN,
  VARCHAR,
} from '../../src/types/data-type.ts'
import { typeName } from '../../src/types/type-names.ts'

function operator(symbol: string, ...args: DataType[]): string {
  const { parameterTypes, resultType } = resolveOperator(symbol, args)
  return `${parameterTypes.map(typeName).join(' ')} -> ${typeName(resultType)}`
}

function failure(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof SqlError) return `${error.code} ${error.message}`
    throw error
  }
  return 'no error'
}

describe('operators', () => {
  test.each<[string, DataType[], string]>([
    ['+', [INTEGER, INTEGER], 'integer integer -> integer'],
    ['+', [SMALLINT, INTEGER], 'integer integer -> integer'],
    ['+', [INTEGER, BIGINT], 'bigint bigint -> bigint'],
    ['+', [INTEGER, NUMERIC], 'numeric numeric -> numeric'],
    ['*', [NUMERIC, DOUBLE], 'double precision double precision -> double precision'],
    ['+', [INTEGER, REAL], 'double precision real -> double precision'],
    ['+', [NUMERIC, REAL], 'double precision real -> double precision'],
    ['+', [INTEGER, UNKNOWN], 'integer integer -> integer'],
    ['-', [INTEGER], 'integer -> integer'],
    ['^', [INTEGER, INTEGER], 'double precision double precision -> double precision'],
    ['^', [NUMERIC, INTEGER], 'numeric numeric -> numeric'],
    ['=', [VARCHAR, UNKNOWN], 'text text -> boolean'],
    ['=', [VARCHAR, TEXT], 'text text -> boolean'],
    ['=', [BPCHAR, UNKNOWN], 'character character -> boolean'],
    ['=', [BPCHAR, TEXT], 'text text -> boolean'],
    ['<', [DATE, TIMESTAMP], 'timestamp without time zone timestamp without time zone -> boolean'],
    ['<', [DATE, TIMESTAMPTZ], 'timestamp with time zone timestamp with time zone -> boolean'],
    ['<', [DATE, UNKNOWN], 'date date -> boolean'],
    ['=', [UNKNOWN, UNKNOWN], 'text text -> boolean'],
    ['=', [arrayOf(INTEGER), UNKNOWN], 'integer[] integer[] -> boolean'],
    ['=', [BOOLEAN, BOOLEAN], 'boolean boolean -> boolean'],
    ['<', [{ kind: 'numeric', precision: 10, scale: 2 }, INTEGER], 'numeric(10,2) numeric -> boolean'],
  ])('%s %j', (symbol, args, expected) => {
    expect(operator(symbol, ...args)).toBe(expected)
  })

  test('an operator that no type takes', () => {
    expect(failure(() => operator('+', TEXT, INTEGER))).toBe('42883 operator does not exist: text + integer')
    expect(failure(() => operator('-', TEXT))).toBe('42883 operator does not exist: - text')
    expect(failure(() => operator('=', INTEGER, TEXT))).toBe('42883 operator does not exist: integer = text')
    expect(failure(() => operator('+', UNKNOWN, UNKNOWN))).toBe('42725 operator is not unique: unknown + unknown')
  })
})

describe('aggregates', () => {
  test.each<[string, DataType[], string]>([
    ['sum', [INTEGER], 'bigint'],
    ['sum', [BIGINT], 'numeric'],
    ['sum', [REAL], 'real'],
    ['sum', [INTERVAL], 'interval'],
    ['avg', [SMALLINT], 'numeric'],
    ['avg', [REAL], 'double precision'],
    ['min', [{ kind: 'varchar', length: 3 }], 'text'],
    ['max', [{ kind: 'numeric', precision: 4, scale: 1 }], 'numeric'],
    ['count', [], 'bigint'],
    ['max', [arrayOf(TEXT)], 'text[]'],
  ])('%s %j', (name, args, expected) => {
    expect(typeName(resolveAggregate(name, args).resultType)).toBe(expected)
  })

  test('an aggregate that no type takes', () => {
    expect(failure(() => resolveAggregate('sum', [TEXT]))).toBe('42883 function sum(text) does not exist')
  })
})

test('a name that is nearly right earns a hint', () => {
  let hint: string | undefined
  try {
    resolveFunction('cuont', [INTEGER])
  } catch (error) {
    hint = (error as SqlError).hint
  }
  expect(hint).toBe('Perhaps you meant "count".')
})

describe('common types', () => {
  test.each<[DataType[], string]>([
    [[INTEGER, INTEGER], 'integer'],
    [[INTEGER, NUMERIC], 'numeric'],
    [[UNKNOWN, INTEGER], 'integer'],
    [[UNKNOWN, UNKNOWN], 'text'],
    [[VARCHAR, TEXT], 'character varying'],
    [[TEXT, VARCHAR], 'text'],
    [[DATE, TIMESTAMP, TIMESTAMPTZ], 'timestamp with time zone'],
    [
      [
        { kind: 'varchar', length: 3 },
        { kind: 'varchar', length: 3 },
      ],
      'character varying(3)',
    ],
    [
      [
        { kind: 'varchar', length: 3 },
        { kind: 'varchar', length: 4 },
      ],
      'character varying',
    ],
    [[REAL, NUMERIC], 'real'],
  ])('%j', (types, expected) => {
    expect(typeName(commonType(types, 'UNION'))).toBe(expected)
  })

  test('none', () => {
    expect(failure(() => commonType([INTEGER, TEXT], 'CASE'))).toBe(
      '42804 CASE types integer and text cannot be matched',
    )
  })
})

test('a usual function that others share its name with is looked for among all', () => {
  const names = (records: readonly SqlFunction[]): Set<string> =>
    new Set(records.flatMap((record) => [record.name, ...(('aliases' in record ? record.aliases : undefined) ?? [])]))
  const others = names(allFunctions().filter((record) => !usualFunctions.includes(record)))
  expect([...names(usualFunctions)].filter((name) => others.has(name)).sort()).toEqual([...sharedNames].sort())
})

test('the usual operators decide on numbers and texts as all do', () => {
  const types = [SMALLINT, INTEGER, BIGINT, NUMERIC, REAL, DOUBLE, TEXT, VARCHAR, UNKNOWN]
  const symbols = new Set(allOperators().map(({ name }) => name))
  const chosen = (symbol: string, args: readonly DataType[], candidates?: readonly ScalarFunction[]): unknown => {
    try {
      const { function: record, overload, parameterTypes } = resolveOperator(symbol, args, { candidates })
      return { record, overload, parameterTypes }
    } catch (error) {
      return (error as SqlError).code
    }
  }
  let found = 0
  for (const symbol of symbols) {
    const all = allOperators().filter(({ name }) => name === symbol)
    for (const left of types) {
      for (const args of [[left], ...types.map((right) => [left, right])]) {
        const expected = chosen(symbol, args, all)
        expect(chosen(symbol, args), `${symbol} on ${args.map(({ kind }) => kind)}`).toEqual(expected)
        if (typeof expected === 'object') found++
      }
    }
  }
  expect(found).toBeGreaterThan(300)
})
