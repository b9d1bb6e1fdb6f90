/** Functions in JavaScript that take many rows at once: columns as typed arrays in, one column out. */
import { SqlError } from './error.ts'
import type { Overload } from './functions/function.ts'
import { typedArrayFor } from './result.ts'
import type { DataType } from './types/data-type.ts'
import type { Value } from './types/value.ts'
import { converted } from './user-functions.ts'

/**
 * The values of a column as `Result.column` has them: a typed array where the type has one (booleans as 0 and 1, dates in days
 * and timestamps in microseconds since 1970-01-01), else an array of JavaScript values.
 */
export interface ColumnValues {
  readonly values: any
  /** 0 where the value is NULL; absent where none is, and in functions that are strict. */
  readonly validity?: Uint8Array
}

/**
 * Receives a number of rows and a column per parameter; returns `count` results: a typed array, an array (null is NULL), or
 * values with their validity. Which rows come together in a call is open; a strict function does not see rows with a NULL.
 */
export type VectorisedBody = (count: number, ...columns: ColumnValues[]) => ArrayLike<unknown> | ColumnValues

interface Described {
  readonly name: string
  readonly parameters: readonly DataType[]
  readonly returns: DataType
  /** The user's body. */
  readonly call: (args: readonly unknown[]) => Value
  /** Per parameter, from the engine's value to JavaScript's. */
  readonly take: readonly ((value: Value) => unknown)[]
}

/** An overload's two bodies, of which the one for a row is the other for a count of one. */
export function vectorisedBodies(described: Described): Pick<Overload, 'evaluate' | 'evaluateMany'> {
  const { name, parameters, returns, call, take } = described
  const evaluateMany = (count: number, columns: readonly (readonly Value[])[]): ArrayLike<Value> => {
    const args = columns.map((values, index) => columnValues(values, parameters[index], take[index]))
    return results(call([count, ...args]), count, returns, name)
  }
  return {
    evaluateMany,
    evaluate: (...args) =>
      evaluateMany(
        1,
        args.map((arg) => [arg]),
      )[0],
  }
}

function columnValues(values: readonly Value[], type: DataType, take: (value: Value) => unknown): ColumnValues {
  const ArrayType = typedArrayFor(type)
  if (!ArrayType) return { values: values.map(take) }
  const typed = new ArrayType(values.length) as unknown as Value[]
  const wide = ArrayType === BigInt64Array
  let validity: Uint8Array | undefined
  for (let n = 0; n < values.length; n++) {
    const value = values[n]
    if (value !== null) typed[n] = wide ? BigInt(value) : Number(value)
    else {
      validity ??= new Uint8Array(values.length).fill(1)
      validity[n] = 0
    }
  }
  return validity ? { values: typed, validity } : { values: typed }
}

function results(returned: Value, count: number, type: DataType, name: string): ArrayLike<Value> {
  const { values, validity } = isColumn(returned) ? returned : { values: returned, validity: undefined }
  if (!isList(values) || values.length !== count) {
    throw new SqlError('datatype_mismatch', `function "${name}" did not return ${count} values`, {
      detail: isList(values) ? `It returned ${values.length}.` : `It returned a JavaScript ${typeof values}.`,
    })
  }
  const stored = storedForm(values, type)
  if (stored === 'same' && !validity) return values
  const found = new Array<Value>(count)
  for (let n = 0; n < count; n++) {
    if (validity && validity[n] === 0) found[n] = null
    else if (stored === 'same') found[n] = values[n]
    else found[n] = stored === 'flag' ? values[n] !== 0 : converted(values[n], type, name)
  }
  return found
}

function isList(values: unknown): values is ArrayLike<Value> {
  return Array.isArray(values) || (ArrayBuffer.isView(values) && 'length' in values)
}

function isColumn(returned: Value): returned is ColumnValues {
  return returned !== null && typeof returned === 'object' && !isList(returned) && 'values' in returned
}

/** How values stand in the very array in which `Result.column` would give the type; undefined in any other array. */
function storedForm(values: unknown, type: DataType): 'same' | 'flag' | undefined {
  const ArrayType = typedArrayFor(type)
  if (!ArrayType || !(values instanceof ArrayType)) return undefined
  switch (type.kind) {
    case 'boolean':
      return 'flag'
    case 'integer':
    case 'double':
    case 'date':
    case 'bigint':
    case 'timestamp':
    case 'timestamptz':
      return 'same'
    default:
      return undefined
  }
}
