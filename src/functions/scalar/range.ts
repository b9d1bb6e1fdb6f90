/** Functions on ranges and multiranges, and those that make them. */
import { SqlError } from '../../error.ts'
import { BOOLEAN, type DataType, TEXT } from '../../types/data-type.ts'
import { makeMultirange, makeRange, type SqlMultirange, type SqlRange } from '../../types/range.ts'
import { hull, parts } from '../../types/range-algebra.ts'
import { multirangeOf, rangeElements, rangeOf } from '../../types/type-names.ts'
import type { Value } from '../../types/value.ts'
import { baseType } from '../coercion.ts'
import { mustSpecialise, type Overload, overload, type ScalarFunction, scalar } from '../function.ts'
import { elementOf, partsOf } from '../operators/range.ts'

type RangeType = Extract<DataType, { kind: 'range' }>

/** The type of a range's or multirange's bounds. */
function boundType([type]: readonly DataType[]): DataType {
  const base = baseType(type)
  return base.kind === 'range' || base.kind === 'multirange' ? base.element : base
}

const flagsHint = 'Valid values are "[]", "[)", "(]", and "()".'

function checkFlags(flags: string | null): string {
  if (flags === null) throw new SqlError('data_exception', 'range constructor flags argument must not be null')
  if (/^[[(][\])]$/.test(flags)) return flags
  throw new SqlError('syntax_error', 'invalid range bound flags', { hint: flagsHint })
}

/** The function that makes ranges of a type, which has its name. */
export function rangeConstructor(type: RangeType): ScalarFunction {
  const make = (lower: Value, upper: Value, flags: string | null): SqlRange => {
    const [open, close] = checkFlags(flags)
    return makeRange(lower, upper, open === '[', close === ']', elementOf(type))
  }
  return scalar({
    name: type.name,
    category: 'ranges',
    doc: 'The range of two bounds, NULL for none; a third argument says which are included, `[)` when it is not given.',
    examples: [],
    overloads: [
      overload([type.element, type.element], type, (lower, upper) => make(lower, upper, '[)'), { strict: false }),
      overload([type.element, type.element, TEXT], type, make, { strict: false }),
    ],
  })
}

/** The function that makes multiranges of ranges of a type. */
export function multirangeConstructor(type: RangeType): ScalarFunction {
  const multirange = multirangeOf(type)
  const make = (...ranges: (SqlRange | null)[]): SqlMultirange => {
    if (ranges.includes(null)) {
      throw new SqlError('null_value_not_allowed', 'multirange values cannot contain null members')
    }
    return makeMultirange(ranges as SqlRange[], elementOf(type))
  }
  return scalar({
    name: multirange.name,
    category: 'ranges',
    doc: 'The multirange of any number of ranges.',
    examples: [],
    overloads: [
      overload([], multirange, () => []),
      overload([type], multirange, make),
      overload([type], multirange, make, { variadic: true, strict: false }),
    ],
  })
}

const builtInRanges: readonly RangeType[] = [...rangeElements].map(([name, element]) => ({
  kind: 'range',
  name,
  element,
}))

/** The same question to a range and to a multirange, answered from its first or last part. */
function each(returns: Overload['returns'], answer: (ranges: SqlMultirange) => Value): readonly Overload[] {
  return [
    overload(['anyrange'], returns, (range: SqlRange) => answer(parts(range))),
    overload(['anymultirange'], returns, answer),
  ]
}

function question(
  name: string,
  doc: string,
  example: readonly [string, string],
  answer: (ranges: SqlMultirange) => boolean,
): ScalarFunction {
  return scalar({ name, category: 'ranges', doc, examples: [example], overloads: each(BOOLEAN, answer) })
}

export const rangeFunctions: readonly ScalarFunction[] = [
  ...builtInRanges.map(rangeConstructor),
  ...builtInRanges.map(multirangeConstructor),
  scalar({
    name: 'lower',
    category: 'ranges',
    doc: 'The lower bound; NULL when there is none.',
    examples: [['lower(numrange(1.1, 2.2))', '1.1']],
    overloads: each(boundType, (ranges) => ranges[0]?.lower ?? null),
  }),
  scalar({
    name: 'upper',
    category: 'ranges',
    doc: 'The upper bound; NULL when there is none.',
    examples: [['upper(numrange(1.1, 2.2))', '2.2']],
    overloads: each(boundType, (ranges) => ranges.at(-1)?.upper ?? null),
  }),
  question(
    'isempty',
    'Whether there are no values.',
    ['isempty(numrange(1, 1))', 't'],
    (ranges) => ranges.length === 0,
  ),
  question(
    'lower_inc',
    'Whether the lower bound is included.',
    ['lower_inc(numrange(1.1, 2.2))', 't'],
    (ranges) => ranges[0]?.lowerInclusive ?? false,
  ),
  question(
    'upper_inc',
    'Whether the upper bound is included.',
    ['upper_inc(numrange(1.1, 2.2))', 'f'],
    (ranges) => ranges.at(-1)?.upperInclusive ?? false,
  ),
  question(
    'lower_inf',
    'Whether there is no lower bound.',
    ["lower_inf('(,)'::daterange)", 't'],
    (ranges) => ranges[0]?.lower === null,
  ),
  question(
    'upper_inf',
    'Whether there is no upper bound.',
    ["upper_inf('(,)'::daterange)", 't'],
    (ranges) => ranges.at(-1)?.upper === null,
  ),
  scalar({
    name: 'range_merge',
    category: 'ranges',
    doc: 'The smallest range that has all values of two ranges, or of a multirange.',
    examples: [
      ["range_merge('[1,2)'::int4range, '[3,4)'::int4range)", '[1,4)'],
      ["range_merge('{[1,2), [3,4)}'::int4multirange)", '[1,4)'],
    ],
    overloads: [
      overload(['anyrange', 'anyrange'], 'anyrange', mustSpecialise, {
        specialise: ([type]) => {
          const element = elementOf(type)
          return (a: SqlRange, b: SqlRange) => hull([...parts(a), ...parts(b)], element)
        },
      }),
      overload(['anymultirange'], ([type]) => rangeOf(baseType(type)), mustSpecialise, {
        specialise: ([type]) => {
          const element = elementOf(type)
          return (ranges: SqlMultirange) => hull(ranges, element)
        },
      }),
    ],
  }),
  scalar({
    name: 'multirange',
    category: 'ranges',
    doc: 'The multirange that has just one range.',
    examples: [["multirange('[1,2)'::int4range)", '{[1,2)}']],
    overloads: [
      overload(['anyrange'], ([type]) => multirangeOf(baseType(type)), mustSpecialise, {
        specialise: ([type]) => partsOf(type),
      }),
    ],
  }),
]
