/** Random tables: columns of all types, keys, constraints, indexes of all kinds, and rows with NULLs, repetitions and extremes. */
import type { Random } from './random.ts'
import { baseType, quote, randomText, typeNames } from './values.ts'

export interface Column {
  readonly name: string
  readonly type: string
  readonly isNotNull: boolean
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
}

export interface Schema {
  readonly tables: readonly Table[]
  readonly prelude: readonly string[]
}

/** How many rows tables have. */
export type Size = 'small' | 'medium' | 'large'

export function randomSchema(random: Random, size: Size): Schema {
  const tables = random.times(random.between(3, 4), (index) => randomTable(`t${index + 1}`, random, size, index))
  return { tables, prelude: ["CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy', 'Über')"] }
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

function randomTable(name: string, random: Random, size: Size, index: number): Table {
  const hasKey = random.chance(0.85)
  const types = [
    'integer',
    random.pick(['text', 'text', 'character varying(12)']),
    ...random.times(random.between(2, 6), () => random.pick(random.chance(0.5) ? favourites : typeNames)),
  ]
  const columns = types.map((type, at) => ({
    name: `${String.fromCharCode(97 + at)}`,
    type,
    isNotNull: random.chance(0.15),
  }))
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
    const extra = column.isNotNull ? ' NOT NULL' : random.chance(0.1) ? ` DEFAULT ${quote(defaultOf(column.type))}` : ''
    return `${column.name} ${column.type}${extra}`
  })
  if (hasKey && random.chance(0.2)) lines.push('CHECK (id > -1000000)')
  return `CREATE TABLE ${name} (${lines.join(', ')})`
}

function defaultOf(type: string): string {
  return type === 'mood'
    ? 'ok'
    : type === 'boolean'
      ? 'true'
      : (({ date: '2020-01-01', uuid: '00000000-0000-0000-0000-000000000000' } as Record<string, string>)[type] ??
        fallbackDefault(type))
}

function fallbackDefault(type: string): string {
  if (/char|text$/.test(type)) return 'd'
  if (/int$|integer$|numeric|real|double/.test(type)) return '7'
  if (/json/.test(type)) return '{}'
  if (/\[\]$/.test(type)) return '{}'
  if (/range$/.test(type)) return 'empty'
  if (type === 'time') return '01:02:03'
  if (type === 'interval') return '1 hour'
  if (type === 'bytea') return '\\x64'
  return '2021-05-05 05:05:05+00'
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
      if (!column.isNotNull && random.chance(nullShare)) return 'NULL'
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
function fillings(name: string, columns: readonly Column[], hasKey: boolean, count: number, random: Random): string[] {
  const nullShare = random.pick([0, 3, 10])
  const expressions = columns.map((column) => {
    if (column.name === 'id' && hasKey) return 'i'
    const step = random.pick([1, 7, 13, 101, 7919])
    const texts = random.times(random.pick([3, 20, 60]), () =>
      randomText(column.type, random, { wide: 0.8, extremes: 0.03 }),
    )
    const value =
      /^(integer|bigint)$/.test(column.type) && random.chance(0.5)
        ? `(i * ${step} % ${random.pick([10, 1000, 100_000])})`
        : `(ARRAY[${texts.map(quote).join(', ')}])[(i * ${step}) % ${texts.length} + 1]::${column.type}`
    return column.isNotNull || nullShare === 0 ? value : `CASE WHEN i % ${nullShare + 7} <> 0 THEN ${value} END`
  })
  return [`INSERT INTO ${name} SELECT ${expressions.join(', ')} FROM generate_series(1, ${count}) AS g(i)`]
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

export function isNumeric(type: string): boolean {
  return /^(smallint|integer|bigint|numeric|real|double precision)$/.test(baseType(type))
}
