/**
 * Drops a sort whose order nobody sees: below an aggregate that does not depend on it, below another sort, on a side of
 * a join, or in what is only asked for existence.
 *
 *   SELECT count(*) FROM (SELECT * FROM a ORDER BY x) t
 *
 * A sort that decides which rows a LIMIT keeps stays, and so does one below an aggregate that sees the order:
 *
 *   SELECT count(*) FROM (SELECT * FROM a ORDER BY x LIMIT 3) t
 *   SELECT string_agg(s, ',') FROM (SELECT s FROM a ORDER BY x) t
 */
import type { LogicalPlan } from '../../plan.ts'
import { Has } from '../features.ts'
import { rebuild, replaceInputs } from '../make.ts'
import type { Rule } from '../rule.ts'

export const removeSorts: Rule = {
  name: 'remove-sorts',
  canFire: (features) => (features & Has.sort) !== 0,
  apply: (plan) => visit(plan, true),
}

/** Aggregates that yield the same in whatever order rows come. */
const orderless: ReadonlySet<string> = new Set([
  'count',
  'sum',
  'avg',
  'min',
  'max',
  'bool_and',
  'bool_or',
  'every',
  'bit_and',
  'bit_or',
  'bit_xor',
  'stddev',
  'stddev_samp',
  'stddev_pop',
  'variance',
  'var_samp',
  'var_pop',
])

function visit(plan: LogicalPlan, ordered: boolean): LogicalPlan {
  switch (plan.kind) {
    case 'sort':
      return ordered ? rebuild(plan, (input) => visit(input, plan.keys.length === 0)) : visit(plan.input, false)
    case 'aggregate': {
      const sees = plan.aggregates.some((call) => !orderless.has(call.function.name) && call.orderBy.length === 0)
      return rebuild(plan, (input) => visit(input, sees))
    }
    case 'limit':
      return rebuild(plan, (input) => visit(input, true))
    case 'distinct':
      return rebuild(plan, (input) => visit(input, plan.on !== undefined || ordered))
    case 'window':
      return rebuild(plan, (input) => visit(input, true))
    case 'join':
    case 'apply': {
      const keeps = plan.kind === 'apply' || plan.special !== undefined
      return replaceInputs(plan, [visit(plan.left, keeps && ordered), visit(plan.right, keeps && ordered)])
    }
    case 'insert':
      return rebuild(plan, (input) => visit(input, true))
    case 'with':
      return replaceInputs(plan, [visit(plan.definition, true), visit(plan.input, ordered)])
    default:
      return rebuild(plan, (input) => visit(input, ordered))
  }
}
