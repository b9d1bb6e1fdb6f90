/** Whether two expressions mean the same: how GROUP BY, ORDER BY and DISTINCT ON find what the select list has too. */

import type { DataType } from '../../types/data-type.ts'
import { typeEquals } from '../../types/type-names.ts'
import type { Value } from '../../types/value.ts'
import type { AggregateCall, Expression, SortKey, WindowCall } from '../expression.ts'
import type { WindowFrame } from '../plan.ts'
import { operands } from '../tree.ts'
import type { BoundWindow, Clause } from './scope.ts'
import { isVolatileExpression } from './volatility.ts'

/** Equal but for spans. Subqueries are equal only to themselves. */
export function sameExpression(left: Expression, right: Expression): boolean {
  let a = left
  let b = right
  for (;;) {
    if (a === b) return true
    if (a.kind !== b.kind || !sameNode(a, b)) return false
    const mine = operands(a)
    const theirs = operands(b)
    if (mine.length !== theirs.length) return false
    if (mine.length === 0) return true
    for (let index = 1; index < mine.length; index++) if (!sameExpression(mine[index], theirs[index])) return false
    a = mine[0]
    b = theirs[0]
  }
}

function sameNode(left: Expression, right: Expression): boolean {
  switch (left.kind) {
    case 'column':
    case 'lambda-parameter':
      return left.id === (right as typeof left).id
    case 'parameter':
      return left.index === (right as typeof left).index && typeEquals(left.type, right.type)
    case 'constant':
      return sameValue(left.value, (right as typeof left).value) && sameConstantType(left.type, right.type)
    case 'call': {
      const other = right as typeof left
      return left.overload === other.overload && typeEquals(left.type, other.type)
    }
    case 'cast': {
      const other = right as typeof left
      return typeEquals(left.type, other.type) && left.try === other.try && left.explicit === other.explicit
    }
    case 'is': {
      const other = right as typeof left
      return left.test === other.test && left.negated === other.negated
    }
    case 'is-distinct':
    case 'in':
      return left.negated === (right as typeof left).negated
    case 'case': {
      const other = right as typeof left
      return (
        left.branches.length === other.branches.length &&
        (left.otherwise === undefined) === (other.otherwise === undefined)
      )
    }
    case 'quantified': {
      const other = right as typeof left
      return left.overload === other.overload && left.quantifier === other.quantifier && left.negated === other.negated
    }
    case 'subquery':
      return left.plan === (right as typeof left).plan && left.mode === (right as typeof left).mode
    case 'field':
      return left.index === (right as typeof left).index
    case 'subscript': {
      const other = right as typeof left
      return (
        left.subscripts.length === other.subscripts.length &&
        left.subscripts.every((subscript, index) => {
          const theirs = other.subscripts[index]
          if ('index' in subscript || 'index' in theirs) return 'index' in subscript && 'index' in theirs
          return (subscript.lower === undefined) === (theirs.lower === undefined)
        })
      )
    }
    case 'lambda':
      return false
    default:
      return true
  }
}

function sameConstantType(left: DataType, right: DataType): boolean {
  return left.kind === right.kind && typeEquals(left, right)
}

function sameValue(left: Value, right: Value): boolean {
  if (left === right) return true
  if (left === null || right === null || typeof left !== 'object' || typeof right !== 'object') return false
  const mine = JSON.stringify(left, plainParts)
  return mine !== '{}' && mine === JSON.stringify(right, plainParts)
}

/** What JSON has no form for: bigints, the maps of jsonb, bytes. */
function plainParts(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`
  if (value instanceof Map) return { map: [...value] }
  return value instanceof Uint8Array ? { bytes: [...value] } : value
}

export function sameKeys(left: readonly SortKey[], right: readonly SortKey[]): boolean {
  return (
    left.length === right.length &&
    left.every((key, index) => {
      const other = right[index]
      return (
        key.descending === other.descending &&
        key.nullsFirst === other.nullsFirst &&
        sameExpression(key.expression, other.expression)
      )
    })
  )
}

export function sameList(left: readonly Expression[], right: readonly Expression[]): boolean {
  return left.length === right.length && left.every((expression, index) => sameExpression(expression, right[index]))
}

function sameMaybe(left: Expression | undefined, right: Expression | undefined): boolean {
  return left && right ? sameExpression(left, right) : left === right
}

export function sameAggregate(left: AggregateCall, right: AggregateCall): boolean {
  return (
    left.overload === right.overload &&
    left.distinct === right.distinct &&
    sameList(left.args, right.args) &&
    sameMaybe(left.filter, right.filter) &&
    sameKeys(left.orderBy, right.orderBy)
  )
}

export function sameWindowCall(left: WindowCall, right: WindowCall): boolean {
  return (
    left.overload === right.overload &&
    left.distinct === right.distinct &&
    left.ignoreNulls === right.ignoreNulls &&
    sameList(left.args, right.args) &&
    sameMaybe(left.filter, right.filter)
  )
}

/** Volatile calls each have values of their own; but what ORDER BY repeats is what the select list has. */
export function mayShare(call: AggregateCall | WindowCall, clause: Clause): boolean {
  if (clause === 'ORDER BY' || clause === 'DISTINCT ON') return true
  const parts = [...call.args, ...(call.filter ? [call.filter] : [])]
  return !parts.some(isVolatileExpression)
}

export function sameWindow(left: BoundWindow, right: BoundWindow): boolean {
  return (
    sameList(left.partitionBy, right.partitionBy) &&
    sameKeys(left.orderBy, right.orderBy) &&
    sameFrame(left.frame, right.frame)
  )
}

function sameFrame(left: WindowFrame, right: WindowFrame): boolean {
  return (
    left === right ||
    (left.unit === right.unit &&
      left.exclude === right.exclude &&
      left.start.kind === right.start.kind &&
      left.end.kind === right.end.kind &&
      sameMaybe(left.start.offset, right.start.offset) &&
      sameMaybe(left.end.offset, right.end.offset))
  )
}
