/** Names, strings and type names as SQL. */
import type { Identifier, QualifiedName, TypeName } from './ast.ts'
import { printExpression } from './print.ts'

const safeName = /^[a-z_\u0080-\uffff][a-z0-9_$\u0080-\uffff]*$/

/** A name in double quotes. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A string in quotes. */
export function quoteString(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}

/** A name as it was written, quoted when it was, or when it must be. */
export function printIdentifier(identifier: Identifier): string {
  return identifier.quoted || !safeName.test(identifier.name) ? quoteName(identifier.name) : identifier.name
}

/** A name that has no record of having been quoted. */
export function printWord(name: string): string {
  return safeName.test(name) ? name : quoteName(name)
}

export function printName(name: QualifiedName): string {
  return name.parts.map(printIdentifier).join('.')
}

/** `(a, b)` */
export function printNames(names: readonly Identifier[]): string {
  return `(${names.map(printIdentifier).join(', ')})`
}

const severalWords: ReadonlySet<string> = new Set(['double precision', 'character varying', 'bit varying'])

export function printTypeName(type: TypeName): string {
  let text = type.setOf ? 'SETOF ' : ''
  const [name] = type.parts
  const modifiers = type.modifiers.length > 0 ? `(${type.modifiers.map(printExpression).join(', ')})` : ''
  if (type.quoted || type.parts.length > 1) {
    text +=
      type.parts.map((part, i) => (i === 0 && type.quoted ? quoteName(part) : printWord(part))).join('.') + modifiers
  } else if (name.endsWith(' with time zone')) text += `${name.split(' ')[0]}${modifiers} with time zone`
  else if (type.intervalFields !== undefined) text += `interval ${type.intervalFields}${modifiers}`
  else if (type.fields !== undefined) text += `${name}(${printFields(type.fields)})`
  else if (type.typeArguments !== undefined) text += `${name}(${type.typeArguments.map(printTypeName).join(', ')})`
  else text += (severalWords.has(name) ? name : printWord(name)) + modifiers
  if (type.percentType) text += '%TYPE'
  for (const bound of type.arrayBounds) text += bound === null ? '[]' : `[${bound}]`
  return text
}

/** `a int, b text` */
export function printFields(fields: readonly { readonly name: Identifier; readonly type: TypeName }[]): string {
  return fields.map((field) => `${printIdentifier(field.name)} ${printTypeName(field.type)}`).join(', ')
}
