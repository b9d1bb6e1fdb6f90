/** Made-up tables: columns of values, where they come from, and how they are loaded. */
import type { Database } from '../../../src/index.node.ts'
import type { DataRandom } from './random.ts'

/** Decimals and dates are text. */
export type MadeValue = string | number | null

export interface MadeTable {
  readonly name: string
  readonly rowCount: number
  readonly columns: ReadonlyMap<string, readonly MadeValue[]>
}

export interface MadeData {
  readonly schema: string
  readonly tables: readonly MadeTable[]
  /** Columns that are a key of their table, and further columns that a user would index. */
  readonly keys: Readonly<Record<string, string>>
  readonly indexes: readonly (readonly [table: string, column: string])[]
}

export interface SchemaColumn {
  readonly name: string
  readonly type: string
  readonly notNull: boolean
}

/** The columns of the tables of a script of CREATE TABLE. */
export function schemaColumns(schema: string): Map<string, SchemaColumn[]> {
  const found = new Map<string, SchemaColumn[]>()
  for (const [, table, body] of schema.matchAll(/create table (\w+)\s*\(([\s\S]*?)\n\);/gi)) {
    const columns: SchemaColumn[] = []
    for (const part of body.split(/,(?![^(]*\))/)) {
      const [, name, type] = /^\s*(\w+)\s+([\s\S]+?)\s*$/.exec(part) as RegExpExecArray
      columns.push({
        name: name.toLowerCase(),
        type: type.replace(/\s+not null/i, '').toLowerCase(),
        notNull: /not null/i.test(type),
      })
    }
    found.set(table.toLowerCase(), columns)
  }
  return found
}

/** How a column's value is made, by the number of its row. */
export type Maker = (row: number) => MadeValue

/** Fills a table by the makers of its columns; columns without one get some value of their type. */
export function fill(
  name: string,
  schema: readonly SchemaColumn[],
  rowCount: number,
  makers: Readonly<Record<string, Maker>>,
  random: DataRandom,
): MadeTable {
  const columns = new Map<string, MadeValue[]>()
  for (const column of schema) {
    const make = makers[column.name] ?? anything(column, random)
    const values: MadeValue[] = new Array(rowCount)
    for (let row = 0; row < rowCount; row++) values[row] = make(row)
    columns.set(column.name, values)
  }
  return { name, rowCount, columns }
}

function anything({ type, notNull }: SchemaColumn, random: DataRandom): Maker {
  const make = byType(type, random)
  return notNull ? make : () => (random.chance(0.03) ? null : make(0))
}

function byType(type: string, random: DataRandom): Maker {
  if (type.startsWith('decimal')) return () => decimal(random.between(0, 99_999))
  if (type === 'date') return () => isoDate(random.between(9000, 13_000))
  if (type === 'timestamp') return () => `${isoDate(random.between(15_800, 15_900))} 12:00:00`
  if (type === 'smallint') return () => random.between(0, 200)
  if (type === 'integer' || type === 'bigint') return () => random.between(0, 100_000)
  const length = Number(/\((\d+)\)/.exec(type)?.[1] ?? (type === 'char' ? 1 : 40))
  return () => random.title(2).slice(0, length).trim() || 'x'
}

/** Hundredths as text. */
export function decimal(hundredths: number): string {
  const sign = hundredths < 0 ? '-' : ''
  const digits = String(Math.abs(hundredths)).padStart(3, '0')
  return `${sign}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

/** The date that lies so many days after 1970-01-01. */
export function isoDate(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10)
}

/** The table as CSV, NULL as nothing. */
export function* csvChunks(table: MadeTable): Generator<string> {
  const columns = [...table.columns.values()]
  let text = ''
  for (let row = 0; row < table.rowCount; row++) {
    for (let index = 0; index < columns.length; index++) {
      const value = columns[index][row]
      if (index > 0) text += ','
      if (value === null) continue
      text += typeof value === 'number' ? value : quoted(value)
    }
    text += '\n'
    if (text.length < 1 << 20) continue
    yield text
    text = ''
  }
  yield text
}

function quoted(text: string): string {
  return text === '' || /[",\n\r\\]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export function load(database: Database, { schema, tables }: MadeData): void {
  database.exec(schema)
  for (const { name, columns } of tables) database.insert(name, Object.fromEntries(columns) as never)
}
