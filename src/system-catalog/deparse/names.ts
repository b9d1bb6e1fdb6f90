/** Names as PostgreSQL's catalog functions write them. */
import { COLUMN_NAME, FUNCTION_NAME, findKeyword } from '../../parser/keywords.ts'
import { quoteName } from '../../parser/print-name.ts'
import type { DataType } from '../../types/data-type.ts'
import { typeName } from '../../types/traits.ts'

/** A name, in quotes where it needs them or is a word of the grammar. */
export function quoteIdentifier(name: string): string {
  const flags = findKeyword(name)?.flags ?? COLUMN_NAME | FUNCTION_NAME
  const isPlain = /^[a-z_][a-z0-9_$]*$/.test(name) && flags & COLUMN_NAME && flags & FUNCTION_NAME
  return isPlain ? name : quoteName(name)
}

/** A type with its modifiers, as format_type writes it where a modifier may be absent. */
export function shownType(type: DataType): string {
  switch (type.kind) {
    case 'array':
      return `${shownType(type.element)}[]`
    case 'char':
      return type.length === undefined ? 'bpchar' : typeName(type)
    case 'bit':
      return type.length === undefined ? '"bit"' : typeName(type)
    default:
      return typeName(type)
  }
}
