/**
 * Expressions made simpler without changing their value: constants folded, logic shortened, comparisons turned so that
 * the column stands left and bare. What would raise an error is left for run time, since the row may never come. Where
 * the expression is a predicate, `simplifyPredicate` goes further: there NULL is as good as false.
 */
import { baseType } from '../../functions/coercion.ts'
import type { FunctionContext } from '../../functions/function.ts'
import { BOOLEAN } from '../../types/data-type.ts'
import type { Value } from '../../types/value.ts'
import { neverNull } from '../estimate/nulls.ts'
import { evaluateConstant } from '../evaluate.ts'
import type {
  CallExpression,
  CaseExpression,
  CoalesceExpression,
  ColumnId,
  Expression,
  InExpression,
  LogicalExpression,
} from '../expression.ts'
import { and, conjuncts, FALSE, mapExpression, operands, opposite, or, TRUE } from '../tree.ts'
import { comparisonName, makeComparison, negateComparison, swapComparison } from './comparison.ts'
import { constant, is, isNullValue, not } from './make.ts'
import { includesExpression, isVolatile, sameExpression } from './same-expression.ts'
import { bareComparison, bareIn } from './unwrap-cast.ts'

export interface SimplifyContext {
  readonly functions: FunctionContext
  columnNeverNull(id: ColumnId): boolean
}

export function simplify(expression: Expression, context: SimplifyContext): Expression {
  if (expression.kind === 'column' || expression.kind === 'constant' || expression.kind === 'parameter')
    return expression
  return mapExpression(expression, (part) => simplifyPart(part, context))
}

/** The conjuncts of a predicate, simplified; `[FALSE]` when no row can pass. */
export function simplifyPredicate(predicates: readonly Expression[], context: SimplifyContext): readonly Expression[] {
  const found: Expression[] = []
  let changed = false
  for (const predicate of predicates) {
    const simple = asPredicate(simplify(predicate, context), context)
    if (simple !== predicate) changed = true
    if (isConstant(simple, false) || isConstant(simple, null)) return [FALSE]
    for (const conjunct of conjuncts(simple)) {
      if (!isVolatile(conjunct) && includesExpression(found, conjunct)) changed = true
      else found.push(conjunct)
    }
  }
  return changed || found.length !== predicates.length ? found : predicates
}

function isConstant(expression: Expression, value: Value): boolean {
  return expression.kind === 'constant' && expression.value === value
}

/** What may be said once NULL counts as false. */
function asPredicate(expression: Expression, context: SimplifyContext): Expression {
  switch (expression.kind) {
    case 'and': {
      const args = mapSame(expression.args, (arg) => asPredicate(arg, context))
      return args === expression.args ? expression : shortenLogic({ ...expression, args }, context)
    }
    case 'or': {
      const args = mapSame(expression.args, (arg) => asPredicate(arg, context)).filter((arg) => !isConstant(arg, null))
      if (args.length !== expression.args.length) return args.length === 0 ? FALSE : or(args)
      return args.every((arg, index) => arg === expression.args[index])
        ? expression
        : shortenLogic({ ...expression, args }, context)
    }
    case 'constant':
      return expression.value === null ? FALSE : expression
    case 'is':
      return expression.test === 'true' && !expression.negated ? asPredicate(expression.input, context) : expression
    case 'call': {
      const name = comparisonName(expression)
      if (name && sameExpression(expression.args[0], expression.args[1]) && !isVolatile(expression)) {
        return name === '=' || name === '<=' || name === '>=' ? isNullValue(expression.args[0], true) : FALSE
      }
      return expression
    }
    default:
      return expression
  }
}

function mapSame(list: readonly Expression[], map: (item: Expression) => Expression): readonly Expression[] {
  const mapped = list.map(map)
  return mapped.every((item, index) => item === list[index]) ? list : mapped
}

function simplifyPart(expression: Expression, context: SimplifyContext): Expression {
  switch (expression.kind) {
    case 'call':
      return simplifyCall(expression, context)
    case 'cast':
      return expression.input.kind === 'constant' && expression.cast.volatility === 'immutable'
        ? fold(expression, context)
        : expression
    case 'and':
    case 'or':
      return shortenLogic(expression, context)
    case 'not':
      return simplifyNot(expression.input, context) ?? expression
    case 'is': {
      const { input } = expression
      if (input.kind === 'constant') return fold(expression, context)
      if (baseType(input.type).kind === 'record') return expression
      const isNull = expression.test === 'null' || expression.test === 'unknown'
      if (isNull && neverNull(input, context.columnNeverNull)) return expression.negated ? TRUE : FALSE
      return expression
    }
    case 'is-distinct':
      return simplifyDistinct(expression, context)
    case 'case':
      return simplifyCase(expression)
    case 'coalesce':
      return simplifyCoalesce(expression, context)
    case 'in':
      return simplifyIn(expression, context)
    case 'array':
    case 'row':
    case 'field':
    case 'subscript':
      return operands(expression).every((part) => part.kind === 'constant') ? fold(expression, context) : expression
    default:
      return expression
  }
}

/** The value, when all operands are constants and evaluating them now is the same as later and raises nothing. */
function fold(expression: Expression, context: SimplifyContext): Expression {
  try {
    return constant(evaluateConstant(expression, context.functions), expression.type)
  } catch {
    return expression
  }
}

function isImmutable(call: CallExpression): boolean {
  const volatility = call.overload.volatility ?? call.function.volatility
  return volatility === undefined ? !call.overload.context : volatility === 'immutable'
}

function simplifyCall(call: CallExpression, context: SimplifyContext): Expression {
  const { args } = call
  if (call.overload.strict !== false && args.some((arg) => isConstant(arg, null)) && isImmutable(call)) {
    return constant(null, call.type)
  }
  if (args.every((arg) => arg.kind === 'constant')) return isImmutable(call) ? fold(call, context) : call
  const name = comparisonName(call)
  if (name) return simplifyComparison(call, context)
  return simplifyLike(call) ?? call
}

function simplifyComparison(call: CallExpression, context: SimplifyContext): Expression {
  const [left, right] = call.args
  const turned = isFixed(left) && !isFixed(right) ? (swapComparison(call) ?? call) : call
  const bare = bareComparison(turned) ?? turned
  if (sameExpression(left, right) && neverNull(left, context.columnNeverNull) && !isVolatile(left)) {
    const name = comparisonName(call)
    return name === '=' || name === '<=' || name === '>=' ? TRUE : FALSE
  }
  return booleanComparison(bare) ?? bare
}

function isFixed(expression: Expression): boolean {
  return (
    expression.kind === 'constant' ||
    expression.kind === 'parameter' ||
    (expression.kind === 'cast' && isFixed(expression.input))
  )
}

/** `b = true` as `b`, `b = false` as NOT b. */
function booleanComparison(call: Expression): Expression | undefined {
  if (call.kind !== 'call' || call.args[0].type.kind !== 'boolean' || call.args[1].kind !== 'constant') return undefined
  const name = comparisonName(call)
  if (name !== '=' && name !== '<>') return undefined
  const { value } = call.args[1]
  if (value === null) return undefined
  return (name === '=') === value ? call.args[0] : not(call.args[0])
}

/** LIKE without wildcards is equality. For `char` it is not, since there trailing blanks count in patterns only. */
function simplifyLike(call: CallExpression): Expression | undefined {
  const { name } = call.function
  if ((name !== '~~' && name !== '!~~') || call.args.length !== 2) return undefined
  const [text, pattern] = call.args
  if (text.type.kind !== 'text' && text.type.kind !== 'varchar') return undefined
  if (pattern.kind !== 'constant' || typeof pattern.value !== 'string' || /[%_\\]/.test(pattern.value)) return undefined
  return makeComparison(name === '~~' ? '=' : '<>', text, {
    ...pattern,
    type: text.type.kind === 'varchar' ? pattern.type : text.type,
  })
}

function simplifyNot(input: Expression, context: SimplifyContext): Expression | undefined {
  switch (input.kind) {
    case 'constant':
      return constant(input.value === null ? null : !input.value, BOOLEAN)
    case 'call':
      return negateComparison(input)
    case 'or':
      return shortenLogic(
        { kind: 'and', type: BOOLEAN, args: input.args.map((arg) => simplifyNot(arg, context) ?? not(arg)) },
        context,
      )
    default:
      return opposite(input)
  }
}

function simplifyDistinct(
  expression: Extract<Expression, { kind: 'is-distinct' }>,
  context: SimplifyContext,
): Expression {
  const { left, right, negated } = expression
  if (left.kind === 'constant' && right.kind === 'constant') return fold(expression, context)
  if (isConstant(right, null) && baseType(left.type).kind !== 'record') return is(left, 'null', !negated)
  if (isConstant(left, null) && baseType(right.type).kind !== 'record') return is(right, 'null', !negated)
  if (neverNull(left, context.columnNeverNull) && neverNull(right, context.columnNeverNull)) {
    return makeComparison(negated ? '=' : '<>', left, right) ?? expression
  }
  return expression
}

function simplifyCase(expression: CaseExpression): Expression {
  const branches: CaseExpression['branches'][number][] = []
  let { otherwise } = expression
  for (const branch of expression.branches) {
    if (isConstant(branch.when, false) || isConstant(branch.when, null)) continue
    if (isConstant(branch.when, true)) {
      otherwise = branch.then
      break
    }
    branches.push(branch)
  }
  if (branches.length === 0) return otherwise ?? constant(null, expression.type)
  if (branches.length === expression.branches.length && otherwise === expression.otherwise) return expression
  return otherwise ? { ...expression, branches, otherwise } : { ...expression, branches }
}

function simplifyCoalesce(expression: CoalesceExpression, context: SimplifyContext): Expression {
  const args: Expression[] = []
  for (const arg of expression.args) {
    if (isConstant(arg, null)) continue
    args.push(arg)
    if (neverNull(arg, context.columnNeverNull)) break
  }
  if (args.length === 0) return constant(null, expression.type)
  if (args.length === 1 && args[0].type.kind === expression.type.kind) return args[0]
  return args.length === expression.args.length ? expression : { ...expression, args }
}

function simplifyIn(expression: InExpression, context: SimplifyContext): Expression {
  const { input } = expression
  if (input.kind === 'constant' && expression.items.every((item) => item.kind === 'constant'))
    return fold(expression, context)
  let items = expression.items
  if (items.length <= 1000) {
    const seen = new Set<unknown>()
    const distinct = items.filter((item) => {
      if (item.kind !== 'constant') return true
      const { value } = item
      const key = typeof value === 'object' && value !== null ? `${value.constructor?.name} ${String(value)}` : value
      if (typeof key === 'string' && key.includes('[object')) return true
      if (seen.has(key)) return false
      seen.add(key)
      return true
    })
    if (distinct.length !== items.length) items = distinct
  }
  if (items.length === 1 && items[0].type.kind === input.type.kind) {
    const comparison = makeComparison(expression.negated ? '<>' : '=', input, items[0])
    if (comparison) return simplifyComparison(comparison, context)
  }
  const shorter = items === expression.items ? expression : { ...expression, items }
  return bareIn(shorter) ?? shorter
}

/** AND and OR: flattened, decided where an operand decides, without repetition; common factors of an OR taken out. */
function shortenLogic(expression: LogicalExpression, context: SimplifyContext): Expression {
  const { kind } = expression
  const decisive = kind === 'or'
  let changed = false
  const args: Expression[] = []
  const add = (arg: Expression): boolean => {
    if (arg.kind === kind) {
      changed = true
      return arg.args.every(add)
    }
    if (arg.kind === 'constant' && arg.value === decisive) return false
    if (arg.kind === 'constant' && arg.value === !decisive) {
      changed = true
      return true
    }
    if (args.length < 100 && !isVolatile(arg) && includesExpression(args, arg)) changed = true
    else args.push(arg)
    return true
  }
  if (!expression.args.every(add)) return decisive ? TRUE : FALSE
  if (args.length === 0) return decisive ? FALSE : TRUE
  if (args.length === 1) return args[0]
  if (decisive && args.length <= 100) {
    const better = takeOutFactors(args, context) ?? equalitiesAsIn(args)
    if (better) return better
  }
  return changed ? { ...expression, args } : expression
}

/**
 *   (k = j AND x = 1) OR (k = j AND x = 2)   as   k = j AND (x = 1 OR x = 2)
 *
 * so that the common part can be a join's key or move below it.
 */
function takeOutFactors(args: readonly Expression[], context: SimplifyContext): Expression | undefined {
  const arms = args.map((arg) => conjuncts(arg))
  const common = arms[0].filter(
    (conjunct) => !isVolatile(conjunct) && arms.every((arm) => includesExpression(arm, conjunct)),
  )
  if (common.length === 0) return undefined
  const rests = arms.map((arm) => arm.filter((conjunct) => !includesExpression(common, conjunct)))
  if (rests.some((rest) => rest.length === 0)) return and(common)
  const rest = shortenLogic({ kind: 'or', type: BOOLEAN, args: rests.map((each) => and(each)) }, context)
  return and([...common, ...conjuncts(rest)])
}

/** `x = 1 OR x = 2 OR x IN (3)` as `x IN (1, 2, 3)`, when all arms are of the kind. */
function equalitiesAsIn(args: readonly Expression[]): Expression | undefined {
  let input: Expression | undefined
  const items: Expression[] = []
  for (const arg of args) {
    let own: Expression
    if (arg.kind === 'in' && !arg.negated) {
      own = arg.input
      items.push(...arg.items)
    } else if (comparisonName(arg) === '=') {
      const { args: sides } = arg as CallExpression
      own = sides[0]
      items.push(sides[1])
    } else {
      return undefined
    }
    if (own.kind !== 'column' || (input && !sameExpression(input, own))) return undefined
    input = own
  }
  if (!input) return undefined
  const { kind } = input.type
  if (
    !items.every(
      (item) => isFixed(item) && (item.type.kind === kind || (kind === 'varchar' && item.type.kind === 'text')),
    )
  ) {
    return undefined
  }
  return { kind: 'in', type: BOOLEAN, input, items, negated: false }
}
