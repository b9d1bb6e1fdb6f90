/**
 * PIVOT without its values: its columns depend on rows, which the planner does not read. So the values are queried before
 * the statement is planned, and stand in its syntax as if they had been written.
 */
import type * as ast from './parser/ast.ts'
import { plainSelect } from './parser/make-query.ts'

type Texts = readonly (readonly (string | null)[])[]

/** Whether a PIVOT without values stands anywhere in a statement. Chains of operators are deep, so it does not recurse. */
export function hasUnlistedPivot(statement: ast.Statement): boolean {
  const waiting: unknown[] = [statement]
  while (waiting.length > 0) {
    const node = waiting.pop()
    if (node === null || typeof node !== 'object') continue
    if ((node as { kind?: string }).kind === 'pivot' && (node as ast.Pivot).on.some((on) => !on.in)) return true
    for (const key in node) if (key !== 'span') waiting.push((node as Record<string, unknown>)[key])
  }
  return false
}

/** The statement with the values of each PIVOT; `run` answers queries of texts. */
export function listPivotValues(statement: ast.Statement, run: (query: ast.Query) => Texts): ast.Statement {
  const tables: ast.CommonTable[] = []
  const visit = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(visit)
    if (node === null || typeof node !== 'object') return node
    const copy: Record<string, unknown> = { ...node }
    const clause = copy.with as ast.With | undefined
    const outer = tables.length
    if (clause) {
      for (const table of clause.tables) tables.push(visit(table) as ast.CommonTable)
      copy.with = { ...clause, tables: tables.slice(outer) }
    }
    for (const key in copy) if (key !== 'span' && key !== 'with') copy[key] = visit(copy[key])
    if (copy.kind === 'pivot') copy.on = (copy as unknown as ast.Pivot).on.map((on) => listed(on, copy as never))
    tables.length = outer
    return copy
  }
  const listed = (on: ast.Pivot['on'][number], { input, span }: ast.Pivot): ast.Pivot['on'][number] => {
    if (on.in) return on
    const clause: ast.With = { recursive: true, tables: [...tables], span }
    const query = { ...valuesOf(on, input, span), with: tables.length > 0 ? clause : undefined }
    return { expressions: on.expressions, in: run(query).map((row) => item(row, span)), query: undefined }
  }
  return visit(statement) as ast.Statement
}

function valuesOf(on: ast.Pivot['on'][number], input: ast.TableExpression, span: ast.Span): ast.Query {
  const text: ast.TypeName = { parts: ['text'], quoted: false, modifiers: [], arrayBounds: [], setOf: false, span }
  const asText = (operand: ast.Expression): ast.SelectItem => ({
    expression: { kind: 'cast', operand, type: text, try: false, span },
    alias: undefined,
    span,
  })
  if (on.query) {
    const name = { name: 'value', quoted: false, span }
    const alias = { name, columns: [name], columnTypes: undefined, span }
    const derived: ast.TableExpression = { kind: 'derived', query: on.query, lateral: false, alias, span }
    return plainSelect([asText({ kind: 'column', parts: [name], span })], [derived], span)
  }
  const [first] = on.expressions
  const only = on.expressions.length === 1
  return {
    ...plainSelect(on.expressions.map(asText), [input], span),
    distinct: true,
    where: only ? { kind: 'is', test: 'null', negated: true, operand: first, span } : undefined,
    orderByAll: { descending: false, nulls: undefined },
  }
}

function item(row: Texts[number], span: ast.Span): ast.SelectItem {
  const items = row.map(
    (value): ast.Expression => (value === null ? { kind: 'null', span } : { kind: 'string', value, span }),
  )
  if (items.length === 1) return { expression: items[0], alias: undefined, span }
  const name = `(${row.map((value) => value ?? 'NULL').join(', ')})`
  return { expression: { kind: 'row', items, explicit: false, span }, alias: { name, quoted: true, span }, span }
}
