/** A catalog of made-up tables with made-up statistics, so that plan tests need no data. */
import type { FunctionContext } from '../../src/functions/function.ts'
import type { PlannerContext } from '../../src/planner/context.ts'
import { Settings } from '../../src/settings.ts'
import type { CatalogView, ColumnStatistics, IndexDefinition, TableDefinition } from '../../src/storage/interface.ts'
import { DATE, type DataType, DOUBLE, INTEGER, TEXT } from '../../src/types/data-type.ts'

interface ColumnPlan {
  readonly type: DataType
  readonly notNull?: boolean
  readonly key?: boolean
  readonly unique?: boolean
  readonly distinct?: number
  readonly min?: number
  readonly max?: number
  readonly nullFraction?: number
  /** An index of its own, not unique. */
  readonly index?: 'hash' | 'btree'
}

interface TablePlan {
  readonly rows: number
  readonly columns: { readonly [name: string]: ColumnPlan }
  /** A primary key of several columns. */
  readonly key?: readonly string[]
}

const integer = (options: Partial<ColumnPlan> = {}): ColumnPlan => ({ type: INTEGER, ...options })
const id = integer({ key: true, notNull: true })

const tables: { readonly [name: string]: TablePlan } = {
  a: {
    rows: 1000,
    columns: {
      id,
      x: integer({ notNull: true, distinct: 10, min: 0, max: 9 }),
      y: integer({ nullFraction: 0.1 }),
      s: { type: TEXT },
      u: integer({ unique: true }),
    },
  },
  b: {
    rows: 2000,
    columns: { id, x: integer({ distinct: 100 }), z: integer({ notNull: true }), t: { type: TEXT }, d: { type: DATE } },
  },
  c: {
    rows: 5000,
    columns: {
      a_id: integer({ notNull: true, distinct: 1000 }),
      b_id: integer({ distinct: 2000 }),
      v: { type: DOUBLE },
    },
  },
  part: {
    rows: 20000,
    columns: {
      id,
      brand: { type: TEXT, notNull: true, distinct: 25 },
      size: integer({ distinct: 50, min: 1, max: 50 }),
    },
  },
  line: {
    rows: 600000,
    columns: {
      order_id: integer({ notNull: true, distinct: 150000 }),
      part_id: integer({ notNull: true, distinct: 20000 }),
      quantity: integer({ notNull: true, distinct: 50, min: 1, max: 50 }),
      price: { type: DOUBLE, notNull: true },
    },
  },
  orders: {
    rows: 150000,
    columns: {
      id,
      customer_id: integer({ notNull: true, distinct: 10000, index: 'hash' }),
      day: { type: DATE, notNull: true, min: 8000, max: 10400, distinct: 2400, index: 'btree' },
    },
  },
  customer: {
    rows: 15000,
    columns: {
      id,
      name: { type: TEXT, notNull: true, distinct: 15000 },
      nation_id: integer({ notNull: true, distinct: 25 }),
    },
  },
  nation: {
    rows: 25,
    columns: {
      id,
      name: { type: TEXT, notNull: true, distinct: 25 },
      region_id: integer({ notNull: true, distinct: 5 }),
    },
  },
  region: { rows: 5, columns: { id, name: { type: TEXT, notNull: true, distinct: 5 } } },
  stock: {
    rows: 80000,
    key: ['part_id', 'place_id'],
    columns: {
      part_id: integer({ notNull: true, distinct: 20000 }),
      place_id: integer({ notNull: true, distinct: 1000 }),
      amount: integer(),
    },
  },
}

function define(name: string, plan: TablePlan): TableDefinition {
  const names = Object.keys(plan.columns)
  const keyColumns =
    plan.key?.map((column) => names.indexOf(column)) ??
    names.flatMap((column, number) => (plan.columns[column].key ? [number] : []))
  const constraints: TableDefinition['constraints'][number][] = []
  const indexes: IndexDefinition[] = []
  const common = { nullsNotDistinct: false, deferrable: false, initiallyDeferred: false }
  const add = (constraint: string, columns: readonly number[], kind: 'primary-key' | 'unique'): void => {
    constraints.push({ kind, name: constraint, columns, ...common })
    indexes.push({
      name: constraint,
      table: name,
      unique: true,
      primary: kind === 'primary-key',
      method: 'hash',
      columns,
      include: [],
      nullsNotDistinct: false,
      constraint,
    })
  }
  if (keyColumns.length > 0) add(`${name}_pkey`, keyColumns, 'primary-key')
  names.forEach((column, number) => {
    const { unique, index } = plan.columns[column]
    if (unique) add(`${name}_${column}_key`, [number], 'unique')
    if (index) {
      indexes.push({
        name: `${name}_${column}_idx`,
        table: name,
        unique: false,
        primary: false,
        method: index,
        columns: [number],
        include: [],
        nullsNotDistinct: false,
      })
    }
  })
  return {
    kind: 'table',
    schema: 'public',
    name,
    temporary: false,
    columns: names.map((column) => ({
      name: column,
      type: plan.columns[column].type,
      notNull: plan.columns[column].notNull ?? false,
    })),
    constraints,
    indexes,
  }
}

const definitions = new Map(Object.entries(tables).map(([name, plan]) => [name, define(name, plan)]))

function columnStatistics(table: TableDefinition, index: number): ColumnStatistics {
  const { rows, columns } = tables[table.name]
  const plan = columns[table.columns[index].name]
  const unique = plan.key === true || plan.unique === true
  return {
    min: plan.min ?? (unique ? 1 : undefined),
    max: plan.max ?? (unique ? rows : undefined),
    nullFraction: plan.nullFraction ?? 0,
    distinct: plan.distinct ?? (unique ? rows : Math.round(rows / 2)),
    averageWidth: 8,
    unique,
  }
}

const catalog: CatalogView = {
  version: 1,
  findRelation: (name) => definitions.get(name),
  relations: () => definitions.values(),
  searchPath: ['public'],
  hasSchema: (name) => name === 'public',
  schemas: () => ['public'],
  findType: () => undefined,
  findDomain: () => undefined,
  typeNames: () => [],
  findRoutines: () => [],
  routines: () => [],
  sequenceState: () => ({ last: 1n, isCalled: false, logged: 0 }),
  statistics: (table) => ({ rowCount: tables[table.name].rows, column: (index) => columnStatistics(table, index) }),
}

/** A context over the made-up tables. */
export function plannerContext(disabledRules: readonly string[] = []): PlannerContext {
  const settings = new Settings()
  settings.set('disabled_rules', disabledRules.join(','))
  const functions: FunctionContext = {
    settings,
    transactionTime: 0n,
    statementTime: 0n,
    clock: () => 0n,
    random: () => 0.5,
    seedRandom: () => {},
    user: 'tester',
    database: 'test',
    schemas: ['public'],
  }
  return { catalog, settings, functions, parameterTypes: [], parameterNames: [] }
}
