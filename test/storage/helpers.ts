import type {
  ColumnDefinition,
  ConstraintDefinition,
  IndexDefinition,
  TableData,
  TableDefinition,
  Transaction,
} from '../../src/storage/interface.ts'
import type { Storage } from '../../src/storage/storage.ts'
import type { StorageTransaction } from '../../src/storage/transaction.ts'
import type { DataType } from '../../src/types/data-type.ts'
import type { LinearMemory } from '../../src/types/linear-memory.ts'
import type { Value } from '../../src/types/value.ts'
import { type Batch, selectedCount, selectedRow } from '../../src/types/vector.ts'
import { type RowReader, vectorReader } from '../../src/types/vector-reader.ts'

export function tableOf(
  name: string,
  columns: Readonly<Record<string, DataType>>,
  options: {
    notNull?: readonly string[]
    constraints?: readonly ConstraintDefinition[]
    indexes?: readonly IndexDefinition[]
  } = {},
): TableDefinition {
  return {
    kind: 'table',
    schema: 'public',
    name,
    temporary: false,
    columns: Object.entries(columns).map(
      ([column, type]): ColumnDefinition => ({
        name: column,
        type,
        notNull: options.notNull?.includes(column) ?? false,
      }),
    ),
    constraints: options.constraints ?? [],
    indexes: options.indexes ?? [],
  }
}

export function indexOf(
  table: string,
  name: string,
  columns: readonly number[],
  options: Partial<IndexDefinition> = {},
): IndexDefinition {
  return {
    name,
    table,
    unique: false,
    primary: false,
    method: 'hash',
    columns,
    include: [],
    nullsNotDistinct: false,
    ...options,
  }
}

export function primaryKey(table: string, ...columns: number[]): ConstraintDefinition {
  return {
    kind: 'primary-key',
    name: `${table}_pkey`,
    columns,
    nullsNotDistinct: false,
    deferrable: false,
    initiallyDeferred: false,
  }
}

export function batchOf(definition: TableDefinition, rows: readonly (readonly Value[])[]): Batch {
  return {
    rowCount: rows.length,
    columns: definition.columns.map(({ type }, column) => ({
      layout: 'values',
      type,
      values: rows.map((row) => row[column]),
    })),
    selection: null,
  }
}

/** The rows of batches, in order. */
export function rowsOf(batches: Iterable<Batch>, memory: LinearMemory): Value[][] {
  const rows: Value[][] = []
  for (const batch of batches) {
    const readers: RowReader[] = batch.columns.map((vector) => vectorReader(vector, memory))
    for (let n = 0; n < selectedCount(batch); n++) {
      const row = selectedRow(batch, n, memory)
      rows.push(readers.map((read) => read(row)))
    }
  }
  return rows
}

export function scanAll(storage: Storage, transaction: Transaction, table: TableData, batchSize?: number): Value[][] {
  const columns = table.definition.columns.map((_, i) => i)
  return rowsOf(table.scan(transaction, { columns, batchSize }), storage.pool.memory)
}

/** Runs a body as one statement of a transaction of its own. */
export function committed<T>(storage: Storage, body: (transaction: StorageTransaction) => T): T {
  const transaction = storage.begin()
  transaction.beginStatement()
  try {
    const result = body(transaction)
    transaction.endStatement()
    transaction.commit()
    return result
  } catch (error) {
    transaction.rollback()
    throw error
  }
}

/** The rows that a new transaction sees. */
export function currentRows(storage: Storage, definition: TableDefinition): Value[][] {
  return committed(storage, (transaction) => scanAll(storage, transaction, transaction.table(definition)))
}

/** A small generator of numbers in [0, 1), the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed | 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 4294967296
  }
}
