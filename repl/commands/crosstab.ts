/** psql's \\crosstabview: a result with a row for each value of one column and a column for each value of another. */
import { type Database, type Result, SqlError } from '../../src/index.node.ts'

/** `words` name the columns: of the rows, of the columns, of the values, and what the columns are sorted by. */
export function crosstab(database: Database, result: Result, words: readonly string[]): Result {
  const { columns, text } = result
  if (columns.length < 3) throw refused('query must return at least three columns')
  if (words.length < 3 && columns.length > 3) {
    throw refused('data column must be specified when query returns more than three columns')
  }
  const place = (word: string | undefined, otherwise: number): number =>
    word === undefined ? otherwise : placeOf(columns, word)
  const vertical = place(words[0], 0)
  const horizontal = place(words[1], 1)
  if (vertical === horizontal) throw refused('vertical and horizontal headers must be different columns')
  const rest = columns.findIndex((_, i) => i !== vertical && i !== horizontal)
  const data = place(words[2], rest)
  const order = words[3] === undefined ? undefined : placeOf(columns, words[3])

  const rowHeads = [...new Set(text.map((row) => row[vertical]))]
  const ranks = new Map(text.map((row) => [row[horizontal], order === undefined ? 0 : rank(row[order])]))
  const columnHeads = [...ranks.keys()].sort((a, b) => ranks.get(a)! - ranks.get(b)!)
  const cells = new Map<string, string | null>()
  for (const row of text) {
    const key = JSON.stringify([row[vertical], row[horizontal]])
    if (cells.has(key)) {
      throw refused(
        `query result contains multiple data values for row "${row[vertical] ?? ''}", column "${row[horizontal] ?? ''}"`,
      )
    }
    cells.set(key, row[data])
  }
  const values = rowHeads.map((head) => [
    head,
    ...columnHeads.map((column) => cells.get(JSON.stringify([head, column])) ?? null),
  ])
  const types = [columns[vertical], ...columnHeads.map(() => columns[data])].map(({ type }) => numeric(type) ?? 'text')
  return table(database, [columns[vertical].name, ...columnHeads.map((head) => head || ' ')], types, values)
}

function rank(value: string | null): number {
  if (value === null) return -Infinity
  if (/^-?\d+$/.test(value)) return Number(value)
  throw refused('sort column value must be an integer')
}

function refused(message: string): SqlError {
  return new SqlError('invalid_parameter_value', `\\crosstabview: ${message}`)
}

/** A column by its number, or by its name, which may stand in quotes. */
function placeOf(columns: Result['columns'], word: string): number {
  if (/^\d+$/.test(word)) {
    const number = Number(word)
    if (number >= 1 && number <= columns.length) return number - 1
    throw refused(`column number ${word} is out of range 1..${columns.length}`)
  }
  const name = word.startsWith('"') ? word.slice(1, -1) : word.toLowerCase()
  const place = columns.findIndex((column) => column.name === name)
  if (place < 0) throw refused(`column name not found: "${word}"`)
  if (columns.some((column, i) => i > place && column.name === name)) throw refused(`ambiguous column name: "${word}"`)
  return place
}

/** Types whose values stand to the right. */
function numeric(type: string): string | undefined {
  return /^(?:smallint|integer|bigint|oid|real|double precision|numeric)/.exec(type)?.[0]
}

function table(
  database: Database,
  names: readonly string[],
  types: readonly string[],
  rows: readonly (readonly (string | null)[])[],
): Result {
  const list = types.map((type, i) => `(v ->> ${i})::${type} AS "${names[i].replaceAll('"', '""')}"`)
  return database.query(`SELECT ${list.join(', ')} FROM json_array_elements($1::json) AS t(v)`, [JSON.stringify(rows)])
}
