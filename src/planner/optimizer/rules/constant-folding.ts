/**
 * Computes now what does not depend on rows, and shortens logic, so that less is evaluated per row and other rules see
 * plain comparisons of columns with constants.
 *
 * What would fail is left for run time, since the row that would fail may never come:
 *
 *   SELECT CASE WHEN x > 0 THEN 1 / 0 END FROM t
 *
 * and so is what differs from one execution to the next:
 *
 *   SELECT * FROM t WHERE changed < now()
 */
import { isColumnNeverNull } from '../../estimate/nulls.ts'
import type { LogicalPlan } from '../../plan.ts'
import { conjuncts, inputs, mapExpressions } from '../../tree.ts'
import { Has } from '../features.ts'
import { filter, rebuild } from '../make.ts'
import type { Rule, RuleContext } from '../rule.ts'
import { type SimplifyContext, simplify, simplifyPredicate } from '../simplify.ts'

export const constantFolding: Rule = {
  name: 'constant-folding',
  canFire: (features) => (features & Has.expression) !== 0,
  apply: fold,
}

function fold(plan: LogicalPlan, context: RuleContext): LogicalPlan {
  const node = rebuild(plan, (input) => fold(input, context))
  const own: SimplifyContext = {
    functions: context.functions,
    columnNeverNull: (id) => providers(node).some((provider) => isColumnNeverNull(provider, id)),
  }
  switch (node.kind) {
    case 'filter': {
      const before = conjuncts(node.predicate)
      const after = simplifyPredicate(before, own)
      if (after === before) return node
      return after.length === 0 ? node.input : filter(node.input, after)
    }
    case 'scan':
    case 'external-scan': {
      const after = simplifyPredicate(node.filter, own)
      return after === node.filter ? node : { ...node, filter: after }
    }
    case 'join':
    case 'apply': {
      if (node.nullAware) return mapExpressions(node, (expression) => simplify(expression, own))
      const after = simplifyPredicate(node.condition, own)
      if (after === node.condition) return node
      if (node.kind === 'join' && node.type === 'inner' && after.length === 0)
        return { ...node, type: 'cross', condition: after }
      return { ...node, condition: after }
    }
    default:
      return mapExpressions(node, (expression) => simplify(expression, own))
  }
}

/** Whose columns the node's expressions read; direct arguments read NULL for what their grouping set leaves out. */
function providers(node: LogicalPlan): readonly LogicalPlan[] {
  if (node.kind === 'aggregate' && node.sets && node.aggregates.some((call) => call.overload.ordered)) return []
  if (node.kind === 'scan') return [node.filter.length > 0 ? { ...node, filter: [] } : node]
  return inputs(node)
}
