/**
 * Takes subqueries out of expressions: each becomes the right side of an Apply below the node that used it, which the
 * rule `decorrelate` then turns into a join.
 *
 *   WHERE EXISTS (q)      semi           WHERE x IN (q)           semi on x = column
 *   WHERE NOT EXISTS (q)  anti           WHERE x NOT IN (q)       anti, aware of NULLs
 *   (q) as a value        single         x IN (q) as a value      mark: a Boolean column
 *   WHERE x > ALL (q)     anti on (x > column) IS NOT TRUE
 *
 * A subquery in a branch of CASE must not fail for rows that do not take the branch, so the branch's condition goes with
 * it. What stays in the expression is run by the evaluator: RETURNING, LIMIT, and bodies of lambdas.
 *
 *   INSERT INTO t VALUES (1) RETURNING (SELECT count(*) FROM u WHERE u.x = t.x)
 */

import type { AggregateFunction } from '../../../functions/function.ts'
import { findFunctions } from '../../../functions/registry.ts'
import { BOOLEAN } from '../../../types/data-type.ts'
import { atMostOneRow } from '../../estimate/properties.ts'
import { evaluateConstant } from '../../evaluate.ts'
import type { Expression, SubqueryExpression } from '../../expression.ts'
import type { LogicalPlan, Sort, Values } from '../../plan.ts'
import {
  columnsUsed,
  conjuncts,
  expressions,
  mapExpressions,
  operands,
  someExpression,
  withOperands,
} from '../../tree.ts'
import { relatedOverload } from '../comparison.ts'
import { Has } from '../features.ts'
import {
  apply,
  filter,
  is,
  isNullValue,
  keepColumns,
  not,
  project,
  rebuild,
  reference,
  replaceInputs,
} from '../make.ts'
import type { Rule, RuleContext } from '../rule.ts'

export const unnestSubqueries: Rule = {
  name: 'unnest-subqueries',
  canFire: (features) => (features & Has.subquery) !== 0,
  apply: unnest,
}

function unnest(plan: LogicalPlan, context: RuleContext): LogicalPlan {
  const node = rebuild(plan, (input) => unnest(input, context))
  if (!expressions(node).some(hasSubquery)) return node
  switch (node.kind) {
    case 'filter':
      return keepColumns(applyPredicates(node.input, conjuncts(node.predicate), context), node.columns)
    case 'project':
    case 'aggregate':
    case 'insert':
    case 'update':
      return withValuesBelow(node, node.input, context)
    case 'window':
    case 'sort':
    case 'distinct':
    case 'project-set':
      return keepColumns(withValuesBelow(node, node.input, context), node.columns)
    case 'join':
    case 'apply':
      return unnestCondition(node, context)
    case 'values':
      return unnestValues(node, context)
    case 'table-function': {
      const start = oneRow()
      const state = { input: start, context }
      const calls = mapExpressions(node, (expression) => extract(expression, state, []))
      return keepColumns(apply('inner', state.input, calls, []), node.columns)
    }
    default:
      return node
  }
}

function hasSubquery(expression: Expression): boolean {
  return someExpression(expression, (part) => part.kind === 'subquery')
}

function oneRow(): LogicalPlan {
  return { kind: 'values', columns: [], rows: [[]] }
}

/** The plan that grows applies as subqueries are taken out of the expressions above it. */
interface State {
  input: LogicalPlan
  readonly context: RuleContext
}

/** The node over an input that has the values of its subqueries as further columns. */
function withValuesBelow(node: LogicalPlan, input: LogicalPlan, context: RuleContext): LogicalPlan {
  const state: State = { input, context }
  const isReturning = returningOf(node)
  const own = mapExpressions(node, (expression) =>
    isReturning.has(expression) ? expression : extract(expression, state, []),
  )
  return state.input === input ? own : replaceInputs(own, [state.input])
}

/** RETURNING and checks see the new row, which does not exist below the change. */
function returningOf(node: LogicalPlan): ReadonlySet<Expression> {
  if (node.kind === 'insert') {
    const { conflict } = node
    return new Set([
      ...(node.returning ?? []),
      ...node.checks.map((check) => check.expression),
      ...(conflict?.values ?? []),
      ...(conflict?.where ? [conflict.where] : []),
    ])
  }
  if (node.kind === 'update')
    return new Set([...(node.returning ?? []), ...node.checks.map((check) => check.expression)])
  return new Set()
}

/** Conjuncts without subqueries go first, since they are cheap and leave fewer rows to the others. */
function applyPredicates(input: LogicalPlan, predicates: readonly Expression[], context: RuleContext): LogicalPlan {
  const state: State = {
    input: filter(
      input,
      predicates.filter((each) => !hasSubquery(each)),
    ),
    context,
  }
  const rest: Expression[] = []
  for (const predicate of predicates) {
    if (!hasSubquery(predicate)) continue
    const done = predicate.kind === 'subquery' && applySubquery(predicate, state)
    if (!done) rest.push(extract(predicate, state, []))
  }
  return filter(state.input, rest)
}

/** A whole conjunct: semi or anti. False for what is a value. */
function applySubquery(subquery: SubqueryExpression, state: State): boolean {
  const { mode, negated } = subquery
  if (mode !== 'exists' && mode !== 'any' && mode !== 'all') return false
  const plan = unnest(subquery.plan, state.context)
  if (mode === 'exists') {
    state.input = apply(negated ? 'anti' : 'semi', state.input, plan, [])
    return true
  }
  const inputs = subquery.inputs.map((each) => extract(each, state, []))
  const comparisons = compare(subquery, inputs, plan)
  if (mode === 'any' && !negated) {
    state.input = apply('semi', state.input, plan, differs(subquery) ? [whole(subquery, comparisons)] : comparisons)
    return true
  }
  if (comparisons.length === 1 && subquery.comparisons[0].function.name === (mode === 'any' ? '=' : '<>')) {
    const condition = mode === 'any' ? comparisons[0] : asEquality(comparisons[0])
    if (condition) {
      state.input = apply('anti', state.input, plan, [condition], { nullAware: true })
      return true
    }
  }
  state.input = apply('anti', state.input, plan, [
    is(whole(subquery, comparisons), mode === 'any' ? 'false' : 'true', true),
  ])
  return true
}

function compare(subquery: SubqueryExpression, inputs: readonly Expression[], plan: LogicalPlan): Expression[] {
  return subquery.comparisons.map((comparison, index) => ({
    kind: 'call',
    type: BOOLEAN,
    function: comparison.function,
    overload: comparison.overload,
    args: [inputs[index], reference(plan.columns[index])],
    span: subquery.span,
  }))
}

/** Rows are equal when all their columns are, and differ when one does. */
function whole(subquery: SubqueryExpression, comparisons: readonly Expression[]): Expression {
  if (comparisons.length === 1) return comparisons[0]
  return { kind: differs(subquery) ? 'or' : 'and', type: BOOLEAN, args: comparisons }
}

function differs(subquery: SubqueryExpression): boolean {
  return subquery.comparisons[0].function.name === '<>'
}

/** `a = b` for `a <> b`. */
function asEquality(comparison: Expression): Expression | undefined {
  if (comparison.kind !== 'call') return undefined
  const related = relatedOverload(comparison.overload, '=')
  return related && { ...comparison, ...related }
}

/**
 * The expression with columns in place of its subqueries. `guards` are the conditions under which it is evaluated at all.
 */
function extract(expression: Expression, state: State, guards: readonly Expression[]): Expression {
  if (expression.kind === 'lambda' || !hasSubquery(expression)) return expression
  switch (expression.kind) {
    case 'subquery':
      return extractSubquery(expression, state, guards)
    case 'case': {
      const passed: Expression[] = [...guards]
      const branches = expression.branches.map((branch) => {
        const when = extract(branch.when, state, passed)
        const then = extract(branch.then, state, [...passed, when])
        passed.push(is(when, 'true', true))
        return { when, then }
      })
      const otherwise = expression.otherwise && extract(expression.otherwise, state, passed)
      return otherwise ? { ...expression, branches, otherwise } : { ...expression, branches }
    }
    case 'coalesce': {
      const passed: Expression[] = [...guards]
      const args = expression.args.map((arg) => {
        const value = extract(arg, state, passed)
        passed.push(isNullValue(value))
        return value
      })
      return { ...expression, args }
    }
    default:
      return withOperands(
        expression,
        operands(expression).map((operand) => extract(operand, state, guards)),
      )
  }
}

function extractSubquery(subquery: SubqueryExpression, state: State, guards: readonly Expression[]): Expression {
  const { context } = state
  const plan = unnest(subquery.plan, context)
  switch (subquery.mode) {
    case 'scalar': {
      const right = guards.length > 0 && !atMostOneRow(plan) ? filter(plan, guards) : plan
      const column = plan.columns[0]
      state.input = apply('single', state.input, keepColumns(right, [column]), [])
      return reference(column)
    }
    case 'exists': {
      const mark = context.newColumn('exists', BOOLEAN)
      state.input = apply('mark', state.input, plan, [], { mark })
      return subquery.negated ? not(reference(mark)) : reference(mark)
    }
    case 'any':
    case 'all': {
      const inputs = subquery.inputs.map((each) => extract(each, state, guards))
      const comparisons = compare(subquery, inputs, plan)
      const compared = whole(subquery, comparisons)
      const mark = context.newColumn(subquery.mode, BOOLEAN)
      const condition = subquery.mode === 'any' ? compared : (asNegated(compared) ?? not(compared))
      state.input = apply('mark', state.input, plan, [condition], { mark, nullAware: true })
      const negated = subquery.mode === 'all' ? !subquery.negated : subquery.negated
      return negated ? not(reference(mark)) : reference(mark)
    }
    case 'array':
      return extractArray(subquery, plan, state)
  }
}

/** `<>` becomes =, so that `<> ALL` can be hashed as NOT IN is. */
function asNegated(comparison: Expression): Expression | undefined {
  return comparison.kind === 'call' && comparison.function.name === '<>' ? asEquality(comparison) : undefined
}

/** ARRAY(q): array_agg over the rows in their order, an empty array of none. */
function extractArray(subquery: SubqueryExpression, plan: LogicalPlan, state: State): Expression {
  const { context } = state
  const record = findFunctions('array_agg').find((each): each is AggregateFunction => each.kind === 'aggregate')
  const [column] = plan.columns
  const overload =
    record?.overloads.find(
      (each) => each.parameters.length === 1 && matchesArray(each.parameters[0], column.type.kind),
    ) ?? record?.overloads[0]
  if (!record || !overload) return { ...subquery, plan }
  const result = context.newColumn('array', subquery.type)
  const sorted = sortOf(plan)
  const aggregated: LogicalPlan = {
    kind: 'aggregate',
    columns: [result],
    input: plan,
    groups: [],
    aggregates: [
      {
        function: record,
        overload,
        args: [reference(column)],
        distinct: false,
        orderBy: sorted ? sorted.keys : [],
        type: subquery.type,
      },
    ],
  }
  state.input = apply('single', state.input, aggregated, [])
  const empty = emptyArray(subquery, context)
  return empty ? { kind: 'coalesce', type: subquery.type, args: [reference(result), empty] } : reference(result)
}

function matchesArray(pattern: unknown, kind: string): boolean {
  return (pattern === 'anyarray') === (kind === 'array')
}

/** The sort that decides the order of the rows, when its keys are still columns of the plan. */
function sortOf(plan: LogicalPlan): Sort | undefined {
  if (plan.kind !== 'sort') return undefined
  const own = new Set(plan.columns.map((column) => column.id))
  return plan.keys.every((key) => [...columnsUsed(key.expression)].every((id) => own.has(id))) ? plan : undefined
}

function emptyArray(subquery: SubqueryExpression, context: RuleContext): Expression | undefined {
  const empty: Expression = { kind: 'array', type: subquery.type, items: [] }
  try {
    return { kind: 'constant', type: subquery.type, value: evaluateConstant(empty, context.functions) }
  } catch {
    return undefined
  }
}

/** A subquery in ON: above an inner join it is a filter; else it is a value of the one side that it reads. */
function unnestCondition(node: Extract<LogicalPlan, { kind: 'join' | 'apply' }>, context: RuleContext): LogicalPlan {
  const plain = node.condition.filter((each) => !hasSubquery(each))
  const nested = node.condition.filter(hasSubquery)
  if (node.type === 'inner') {
    const type = node.kind === 'join' && plain.length === 0 ? 'cross' : node.type
    const below = { ...node, type, condition: plain } as LogicalPlan
    return keepColumns(applyPredicates(below, nested, context), node.columns)
  }
  if (node.kind === 'apply') return node
  const leftIds = new Set(node.left.columns.map((column) => column.id))
  const rightIds = new Set(node.right.columns.map((column) => column.id))
  const left: State = { input: node.left, context }
  const right: State = { input: node.right, context }
  const condition = node.condition.map((each) => {
    if (!hasSubquery(each)) return each
    const used = [...columnsUsedBySubqueries(each)]
    if (!used.some((id) => leftIds.has(id))) return extract(each, right, [])
    if (!used.some((id) => rightIds.has(id))) return extract(each, left, [])
    return each
  })
  const changed = replaceInputs({ ...node, condition }, [left.input, right.input])
  return keepColumns(changed, node.columns)
}

function columnsUsedBySubqueries(expression: Expression): Set<number> {
  const used = new Set<number>()
  someExpression(expression, (part) => {
    if (part.kind === 'subquery') for (const id of columnsUsed(part)) used.add(id)
    return false
  })
  return used
}

function unnestValues(node: Values, context: RuleContext): LogicalPlan {
  const branches = node.rows.map((row, index): LogicalPlan => {
    const state: State = { input: oneRow(), context }
    const values = row.map((value) => extract(value, state, []))
    const columns =
      index === 0 && node.rows.length === 1
        ? node.columns
        : node.columns.map((column) => context.newColumn(column.name, column.type))
    return project(state.input, columns, values)
  })
  if (branches.length === 1) return branches[0]
  let result = branches[0]
  for (let index = 1; index < branches.length; index++) {
    const columns =
      index === branches.length - 1
        ? node.columns
        : node.columns.map((column) => context.newColumn(column.name, column.type))
    result = { kind: 'set-operation', columns, operator: 'union', all: true, left: result, right: branches[index] }
  }
  return result
}
