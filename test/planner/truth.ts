/**
 * Estimates beside the truth: takes queries apart into the filtered tables and the small joins that they consist of, asks EXPLAIN
 * how many rows it expects of each, and counts them.
 */
import type { Database } from '../../src/index.node.ts'
import type { Expression, Query, Select } from '../../src/parser/ast.ts'
import { parseStatement } from '../../src/parser/parse.ts'
import { printExpression } from '../../src/parser/print.ts'

export interface Piece {
  /** FROM and WHERE. */
  readonly sql: string
  readonly relations: number
}

interface Parts {
  readonly relations: readonly { readonly alias: string; readonly table: string }[]
  readonly conjuncts: readonly { readonly text: string; readonly aliases: ReadonlySet<string> }[]
}

/** Tables with their own conditions, and joins of `size` tables with all conditions among them; of derived tables, too. */
export function piecesOf(sql: string, columnsOf: ReadonlyMap<string, ReadonlySet<string>>, size: number): Piece[] {
  return queriesOf(parseStatement(sql).statement as Query).flatMap((query) => piecesOfQuery(query, columnsOf, size))
}

function queriesOf(query: Query): Select[] {
  if (query.kind !== 'select') return []
  return [query, ...query.from.flatMap((item) => (item.kind === 'derived' ? queriesOf(item.query) : []))]
}

function piecesOfQuery(query: Select, columnsOf: ReadonlyMap<string, ReadonlySet<string>>, size: number): Piece[] {
  const parts = partsOf(query, columnsOf)
  if (!parts) return []
  const found: Piece[] = []
  for (const { alias } of parts.relations) {
    const piece = pieceOf(parts, [alias])
    if (piece.sql.includes(' WHERE ')) found.push(piece)
  }
  for (const start of [0, parts.relations.length - 1]) {
    const connected = connectedFrom(parts, parts.relations[start].alias, size)
    if (connected.length === size) found.push(pieceOf(parts, connected))
  }
  return found
}

function partsOf(query: Select, columnsOf: ReadonlyMap<string, ReadonlySet<string>>): Parts | undefined {
  if (query.where === undefined) return undefined
  const relations: { alias: string; table: string }[] = []
  for (const item of query.from) {
    if (item.kind !== 'table') return undefined
    const table = item.name.parts[item.name.parts.length - 1].name
    if (!columnsOf.has(table)) return undefined
    relations.push({ alias: item.alias?.name.name ?? table, table })
  }
  const conjuncts = conjunctsOf(query.where)
    .map((expression) => printExpression(expression))
    .filter((text) => !/\bselect\b/i.test(text))
    .map((text) => ({ text, aliases: aliasesIn(text, relations, columnsOf) }))
  return { relations, conjuncts }
}

function conjunctsOf(expression: Expression): Expression[] {
  if (expression.kind === 'logical' && expression.operator === 'and')
    return expression.operands.flatMap((part) => conjunctsOf(part))
  return [expression]
}

function aliasesIn(
  text: string,
  relations: Parts['relations'],
  columnsOf: ReadonlyMap<string, ReadonlySet<string>>,
): Set<string> {
  const found = new Set<string>()
  const code = text.replace(/'(?:[^']|'')*'/g, "''")
  for (const [, qualifier, word] of code.matchAll(/(?:\b(\w+)\.)?\b([a-z_]\w*)\b/gi)) {
    const owner = relations.find(({ alias, table }) =>
      qualifier === undefined ? columnsOf.get(table)?.has(word) : alias === qualifier,
    )
    if (owner) found.add(owner.alias)
  }
  return found
}

function pieceOf({ relations, conjuncts }: Parts, aliases: readonly string[]): Piece {
  const from = relations
    .filter(({ alias }) => aliases.includes(alias))
    .map(({ alias, table }) => `${table} AS ${alias}`)
  const where = conjuncts.filter(
    (each) => each.aliases.size > 0 && [...each.aliases].every((alias) => aliases.includes(alias)),
  )
  const condition = where.length > 0 ? ` WHERE ${where.map(({ text }) => `(${text})`).join(' AND ')}` : ''
  return { sql: `FROM ${from.join(', ')}${condition}`, relations: aliases.length }
}

/** As many relations as asked for, each joined to one before it. */
function connectedFrom({ relations, conjuncts }: Parts, start: string, size: number): string[] {
  const found = [start]
  for (let grown = true; grown && found.length < size; ) {
    grown = false
    for (const { alias } of relations) {
      if (found.includes(alias) || found.length === size) continue
      const isJoined = conjuncts.some(
        (each) => each.aliases.size === 2 && each.aliases.has(alias) && found.some((other) => each.aliases.has(other)),
      )
      if (!isJoined) continue
      found.push(alias)
      grown = true
    }
  }
  return found
}

export interface Comparison extends Piece {
  readonly estimated: number
  readonly actual: number
  /** By which factor the estimate is off, either way; fewer rows than one count as one. */
  readonly error: number
}

export function compare(database: Database, piece: Piece): Comparison {
  const [[root]] = database.exec(`EXPLAIN SELECT * ${piece.sql}`).text
  const estimated = Number(/\(~(\d+) rows?/.exec(root ?? '')?.[1])
  const actual = Number(database.exec(`SELECT count(*) ${piece.sql}`).text[0][0])
  const [low, high] = [Math.max(1, Math.min(estimated, actual)), Math.max(1, estimated, actual)]
  return { ...piece, estimated, actual, error: high / low }
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
}
