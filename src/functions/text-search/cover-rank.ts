/** Cover density: how near to each other the words of a query stand, after Clarke, Cormack and Tudhope (1999). */
import type { Position, TsQuery, TsVector } from '../../types/text-search.ts'
import { matches, matching, type Word } from './match.ts'

interface Occurrence extends Position {
  readonly word: string
}

/** A run of occurrences that has what the query asks for, and no shorter one within. */
interface Cover {
  readonly first: number
  readonly last: number
}

export function coverRank(vector: TsVector, query: TsQuery, weights: readonly number[], method: number): number {
  const places = occurrences(vector, query)
  let rank = 0
  let distances = 0
  let covers = 0
  let before = 0
  for (const { first, last } of coversOf(places, query)) {
    const inverse = places.slice(first, last + 1).reduce((sum, { weight }) => sum + 1 / Math.fround(weights[weight]), 0)
    const [from, to] = [places[first].at, places[last].at]
    const noise = to - from - (last - first)
    rank += (last - first + 1) / inverse / (1 + (noise < 0 ? (last - first) >> 1 : noise))
    const middle = (from + to) / 2
    if (covers > 0 && middle > before) distances += 1 / (middle - before)
    before = middle
    covers++
  }
  const length = vector.reduce((sum, { positions }) => sum + Math.max(1, positions.length), 0)
  if (method & 1 && length > 0) rank /= Math.log(length + 1)
  if (method & 2 && length > 0) rank /= length
  if (method & 4 && distances > 0) rank /= covers / distances
  if (method & 8 && length > 0) rank /= vector.length
  if (method & 16 && length > 0) rank /= Math.log(vector.length + 1) / Math.log(2)
  if (method & 32) rank /= rank + 1
  return Math.fround(rank)
}

/** Where words of the query stand, in order. */
function occurrences(vector: TsVector, query: TsQuery): Occurrence[] {
  const found = new Map<string, Occurrence>()
  const add = (operand: Word): void => {
    for (const { word, positions } of matching(vector, operand)) {
      for (const { at, weight } of positions) {
        const counts = operand.weights === 0 || operand.weights & (1 << weight)
        if (counts) found.set(`${at} ${word}`, { at, weight, word })
      }
    }
  }
  const walk = (node: TsQuery): void => {
    if (node.kind === 'word') add(node)
    else if (node.kind === 'not') walk(node.operand)
    else if (node.kind !== 'empty') {
      walk(node.left)
      walk(node.right)
    }
  }
  walk(query)
  return [...found.values()].sort((a, b) => a.at - b.at || a.weight - b.weight)
}

function* coversOf(places: readonly Occurrence[], query: TsQuery): Generator<Cover> {
  for (let start = 0; start < places.length; ) {
    const last = reached(places, query, start, places.length - 1)
    if (last === undefined) return
    const first = reached(places, query, last, start)
    if (first !== undefined && places[first].at <= places[last].at) yield { first, last }
    start = (first ?? start) + 1
  }
}

/** The first place, going from one towards another, up to which the occurrences are enough for the query. */
function reached(places: readonly Occurrence[], query: TsQuery, from: number, to: number): number | undefined {
  const step = from <= to ? 1 : -1
  const seen = new Map<string, Position[]>()
  for (let at = from; at !== to + step; at += step) {
    const { word, ...place } = places[at]
    const known = seen.get(word)
    if (known) known.push(place)
    else seen.set(word, [place])
    const vector = [...seen].map(([own, positions]) => ({ word: own, positions }))
    if (matches(vector, query)) return at
  }
  return undefined
}
