/**
 * Aggregates over distinct values by grouping twice: first by the groups and the value, which leaves each value once,
 * then by the groups alone. Grouping is quick; a set of values per group is not.
 *
 *   SELECT x, count(DISTINCT y) FROM a GROUP BY x
 *
 *   Aggregate by x: count(DISTINCT y)         Aggregate by x: count(y)
 *   └─ Scan a                           ─▶    └─ Aggregate by x, y
 *                                                └─ Scan a
 *
 * For min and max DISTINCT means nothing. It keeps still where another aggregate needs the repeated rows, or where two
 * ask for different values:
 *
 *   SELECT count(DISTINCT y), sum(x) FROM a
 *   SELECT count(DISTINCT y), count(DISTINCT x) FROM a
 *
 * Nor does it touch integers that lie so close together that the executor notes them by a bit each.
 */
import type { AggregateCall, Expression, OutputColumn } from '../../expression.ts'
import type { Aggregate, LogicalPlan } from '../../plan.ts'
import { Has } from '../features.ts'
import { rebuild, reference } from '../make.ts'
import type { Rule, RuleContext } from '../rule.ts'
import { isVolatile, sameExpression } from '../same-expression.ts'

export const distinctAggregates: Rule = {
  name: 'distinct-aggregates',
  canFire: (features) => (features & Has.aggregate) !== 0,
  apply: visit,
}

/** Aggregates of one argument whose result is that of the distinct values in any order. */
const splittable: ReadonlySet<string> = new Set([
  'count',
  'sum',
  'avg',
  'stddev',
  'stddev_samp',
  'stddev_pop',
  'variance',
  'var_samp',
  'var_pop',
])
/** Aggregates for which a repeated value changes nothing. */
const indifferent: ReadonlySet<string> = new Set(['min', 'max', 'bool_and', 'bool_or', 'every', 'bit_and', 'bit_or'])

function visit(plan: LogicalPlan, context: RuleContext): LogicalPlan {
  const node = rebuild(plan, (input) => visit(input, context))
  if (node.kind !== 'aggregate' || !node.aggregates.some((call) => call.distinct)) return node
  const plain = withoutNeedlessDistinct(node)
  return split(plain, context) ?? plain
}

function withoutNeedlessDistinct(plan: Aggregate): Aggregate {
  if (!plan.aggregates.some((call) => call.distinct && indifferent.has(call.function.name))) return plan
  const aggregates = plan.aggregates.map((call) =>
    indifferent.has(call.function.name) ? { ...call, distinct: false } : call,
  )
  return { ...plan, aggregates }
}

function split(plan: Aggregate, context: RuleContext): LogicalPlan | undefined {
  if (plan.sets || plan.aggregates.length === 0) return undefined
  const [first] = plan.aggregates
  if (first.args.length !== 1) return undefined
  const [value] = first.args
  if (isVolatile(value) || !plan.aggregates.every((call) => canSplit(call, value))) return undefined
  if (isCountedByBits(plan, value, context)) return undefined
  const groups: readonly Expression[] = plan.groups
  const keys: OutputColumn[] = plan.columns.slice(0, groups.length)
  const column = context.newColumn('value', value.type)
  const inner: LogicalPlan = {
    kind: 'aggregate',
    columns: [...keys, column],
    input: plan.input,
    groups: [...groups, value],
    aggregates: [],
  }
  return {
    ...plan,
    input: inner,
    groups: keys.map(reference),
    aggregates: plan.aggregates.map((call) => ({ ...call, distinct: false, args: [reference(column)] })),
  }
}

/** Bits that a row is worth: see `exec/compiled/distinct-count.ts`, which may round bounds outward to twice their distance. */
const bitsPerRow = 32

function isCountedByBits(plan: Aggregate, value: Expression, { estimator }: RuleContext): boolean {
  if (value.kind !== 'column' || !['smallint', 'integer', 'bigint', 'date'].includes(value.type.kind)) return false
  if (!plan.aggregates.every((call) => call.function.name === 'count')) return false
  const { min, max } = estimator.column(plan.input, value.id)
  if (min === undefined || max === undefined) return false
  return (max - min + 1) * estimator.rows(plan) <= estimator.rows(plan.input) * bitsPerRow
}

/** Over the same value, distinct or indifferent to repetition. */
function canSplit(call: AggregateCall, value: Expression): boolean {
  if (call.filter || call.orderBy.length > 0 || call.args.length !== 1 || !sameExpression(call.args[0], value))
    return false
  return call.distinct ? splittable.has(call.function.name) : indifferent.has(call.function.name)
}
