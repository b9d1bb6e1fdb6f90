/**
 * WITH. A common table expression that is read once and changes nothing is put in its place; one that is read more often,
 * or is MATERIALIZED, or has effects, is computed once by a With node and read by CteScans.
 */
import { SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import type { DataType } from '../../types/data-type.ts'
import type { OutputColumn } from '../expression.ts'
import type { LogicalPlan } from '../plan.ts'
import { bindChange } from './change.ts'
import { bindQuery } from './query.ts'
import { bindRecursive } from './recursive-cte.ts'
import { type BoundQuery, newColumn, type Scope } from './scope.ts'
import { bindSearchAndCycle } from './search-cycle.ts'
import { isVolatile } from './volatility.ts'

/** The common tables in reach, innermost first. */
export interface CteEnvironment {
  readonly entries: Map<string, CteEntry>
  readonly parent: CteEnvironment | undefined
}

export interface CteEntry {
  readonly name: string
  readonly columns: readonly { readonly name: string; readonly type: DataType }[]
  /** The With or RecursiveCte node that computes it. */
  readonly cte?: number
  /** To be put where it is read: the plan for the first time, and a way to bind it anew. */
  inline?: { readonly plan: LogicalPlan | undefined; readonly bind: () => BoundQuery }
  /** Refuses to be read from where the reader stands. */
  refusal?: (span: ast.Span) => SqlError | undefined
  /** How often it was read. */
  references: number
}

export function findCte(environment: CteEnvironment | undefined, name: string): CteEntry | undefined {
  for (let level = environment; level; level = level.parent) {
    const entry = level.entries.get(name)
    if (entry) return entry
  }
  return undefined
}

/** The rows of a common table, where it is read. */
export function referenceCte(entry: CteEntry, span: ast.Span, scope: Scope): BoundQuery {
  const refused = entry.refusal?.(span)
  if (refused) throw refused
  entry.references++
  if (entry.inline) {
    const { plan, bind } = entry.inline
    const bound = plan ? { plan, columns: plan.columns } : bind()
    entry.inline = { plan: undefined, bind }
    return { plan: bound.plan, columns: named(bound.columns, entry) }
  }
  const columns = entry.columns.map((column) => newColumn(scope.state, column.name, column.type, entry.name))
  return { plan: { kind: 'cte-scan', cte: entry.cte!, name: entry.name, columns }, columns }
}

function named(columns: readonly OutputColumn[], entry: CteEntry): OutputColumn[] {
  return columns.map((column, index) => ({ ...column, name: entry.columns[index].name, table: entry.name }))
}

/** The environment for the query after WITH, and what has to be put around its plan. */
export function bindWith(
  clause: ast.With,
  parent: Scope,
  body: unknown,
): { readonly environment: CteEnvironment; readonly around: (plan: LogicalPlan) => LogicalPlan } {
  const entries = new Map<string, CteEntry>()
  const environment: CteEnvironment = { entries, parent: parent.ctes }
  const scope = parent.withCtes(environment)
  const nodes: { readonly cte: number; readonly name: string; readonly definition: LogicalPlan }[] = []
  const order = clause.recursive ? byDependency(clause) : clause.tables
  const seen = new Set<string>()
  for (const table of clause.tables) {
    if (seen.has(table.name.name)) {
      throw new SqlError('duplicate_alias', `WITH query name "${table.name.name}" specified more than once`, {
        position: table.name.span.start,
      })
    }
    seen.add(table.name.name)
  }
  for (const table of order) {
    const name = table.name.name
    const isRecursive = clause.recursive && countReferences(table.statement, name) > 0
    const bind = (): BoundQuery => bindDefinition(table, isRecursive, scope)
    const bound = bind()
    const columns = columnNames(table, bound.columns)
    const changes = isChange(table.statement)
    const references = countReferences(
      clause.tables.filter((other) => other !== table).map((other) => other.statement),
      name,
    )
    const readers = references + countReferences(body, name)
    const isInline =
      !changes &&
      table.materialized !== true &&
      (readers <= 1 || table.materialized === false) &&
      !isVolatile(bound.plan)
    if (isInline) {
      entries.set(name, { name, columns, inline: { plan: bound.plan, bind }, references: 0 })
      continue
    }
    const cte = parent.state.nextCte++
    const refusal = changes && bound.columns.length === 0 ? (span: ast.Span) => noReturning(name, span) : undefined
    entries.set(name, { name, columns, cte, references: 0, refusal })
    nodes.push({ cte, name, definition: bound.plan })
  }
  const around = (plan: LogicalPlan): LogicalPlan => {
    let result = plan
    for (let index = nodes.length - 1; index >= 0; index--) {
      const { cte, name, definition } = nodes[index]
      const used = isChangePlan(definition) || (entries.get(name)?.references ?? 0) > 0
      if (used) result = { kind: 'with', cte, name, definition, input: result, columns: result.columns }
    }
    return result
  }
  return { environment, around }
}

function noReturning(name: string, span: ast.Span): SqlError {
  return new SqlError('feature_not_supported', `WITH query "${name}" does not have a RETURNING clause`, {
    position: span.start,
  })
}

function bindDefinition(table: ast.CommonTable, isRecursive: boolean, scope: Scope): BoundQuery {
  const { statement } = table
  if (isRecursive && isChange(statement)) {
    throw new SqlError(
      'invalid_recursion',
      `recursive query "${table.name.name}" must not contain data-modifying statements`,
      {
        position: table.name.span.start,
      },
    )
  }
  if (isQuery(statement)) {
    if (table.search || table.cycle) return bindSearchAndCycle(table, statement, isRecursive, scope)
    return isRecursive ? bindRecursive(table, statement, scope) : bindQuery(statement, scope)
  }
  if (scope.parent?.parent) {
    throw new SqlError(
      'feature_not_supported',
      'WITH clause containing a data-modifying statement must be at the top level',
      {
        position: table.span.start,
      },
    )
  }
  return bindChange(statement, scope)
}

export function isQuery(statement: ast.CommonTable['statement']): statement is ast.Query {
  return !isChange(statement)
}

function isChange(
  statement: ast.CommonTable['statement'],
): statement is ast.Insert | ast.Update | ast.Delete | ast.Merge {
  return (
    statement.kind === 'insert' ||
    statement.kind === 'update' ||
    statement.kind === 'delete' ||
    statement.kind === 'merge'
  )
}

function isChangePlan(plan: LogicalPlan): boolean {
  if (plan.kind === 'insert' || plan.kind === 'update' || plan.kind === 'delete' || plan.kind === 'merge') return true
  return plan.kind === 'with' && (isChangePlan(plan.definition) || isChangePlan(plan.input))
}

/** The names that a common table's columns have; fewer than there are keep their own. */
export function columnNames(
  table: ast.CommonTable,
  columns: readonly OutputColumn[],
): readonly { readonly name: string; readonly type: DataType }[] {
  if (table.columns.length > columns.length) {
    throw new SqlError(
      'invalid_column_reference',
      `WITH query "${table.name.name}" has ${columns.length} columns available but ${table.columns.length} columns specified`,
      { position: table.name.span.start },
    )
  }
  return columns.map(({ name, type }, index) => ({ name: table.columns[index]?.name ?? name, type }))
}

/** How often a name stands as a table in a piece of syntax, where no inner WITH gives the name to something else. */
export function countReferences(syntax: unknown, name: string): number {
  let count = 0
  const stack: unknown[] = [syntax]
  while (stack.length > 0) {
    const node = stack.pop()
    if (Array.isArray(node)) {
      for (const item of node) if (typeof item === 'object' && item !== null) stack.push(item)
      continue
    }
    const record = node as Record<string, unknown>
    if (record.kind === 'bulk-values') continue
    if (record.kind === 'table' && 'name' in record) {
      const { parts } = record.name as ast.QualifiedName
      if (parts.length === 1 && parts[0].name === name) count++
    }
    const inner = record.with as ast.With | undefined
    const hiding = inner?.tables?.findIndex((table) => table.name.name === name) ?? -1
    if (inner && hiding >= 0) {
      if (!inner.recursive) stack.push(inner.tables.slice(0, hiding + 1).map((table) => table.statement))
      continue
    }
    for (const key in record) {
      const value = record[key]
      if (typeof value === 'object' && value !== null && key !== 'span') stack.push(value)
    }
  }
  return count
}

/** WITH RECURSIVE allows a table to read later ones: those that are read come first. A circle is refused. */
function byDependency(clause: ast.With): ast.CommonTable[] {
  const ordered: ast.CommonTable[] = []
  const state = new Map<ast.CommonTable, 'open' | 'done'>()
  const visit = (table: ast.CommonTable): void => {
    if (state.get(table) === 'done') return
    if (state.get(table) === 'open') {
      throw new SqlError('feature_not_supported', 'mutual recursion between WITH items is not implemented', {
        position: table.name.span.start,
      })
    }
    state.set(table, 'open')
    for (const other of clause.tables) {
      if (other !== table && countReferences(table.statement, other.name.name) > 0) visit(other)
    }
    state.set(table, 'done')
    ordered.push(table)
  }
  for (const table of clause.tables) visit(table)
  return ordered
}
