/** How alike two texts are. As in DuckDB, the measures here compare bytes; levenshtein alone compares characters. */
import { SqlError } from '../../error.ts'
import { heedInterrupt } from '../../interrupt.ts'
import { BIGINT, DOUBLE, TEXT } from '../../types/data-type.ts'
import { invalidParameter } from '../errors.ts'
import { overload, type ScalarFunction, scalar } from '../function.ts'
import { encodeUtf8 } from './characters.ts'

/** Insertions, deletions, replacements and exchanges of neighbours, after Lowrance and Wagner. */
function damerauLevenshtein(left: Uint8Array, right: Uint8Array): number {
  const width = right.length + 2
  const cells = (left.length + 2) * width
  if (cells > 1 << 28) throw new SqlError('program_limit_exceeded', 'the texts are too long for damerau_levenshtein')
  const limit = left.length + right.length
  const table = new Int32Array(cells)
  const lastRow = new Int32Array(256)
  table[0] = limit
  for (let row = 0; row <= left.length; row++) {
    table[(row + 1) * width] = limit
    table[(row + 1) * width + 1] = row
  }
  for (let column = 0; column <= right.length; column++) {
    table[column + 1] = limit
    table[width + column + 1] = column
  }
  for (let row = 1; row <= left.length; row++) {
    let lastColumn = 0
    heedInterrupt(4 * right.length)
    for (let column = 1; column <= right.length; column++) {
      const sameRow = lastRow[right[column - 1]]
      const sameColumn = lastColumn
      const isSame = left[row - 1] === right[column - 1]
      if (isSame) lastColumn = column
      table[(row + 1) * width + column + 1] = Math.min(
        table[row * width + column] + (isSame ? 0 : 1),
        table[(row + 1) * width + column] + 1,
        table[row * width + column + 1] + 1,
        table[sameRow * width + sameColumn] + (row - sameRow - 1) + 1 + (column - sameColumn - 1),
      )
    }
    lastRow[left[row - 1]] = row
  }
  return table[(left.length + 1) * width + right.length + 1]
}

function jaccard(left: Uint8Array, right: Uint8Array): number {
  if (left.length === 0 || right.length === 0) throw invalidParameter('jaccard: an argument is empty')
  const [first, second] = [new Set(left), new Set(right)]
  let common = 0
  for (const byte of first) if (second.has(byte)) common++
  return common / (first.size + second.size - common)
}

function jaro(left: Uint8Array, right: Uint8Array): number {
  if (left.length === 0 || right.length === 0) return 0
  const reach = Math.max(0, (Math.max(left.length, right.length) >> 1) - 1)
  const taken = new Uint8Array(right.length)
  const matched: number[] = []
  for (let i = 0; i < left.length; i++) {
    heedInterrupt(64)
    for (let j = Math.max(0, i - reach); j < right.length && j <= i + reach; j++) {
      if (taken[j] === 1 || left[i] !== right[j]) continue
      taken[j] = 1
      matched.push(left[i])
      break
    }
  }
  const common = matched.length
  if (common === 0) return 0
  const differing = right.filter((_, j) => taken[j] === 1).filter((byte, k) => byte !== matched[k]).length
  return (common / left.length + common / right.length + (common - Math.floor(differing / 2)) / common) / 3
}

function jaroWinkler(left: Uint8Array, right: Uint8Array): number {
  const similarity = jaro(left, right)
  let prefix = 0
  while (prefix < 4 && prefix < left.length && left[prefix] === right[prefix]) prefix++
  return similarity > 0.7 ? similarity + prefix * 0.1 * (1 - similarity) : similarity
}

/** With a third argument, what is less alike than that is not alike at all. */
function similarity(
  name: string,
  doc: string,
  example: readonly [call: string, result: string],
  measure: (left: Uint8Array, right: Uint8Array) => number,
): ScalarFunction {
  return scalar({
    name,
    category: 'text',
    doc,
    examples: [example],
    overloads: [
      overload(
        [TEXT, TEXT, DOUBLE],
        DOUBLE,
        (left: string, right: string, least: number) => {
          const result = measure(encodeUtf8(left), encodeUtf8(right))
          return result < least ? 0 : result
        },
        { defaults: [0] },
      ),
    ],
  })
}

export const similarityFunctions: readonly ScalarFunction[] = [
  scalar({
    name: 'damerau_levenshtein',
    category: 'text',
    doc: 'How many insertions, deletions, replacements and exchanges of neighbours make one text the other.',
    examples: [["damerau_levenshtein('hello', 'ehllo')", '1']],
    overloads: [
      overload([TEXT, TEXT], BIGINT, (left: string, right: string) =>
        BigInt(damerauLevenshtein(encodeUtf8(left), encodeUtf8(right))),
      ),
    ],
  }),
  scalar({
    name: 'jaccard',
    category: 'text',
    doc: 'The share of the letters of two texts that both have.',
    examples: [["jaccard('duck', 'luck')", '0.6']],
    overloads: [
      overload([TEXT, TEXT], DOUBLE, (left: string, right: string) => jaccard(encodeUtf8(left), encodeUtf8(right))),
    ],
  }),
  similarity(
    'jaro_similarity',
    'The Jaro similarity of two texts, from 0 to 1; a third argument is the least that counts.',
    ["jaro_similarity('duck', 'duckdb')", '0.8888888888888888'],
    jaro,
  ),
  similarity(
    'jaro_winkler_similarity',
    'The Jaro-Winkler similarity of two texts, from 0 to 1; a third argument is the least that counts.',
    ["jaro_winkler_similarity('duck', 'duckdb')", '0.9333333333333333'],
    jaroWinkler,
  ),
]
