/** Random tables: columns of all types, keys, constraints, indexes of all kinds, and rows with NULLs, repetitions and extremes. */
import type { Random } from './random.ts'
import { quote, randomText, typeNames, valueSources } from './values.ts'

export interface Column {
  readonly name: string
  readonly type: string
  readonly isNotNull: boolean
  /** What makes a generated column's value. */
  readonly generated?: string
  /** Values are keys of a table that has so many. */
  readonly references?: { readonly table: string; readonly count: number }
}

export interface Table {
  readonly name: string
  readonly columns: readonly Column[]
  /** Whether `id` tells rows apart. */
  readonly hasKey: boolean
  readonly rowCount: number
  /** CREATE TABLE and indexes. */
  readonly definition: readonly string[]
  /** One INSERT per few hundred rows. */
  readonly rows: readonly (readonly string[])[]
  /** Statements that make rows by counting; for tables too long for VALUES. */
  readonly filling: readonly string[]
  /** Other tables that its definition names. */
  readonly needs: readonly string[]
}

export interface Schema {
  readonly tables: readonly Table[]
  readonly prelude: readonly string[]
}

/** How many rows tables have. */
export type Size = 'small' | 'medium' | 'large'

export function randomSchema(random: Random, size: Size): Schema {
  const tables: Table[] = []
  for (let index = 0, count = random.between(3, 4); index < count; index++) {
    tables.push(randomTable(`t${index + 1}`, random, size, index, tables))
  }
  if (random.chance(0.5)) tables.push(randomView('v1', random, random.pick(tables)))
  const zone = random.pick(['UTC', 'UTC', 'America/New_York', 'Europe/Berlin', 'Asia/Kathmandu'])
  return { tables, prelude: [...typeDefinitions, `SET timezone = '${zone}'`] }
}

export const typeDefinitions: readonly string[] = [
  "CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy', 'Über')",
  'CREATE TYPE pair AS (x integer, y text)',
  'CREATE DOMAIN small AS integer CHECK (VALUE BETWEEN -1000 AND 1000)',
]

/** The tables that a statement names, and those that their definitions name. */
export function tablesOf(schema: Schema, statement: string): Table[] {
  const named = schema.tables.filter((table) => new RegExp(`\\b${table.name}\\b`).test(statement))
  const names = new Set(named.map((table) => table.name))
  for (const table of [...schema.tables].reverse()) {
    if (names.has(table.name)) for (const name of table.needs) names.add(name)
  }
  return schema.tables.filter((table) => names.has(table.name))
}

/** Types that join tables are likelier than the rest. */
const favourites = [
  'integer',
  'integer',
  'bigint',
  'text',
  'numeric(10,2)',
  'date',
  'boolean',
  'double precision',
  'smallint',
]

function randomTable(name: string, random: Random, size: Size, index: number, earlier: readonly Table[]): Table {
  const hasKey = random.chance(0.85)
  const types = [
    'integer',
    random.pick(['text', 'text', 'character varying(12)']),
    ...random.times(random.between(2, 6), () => random.pick(random.chance(0.5) ? favourites : typeNames)),
  ]
  const columns: Column[] = types.map((type, at) => ({
    name: `${String.fromCharCode(97 + at)}`,
    type,
    isNotNull: random.chance(0.15),
  }))
  if (random.chance(0.2)) columns.push(generatedColumn(random))
  const target = earlier.find((table) => table.hasKey && table.rowCount > 0)
  if (target && random.chance(0.3)) columns.push(referencingColumn(target))
  const key = { name: 'id', type: random.pick(['integer', 'integer', 'bigint', 'smallint']), isNotNull: true }
  const all = hasKey ? [key, ...columns] : columns
  const rowCount = randomRowCount(random, size, index)
  if (rowCount > 3000 && key.type === 'smallint') key.type = 'integer'
  return {
    name,
    columns: all,
    hasKey,
    rowCount,
    definition: [createTable(name, all, hasKey, random), ...randomIndexes(name, columns, random)],
    rows: rowCount > 3000 ? [] : randomRows(all, hasKey, rowCount, random),
    filling: rowCount > 3000 ? fillings(name, all, hasKey, rowCount, random) : [],
    needs: columns.flatMap((column) => column.references?.table ?? []),
  }
}

function generatedColumn(random: Random): Column {
  const [type, generated] = random.pick([
    ['integer', 'a % 10'],
    ['text', "upper(b) || '!'"],
    ['boolean', 'a > 1 AND b IS NOT NULL'],
    ['bigint', 'a::bigint * a'],
  ])
  return { name: 'g1', type, isNotNull: false, generated }
}

function referencingColumn({ name, columns, rowCount }: Table): Column {
  return { name: 'r1', type: columns[0].type, isNotNull: false, references: { table: name, count: rowCount } }
}

/** A view that rows can be changed through, or one of groups. */
function randomView(name: string, random: Random, base: Table): Table {
  const isGrouped = random.chance(0.3)
  const columns = isGrouped
    ? [base.columns.find((column) => column.name === 'a')!, { name: 'n', type: 'bigint', isNotNull: false }]
    : random.shuffled(base.columns.filter((column) => column.name === 'a' || random.chance(0.7)))
  const names = columns.map((column) => (column.name === 'n' ? 'count(*) AS n' : column.name)).join(', ')
  const where = random.pick(['', '', ' WHERE a > 0', ' WHERE b IS NOT NULL', ' WHERE a IS NULL OR a < 50'])
  const check = where !== '' && !isGrouped && random.chance(0.3) ? ' WITH CHECK OPTION' : ''
  return {
    name,
    columns: columns.map(({ name: column, type, generated }) => ({ name: column, type, isNotNull: false, generated })),
    hasKey: columns.some((column) => column.name === 'id'),
    rowCount: base.rowCount,
    definition: [
      `CREATE VIEW ${name} AS SELECT ${names} FROM ${base.name}${where}${isGrouped ? ' GROUP BY a' : ''}${check}`,
    ],
    rows: [],
    filling: [],
    needs: [base.name],
  }
}

function randomRowCount(random: Random, size: Size, index: number): number {
  switch (size) {
    case 'small':
      return random.weighted([
        [1, 0],
        [4, random.between(1, 8)],
        [6, random.between(8, 40)],
      ])
    case 'medium':
      return index === 0 ? random.between(500, 2500) : random.between(5, 300)
    case 'large':
      return index === 0 ? random.between(66_000, 80_000) : random.between(50, 6000)
  }
}

function createTable(name: string, columns: readonly Column[], hasKey: boolean, random: Random): string {
  const lines = columns.map((column) => {
    if (column.name === 'id') return `id ${column.type} ${random.chance(0.7) ? 'PRIMARY KEY' : 'NOT NULL UNIQUE'}`
    if (column.generated) return `${column.name} ${column.type} GENERATED ALWAYS AS (${column.generated}) STORED`
    if (column.references) {
      const action = random.pick(['', ' ON DELETE CASCADE', ' ON DELETE SET NULL', ' ON UPDATE CASCADE'])
      return `${column.name} ${column.type} REFERENCES ${column.references.table} (id)${action}`
    }
    const extra = column.isNotNull ? ' NOT NULL' : random.chance(0.1) ? ` DEFAULT ${quote(defaultOf(column.type))}` : ''
    return `${column.name} ${column.type}${extra}`
  })
  if (hasKey && random.chance(0.2)) lines.push('CHECK (id > -1000000)')
  return `CREATE TABLE ${name} (${lines.join(', ')})`
}

function defaultOf(type: string): string {
  return valueSources[type].common[1]
}

const orderable = (column: Column): boolean => column.type !== 'json'

function randomIndexes(name: string, columns: readonly Column[], random: Random): string[] {
  const able = columns.filter(orderable)
  return random.times(random.pick([0, 0, 1, 1, 2]), () => {
    const column = random.pick(able)
    const other = random.pick(able)
    const keys = random.weighted([
      [4, column.name],
      [2, column === other ? column.name : `${column.name}, ${other.name}`],
      [
        1,
        column.type === 'text'
          ? `lower(${column.name})`
          : column.type === 'integer'
            ? `(${column.name} % 7)`
            : column.name,
      ],
    ])
    const where = random.chance(0.25) ? ` WHERE ${other.name} IS NOT NULL` : ''
    return `CREATE INDEX ON ${name} (${keys})${where}`
  })
}

function randomRows(columns: readonly Column[], hasKey: boolean, count: number, random: Random): string[][] {
  const nullShare = random.pick([0, 0.1, 0.25, 0.5])
  const shares = columns.map(() => ({
    extremes: random.pick([0, 0, 0.05, 0.2]),
    wide: random.pick([0, 0.2, 0.7]),
  }))
  const keys = hasKey ? random.shuffled(random.times(count, (at) => at + 1)) : []
  const rows = random.times(count, (at) =>
    columns.map((column, index) => {
      if (column.name === 'id' && hasKey) return String(keys[at])
      if (column.generated) return 'DEFAULT'
      if (!column.isNotNull && random.chance(nullShare)) return 'NULL'
      if (column.references) return String(random.between(1, column.references.count))
      return quote(randomText(column.type, random, shares[index]))
    }),
  )
  if (!hasKey) for (let at = 1; at < rows.length; at++) if (random.chance(0.15)) rows[at] = rows[at - 1]
  return rows
}

/** INSERT statements of a table's rows. */
export function insertions(table: Table, rows: readonly (readonly string[])[] = table.rows): string[] {
  const statements: string[] = []
  for (let at = 0; at < rows.length; at += 500) {
    const lines = rows.slice(at, at + 500).map((row) => `(${row.join(', ')})`)
    statements.push(`INSERT INTO ${table.name} VALUES ${lines.join(', ')}`)
  }
  return statements
}

/** Long tables count: every value is a function of its row's number, picked from a list of texts. */
function fillings(name: string, all: readonly Column[], hasKey: boolean, count: number, random: Random): string[] {
  const nullShare = random.pick([0, 3, 10])
  const columns = all.filter((column) => !column.generated)
  const expressions = columns.map((column) => {
    if (column.name === 'id' && hasKey) return 'i'
    const step = random.pick([1, 7, 13, 101, 7919])
    if (column.references) return `(i * ${step} % ${column.references.count} + 1)`
    const texts = random.times(random.pick([3, 20, 60]), () =>
      randomText(column.type, random, { wide: 0.8, extremes: 0.03 }),
    )
    const value =
      /^(integer|bigint)$/.test(column.type) && random.chance(0.5)
        ? `(i * ${step} % ${random.pick([10, 1000, 100_000])})`
        : `(ARRAY[${texts.map(quote).join(', ')}])[(i * ${step}) % ${texts.length} + 1]::${column.type}`
    return column.isNotNull || nullShare === 0 ? value : `CASE WHEN i % ${nullShare + 7} <> 0 THEN ${value} END`
  })
  const names = columns.map((column) => column.name).join(', ')
  return [`INSERT INTO ${name} (${names}) SELECT ${expressions.join(', ')} FROM generate_series(1, ${count}) AS g(i)`]
}

/** Everything that makes the schema. */
export function creation(schema: Schema): string[] {
  return [
    ...schema.prelude,
    ...schema.tables.flatMap((table) => [
      ...table.definition,
      ...insertions(table),
      ...table.filling,
      ...(table.rowCount > 100 ? [`ANALYZE ${table.name}`] : []),
    ]),
  ]
}
