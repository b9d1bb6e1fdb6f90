/** Whole queries of less common shapes: VALUES, sets in the select list, whole rows, hierarchies with SEARCH and CYCLE. */
import { anyType, type ExpressionMaker, isOrderable, type Reference } from './expression.ts'
import type { From } from './from.ts'
import type { Query } from './query.ts'
import type { Random } from './random.ts'
import type { Table } from './schema.ts'
import { list, optional, type Sql, type SqlNode, sql } from './tree.ts'

const columnsOf = (types: readonly string[]): Query['columns'] =>
  types.map((type, at) => ({ name: `c${at + 1}`, type }))

/** VALUES as a statement of its own. */
export function valuesList(random: Random, maker: ExpressionMaker): Query {
  const types = random.times(random.between(1, 3), () => anyType(random))
  const rows = random.times(random.between(1, 4), () => sql`(${row(types.map((type) => maker.of(type, [], 2)))})`)
  const columns = types.map((type, at) => ({ name: `column${at + 1}`, type }))
  return { sql: sql`VALUES ${list(rows)}`, columns, size: rows.length }
}

/** Parts that stay together when a statement is made smaller. */
function row(items: readonly Sql[]): SqlNode {
  return { parts: items.flatMap((item, at): Sql[] => (at > 0 ? [', ', item] : [item])) }
}

/** Nothing that may be NULL stands beside a set: PostgreSQL makes NULL of a strict call before it looks for sets. */
const setForms: Readonly<Record<string, readonly string[]>> = {
  integer: [
    'generate_series(1, {n})',
    'unnest({integer[]})',
    'generate_series({n}, 1, -1) + COALESCE({integer}, 5) % 9',
    'unnest(ARRAY[{integer}, {integer}])',
  ],
  bigint: ['generate_series({n}::bigint, 5)', 'count(*) OVER () + generate_series(1, {n})'],
  text: [
    'unnest({text[]})',
    "regexp_split_to_table({text}, 'a')",
    "string_to_table({text}, 'b')",
    'upper(jsonb_object_keys(\'{"a": 1, "b": 2}\'))',
    "(regexp_matches({text}, '[a-c]', 'g'))[1]",
  ],
  jsonb: ['jsonb_array_elements(\'[1, {"a": null}, "x"]\')', "jsonb_path_query({jsonb}, '$.*')"],
  date: ["generate_series(DATE '2020-01-30', DATE '2020-03-01', INTERVAL '15 days')::date", 'unnest({date[]})'],
  int4range: ['unnest({int4multirange})'],
}

/** Set-returning functions in the select list, beside other expressions. */
export function setsInList(random: Random, maker: ExpressionMaker, source: From, where: Sql): Query {
  const kinds = Object.keys(setForms)
  const types = random.times(random.between(1, 4), (at) =>
    at === 0 || random.chance(0.4) ? random.pick(kinds) : anyType(random),
  )
  let sets = 0
  const items = types.map((type, at): Sql => {
    const isSet = type in setForms && (at === 0 || random.chance(0.6)) && sets < 3
    if (!isSet) return sql`${maker.of(type, source.reach, 2)} AS c${String(at + 1)}`
    sets++
    const pieces = random.pick(setForms[type]).split(/\{([a-z][a-z0-9 ]*(?:\[\])?)\}/)
    const parts = pieces.map(
      (piece, index): Sql =>
        index % 2 === 0 ? piece : piece === 'n' ? String(random.between(0, 4)) : maker.of(piece, source.reach, 1),
    )
    return sql`${{ parts }} AS c${String(at + 1)}`
  })
  const distinct = types.every(isOrderable) && random.chance(0.15) ? optional('DISTINCT ') : ''
  return {
    sql: sql`SELECT ${distinct}${row(items)} FROM ${source.sql}${where}`,
    columns: columnsOf(types),
    size: source.size * 4,
  }
}

/** Stars and whole rows. */
export function wholeRows(random: Random, maker: ExpressionMaker, tables: readonly Table[]): SqlNode {
  // A key tells rows of NULLs from those that an outer join adds: see 'rows of NULLs' among the explanations.
  const able = tables.filter((table) => table.rowCount < 400 && table.columns.some((column) => column.isNotNull))
  const [left, right] = [random.pick(able.length > 0 ? able : tables), random.pick(able.length > 0 ? able : tables)]
  const reach: Reference[] = [
    { sql: 'x1.a', type: 'integer' },
    { sql: 'x2.a', type: 'integer' },
  ]
  const where = optional(sql` WHERE ${maker.of('boolean', reach, 2)}`)
  const type = random.pick(['', 'LEFT ', 'FULL ', 'RIGHT '])
  const join = `${left.name} AS x1 ${type}JOIN ${right.name} AS x2 USING (a)`
  const items = random.pick([
    '*',
    'x1.*, x2.a AS other',
    'x1, x2.a',
    'a, to_jsonb(x1) AS c1, x2 IS NULL AS c2',
    'a, x1.*::text AS c1, ROW(x2.*, 1)::text AS c2',
    'count(x1) AS c1, count(x2.*) AS c2, sum(a) AS c3',
    'a, x1 IS NOT NULL AS c1, (x2).a AS c2',
  ])
  const group = random.chance(0.3) && !items.startsWith('count') ? '' : where
  return sql`SELECT ${items} FROM ${join}${group}`
}

/** DISTINCT ON with an order by which its first row is told from the rest. */
export function distinctOn(random: Random, maker: ExpressionMaker, source: From, where: Sql): Query | undefined {
  const able = source.reach.filter((column) => isOrderable(column.type))
  if (source.keys === undefined || able.length === 0) return undefined
  const on = random.shuffled(able).slice(0, random.between(1, 2))
  const types = random.times(random.between(1, 3), () => anyType(random))
  const items = row(types.map((type, at) => sql`${maker.of(type, source.reach, 1)} AS c${String(at + 1)}`))
  const keys = on.map((column) => column.sql)
  const order = [...keys.map((key) => key + random.pick(['', ' DESC', ' NULLS FIRST'])), ...source.keys]
  return {
    sql: sql`SELECT * FROM (SELECT DISTINCT ON (${keys.join(', ')}) ${items} FROM ${source.sql}${where} ORDER BY ${order.join(', ')}) AS d`,
    columns: columnsOf(types),
    size: source.size,
  }
}

/** The rows of a table as a graph, each leading to the ones that name it. */
export function hierarchy(random: Random, maker: ExpressionMaker, table: Table): Query {
  const isUp = random.chance(0.5)
  const link = isUp ? 's.id = r.parent' : 's.a = r.id'
  const start = maker.of('boolean', [{ sql: 's.a', type: 'integer' }], 1)
  const order = random.pick([
    '',
    ' SEARCH DEPTH FIRST BY id SET o',
    ' SEARCH BREADTH FIRST BY id SET o',
    ' SEARCH DEPTH FIRST BY parent, id SET o',
  ])
  const mark = random.pick(['', " TO 'Y' DEFAULT 'N'", ' TO 1 DEFAULT 0'])
  const cycle = ` CYCLE ${random.pick(['id', 'id, parent'])} SET looped${mark} USING path`
  const ordered = order === '' ? '' : ', o::text AS c5'
  const types = ['integer', 'integer', 'text', 'text', ...(order === '' ? [] : ['text'])]
  const depth = random.chance(0.4) ? ` AND r.level < ${random.between(1, 6)}` : ''
  return {
    sql: sql`WITH RECURSIVE r(id, parent, level) AS (SELECT s.id::integer, s.a, 1 FROM ${table.name} AS s WHERE ${start} UNION ALL SELECT s.id::integer, s.a, r.level + 1 FROM r JOIN ${table.name} AS s ON ${link}${depth})${order}${cycle} SELECT id AS c1, level AS c2, looped::text AS c3, path::text AS c4${ordered} FROM r`,
    columns: columnsOf(types),
    size: table.rowCount * 4,
  }
}
