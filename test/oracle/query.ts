/** Random queries over a schema: joins, derived tables, grouping, windows, set operations, WITH, limits; always deterministic. */
import { aggregate } from './aggregates.ts'
import { anyType, ExpressionMaker, isOrderable, type Reference, type Traits } from './expression.ts'
import { type From, FromMaker } from './from.ts'
import type { Random } from './random.ts'
import type { Schema } from './schema.ts'
import { distinctOn, hierarchy, setsInList, valuesList, wholeRows } from './shapes.ts'
import { list, optional, type Sql, type SqlNode, sql } from './tree.ts'
import { windowFunction } from './windows.ts'

export interface OutputColumn {
  readonly name: string
  readonly type: string
}

export interface Query {
  readonly sql: SqlNode
  readonly columns: readonly OutputColumn[]
  /** About how many rows it may return. */
  readonly size: number
}

/** A statement to compare. */
export interface QueryCase {
  readonly kind: string
  readonly sql: SqlNode
  /** Positions of the columns by which the rows are ordered. */
  readonly order?: readonly number[]
  readonly traits: Traits
  /** A filter over a source, for the oracles that need no second engine. */
  readonly filtered?: FilteredSelect
}

export interface FilteredSelect {
  readonly items: Sql
  readonly from: Sql
  readonly predicate: Sql
}

export class QueryMaker {
  private readonly random: Random
  private readonly from: FromMaker
  private readonly schema: Schema
  readonly traits: Traits = { isInexact: false, hasRepresentatives: false, mayFail: false }

  constructor(random: Random, schema: Schema) {
    this.random = random
    this.schema = schema
    this.from = new FromMaker(random, schema.tables, this)
  }

  /** A query to compare, of a random kind. */
  top(): QueryCase {
    const { random } = this
    const kind = random.weighted([
      [14, 'values'],
      [16, 'scalar'],
      [22, 'select'],
      [14, 'grouped'],
      [10, 'window'],
      [8, 'set operation'],
      [8, 'with'],
      [3, 'recursive'],
      [3, 'series'],
      [2, 'list'],
      [4, 'sets'],
      [3, 'rows'],
      [3, 'distinct on'],
    ] as const)
    if (kind === 'values') return { kind, sql: this.constants(), traits: this.traits }
    if (kind === 'scalar') return { kind, sql: this.scalars(), traits: this.traits }
    if (kind === 'rows') {
      const rows = wholeRows(random, this.expressions(), this.schema.tables)
      return { kind, sql: rows, traits: this.traits }
    }
    if (kind === 'select' && random.chance(0.35)) return this.filteredCase()
    const types = random.times(random.between(1, 4), () => anyType(random))
    const query = this.ofKind(kind, types, [], 2)
    return this.ordered(kind, query)
  }

  /** A query of a random kind with columns c1, c2 … of the types. */
  query(types: readonly string[], outer: readonly Reference[], depth: number, limit = 5000): Query {
    const kind = this.random.weighted([
      [12, 'select'],
      [4, 'grouped'],
      [1.5, 'window'],
      [2, 'set operation'],
      [1, 'with'],
      [1, 'list'],
      [0.5, 'series'],
    ] as const)
    return this.ofKind(kind, types, outer, depth, limit)
  }

  private ofKind(
    kind: string,
    types: readonly string[],
    outer: readonly Reference[],
    depth: number,
    limit = 50_000,
  ): Query {
    switch (kind) {
      case 'grouped':
        return this.grouped(types, outer, depth, limit)
      case 'window':
        return this.windowed(types, outer, depth, limit)
      case 'set operation':
        return depth > 0 ? this.setOperation(types, outer, depth, limit) : this.select(types, outer, depth, limit)
      case 'with':
        return depth > 0 ? this.with(types, outer, depth, limit) : this.select(types, outer, depth, limit)
      case 'recursive':
        return this.recursive()
      case 'sets':
        return this.sets(limit)
      case 'distinct on':
        return this.distinctOn(types, outer, depth, limit)
      case 'series':
        return this.series(types)
      case 'list':
        return types.length > 0 && depth === 2 && this.random.chance(0.7)
          ? valuesList(this.random, this.expressions())
          : this.list(types, outer)
      default:
        return this.select(types, outer, depth, limit)
    }
  }

  private expressions(options: { mayFail?: boolean; depth?: number; limit?: number } = {}): ExpressionMaker {
    const { depth = 0, limit = 60 } = options
    return new ExpressionMaker(this.random, this.traits, {
      mayFail: options.mayFail ?? false,
      subquery: depth > 0 ? (type, outer) => this.scalarSubquery(type, outer, depth - 1, limit) : undefined,
      subqueryPredicate: depth > 0 ? (outer) => this.subqueryPredicate(outer, depth - 1, limit) : undefined,
    })
  }

  /** Expressions over no rows: what is computed when the query is planned. */
  private constants(): SqlNode {
    const { random } = this
    const maker = this.expressions({ mayFail: random.chance(0.35) })
    const items = random.times(random.between(2, 6), (at) => sql`${maker.of(anyType(random), [], 2)} AS c${String(at)}`)
    return sql`SELECT ${list(items)}`
  }

  /** Expressions over every row of one table. */
  private scalars(): SqlNode {
    const { random } = this
    const source = this.from.table(5000)
    const maker = this.expressions({ mayFail: random.chance(0.3), depth: random.chance(0.15) ? 1 : 0, limit: 20 })
    const items = random.times(
      random.between(1, 5),
      (at) => sql`${maker.of(anyType(random), source.reach, 3)} AS c${String(at)}`,
    )
    return sql`SELECT ${list(items)} FROM ${source.sql}`
  }

  private filteredCase(): QueryCase {
    const { random } = this
    const source = this.from.source([], 1, 20_000)
    const maker = this.expressions({ depth: 1, limit: 20 })
    const predicate = maker.of('boolean', source.reach, 3)
    const items = list(
      random.times(random.between(1, 3), (at) => sql`${maker.of(anyType(random), source.reach, 1)} AS c${String(at)}`),
    )
    const filtered = { items, from: source.sql, predicate }
    return {
      kind: 'select',
      sql: sql`SELECT ${items} FROM ${source.sql} WHERE ${predicate}`,
      traits: this.traits,
      filtered,
    }
  }

  /** Adds ORDER BY and limits to a finished query. */
  private ordered(kind: string, query: Query): QueryCase {
    const { random, traits } = this
    const sortable = query.columns
      .map((column, at) => ({ column, at }))
      .filter(({ column }) => isOrderable(column.type))
    if (sortable.length === 0 || random.chance(0.4)) return { kind, sql: query.sql, traits }
    const isTotal = sortable.length === query.columns.length
    const keys = random.shuffled(sortable)
    const count = isTotal && random.chance(0.5) ? keys.length : random.between(1, keys.length)
    const chosen = keys.slice(0, count)
    const order = chosen.map(({ column, at }) => `${random.chance(0.5) ? at + 1 : column.name}${this.direction()}`)
    const isComplete = isTotal && count === keys.length
    let limit: Sql = ''
    if (isComplete && random.chance(0.6)) {
      traits.hasRepresentatives = true
      limit = random.pick([
        ` LIMIT ${random.between(0, 10)}`,
        ` LIMIT ${random.between(1, 30)} OFFSET ${random.between(0, 8)}`,
        ` OFFSET ${random.between(0, 8)}`,
        ` FETCH FIRST ${random.between(1, 5)} ROWS ONLY`,
        ' LIMIT ALL',
      ])
    } else if (random.chance(0.3)) {
      traits.hasRepresentatives = true
      limit = ` FETCH FIRST ${random.between(1, 5)} ROWS WITH TIES`
    }
    return {
      kind,
      sql: sql`${query.sql} ORDER BY ${list(order)}${optional(limit)}`,
      order: chosen.map(({ at }) => at),
      traits,
    }
  }

  private direction(): string {
    return this.random.pick(['', '', ' ASC', ' DESC', ' NULLS FIRST', ' DESC NULLS LAST', ' ASC NULLS LAST'])
  }

  private items(types: readonly string[], make: (type: string) => Sql): SqlNode {
    return { parts: types.flatMap((type, at): Sql[] => [at > 0 ? ', ' : '', make(type), ` AS c${at + 1}`]) }
  }

  private columns(types: readonly string[]): OutputColumn[] {
    return types.map((type, at) => ({ name: `c${at + 1}`, type }))
  }

  private where(source: From, outer: readonly Reference[], depth: number): Sql {
    if (this.random.chance(0.35)) return ''
    const maker = this.expressions({ depth, limit: source.size > 100 ? 20 : 60 })
    return optional(sql` WHERE ${maker.of('boolean', [...source.reach, ...outer], 3)}`)
  }

  private select(types: readonly string[], outer: readonly Reference[], depth: number, limit: number): Query {
    const { random } = this
    const source = this.from.source(outer, depth, limit)
    const reach = [...source.reach, ...outer]
    const maker = this.expressions({ depth, limit: source.size > 100 ? 20 : 60 })
    const items = this.items(types, (type) => maker.of(type, reach, 2))
    const body = sql` FROM ${source.sql}${this.where(source, outer, depth)}`
    const columns = this.columns(types)
    const isSortable = types.every(isOrderable)
    if (isSortable && random.chance(0.12)) {
      this.traits.hasRepresentatives = true
      return { sql: sql`SELECT DISTINCT ${items}${body}`, columns, size: source.size }
    }
    if (isSortable && random.chance(0.05)) {
      this.traits.hasRepresentatives = true
      const order = types.map((_, at) => String(at + 1))
      const on = maker.of(types[0], reach, 0)
      const others = types.slice(1).map((type) => maker.of(type, reach, 1))
      const rest = others.map((other, at) => sql`, ${other} AS c${String(at + 2)}`)
      return {
        sql: sql`(SELECT DISTINCT ON (c1) c1${types
          .slice(1)
          .map((_, at) => `, c${at + 2}`)
          .join('')} FROM (SELECT ${on} AS c1${list(rest, '')}${body}) AS d ORDER BY ${order.join(', ')})`,
        columns,
        size: source.size,
      }
    }
    return { sql: sql`SELECT ${items}${body}`, columns, size: source.size }
  }

  private grouped(types: readonly string[], outer: readonly Reference[], depth: number, limit: number): Query {
    const { random, traits } = this
    const source = this.from.source(outer, depth, limit)
    const able = source.reach.filter((column) => isOrderable(column.type))
    const plain = random.shuffled(able).slice(0, random.pick([0, 1, 1, 2, 2, 3]))
    const keys = plain.map((key) => this.groupingKey(key))
    if (keys.length > 0) traits.hasRepresentatives = true
    const sets = keys.length > 0 && random.chance(0.25)
    const maker = new ExpressionMaker(random, traits, {
      mayFail: false,
      leaf: (type) =>
        sets && type === 'integer' && random.chance(0.3)
          ? `GROUPING(${random
              .shuffled(keys)
              .slice(0, random.between(1, 2))
              .map((key) => key.sql)
              .join(', ')})`
          : aggregate(type, random, traits, source.reach, 1),
    })
    const items = this.items(types, (type) => maker.of(type, keys, 2))
    const names = keys.map((key) => key.sql)
    const group =
      keys.length === 0
        ? random.pick(['', '', '', ' GROUP BY ()'])
        : sets
          ? this.groupingSets(names)
          : ` GROUP BY ${names.join(', ')}`
    const having = random.chance(0.25) ? optional(sql` HAVING ${maker.of('boolean', keys, 2)}`) : ''
    const where = this.where(source, outer, depth)
    return {
      sql: sql`SELECT ${items} FROM ${source.sql}${where}${group}${having}`,
      columns: this.columns(types),
      size: source.size,
    }
  }

  /** A column, or an expression of one. */
  private groupingKey(key: Reference): Reference {
    if (this.random.chance(0.8)) return key
    if (key.type === 'integer') return { sql: `(${key.sql} % 3)`, type: 'integer' }
    if (key.type === 'text') return { sql: `left(${key.sql}, 1)`, type: 'text' }
    if (key.type === 'date') return { sql: `date_trunc('month', ${key.sql})`, type: 'timestamptz' }
    return { sql: `(${key.sql} IS NULL)`, type: 'boolean' }
  }

  private groupingSets(names: readonly string[]): string {
    const { random } = this
    const some = (): string => `(${names.filter(() => random.chance(0.6)).join(', ')})`
    return random.pick([
      ` GROUP BY ROLLUP (${names.join(', ')})`,
      ` GROUP BY CUBE (${names.join(', ')})`,
      ` GROUP BY GROUPING SETS ((${names.join(', ')}), ${some()}, ())`,
      ` GROUP BY ${names[0]}, GROUPING SETS ((${names.join(', ')}), ${some()})`,
      ` GROUP BY DISTINCT ROLLUP (${names.join(', ')}), CUBE (${names[0]})`,
      ` GROUP BY ROLLUP ((${names.join(', ')}), ${names[0]})`,
      ` GROUP BY GROUPING SETS (ROLLUP (${names.join(', ')}), (${names.join(', ')}))`,
    ])
  }

  private windowed(types: readonly string[], outer: readonly Reference[], depth: number, limit: number): Query {
    const { random, traits } = this
    const source = this.from.source(outer, random.chance(0.6) ? 0 : depth, Math.min(limit, 3000))
    const reach = source.reach
    const named: string[] = []
    const maker = new ExpressionMaker(random, traits, {
      mayFail: false,
      leaf: (type) => windowFunction(type, random, traits, reach, source.keys, named),
    })
    const items = this.items(types, (type) => maker.of(type, reach, 2))
    const windows = named.length > 0 ? ` WINDOW ${named.join(', ')}` : ''
    return {
      sql: sql`SELECT ${items} FROM ${source.sql}${this.where(source, outer, depth)}${optional(windows)}`,
      columns: this.columns(types),
      size: source.size,
    }
  }

  private setOperation(types: readonly string[], outer: readonly Reference[], depth: number, limit: number): Query {
    const { random } = this
    const able = types.map((type) => (isOrderable(type) ? type : 'text'))
    const left = this.query(able, outer, depth - 1, limit / 2)
    const right = this.query(able, outer, depth - 1, limit / 2)
    const operator = random.pick([
      'UNION',
      'UNION ALL',
      'UNION ALL',
      'INTERSECT',
      'EXCEPT',
      'INTERSECT ALL',
      'EXCEPT ALL',
    ])
    this.traits.hasRepresentatives = true
    const both: SqlNode = {
      type: `query ${able.join()}`,
      parts: [sql`(${left.sql}) ${operator} (${right.sql})`],
    }
    return { sql: both, columns: this.columns(able), size: left.size + right.size }
  }

  private with(types: readonly string[], outer: readonly Reference[], depth: number, limit: number): Query {
    const { random } = this
    const name = `w${random.between(1, 1000)}`
    const innerTypes = random.times(random.between(1, 3), () => anyType(random))
    const inner = this.query(innerTypes, [], depth - 1, Math.min(limit, 500))
    const hint = random.pick(['', '', 'MATERIALIZED ', 'NOT MATERIALIZED '])
    this.from.extra.push({ name, columns: inner.columns, size: inner.size })
    const body = this.query(types, outer, depth - 1, limit)
    this.from.extra.pop()
    return { sql: sql`WITH ${name} AS ${hint}(${inner.sql}) ${body.sql}`, columns: body.columns, size: body.size }
  }

  private sets(limit: number): Query {
    const source = this.from.source([], 1, Math.min(limit, 500))
    this.traits.hasRepresentatives = true
    return setsInList(this.random, this.expressions(), source, this.where(source, [], 0))
  }

  private distinctOn(types: readonly string[], outer: readonly Reference[], depth: number, limit: number): Query {
    const source = this.from.source(outer, 0, limit)
    this.traits.hasRepresentatives = true
    const where = this.where(source, outer, 0)
    return distinctOn(this.random, this.expressions(), source, where) ?? this.select(types, outer, depth, limit)
  }

  private recursive(): Query {
    const { random } = this
    const graphs = this.schema.tables.filter((table) => table.hasKey && table.rowCount < 60)
    if (graphs.length > 0 && random.chance(0.5)) return hierarchy(random, this.expressions(), random.pick(graphs))
    const maker = this.expressions()
    const type = random.pick(['integer', 'bigint', 'text', 'numeric', 'date'])
    const start = maker.of(type, [], 1)
    const step = maker.of(
      type,
      [
        { sql: 'r.n', type: 'integer' },
        { sql: 'r.v', type },
      ],
      2,
    )
    const union = random.pick(['UNION', 'UNION ALL'])
    const bound = random.between(1, 12)
    this.traits.hasRepresentatives = true
    const wrap = type === 'text' ? sql`left(${step}, 50)` : step
    const cast = type === 'text' ? 'text' : type
    return {
      sql: sql`WITH RECURSIVE r(n, v) AS (SELECT 1, (${start})::${cast} ${union} SELECT n + 1, (${wrap})::${cast} FROM r WHERE n < ${String(bound)}) SELECT n AS c1, v AS c2 FROM r`,
      columns: [
        { name: 'c1', type: 'integer' },
        { name: 'c2', type },
      ],
      size: bound,
    }
  }

  private series(types: readonly string[]): Query {
    const { random } = this
    const { sql: source, reach } = this.from.series()
    const maker = this.expressions()
    return {
      sql: sql`SELECT ${this.items(types, (type) => maker.of(type, reach, 2))} FROM ${source}${random.chance(0.4) ? optional(sql` WHERE ${maker.of('boolean', reach, 2)}`) : ''}`,
      columns: this.columns(types),
      size: 20,
    }
  }

  private list(types: readonly string[], outer: readonly Reference[]): Query {
    const { random } = this
    const maker = this.expressions()
    const rows = random.times(
      random.between(1, 3),
      () =>
        sql`(${{ parts: types.map((type) => maker.of(type, outer, 1)).flatMap((item, at): Sql[] => (at > 0 ? [', ', item] : [item])) }})`,
    )
    const names = types.map((_, at) => `c${at + 1}`).join(', ')
    return {
      sql: sql`SELECT * FROM (VALUES ${list(rows)}) AS v(${names})`,
      columns: this.columns(types),
      size: rows.length,
    }
  }

  private scalarSubquery(type: string, outer: readonly Reference[], depth: number, limit: number): Sql {
    const { random } = this
    const source = this.from.source(outer, 0, limit)
    const inner = [...source.reach, ...(random.chance(0.6) ? outer : [])]
    const found = aggregate(type, random, this.traits, inner, 0)
    const where = this.where(source, outer, depth)
    if (found !== undefined && random.chance(0.6)) {
      const own = aggregate(type, random, this.traits, source.reach, 0)
      return sql`SELECT ${own ?? found} FROM ${source.sql}${where}`
    }
    if (!isOrderable(type)) return sql`SELECT ${this.expressions().of(type, outer, 0)}`
    this.traits.hasRepresentatives = true
    return sql`SELECT ${this.expressions().of(type, inner, 1)} FROM ${source.sql}${where} ORDER BY 1${this.direction()} LIMIT 1`
  }

  private subqueryPredicate(outer: readonly Reference[], depth: number, limit: number): Sql {
    const { random } = this
    const type = anyType(random)
    const chosen = isOrderable(type) ? type : 'integer'
    const inner = this.query([chosen], random.chance(0.7) ? outer : [], Math.max(0, depth - 1), limit)
    const left = this.expressions().of(chosen, outer, 1)
    switch (random.between(0, 5)) {
      case 0:
        return sql`EXISTS (${inner.sql})`
      case 1:
        return sql`NOT EXISTS (${inner.sql})`
      case 2:
        return sql`${left} NOT IN (${inner.sql})`
      case 3:
        return sql`${left} ${random.pick(['<', '>', '=', '<>', '<=', '>='])} ${random.pick(['ANY', 'ALL'])} (${inner.sql})`
      default:
        return sql`${left} IN (${inner.sql})`
    }
  }
}
