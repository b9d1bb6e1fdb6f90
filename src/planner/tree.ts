/**
 * Walking and rebuilding plans and expressions. Both are read-only trees: whatever maps them returns the same object
 * where nothing changed, so `===` says whether a rule fired. Expressions may be very deep on their left (a sum of
 * thousands of terms), so the walks follow the first operand by a loop and only the others by recursion.
 *
 * A plan inside an expression (a subquery) is a leaf of the expression; `freeColumns` says what it reads of the outside.
 */
import { baseType } from '../functions/coercion.ts'
import { BOOLEAN } from '../types/data-type.ts'
import type {
  AggregateCall,
  CallExpression,
  ColumnId,
  Expression,
  SortKey,
  SubqueryExpression,
  WindowCall,
} from './expression.ts'
import type { LogicalPlan, WindowBound } from './plan.ts'

// ───────────────────────────────────────────────────────── plans

/** The plans that a node reads, in order. Subqueries inside its expressions are not among them. */
export function inputs(plan: LogicalPlan): readonly LogicalPlan[] {
  switch (plan.kind) {
    case 'scan':
    case 'values':
    case 'table-function':
    case 'external-scan':
    case 'cte-scan':
      return []
    case 'join':
    case 'apply':
    case 'set-operation':
    case 'recursive-cte':
      return [plan.left, plan.right]
    case 'with':
      return [plan.definition, plan.input]
    default:
      return [plan.input]
  }
}

/** The node over mapped inputs; the same node when none of them changed. */
export function mapInputs<P extends LogicalPlan>(plan: P, map: (input: LogicalPlan) => LogicalPlan): P {
  const node: LogicalPlan = plan
  switch (node.kind) {
    case 'scan':
    case 'values':
    case 'table-function':
    case 'external-scan':
    case 'cte-scan':
      return plan
    case 'join':
    case 'apply':
    case 'set-operation':
    case 'recursive-cte': {
      const left = map(node.left)
      const right = map(node.right)
      return left === node.left && right === node.right ? plan : ({ ...node, left, right } as LogicalPlan as P)
    }
    case 'with': {
      const definition = map(node.definition)
      const input = map(node.input)
      return definition === node.definition && input === node.input
        ? plan
        : ({ ...node, definition, input } as LogicalPlan as P)
    }
    default: {
      const input = map(node.input)
      return input === node.input ? plan : ({ ...node, input } as LogicalPlan as P)
    }
  }
}

/** Rebuilds a plan from its leaves up: `map` sees each node with its inputs already mapped. */
export function mapPlan(plan: LogicalPlan, map: (plan: LogicalPlan) => LogicalPlan): LogicalPlan {
  return map(mapInputs(plan, (input) => mapPlan(input, map)))
}

/** Calls `visit` on the node and all below it, parents first. */
export function walkPlan(plan: LogicalPlan, visit: (plan: LogicalPlan) => void): void {
  visit(plan)
  for (const input of inputs(plan)) walkPlan(input, visit)
}

/** The expressions that a node holds itself, in order of evaluation. */
export function expressions(plan: LogicalPlan): readonly Expression[] {
  const found: Expression[] = []
  mapExpressions(plan, (expression) => {
    found.push(expression)
    return expression
  })
  return found
}

/** The node with each of its own expressions mapped (whole expressions, not their parts); the same node when none changed. */
export function mapExpressions<P extends LogicalPlan>(plan: P, map: (expression: Expression) => Expression): P {
  return mapNodeExpressions(plan, map) as P
}

function mapNodeExpressions(plan: LogicalPlan, map: (expression: Expression) => Expression): LogicalPlan {
  const many = (list: readonly Expression[]): readonly Expression[] => mapList(list, map)
  const maybe = <E extends Expression | undefined>(expression: E): E => (expression && map(expression)) as E
  switch (plan.kind) {
    case 'scan':
    case 'external-scan':
      return update(plan, { filter: many(plan.filter) })
    case 'values':
      return update(plan, { rows: mapList(plan.rows, many) })
    case 'table-function':
      return update(plan, { calls: mapList(plan.calls, (call) => update(call, { args: many(call.args) })) })
    case 'filter':
      return update(plan, { predicate: map(plan.predicate) })
    case 'project':
      return update(plan, { expressions: many(plan.expressions) })
    case 'project-set':
      return update(plan, { calls: mapList(plan.calls, (call) => update(call, { args: many(call.args) })) })
    case 'join':
    case 'apply':
      return update(plan, { condition: many(plan.condition) })
    case 'aggregate':
      return update(plan, {
        groups: many(plan.groups),
        aggregates: mapList(plan.aggregates, (call) => mapAggregateCall(call, map)),
      })
    case 'window': {
      const partitionBy = many(plan.partitionBy)
      const orderBy = mapSortKeys(plan.orderBy, map)
      const bound = (it: WindowBound): WindowBound => update(it, { offset: maybe(it.offset) })
      const frame = update(plan.frame, { start: bound(plan.frame.start), end: bound(plan.frame.end) })
      return update(plan, {
        partitionBy,
        orderBy,
        frame,
        calls: mapList(plan.calls, (call) => mapWindowCall(call, map)),
      })
    }
    case 'sort':
      return update(plan, { keys: mapSortKeys(plan.keys, map) })
    case 'limit':
      return update(plan, {
        limit: maybe(plan.limit),
        offset: maybe(plan.offset),
        ties: plan.ties && mapSortKeys(plan.ties, map),
      })
    case 'distinct':
      return update(plan, { on: plan.on && many(plan.on) })
    case 'insert':
      return update(plan, {
        values: many(plan.values),
        checks: mapList(plan.checks, (check) => update(check, { expression: map(check.expression) })),
        conflict:
          plan.conflict &&
          update(plan.conflict, {
            values: plan.conflict.values && many(plan.conflict.values),
            where: maybe(plan.conflict.where),
          }),
        returning: plan.returning && many(plan.returning),
        instead: plan.instead && update(plan.instead, { old: many(plan.instead.old) }),
      })
    case 'update':
      return update(plan, {
        values: many(plan.values),
        checks: mapList(plan.checks, (check) => update(check, { expression: map(check.expression) })),
        returning: plan.returning && many(plan.returning),
        instead: plan.instead && update(plan.instead, { old: many(plan.instead.old) }),
      })
    case 'delete':
      return update(plan, {
        returning: plan.returning && many(plan.returning),
        instead: plan.instead && update(plan.instead, { old: many(plan.instead.old) }),
      })
    case 'merge':
      return update(plan, {
        branches: mapList(plan.branches, (branch) =>
          update(branch, { condition: maybe(branch.condition), values: branch.values && many(branch.values) }),
        ),
        checks: mapList(plan.checks, (check) => update(check, { expression: map(check.expression) })),
        returning: plan.returning && many(plan.returning),
      })
    default:
      return plan
  }
}

/** The call with its arguments, filter and order mapped. */
export function mapAggregateCall(call: AggregateCall, map: (expression: Expression) => Expression): AggregateCall {
  return update(call, {
    args: mapList(call.args, map),
    filter: call.filter && map(call.filter),
    orderBy: mapSortKeys(call.orderBy, map),
  })
}

export function mapWindowCall(call: WindowCall, map: (expression: Expression) => Expression): WindowCall {
  return update(call, { args: mapList(call.args, map), filter: call.filter && map(call.filter) })
}

export function mapSortKeys(keys: readonly SortKey[], map: (expression: Expression) => Expression): readonly SortKey[] {
  return mapList(keys, (key) => update(key, { expression: map(key.expression) }))
}

/** The list with its items mapped; the same list when none changed. */
function mapList<T>(list: readonly T[], map: (item: T) => T): readonly T[] {
  let mapped: T[] | undefined
  for (let index = 0; index < list.length; index++) {
    const item = map(list[index])
    if (mapped) mapped.push(item)
    else if (item !== list[index]) mapped = [...list.slice(0, index), item]
  }
  return mapped ?? list
}

/** The object with the properties that differ replaced; the same object when none does. */
function update<T extends object>(object: T, properties: Partial<T>): T {
  for (const name in properties) {
    if (properties[name] !== object[name]) return { ...object, ...properties }
  }
  return object
}

// ───────────────────────────────────────────────────────── expressions

/** The operands of an expression, in order of evaluation. A subquery's plan is not entered. */
export function operands(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'constant':
    case 'column':
    case 'parameter':
    case 'lambda-parameter':
      return []
    case 'call':
    case 'and':
    case 'or':
    case 'coalesce':
      return expression.args
    case 'cast':
    case 'not':
    case 'is':
    case 'field':
      return [expression.input]
    case 'is-distinct':
      return [expression.left, expression.right]
    case 'case': {
      const list: Expression[] = []
      for (const branch of expression.branches) list.push(branch.when, branch.then)
      if (expression.otherwise) list.push(expression.otherwise)
      return list
    }
    case 'in':
      return [expression.input, ...expression.items]
    case 'quantified':
      return [expression.input, expression.array]
    case 'subquery':
      return expression.inputs
    case 'array':
    case 'row':
      return expression.items
    case 'subscript': {
      const list: Expression[] = [expression.input]
      for (const subscript of expression.subscripts) {
        if ('index' in subscript) list.push(subscript.index)
        else {
          if (subscript.lower) list.push(subscript.lower)
          if (subscript.upper) list.push(subscript.upper)
        }
      }
      return list
    }
    case 'lambda':
      return [expression.body]
  }
}

/** The expression over other operands, as many as `operands` lists. */
export function withOperands(expression: Expression, list: readonly Expression[]): Expression {
  switch (expression.kind) {
    case 'constant':
    case 'column':
    case 'parameter':
    case 'lambda-parameter':
      return expression
    case 'call':
    case 'and':
    case 'or':
    case 'coalesce':
      return { ...expression, args: list }
    case 'cast':
    case 'not':
    case 'is':
    case 'field':
      return { ...expression, input: list[0] }
    case 'is-distinct':
      return { ...expression, left: list[0], right: list[1] }
    case 'case': {
      const branches = expression.branches.map((_, index) => ({ when: list[index * 2], then: list[index * 2 + 1] }))
      return expression.otherwise
        ? { ...expression, branches, otherwise: list[list.length - 1] }
        : { ...expression, branches }
    }
    case 'in':
      return { ...expression, input: list[0], items: list.slice(1) }
    case 'quantified':
      return { ...expression, input: list[0], array: list[1] }
    case 'subquery':
      return { ...expression, inputs: list }
    case 'array':
    case 'row':
      return { ...expression, items: list }
    case 'subscript': {
      let next = 1
      const subscripts = expression.subscripts.map((subscript) => {
        if ('index' in subscript) return { index: list[next++] }
        const lower = subscript.lower && list[next++]
        const upper = subscript.upper && list[next++]
        return { ...subscript, lower, upper }
      })
      return { ...expression, input: list[0], subscripts }
    }
    case 'lambda':
      return { ...expression, body: list[0] }
  }
}

/** Rebuilds an expression from its leaves up: `map` sees each part with its operands already mapped. */
export function mapExpression(expression: Expression, map: (expression: Expression) => Expression): Expression {
  const spine: Expression[] = []
  const lists: (readonly Expression[])[] = []
  let current = expression
  for (;;) {
    const list = operands(current)
    if (list.length === 0) break
    spine.push(current)
    lists.push(list)
    current = list[0]
  }
  let result = map(current)
  for (let depth = spine.length - 1; depth >= 0; depth--) {
    const list = lists[depth]
    let mapped: Expression[] | undefined
    if (result !== list[0]) mapped = [result]
    for (let index = 1; index < list.length; index++) {
      const operand = mapExpression(list[index], map)
      if (mapped) mapped.push(operand)
      else if (operand !== list[index]) mapped = [...list.slice(0, index), operand]
    }
    result = map(mapped ? withOperands(spine[depth], mapped) : spine[depth])
  }
  return result
}

/** Calls `visit` on the expression and all its parts, parents first; `visit` returns false to stay above the operands. */
export function walkExpression(expression: Expression, visit: (expression: Expression) => boolean | void): void {
  const stack: Expression[] = [expression]
  for (let current = stack.pop(); current; current = stack.pop()) {
    if (visit(current) === false) continue
    const list = operands(current)
    for (let index = list.length - 1; index >= 0; index--) stack.push(list[index])
  }
}

/** Whether the call may yield something else each time, or does something. */
export function isVolatileCall({ overload, function: called }: CallExpression): boolean {
  return (overload.volatility ?? called.volatility) === 'volatile'
}

/** Whether the test holds for the expression or any part of it. */
export function someExpression(expression: Expression, test: (expression: Expression) => boolean): boolean {
  let found = false
  walkExpression(expression, (part) => {
    if (!found && test(part)) found = true
    return !found
  })
  return found
}

/** Replaces columns, in the expression and in the subqueries inside it that read them. */
export function replaceColumns(
  expression: Expression,
  replacement: (id: ColumnId) => Expression | undefined,
): Expression {
  return mapExpression(expression, (part) => {
    if (part.kind === 'column') return replacement(part.id) ?? part
    if (part.kind === 'subquery') return replaceInSubquery(part, replacement)
    return part
  })
}

function replaceInSubquery(
  expression: SubqueryExpression,
  replacement: (id: ColumnId) => Expression | undefined,
): Expression {
  const plan = replaceFreeColumns(expression.plan, replacement)
  return plan === expression.plan ? expression : { ...expression, plan }
}

/** Replaces the columns that a plan reads of its surroundings. */
export function replaceFreeColumns(
  plan: LogicalPlan,
  replacement: (id: ColumnId) => Expression | undefined,
): LogicalPlan {
  let concerned = false
  for (const id of freeColumns(plan)) {
    if (replacement(id)) {
      concerned = true
      break
    }
  }
  if (!concerned) return plan
  const node = mapInputs(plan, (input) => replaceFreeColumns(input, replacement))
  return mapExpressions(node, (expression) => replaceColumns(expression, replacement))
}

// ───────────────────────────────────────────────────────── which columns

/** The columns that an expression reads, those of subqueries inside it included where they come from outside of these. */
export function columnsUsed(expression: Expression): Set<ColumnId> {
  const used = new Set<ColumnId>()
  addColumnsUsed(expression, used)
  return used
}

/** As `columnsUsed`, into a set that may already hold some. */
export function addColumnsUsed(expression: Expression, used: Set<ColumnId>): void {
  walkExpression(expression, (part) => {
    if (part.kind === 'column') used.add(part.id)
    else if (part.kind === 'subquery') for (const id of freeColumns(part.plan)) used.add(id)
  })
}

/** The columns that the node's own expressions read. */
export function columnsUsedByNode(plan: LogicalPlan): Set<ColumnId> {
  const used = new Set<ColumnId>()
  for (const expression of expressions(plan)) addColumnsUsed(expression, used)
  if (plan.kind === 'update' || plan.kind === 'delete' || plan.kind === 'merge') used.add(plan.rowId)
  if (plan.kind === 'merge' && plan.sourceMatched !== undefined) used.add(plan.sourceMatched)
  return used
}

const freeColumnsOf = new WeakMap<LogicalPlan, ReadonlySet<ColumnId>>()

/** The columns that a plan reads and does not make: what it needs of an enclosing query. Empty for an uncorrelated plan. */
export function freeColumns(plan: LogicalPlan): ReadonlySet<ColumnId> {
  const known = freeColumnsOf.get(plan)
  if (known) return known
  const free = columnsUsedByNode(plan)
  if (free.size > 0) {
    for (const input of inputs(plan)) for (const column of input.columns) free.delete(column.id)
    for (const column of ownColumns(plan)) free.delete(column.id)
  }
  if (plan.kind === 'apply') {
    const provided = new Set(plan.left.columns.map((column) => column.id))
    for (const id of freeColumns(plan.left)) free.add(id)
    for (const id of freeColumns(plan.right)) if (!provided.has(id)) free.add(id)
  } else {
    for (const input of inputs(plan)) for (const id of freeColumns(input)) free.add(id)
  }
  const result = free.size === 0 ? none : free
  freeColumnsOf.set(plan, result)
  return result
}

const none: ReadonlySet<ColumnId> = new Set()

/** Columns that the node's own expressions may read besides its inputs'. */
function ownColumns(plan: LogicalPlan): readonly { readonly id: ColumnId }[] {
  switch (plan.kind) {
    case 'scan':
    case 'external-scan':
      return plan.columns
    case 'insert':
      return plan.conflict ? [...plan.rowColumns, ...plan.conflict.existing] : plan.rowColumns
    case 'update':
    case 'merge':
      return plan.rowColumns
    default:
      return []
  }
}

// ───────────────────────────────────────────────────────── conditions

/** NOT of an expression without a NOT; undefined where it takes one. Of a row, IS NULL and IS NOT NULL may both be false. */
export function opposite(expression: Expression): Expression | undefined {
  switch (expression.kind) {
    case 'not':
      return expression.input
    case 'is': {
      const isOfRow = expression.test === 'null' && baseType(expression.input.type).kind === 'record'
      return isOfRow ? undefined : { ...expression, negated: !expression.negated }
    }
    case 'in':
    case 'is-distinct':
      return { ...expression, negated: !expression.negated }
    case 'subquery':
      return expression.mode === 'exists' || expression.mode === 'any'
        ? { ...expression, negated: !expression.negated }
        : undefined
    default:
      return undefined
  }
}

export const TRUE: Expression = { kind: 'constant', type: BOOLEAN, value: true }
export const FALSE: Expression = { kind: 'constant', type: BOOLEAN, value: false }

/** The conditions that must all hold for the expression to be true, in the order written. */
export function conjuncts(expression: Expression | undefined): Expression[] {
  const found: Expression[] = []
  if (expression) collectConjuncts(expression, found)
  return found
}

function collectConjuncts(expression: Expression, found: Expression[]): void {
  if (expression.kind === 'and') for (const arg of expression.args) collectConjuncts(arg, found)
  else if (!(expression.kind === 'constant' && expression.value === true)) found.push(expression)
}

/** One condition out of several; TRUE of none. */
export function and(conditions: readonly Expression[]): Expression {
  const args =
    conditions.length > 1 && conditions.some((condition) => condition.kind === 'and')
      ? conditions.flatMap(conjuncts)
      : conditions
  if (args.length === 0) return TRUE
  if (args.length === 1) return args[0]
  return { kind: 'and', type: BOOLEAN, args }
}

/** FALSE of none. */
export function or(conditions: readonly Expression[]): Expression {
  if (conditions.length === 0) return FALSE
  if (conditions.length === 1) return conditions[0]
  return { kind: 'or', type: BOOLEAN, args: conditions }
}
