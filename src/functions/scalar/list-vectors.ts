/** Lists of numbers as vectors: products, distances, angles. */
import { SqlError } from '../../error.ts'
import { type SqlArray, sqlArray } from '../../types/array.ts'
import { arrayOf, type DataType, DOUBLE, REAL, type TypeKind } from '../../types/data-type.ts'
import type { Value } from '../../types/value.ts'
import { baseType } from '../coercion.ts'
import { invalidParameter } from '../errors.ts'
import { mustSpecialise, type Overload, overload, type ScalarFunction, scalar } from '../function.ts'
import { elementType } from '../operators/array.ts'

/** The numbers of two lists, as many each, none of them NULL. */
function checked(name: string, left: SqlArray, right: SqlArray): readonly [number[], number[]] {
  if (left.values.length !== right.values.length) {
    throw invalidParameter(
      `${name}: list dimensions must be equal, got left length "${left.values.length}" and right length "${right.values.length}"`,
    )
  }
  for (const { values } of [left, right]) {
    if (values.includes(null)) throw invalidParameter(`${name}: a list cannot contain NULL values`)
  }
  return [left.values.map(Number), right.values.map(Number)]
}

function product(left: readonly number[], right: readonly number[]): number {
  return left.reduce((sum, value, i) => sum + value * right[i], 0)
}

/** The cosine of the angle between two vectors; -1 where one of them has no direction. */
function similarity(left: readonly number[], right: readonly number[]): number | null {
  if (left.length === 0) return null
  const cosine = product(left, right) / Math.sqrt(product(left, left) * product(right, right))
  return Number.isNaN(cosine) ? -1 : Math.max(-1, Math.min(cosine, 1))
}

function cosineDistance(left: readonly number[], right: readonly number[]): number | null {
  const cosine = similarity(left, right)
  return cosine === null ? null : 1 - cosine
}

function distance(left: readonly number[], right: readonly number[]): number {
  return Math.sqrt(left.reduce((sum, value, i) => sum + (value - right[i]) ** 2, 0))
}

function crossProduct(left: readonly number[], right: readonly number[]): Value {
  if (left.length !== 3) throw invalidParameter('array_cross_product takes arrays of three numbers')
  const [a, b, c] = left
  const [x, y, z] = right
  return sqlArray([b * z - c * y, c * x - a * z, a * y - b * x])
}

type Body = (left: readonly number[], right: readonly number[]) => Value

/** Of lists of reals a real, of other numbers a double. */
function vectors(name: string, body: Body): Overload {
  return overload(['anycompatiblearray', 'anycompatiblearray'], resultType, mustSpecialise, {
    specialise: (_types, result) => (left: SqlArray, right: SqlArray) => {
      const value = body(...checked(name, left, right))
      return result.kind === 'real' && value !== null ? Math.fround(value) : value
    },
  })
}

const numbers: ReadonlySet<TypeKind> = new Set<TypeKind>(['smallint', 'integer', 'bigint', 'numeric', 'real', 'double'])

function resultType([type]: readonly DataType[]): DataType {
  const { kind } = baseType(elementType(type))
  if (kind === 'real') return REAL
  if (!numbers.has(kind)) throw new SqlError('datatype_mismatch', 'the lists have to be of numbers')
  return DOUBLE
}

function vectorFunction(
  name: string,
  aliases: readonly string[],
  doc: string,
  example: readonly [call: string, result: string],
  body: Body,
): ScalarFunction {
  return scalar({ name, aliases, category: 'lists', doc, examples: [example], overloads: [vectors(name, body)] })
}

export const listVectorFunctions: readonly ScalarFunction[] = [
  vectorFunction(
    'list_inner_product',
    ['list_dot_product', 'array_inner_product', 'array_dot_product'],
    'The sum of the products of the numbers at the same places.',
    ['list_inner_product([1, 2, 3], [4, 5, 6])', '32'],
    product,
  ),
  vectorFunction(
    'list_negative_inner_product',
    ['list_negative_dot_product', 'array_negative_inner_product', 'array_negative_dot_product'],
    'The inner product with its sign changed.',
    ['list_negative_inner_product([1, 2, 3], [4, 5, 6])', '-32'],
    (left, right) => -product(left, right),
  ),
  vectorFunction(
    'list_distance',
    ['array_distance'],
    'The Euclidean distance of two vectors.',
    ['list_distance([1, 2], [4, 6])', '5'],
    distance,
  ),
  vectorFunction(
    'list_cosine_similarity',
    ['array_cosine_similarity'],
    'The cosine of the angle between two vectors.',
    ['list_cosine_similarity([1, 2, 3], [1, 2, 3])', '1'],
    similarity,
  ),
  vectorFunction(
    'list_cosine_distance',
    ['array_cosine_distance'],
    'One less the cosine of the angle between two vectors.',
    ['list_cosine_distance([1, 2, 3], [1, 2, 3])', '0'],
    cosineDistance,
  ),
  scalar({
    name: 'array_cross_product',
    category: 'lists',
    doc: 'The cross product of two vectors of three numbers.',
    examples: [['array_cross_product([1, 2, 3], [2, 3, 4])', '{-1,2,-1}']],
    overloads: [
      overload([arrayOf(DOUBLE), arrayOf(DOUBLE)], arrayOf(DOUBLE), (left: SqlArray, right: SqlArray) =>
        crossProduct(...checked('array_cross_product', left, right)),
      ),
    ],
  }),
]

export const listVectorOperators: readonly ScalarFunction[] = [
  scalar({
    name: '<->',
    category: 'lists',
    doc: 'The Euclidean distance of two vectors.',
    examples: [['[1.0, 2.0] <-> [4.0, 6.0]', '5']],
    overloads: [vectors('<->', distance)],
  }),
  scalar({
    name: '<=>',
    category: 'lists',
    doc: 'One less the cosine of the angle between two vectors.',
    examples: [['[1.0, 2.0] <=> [2.0, 4.0]', '0']],
    overloads: [vectors('<=>', cosineDistance)],
  }),
]
