/**
 * What is certain about the rows of a plan, whatever the data: which columns are never NULL, which sets of columns are
 * keys, whether there can be more than one row. Rules may rely on it, unlike on estimates.
 */
import type { ColumnId, Expression } from '../expression.ts'
import type { LogicalPlan } from '../plan.ts'
import { conjuncts } from '../tree.ts'

/** Columns on which no two rows agree. With `nullable`, rows that have a NULL among them may repeat. */
export interface Key {
  readonly columns: readonly ColumnId[]
  readonly nullable: boolean
}

const maximumKeys = 6
const keysOf = new WeakMap<LogicalPlan, readonly Key[]>()

/** The keys that are known; the empty key says that there is at most one row. */
export function keys(plan: LogicalPlan): readonly Key[] {
  const known = keysOf.get(plan)
  if (known) return known
  const found = deriveKeys(plan).slice(0, maximumKeys)
  keysOf.set(plan, found)
  return found
}

/** Whether rows that agree on `columns` (compared by =, so NULLs agree with nothing) are one row. */
export function isUniqueOn(plan: LogicalPlan, columns: ReadonlySet<ColumnId>): boolean {
  return keys(plan).some((key) => key.columns.every((id) => columns.has(id)))
}

/** Whether no two rows are alike on `columns`, NULLs counted as alike. */
export function isDistinctOn(plan: LogicalPlan, columns: ReadonlySet<ColumnId>): boolean {
  return keys(plan).some((key) => !key.nullable && key.columns.every((id) => columns.has(id)))
}

export function atMostOneRow(plan: LogicalPlan): boolean {
  return keys(plan).some((key) => key.columns.length === 0)
}

/** Whether there is always one row, neither more nor less. */
export function exactlyOneRow(plan: LogicalPlan): boolean {
  switch (plan.kind) {
    case 'values':
      return plan.rows.length === 1
    case 'aggregate':
      return plan.groups.length === 0 && (plan.sets === undefined || plan.sets.length === 1)
    case 'project':
    case 'sort':
    case 'window':
    case 'distinct':
    case 'with':
      return exactlyOneRow(plan.input)
    case 'limit':
      return plan.offset === undefined && !plan.percent && isPositive(plan.limit) && exactlyOneRow(plan.input)
    case 'join':
    case 'apply':
      switch (plan.type) {
        case 'cross':
          return exactlyOneRow(plan.left) && exactlyOneRow(plan.right)
        case 'inner':
          return plan.condition.length === 0 && exactlyOneRow(plan.left) && exactlyOneRow(plan.right)
        case 'mark':
        case 'single':
          return exactlyOneRow(plan.left)
        case 'left':
          return exactlyOneRow(plan.left) && atMostOneRow(plan.right)
        default:
          return false
      }
    default:
      return false
  }
}

function isPositive(limit: Expression | undefined): boolean {
  return limit === undefined || (limit.kind === 'constant' && (limit.value === null || Number(limit.value) >= 1))
}

const oneRow: readonly Key[] = [{ columns: [], nullable: false }]

function deriveKeys(plan: LogicalPlan): readonly Key[] {
  switch (plan.kind) {
    case 'scan':
      return reduceByConstants(scanKeys(plan), plan.filter, plan)
    case 'values':
      return plan.rows.length <= 1 ? oneRow : []
    case 'filter':
      return reduceByConstants(keys(plan.input), conjuncts(plan.predicate), plan.input)
    case 'project':
      return projectKeys(plan)
    case 'join':
    case 'apply':
      return joinKeys(plan)
    case 'aggregate': {
      const sets = plan.sets ?? [plan.groups.map((_, index) => index)]
      if (sets.length !== 1) return []
      if (sets[0].length === 0) return oneRow
      return [{ columns: sets[0].map((index) => plan.columns[index].id), nullable: false }]
    }
    case 'sort':
    case 'window':
    case 'with':
      return keys(plan.input)
    case 'limit':
      if (!plan.percent && !plan.ties && plan.limit?.kind === 'constant' && plan.limit.value !== null) {
        if (Number(plan.limit.value) <= 1) return oneRow
      }
      return keys(plan.input)
    case 'distinct': {
      const below = keys(plan.input)
      if (!plan.on) return [...below, { columns: plan.columns.map((column) => column.id), nullable: false }]
      const on = plan.on.flatMap((expression) => (expression.kind === 'column' ? [expression.id] : []))
      return on.length === plan.on.length ? [...below, { columns: on, nullable: false }] : below
    }
    case 'set-operation':
      return plan.all ? [] : [{ columns: plan.columns.map((column) => column.id), nullable: false }]
    default:
      return []
  }
}

function scanKeys(plan: Extract<LogicalPlan, { kind: 'scan' }>): Key[] {
  const found: Key[] = []
  const { table, tableColumns, columns } = plan
  const add = (numbers: readonly number[], nullsNotDistinct: boolean): void => {
    const positions = numbers.map((number) => tableColumns.indexOf(number))
    if (positions.includes(-1)) return
    const nullable = !nullsNotDistinct && numbers.some((number) => !table.columns[number].notNull)
    found.push({ columns: positions.map((position) => columns[position].id), nullable })
  }
  if (plan.rowId !== undefined) found.push({ columns: [plan.rowId], nullable: false })
  for (const constraint of table.constraints) {
    if ((constraint.kind === 'primary-key' || constraint.kind === 'unique') && !constraint.deferrable) {
      if (constraint.kind === 'unique' && constraint.exclusion) continue
      add(constraint.columns, constraint.kind === 'primary-key' || constraint.nullsNotDistinct)
    }
  }
  for (const index of table.indexes) {
    if (index.constraint === undefined && index.unique && !index.where && !index.expressions) {
      add(index.columns, index.nullsNotDistinct)
    }
  }
  return found
}

/** A column that is compared with a constant or an outer value by = is the same in all rows, so a key can do without it. */
function reduceByConstants(
  found: readonly Key[],
  conditions: readonly Expression[],
  plan: LogicalPlan,
): readonly Key[] {
  if (found.length === 0 || conditions.length === 0) return found
  const own = new Set(plan.columns.map((column) => column.id))
  const fixed = new Set<ColumnId>()
  for (const condition of conditions) {
    const pair = equality(condition)
    if (!pair) continue
    for (const [side, other] of [pair, [pair[1], pair[0]]]) {
      if (side.kind === 'column' && own.has(side.id) && isFixed(other, own)) fixed.add(side.id)
    }
  }
  if (fixed.size === 0) return found
  return found.map((key) => {
    const columns = key.columns.filter((id) => !fixed.has(id))
    return columns.length === key.columns.length ? key : { columns, nullable: key.nullable && columns.length > 0 }
  })
}

/** The two sides of `left = right`. */
export function equality(condition: Expression): readonly [Expression, Expression] | undefined {
  if (condition.kind !== 'call' || condition.function.name !== '=' || condition.args.length !== 2) return undefined
  return [condition.args[0], condition.args[1]]
}

function isFixed(expression: Expression, own: ReadonlySet<ColumnId>): boolean {
  switch (expression.kind) {
    case 'constant':
    case 'parameter':
      return true
    case 'column':
      return !own.has(expression.id)
    case 'cast':
      return isFixed(expression.input, own)
    default:
      return false
  }
}

function projectKeys(plan: Extract<LogicalPlan, { kind: 'project' }>): readonly Key[] {
  const below = keys(plan.input)
  if (below.length === 0) return below
  const images = new Map<ColumnId, ColumnId>()
  plan.expressions.forEach((expression, index) => {
    if (expression.kind === 'column' && !images.has(expression.id)) images.set(expression.id, plan.columns[index].id)
  })
  const found: Key[] = []
  for (const key of below) {
    const columns = key.columns.map((id) => images.get(id))
    if (!columns.includes(undefined)) found.push({ columns: columns as ColumnId[], nullable: key.nullable })
  }
  return found
}

function joinKeys(plan: Extract<LogicalPlan, { kind: 'join' | 'apply' }>): readonly Key[] {
  const left = keys(plan.left)
  if (plan.kind === 'join' && plan.special) return []
  if (plan.type === 'semi' || plan.type === 'anti' || plan.type === 'mark' || plan.type === 'single') return left
  const right = keys(plan.right)
  const rightOnce = plan.kind === 'apply' ? atMostOneRow(plan.right) : matchesOnce(plan.right, plan.condition)
  const leftOnce = plan.kind === 'join' && matchesOnce(plan.left, plan.condition)
  const found: Key[] = []
  const padsRight = plan.type === 'left' || plan.type === 'full'
  const padsLeft = plan.type === 'right' || plan.type === 'full'
  if (rightOnce && !padsLeft) found.push(...left)
  if (leftOnce && !padsRight) found.push(...right)
  if (found.length === 0 && !padsLeft && !padsRight) {
    for (const a of left) {
      for (const b of right) found.push({ columns: [...a.columns, ...b.columns], nullable: a.nullable || b.nullable })
    }
  }
  return found
}

/** Whether a row of the other side finds at most one row of `plan` by the condition. */
export function matchesOnce(plan: LogicalPlan, condition: readonly Expression[]): boolean {
  const known = keys(plan)
  if (known.length === 0) return false
  const own = new Set(plan.columns.map((column) => column.id))
  const compared = new Set<ColumnId>()
  const withNulls = new Set<ColumnId>()
  for (const conjunct of condition) {
    const nullsEqual = conjunct.kind === 'is-distinct' && conjunct.negated
    const pair = nullsEqual ? ([conjunct.left, conjunct.right] as const) : equality(conjunct)
    if (!pair) continue
    for (const [side, other] of [pair, [pair[1], pair[0]] as const]) {
      if (side.kind === 'column' && own.has(side.id) && !readsAny(other, own))
        (nullsEqual ? withNulls : compared).add(side.id)
    }
  }
  return known.some((key) => key.columns.every((id) => compared.has(id) || (!key.nullable && withNulls.has(id))))
}

function readsAny(expression: Expression, ids: ReadonlySet<ColumnId>): boolean {
  switch (expression.kind) {
    case 'column':
      return ids.has(expression.id)
    case 'constant':
    case 'parameter':
      return false
    case 'cast':
      return readsAny(expression.input, ids)
    case 'call':
      return expression.args.some((arg) => readsAny(arg, ids))
    default:
      return true
  }
}
