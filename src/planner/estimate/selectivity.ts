/**
 * Which part of the rows a predicate keeps. Equality keeps one value of those that exist, ranges are interpolated between
 * the column's bounds, what nothing is known of gets a constant. Conjuncts count as independent, but each further one
 * weighs less: real columns are correlated, and the product of many factors would be far too small.
 */
import type { DataType } from '../../types/data-type.ts'
import { traits } from '../../types/traits.ts'
import type { Value } from '../../types/value.ts'
import type { ColumnId, Expression } from '../expression.ts'
import { sameExpression } from '../optimizer/same-expression.ts'
import type { ColumnEstimate } from './estimator.ts'

/** Finds a column's statistics; undefined for a column of an enclosing query. */
export type ColumnLookup = (id: ColumnId) => ColumnEstimate | undefined

const defaultEquality = 0.05
const defaultRange = 1 / 3
const defaultLike = 0.1
const defaultPrefix = 0.02
const defaultOther = 0.25
const smallest = 1e-7

interface Interval {
  low?: number
  high?: number
  readonly column: ColumnEstimate
}

/** The part that passes all conditions. */
export function selectivity(conditions: readonly Expression[], lookup: ColumnLookup): number {
  if (conditions.length === 0) return 1
  const intervals = new Map<ColumnId, Interval>()
  const factors: number[] = []
  const others: Expression[] = []
  for (const condition of conditions) if (!addBound(condition, lookup, intervals)) others.push(condition)
  for (const interval of intervals.values()) factors.push(intervalPart(interval))
  for (const condition of withoutWindows(others, lookup, factors)) factors.push(single(condition, lookup))
  return combine(factors)
}

/** Takes out the two ends of `column >= $1 AND column < $1 + 100`: the value is not known, but how wide the range is. */
function withoutWindows(
  conditions: readonly Expression[],
  lookup: ColumnLookup,
  factors: number[],
): readonly Expression[] {
  if (conditions.length < 2) return conditions
  const ends = conditions.flatMap((condition) => endOf(condition) ?? [])
  const taken = new Set<Expression>()
  for (const low of ends) {
    if (low.isHigh) continue
    const high = ends.find(
      (each) =>
        each.isHigh && !taken.has(each.condition) && each.column === low.column && sameExpression(each.base, low.base),
    )
    const column = high && lookup(low.column)
    if (!column || column.min === undefined || column.max === undefined) continue
    taken.add(low.condition).add(high.condition)
    factors.push(intervalPart({ low: column.min, high: column.min + Math.max(0, high.offset - low.offset), column }))
  }
  return conditions.filter((condition) => !taken.has(condition))
}

interface RangeEnd {
  readonly condition: Expression
  readonly column: ColumnId
  readonly isHigh: boolean
  /** What stands for the bound, but for a constant that is added to it. */
  readonly base: Expression
  /** From the base to the last value that is in the range. */
  readonly offset: number
}

function endOf(condition: Expression): RangeEnd | undefined {
  if (condition.kind !== 'call' || condition.args.length !== 2) return undefined
  const [left, bound] = condition.args
  if (left.kind !== 'column' || !['<', '<=', '>', '>='].includes(condition.function.name)) return undefined
  const { name } = condition.function
  const end = { condition, column: left.id, isHigh: name[0] === '<' }
  const step = traits(left.type).storage === 'integer' ? 1 : 0
  const exclusive = name === '<' ? -step : name === '>' ? step : 0
  if (bound.kind === 'call' && bound.args.length === 2) {
    const { name: operator } = bound.function
    const [base, added] = bound.args
    const isSum = (operator === '+' || operator === '-') && added.kind === 'constant'
    const offset = isSum ? storedValue(added.value, added.type) : undefined
    if (offset !== undefined && countedKinds.has(left.type.kind) && countedKinds.has(added.type.kind)) {
      return { ...end, base, offset: exclusive + (operator === '+' ? offset : -offset) }
    }
  }
  return { ...end, base: bound, offset: exclusive }
}

/** Of these one is one, as stored and as added. */
const countedKinds: ReadonlySet<DataType['kind']> = new Set(['smallint', 'integer', 'bigint', 'double', 'real', 'date'])

/** The strongest two factors count in full, each further one by a root that halves its weight. */
function combine(factors: number[]): number {
  factors.sort((a, b) => a - b)
  let product = 1
  let weight = 1
  for (let index = 0; index < factors.length; index++) {
    if (index >= 2) weight /= 2
    product *= factors[index] ** weight
  }
  return Math.min(1, Math.max(product, smallest))
}

/** Collects `column < constant` and its like by column, so that both ends of a range are seen together. */
function addBound(condition: Expression, lookup: ColumnLookup, intervals: Map<ColumnId, Interval>): boolean {
  if (condition.kind !== 'call' || condition.args.length !== 2) return false
  const { name } = condition.function
  if (name !== '<' && name !== '<=' && name !== '>' && name !== '>=') return false
  const [left, right] = condition.args
  if (left.kind !== 'column' || right.kind !== 'constant') return false
  const column = lookup(left.id)
  const value = storedValue(right.value, left.type)
  if (!column || value === undefined || column.min === undefined || column.max === undefined) return false
  let interval = intervals.get(left.id)
  if (!interval) {
    interval = { column }
    intervals.set(left.id, interval)
  }
  const step = traits(left.type).storage === 'integer' ? 1 : 0
  if (name === '<' || name === '<=') {
    const high = name === '<' ? value - step : value
    interval.high = interval.high === undefined ? high : Math.min(interval.high, high)
  } else {
    const low = name === '>' ? value + step : value
    interval.low = interval.low === undefined ? low : Math.max(interval.low, low)
  }
  return true
}

function intervalPart({ low, high, column }: Interval): number {
  const { min, max, distinct } = column
  if (min === undefined || max === undefined) return defaultRange
  const from = Math.max(low ?? min, min)
  const to = Math.min(high ?? max, max)
  if (from > to) return smallest
  if (max === min) return 1 - column.nullFraction
  const part =
    (to - from + (distinct > 1 ? (max - min) / distinct : 0)) /
    (max - min + (distinct > 1 ? (max - min) / distinct : 0))
  return Math.min(1, Math.max(part, 1 / Math.max(1, distinct))) * (1 - column.nullFraction)
}

function single(condition: Expression, lookup: ColumnLookup): number {
  switch (condition.kind) {
    case 'constant':
      return condition.value === true ? 1 : 0
    case 'and':
      return selectivity(condition.args, lookup)
    case 'or': {
      let none = 1
      for (const arg of condition.args) none *= 1 - single(arg, lookup)
      return 1 - none
    }
    case 'not':
      return Math.max(smallest, 1 - single(condition.input, lookup))
    case 'is': {
      const column = columnOf(condition.input, lookup)
      if (condition.test === 'null' || condition.test === 'unknown') {
        const part = column ? column.nullFraction : 0.05
        return condition.negated ? 1 - part : Math.max(part, smallest)
      }
      return condition.negated ? 0.6 : 0.4
    }
    case 'is-distinct': {
      const part = equalityPart(condition.left, condition.right, lookup)
      return condition.negated ? part : 1 - part
    }
    case 'in': {
      const one = Math.min(...condition.items.map((item) => equalityPart(condition.input, item, lookup)))
      const part = Math.min(1, Number.isFinite(one) ? one * condition.items.length : smallest)
      return condition.negated ? Math.max(1 - part, smallest) : part
    }
    case 'quantified':
      return condition.quantifier === 'any' ? 0.1 : 0.3
    case 'column': {
      const column = lookup(condition.id)
      return column ? 0.5 * (1 - column.nullFraction) : 0.5
    }
    case 'call':
      return callPart(condition, lookup)
    default:
      return defaultOther
  }
}

function callPart(condition: Extract<Expression, { kind: 'call' }>, lookup: ColumnLookup): number {
  const [left, right] = condition.args
  switch (condition.function.name) {
    case '=':
      return equalityPart(left, right, lookup)
    case '<>':
      return Math.max(smallest, 1 - equalityPart(left, right, lookup))
    case '<':
    case '<=':
    case '>':
    case '>=':
      return defaultRange
    case '~~':
    case '~~*':
      return likePart(right)
    case '!~~':
    case '!~~*':
      return 1 - likePart(right)
    case '~':
    case '~*':
      return defaultLike
    default:
      return defaultOther
  }
}

/** A pattern that is anchored at its start keeps less; every further piece of text narrows it a little. */
function likePart(pattern: Expression): number {
  if (pattern.kind !== 'constant' || typeof pattern.value !== 'string') return defaultLike
  const text: string = pattern.value
  if (!/[%_]/.test(text)) return defaultEquality
  const pieces = text.split('%').filter((piece) => piece.length > 0).length
  if (pieces === 0) return 1
  return (text.startsWith('%') ? defaultLike : defaultPrefix) / Math.sqrt(pieces)
}

function columnOf(expression: Expression, lookup: ColumnLookup): ColumnEstimate | undefined {
  if (expression.kind === 'column') return lookup(expression.id)
  if (expression.kind === 'cast') return columnOf(expression.input, lookup)
  return undefined
}

/** Equality of a column with a value, or of two columns of the same rows. */
function equalityPart(left: Expression, right: Expression, lookup: ColumnLookup): number {
  const a = columnOf(left, lookup)
  const b = columnOf(right, lookup)
  if (a && b) return 1 / Math.max(a.distinct, b.distinct, 1)
  const column = a ?? b
  if (!column) return defaultEquality
  const other = a ? right : left
  const own = a ? left : right
  if (other.kind === 'constant' && own.kind === 'column' && column.min !== undefined && column.max !== undefined) {
    const value = storedValue(other.value, own.type)
    if (value !== undefined && (value < column.min || value > column.max)) return smallest
  }
  return (1 - column.nullFraction) / Math.max(column.distinct, 1)
}

/** A value as the bounds of a column's statistics are given: the stored integer or the double. */
export function storedValue(value: Value, type: DataType): number | undefined {
  if (value === null || value === undefined) return undefined
  const { storage } = traits(type)
  if (storage === 'float') return Number(value)
  if (storage !== 'integer') return undefined
  if (type.kind === 'numeric') {
    const number = Number(String(value))
    return Number.isFinite(number) ? number * 10 ** (type.scale ?? 0) : undefined
  }
  return Number(traits(type).toInteger(value, type))
}
