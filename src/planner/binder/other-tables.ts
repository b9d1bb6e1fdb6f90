/** The further tables of UPDATE … FROM and DELETE … USING. They do not see the table that is changed. */
import type * as ast from '../../parser/ast.ts'
import type { LogicalPlan } from '../plan.ts'
import { bindFrom } from './from.ts'
import type { RangeItem, Scope } from './scope.ts'
import { refuseLocking } from './sequence.ts'
import type { Target } from './target.ts'

export function bindOthers(
  from: readonly ast.TableExpression[],
  target: Target,
  scope: Scope,
): { readonly plan: LogicalPlan | undefined; readonly items: readonly RangeItem[] } {
  if (from.length === 0) return { plan: undefined, items: [] }
  scope.forbidden = [target.item]
  const plan = bindFrom(from, scope)
  refuseLocking(plan)
  scope.forbidden = []
  return { plan, items: scope.items }
}
