/** Templates that are filled with arguments: PostgreSQL's format, and those of {fmt} and of C. */
import { SqlError } from '../../error.ts'
import { type DataType, TEXT } from '../../types/data-type.ts'
import type { Decimal } from '../../types/decimal.ts'
import type { Value } from '../../types/value.ts'
import { baseType } from '../coercion.ts'
import { invalidParameter } from '../errors.ts'
import { type FmtArgument, fillBraces, hasBraces, printf } from '../formatting/fmt.ts'
import { type FunctionContext, mustSpecialise, overload, type ScalarFunction, scalar } from '../function.ts'
import { characterCount } from './characters.ts'
import { quoteIdentifier, quoteLiteral } from './conversion.ts'
import { textOf } from './text-of.ts'

const parseFormat = /%(?:(%)|(?:(\d+)\$)?(-)?(?:(\d+)|\*(?:(\d+)\$)?)?([A-Za-z])?)/g

const format = scalar({
  name: 'format',
  category: 'text',
  doc: 'A text with arguments put in: %s as they are, %I as names, %L as literals; n$ picks one, a number is a width. A text with {} and without % takes them after the manner of {fmt}.',
  examples: [
    ["format('Hello %s, %1$s', 'World')", 'Hello World, World'],
    ["format('|%10s|%-5s|', 'foo', 'ab')", '|       foo|ab   |'],
    ["format('INSERT INTO %I VALUES(%L)', 'my table', NULL)", 'INSERT INTO "my table" VALUES(NULL)'],
    ["format('{} {:>5} {:.2f}', 'a', 42, 1.5)", 'a    42 1.50'],
  ],
  volatility: 'stable',
  overloads: [
    overload([TEXT], TEXT, (template) => fillTemplate(template, noArgument)),
    overload([TEXT, 'any'], TEXT, mustSpecialise, {
      variadic: true,
      variadicNullIsEmpty: true,
      strict: false,
      context: true,
      specialise: (types) => {
        const printers = types.slice(1).map(textOf)
        const converters = types.slice(1).map(converterOf)
        return (context, template: string | null, ...values) => {
          if (template === null) return null
          if (!template.includes('%') && hasBraces(template)) {
            if (values.includes(null)) return null
            return fillBraces(template, argumentsOf(values, converters, context))
          }
          const print = (index: number): string | null => {
            if (index > values.length) return noArgument()
            const value = values[index - 1]
            return value === null ? null : printers[Math.min(index, printers.length) - 1](value, context.settings)
          }
          return fillTemplate(template, print)
        }
      },
    }),
  ],
})

function noArgument(): never {
  throw invalidParameter('too few arguments for format()')
}

function fillTemplate(template: string, print: (index: number) => string | null): string {
  let next = 1
  return template.replace(parseFormat, (whole: string, percent, place, minus, width, widthPlace, kind) => {
    if (percent) return '%'
    let count = width === undefined ? 0 : Number(width)
    if (whole.includes('*')) {
      const index = widthPlace === undefined ? next : Number(widthPlace)
      if (index === 0) throw invalidParameter('format specifies argument 0, but arguments are numbered from 1')
      next = index + 1
      count = Number(print(index) ?? 0)
    }
    if (kind === undefined) throw invalidParameter('unterminated format() type specifier', 'For a single "%" use "%%".')
    if (place !== undefined && Number(place) === 0) {
      throw invalidParameter('format specifies argument 0, but arguments are numbered from 1')
    }
    if (!'sIL'.includes(kind)) {
      throw invalidParameter(`unrecognized format() type specifier "${kind}"`, 'For a single "%" use "%%".')
    }
    const index = place === undefined ? next : Number(place)
    next = index + 1
    const value = print(index)
    let text: string
    if (kind === 'I') {
      if (value === null)
        throw new SqlError('null_value_not_allowed', 'null values cannot be formatted as an SQL identifier')
      text = quoteIdentifier(value)
    } else if (kind === 'L') {
      text = value === null ? 'NULL' : quoteLiteral(value)
    } else {
      text = value ?? ''
    }
    const padding = ' '.repeat(Math.max(0, Math.abs(count) - characterCount(text)))
    return minus || count < 0 ? text + padding : padding + text
  })
}

type Converter = (value: Value, context: FunctionContext) => FmtArgument

/** Integers, other numbers and truth values are formatted as such, everything else by its text. */
function converterOf(type: DataType): Converter {
  const { kind } = baseType(type)
  switch (kind) {
    case 'boolean':
      return (value) => ({ kind, value })
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'oid':
      return (value) => ({ kind: 'int', value: BigInt(value) })
    case 'real':
    case 'double':
      return (value) => ({ kind: 'float', value })
    case 'numeric':
      return (value: Decimal) =>
        value.isFinite() && value.scale === 0
          ? { kind: 'int', value: value.toBigInt() }
          : { kind: 'float', value: Number(String(value)) }
    default: {
      const print = textOf(type)
      return (value, { settings }) => ({ kind: 'string', value: print(value, settings) })
    }
  }
}

function argumentsOf(
  values: readonly Value[],
  converters: readonly Converter[],
  context: FunctionContext,
): readonly FmtArgument[] {
  return values.map((value, index) => converters[index](value, context))
}

const printfFunction = scalar({
  name: 'printf',
  category: 'text',
  doc: 'A text with arguments put in after the manner of C: %d, %s, %5.2f, %x …; a comma groups digits.',
  examples: [
    ["printf('%s took %d seconds', 'CSV', 42)", 'CSV took 42 seconds'],
    ["printf('%,d|%08.3f', 1234567, 3.14159)", '1,234,567|0003.142'],
  ],
  volatility: 'stable',
  overloads: [
    overload([TEXT], TEXT, (template: string) => printf(template, [])),
    overload([TEXT, 'any'], TEXT, mustSpecialise, {
      variadic: true,
      context: true,
      specialise: (types) => {
        const converters = types.slice(1).map(converterOf)
        return (context, template: string, ...values) => printf(template, argumentsOf(values, converters, context))
      },
    }),
  ],
})

export const templateFunctions: readonly ScalarFunction[] = [format, printfFunction]
