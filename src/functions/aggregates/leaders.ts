/** The first n of the values, or of the rows by a key, in order; and the forms of arg_min and arg_max that keep NULLs. */
import { type SqlArray, sqlArray, stack } from '../../types/array.ts'
import { arrayOf, BIGINT, type DataType } from '../../types/data-type.ts'
import { traits } from '../../types/traits.ts'
import type { Value } from '../../types/value.ts'
import { invalidParameter } from '../errors.ts'
import { type AggregateFunction, type AggregateOverload, aggregate } from '../function.ts'

interface Leaders {
  readonly rows: (readonly [result: Value, key: Value])[]
  readonly type: DataType
  count: number
}

/** Which rows take part: those with a NULL in neither, in the result alone, or in both. */
type Nulls = 'none' | 'in results' | 'in both'

function takesPart(nulls: Nulls, result: Value, key: Value): boolean {
  return nulls === 'in both' || (key !== null && (nulls === 'in results' || result !== null))
}

/** Keys in order, NULL after all others either way. */
function inOrder({ rows, type }: Leaders, sign: 1 | -1): Leaders['rows'] {
  const { compare } = traits(type)
  return rows.sort(([, left], [, right]) => {
    if (left === null || right === null) return Number(left === null) - Number(right === null)
    return sign * compare(left, right, type)
  })
}

function leading(keyed: boolean, counted: boolean, sign: 1 | -1, nulls: Nulls): AggregateOverload {
  const finish = (state: Leaders, result: DataType): Value => {
    if (state.rows.length === 0) return null
    const leaders = inOrder(state, sign)
      .slice(0, counted ? state.count : 1)
      .map(([value]) => value)
    if (!counted) return leaders[0]
    return (result.kind === 'array' && isArray(leaders[0]) ? stack : sqlArray)(leaders)
  }
  return {
    parameters: [...(keyed ? (['any', 'any'] as const) : (['any'] as const)), ...(counted ? [BIGINT] : [])],
    returns: ([type]) => (counted && type.kind !== 'array' ? arrayOf(type) : type),
    strict: false,
    start: (types): Leaders => ({ rows: [], type: types[keyed ? 1 : 0], count: 1 }),
    add(state: Leaders, result, ...more) {
      const key = keyed ? more[0] : result
      if (counted) state.count = checkedCount(more[keyed ? 1 : 0])
      if (takesPart(nulls, result, key)) state.rows.push([result, key])
      return state
    },
    finish,
  }
}

function isArray(value: Value): value is SqlArray {
  return value !== null && Array.isArray(value.dimensions)
}

function checkedCount(count: bigint | null): number {
  if (count === null) throw invalidParameter('n value cannot be NULL')
  if (count <= 0n || count >= 1_000_000n) throw invalidParameter('n value must be > 0 and < 1000000')
  return Number(count)
}

/** The n least and the n greatest values. */
export const least: AggregateOverload = leading(false, true, 1, 'none')
export const greatest: AggregateOverload = leading(false, true, -1, 'none')

/** The results of the n rows with the least and the greatest keys. */
export const leastByKey: AggregateOverload = leading(true, true, 1, 'none')
export const greatestByKey: AggregateOverload = leading(true, true, -1, 'none')

function keepingNulls(
  name: string,
  sign: 1 | -1,
  nulls: Nulls,
  doc: string,
  expected: string | null,
): AggregateFunction {
  return aggregate({
    name,
    category: 'aggregates',
    doc,
    examples: [[`SELECT ${name}(x, y) FROM (VALUES (1, 5), (2, NULL), (NULL, 9)) t(x, y)`, expected]],
    overloads: [leading(true, false, sign, nulls), ...(nulls === 'in both' ? [leading(true, true, sign, nulls)] : [])],
  })
}

export const leaderAggregates: readonly AggregateFunction[] = [
  keepingNulls('arg_min_null', 1, 'in results', 'The first argument, NULL or not, where the second is least.', '1'),
  keepingNulls(
    'arg_max_null',
    -1,
    'in results',
    'The first argument, NULL or not, where the second is greatest.',
    null,
  ),
  keepingNulls(
    'arg_min_nulls_last',
    1,
    'in both',
    'The first argument where the second is least, NULL coming last; of n such rows with a third argument.',
    '1',
  ),
  keepingNulls(
    'arg_max_nulls_last',
    -1,
    'in both',
    'The first argument where the second is greatest, NULL coming last; of n such rows with a third argument.',
    null,
  ),
]
