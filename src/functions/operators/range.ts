/** Operators on ranges and multiranges. The six comparisons stand with the others. */
import { BOOLEAN, type DataType } from '../../types/data-type.ts'
import { makeMultirange, type RangeElement, type SqlMultirange, type SqlRange } from '../../types/range.ts'
import {
  asRange,
  contains,
  containsValue,
  hull,
  intersect,
  isAdjacent,
  isBefore,
  isOverLeft,
  isOverRight,
  overlaps,
  parts,
  subtract,
  union,
} from '../../types/range-algebra.ts'
import { rangeElement } from '../../types/traits.ts'
import type { Value } from '../../types/value.ts'
import { baseType } from '../coercion.ts'
import { mustSpecialise, type Overload, overload, type Pattern, type ScalarFunction, scalar } from '../function.ts'

/** What the functions of range.ts need to know of a range's or multirange's elements. */
export function elementOf(type: DataType): RangeElement {
  const base = baseType(type)
  return rangeElement(base.kind === 'range' || base.kind === 'multirange' ? base.element : base)
}

/** A range or multirange as the ranges that it consists of. */
export function partsOf(type: DataType): (value: Value) => SqlMultirange {
  return baseType(type).kind === 'range' ? parts : (value) => value
}

type Relation = (a: SqlMultirange, b: SqlMultirange, element: RangeElement) => boolean

const pairs: readonly (readonly [Pattern, Pattern])[] = [
  ['anyrange', 'anyrange'],
  ['anyrange', 'anymultirange'],
  ['anymultirange', 'anyrange'],
  ['anymultirange', 'anymultirange'],
]

function related(relation: Relation): Overload[] {
  return pairs.map((pair) =>
    overload(pair, BOOLEAN, mustSpecialise, {
      specialise: ([left, right]) => {
        const element = elementOf(left)
        const leftParts = partsOf(left)
        const rightParts = partsOf(right)
        return (a, b) => relation(leftParts(a), rightParts(b), element)
      },
    }),
  )
}

function hasValue(pattern: 'anyrange' | 'anymultirange', swapped: boolean): Overload {
  return overload(swapped ? ['anyelement', pattern] : [pattern, 'anyelement'], BOOLEAN, mustSpecialise, {
    specialise: (types) => {
      const type = types[swapped ? 1 : 0]
      const element = elementOf(type)
      const own = partsOf(type)
      return swapped
        ? (value, ranges) => containsValue(own(ranges), value, element)
        : (ranges, value) => containsValue(own(ranges), value, element)
    },
  })
}

type Combination = (a: SqlMultirange, b: SqlMultirange, element: RangeElement) => SqlMultirange

/** A combination of two ranges, which has to be one again, and of two multiranges. */
function combined(combine: Combination, operation: string, ofRanges: Combination = combine): Overload[] {
  return [
    overload(['anyrange', 'anyrange'], 'anyrange', mustSpecialise, {
      specialise: ([type]) => {
        const element = elementOf(type)
        return (a: SqlRange, b: SqlRange) => asRange(ofRanges(parts(a), parts(b), element), operation)
      },
    }),
    overload(['anymultirange', 'anymultirange'], 'anymultirange', mustSpecialise, {
      specialise: ([type]) => {
        const element = elementOf(type)
        return (a: SqlMultirange, b: SqlMultirange) => makeMultirange(combine(a, b, element), element)
      },
    }),
  ]
}

/** Ranges that touch, as one. */
const joined: Combination = (a, b, element) => {
  const both = union(a, b, element)
  return both.length === 1 ? [hull([...a, ...b], element)] : both
}

function relationOperator(name: string, doc: string, example: string, relation: Relation): ScalarFunction {
  return scalar({ name, category: 'ranges', doc, examples: [[example, 't']], overloads: related(relation) })
}

export const rangeOperators: readonly ScalarFunction[] = [
  scalar({
    name: '@>',
    category: 'ranges',
    doc: 'Whether the left range or multirange contains the right one, or a value.',
    examples: [
      ['int4range(2, 4) @> int4range(2, 3)', 't'],
      ["'[2011-01-01,2011-03-01)'::tsrange @> '2011-01-10'::timestamp", 't'],
    ],
    overloads: [...related(contains), hasValue('anyrange', false), hasValue('anymultirange', false)],
  }),
  scalar({
    name: '<@',
    category: 'ranges',
    doc: 'Whether the right range or multirange contains the left one, or a value.',
    examples: [['42 <@ int4range(1, 7)', 'f']],
    overloads: [
      ...related((a, b, element) => contains(b, a, element)),
      hasValue('anyrange', true),
      hasValue('anymultirange', true),
    ],
  }),
  relationOperator(
    '&&',
    'Whether two ranges or multiranges have a value in common.',
    'int8range(3, 7) && int8range(4, 12)',
    overlaps,
  ),
  relationOperator(
    '<<',
    'Whether the left range ends before the right one starts.',
    'int8range(1, 10) << int8range(100, 110)',
    isBefore,
  ),
  relationOperator(
    '>>',
    'Whether the left range starts after the right one ends.',
    'int8range(50, 60) >> int8range(20, 30)',
    (a, b, element) => isBefore(b, a, element),
  ),
  relationOperator(
    '&<',
    'Whether the left range does not extend to the right of the right one.',
    'int8range(1, 20) &< int8range(18, 20)',
    isOverLeft,
  ),
  relationOperator(
    '&>',
    'Whether the left range does not extend to the left of the right one.',
    'int8range(7, 20) &> int8range(5, 10)',
    isOverRight,
  ),
  relationOperator(
    '-|-',
    'Whether one range ends where the other starts.',
    'numrange(1.1, 2.2) -|- numrange(2.2, 3.3)',
    isAdjacent,
  ),
  scalar({
    name: '+',
    category: 'ranges',
    doc: 'The union of two ranges, which have to touch, or of two multiranges.',
    examples: [['numrange(5, 15) + numrange(10, 20)', '[5,20)']],
    overloads: combined(union, 'union', joined),
  }),
  scalar({
    name: '*',
    category: 'ranges',
    doc: 'The intersection of two ranges or multiranges.',
    examples: [['int8range(5, 15) * int8range(10, 20)', '[10,15)']],
    overloads: combined(intersect, 'intersection'),
  }),
  scalar({
    name: '-',
    category: 'ranges',
    doc: 'The difference of two ranges, which has to be one range, or of two multiranges.',
    examples: [['int8range(5, 15) - int8range(10, 20)', '[5,10)']],
    overloads: combined(subtract, 'difference'),
  }),
]
