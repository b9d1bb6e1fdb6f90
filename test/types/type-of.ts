import { arrayOf, type DataType } from '../../src/types/data-type.ts'
import { resolveTypeName } from '../../src/types/type-names.ts'

/** The type that a text such as `numeric(3,1)[]` names. */
export function typeOf(text: string): DataType {
  if (text.endsWith('[]')) return arrayOf(typeOf(text.slice(0, -2)))
  const match = /^([^(]+?)(?:\((.*)\))?$/.exec(text)!
  return resolveTypeName({ parts: match[1].split('.'), modifiers: match[2]?.split(',').map(Number) })
}
