/** Functions that run a lambda over a list. */
import { SqlError } from '../../error.ts'
import { type SqlArray, sqlArray } from '../../types/array.ts'
import { arrayOf } from '../../types/data-type.ts'
import type { Value } from '../../types/value.ts'
import { invalidParameter } from '../errors.ts'
import { overload, type ScalarFunction, scalar } from '../function.ts'
import { elementType } from '../operators/array.ts'

type Lambda = (...args: Value[]) => Value

const tryFunction = scalar({
  name: 'try',
  category: 'conditions',
  doc: 'The value of an expression; NULL where it fails.',
  examples: [
    ["try('x'::integer)", null],
    ['try(7)', '7'],
  ],
  overloads: [
    overload(
      ['lambda'],
      ([type]) => type,
      (body: Lambda) => {
        try {
          return body()
        } catch (error) {
          if (error instanceof SqlError) return null
          throw error
        }
      },
    ),
  ],
})

const listTransform = scalar({
  name: 'list_transform',
  aliases: ['array_transform', 'list_apply', 'array_apply', 'apply'],
  category: 'lists',
  doc: 'The results of a lambda for each element; a second parameter is the element’s place, from 1.',
  examples: [
    ['list_transform([1, 2, NULL], x -> x + 1)', '{2,3,NULL}'],
    ['list_transform([10, 20], (x, i) -> x + i)', '{11,22}'],
  ],
  overloads: [
    overload(
      ['anyarray', 'lambda'],
      ([, body]) => arrayOf(body),
      (list: SqlArray, body: Lambda) => sqlArray(list.values.map((value, index) => body(value, BigInt(index + 1)))),
    ),
  ],
})

const listFilter = scalar({
  name: 'list_filter',
  aliases: ['array_filter', 'filter'],
  category: 'lists',
  doc: 'The elements for which a lambda is true; a second parameter is the element’s place, from 1.',
  examples: [['list_filter([3, 4, 5], x -> x > 3)', '{4,5}']],
  overloads: [
    overload(
      ['anyarray', 'lambda'],
      ([list]) => list,
      (list: SqlArray, body: Lambda) =>
        sqlArray(list.values.filter((value, index) => body(value, BigInt(index + 1)) === true)),
    ),
  ],
})

/** Brings elements together from the left, beginning with the `from`th. */
function fold(list: SqlArray, body: Lambda, initial: Value, from: number): Value {
  let result = initial
  for (let index = from; index < list.values.length; index++)
    result = body(result, list.values[index], BigInt(index + 1))
  return result
}

const listReduce = scalar({
  name: 'list_reduce',
  aliases: ['array_reduce', 'reduce'],
  category: 'lists',
  doc: 'The elements brought together two by two, from the left, by a lambda of what there is and the next element; a third argument is what there is at first.',
  examples: [
    ['list_reduce([1, 2, 3], (x, y) -> x + y)', '6'],
    ['list_reduce([1, 2, 3], (x, y) -> x + y, 10)', '16'],
  ],
  overloads: [
    overload(
      ['anyarray', 'lambda'],
      ([list]) => elementType(list),
      (list: SqlArray, body: Lambda) => {
        if (list.values.length === 0) throw invalidParameter('cannot perform list_reduce on an empty input list')
        return fold(list, body, list.values[0], 1)
      },
    ),
    overload(
      ['anycompatiblearray', 'lambda', 'anycompatible'],
      ([list]) => elementType(list),
      (list: SqlArray | null, body: Lambda, initial) => (list === null ? null : fold(list, body, initial, 0)),
      { strict: false },
    ),
  ],
})

export const nestedFunctions: readonly ScalarFunction[] = [tryFunction, listTransform, listFilter, listReduce]
