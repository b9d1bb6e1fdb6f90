/**
 * Reading plain records in bulk, for who has a faster way than the scanner: kernels over the database's memory
 * (exec/compiled/csv). Whatever is not plain stays for the scanner and the field writers of this room.
 */
import type { ColumnBuilder } from '../../types/column-builder.ts'
import type { FieldWriter } from './convert.ts'
import type { CsvDialect } from './dialect.ts'
import type { CsvScanner } from './scanner.ts'

export interface PlainColumn {
  readonly builder: ColumnBuilder
  /** Reads any field. */
  readonly write: FieldWriter
  /** Quoted texts may be NULL too; nothing is. */
  readonly quotedNulls: boolean
  readonly neverNull: boolean
}

export interface PlainReader {
  /**
   * Writes the records from the scanner's place on, at most `limit`, and moves it behind them. 0 when the next record is not
   * plain, or has a field that cannot be read: the scanner's way finds the error, record by record.
   */
  read(scanner: CsvScanner, limit: number): number
  release(): void
}

/** A reader for files of that shape; undefined where there is none. `columns[i]` takes field i. */
export type OpenPlainReader = (
  dialect: CsvDialect,
  columns: readonly (PlainColumn | undefined)[],
  bytes: number,
) => PlainReader | undefined
