/** Aggregates of ranges and multiranges. */
import type { DataType } from '../../types/data-type.ts'
import { makeMultirange, type RangeElement, type SqlMultirange, type SqlRange } from '../../types/range.ts'
import { asRange, intersect } from '../../types/range-algebra.ts'
import { multirangeOf } from '../../types/type-names.ts'
import type { Value } from '../../types/value.ts'
import { baseType } from '../coercion.ts'
import { type AggregateFunction, type AggregateOverload, aggregate } from '../function.ts'
import { elementOf, partsOf } from '../operators/range.ts'

interface Union {
  readonly element: RangeElement
  readonly parts: (value: Value) => SqlMultirange
  ranges: SqlRange[] | null
}

interface Intersection {
  readonly element: RangeElement
  readonly parts: (value: Value) => SqlMultirange
  ranges: SqlMultirange | null
}

function start([type]: readonly DataType[]): { element: RangeElement; parts: Union['parts']; ranges: null } {
  return { element: elementOf(type), parts: partsOf(type), ranges: null }
}

function joined(pattern: 'anyrange' | 'anymultirange'): AggregateOverload {
  return {
    parameters: [pattern],
    returns: ([type]) => multirangeOf(baseType(type)),
    start,
    add: (state: Union, value) => {
      state.ranges ??= []
      state.ranges.push(...state.parts(value))
      return state
    },
    finish: ({ ranges, element }: Union) => ranges && makeMultirange(ranges, element),
  }
}

function common(pattern: 'anyrange' | 'anymultirange'): AggregateOverload {
  return {
    parameters: [pattern],
    returns: pattern,
    start,
    add: (state: Intersection, value) => {
      const ranges = state.parts(value)
      state.ranges = state.ranges === null ? ranges : intersect(state.ranges, ranges, state.element)
      return state
    },
    finish: ({ ranges }: Intersection) => ranges && (pattern === 'anyrange' ? asRange(ranges, 'intersection') : ranges),
  }
}

export const rangeAggregates: readonly AggregateFunction[] = [
  aggregate({
    name: 'range_agg',
    category: 'aggregates',
    doc: 'The union of the ranges or multiranges, as a multirange.',
    examples: [['SELECT range_agg(r) FROM (VALUES (int4range(1, 3)), (int4range(2, 5))) t(r)', '{[1,5)}']],
    overloads: [joined('anyrange'), joined('anymultirange')],
  }),
  aggregate({
    name: 'range_intersect_agg',
    category: 'aggregates',
    doc: 'The intersection of the ranges or multiranges.',
    examples: [['SELECT range_intersect_agg(r) FROM (VALUES (int4range(1, 3)), (int4range(2, 5))) t(r)', '[2,3)']],
    overloads: [common('anyrange'), common('anymultirange')],
  }),
]
