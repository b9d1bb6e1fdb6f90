/** Random sources of rows: tables, derived tables, joins of all kinds, LATERAL, functions that return sets. */
import { anyType, ExpressionMaker, type Reference, references } from './expression.ts'
import type { QueryMaker } from './query.ts'
import type { Random } from './random.ts'
import type { Table } from './schema.ts'
import { optional, type Sql, type SqlNode, sql } from './tree.ts'

export interface From {
  readonly sql: Sql
  readonly reach: readonly Reference[]
  /** Columns that together tell the rows apart, or undefined. */
  readonly keys: readonly string[] | undefined
  /** About how many rows. */
  readonly size: number
}

interface Named {
  readonly name: string
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly size: number
}

export class FromMaker {
  private readonly random: Random
  private readonly tables: readonly Table[]
  private readonly queries: QueryMaker
  private aliases = 0
  /** Names of WITH in reach. */
  readonly extra: Named[] = []

  constructor(random: Random, tables: readonly Table[], queries: QueryMaker) {
    this.random = random
    this.tables = tables
    this.queries = queries
  }

  private alias(): string {
    return `x${++this.aliases}`
  }

  private maker(): ExpressionMaker {
    return new ExpressionMaker(this.random, this.queries.traits, { mayFail: false })
  }

  /** One table of at most so many rows. */
  table(limit: number): From {
    const { random } = this
    const able = this.tables.filter((table) => table.rowCount <= limit)
    if (able.length === 0) return this.limited(random.pick(this.tables), limit)
    const table = random.pick(able)
    const alias = this.alias()
    return {
      sql: `${table.name} AS ${alias}`,
      reach: references(alias, table.columns),
      keys: table.hasKey ? [`${alias}.id`] : undefined,
      size: table.rowCount,
    }
  }

  /** The first rows of a table that is too long. */
  private limited(table: Table, limit: number): From {
    const alias = this.alias()
    const columns = table.columns.filter((column) => column.type !== 'json')
    const names = columns.map((column) => column.name).join(', ')
    return {
      sql: `(SELECT ${names} FROM ${table.name} ORDER BY ${names} LIMIT ${Math.min(limit, 30)}) AS ${alias}`,
      reach: references(alias, columns),
      keys: table.hasKey ? [`${alias}.id`] : undefined,
      size: Math.min(limit, 30),
    }
  }

  /** One to three relations, joined. */
  source(outer: readonly Reference[], depth: number, limit: number): From {
    const { random } = this
    let left = this.relation(depth, limit)
    for (let count = random.pick([0, 0, 1, 1, 2]); count > 0; count--) left = this.join(left, outer, depth, limit)
    return left
  }

  private relation(depth: number, limit: number): From {
    const { random } = this
    if (this.extra.length > 0 && random.chance(0.6)) {
      const named = random.pick(this.extra)
      const alias = this.alias()
      return {
        sql: `${named.name} AS ${alias}`,
        reach: references(alias, named.columns),
        keys: undefined,
        size: named.size,
      }
    }
    if (depth > 0 && random.chance(0.15)) {
      const alias = this.alias()
      const types = random.times(random.between(1, 3), () => anyType(random))
      const query = this.queries.query(types, [], depth - 1, limit)
      return {
        sql: sql`(${query.sql}) AS ${alias}`,
        reach: references(alias, query.columns),
        keys: undefined,
        size: query.size,
      }
    }
    if (random.chance(0.05)) return this.series()
    return this.table(limit)
  }

  private join(left: From, outer: readonly Reference[], depth: number, limit: number): From {
    const { random } = this
    if (random.chance(0.1)) return this.lateral(left, outer, depth)
    const right = this.relation(depth, Math.max(10, limit))
    const both = [...left.reach, ...right.reach]
    const keys = left.keys && right.keys ? [...left.keys, ...right.keys] : undefined
    const product = left.size * Math.max(1, right.size)
    const equality = this.maker().equality(left.reach, right.reach)
    if (equality === undefined || random.chance(0.08)) {
      if (product > Math.min(limit * 4, 20_000)) return left
      const isComma = random.chance(0.5)
      const crossed =
        isComma && !/ JOIN /.test(flat(left.sql))
          ? sql`${left.sql}, ${right.sql}`
          : sql`${left.sql} CROSS JOIN ${right.sql}`
      return { sql: crossed, reach: both, keys, size: product }
    }
    if (product > 3_000_000) return left
    const type = random.pick(['JOIN', 'JOIN', 'LEFT JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN'])
    const more =
      type !== 'FULL JOIN' && random.chance(0.3) ? optional(sql` AND ${this.maker().of('boolean', both, 2)}`) : ''
    const isFree = type !== 'FULL JOIN' && product < 3000 && random.chance(0.15)
    const condition: Sql = isFree ? this.maker().of('boolean', both, 2) : sql`${equality}${more}`
    return {
      sql: sql`${left.sql} ${type} ${right.sql} ON ${condition}`,
      reach: both,
      keys,
      size: Math.max(left.size, right.size) * (isFree ? 10 : 2),
    }
  }

  private lateral(left: From, outer: readonly Reference[], depth: number): From {
    const { random } = this
    const alias = this.alias()
    const types = random.times(random.between(1, 2), () => anyType(random))
    const inner = this.queries.query(types, [...left.reach, ...outer], Math.max(0, depth - 1), 20)
    const type = random.pick(['CROSS JOIN LATERAL', 'LEFT JOIN LATERAL'])
    const on = type.startsWith('LEFT') ? ' ON true' : ''
    if (left.size * inner.size > 20_000) return left
    return {
      sql: sql`${left.sql} ${type} (${inner.sql}) AS ${alias}${on}`,
      reach: [...left.reach, ...references(alias, inner.columns)],
      keys: undefined,
      size: left.size * inner.size,
    }
  }

  /** Rows out of functions. */
  series(): From {
    const { random } = this
    const alias = this.alias()
    const of = (text: Sql, ...types: string[]): From => ({
      sql: text,
      reach: types.map((type, at) => ({ sql: `${alias}.c${at + 1}`, type })),
      keys: undefined,
      size: 15,
    })
    const maker = this.maker()
    switch (random.between(0, 15)) {
      case 0:
        return of(
          `generate_series(${random.between(-3, 3)}, ${random.between(3, 20)}, ${random.between(1, 4)}) AS ${alias}(c1)`,
          'integer',
        )
      case 1:
        return of(`generate_series(1.5, ${random.between(2, 6)}, 0.5) AS ${alias}(c1)`, 'numeric')
      case 2:
        return of(
          `generate_series(TIMESTAMP '2020-01-31', TIMESTAMP '2020-07-01', INTERVAL '${random.between(1, 3)} months') AS ${alias}(c1)`,
          'timestamp',
        )
      case 3:
        return of(sql`unnest(${maker.of('integer[]', [], 1)}) WITH ORDINALITY AS ${alias}(c1, c2)`, 'integer', 'bigint')
      case 4:
        return of(
          sql`unnest(${maker.of('text[]', [], 1)}, ${maker.of('integer[]', [], 1)}) AS ${alias}(c1, c2)`,
          'text',
          'integer',
        )
      case 5:
        return of(`jsonb_array_elements('[1, "x", null, {"a": 2}]'::jsonb) AS ${alias}(c1)`, 'jsonb')
      case 6:
        return of(
          sql`regexp_split_to_table(${maker.of('text', [], 1)}, 'a') WITH ORDINALITY AS ${alias}(c1, c2)`,
          'text',
          'bigint',
        )
      case 7:
        return of(`jsonb_each_text('{"a": 1, "b": "x", "c": null}'::jsonb) AS ${alias}(c1, c2)`, 'text', 'text')
      case 8:
        return of(
          sql`string_to_table(${maker.of('text', [], 1)}, 'a', 'b') WITH ORDINALITY AS ${alias}(c1, c2)`,
          'text',
          'bigint',
        )
      case 9:
        return of(
          `jsonb_to_recordset('[{"c1": 1, "c2": "x"}, {"c2": null}, {"c1": 3}]') AS ${alias}(c1 integer, c2 text)`,
          'integer',
          'text',
        )
      case 10:
        return of(sql`jsonb_path_query(${maker.of('jsonb', [], 1)}, '$.**') AS ${alias}(c1)`, 'jsonb')
      case 11:
        return of(sql`unnest(${maker.of('int4multirange', [], 1)}) AS ${alias}(c1)`, 'int4range')
      case 12:
        return of(
          `generate_series(TIMESTAMPTZ '2020-03-28 00:00+00', TIMESTAMPTZ '2020-03-31 00:00+00', INTERVAL '${random.pick(['1 day', '7 hours'])}') AS ${alias}(c1)`,
          'timestamptz',
        )
      case 13:
        return of(sql`generate_subscripts(${maker.of('integer[]', [], 1)}, 1) AS ${alias}(c1)`, 'integer')
      case 14:
        return of(
          sql`unnest(ARRAY[${maker.of('pair', [], 1)}, ${maker.of('pair', [], 1)}]) AS ${alias}(c1, c2)`,
          'integer',
          'text',
        )
      default:
        return of(
          `ROWS FROM (generate_series(1, ${random.between(1, 5)}), unnest(ARRAY['p', 'q', NULL])) WITH ORDINALITY AS ${alias}(c1, c2, c3)`,
          'integer',
          'text',
          'bigint',
        )
    }
  }
}

function flat(node: Sql): string {
  return typeof node === 'string' ? node : (node as SqlNode).parts.map(flat).join('')
}
