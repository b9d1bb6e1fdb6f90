import type { TypeName } from '../../src/parser/ast.ts'
import { printTypeName } from '../../src/parser/print-name.ts'

/** A syntax tree as one short line per statement: kinds and what differs from nothing. */

const hidden: ReadonlySet<string> = new Set(['kind', 'span', 'operatorSpan', 'rowStarts', 'queryText'])

export function dump(node: unknown): string {
  if (Array.isArray(node)) return `[${node.map(dump).join(', ')}]`
  if (typeof node === 'string') return JSON.stringify(node)
  if (node === null || typeof node !== 'object') return String(node)
  const record = node as Record<string, unknown>
  if (isIdentifier(record)) return record.quoted ? JSON.stringify(record.name) : record.name
  if (Array.isArray(record.parts) && record.parts.every(isIdentifier) && !('modifiers' in record)) {
    return record.parts.map(dump).join('.')
  }
  if ('expression' in record && 'alias' in record && Object.keys(record).length === 3) {
    return record.alias === undefined ? dump(record.expression) : `${dump(record.expression)} AS ${dump(record.alias)}`
  }
  if ('arrayBounds' in record) return `type ${printTypeName(node as TypeName)}`
  switch (record.kind) {
    case 'binary':
      return `(${dump(record.left)} ${record.operator} ${dump(record.right)})`
    case 'unary':
      return `(${record.operator} ${dump(record.operand)})`
    case 'logical':
      return `(${(record.operands as unknown[]).map(dump).join(` ${record.operator} `)})`
    case 'number':
      return String(record.text)
    case 'string':
      return `'${record.value}'`
    case 'null':
      return 'null'
  }
  const fields = Object.entries(record)
    .filter(([key, value]) => !hidden.has(key) && !isNothing(value))
    .map(([key, value]) => (value === true ? key : `${key}: ${dump(value)}`))
  return `${record.kind ?? ''}{${fields.join(', ')}}`
}

function isIdentifier(value: unknown): value is { name: string; quoted: boolean } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'quoted' in value &&
    'name' in value &&
    Object.keys(value).length === 3
  )
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === false || (Array.isArray(value) && value.length === 0)
}

/** The tree without what depends on how the text was laid out. */
export function withoutSpans(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutSpans)
  if (node === null || typeof node !== 'object') return node
  const entries = Object.entries(node).filter(
    ([key, value]) => value !== undefined && (key === 'kind' || !hidden.has(key)),
  )
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => [key, withoutSpans(value)]),
  )
}
