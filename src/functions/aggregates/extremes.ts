/** min and max, of every type that has an order, and the aggregates that choose a row by them or by its place. */
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
import { traits } from '../../types/traits.ts'
import { withoutModifiers } from '../../types/type-names.ts'
import type { Value } from '../../types/value.ts'
import { type AggregateFunction, type AggregateOverload, aggregate, type Pattern } from '../function.ts'
import { greatest, greatestByKey, least, leastByKey } from './leaders.ts'

const ordered: readonly Pattern[] = [
  BIGINT,
  SMALLINT,
  NUMERIC,
  DOUBLE,
  REAL,
  TEXT,
  BPCHAR,
  DATE,
  TIME,
  TIMETZ,
  TIMESTAMP,
  TIMESTAMPTZ,
  INTERVAL,
  BOOLEAN,
  OID,
  UUID,
  BYTEA,
  ...(['money', 'inet', 'pg_lsn', 'xid8', 'tid'] as const).map((kind): DataType => ({ kind })),
  'anyarray',
  'anyenum',
  'anyrecord',
]

interface Extreme {
  value: Value
  readonly compare: (left: Value, right: Value, type: DataType) => number
  readonly type: DataType
}

function startExtreme(args: readonly DataType[]): Extreme {
  const type = args[0]
  return { value: null, compare: traits(type).compare, type }
}

const ownType = (args: readonly DataType[]): DataType => withoutModifiers(args[0])

function addLeast(state: Extreme, value: Value): Extreme {
  if (state.value === null || state.compare(value, state.value, state.type) < 0) state.value = value
  return state
}

function addGreatest(state: Extreme, value: Value): Extreme {
  if (state.value === null || state.compare(value, state.value, state.type) > 0) state.value = value
  return state
}

function extreme(add: (state: Extreme, value: Value) => Extreme): AggregateOverload[] {
  return ordered.map((pattern) => ({
    parameters: [pattern],
    returns: ownType,
    start: startExtreme,
    add,
    merge: (left: Extreme, right: Extreme) => (right.value === null ? left : add(left, right.value)),
    finish: (state: Extreme) => state.value,
  }))
}

/** Integers keep their extreme as the state itself. */
function integerExtreme(better: (value: number, than: number) => boolean): AggregateOverload {
  const add = (state: number | null, value: number): number => (state === null || better(value, state) ? value : state)
  return {
    parameters: [INTEGER],
    returns: INTEGER,
    start: () => null,
    add,
    merge: (left, right) => (right === null ? left : add(left, right)),
    finish: (state) => state,
  }
}

const min = aggregate({
  name: 'min',
  category: 'aggregates',
  doc: 'The least of the values that are not NULL; with a number, a list of so many of the least.',
  examples: [
    ['SELECT min(x) FROM (VALUES (3), (1), (NULL)) t(x)', '1'],
    ['SELECT min(x, 2) FROM (VALUES (3), (1), (NULL), (2)) t(x)', '{1,2}'],
    ["SELECT min(x) FROM (VALUES ('b'), ('a')) t(x)", 'a'],
  ],
  overloads: [integerExtreme((value, than) => value < than), ...extreme(addLeast), least],
})

const max = aggregate({
  name: 'max',
  category: 'aggregates',
  doc: 'The greatest of the values that are not NULL; with a number, a list of so many of the greatest.',
  examples: [
    ['SELECT max(x) FROM (VALUES (3), (1), (NULL)) t(x)', '3'],
    ["SELECT max(x) FROM (VALUES (DATE '2024-02-29'), (DATE '2023-12-31')) t(x)", '2024-02-29'],
  ],
  overloads: [integerExtreme((value, than) => value > than), ...extreme(addGreatest), greatest],
})

interface Chosen {
  has: boolean
  result: Value
  key: Value
  readonly compare: (left: Value, right: Value, type: DataType) => number
  readonly type: DataType
}

function byKey(better: (order: number) => boolean): AggregateOverload {
  const add = (state: Chosen, result: Value, key: Value): Chosen => {
    if (key === null || result === null) return state
    if (!state.has || better(state.compare(key, state.key, state.type))) {
      state.has = true
      state.result = result
      state.key = key
    }
    return state
  }
  return {
    parameters: ['any', 'any'],
    returns: ownType,
    start: (args): Chosen => ({ has: false, result: null, key: null, compare: traits(args[1]).compare, type: args[1] }),
    add,
    merge: (left: Chosen, right: Chosen) => (right.has ? add(left, right.result, right.key) : left),
    finish: (state: Chosen) => state.result,
  }
}

const argMin = aggregate({
  name: 'arg_min',
  aliases: ['min_by', 'argmin'],
  category: 'aggregates',
  doc: 'The first argument of the row where the second is least; with a third, a list of so many of them.',
  examples: [
    ["SELECT arg_min(name, age) FROM (VALUES ('Ada', 36), ('Bob', 20)) t(name, age)", 'Bob'],
    ["SELECT arg_min(name, age, 2) FROM (VALUES ('Ada', 36), ('Bob', 20), ('Eve', 90)) t(name, age)", '{Bob,Ada}'],
  ],
  overloads: [byKey((order) => order < 0), leastByKey],
})

const argMax = aggregate({
  name: 'arg_max',
  aliases: ['max_by', 'argmax'],
  category: 'aggregates',
  doc: 'The first argument of the row where the second is greatest; with a third, a list of so many of them.',
  examples: [["SELECT arg_max(name, age) FROM (VALUES ('Ada', 36), ('Bob', 20)) t(name, age)", 'Ada']],
  overloads: [byKey((order) => order > 0), greatestByKey],
})

interface Place {
  has: boolean
  value: Value
}

const startPlace = (): Place => ({ has: false, value: null })

function addFirst(state: Place, value: Value): Place {
  if (!state.has) {
    state.has = true
    state.value = value
  }
  return state
}

function addLast(state: Place, value: Value): Place {
  state.has = true
  state.value = value
  return state
}

function place(add: (state: Place, value: Value) => Place, strict: boolean): AggregateOverload {
  return {
    parameters: ['any'],
    returns: (args) => args[0],
    strict,
    start: startPlace,
    add,
    merge: (left: Place, right: Place) => (right.has ? add(left, right.value) : left),
    finish: (state: Place) => state.value,
  }
}

const first = aggregate({
  name: 'first',
  aliases: ['arbitrary'],
  category: 'aggregates',
  doc: 'The value of the first row, NULL or not.',
  examples: [['SELECT first(x ORDER BY x DESC) FROM (VALUES (1), (2)) t(x)', '2']],
  overloads: [place(addFirst, false)],
})

const last = aggregate({
  name: 'last',
  category: 'aggregates',
  doc: 'The value of the last row, NULL or not.',
  examples: [['SELECT last(x ORDER BY x DESC) FROM (VALUES (1), (2)) t(x)', '1']],
  overloads: [place(addLast, false)],
})

const anyValue = aggregate({
  name: 'any_value',
  category: 'aggregates',
  doc: 'The value of some row where it is not NULL.',
  examples: [['SELECT any_value(x) FROM (VALUES (NULL), (2)) t(x)', '2']],
  overloads: [place(addFirst, true)],
})

export const extremeAggregates: readonly AggregateFunction[] = [min, max, argMin, argMax, first, last, anyValue]
