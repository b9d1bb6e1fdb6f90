/** Expressions as text: two expressions with the same key mean the same, so that kernels are shared and values computed once. What is volatile is the same as itself alone. */
import type { Pattern } from '../../functions/function.ts'
import type { ColumnId, Expression } from '../../planner/expression.ts'
import { isVolatileCall } from '../../planner/tree.ts'
import type { DataType } from '../../types/data-type.ts'
import { Decimal } from '../../types/decimal.ts'
import type { Value } from '../../types/value.ts'

/** The key of an expression; `name` says how a column is written. */
export function expressionKey(expression: Expression, name: (id: ColumnId) => string): string {
  const key = (child: Expression): string => expressionKey(child, name)
  const list = (children: readonly Expression[]): string => children.map(key).join(',')
  switch (expression.kind) {
    case 'constant':
      return `${valueKey(expression.value)}:${typeKey(expression.type)}`
    case 'column':
      return name(expression.id)
    case 'parameter':
      return `$${expression.index}:${typeKey(expression.type)}`
    case 'call': {
      if (isVolatileCall(expression)) return identityKey(expression)
      const parameters = expression.overload.parameters.map(patternKey).join()
      return `${expression.function.name}${identityKey(expression.function)}<${parameters}>(${list(expression.args)}):${typeKey(expression.type)}`
    }
    case 'cast':
      return `${expression.try ? 'try' : expression.explicit ? 'cast' : 'implicit'}(${key(expression.input)}:${typeKey(expression.input.type)}→${typeKey(expression.type)})`
    case 'and':
    case 'or':
      return `${expression.kind}(${list(expression.args)})`
    case 'not':
      return `not(${key(expression.input)})`
    case 'is':
      return `is${expression.negated ? ' not' : ''} ${expression.test}(${key(expression.input)})`
    case 'is-distinct':
      return `${expression.negated ? 'same' : 'distinct'}(${key(expression.left)},${key(expression.right)})`
    case 'case': {
      const branches = expression.branches.map(({ when, then }) => `${key(when)}?${key(then)}`).join(';')
      return `case(${branches};${expression.otherwise ? key(expression.otherwise) : ''}):${typeKey(expression.type)}`
    }
    case 'coalesce':
      return `coalesce(${list(expression.args)}):${typeKey(expression.type)}`
    case 'in':
      return `${expression.negated ? 'not ' : ''}in(${key(expression.input)};${list(expression.items)})`
    default:
      return identityKey(expression)
  }
}

const identities = new WeakMap<object, number>()
let lastIdentity = 0

/** What has no text of its own here is equal to itself alone. */
function identityKey(object: object): string {
  let identity = identities.get(object)
  if (identity === undefined) identities.set(object, (identity = ++lastIdentity))
  return `#${identity}`
}

export function typeKey(type: DataType): string {
  switch (type.kind) {
    case 'numeric':
      return type.precision === undefined ? 'numeric' : `numeric(${type.precision},${type.scale ?? 0})`
    case 'varchar':
    case 'char':
      return type.length === undefined ? type.kind : `${type.kind}(${type.length})`
    case 'bit':
    case 'varbit':
      return `${type.kind}(${type.length})`
    case 'time':
    case 'timetz':
    case 'timestamp':
    case 'timestamptz':
      return type.precision === undefined ? type.kind : `${type.kind}(${type.precision})`
    case 'interval':
      return `interval(${type.precision}) ${type.fields}`
    case 'enum':
      return `enum ${type.name}(${type.labels.join()})`
    case 'domain':
      return `domain ${type.name} ${typeKey(type.base)}`
    case 'array':
      return `${typeKey(type.element)}[]`
    case 'map':
      return `map(${typeKey(type.key)},${typeKey(type.value)})`
    case 'record':
      return `record ${type.name}(${type.fields.map((field) => `${field.name} ${typeKey(field.type)}`).join()})`
    case 'range':
    case 'multirange':
      return `${type.kind} ${type.name}`
    default:
      return type.kind
  }
}

export function patternKey(pattern: Pattern): string {
  return typeof pattern === 'string' ? pattern : pattern.kind
}

function valueKey(value: Value): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'bigint':
      return `${value}n`
    case 'object':
      if (value === null) return 'null'
      if (value instanceof Decimal)
        return `${value.coefficient}e-${value.scale}${value.isFinite() ? '' : value.toString()}`
      if ('months' in value) return `${value.months}m${value.days}d${value.micros}`
      return identityKey(value)
    default:
      return Object.is(value, -0) ? '-0' : String(value)
  }
}
