/** Columns that readers of files fill for a scan: the open segments of a table's row group, without the table. */

import type { OpenPlainReader } from '../io/csv/plain-reader.ts'
import type { Owner, Pool } from '../storage/allocator.ts'
import { Column } from '../storage/column.ts'
import { createBuilder } from '../storage/create-builder.ts'
import { Reclaimer } from '../storage/reclaimer.ts'
import { segmentVector } from '../storage/segment-value.ts'
import type { DataType } from '../types/data-type.ts'
import type { SourceColumns, SourceMemory } from '../types/external-source.ts'
import { traits } from '../types/traits.ts'
import { plainReaders } from './compiled/csv/reader.ts'
import type { ExecutionMode } from './operator.ts'

const owner: Owner = { kind: 'query', name: 'file scan' }

export function sourceMemory(pool: Pool, mode: ExecutionMode): SourceMemory {
  let openPlain: OpenPlainReader | undefined
  return {
    open: (types) => openColumns(pool, types),
    openPlain(...args) {
      openPlain ??= plainReaders(pool, mode)
      return openPlain(...args)
    },
    blocks: {
      memory: pool.memory,
      allocate: (bytes) => pool.allocate(bytes, owner),
      free: (pointer) => pool.free(pointer),
    },
  }
}

function openColumns(pool: Pool, types: readonly DataType[]): SourceColumns {
  const reclaimer = new Reclaimer(pool)
  const columns = types.map((type) => new Column(pool, reclaimer, type, traits(type).storage === 'text', owner))
  // Consumers may keep references to a dictionary's texts for longer than the scan lasts; texts in a heap they copy.
  for (const column of columns) column.release()
  const builders = columns.map(createBuilder)
  const refs: number[] = types.map(() => 0)
  const freeRefs = (): void => {
    for (const [i, pointer] of refs.entries()) {
      pool.free(pointer)
      refs[i] = 0
    }
  }
  return {
    columns: builders,
    batch() {
      const rowCount = builders[0]?.length ?? 0
      freeRefs()
      for (const [i, { segment }] of builders.entries()) {
        if (segment.encoding === 'heap') refs[i] = pool.allocate(rowCount * 8, owner)
      }
      const vectors = builders.map(({ segment }, i) =>
        segmentVector(segment, types[i], columns[i].scale, 0, rowCount, refs[i], pool.memory),
      )
      return { rowCount, selection: null, columns: vectors }
    },
    clear() {
      for (const builder of builders) builder.truncate(0)
    },
    release() {
      freeRefs()
      for (const builder of builders) builder.segment.release(reclaimer)
    },
  }
}
