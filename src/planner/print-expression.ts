/**
 * Typed expressions as SQL that a person can read: EXPLAIN, messages and plan tests. Casts that nobody wrote are shown
 * only on what is not a constant, parentheses only where the precedence of operators needs them.
 */
import { unreachable } from '../error.ts'
import { defaultSettings } from '../settings.ts'
import type { DataType } from '../types/data-type.ts'
import { traits } from '../types/traits.ts'
import { typeName } from '../types/type-names.ts'
import type { Value } from '../types/value.ts'
import type { AggregateCall, Expression, SortKey, WindowCall } from './expression.ts'

/** The expression as SQL text. */
export function printExpression(expression: Expression): string {
  return print(expression, 0, 0)
}

/** Binding strengths, after PostgreSQL's table of operator precedence. */
const OR = 1
const AND = 2
const NOT = 3
const IS = 4
const COMPARISON = 5
const LIKE = 6
const OTHER = 7
const SUM = 8
const PRODUCT = 9
const POWER = 10
const UNARY = 11
const POSTFIX = 12

const strengths: ReadonlyMap<string, number> = new Map([
  ...['=', '<>', '<', '<=', '>', '>='].map((symbol): [string, number] => [symbol, COMPARISON]),
  ...['~~', '!~~', '~~*', '!~~*'].map((symbol): [string, number] => [symbol, LIKE]),
  ['+', SUM],
  ['-', SUM],
  ['*', PRODUCT],
  ['/', PRODUCT],
  ['%', PRODUCT],
  ['^', POWER],
])

const words: ReadonlyMap<string, string> = new Map([
  ['~~', 'LIKE'],
  ['!~~', 'NOT LIKE'],
  ['~~*', 'ILIKE'],
  ['!~~*', 'NOT ILIKE'],
])

/** Deeper than this, an expression is cut short: nobody reads it. */
const DEEPEST = 200

function print(expression: Expression, strength: number, depth: number): string {
  if (depth > DEEPEST) return '…'
  const part = (operand: Expression, needed: number): string => print(operand, needed, depth + 1)
  const list = (items: readonly Expression[]): string => items.map((item) => part(item, 0)).join(', ')
  const wrap = (own: number, text: string): string => (own < strength ? `(${text})` : text)
  switch (expression.kind) {
    case 'constant':
      return printConstant(expression.value, expression.type)
    case 'column':
      return expression.name
    case 'lambda-parameter':
      return expression.name
    case 'parameter':
      return `$${expression.index + 1}`
    case 'call': {
      const { name } = expression.function
      const { args } = expression
      if (/^[a-z_]/i.test(name)) return `${name}(${list(args)})`
      if (args.length === 1)
        return wrap(UNARY, `${name}${name === '-' || name === '+' ? '' : ' '}${part(args[0], UNARY)}`)
      const own = strengths.get(name) ?? OTHER
      const symbol = words.get(name) ?? name
      const left = own === COMPARISON || own === LIKE ? own + 1 : own
      return wrap(own, `${part(args[0], left)} ${symbol} ${part(args[1], own + 1)}`)
    }
    case 'cast':
      if (expression.try) return `TRY_CAST(${part(expression.input, 0)} AS ${typeName(expression.type)})`
      return wrap(POSTFIX, `${part(expression.input, POSTFIX)}::${typeName(expression.type)}`)
    case 'and':
      return wrap(AND, expression.args.map((arg) => part(arg, AND + 1)).join(' AND '))
    case 'or':
      return wrap(OR, expression.args.map((arg) => part(arg, OR + 1)).join(' OR '))
    case 'not':
      return wrap(NOT, `NOT ${part(expression.input, NOT)}`)
    case 'is':
      return wrap(
        IS,
        `${part(expression.input, IS + 1)} IS ${expression.negated ? 'NOT ' : ''}${expression.test.toUpperCase()}`,
      )
    case 'is-distinct': {
      const word = expression.negated ? 'IS NOT DISTINCT FROM' : 'IS DISTINCT FROM'
      return wrap(IS, `${part(expression.left, IS + 1)} ${word} ${part(expression.right, IS + 1)}`)
    }
    case 'case': {
      const branches = expression.branches
        .map(({ when, then }) => ` WHEN ${part(when, 0)} THEN ${part(then, 0)}`)
        .join('')
      const otherwise = expression.otherwise ? ` ELSE ${part(expression.otherwise, 0)}` : ''
      return `CASE${branches}${otherwise} END`
    }
    case 'coalesce':
      return `coalesce(${list(expression.args)})`
    case 'in':
      return wrap(
        LIKE,
        `${part(expression.input, LIKE + 1)} ${expression.negated ? 'NOT IN' : 'IN'} (${list(expression.items)})`,
      )
    case 'quantified': {
      const symbol = words.get(expression.function.name) ?? expression.function.name
      const text = `${part(expression.input, OTHER)} ${symbol} ${expression.quantifier.toUpperCase()} (${part(expression.array, 0)})`
      return expression.negated ? wrap(NOT, `NOT ${text}`) : wrap(OTHER, text)
    }
    case 'subquery': {
      const { inputs, comparisons, negated } = expression
      const not = negated ? 'NOT ' : ''
      switch (expression.mode) {
        case 'scalar':
          return '(subquery)'
        case 'exists':
          return wrap(NOT, `${not}EXISTS (subquery)`)
        case 'array':
          return 'ARRAY(subquery)'
        default: {
          const left = inputs.length === 1 ? part(inputs[0], OTHER) : `(${list(inputs)})`
          const symbol = comparisons[0].function.name
          if (expression.mode === 'any' && symbol === '=') return wrap(LIKE, `${left} ${not}IN (subquery)`)
          return wrap(OTHER, `${not}${left} ${symbol} ${expression.mode.toUpperCase()} (subquery)`)
        }
      }
    }
    case 'array':
      return `ARRAY[${list(expression.items)}]`
    case 'row':
      return `ROW(${list(expression.items)})`
    case 'field': {
      const { type } = expression.input
      const name = type.kind === 'record' ? type.fields[expression.index]?.name : undefined
      return `(${part(expression.input, 0)}).${name ?? `f${expression.index + 1}`}`
    }
    case 'subscript': {
      const subscripts = expression.subscripts.map((subscript) => {
        if ('index' in subscript) return `[${part(subscript.index, 0)}]`
        return `[${subscript.lower ? part(subscript.lower, 0) : ''}:${subscript.upper ? part(subscript.upper, 0) : ''}]`
      })
      return `${part(expression.input, POSTFIX)}${subscripts.join('')}`
    }
    case 'lambda': {
      const names = expression.parameters.map((parameter) => parameter.name)
      return `${names.length === 1 ? names[0] : `(${names.join(', ')})`} -> ${part(expression.body, 0)}`
    }
    default:
      return unreachable(expression)
  }
}

/** A value as a literal: numbers and booleans bare, everything else quoted, with its type where the text alone is not clear. */
export function printConstant(value: Value, type: DataType): string {
  if (value === null) return 'NULL'
  switch (type.kind) {
    case 'boolean':
      return value ? 'true' : 'false'
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'oid':
    case 'numeric':
    case 'real':
    case 'double': {
      const text = traits(type).format(value, type, defaultSettings)
      return /^-?[0-9]/.test(text) ? text : `'${text}'::${typeName(type)}`
    }
    case 'text':
    case 'varchar':
    case 'char':
    case 'unknown':
      return quote(String(value))
    default:
      return `${quote(traits(type).format(value, type, defaultSettings))}::${typeName(type)}`
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** `sum(DISTINCT x ORDER BY y) FILTER (WHERE z)` */
export function printAggregate(call: AggregateCall): string {
  const { function: definition, overload, args, distinct, filter, orderBy } = call
  const order = orderBy.length > 0 ? `ORDER BY ${printSortKeys(orderBy)}` : ''
  const where = filter ? ` FILTER (WHERE ${printExpression(filter)})` : ''
  if (overload.ordered) {
    const direct = args.slice(0, args.length - orderBy.length).map(printExpression)
    return `${definition.name}(${direct.join(', ')}) WITHIN GROUP (${order})${where}`
  }
  const list = args.length === 0 && overload.parameters.length === 0 ? '*' : args.map(printExpression).join(', ')
  const inside = [distinct ? `DISTINCT ${list}` : list, order].filter((text) => text !== '').join(' ')
  return `${definition.name}(${inside})${where}`
}

export function printWindowCall(call: WindowCall): string {
  const { function: definition, overload, args, distinct, filter, ignoreNulls } = call
  const star = definition.kind === 'aggregate' && args.length === 0 && overload.parameters.length === 0
  const list = star ? '*' : args.map(printExpression).join(', ')
  const where = filter ? ` FILTER (WHERE ${printExpression(filter)})` : ''
  return `${definition.name}(${distinct ? 'DISTINCT ' : ''}${list})${where}${ignoreNulls ? ' IGNORE NULLS' : ''}`
}

/** `a DESC, b NULLS FIRST` */
export function printSortKeys(keys: readonly SortKey[]): string {
  return keys
    .map(({ expression, descending, nullsFirst }) => {
      const nulls = nullsFirst === descending ? '' : nullsFirst ? ' NULLS FIRST' : ' NULLS LAST'
      return `${printExpression(expression)}${descending ? ' DESC' : ''}${nulls}`
    })
    .join(', ')
}
