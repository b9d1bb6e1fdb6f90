/** Random sequences of changes in a transaction: INSERT, UPDATE, DELETE, MERGE, ON CONFLICT, RETURNING, savepoints. */
import { ExpressionMaker, expressionType, type Reference, references, type Traits } from './expression.ts'
import type { Random } from './random.ts'
import type { Column, Table } from './schema.ts'
import { list, optional, type Sql, sql } from './tree.ts'
import { quote, randomText } from './values.ts'

export interface Step {
  readonly sql: Sql
  /** Changes the state of the transaction: runs as it is, and must not fail. */
  readonly isControl?: boolean
}

export class ChangeMaker {
  readonly traits: Traits = { isInexact: false, hasRepresentatives: false, mayFail: false }
  private readonly random: Random
  private readonly tables: readonly Table[]
  private readonly maker: ExpressionMaker

  constructor(random: Random, tables: readonly Table[]) {
    this.random = random
    this.tables = tables
    this.maker = new ExpressionMaker(random, this.traits, { mayFail: false })
  }

  /** Changes, with savepoints among them; BEGIN and its end are the caller's. */
  sequence(): Step[] {
    const { random } = this
    const steps: Step[] = []
    const open: string[] = []
    for (let count = random.between(4, 14); count > 0; count--) {
      const kind = random.next()
      if (kind < 0.08) {
        open.push(`p${steps.length}`)
        steps.push({ sql: `SAVEPOINT ${open[open.length - 1]}`, isControl: true })
      } else if (kind < 0.16 && open.length > 0) {
        const at = random.between(0, open.length - 1)
        steps.push({ sql: `ROLLBACK TO SAVEPOINT ${open[at]}`, isControl: true })
        open.length = at + 1
      } else if (kind < 0.2 && open.length > 0) {
        const at = random.between(0, open.length - 1)
        steps.push({ sql: `RELEASE SAVEPOINT ${open[at]}`, isControl: true })
        open.length = at
      } else steps.push({ sql: this.change() })
    }
    return steps
  }

  private change(): Sql {
    switch (this.random.between(0, 11)) {
      case 0:
      case 1:
        return this.insert()
      case 2:
        return this.insertSelect()
      case 3:
      case 4:
        return this.onConflict()
      case 5:
      case 6:
        return this.update()
      case 7:
        return this.updateFrom()
      case 8:
        return this.delete()
      case 9:
        return this.deleteUsing()
      case 10:
        return this.merge()
      default:
        return this.modifyingWith()
    }
  }

  private table(needsKey = false): Table {
    const able = this.tables.filter((table) => table.rowCount < 3000 && (table.hasKey || !needsKey))
    return this.random.pick(able.length > 0 ? able : this.tables)
  }

  private value({ name, type, generated, references: target }: Column): string {
    const { random } = this
    if (generated && random.chance(0.95)) return 'DEFAULT'
    if (target && random.chance(0.8)) return random.chance(0.3) ? 'NULL' : String(random.between(1, target.count + 1))
    if (name === 'id') return String(random.pick([random.between(1, 40), random.between(100, 30_000)]))
    if (random.chance(0.12)) return 'NULL'
    return random.chance(0.08) ? 'DEFAULT' : quote(randomText(type, random, { extremes: 0.1 }))
  }

  private rows(table: Table): Sql {
    const { random } = this
    return list(
      random.times(random.between(1, 4), () => `(${table.columns.map((column) => this.value(column)).join(', ')})`),
    )
  }

  private returning(reach: readonly Reference[]): Sql {
    const { random, maker } = this
    if (random.chance(0.55)) return ''
    if (random.chance(0.4)) return optional(' RETURNING *')
    const { type } = random.pick(reach)
    return optional(sql` RETURNING ${maker.of(assigned(type), reach, 2)} AS r1, ${maker.of('boolean', reach, 1)} AS r2`)
  }

  private own(table: Table): Reference[] {
    return references(table.name, table.columns)
  }

  private insert(): Sql {
    const table = this.table()
    return sql`INSERT INTO ${table.name} VALUES ${this.rows(table)}${this.returning(this.own(table))}`
  }

  /** New keys lie beyond those that are there. */
  private selected(table: Table, source: Table, reach: readonly Reference[]): Sql {
    const { maker, random } = this
    const items = writable(table).map((column): Sql => {
      if (column.references) return random.chance(0.7) ? 'NULL' : String(random.between(1, column.references.count))
      if (column.name !== 'id') return sql`(${maker.of(assigned(column.type), reach, 1)})::${column.type}`
      return source.hasKey && random.chance(0.8)
        ? `s.id % 10000 + ${random.between(20, 20_000)}`
        : String(random.between(1, 30_000))
    })
    return { parts: items.flatMap((item, at): Sql[] => (at > 0 ? [', ', item] : [item])) }
  }

  private insertSelect(): Sql {
    const [table, source] = [this.table(), this.table(true)]
    const reach = references('s', source.columns)
    const where = optional(sql` WHERE ${this.maker.of('boolean', reach, 2)}`)
    const names = writable(table).map((column) => column.name)
    return sql`INSERT INTO ${table.name} (${names.join(', ')}) SELECT ${this.selected(table, source, reach)} FROM ${source.name} AS s${where}${this.returning(this.own(table))}`
  }

  private sets(table: Table, reach: readonly Reference[]): Sql {
    const { random, maker } = this
    const able = writable(table).filter((column) => column.name !== 'id')
    const chosen = random.shuffled(able).slice(0, random.between(1, 2))
    if (chosen.length === 2 && random.chance(0.15)) {
      const names = chosen.map((column) => column.name).join(', ')
      const [first, second] = chosen.map((column) => maker.of(assigned(column.type), reach, 1))
      return random.chance(0.5)
        ? sql`(${names}) = (${first}, ${second})`
        : sql`(${names}) = (SELECT ${first}, ${second})`
    }
    return list(
      chosen.map(
        (column) =>
          sql`${column.name} = ${random.chance(0.06) ? 'DEFAULT' : maker.of(assigned(column.type), reach, 2)}`,
      ),
    )
  }

  private onConflict(): Sql {
    const { random, maker } = this
    const table = this.table(true)
    const own = this.own(table)
    const both = [...own, ...references('excluded', table.columns)]
    const target = table.hasKey && random.chance(0.85) ? '(id) ' : ''
    const where = random.chance(0.3) ? optional(sql` WHERE ${maker.of('boolean', both, 1)}`) : ''
    const action: Sql =
      target === '' || random.chance(0.35) ? 'DO NOTHING' : sql`DO UPDATE SET ${this.sets(table, both)}${where}`
    return sql`INSERT INTO ${table.name} VALUES ${this.rows(table)} ON CONFLICT ${target}${action}${this.returning(own)}`
  }

  private update(): Sql {
    const table = this.table()
    const own = this.own(table)
    const where = optional(sql` WHERE ${this.maker.of('boolean', own, 3)}`)
    return sql`UPDATE ${table.name} SET ${this.sets(table, own)}${where}${this.returning(own)}`
  }

  /** Joined by the other table's key, so that each row is changed by one row at most. */
  private updateFrom(): Sql {
    const [table, source] = [this.table(), this.table(true)]
    const reach = [...this.own(table), ...references('s', source.columns)]
    const key = source.hasKey ? 's.id' : '(SELECT 1)'
    const more = this.random.chance(0.4) ? optional(sql` AND ${this.maker.of('boolean', reach, 2)}`) : ''
    if (!source.hasKey) return this.update()
    return sql`UPDATE ${table.name} SET ${this.sets(table, reach)} FROM ${source.name} AS s WHERE ${table.name}.a = ${key}${more}${this.returning(this.own(table))}`
  }

  private delete(): Sql {
    const table = this.table()
    const own = this.own(table)
    return sql`DELETE FROM ${table.name} WHERE ${this.maker.of('boolean', own, 2)} AND ${this.maker.of('boolean', own, 1)}${this.returning(own)}`
  }

  private deleteUsing(): Sql {
    const [table, source] = [this.table(), this.table()]
    const reach = [...this.own(table), ...references('s', source.columns)]
    return sql`DELETE FROM ${table.name} USING ${source.name} AS s WHERE ${table.name}.a = s.a AND ${this.maker.of('boolean', reach, 2)}`
  }

  private merge(): Sql {
    const { random, maker } = this
    const [table, source] = [this.table(true), this.table(true)]
    if (!table.hasKey || !source.hasKey || table === source) return this.update()
    const target = references('t', table.columns)
    const names = writable(table).map((column) => column.name)
    const from = references('s', source.columns)
    const both = [...target, ...from]
    const condition = (reach: readonly Reference[]): Sql =>
      random.chance(0.9) ? optional(sql` AND ${maker.of('boolean', reach, 1)}`) : ''
    const clauses = random.shuffled<Sql>([
      sql` WHEN MATCHED${condition(both)} THEN UPDATE SET ${this.sets(table, both)}`,
      sql` WHEN MATCHED${condition(both)} THEN DELETE`,
      sql` WHEN NOT MATCHED${condition(from)} THEN INSERT (${names.join(', ')}) VALUES (${this.selected(table, source, from)})`,
      sql` WHEN MATCHED${condition(both)} THEN DO NOTHING`,
    ])
    const chosen = clauses.slice(0, random.between(1, 4))
    return sql`MERGE INTO ${table.name} AS t USING ${source.name} AS s ON t.id = s.id${list(chosen, '')}`
  }

  private modifyingWith(): Sql {
    const { random, maker } = this
    const [table, other] = [this.table(), this.table()]
    const own = this.own(table)
    const inner = random.chance(0.25)
      ? sql`INSERT INTO ${table.name} VALUES ${this.rows(table)} RETURNING *`
      : random.chance(0.5)
        ? sql`DELETE FROM ${table.name} WHERE ${maker.of('boolean', own, 2)} RETURNING *`
        : sql`UPDATE ${table.name} SET ${this.sets(table, own)} WHERE ${maker.of('boolean', own, 1)} RETURNING *`
    const reach = references('w', table.columns)
    if (isSameTable(table, other) || random.chance(0.5))
      return sql`WITH w AS (${inner}) SELECT count(*) AS n, count(w.a) AS a FROM w WHERE ${maker.of('boolean', reach, 1)}`
    const { name } = other
    return sql`WITH w AS (${inner}) UPDATE ${name} SET ${this.sets(other, this.own(other))} WHERE ${name}.a IN (SELECT w.a FROM w)${this.returning(this.own(other))}`
  }
}

/** Whether rows of one are rows of the other: a statement that changes a row twice does one of the two, by no rule. */
function isSameTable(one: Table, other: Table): boolean {
  return one === other || one.needs.includes(other.name) || other.needs.includes(one.name)
}

/** The columns that a statement may give values. */
function writable(table: Table): Column[] {
  return table.columns.filter((column) => !column.generated)
}

/** The type of expressions for a column. */
function assigned(type: string): string {
  const base = expressionType(type)
  return base.startsWith('character') ? 'text' : base
}
