/**
 * An index on expressions, or on some of the rows: which row versions have a key that is computed. Storage cannot evaluate
 * expressions; who opens it gives it a `KeyMaker` for each such index. Keys are text, made of their values' hash keys, in a
 * map; rows with one key form a chain, newest first, as in a hash index.
 */
import { traits } from '../types/traits.ts'
import type { Value } from '../types/value.ts'
import type { Pool } from './allocator.ts'
import type { Column } from './column.ts'
import { groupRows } from './column-builder.ts'
import type { KeyMaker, RowId } from './interface.ts'
import type { RowGroup } from './row-group.ts'
import { readSegmentValue } from './segment-value.ts'

/** What tables ask of an index by equality. */
export interface ChainIndex {
  reserve(rows: number): void
  insertRows(group: RowGroup, from: number, count: number, check?: (row: RowId, other: RowId) => void): void
  removeRows(group: RowGroup, from: number, count: number): void
  unlink(row: RowId): void
  find(key: readonly Value[]): RowId
  findOne(key: Value): RowId
  findInteger(key: number): RowId
  findSame(group: RowGroup, row: number): RowId
  nextInChain(row: RowId): RowId
  forgetGroup(number: number): void
  release(): void
}

export class ComputedIndex implements ChainIndex {
  readonly keys: KeyMaker
  private readonly pool: Pool
  private readonly columns: readonly Column[]
  private readonly takesNulls: boolean
  /** Per key, its rows, oldest first. */
  private readonly chains = new Map<string, RowId[]>()
  private readonly keyOfRow = new Map<RowId, string>()

  constructor(pool: Pool, keys: KeyMaker, columns: readonly Column[], takesNulls: boolean) {
    this.pool = pool
    this.keys = keys
    this.columns = columns
    this.takesNulls = takesNulls
  }

  reserve(): void {}

  insertRows(group: RowGroup, from: number, count: number, check?: (row: RowId, other: RowId) => void): void {
    for (let row = from; row < from + count; row++) {
      const key = this.textOf(this.valuesOf(group, row))
      if (key === undefined) continue
      const id = group.firstRow + row
      const chain = this.chains.get(key)
      if (chain === undefined) this.chains.set(key, [id])
      else {
        if (check !== undefined) check(id, chain[chain.length - 1])
        chain.push(id)
      }
      this.keyOfRow.set(id, key)
    }
  }

  /** The values of a row's key; undefined for a row that is not in the index. */
  valuesOf(group: RowGroup, row: number): readonly Value[] | undefined {
    const { memory } = this.pool
    return this.keys.keyOf((column) => readSegmentValue(group.segments[column], row, this.columns[column].type, memory))
  }

  private textOf(values: readonly Value[] | undefined): string | undefined {
    if (values === undefined) return undefined
    if (!this.takesNulls && values.includes(null)) return undefined
    return JSON.stringify(
      values.map((value, i) => {
        if (value === null) return null
        const type = this.keys.types[i]
        const key = traits(type).hashKey(value, type)
        return `${typeof key}${String(key)}`
      }),
    )
  }

  removeRows(group: RowGroup, from: number, count: number): void {
    for (let row = group.firstRow + from; row < group.firstRow + from + count; row++) this.unlink(row)
  }

  unlink(row: RowId): void {
    const key = this.keyOfRow.get(row)
    if (key === undefined) return
    this.keyOfRow.delete(row)
    const chain = this.chains.get(key)!
    if (chain.length === 1) this.chains.delete(key)
    else chain.splice(chain.indexOf(row), 1)
  }

  find(key: readonly Value[]): RowId {
    return this.newest(this.textOf(key))
  }

  findOne(key: Value): RowId {
    return this.find([key])
  }

  findInteger(key: number): RowId {
    return this.find([key])
  }

  findSame(group: RowGroup, row: number): RowId {
    return this.newest(this.keyOfRow.get(group.firstRow + row))
  }

  private newest(key: string | undefined): RowId {
    return (key === undefined ? undefined : this.chains.get(key)?.at(-1)) ?? -1
  }

  nextInChain(row: RowId): RowId {
    const key = this.keyOfRow.get(row)
    if (key === undefined) return -1
    const chain = this.chains.get(key)!
    const place = chain.length > 1 ? chain.lastIndexOf(row) : 0
    return place > 0 ? chain[place - 1] : -1
  }

  forgetGroup(number: number): void {
    const first = number * groupRows
    for (const row of [...this.keyOfRow.keys()]) if (row >= first && row < first + groupRows) this.unlink(row)
  }

  release(): void {
    this.chains.clear()
    this.keyOfRow.clear()
  }
}
