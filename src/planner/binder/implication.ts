/** Whether one condition implies another, as far as ON CONFLICT needs it to find partial indexes: PostgreSQL's simple proofs. */
import { traits } from '../../types/traits.ts'
import type { Expression } from '../expression.ts'
import { conjuncts } from '../tree.ts'
import { sameExpression } from './same-expression.ts'

/** Every part of `wanted` is a part of `given`, or follows from one. */
export function implies(given: Expression, wanted: Expression): boolean {
  const known = conjuncts(given)
  return conjuncts(wanted).every((part) =>
    known.some((other) => sameExpression(other, part) || followsByBounds(other, part) || isNotNull(other, part)),
  )
}

interface Bound {
  readonly operand: Expression
  readonly operator: string
  readonly constant: Extract<Expression, { kind: 'constant' }>
}

function boundOf(expression: Expression): Bound | undefined {
  if (expression.kind !== 'call' || expression.args.length !== 2) return undefined
  const [operand, constant] = expression.args
  if (constant.kind !== 'constant' || constant.value === null) return undefined
  return { operand, operator: expression.function.name, constant }
}

/** `x > 5` implies `x > 3`, `x >= 3` and `x <> 3`. */
function followsByBounds(given: Expression, wanted: Expression): boolean {
  const known = boundOf(given)
  const asked = boundOf(wanted)
  if (!known || !asked || !sameExpression(known.operand, asked.operand)) return false
  if (known.constant.type.kind !== asked.constant.type.kind) return false
  const { type } = known.constant
  const order = Math.sign(traits(type).compare(known.constant.value!, asked.constant.value!, type))
  return (implied[known.operator]?.[asked.operator] ?? '').includes(signs[order + 1])
}

const signs = ['<', '=', '>'] as const

/** How the constant that is known may compare with the one that is asked about, by the two operators. */
const implied: { readonly [given: string]: { readonly [wanted: string]: string } } = {
  '=': { '=': '=', '<>': '<>', '<': '<', '<=': '<=', '>': '>', '>=': '>=' },
  '>': { '>': '>=', '>=': '>=', '<>': '>=' },
  '>=': { '>': '>', '>=': '>=', '<>': '>' },
  '<': { '<': '<=', '<=': '<=', '<>': '<=' },
  '<=': { '<': '<', '<=': '<=', '<>': '<' },
}

/** A comparison that holds compares values. */
function isNotNull(given: Expression, wanted: Expression): boolean {
  const bound = boundOf(given)
  if (!bound || wanted.kind !== 'is' || wanted.test !== 'null' || !wanted.negated) return false
  return bound.operator in implied && sameExpression(bound.operand, wanted.input)
}
