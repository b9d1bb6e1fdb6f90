/** `||` on text, bytea and bit strings; on arrays and jsonb it stands with those. */
import { SqlError } from '../../error.ts'
import { BYTEA, type DataType, TEXT } from '../../types/data-type.ts'
import type { Value } from '../../types/value.ts'
import { overload, type ScalarFunction, scalar } from '../function.ts'
import { castText } from '../scalar/text-of.ts'

const VARBIT: DataType = { kind: 'varbit' }

function joined(left: string, right: string): string {
  if (left.length + right.length > 1 << 29) throw new SqlError('program_limit_exceeded', 'out of memory')
  return left + right
}

function joinBytes(left: Uint8Array, right: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(left.length + right.length)
  bytes.set(left)
  bytes.set(right, left.length)
  return bytes
}

const concatenation = scalar({
  name: '||',
  category: 'text',
  doc: 'One text after another. A value of another type beside a text is taken as its text.',
  examples: [
    ["'Post' || 'greSQL'", 'PostgreSQL'],
    ["'Value: ' || 42", 'Value: 42'],
    ["'a' || NULL", null],
  ],
  overloads: [
    overload([TEXT, TEXT], TEXT, joined),
    overload([TEXT, 'anynonarray'], TEXT, (left, right) => left + right, {
      context: true,
      volatility: 'stable',
      specialise: ([, type]) => {
        const print = castText(type)
        return (context, left: string, right: Value) => joined(left, print(right, context.settings))
      },
    }),
    overload(['anynonarray', TEXT], TEXT, (left, right) => left + right, {
      context: true,
      volatility: 'stable',
      specialise: ([type]) => {
        const print = castText(type)
        return (context, left: Value, right: string) => joined(print(left, context.settings), right)
      },
    }),
    overload([BYTEA, BYTEA], BYTEA, joinBytes),
    overload([VARBIT, VARBIT], VARBIT, joined),
  ],
})

const startsWith = scalar({
  name: '^@',
  category: 'text',
  doc: 'Whether the text begins with another.',
  examples: [["'alphabet' ^@ 'alph'", 't']],
  overloads: [overload([TEXT, TEXT], { kind: 'boolean' }, (text: string, part: string) => text.startsWith(part))],
})

export const textOperators: readonly ScalarFunction[] = [concatenation, startsWith]
