/**
 * How readers of files and bulk inserts hand over columns: value by value, in the form that the column stores, without
 * a JavaScript object per value where the source is bytes. Storage implements it (storage/column-builder.ts).
 *
 *   const target = table.appender(transaction)          // storage/appender.ts
 *   for each row:    target.columns[0].appendInteger(7); target.columns[1].appendUtf8(bytes, 12, 31); target.endRow()
 *   or by columns:   up to `target.room` values into each column, then target.endRows(n)
 *   target.finish()
 */
import type { DataType } from './data-type.ts'
import type { Value } from './value.ts'

/** Takes the values of one column, in order. Which methods apply follows from the type's storage (see type-traits.ts). */
export interface ColumnBuilder {
  readonly type: DataType
  /** Values that the column holds at this moment; what `truncate` goes back to. */
  readonly length: number
  appendNull(): void
  /** Storage integer: the stored integer (traits.toInteger), which a double holds exactly. Not range-checked. */
  appendInteger(value: number): void
  /** Storage integer of 8 bytes: the stored integer as low and high 32 bits. */
  appendInteger64(low: number, high: number): void
  /** Storage float. */
  appendDouble(value: number): void
  /** Storage text: `bytes[start, end)` is valid UTF-8. The bytes are copied. */
  appendUtf8(bytes: Uint8Array, start: number, end: number): void
  /** Storage text. */
  appendText(text: string): void
  /** Storage bytes: what traits.encode made. The bytes are copied. */
  appendBytes(bytes: Uint8Array, start: number, end: number): void
  /** Any type: a value as value.ts shapes it, or null. */
  appendValue(value: Value): void
  /** Takes back the values beyond `length`, after a row that turned out wrong. */
  truncate(length: number): void
}

/** Rows on their way into a table, or into a table to be. Not visible to anyone before `finish`. */
export interface RowTarget {
  readonly columns: readonly ColumnBuilder[]
  /** Rows that may be added by columns before `endRows` must be called; at least 1. */
  readonly room: number
  /** Every column has got exactly one more value. */
  endRow(): void
  /** Every column has got exactly `count` more values. */
  endRows(count: number): void
  /** Puts all rows into the table; returns how many there were. */
  finish(): number
  /** Drops what has not been finished; harmless after `finish`. */
  abandon(): void
}
