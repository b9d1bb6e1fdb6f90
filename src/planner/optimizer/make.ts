/**
 * Makers of plan nodes and expressions for the rules: each computes `columns` from its inputs, joins conjuncts, and
 * returns the input itself where the node would do nothing.
 */
import { unreachable } from '../../error.ts'
import { baseType } from '../../functions/coercion.ts'
import type { Span } from '../../parser/ast.ts'
import type { DataType } from '../../types/data-type.ts'
import { BOOLEAN } from '../../types/data-type.ts'
import type { Value } from '../../types/value.ts'
import type { ColumnExpression, ConstantExpression, Expression, OutputColumn } from '../expression.ts'
import type { Apply, Join, LogicalPlan } from '../plan.ts'
import { and, conjuncts, inputs as inputsOf } from '../tree.ts'

export function constant(value: Value, type: DataType): ConstantExpression {
  return { kind: 'constant', type, value }
}

/** A reference to a column of a plan. */
export function reference(column: OutputColumn): ColumnExpression {
  const name = column.table === undefined ? column.name : `${column.table}.${column.name}`
  return { kind: 'column', id: column.id, name, type: column.type }
}

export function not(input: Expression): Expression {
  return { kind: 'not', type: BOOLEAN, input }
}

export function is(input: Expression, test: 'null' | 'true' | 'false' | 'unknown', negated = false): Expression {
  return { kind: 'is', type: BOOLEAN, test, negated, input }
}

/** Whether a value is NULL; a row of NULLs is none. */
export function isNullValue(input: Expression, negated = false, span?: Span): Expression {
  if (baseType(input.type).kind !== 'record') return { ...is(input, 'null', negated), span }
  const right = constant(null, input.type)
  return { kind: 'is-distinct', type: BOOLEAN, negated: !negated, left: input, right, span }
}

/** `CASE WHEN condition THEN value ELSE otherwise END`. */
export function either(condition: Expression, value: Expression, otherwise?: Expression): Expression {
  const branches = [{ when: condition, then: value }]
  return otherwise
    ? { kind: 'case', type: value.type, branches, otherwise }
    : { kind: 'case', type: value.type, branches }
}

/** `left IS NOT DISTINCT FROM right`. */
export function same(left: Expression, right: Expression): Expression {
  return { kind: 'is-distinct', type: BOOLEAN, left, right, negated: true }
}

/** Keeps the rows for which all predicates hold; joins a filter below to itself. */
export function filter(input: LogicalPlan, predicates: readonly Expression[]): LogicalPlan {
  if (predicates.length === 0) return input
  if (input.kind === 'filter') return filter(input.input, [...conjuncts(input.predicate), ...predicates])
  return { kind: 'filter', columns: input.columns, input, predicate: and(predicates) }
}

export function project(
  input: LogicalPlan,
  columns: readonly OutputColumn[],
  expressions: readonly Expression[],
): LogicalPlan {
  if (columns.length === input.columns.length) {
    const identity = columns.every((column, index) => {
      const expression = expressions[index]
      return column.id === input.columns[index].id && expression.kind === 'column' && expression.id === column.id
    })
    if (identity) return input
  }
  return { kind: 'project', columns, input, expressions }
}

/** Only these of the input's columns, in this order. */
export function keepColumns(input: LogicalPlan, columns: readonly OutputColumn[]): LogicalPlan {
  return project(input, columns, columns.map(reference))
}

/** The input's columns and further ones. */
export function extend(
  input: LogicalPlan,
  columns: readonly OutputColumn[],
  expressions: readonly Expression[],
): LogicalPlan {
  if (columns.length === 0) return input
  return {
    kind: 'project',
    columns: [...input.columns, ...columns],
    input,
    expressions: [...input.columns.map(reference), ...expressions],
  }
}

export interface JoinOptions {
  readonly nullAware?: boolean
  readonly mark?: OutputColumn
}

export function join(
  type: Join['type'],
  left: LogicalPlan,
  right: LogicalPlan,
  condition: readonly Expression[],
  options: JoinOptions = {},
): Join {
  const { nullAware = false, mark } = options
  const actual =
    type === 'cross' && condition.length > 0 ? 'inner' : type === 'inner' && condition.length === 0 ? 'cross' : type
  const columns = joinColumns(actual, left, right, mark)
  return mark
    ? { kind: 'join', columns, type: actual, left, right, condition, nullAware, mark }
    : { kind: 'join', columns, type: actual, left, right, condition, nullAware }
}

export function apply(
  type: Apply['type'],
  left: LogicalPlan,
  right: LogicalPlan,
  condition: readonly Expression[],
  options: JoinOptions = {},
): Apply {
  const { nullAware = false, mark } = options
  const columns = joinColumns(type, left, right, mark)
  return mark
    ? { kind: 'apply', columns, type, left, right, condition, nullAware, mark }
    : { kind: 'apply', columns, type, left, right, condition, nullAware }
}

export function joinColumns(
  type: Join['type'],
  left: { readonly columns: readonly OutputColumn[] },
  right: { readonly columns: readonly OutputColumn[] },
  mark: OutputColumn | undefined,
): readonly OutputColumn[] {
  switch (type) {
    case 'semi':
    case 'anti':
      return left.columns
    case 'mark':
      return mark ? [...left.columns, mark] : left.columns
    default:
      return [...left.columns, ...right.columns]
  }
}

/**
 * The node over changed inputs. Where a node passes its input's columns on, its `columns` follow, so that a rule may
 * widen, narrow or reorder what lies below.
 */
export function replaceInputs(plan: LogicalPlan, inputs: readonly LogicalPlan[]): LogicalPlan {
  switch (plan.kind) {
    case 'scan':
    case 'values':
    case 'table-function':
    case 'external-scan':
    case 'cte-scan':
      return plan
    case 'filter':
    case 'sort':
    case 'limit':
    case 'distinct':
      return inputs[0] === plan.input ? plan : { ...plan, input: inputs[0], columns: inputs[0].columns }
    case 'project-set':
      if (inputs[0] === plan.input) return plan
      return { ...plan, input: inputs[0], columns: [...inputs[0].columns, ...plan.calls.map((call) => call.column)] }
    case 'window': {
      if (inputs[0] === plan.input) return plan
      const computed = plan.columns.slice(plan.columns.length - plan.calls.length)
      return { ...plan, input: inputs[0], columns: [...inputs[0].columns, ...computed] }
    }
    case 'project':
    case 'aggregate':
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      return inputs[0] === plan.input ? plan : { ...plan, input: inputs[0] }
    case 'join':
    case 'apply': {
      if (inputs[0] === plan.left && inputs[1] === plan.right) return plan
      const [left, right] = inputs
      return { ...plan, left, right, columns: joinColumns(plan.type, left, right, plan.mark) }
    }
    case 'set-operation':
    case 'recursive-cte':
      if (inputs[0] === plan.left && inputs[1] === plan.right) return plan
      return { ...plan, left: inputs[0], right: inputs[1] }
    case 'with':
      if (inputs[0] === plan.definition && inputs[1] === plan.input) return plan
      return { ...plan, definition: inputs[0], input: inputs[1], columns: inputs[1].columns }
    default:
      return unreachable(plan)
  }
}

/** Rebuilds a node over its inputs' images; the node itself when none changed. */
export function rebuild(plan: LogicalPlan, change: (input: LogicalPlan) => LogicalPlan): LogicalPlan {
  const inputs = inputsOf(plan)
  if (inputs.length === 0) return plan
  if (inputs.length === 1) {
    const input = change(inputs[0])
    return input === inputs[0] ? plan : replaceInputs(plan, [input])
  }
  const left = change(inputs[0])
  const right = change(inputs[1])
  return left === inputs[0] && right === inputs[1] ? plan : replaceInputs(plan, [left, right])
}
