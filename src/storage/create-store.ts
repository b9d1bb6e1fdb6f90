/** Making the stores of tables: new ones, empty ones in the place of others, and those that ALTER TABLE derives. */
import { traits, typeEquals } from '../types/traits.ts'
import type { Value } from '../types/value.ts'
import type { Owner } from './allocator.ts'
import { Column } from './column.ts'
import { groupRows, type SegmentBuilder } from './column-builder.ts'
import { createBuilder } from './create-builder.ts'
import type { ColumnDefinition, TableDefinition } from './interface.ts'
import { Reclaimer } from './reclaimer.ts'
import { RowGroup } from './row-group.ts'
import type { Segment } from './segment.ts'
import { readSegmentValue, segmentVector } from './segment-value.ts'
import { addSegment } from './sketch.ts'
import type { Storage } from './storage.ts'
import { Table } from './table.ts'
import { TableIndex } from './table-index.ts'
import { TableStore } from './table-store.ts'
import type { StorageTransaction } from './transaction.ts'

/** A table without rows. */
export function createStore(storage: Storage, definition: TableDefinition): Table {
  const reclaimer = new Reclaimer(storage.pool)
  const columns = definition.columns.map((column) => newColumn(storage, reclaimer, definition, column))
  return withIndexes(
    storage,
    new TableStore(storage.pool, storage.stamps, tableOwner(definition), columns, reclaimer),
    definition,
  )
}

/** The same table without its rows. */
export function emptyCopy(storage: Storage, table: Table): Table {
  return createStore(storage, table.definition)
}

/** Whether a definition fits the rows of another as they are. */
export function isSameShape(old: TableDefinition, definition: TableDefinition, columnMap: readonly number[]): boolean {
  return (
    old.columns.length === definition.columns.length &&
    columnMap.every((from, to) => from === to && typeEquals(old.columns[from].type, definition.columns[to].type))
  )
}

/** How a column of a derived store comes by its values. */
type Source =
  | { readonly kind: 'shared'; readonly from: number }
  | { readonly kind: 'copied'; readonly from: number }
  | { readonly kind: 'converted'; readonly from: number; readonly convert: (value: Value) => Value }
  | { readonly kind: 'filled'; readonly value: Value }

/** The rows of a table under other columns. Row ids stay; what does not change is shared. */
export function derivedStore(
  own: StorageTransaction,
  table: Table,
  definition: TableDefinition,
  columnMap: readonly number[],
  fill: readonly Value[],
  convert?: (column: number, value: Value) => Value,
): Table {
  const { storage } = own
  const old = table.store
  const sources = definition.columns.map(({ type }, to): Source => {
    const from = columnMap[to]
    if (from === -1) return { kind: 'filled', value: fill[to] ?? null }
    if (typeEquals(type, old.columns[from].type)) return { kind: 'shared', from }
    return convert === undefined
      ? { kind: 'copied', from }
      : { kind: 'converted', from, convert: (value) => convert(to, value) }
  })
  const columns = definition.columns.map((column, to) => {
    const source = sources[to]
    return source.kind === 'shared'
      ? old.columns[source.from].derive(columnOwner(definition, column))
      : newColumn(storage, old.reclaimer, definition, column)
  })
  const store = new TableStore(storage.pool, storage.stamps, tableOwner(definition), columns, old.reclaimer)
  try {
    for (const group of old.groups) store.adopt(deriveGroup(own, old, group, store, sources))
    store.rowCount = old.rowCount
    store.endedCount = old.endedCount
    return withIndexes(storage, store, definition)
  } catch (error) {
    store.release()
    throw error
  }
}

function deriveGroup(
  own: StorageTransaction,
  old: TableStore,
  group: RowGroup,
  store: TableStore,
  sources: readonly Source[],
): RowGroup {
  const { pool } = store
  const isOpen = group.builders !== undefined
  const builders: SegmentBuilder[] = []
  const segments = sources.map((source, to): Segment => {
    const column = store.columns[to]
    if (source.kind === 'shared' && !isOpen) return group.segments[source.from].retain()
    const builder = createBuilder(column)
    appendSource(own, builder, source, old, group)
    if (isOpen) {
      builders.push(builder)
      return builder.segment
    }
    const segment = builder.seal()
    addSegment(column.sketch, segment, group.rowCount, pool.memory)
    return segment
  })
  const derived = new RowGroup(group.number, isOpen ? builders : undefined, segments)
  derived.rowCount = group.rowCount
  derived.copyStamps(group, pool, store.owner)
  return derived
}

function appendSource(
  own: StorageTransaction,
  builder: SegmentBuilder,
  source: Source,
  old: TableStore,
  group: RowGroup,
): void {
  const { pool } = old
  const { rowCount } = group
  if (rowCount === 0) return
  if (source.kind === 'filled') {
    builder.appendVector({ layout: 'constant', type: builder.type, value: source.value }, 0, 0, rowCount)
    return
  }
  const { type, scale } = old.columns[source.from]
  const segment = group.segments[source.from]
  if (source.kind === 'converted') {
    for (let row = 0; row < rowCount; row++) {
      const isSeen = group.isVisible(row, own.snapshot, old.stamps, pool.memory)
      builder.appendValue(isSeen ? source.convert(readSegmentValue(segment, row, type, pool.memory)) : null)
    }
    return
  }
  const refs = pool.allocate(groupRows * 8, old.owner)
  try {
    builder.appendVector(segmentVector(segment, type, scale, 0, rowCount, refs, pool.memory), 0, 0, rowCount)
  } finally {
    pool.free(refs)
  }
}

function withIndexes(storage: Storage, store: TableStore, definition: TableDefinition): Table {
  const indexes = new Map<string, TableIndex>()
  for (const index of definition.indexes) {
    const keys = storage.keysOf(definition, index)
    const made = new TableIndex(store.pool, store.reclaimer, definition.name, index, store.columns, store.slots, keys)
    store.buildIndex(made)
    indexes.set(index.name, made)
  }
  store.indexes = [...indexes.values()]
  return new Table(definition, store, indexes)
}

function newColumn(
  storage: Storage,
  reclaimer: Reclaimer,
  definition: TableDefinition,
  column: ColumnDefinition,
): Column {
  const isText = traits(column.type).storage === 'text'
  return new Column(storage.pool, reclaimer, column.type, isText, columnOwner(definition, column))
}

function tableOwner({ schema, name }: TableDefinition): Owner {
  return { kind: 'table', name: qualified(schema, name) }
}

function columnOwner({ schema, name }: TableDefinition, column: ColumnDefinition): Owner {
  return { kind: 'column', name: `${qualified(schema, name)}.${column.name}` }
}

function qualified(schema: string, name: string): string {
  return schema === 'public' ? name : `${schema}.${name}`
}
