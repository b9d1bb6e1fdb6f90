/** Values as text: as their type prints them, and as a cast to text gives them. */
import type { Settings } from '../../settings.ts'
import type { DataType } from '../../types/data-type.ts'
import { traits } from '../../types/traits.ts'
import type { Value } from '../../types/value.ts'

type Printer = (value: Value, settings: Settings) => string

/** How values of a type become text; NULL is the caller's business. Booleans are t and f, blanks of char stay. */
export function textOf(type: DataType): Printer {
  switch (type.kind) {
    case 'text':
    case 'varchar':
    case 'char':
    case 'name':
    case 'unknown':
      return (value) => value
    case 'smallint':
    case 'integer':
    case 'bigint':
      return (value) => String(value)
    default: {
      const { format } = traits(type)
      return (value, settings) => format(value, type, settings)
    }
  }
}

/** As `textOf`, but the way a cast does it: booleans in full, char without its blanks. */
export function castText(type: DataType): Printer {
  if (type.kind === 'boolean') return (value) => (value ? 'true' : 'false')
  if (type.kind === 'char') return (value) => value.replace(/ +$/, '')
  if (type.kind === 'domain') return castText(type.base)
  return textOf(type)
}
