/**
 * Results: the rows of a statement, kept as columns and turned into JavaScript rows when asked. Batches are valid only until
 * the next one, so a ResultBuilder copies what it receives: fixed-width columns as typed arrays, texts as strings.
 */
import { SqlError } from './error.ts'
import { valueBytes } from './exec/rows.ts'
import type { OutputColumn } from './planner/expression.ts'
import { type Chunk, type ChunkConverter, chunkConverter, type FixedChunk, isValues } from './result-values.ts'
import { type ColumnRowMaker, columnRowMaker, type Row } from './row-objects.ts'
import type { Settings } from './settings.ts'
import type { ValueOptions } from './types/api-value.ts'
import type { DataType } from './types/data-type.ts'
import type { LinearMemory } from './types/linear-memory.ts'
import { traits, typeName } from './types/traits.ts'
import type { Value } from './types/value.ts'
import type { Batch, FixedVector, Vector } from './types/vector.ts'
import { storedDecimal, vectorReader } from './types/vector-reader.ts'

export interface ResultColumn {
  readonly name: string
  /** As SQL text: `numeric(10,2)`. */
  readonly type: string
}

export function resultColumn(column: OutputColumn): ResultColumn {
  return { name: column.name, type: typeName(column.type) }
}

/** One column of a result: `values` is a typed array where the type has one; `validity[i]` is 0 where row i is NULL. */
export interface ColumnData {
  readonly name: string
  readonly type: string
  readonly values: Int32Array | Float64Array | BigInt64Array | Uint8Array | readonly unknown[]
  /** Absent when no value is NULL. */
  readonly validity?: Uint8Array
}

export type { Row }

/** Collects batches into a Result. */
export class ResultBuilder {
  private readonly chunks: Chunk[][]
  private readonly columns: readonly OutputColumn[]
  rowCount = 0
  /** About how many bytes the rows take. */
  bytes = 0

  constructor(columns: readonly OutputColumn[]) {
    this.columns = columns
    this.chunks = columns.map(() => [])
  }

  /** Copies the batch's selected rows. */
  add(batch: Batch, memory: LinearMemory): void {
    const rows = selectedRows(batch, memory)
    const count = rows === null ? batch.rowCount : rows.length
    if (count === 0) return
    for (let column = 0; column < this.columns.length; column++) {
      const chunk = copyVector(batch.columns[column], rows, count, memory)
      this.chunks[column].push(chunk)
      this.bytes += isValues(chunk) ? count * valueBytes(chunk[0]) : chunk.data.byteLength
    }
    this.rowCount += count
  }

  finish(command: string, options: ResultOptions, changed?: number): Result {
    return new Result(this.columns, this.chunks, this.rowCount, command, options, changed)
  }
}

function selectedRows(batch: Batch, memory: LinearMemory): Uint16Array | null {
  if (batch.selection === null) return null
  const start = batch.selection.pointer >>> 1
  return memory.u16.subarray(start, start + batch.selection.count)
}

function copyVector(vector: Vector, rows: Uint16Array | null, count: number, memory: LinearMemory): Chunk {
  switch (vector.layout) {
    case 'i8':
    case 'i16':
    case 'i32':
    case 'i64':
    case 'f32':
    case 'f64':
      return copyFixed(vector, rows, count, memory)
    case 'values':
      if (rows === null) return vector.values.slice(0, count)
      return gatherValues(vector.values, rows)
    default: {
      const read = vectorReader(vector, memory)
      const values = new Array<Value>(count)
      for (let i = 0; i < count; i++) values[i] = read(rows === null ? i : rows[i])
      return values
    }
  }
}

function gatherValues(values: readonly Value[], rows: Uint16Array): Value[] {
  const gathered = new Array<Value>(rows.length)
  for (let i = 0; i < rows.length; i++) gathered[i] = values[rows[i]]
  return gathered
}

const shifts = { i8: 0, i16: 1, i32: 2, i64: 3, f32: 2, f64: 3 } as const

function copyFixed(vector: FixedVector, rows: Uint16Array | null, count: number, memory: LinearMemory): FixedChunk {
  const start = vector.pointer >>> shifts[vector.layout]
  const source = memory[vector.layout]
  const mask = memory.u8
  if (rows === null) {
    return {
      data: source.slice(start, start + count),
      validity: vector.validity === 0 ? null : mask.slice(vector.validity, vector.validity + count),
      scale: vector.scale,
    }
  }
  const data = new (source.constructor as new (length: number) => Int32Array)(count)
  const from = source as Int32Array
  for (let i = 0; i < count; i++) data[i] = from[start + rows[i]]
  let validity: Uint8Array | null = null
  if (vector.validity !== 0) {
    validity = new Uint8Array(count)
    for (let i = 0; i < count; i++) validity[i] = mask[vector.validity + rows[i]]
  }
  return { data, validity, scale: vector.scale }
}

/** How the values of a result arrive, chosen for a statement; what is not given is the database's choice. */
export interface QueryOptions extends ValueOptions {
  /** Options of single columns, by name, before those of the statement. */
  readonly columns?: Readonly<Record<string, ValueOptions>>
}

/** No choice of its own; statements without options share it. */
export const noOptions: QueryOptions = {}

export interface ResultOptions extends QueryOptions {
  readonly settings: Settings
  /** Per column: a quotient or an average, whose digits beyond a double's are rounded already. */
  readonly inexactColumns?: readonly boolean[]
  /** What converts the columns of results with these options. */
  converters?: { readonly outputs: readonly OutputColumn[]; readonly list: readonly ChunkConverter[] }
}

/** How the values of one column arrive. */
export function columnOptions(options: ResultOptions, name: string, column: number): ValueOptions {
  return { ...options, ...options.columns?.[name], inexact: options.inexactColumns?.[column] }
}

/** The rows of a statement, or the number of rows that it changed. */
export class Result implements Iterable<Row> {
  /** Rows returned, or rows changed by a statement that returns none. */
  readonly rowCount: number
  /** The statement's kind as PostgreSQL names it: SELECT, INSERT, CREATE TABLE. */
  readonly command: string
  private readonly returned: number
  private readonly outputs: readonly OutputColumn[]
  private readonly chunks: readonly (readonly Chunk[])[]
  private readonly options: ResultOptions
  private cachedColumns: readonly ResultColumn[] | undefined
  private cachedRows: Row[] | undefined
  private cachedValues: unknown[][] | undefined
  /** Columns value by value, for cursors. */
  private readonly picked: Value[][] = []

  constructor(
    columns: readonly OutputColumn[],
    chunks: readonly (readonly Chunk[])[],
    returned: number,
    command: string,
    options: ResultOptions,
    changed?: number,
  ) {
    this.outputs = columns
    this.chunks = chunks
    this.returned = returned
    this.rowCount = changed ?? returned
    this.command = command
    this.options = options
  }

  get columns(): readonly ResultColumn[] {
    this.cachedColumns ??= this.outputs.map(resultColumn)
    return this.cachedColumns
  }

  /** All rows as objects. A later column of the same name replaces an earlier one, as better-sqlite3 does; `values` has them all. */
  get rows(): Row[] {
    if (this.cachedRows) return this.cachedRows
    this.cachedRows = this.eachRow(this.rowMaker(this.returned))
    return this.cachedRows
  }

  /** All rows as arrays, in column order. */
  get values(): unknown[][] {
    this.cachedValues ??= this.eachRow(arrayRow)
    return this.cachedValues
  }

  /** The first row, or undefined. */
  first(): Row | undefined {
    if (this.returned === 0 || this.cachedRows) return this.cachedRows?.[0]
    const columns = this.converters().map((convert, column) => convert(headOf(this.chunks[column][0])))
    return this.rowMaker(1)(columns, 0)
  }

  private rowMaker(rows: number): ColumnRowMaker {
    const names = this.outputs.map(({ name }) => name)
    return columnRowMaker(
      names,
      rows,
      this.outputs.some(({ type }) => ['real', 'double', 'numeric'].includes(type.kind)),
    )
  }

  /** The rows one by one, made as they are asked for and kept by nobody. */
  *stream(): Generator<Row, undefined, unknown> {
    const make = this.rowMaker(this.returned)
    for (const { columns, count } of this.converted()) for (let row = 0; row < count; row++) yield make(columns, row)
  }

  private eachRow<T>(make: (columns: readonly ArrayLike<unknown>[], row: number) => T): T[] {
    const rows = new Array<T>(this.returned)
    let next = 0
    for (const { columns, count } of this.converted()) {
      for (let row = 0; row < count; row++) rows[next++] = make(columns, row)
    }
    return rows
  }

  /** Values are converted a chunk at a time, so that what lies between is short-lived. */
  private *converted(): Iterable<{ readonly columns: readonly ArrayLike<unknown>[]; readonly count: number }> {
    const converters = this.converters()
    if (converters.length === 0) {
      yield { columns: [], count: this.returned }
      return
    }
    for (let chunk = 0; chunk < this.chunks[0].length; chunk++) {
      const columns = converters.map((convert, column) => convert(this.chunks[column][chunk]))
      yield { columns, count: columns[0].length }
    }
  }

  /** Made once for the results of a plan that share their options. */
  private converters(): readonly ChunkConverter[] {
    const { options, outputs } = this
    if (options.converters?.outputs === outputs) return options.converters.list
    const list = outputs.map(({ name, type }, column) =>
      chunkConverter(type, columnOptions(options, name, column), (chunk) => internalValues(chunk, type)),
    )
    options.converters = { outputs, list }
    return list
  }

  [Symbol.iterator](): Iterator<Row> {
    return this.rows[Symbol.iterator]()
  }

  /** Rows as arrays of what PostgreSQL prints, null for NULL. */
  get text(): (string | null)[][] {
    const columns = this.outputs.map(({ type }, column) => this.textColumn(type, column))
    const rows = new Array<(string | null)[]>(this.returned)
    for (let row = 0; row < rows.length; row++) rows[row] = columns.map((values) => values[row])
    return rows
  }

  /**
   * A column by name or number: a typed array where the type has one (integers and dates Int32Array, bigint and timestamps
   * BigInt64Array in microseconds, real and double Float64Array, boolean Uint8Array), else an array of API values.
   *
   * @throws SqlError 42703 when there is no such column
   */
  column(name: string | number): ColumnData {
    const index = typeof name === 'number' ? name : this.columns.findIndex((column) => column.name === name)
    if (index < 0 || index >= this.columns.length) {
      throw new SqlError('undefined_column', `column "${name}" does not exist`)
    }
    const { name: columnName, type } = this.columns[index]
    const ArrayType = typedArrayFor(this.outputs[index].type)
    if (!ArrayType) return { name: columnName, type, values: this.apiColumn(index) }
    const values = new ArrayType(this.returned) as unknown as { [index: number]: unknown; length: number }
    const validity = new Uint8Array(this.returned).fill(1)
    const wide = ArrayType === BigInt64Array
    let hasNulls = false
    let row = 0
    for (const value of this.internalColumn(index)) {
      if (value === null) {
        validity[row] = 0
        hasNulls = true
      } else values[row] = wide ? BigInt(value) : Number(value)
      row++
    }
    const data = values as unknown as Int32Array
    return hasNulls ? { name: columnName, type, values: data, validity } : { name: columnName, type, values: data }
  }

  /** The engine's own values of a column, NULL as null. */
  *internalColumn(column: number): Iterable<Value> {
    const type = this.outputs[column].type
    for (const chunk of this.chunks[column]) yield* internalValues(chunk, type)
  }

  /** A result of the rows with the given numbers, in that order. */
  pick(rows: readonly number[], command: string): Result {
    const chunks = this.outputs.map((_, column) => {
      this.picked[column] ??= [...this.internalColumn(column)]
      return [rows.map((row) => this.picked[column][row])]
    })
    return new Result(this.outputs, chunks, rows.length, command, this.options)
  }

  private textColumn(type: DataType, column: number): (string | null)[] {
    const { settings } = this.options
    const entry = traits(type)
    const texts: (string | null)[] = []
    for (const value of this.internalColumn(column)) {
      texts.push(value === null ? null : entry.format(value, type, settings))
    }
    return texts
  }

  private apiColumn(column: number): unknown[] {
    const convert = this.converters()[column]
    return this.chunks[column].flatMap((chunk) => Array.from(convert(chunk)))
  }
}

function arrayRow(columns: readonly ArrayLike<unknown>[], row: number): unknown[] {
  const values = new Array<unknown>(columns.length)
  for (let column = 0; column < values.length; column++) values[column] = columns[column][row]
  return values
}

/** The first row of a chunk. */
function headOf(chunk: Chunk): Chunk {
  if (isValues(chunk)) return [chunk[0]]
  return { data: chunk.data.slice(0, 1), validity: chunk.validity?.slice(0, 1) ?? null, scale: chunk.scale }
}

function* internalValues(chunk: Chunk, type: DataType): Iterable<Value> {
  if (isValues(chunk)) {
    yield* chunk
    return
  }
  const { data, validity, scale } = chunk
  const entry = traits(type)
  const isFloat = data instanceof Float64Array || data instanceof Float32Array
  for (let i = 0; i < data.length; i++) {
    const stored = data[i]
    if (validity !== null && validity[i] === 0) yield null
    else if (isFloat) yield stored
    else if (type.kind === 'numeric') yield storedDecimal(BigInt(stored), scale)
    else yield entry.fromInteger(stored, type)
  }
}

/** The array that holds a type's values in JavaScript, as `Result.column` gives them; undefined where it is a plain one. */
export function typedArrayFor(
  type: DataType,
): Int32ArrayConstructor | Float64ArrayConstructor | BigInt64ArrayConstructor | Uint8ArrayConstructor | undefined {
  switch (type.kind) {
    case 'boolean':
      return Uint8Array
    case 'smallint':
    case 'integer':
    case 'date':
      return Int32Array
    case 'bigint':
    case 'timestamp':
    case 'timestamptz':
      return BigInt64Array
    case 'real':
    case 'double':
      return Float64Array
    default:
      return undefined
  }
}
