/**
 * Random queries over three small tables with NULLs and repeated values: joins of all kinds, derived tables, subqueries
 * wherever SQL allows them, correlated to the level around them or the one beyond, grouping, set operations, limits.
 * Where LIMIT stands, ORDER BY names all columns, so that the rows are determined.
 */
export const schema: readonly string[] = [
  'CREATE TABLE t (id integer PRIMARY KEY, a integer, b integer NOT NULL, s text)',
  'CREATE TABLE u (id integer PRIMARY KEY, a integer UNIQUE, c integer, s text)',
  'CREATE TABLE v (a integer, b integer, d integer NOT NULL)',
  `INSERT INTO t VALUES (1, 1, 1, 'x'), (2, 2, 1, 'y'), (3, NULL, 2, 'x'), (4, 2, 3, NULL), (5, 5, 3, 'z'), (6, 1, 4, 'x'), (7, NULL, 7, 'y')`,
  `INSERT INTO u VALUES (1, 1, 3, 'x'), (2, NULL, 2, 'y'), (3, 4, NULL, NULL), (4, 2, 2, 'x'), (8, NULL, 1, 'z')`,
  `INSERT INTO v VALUES (1, 1, 1), (1, 2, 1), (NULL, 3, 2), (2, NULL, 2), (2, 2, 3), (3, 3, 3), (NULL, NULL, 4), (1, 1, 1)`,
]

const tables: { readonly [name: string]: readonly string[] } = {
  t: ['id', 'a', 'b'],
  u: ['id', 'a', 'c'],
  v: ['a', 'b', 'd'],
}

/** A column in reach, qualified. */
type Column = string

export class RandomQuery {
  private readonly next: () => number
  private aliases = 0

  constructor(seed: number) {
    let state = seed >>> 0
    this.next = () => {
      state = (state + 0x6d2b79f5) >>> 0
      let mixed = Math.imul(state ^ (state >>> 15), state | 1)
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
    }
  }

  private chance(part: number): boolean {
    return this.next() < part
  }

  private pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.next() * list.length)]
  }

  private number(): number {
    return Math.floor(this.next() * 6)
  }

  query(): string {
    const inner = this.select([], this.pick([1, 2, 2]), this.pick([1, 2, 2, 3]))
    return inner.sql
  }

  /** A SELECT with `width` integer columns c1, c2 …; `outer` are columns of enclosing levels. */
  private select(outer: readonly Column[], depth: number, width: number): { readonly sql: string } {
    if (depth > 0 && this.chance(0.08)) {
      const operator = this.pick(['UNION', 'UNION ALL', 'INTERSECT', 'EXCEPT'])
      return {
        sql: `(${this.select(outer, depth - 1, width).sql}) ${operator} (${this.select(outer, depth - 1, width).sql})`,
      }
    }
    const from = this.from(outer, depth)
    const reach = [...from.columns, ...(outer.length > 0 && this.chance(0.8) ? outer : [])]
    const where = this.chance(0.75) ? ` WHERE ${this.predicate(reach, depth)}` : ''
    const names = Array.from({ length: width }, (_, index) => `c${index + 1}`)
    if (this.chance(0.25)) {
      const keys = this.chance(0.75) ? [this.pick(from.columns)] : []
      const items = names.map(
        (name, index) => `${index === 0 && keys.length > 0 ? keys[0] : this.aggregate(from.columns)} AS ${name}`,
      )
      const group = keys.length > 0 ? ` GROUP BY ${keys.join(', ')}` : ''
      const having = this.chance(0.3)
        ? ` HAVING ${this.aggregate(from.columns)} ${this.comparison()} ${this.number()}`
        : ''
      return { sql: `SELECT ${items.join(', ')} FROM ${from.sql}${where}${group}${having}` }
    }
    const items = names.map((name) => `${this.value(reach, depth)} AS ${name}`)
    const distinct = this.chance(0.15) ? 'DISTINCT ' : ''
    const limit = this.chance(0.15)
      ? ` ORDER BY ${names.map((_, index) => index + 1).join(', ')} LIMIT ${this.pick([1, 1, 2, 3])}${this.chance(0.2) ? ' OFFSET 1' : ''}`
      : ''
    return { sql: `SELECT ${distinct}${items.join(', ')} FROM ${from.sql}${where}${limit}` }
  }

  private from(outer: readonly Column[], depth: number): { readonly sql: string; readonly columns: readonly Column[] } {
    let { sql, columns } = this.relation(outer, depth)
    for (let count = this.pick([0, 0, 1, 1, 2]); count > 0; count--) {
      const right =
        this.chance(0.12) && depth > 0 ? this.lateral([...columns, ...outer], depth) : this.relation(outer, depth)
      const type = right.isLateral
        ? this.pick(['JOIN', 'LEFT JOIN'])
        : this.pick(['JOIN', 'JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN', 'CROSS JOIN'])
      const all = [...columns, ...right.columns]
      const equality = `${this.pick(columns)} = ${this.pick(right.columns)}`
      const more = this.chance(0.3) && type !== 'FULL JOIN' ? ` AND ${this.predicate(all, 0)}` : ''
      sql =
        type === 'CROSS JOIN' ? `${sql} CROSS JOIN ${right.sql}` : `${sql} ${type} ${right.sql} ON ${equality}${more}`
      columns = all
    }
    return { sql, columns }
  }

  private relation(
    _outer: readonly Column[],
    depth: number,
  ): { sql: string; columns: readonly Column[]; isLateral?: boolean } {
    const alias = `r${++this.aliases}`
    if (depth > 0 && this.chance(0.2)) {
      const width = this.pick([1, 2])
      const { sql } = this.select([], depth - 1, width)
      return {
        sql: `(${sql}) AS ${alias}`,
        columns: Array.from({ length: width }, (_, index) => `${alias}.c${index + 1}`),
      }
    }
    const table = this.pick(Object.keys(tables))
    return { sql: `${table} AS ${alias}`, columns: tables[table].map((column) => `${alias}.${column}`) }
  }

  private lateral(
    reach: readonly Column[],
    depth: number,
  ): { sql: string; columns: readonly Column[]; isLateral: boolean } {
    const alias = `r${++this.aliases}`
    const width = this.pick([1, 2])
    const { sql } = this.select(reach, depth - 1, width)
    return {
      sql: `LATERAL (${sql}) AS ${alias}`,
      columns: Array.from({ length: width }, (_, index) => `${alias}.c${index + 1}`),
      isLateral: true,
    }
  }

  private comparison(): string {
    return this.pick(['=', '=', '<', '<=', '>', '>=', '<>'])
  }

  private aggregate(own: readonly Column[]): string {
    const column = this.pick(own)
    return this.pick([
      'count(*)',
      `count(${column})`,
      `sum(${column})`,
      `max(${column})`,
      `min(${column})`,
      `count(DISTINCT ${column})`,
      `coalesce(sum(${column}), 0)`,
    ])
  }

  private value(reach: readonly Column[], depth: number): string {
    const column = this.pick(reach)
    const kind = this.next()
    if (kind < 0.6) return column
    if (kind < 0.7) return `${column} + ${this.number()}`
    if (kind < 0.75) return String(this.number())
    if (kind < 0.8) return `coalesce(${column}, ${this.number()})`
    if (kind < 0.85)
      return `CASE WHEN ${this.predicate(reach, Math.min(depth, 1))} THEN ${column} ELSE ${this.pick(reach)} END`
    if (depth <= 0) return column
    return `(${this.scalar(reach, depth - 1)})`
  }

  /** A query with at most one row. */
  private scalar(reach: readonly Column[], depth: number): string {
    const from = this.from(reach, depth)
    const where = ` WHERE ${this.predicate([...from.columns, ...reach], depth)}`
    if (this.chance(0.75)) {
      const having = this.chance(0.15)
        ? ` HAVING ${this.aggregate(from.columns)} ${this.comparison()} ${this.number()}`
        : ''
      const plus = this.chance(0.2) ? ` + ${this.pick(reach)}` : ''
      return `SELECT ${this.aggregate(from.columns)}${plus} FROM ${from.sql}${where}${having}`
    }
    return `SELECT ${this.pick(from.columns)} FROM ${from.sql}${where} ORDER BY 1 LIMIT 1`
  }

  private predicate(reach: readonly Column[], depth: number): string {
    const kind = this.next()
    if (kind < 0.15) return `${this.predicate(reach, depth)} AND ${this.predicate(reach, depth)}`
    if (kind < 0.28) return `(${this.predicate(reach, depth)} OR ${this.predicate(reach, depth)})`
    if (kind < 0.33) return `NOT (${this.predicate(reach, depth)})`
    if (kind < 0.5 || depth <= 0) return this.plainPredicate(reach)
    return this.subqueryPredicate(reach, depth - 1)
  }

  private plainPredicate(reach: readonly Column[]): string {
    const column = this.pick(reach)
    const kind = this.next()
    if (kind < 0.4) return `${column} ${this.comparison()} ${this.pick(reach)}`
    if (kind < 0.7) return `${column} ${this.comparison()} ${this.number()}`
    if (kind < 0.8)
      return `${column} IN (${this.number()}, ${this.number()}, ${this.chance(0.2) ? 'NULL' : this.number()})`
    if (kind < 0.9) return `${column} IS ${this.chance(0.5) ? 'NOT ' : ''}NULL`
    return `${column} IS ${this.chance(0.5) ? 'NOT ' : ''}DISTINCT FROM ${this.pick(reach)}`
  }

  private subqueryPredicate(reach: readonly Column[], depth: number): string {
    const column = this.pick(reach)
    const not = this.chance(0.4) ? 'NOT ' : ''
    const kind = this.next()
    if (kind < 0.35) return `${not}EXISTS (${this.select(reach, depth, 1).sql})`
    if (kind < 0.6) return `${column} ${not}IN (${this.select(reach, depth, 1).sql})`
    if (kind < 0.65) return `(${column}, ${this.pick(reach)}) ${not}IN (${this.select(reach, depth, 2).sql})`
    if (kind < 0.75)
      return `${column} ${this.comparison()} ${this.pick(['ANY', 'ALL'])} (${this.select(reach, depth, 1).sql})`
    return `${column} ${this.comparison()} (${this.scalar(reach, depth)})`
  }
}
