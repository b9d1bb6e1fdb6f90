/** Whether a document has what a query asks for, and how much of it. */
import type { Lexeme, TsQuery, TsVector } from '../../types/text-search.ts'

export type Word = TsQuery & { readonly kind: 'word' }

/** Where a phrase can end; or, negated, where it cannot. `width` is how far it reaches back. */
interface Places {
  readonly at: ReadonlySet<number>
  readonly negated: boolean
  readonly width: number
}

/** The first lexeme that is not before a word. */
function lowerBound(vector: TsVector, word: string): number {
  let [low, high] = [0, vector.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (vector[middle].word < word) low = middle + 1
    else high = middle
  }
  return low
}

/** The lexemes of a document that an operand means. */
export function matching(vector: TsVector, { word, prefix }: Word): readonly Lexeme[] {
  if (prefix) return vector.filter((lexeme) => lexeme.word.startsWith(word))
  const found = vector[lowerBound(vector, word)]
  if (found?.word === word) return [found]
  const other = vector.find((lexeme) => lexeme.word === word)
  return other ? [other] : []
}

function weighs(weights: number, weight: number): boolean {
  return weights === 0 || (weights & (1 << weight)) !== 0
}

export function matches(vector: TsVector, query: TsQuery): boolean {
  switch (query.kind) {
    case 'empty':
      return false
    case 'word':
      return matching(vector, query).some(
        ({ positions }) =>
          query.weights === 0 ||
          positions.length === 0 ||
          positions.some(({ weight }) => weighs(query.weights, weight)),
      )
    case 'not':
      return !matches(vector, query.operand)
    case 'and':
      return matches(vector, query.left) && matches(vector, query.right)
    case 'or':
      return matches(vector, query.left) || matches(vector, query.right)
    case 'phrase': {
      const { at, negated } = places(vector, query)
      return negated || at.size > 0
    }
  }
}

function places(vector: TsVector, query: TsQuery): Places {
  switch (query.kind) {
    case 'empty':
      return { at: new Set(), negated: false, width: 0 }
    case 'word': {
      const at = new Set<number>()
      for (const { positions } of matching(vector, query)) {
        for (const position of positions) if (weighs(query.weights, position.weight)) at.add(position.at)
      }
      return { at, negated: false, width: 0 }
    }
    case 'not': {
      const { at, negated, width } = places(vector, query.operand)
      return { at, negated: !negated, width }
    }
    case 'phrase': {
      const left = places(vector, query.left)
      const right = places(vector, query.right)
      const shift = query.distance + right.width
      return combined(left, right, shift, true, query.distance + left.width + right.width)
    }
    case 'and':
    case 'or': {
      const left = places(vector, query.left)
      const right = places(vector, query.right)
      const width = Math.max(left.width, right.width)
      const moved = shifted(right, width - right.width)
      return combined(left, { ...moved, width }, width - left.width, query.kind === 'and', width)
    }
  }
}

function shifted({ at, negated, width }: Places, distance: number): Places {
  return distance === 0
    ? { at, negated, width }
    : { at: new Set([...at].map((place) => place + distance)), negated, width }
}

/** Places in both, or in any, once those of the left are shifted. */
function combined(left: Places, right: Places, shift: number, both: boolean, width: number): Places {
  const moved = shifted(left, shift)
  const has = ({ at, negated }: Places, place: number): boolean => at.has(place) !== negated
  const negated = both ? left.negated && right.negated : left.negated || right.negated
  const at = new Set<number>()
  for (const place of [...moved.at, ...right.at]) {
    const isIn = both ? has(moved, place) && has(right, place) : has(moved, place) || has(right, place)
    if (isIn !== negated) at.add(place)
  }
  return { at, negated, width }
}

/** The words of a query, each once, in order. */
export function queryWords(query: TsQuery): Word[] {
  const found = new Map<string, Word>()
  const walk = (node: TsQuery): void => {
    if (node.kind === 'word') found.set(node.word, node)
    else if (node.kind === 'not') walk(node.operand)
    else if (node.kind !== 'empty') {
      walk(node.left)
      walk(node.right)
    }
  }
  walk(query)
  return [...found.values()].sort((a, b) => (a.word < b.word ? -1 : 1))
}

const FAR = 16383
const nowhere: readonly { readonly at: number; readonly weight: number }[] = [{ at: FAR - 1, weight: 0 }]

/** How well a document fits a query: by the weights of the words found, and for AND by how near they are. */
export function rank(vector: TsVector, query: TsQuery, given: readonly number[], method: number): number {
  const weights = given.map(Math.fround)
  if (vector.length === 0 || query.kind === 'empty') return 0
  const near = query.kind === 'and' || query.kind === 'phrase'
  let result = Math.fround(near ? rankOfAll(vector, query, weights) : rankOfAny(vector, query, weights))
  if (result < 0) result = Math.fround(1e-20)
  const length = vector.reduce((sum, { positions }) => sum + Math.max(1, positions.length), 0)
  if (method & 1) result = Math.fround(result / (Math.log(length + 1) / Math.log(2)))
  if (method & 2) result = Math.fround(result / length)
  if (method & 8) result = Math.fround(result / vector.length)
  if (method & 16) result = Math.fround(result / (Math.log(vector.length + 1) / Math.log(2)))
  if (method & 32) result = Math.fround(result / (result + 1))
  return result
}

function rankOfAny(vector: TsVector, query: TsQuery, weights: readonly number[]): number {
  const words = queryWords(query)
  let result = 0
  for (const word of words) {
    for (const { positions } of matching(vector, word)) {
      const own = positions.length > 0 ? positions : nowhere
      let sum = 0
      let most = -1
      let place = 0
      own.forEach(({ weight }, i) => {
        const value = weights[weight]
        sum = Math.fround(sum + value / ((i + 1) * (i + 1)))
        if (value > most) {
          most = value
          place = i
        }
      })
      result = Math.fround(result + (most + sum - most / ((place + 1) * (place + 1))) / 1.64493406685)
    }
  }
  return words.length > 0 ? Math.fround(result / words.length) : result
}

function rankOfAll(vector: TsVector, query: TsQuery, weights: readonly number[]): number {
  const words = queryWords(query)
  if (words.length < 2) return rankOfAny(vector, query, weights)
  const seen: {
    readonly positions: readonly { readonly at: number; readonly weight: number }[]
    readonly word: number
  }[] = []
  let result = -1
  words.forEach((word, n) => {
    for (const { positions } of matching(vector, word)) {
      const own = positions.length > 0 ? positions : nowhere
      for (const other of seen) {
        if (other.word === n) continue
        for (const a of own) {
          for (const b of other.positions) {
            let distance = Math.abs(a.at - b.at)
            const unknown = own === nowhere || other.positions === nowhere
            if (distance === 0 && !unknown) continue
            if (distance === 0) distance = FAR
            const weight = Math.fround(
              Math.sqrt(Math.fround(Math.fround(weights[a.weight] * weights[b.weight]) * nearness(distance))),
            )
            result = result < 0 ? weight : Math.fround(1 - (1 - result) * (1 - weight))
          }
        }
      }
      seen.push({ positions: own, word: n })
    }
  })
  return result
}

function nearness(distance: number): number {
  return Math.fround(distance > 100 ? 1e-30 : 1 / (1.005 + 0.05 * Math.exp(distance / 1.5 - 2)))
}
