/** WITH RECURSIVE: a query that is UNION [ALL] of a start and a step, the step reading the rows of the step before. */
import { SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import { typeEquals, typeName } from '../../types/type-names.ts'
import type { LogicalPlan } from '../plan.ts'
import { coerceExactly, unifyTypes } from './coercion.ts'
import { bindWith, type CteEntry, type CteEnvironment, columnNames, countReferences } from './cte.ts'
import { bindQuery } from './query.ts'
import { type BoundQuery, newColumn, reference, type Scope } from './scope.ts'

export function bindRecursive(table: ast.CommonTable, query: ast.Query, scope: Scope): BoundQuery {
  const name = table.name.name
  const refuse = (message: string): SqlError =>
    new SqlError('invalid_recursion', message, { position: table.name.span.start })
  if (query.kind !== 'set-operation' || query.operator !== 'union' || query.byName) {
    throw refuse(`recursive query "${name}" does not have the form non-recursive-term UNION [ALL] recursive-term`)
  }
  if (countReferences(query.left, name) > 0) {
    throw refuse(`recursive reference to query "${name}" must not appear within its non-recursive term`)
  }
  refuseTail(query)
  const around =
    query.with && bindWith(query.with, scope.withCtes(refusing(name, scope)), { ...query, with: undefined })
  const inner = around ? scope.withCtes(around.environment) : scope
  const { plan, columns } = bindTerms(table, query, inner)
  return { plan: around ? around.around(plan) : plan, columns }
}

function bindTerms(table: ast.CommonTable, query: ast.SetOperation, scope: Scope): BoundQuery {
  const name = table.name.name
  const start = bindQuery(query.left, scope)
  const columns = columnNames(table, start.columns)
  const cte = scope.state.nextCte++
  const entry: CteEntry = { name, columns, cte, references: 0 }
  if (countReferences(query.right, name) > 1) {
    throw new SqlError('invalid_recursion', `recursive reference to query "${name}" must not appear more than once`, {
      position: query.right.span.start,
    })
  }
  const environment: CteEnvironment = { entries: new Map([[name, entry]]), parent: scope.ctes }
  const step = bindQuery(query.right, scope.withCtes(environment))
  refuseAggregates(step.plan, cte, query.right.span.start)
  if (step.columns.length !== start.columns.length) {
    throw new SqlError('syntax_error', 'each UNION query must have the same number of columns', {
      position: query.right.span.start,
    })
  }
  const output = columns.map((column) => newColumn(scope.state, column.name, column.type, name))
  const plan: LogicalPlan = {
    kind: 'recursive-cte',
    cte,
    all: query.all,
    left: start.plan,
    right: matched(step, start, name, query, scope),
    columns: output,
  }
  return { plan, columns: output }
}

/** In reach of the query's own WITH, where the recursive reference may not be. */
function refusing(name: string, scope: Scope): CteEnvironment {
  const refusal = (span: ast.Span): SqlError =>
    new SqlError('invalid_recursion', `recursive reference to query "${name}" must not appear within a subquery`, {
      position: span.start,
    })
  return { entries: new Map([[name, { name, columns: [], refusal, references: 0 }]]), parent: scope.ctes }
}

function refuseTail(query: ast.SetOperation): void {
  const refuse = (what: string, position: number): SqlError =>
    new SqlError('feature_not_supported', `${what} in a recursive query is not implemented`, { position })
  if (query.orderBy.length > 0) throw refuse('ORDER BY', query.orderBy[0].span.start)
  if (query.offset) throw refuse('OFFSET', query.offset.span.start)
  if (query.limit) throw refuse('LIMIT', query.limit.span.start)
  if (query.locking.length > 0) throw refuse('FOR UPDATE/SHARE', query.span.start)
}

/** The step's columns, of exactly the types of the start's: these were decided before the step was known. */
function matched(
  step: BoundQuery,
  start: BoundQuery,
  name: string,
  query: ast.SetOperation,
  scope: Scope,
): LogicalPlan {
  const expressions = step.columns.map((column, index) => {
    const wanted = start.columns[index].type
    const overall = unifyTypes(
      [
        { type: wanted, span: query.left.span },
        { type: column.type, span: query.right.span },
      ],
      'UNION',
    )
    const coerced = typeEquals(overall, wanted) ? coerceExactly(reference(column), wanted, scope.state) : undefined
    if (coerced) return coerced
    throw new SqlError(
      'datatype_mismatch',
      `recursive query "${name}" column ${index + 1} has type ${typeName(wanted)} in non-recursive term but type ${typeName(overall)} overall`,
      { position: query.left.span.start, hint: 'Cast the output of the non-recursive term to the correct type.' },
    )
  })
  if (
    expressions.every(
      (expression, index) => expression.kind === 'column' && typeEquals(expression.type, step.columns[index].type),
    )
  ) {
    return step.plan
  }
  const columns = expressions.map((expression, index) =>
    expression.kind === 'column'
      ? step.columns[index]
      : newColumn(scope.state, step.columns[index].name, expression.type),
  )
  return { kind: 'project', input: step.plan, expressions, columns }
}

/** Aggregates over the rows of the step before are refused, as is reading them on the padded side of an outer join. */
function refuseAggregates(plan: LogicalPlan, cte: number, position: number): void {
  const reads = (node: LogicalPlan): boolean => {
    if (node.kind === 'cte-scan') return node.cte === cte
    if (
      node.kind === 'join' ||
      node.kind === 'apply' ||
      node.kind === 'set-operation' ||
      node.kind === 'recursive-cte'
    ) {
      const left = reads(node.left)
      const right = reads(node.right)
      const padded = node.kind === 'join' || node.kind === 'apply' ? node.type : undefined
      const bad = (padded === 'left' && right) || (padded === 'right' && left) || (padded === 'full' && (left || right))
      if (bad) {
        throw new SqlError('invalid_recursion', 'recursive reference must not appear within an outer join', {
          position,
        })
      }
      if (node.kind === 'set-operation' && node.operator !== 'union' && right) {
        throw new SqlError(
          'invalid_recursion',
          `recursive reference must not appear within ${node.operator.toUpperCase()}`,
          { position },
        )
      }
      return left || right
    }
    if (node.kind === 'with') return reads(node.input) || reads(node.definition)
    if (!('input' in node)) return false
    const found = reads(node.input)
    if (found && node.kind === 'aggregate' && node.aggregates.length > 0) {
      throw new SqlError(
        'invalid_recursion',
        "aggregate functions are not allowed in a recursive query's recursive term",
        { position },
      )
    }
    return found
  }
  reads(plan)
}
