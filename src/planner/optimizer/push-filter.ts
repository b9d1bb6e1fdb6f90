/** Moves predicates down a plan, each as far as it can go. Used by the rules that make or move filters. */

import { hasColumn } from '../estimate/estimator.ts'
import type { ColumnId, Expression } from '../expression.ts'
import type { Aggregate, Apply, Join, LogicalPlan, Project, SetOperation, Window } from '../plan.ts'
import { columnsUsed, conjuncts, or, replaceColumns, someExpression } from '../tree.ts'
import { filter, join, rebuild, replaceInputs } from './make.ts'
import { includesExpression, isVolatile } from './same-expression.ts'

/** The plan with the predicates applied, and those of its own filters moved down. The same plan when nothing moves. */
export function pushFilters(plan: LogicalPlan, predicates: readonly Expression[]): LogicalPlan {
  switch (plan.kind) {
    case 'filter': {
      const own = conjuncts(plan.predicate)
      const { plan: input, rest } = push(plan.input, [...own, ...predicates])
      if (input === plan.input && predicates.length === 0 && rest.length === own.length) return plan
      return filter(input, rest)
    }
    default: {
      const { plan: pushed, rest } = push(plan, predicates)
      return filter(pushed, rest)
    }
  }
}

interface Pushed {
  readonly plan: LogicalPlan
  /** What has to stay above. */
  readonly rest: readonly Expression[]
}

function push(plan: LogicalPlan, predicates: readonly Expression[]): Pushed {
  switch (plan.kind) {
    case 'filter': {
      const { plan: input, rest } = push(plan.input, [...conjuncts(plan.predicate), ...predicates])
      return { plan: input, rest }
    }
    case 'scan':
    case 'external-scan': {
      if (predicates.length === 0 || (plan.kind === 'scan' && plan.sample)) return { plan, rest: predicates }
      const [movable, rest] = partition(predicates, (each) => !holdsSubquery(each) && !isVolatile(each))
      if (movable.length === 0) return { plan, rest }
      const added = movable.filter((each) => !includesExpression(plan.filter, each))
      return { plan: added.length === 0 ? plan : { ...plan, filter: [...plan.filter, ...added] }, rest }
    }
    case 'project':
      return pushProject(plan, predicates)
    case 'join':
      return plan.special ? pushSpecial(plan, predicates) : pushJoin(plan, predicates)
    case 'apply':
      return pushApply(plan, predicates)
    case 'aggregate':
      return pushAggregate(plan, predicates)
    case 'window':
      return pushWindow(plan, predicates)
    case 'sort':
      return below(
        plan,
        partition(predicates, (each) => !isVolatile(each)),
      )
    case 'distinct': {
      const { on } = plan
      if (!on)
        return below(
          plan,
          partition(predicates, (each) => !isVolatile(each)),
        )
      const fixed = new Set(on.flatMap((each) => (each.kind === 'column' ? [each.id] : [])))
      return below(
        plan,
        partition(predicates, (each) => !isVolatile(each) && readsSome(each, fixed) && readsOnly(each, fixed)),
      )
    }
    case 'project-set':
      return below(
        plan,
        partition(
          predicates,
          (each) =>
            !isVolatile(each) &&
            readsNoneOf(
              each,
              plan.calls.map((call) => call.column.id),
            ),
        ),
      )
    case 'set-operation':
      return pushSetOperation(plan, predicates)
    case 'with': {
      const definition = pushFilters(plan.definition, [])
      const input = pushFilters(plan.input, predicates)
      return { plan: replaceInputs(plan, [definition, input]), rest: [] }
    }
    default:
      return { plan: rebuild(plan, (input) => pushFilters(input, [])), rest: predicates }
  }
}

function below(
  plan: Extract<LogicalPlan, { input: LogicalPlan }>,
  [movable, rest]: readonly [Expression[], Expression[]],
): Pushed {
  const input = pushFilters(plan.input, movable)
  return { plan: input === plan.input ? plan : replaceInputs(plan, [input]), rest }
}

function partition<T>(list: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  const passed: T[] = []
  const failed: T[] = []
  for (const item of list) (test(item) ? passed : failed).push(item)
  return [passed, failed]
}

function holdsSubquery(expression: Expression): boolean {
  return someExpression(expression, (part) => part.kind === 'subquery')
}

function readsOnly(expression: Expression, ids: ReadonlySet<ColumnId>): boolean {
  for (const id of columnsUsed(expression)) if (!ids.has(id)) return false
  return true
}

function readsSome(expression: Expression, ids: ReadonlySet<ColumnId>): boolean {
  for (const id of columnsUsed(expression)) if (ids.has(id)) return true
  return false
}

function readsNoneOf(expression: Expression, ids: readonly ColumnId[]): boolean {
  const used = columnsUsed(expression)
  return !ids.some((id) => used.has(id))
}

function pushProject(plan: Project, predicates: readonly Expression[]): Pushed {
  if (predicates.length === 0) return below(plan, [[], []])
  const values = new Map(plan.columns.map((column, index) => [column.id, plan.expressions[index]]))
  const [movable, rest] = partition(predicates, (each) => {
    if (isVolatile(each)) return false
    for (const id of columnsUsed(each)) {
      const value = values.get(id)
      if (value && value.kind !== 'column' && (isVolatile(value) || holdsSubquery(value))) return false
    }
    return true
  })
  const replaced = movable.map((each) => replaceColumns(each, (id) => values.get(id)))
  return below(plan, [replaced, rest])
}

/** Where a predicate belongs: which inputs its columns come from. */
function sideOf(
  expression: Expression,
  plan: { readonly left: LogicalPlan; readonly right: LogicalPlan },
): 'left' | 'right' | 'both' | 'none' {
  let left = false
  let right = false
  for (const id of columnsUsed(expression)) {
    if (hasColumn(plan.left, id)) left = true
    else if (hasColumn(plan.right, id)) right = true
  }
  return left ? (right ? 'both' : 'left') : right ? 'right' : 'none'
}

function pushJoin(plan: Join, predicates: readonly Expression[]): Pushed {
  const left: Expression[] = []
  const right: Expression[] = []
  const condition: Expression[] = []
  const rest: Expression[] = []
  const { type } = plan
  const inner = type === 'inner' || type === 'cross'
  if (inner) {
    for (const each of [...plan.condition, ...predicates]) {
      if (isVolatile(each) || holdsSubquery(each)) {
        ;(plan.condition.includes(each) ? condition : rest).push(each)
        continue
      }
      const side = sideOf(each, plan)
      if (side === 'left') left.push(each)
      else if (side === 'right') right.push(each)
      else if (side === 'none') {
        left.push(each)
        right.push(each)
      } else {
        condition.push(each)
        for (const implied of impliedOn(each, plan.left)) left.push(implied)
        for (const implied of impliedOn(each, plan.right)) right.push(implied)
      }
    }
  } else {
    const [keepsLeft, keepsRight] = [type !== 'right' && type !== 'full', type === 'right']
    for (const each of predicates) {
      const side = isVolatile(each)
        ? 'both'
        : plan.mark && columnsUsed(each).has(plan.mark.id)
          ? 'both'
          : sideOf(each, plan)
      if (keepsLeft && (side === 'left' || side === 'none')) left.push(each)
      else if (keepsRight && (side === 'right' || side === 'none')) right.push(each)
      else rest.push(each)
    }
    plan.condition.forEach((each, index) => {
      const side =
        isVolatile(each) || holdsSubquery(each) || (plan.nullAware && index === 0) ? 'both' : sideOf(each, plan)
      if (side === 'right' && keepsLeft) right.push(each)
      else if (side === 'left' && (keepsRight || type === 'semi')) left.push(each)
      else {
        condition.push(each)
        if (keepsLeft && !isVolatile(each) && !(plan.nullAware && index === 0)) {
          for (const implied of impliedOn(each, plan.right)) right.push(implied)
        }
      }
    })
  }
  const newLeft = pushFilters(plan.left, left)
  const newRight = pushFilters(plan.right, right)
  const sameCondition =
    condition.length === plan.condition.length && condition.every((each, index) => each === plan.condition[index])
  if (newLeft === plan.left && newRight === plan.right && sameCondition) return { plan, rest }
  return { plan: join(type, newLeft, newRight, condition, plan), rest }
}

/**
 * What an OR over both sides says of one side alone, when each arm says something of it:
 *
 *   (a.x = 1 AND b.y = 2) OR (a.x = 3 AND b.y = 4)   implies   a.x = 1 OR a.x = 3
 */
function impliedOn(expression: Expression, side: LogicalPlan): readonly Expression[] {
  if (expression.kind !== 'or') return []
  const arms: Expression[] = []
  for (const arm of expression.args) {
    const own = conjuncts(arm).filter((each) => {
      const used = columnsUsed(each)
      if (used.size === 0) return false
      for (const id of used) if (!hasColumn(side, id)) return false
      return true
    })
    if (own.length === 0) return []
    arms.push(own.length === 1 ? own[0] : { kind: 'and', type: expression.type, args: own })
  }
  const implied = asIn(arms) ?? or(arms)
  return alreadyHolds(side, implied) ? [] : [implied]
}

/** Equalities of one column as IN. */
function asIn(arms: readonly Expression[]): Expression | undefined {
  const items: Expression[] = []
  let input: Expression | undefined
  for (const arm of arms) {
    if (
      arm.kind !== 'call' ||
      arm.function.name !== '=' ||
      arm.args[0].kind !== 'column' ||
      arm.args[1].kind !== 'constant'
    )
      return undefined
    if (input && (input.kind !== 'column' || input.id !== arm.args[0].id)) return undefined
    if (
      arm.args[0].type.kind !== arm.args[1].type.kind &&
      !(arm.args[0].type.kind === 'varchar' && arm.args[1].type.kind === 'text')
    )
      return undefined
    input = arm.args[0]
    items.push(arm.args[1])
  }
  return input && { kind: 'in', type: arms[0].type, input, items, negated: false }
}

/** Whether a filter on the way down to the scans has the predicate already. */
function alreadyHolds(plan: LogicalPlan, predicate: Expression): boolean {
  switch (plan.kind) {
    case 'scan':
    case 'external-scan':
      return includesExpression(plan.filter, predicate)
    case 'filter':
      return includesExpression(conjuncts(plan.predicate), predicate) || alreadyHolds(plan.input, predicate)
    case 'sort':
    case 'window':
    case 'distinct':
      return alreadyHolds(plan.input, predicate)
    case 'join':
    case 'apply':
      if (plan.type === 'full' || plan.type === 'right') return false
      if (alreadyHolds(plan.left, predicate)) return true
      return (plan.type === 'inner' || plan.type === 'cross') && alreadyHolds(plan.right, predicate)
    case 'project': {
      const values = new Map(plan.columns.map((column, index) => [column.id, plan.expressions[index]]))
      return alreadyHolds(
        plan.input,
        replaceColumns(predicate, (id) => values.get(id)),
      )
    }
    default:
      return false
  }
}

/** An ASOF join finds at most one row for each on the left, so filters on the left can go first. */
function pushSpecial(plan: Join, predicates: readonly Expression[]): Pushed {
  const [movable, rest] =
    plan.special === 'asof' && (plan.type === 'inner' || plan.type === 'left')
      ? partition(predicates, (each) => !isVolatile(each) && sideOf(each, plan) === 'left')
      : [[], [...predicates]]
  return { plan: replaceInputs(plan, [pushFilters(plan.left, movable), pushFilters(plan.right, [])]), rest }
}

function pushApply(plan: Apply, predicates: readonly Expression[]): Pushed {
  const left: Expression[] = []
  const right: Expression[] = []
  const rest: Expression[] = []
  for (const each of predicates) {
    const side = isVolatile(each) || (plan.mark && columnsUsed(each).has(plan.mark.id)) ? 'both' : sideOf(each, plan)
    if (side === 'left' || side === 'none') left.push(each)
    else if (side === 'right' && plan.type === 'inner') right.push(each)
    else rest.push(each)
  }
  const newLeft = pushFilters(plan.left, left)
  const newRight = pushFilters(plan.right, right)
  return { plan: replaceInputs(plan, [newLeft, newRight]), rest }
}

function pushAggregate(plan: Aggregate, predicates: readonly Expression[]): Pushed {
  if (predicates.length === 0 || plan.groups.length === 0) return below(plan, [[], [...predicates]])
  const groups = new Map<ColumnId, Expression>()
  plan.groups.forEach((group, index) => {
    if (!plan.sets || plan.sets.every((set) => set.includes(index))) groups.set(plan.columns[index].id, group)
  })
  const own = new Set(plan.columns.map((column) => column.id))
  const [movable, rest] = partition(predicates, (each) => {
    if (isVolatile(each)) return false
    let reads = false
    for (const id of columnsUsed(each)) {
      if (groups.has(id)) reads = true
      else if (own.has(id)) return false
    }
    return reads && ![...columnsUsed(each)].some((id) => isVolatile(groups.get(id) ?? each))
  })
  return below(plan, [movable.map((each) => replaceColumns(each, (id) => groups.get(id))), rest])
}

/** A predicate on the partition's keys keeps or drops whole partitions. */
function pushWindow(plan: Window, predicates: readonly Expression[]): Pushed {
  const keys = new Set(plan.partitionBy.flatMap((each) => (each.kind === 'column' ? [each.id] : [])))
  return below(
    plan,
    partition(predicates, (each) => !isVolatile(each) && readsSome(each, keys) && readsOnly(each, keys)),
  )
}

function pushSetOperation(plan: SetOperation, predicates: readonly Expression[]): Pushed {
  const [movable, rest] = partition(predicates, (each) => !isVolatile(each) && !holdsSubquery(each))
  const onto = (side: LogicalPlan): Expression[] =>
    movable.map((each) =>
      replaceColumns(each, (id) => {
        const position = plan.columns.findIndex((column) => column.id === id)
        if (position < 0) return undefined
        const { id: below, name, type } = side.columns[position]
        return { kind: 'column', id: below, name, type }
      }),
    )
  return {
    plan: replaceInputs(plan, [pushFilters(plan.left, onto(plan.left)), pushFilters(plan.right, onto(plan.right))]),
    rest,
  }
}
