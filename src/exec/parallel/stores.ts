/** Kept rows as plain data: where their columns lie. The thread that made them keeps the memory. */
import type { OutputColumn } from '../../planner/expression.ts'
import type { DataType } from '../../types/data-type.ts'
import type { Value } from '../../types/value.ts'
import type { Dictionary, FixedLayout } from '../../types/vector.ts'
import { ColumnStore, type StoredColumn } from '../compiled/column-store.ts'
import type { QueryMemory } from '../compiled/memory.ts'

/** The numbers by which threads know dictionaries. */
export interface DictionaryNumbers {
  numberOf(dictionary: Dictionary): number
  dictionaryOf(number: number): Dictionary
}

interface SharedStoredColumn {
  readonly type: DataType
  readonly needed: boolean
  readonly kind: StoredColumn['kind']
  readonly layout: FixedLayout
  readonly width: number
  readonly scale: number
  readonly min: number
  readonly max: number
  readonly pointer: number
  readonly validity: number
  readonly dictionary: number
  readonly stable: boolean
  readonly values: readonly Value[]
}

export interface SharedStore {
  readonly rowCount: number
  readonly columns: readonly SharedStoredColumn[]
}

export function shareStore(store: ColumnStore, numbers: DictionaryNumbers): SharedStore {
  return {
    rowCount: store.rowCount,
    columns: store.columns.map((column) => {
      const { type, needed, layout, width, scale, min, max, pointer, validity, stable } = column
      const kind = store.rowCount === 0 ? 'empty' : column.kind
      const dictionary = kind === 'codes' ? numbers.numberOf(column.dictionary!) : 0
      const values = kind === 'values' ? column.values : []
      return { type, needed, kind, layout, width, scale, min, max, pointer, validity, stable, dictionary, values }
    }),
  }
}

/** The rows that another thread keeps. Nothing may be added to them. */
export function sharedStore(
  { rowCount, columns }: SharedStore,
  memory: QueryMemory,
  numbers: DictionaryNumbers,
): ColumnStore {
  const output = columns.map(({ type }, id): OutputColumn => ({ id, name: '', type }))
  const needed = new Set(output.filter((_, i) => columns[i].needed).map(({ id }) => id))
  const store = new ColumnStore(output, memory, needed)
  store.rowCount = rowCount
  for (const [i, column] of store.columns.entries()) {
    const { kind, layout, width, scale, min, max, pointer, validity, stable, dictionary, values } = columns[i]
    Object.assign(column, { kind, layout, width, scale, min, max, pointer, validity, stable, values })
    if (dictionary !== 0) column.dictionary = numbers.dictionaryOf(dictionary)
  }
  return store
}
