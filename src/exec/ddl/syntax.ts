/** Looking into syntax trees that definitions keep: which names they use, and how they read once a name has changed. */
import type * as ast from '../../parser/ast.ts'

/** Calls `visit` on every node of a tree; a node for which it returns false is not looked into. */
export function walkSyntax(node: unknown, visit: (node: { readonly kind?: string }) => unknown): void {
  if (Array.isArray(node)) {
    for (const item of node) walkSyntax(item, visit)
    return
  }
  if (node === null || typeof node !== 'object') return
  if (visit(node) === false) return
  for (const [key, part] of Object.entries(node)) if (key !== 'span') walkSyntax(part, visit)
}

/** A copy of a tree with some nodes replaced; parts that stay are shared. */
export function mapSyntax<Node>(node: Node, map: (node: { readonly kind?: string }) => unknown): Node {
  if (Array.isArray(node)) {
    const items = node.map((item) => mapSyntax(item, map))
    return items.every((item, index) => item === node[index]) ? node : (items as Node)
  }
  if (node === null || typeof node !== 'object') return node
  const replaced = map(node)
  if (replaced !== undefined) return replaced as Node
  let copy: Record<string, unknown> | undefined
  for (const [key, part] of Object.entries(node)) {
    if (key === 'span') continue
    const mapped = mapSyntax(part, map)
    if (mapped === part) continue
    copy ??= { ...node } as Record<string, unknown>
    copy[key] = mapped
  }
  return (copy as Node | undefined) ?? node
}

/** The names of columns that an expression over one table reads. */
export function columnNames(expression: ast.Expression): Set<string> {
  const names = new Set<string>()
  walkSyntax(expression, (node) => {
    if (node.kind === 'column') {
      const { parts } = node as ast.ColumnReference
      names.add(parts[parts.length - 1].name)
    }
  })
  return names
}

export function hasSubquery(expression: ast.Expression): boolean {
  let found = false
  walkSyntax(expression, (node) => {
    if (node.kind === 'select' || node.kind === 'set-operation' || node.kind === 'values') found = true
    return !found
  })
  return found
}

/** The expression after a column of its table was renamed. */
export function renameColumn(expression: ast.Expression, from: string, to: string): ast.Expression {
  return mapSyntax(expression, (node) => {
    if (node.kind !== 'column') return undefined
    const { parts } = node as ast.ColumnReference
    const last = parts[parts.length - 1]
    if (last.name !== from) return undefined
    return { ...node, parts: [...parts.slice(0, -1), { ...last, name: to }] }
  })
}

/** The table that a query's rows go into: SELECT … INTO; of a set operation, its first SELECT names it. */
export function intoOf(query: ast.Query): ast.Select['into'] {
  if (query.kind === 'set-operation') return intoOf(query.left)
  return query.kind === 'select' ? query.into : undefined
}

/** The query alone. */
export function withoutInto(query: ast.Query): ast.Query {
  if (query.kind === 'set-operation') return { ...query, left: withoutInto(query.left) }
  return query.kind === 'select' ? { ...query, into: undefined } : query
}

/** The tables and views that a query names, CTEs of its own left out. */
export function relationNames(query: ast.Query): ast.QualifiedName[] {
  const names: ast.QualifiedName[] = []
  const ctes = new Set<string>()
  walkSyntax(query, (node) => {
    if ('tables' in node && 'recursive' in node) {
      for (const table of (node as ast.With).tables) ctes.add(table.name.name)
    }
  })
  walkSyntax(query, (node) => {
    if (node.kind !== 'table') return
    const { name } = node as ast.TableReference | ast.TableCommand
    if (name.parts.length > 1 || !ctes.has(name.parts[0].name)) names.push(name)
  })
  return names
}
