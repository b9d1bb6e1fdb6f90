/** A column builder that keeps JavaScript values: for rows that are read once and not stored. */
import type { ColumnBuilder } from '../types/column-builder.ts'
import type { DataType } from '../types/data-type.ts'
import { traits } from '../types/traits.ts'
import type { Value } from '../types/value.ts'
import { decodeUtf8 } from './csv/scanner.ts'

export class ValuesBuilder implements ColumnBuilder {
  readonly type: DataType
  values: Value[] = []
  private readonly fromInteger: (stored: number | bigint, type: DataType) => Value

  constructor(type: DataType) {
    this.type = type
    this.fromInteger = traits(type).fromInteger
  }

  get length(): number {
    return this.values.length
  }

  appendNull(): void {
    this.values.push(null)
  }

  appendInteger(value: number): void {
    this.values.push(this.fromInteger(value, this.type))
  }

  appendInteger64(low: number, high: number): void {
    this.values.push(this.fromInteger((BigInt(high) << 32n) | BigInt(low >>> 0), this.type))
  }

  appendDouble(value: number): void {
    this.values.push(value)
  }

  appendUtf8(bytes: Uint8Array, start: number, end: number): void {
    this.values.push(decodeUtf8(bytes, start, end))
  }

  appendText(text: string): void {
    this.values.push(text)
  }

  appendBytes(bytes: Uint8Array, start: number, end: number): void {
    this.values.push(traits(this.type).decode(bytes.subarray(start, end), this.type))
  }

  appendValue(value: Value): void {
    this.values.push(value)
  }

  truncate(length: number): void {
    this.values.length = length
  }

  /** The values so far; starts anew. */
  take(): Value[] {
    const { values } = this
    this.values = []
    return values
  }
}
