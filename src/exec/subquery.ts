/**
 * Subqueries in expressions that the planner left there. One that depends on no outer row runs once per statement; a
 * correlated one runs once for every combination of the outer values it reads, which are remembered.
 */

import type { Evaluator, Frame, Scope } from '../planner/evaluate.ts'
import { overloadBody } from '../planner/evaluator/call.ts'
import { stackArrays } from '../planner/evaluator/composite.ts'
import type { ColumnId, SubqueryExpression } from '../planner/expression.ts'
import type { SqlArray } from '../types/array.ts'
import { sqlArray } from '../types/array.ts'
import type { DataType } from '../types/data-type.ts'
import type { Value } from '../types/value.ts'
import { selectedCount, selectedRow } from '../types/vector.ts'
import { vectorReader } from '../types/vector-reader.ts'
import type { Builder } from './build.ts'
import { type Dependencies, dependencies } from './dependencies.ts'
import { moreThanOneRow } from './join-output.ts'
import { KeyTable } from './key-table.ts'
import type { ExecutionContext, Operator } from './operator.ts'
import { materialise } from './rows.ts'

/** The evaluator of a subquery: see SubqueryExpression for what each mode yields. */
export function compileSubquery(expression: SubqueryExpression, scope: Scope, builder: Builder): Evaluator {
  const plan = builder.planSubquery(expression.plan)
  const operator = builder.build(plan)
  const needs = dependencies(plan)
  switch (expression.mode) {
    case 'scalar':
      return remembered(needs, scope, (context) => scalarValue(operator, context))
    case 'exists': {
      const { negated } = expression
      return remembered(needs, scope, (context) => hasRow(operator, context) !== negated)
    }
    case 'array':
      return remembered(needs, scope, (context) => arrayValue(operator, context))
    case 'any':
    case 'all':
      return compileComparison(expression, operator, needs, scope)
  }
}

function scalarValue(operator: Operator, context: ExecutionContext): Value {
  const { memory } = context.pool
  let value: Value = null
  let found = false
  for (const batch of operator.open(context)) {
    const count = selectedCount(batch)
    if (count === 0) continue
    if (found || count > 1) throw moreThanOneRow()
    found = true
    value = vectorReader(batch.columns[0], memory)(selectedRow(batch, 0, memory))
  }
  return value
}

function hasRow(operator: Operator, context: ExecutionContext): boolean {
  for (const batch of operator.open(context)) if (selectedCount(batch) > 0) return true
  return false
}

function arrayValue(operator: Operator, context: ExecutionContext): Value {
  const [values] = materialise(operator, context).columns
  return operator.columns[0].type.kind === 'array' ? stackArrays(values as SqlArray[]) : sqlArray(values)
}

/** The most results that a correlated subquery remembers. */
const maximumRemembered = 20_000

/** Where a column that a subquery reads gets its value: from the row at hand, or from further out. */
interface OuterColumn {
  readonly id: ColumnId
  readonly here: Evaluator | undefined
}

function outerColumns(needs: Dependencies, scope: Scope): OuterColumn[] {
  return [...needs.columns].map((id) => {
    const slot = scope.lambdas.get(id)
    if (slot !== undefined) return { id, here: () => scope.frame.lambdas[slot] }
    const position = scope.environment.slot(id)
    return { id, here: position === undefined ? undefined : (row) => scope.frame.readers[position](row) }
  })
}

/** What is remembered holds for one run of the statement and one content of the CTEs that are read. */
class Memory<Result> {
  readonly results: Map<unknown, Result> = new Map()
  private context: unknown
  private ctes: unknown[] = []

  /** Forgets everything when the run or the CTEs are others than before. */
  refresh(context: ExecutionContext, needs: Dependencies): void {
    const ctes = [...needs.ctes].map((cte) => context.ctes.get(cte))
    const isSame = context === this.context && ctes.every((content, index) => content === this.ctes[index])
    if (!isSame || this.results.size >= maximumRemembered) this.results.clear()
    this.context = context
    this.ctes = ctes
  }
}

/** Runs `evaluate` for a row after its outer values are set; the result is remembered where that is the same. */
function remembered<Result>(
  needs: Dependencies,
  scope: Scope,
  evaluate: (context: ExecutionContext) => Result,
): (row: number) => Result {
  const { frame } = scope
  const outer = outerColumns(needs, scope)
  const memory = new Memory<Result>()
  const mayRemember = !needs.isVolatile || outer.length === 0
  return (row) => {
    const context = runningContext(frame)
    let key: unknown = true
    for (const { id, here } of outer) {
      if (here) context.outer.set(id, here(row))
      if (mayRemember) key = extendKey(key, context.outer.get(id))
    }
    if (!mayRemember) return running(frame, context, evaluate)
    memory.refresh(context, needs)
    const known = memory.results.get(key)
    if (known !== undefined) return known
    const result = running(frame, context, evaluate)
    memory.results.set(key, result)
    return result
  }
}

/** Runs the subquery, after which the frame is what it was: the subquery may hold the same expressions. */
function running<Result>(
  frame: Frame,
  context: ExecutionContext,
  evaluate: (context: ExecutionContext) => Result,
): Result {
  const result = evaluate(context)
  frame.runtime = context
  return result
}

/** Frames of operators get their runtime from an ExecutionContext: see BatchFrame. */
function runningContext(frame: Frame): ExecutionContext {
  return frame.runtime as ExecutionContext
}

function extendKey(key: unknown, value: Value): unknown {
  const part = typeof value === 'object' && value !== null ? JSON.stringify(value, plainJson) : value
  if (key === true) return part === undefined ? null : part
  return `${typeof part}${String(part).length}:${String(part)}${String(key)}`
}

function plainJson(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value
}

/** `inputs op ANY|ALL (subquery)`, also of row values. */
function compileComparison(
  expression: SubqueryExpression,
  operator: Operator,
  needs: Dependencies,
  scope: Scope,
): Evaluator {
  const { frame } = scope
  const inputs = expression.inputs.map((input) => scope.compile(input))
  const types = operator.columns.map((column) => column.type)
  const bodies = expression.comparisons.map(({ overload }, index) =>
    overloadBody(overload, [expression.inputs[index].type, types[index]], expression.type, frame),
  )
  const strict = expression.comparisons.every(({ overload }) => overload.strict !== false)
  const isAny = expression.mode === 'any'
  const { negated } = expression
  const names = expression.comparisons.map((comparison) => comparison.function.name)
  const isMembership = isAny && strict && names.every((name) => name === '=') && sameKinds(expression, types)
  const rows = remembered(needs, scope, (context) => new ComparedRows(operator, types, context))

  /** Three-valued comparison of the input with a row. Rows differ when one field differs, and are equal when all are. */
  const anyField = names[0] === '<>'
  const compare = (values: readonly Value[], found: ComparedRows, row: number): boolean | null => {
    let result: boolean | null = !anyField
    for (let field = 0; field < values.length; field++) {
      const left = values[field]
      const right = found.columns[field][row]
      const part = strict && (left === null || right === null) ? null : (bodies[field](left, right) as boolean | null)
      if (part === anyField) return anyField
      if (part === null) result = null
    }
    return result
  }

  return (row) => {
    const found = rows(row)
    const values = inputs.map((input) => input(row))
    if (found.rowCount === 0) return isAny ? negated : !negated
    let result: boolean | null
    if (isMembership && found.contains(values)) result = true
    else if (isMembership && !found.mayHoldUnknown(values)) result = false
    else {
      result = !isAny
      for (let candidate = 0; candidate < found.rowCount; candidate++) {
        const one = compare(values, found, candidate)
        if (one === isAny) {
          result = isAny
          break
        }
        if (one === null) result = null
      }
    }
    return result === null ? null : result !== negated
  }
}

function sameKinds(expression: SubqueryExpression, types: readonly DataType[]): boolean {
  return expression.inputs.every((input, index) => keyKind(input.type) === keyKind(types[index]))
}

function keyKind(type: DataType): string {
  return type.kind === 'varchar' || type.kind === 'name' ? 'text' : type.kind
}

/** The rows of a subquery that is compared with, and a table of them for equality. */
class ComparedRows {
  readonly columns: readonly (readonly Value[])[]
  readonly rowCount: number
  private readonly types: readonly DataType[]
  private table: KeyTable | undefined
  private hasNulls = false

  constructor(operator: Operator, types: readonly DataType[], context: ExecutionContext) {
    const buffer = materialise(operator, context)
    this.columns = buffer.columns
    this.rowCount = buffer.rowCount
    this.types = types
  }

  private build(): KeyTable {
    const table = new KeyTable(this.types)
    for (let row = 0; row < this.rowCount; row++) {
      const key = this.columns.map((column) => column[row])
      if (key.includes(null)) this.hasNulls = true
      else table.insert(key)
    }
    this.table = table
    return table
  }

  contains(values: readonly Value[]): boolean {
    return !values.includes(null) && (this.table ?? this.build()).find(values) !== -1
  }

  /** Whether a comparison with some row may be NULL. */
  mayHoldUnknown(values: readonly Value[]): boolean {
    return this.hasNulls || values.includes(null)
  }
}
