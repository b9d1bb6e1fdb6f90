/** Parameters: `$1`, the n-th `?`, `:name`. Their types come from the caller or from where they first stand. */
import { SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import { UNKNOWN } from '../../types/data-type.ts'
import type { Expression } from '../expression.ts'
import type { Scope } from './scope.ts'

export function bindParameter(node: ast.Parameter, scope: Scope): Expression {
  const { state } = scope
  let index = node.index === undefined ? -1 : node.index - 1
  if (node.name !== undefined) {
    index = state.context.parameterNames.indexOf(node.name)
    if (index < 0) {
      throw new SqlError('undefined_parameter', `there is no parameter ${node.name}`, { position: node.span.start })
    }
  }
  if (state.arguments && index >= 0 && index < state.arguments.length) return state.arguments[index]
  if (index < 0 || index > 65535 || state.arguments || !state.context.parameterTypes) {
    throw new SqlError('undefined_parameter', `there is no parameter $${index + 1}`, { position: node.span.start })
  }
  while (state.parameterTypes.length <= index) state.parameterTypes.push(undefined)
  const type = state.parameterTypes[index] ?? UNKNOWN
  return { kind: 'parameter', type, index, span: node.span }
}
