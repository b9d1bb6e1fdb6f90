/**
 * The rows of a long VALUES list of plain literals, column by column: each literal is read by its column's type at once,
 * without an expression in between, and the rows come out as batches of values.
 */
import { SqlError } from '../../error.ts'
import { type CastDefinition, type CastSession, findCast } from '../../functions/casts.ts'
import type * as ast from '../../parser/ast.ts'
import { BIGINT, BOOLEAN, type DataType, INTEGER, NUMERIC, UNKNOWN } from '../../types/data-type.ts'
import { traits } from '../../types/traits.ts'
import { baseTypeName } from '../../types/type-names.ts'
import type { Value } from '../../types/value.ts'
import type { Batch } from '../../types/vector.ts'
import type { ExternalScan, ExternalSource } from '../plan.ts'
import { isPlainInteger } from './literal.ts'
import { type BindState, newColumn } from './scope.ts'

const BATCH = 4096

interface NamedType {
  readonly name: string
  readonly type: DataType
}

export function bindBulkValues(source: ast.BulkValues, columns: readonly NamedType[], state: BindState): ExternalScan {
  const values = columns.map((column, index) => convertColumn(source, index, column, state))
  const output = columns.map((column) => newColumn(state, column.name, column.type))
  return {
    kind: 'external-scan',
    source: valuesSource(columns, values, source.rowCount),
    sourceColumns: output.map((_, index) => index),
    filter: [],
    columns: output,
  }
}

function valuesSource(
  columns: readonly NamedType[],
  values: readonly (readonly Value[])[],
  rowCount: number,
): ExternalSource {
  return {
    name: 'VALUES',
    columns: columns.map(({ name, type }) => ({ name, type })),
    estimatedRows: rowCount,
    *read(chosen): Iterable<Batch> {
      for (let start = 0; start < rowCount; start += BATCH) {
        const end = Math.min(start + BATCH, rowCount)
        yield {
          rowCount: end - start,
          columns: chosen.map((index) => ({
            layout: 'values' as const,
            type: columns[index].type,
            values: start === 0 && end === rowCount ? values[index] : values[index].slice(start, end),
          })),
          selection: null,
        }
      }
    },
  }
}

type Literal = ast.BulkValues['columns'][number][number]

function convertColumn(source: ast.BulkValues, index: number, column: NamedType, state: BindState): Value[] {
  const literals = source.columns[index]
  const convert = converter(column, state)
  const values: Value[] = new Array(literals.length)
  let row = 0
  try {
    for (; row < literals.length; row++) {
      const literal = literals[row]
      if (literal !== null) values[row] = convert(literal)
      else {
        if (column.type.kind === 'domain') (state.context.functions as CastSession).checkDomain?.(column.type, null)
        values[row] = null
      }
    }
  } catch (error) {
    if (error instanceof SqlError) error.position ??= source.rowStarts[row]
    throw error
  }
  return values
}

/** From a literal to a value of the column, by the cast that an INSERT of a single row would use. */
function converter(column: NamedType, state: BindState): (literal: Exclude<Literal, null>) => Value {
  const { type } = column
  const session = state.context.functions
  const casts = new Map<DataType, CastDefinition>()
  const from = (source: DataType): CastDefinition => {
    let cast = casts.get(source)
    if (!cast) {
      cast = findCast(source, type, 'assignment')
      if (!cast) {
        throw new SqlError(
          'datatype_mismatch',
          `column "${column.name}" is of type ${baseTypeName(type)} but expression is of type ${baseTypeName(source)}`,
          { hint: 'You will need to rewrite or cast the expression.' },
        )
      }
      casts.set(source, cast)
    }
    return cast
  }
  const text = (value: string): Value => (type.kind === 'text' ? value : from(UNKNOWN).evaluate(value, session))
  const readsNumbers = type.kind === 'numeric' || type.kind === 'real' || type.kind === 'double'
  const number = (digits: string): Value => {
    if (readsNumbers) return from(UNKNOWN).evaluate(digits, session)
    if (digits.length < 10 && isPlainInteger(digits)) {
      const value = Number(digits)
      return type.kind === 'integer' ? value : from(INTEGER).evaluate(value, session)
    }
    const source = integerType(digits)
    return from(source).evaluate(traits(source).parse(digits, source, state.context.settings), session)
  }
  return (literal) => {
    if (typeof literal === 'string') return text(literal)
    if (typeof literal === 'boolean')
      return type.kind === 'boolean' ? literal : from(BOOLEAN).evaluate(literal, session)
    return number(literal.number)
  }
}

/** The type that a number literal has by itself. */
function integerType(digits: string): DataType {
  if (!isPlainInteger(digits) || digits.length > 20) return NUMERIC
  const value = BigInt(digits)
  if (value >= -2147483648n && value <= 2147483647n) return INTEGER
  return value >= -9223372036854775808n && value <= 9223372036854775807n ? BIGINT : NUMERIC
}
