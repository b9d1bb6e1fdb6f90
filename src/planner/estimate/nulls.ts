/** Where NULLs can and cannot be: which columns never hold one, and which predicates no row passes that has one. */
import type { ColumnId, Expression } from '../expression.ts'
import type { LogicalPlan } from '../plan.ts'
import { conjuncts } from '../tree.ts'

/** Whether the expression is never NULL over the rows of `plan`. */
export function isNeverNull(expression: Expression, plan: LogicalPlan): boolean {
  return neverNull(expression, (id) => isColumnNeverNull(plan, id))
}

/** As `isNeverNull`, for an expression over several inputs. */
export function neverNull(expression: Expression, columnNeverNull: (id: ColumnId) => boolean): boolean {
  const below = (part: Expression): boolean => neverNull(part, columnNeverNull)
  switch (expression.kind) {
    case 'constant':
      return expression.value !== null
    case 'column':
      return columnNeverNull(expression.id)
    case 'is':
    case 'is-distinct':
    case 'array':
    case 'row':
      return true
    case 'subquery':
      return expression.mode === 'exists' || expression.mode === 'array'
    case 'not':
      return below(expression.input)
    case 'and':
    case 'or':
      return expression.args.every(below)
    case 'coalesce':
      return expression.args.some(below)
    case 'case':
      return (
        expression.otherwise !== undefined &&
        below(expression.otherwise) &&
        expression.branches.every((branch) => below(branch.then))
      )
    case 'in':
      return below(expression.input) && expression.items.every(below)
    case 'call':
      return (
        totalOperators.has(expression.function.name) &&
        expression.overload.strict !== false &&
        expression.args.every(below)
      )
    case 'cast':
      return !expression.try && totalCasts.has(expression.type.kind) && below(expression.input)
    default:
      return false
  }
}

/** Operators that yield NULL only for a NULL argument. */
const totalOperators: ReadonlySet<string> = new Set([
  '=',
  '<>',
  '<',
  '<=',
  '>',
  '>=',
  '+',
  '-',
  '*',
  '/',
  '%',
  '||',
  '~~',
  '!~~',
])
const totalCasts: ReadonlySet<string> = new Set([
  'smallint',
  'integer',
  'bigint',
  'numeric',
  'real',
  'double',
  'text',
  'varchar',
  'char',
  'date',
  'timestamp',
  'timestamptz',
])

/** Whether the column never holds NULL in the rows that `plan` yields. */
export function isColumnNeverNull(plan: LogicalPlan, id: ColumnId): boolean {
  switch (plan.kind) {
    case 'scan': {
      if (plan.rowId === id) return true
      const position = plan.columns.findIndex((column) => column.id === id)
      if (position < 0) return false
      return plan.table.columns[plan.tableColumns[position]].notNull || rejectedBy(plan.filter, id)
    }
    case 'filter':
      return rejectedBy(conjuncts(plan.predicate), id) || isColumnNeverNull(plan.input, id)
    case 'project': {
      const position = plan.columns.findIndex((column) => column.id === id)
      return position >= 0 && isNeverNull(plan.expressions[position], plan.input)
    }
    case 'join':
    case 'apply':
      return joinNeverNull(plan, id)
    case 'aggregate': {
      const position = plan.columns.findIndex((column) => column.id === id)
      if (position < 0) return false
      if (position < plan.groups.length) return !plan.sets && isNeverNull(plan.groups[position], plan.input)
      if (id === plan.groupingColumn) return true
      return plan.aggregates[position - plan.groups.length].function.name === 'count'
    }
    case 'sort':
    case 'limit':
    case 'distinct':
    case 'with':
      return isColumnNeverNull(plan.input, id)
    case 'window':
    case 'project-set':
      return plan.input.columns.some((column) => column.id === id) && isColumnNeverNull(plan.input, id)
    case 'set-operation': {
      const position = plan.columns.findIndex((column) => column.id === id)
      if (position < 0) return false
      const left = isColumnNeverNull(plan.left, plan.left.columns[position].id)
      if (plan.operator === 'except') return left
      const right = (): boolean => isColumnNeverNull(plan.right, plan.right.columns[position].id)
      return plan.operator === 'union' ? left && right() : left || right()
    }
    case 'values': {
      const position = plan.columns.findIndex((column) => column.id === id)
      return (
        position >= 0 && plan.rows.every((row) => row[position].kind === 'constant' && row[position].value !== null)
      )
    }
    default:
      return false
  }
}

function joinNeverNull(plan: Extract<LogicalPlan, { kind: 'join' | 'apply' }>, id: ColumnId): boolean {
  if (plan.kind === 'join' && plan.special) return false
  if (plan.mark?.id === id) return !plan.nullAware
  const inLeft = plan.left.columns.some((column) => column.id === id)
  switch (plan.type) {
    case 'inner':
    case 'cross':
      if (rejectedBy(plan.condition, id)) return true
      return isColumnNeverNull(inLeft ? plan.left : plan.right, id)
    case 'semi':
      return rejectedBy(plan.condition, id) || isColumnNeverNull(plan.left, id)
    case 'right':
      return !inLeft && isColumnNeverNull(plan.right, id)
    case 'full':
      return false
    default:
      return inLeft && isColumnNeverNull(plan.left, id)
  }
}

function rejectedBy(conditions: readonly Expression[], id: ColumnId): boolean {
  return conditions.some((condition) => rejectsNulls(condition, (column) => column === id))
}

/** Whether the predicate is false or NULL for every row in which the columns that `isNull` names are all NULL. */
export function rejectsNulls(predicate: Expression, isNull: (id: ColumnId) => boolean): boolean {
  switch (predicate.kind) {
    case 'constant':
      return predicate.value !== true
    case 'and':
      return predicate.args.some((arg) => rejectsNulls(arg, isNull))
    case 'or':
    case 'coalesce':
      return predicate.args.every((arg) => rejectsNulls(arg, isNull))
    case 'not':
      return neverFalse(predicate.input, isNull)
    case 'is':
      if (predicate.test === 'null') return predicate.negated && isNullWith(predicate.input, isNull)
      if (predicate.test === 'unknown') return predicate.negated && isNullWith(predicate.input, isNull)
      if (predicate.test === 'true') return !predicate.negated && rejectsNulls(predicate.input, isNull)
      return !predicate.negated && neverFalse(predicate.input, isNull)
    case 'is-distinct': {
      if (!predicate.negated) return false
      const { left, right } = predicate
      const nonNull = (side: Expression): boolean => side.kind === 'constant' && side.value !== null
      return (isNullWith(left, isNull) && nonNull(right)) || (isNullWith(right, isNull) && nonNull(left))
    }
    case 'case':
      return (
        predicate.branches.every((branch) => rejectsNulls(branch.when, isNull) || rejectsNulls(branch.then, isNull)) &&
        (predicate.otherwise === undefined || rejectsNulls(predicate.otherwise, isNull))
      )
    default:
      return isNullWith(predicate, isNull)
  }
}

/** Whether the expression is true or NULL when the named columns are NULL, so that its negation is not true. */
function neverFalse(expression: Expression, isNull: (id: ColumnId) => boolean): boolean {
  switch (expression.kind) {
    case 'constant':
      return expression.value !== false
    case 'and':
      return expression.args.every((arg) => neverFalse(arg, isNull))
    case 'or':
      return expression.args.some((arg) => neverFalse(arg, isNull))
    case 'not':
      return rejectsNulls(expression.input, isNull)
    case 'is':
      if (expression.test === 'null' || expression.test === 'unknown') {
        return !expression.negated && isNullWith(expression.input, isNull)
      }
      return false
    default:
      return isNullWith(expression, isNull)
  }
}

/** Whether the expression is NULL when the named columns are NULL. */
export function isNullWith(expression: Expression, isNull: (id: ColumnId) => boolean): boolean {
  switch (expression.kind) {
    case 'constant':
      return expression.value === null
    case 'column':
      return isNull(expression.id)
    case 'call':
      return expression.overload.strict !== false && expression.args.some((arg) => isNullWith(arg, isNull))
    case 'cast':
    case 'not':
      return expression.input.type.kind !== 'record' && isNullWith(expression.input, isNull)
    case 'and':
    case 'or':
    case 'coalesce':
      return expression.args.every((arg) => isNullWith(arg, isNull))
    case 'in':
      return expression.items.length > 0 && isNullWith(expression.input, isNull)
    default:
      return false
  }
}
