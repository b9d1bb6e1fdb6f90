/**
 * SQL as a tree of text that knows which of its parts can go: what the generators make, and what shrinking cuts.
 * A node with a `type` may give way to a descendant of the same type or to NULL of it; an optional node may vanish; a list
 * may lose items.
 */
export type Sql = string | SqlNode

export interface SqlNode {
  readonly parts: readonly Sql[]
  /** What kind of thing it is: an SQL type for expressions, any other name for clauses. */
  readonly type?: string
  readonly isOptional?: boolean
  /** Between the parts of a list. */
  readonly separator?: string
  /** What may stand in its place. */
  readonly simplest?: string
}

/** A node of text and other nodes. */
export function sql(strings: TemplateStringsArray, ...parts: readonly Sql[]): SqlNode {
  const all: Sql[] = []
  strings.forEach((text, index) => {
    if (text !== '') all.push(text)
    if (index < parts.length) all.push(parts[index])
  })
  return { parts: all }
}

/** An expression of an SQL type. */
export function typed(type: string, node: Sql): SqlNode {
  return { parts: [node], type, simplest: type === 'boolean' ? 'true' : `NULL::${type}` }
}

export function optional(node: Sql): SqlNode {
  return { parts: [node], isOptional: true }
}

export function list(parts: readonly Sql[], separator = ', '): SqlNode {
  return { parts, separator }
}

export function print(node: Sql): string {
  return typeof node === 'string' ? node : node.parts.map(print).join(node.separator ?? '')
}

/** Trees one step smaller, the boldest first. */
export function* smaller(node: Sql): Generator<Sql> {
  if (typeof node === 'string') return
  if (node.isOptional && node.parts.length > 0 && print(node) !== '') yield { ...node, parts: [] }
  if (node.separator !== undefined && node.parts.length > 1) {
    for (let i = 0; i < node.parts.length; i++) yield { ...node, parts: node.parts.filter((_, at) => at !== i) }
  }
  if (node.type !== undefined) {
    if (node.simplest !== undefined && print(node) !== node.simplest) yield { ...node, parts: [node.simplest] }
    for (const inner of descendants(node, node.type)) yield inner
  }
  for (let i = 0; i < node.parts.length; i++) {
    for (const part of smaller(node.parts[i])) yield { ...node, parts: node.parts.with(i, part) }
  }
}

/** The nearest nodes of a type below a node. */
function* descendants(node: SqlNode, type: string): Generator<SqlNode> {
  for (const part of node.parts) {
    if (typeof part === 'string') continue
    if (part.type === type) yield part
    else yield* descendants(part, type)
  }
}

/** The texts of the queries within a statement, the smallest first. */
export function* queriesWithin(node: Sql): Generator<string> {
  if (typeof node === 'string') return
  for (const part of node.parts) {
    yield* queriesWithin(part)
    const text = print(part)
    if (/^(SELECT|WITH) /.test(text)) yield text
  }
}

/** The texts of all expressions within, the smallest first. */
export function* typedParts(node: Sql): Generator<string> {
  if (typeof node === 'string') return
  for (const part of node.parts) yield* typedParts(part)
  if (node.type !== undefined && node.simplest !== undefined) yield print(node)
}
