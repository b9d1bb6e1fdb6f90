/**
 * ts_rewrite: a query in which every part that equals a target is replaced. AND and OR are taken apart into all of their
 * operands, in an order of their own, so that a target is found whatever the order and grouping it is written in.
 */
import { compareNodes, EMPTY_QUERY, type TsQuery } from '../../types/text-search.ts'

type Word = TsQuery & { readonly kind: 'word' }

interface Operation {
  readonly kind: 'not' | 'and' | 'or' | 'phrase'
  readonly distance: number
  /** The right operand first; any number of them under AND and OR. */
  readonly children: readonly Node[]
  /** What has come in by a replacement is not looked into again. */
  readonly isNew?: boolean
}

type Node = (Word & { readonly isNew?: boolean }) | Operation

export function rewrite(query: TsQuery, target: TsQuery, substitute: TsQuery): TsQuery {
  if (query.kind === 'empty' || target.kind === 'empty') return query
  const found = replaced(ordered(nodeOf(query)), ordered(nodeOf(target)), newNode(substitute))
  return found ? queryOf(found) : EMPTY_QUERY
}

/** Replaces one pair after another. */
export function rewriteAll(query: TsQuery, pairs: Iterable<readonly [TsQuery, TsQuery]>): TsQuery {
  if (query.kind === 'empty') return query
  let node: Node | undefined = ordered(nodeOf(query))
  for (const [target, substitute] of pairs) {
    if (target.kind === 'empty' || !node) continue
    const next = replaced(node, ordered(nodeOf(target)), newNode(substitute))
    node = next && next !== node ? ordered(nodeOf(queryOf(next))) : next
  }
  return node ? queryOf(node) : EMPTY_QUERY
}

function nodeOf(query: TsQuery): Node {
  if (query.kind === 'word') return query
  if (query.kind === 'not') return { kind: 'not', distance: 0, children: [nodeOf(query.operand)] }
  const { kind, left, right } = query as TsQuery & { kind: 'and' }
  const distance = query.kind === 'phrase' ? query.distance : 0
  const children = [nodeOf(right), nodeOf(left)]
  if (query.kind === 'phrase') return { kind: 'phrase', distance, children }
  return { kind, distance, children: children.flatMap((child) => (child.kind === kind ? child.children : [child])) }
}

function newNode(query: TsQuery): Node | undefined {
  return query.kind === 'empty' ? undefined : { ...binaryNode(query), isNew: true }
}

/** As the query is written, neither flattened nor ordered. */
function binaryNode(query: TsQuery): Node {
  if (query.kind === 'word') return query
  if (query.kind === 'not') return { kind: 'not', distance: 0, children: [binaryNode(query.operand)] }
  const { kind, left, right } = query as TsQuery & { kind: 'and' }
  const distance = query.kind === 'phrase' ? query.distance : 0
  return { kind, distance, children: [binaryNode(right), binaryNode(left)] }
}

function queryOf(node: Node): TsQuery {
  if (node.kind === 'word') {
    const { kind, word, prefix, weights } = node
    return { kind, word, prefix, weights }
  }
  if (node.kind === 'not') return { kind: 'not', operand: queryOf(node.children[0]) }
  const operands = node.children.map(queryOf)
  const { kind, distance } = node
  const join = (left: TsQuery, right: TsQuery): TsQuery =>
    kind === 'phrase' ? { kind, distance, left, right } : ({ kind, left, right } as TsQuery)
  // The last operand always goes beside the first two, which become one.
  while (operands.length > 2) {
    const last = operands.pop()!
    operands[0] = join(operands[1], operands[0])
    operands[1] = last
  }
  return join(operands[1], operands[0])
}

function compare(a: Node, b: Node): number {
  if (a.kind === 'word' || b.kind === 'word' || a.kind !== b.kind) return compareNodes(shallow(a), shallow(b))
  if (a.children.length !== b.children.length) return b.children.length - a.children.length
  for (const [i, child] of a.children.entries()) {
    const order = compare(child, b.children[i])
    if (order !== 0) return order
  }
  return b.distance - a.distance
}

function shallow(node: Node): TsQuery {
  return node.kind === 'word' ? node : ({ kind: node.kind } as TsQuery)
}

function ordered(node: Node): Node {
  if (node.kind === 'word') return node
  const children = node.children.map(ordered)
  return { ...node, children: node.kind === 'phrase' ? children : children.sort(compare) }
}

/** The node with the substitute in every place of the target; undefined when nothing is left. */
function replaced(node: Node, target: Node, substitute: Node | undefined): Node | undefined {
  const own = replacedHere(node, target, substitute)
  if (!own || own.isNew || own.kind === 'word') return own
  const children = own.children.flatMap((child) => replaced(child, target, substitute) ?? [])
  if (children.length === 0) return undefined
  if (children.length === 1 && own.kind !== 'not') return children[0]
  const isSame = children.length === own.children.length && children.every((child, i) => child === own.children[i])
  return isSame ? own : { ...own, children }
}

function replacedHere(node: Node, target: Node, substitute: Node | undefined): Node | undefined {
  if (node.isNew || node.kind !== target.kind) return node
  if (node.kind === 'word' || target.kind === 'word') return compare(node, target) === 0 ? substitute : node
  if (node.children.length === target.children.length) return compare(node, target) === 0 ? substitute : node
  if (node.children.length < target.children.length) return node
  const left: Node[] = []
  let found = 0
  for (const child of node.children) {
    const wanted = target.children[found]
    if (wanted && compare(child, wanted) === 0) found++
    else left.push(child)
  }
  if (found < target.children.length) return node
  if (substitute) left.push(substitute)
  return ordered({ ...node, children: left })
}
