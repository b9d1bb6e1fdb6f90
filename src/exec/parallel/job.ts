/** What a thread is told to do. */
import type { Expression } from '../../planner/expression.ts'
import type { SharedScan } from '../../storage/shared-scan.ts'
import type { Value } from '../../types/value.ts'
import type { ColumnStore } from '../compiled/column-store.ts'
import type { SharedKeys } from '../compiled/join-keys.ts'
import type { SharedRowTable } from '../compiled/join-table.ts'
import type { OpenRequest, Operator, RowFilter } from '../operator.ts'
import type { GroupTable } from './group-table.ts'

export interface SharedSide {
  readonly payload: ColumnStore
  readonly rowCount: number
  readonly hasNullKey: boolean
  readonly probeFilters: readonly RowFilter[]
  readonly nullsEqual: readonly boolean[]
  readonly keyTypes: readonly Expression['type'][]
  readonly keys: SharedKeys
  readonly table: SharedRowTable
}

export interface Job {
  /** The fragment's number: what a thread has built once it keeps. */
  readonly fragment: number
  /** Where the fragment's plan lies, as text. */
  readonly plan: readonly [address: number, length: number]
  readonly request: OpenRequest
  readonly keepsRows: boolean
  /** Rows and batches are counted, for EXPLAIN ANALYZE. */
  readonly counts: boolean
  readonly parameters: readonly Value[]
  readonly outer: ReadonlyMap<number, Value>
  /** In the order in which the pipeline opens its joins. */
  readonly sides: readonly SharedSide[]
  readonly scan: Pick<SharedScan, 'columns' | 'batchSize'>
  readonly groups: GroupTable
  /** The numbers of the scan's dictionaries. */
  readonly scanDictionaries: readonly number[]
  readonly morselBatches: number
  /** Address of the number of the next morsel. */
  readonly counter: number
}

/** What goes before a job, since reading the job needs it: number, size and address of each dictionary. */
export type DictionaryList = readonly (readonly [number: number, size: number, refs: number])[]

/** What a thread answers. */
export interface Answer<Part> {
  readonly part: Part
  /** Per operator of the pipeline, from its top down. */
  readonly counts: readonly (readonly [rows: number, batches: number])[]
}

/** The operators of a pipeline, from its top down to the scan. */
export function pipelineOf(top: Operator): Operator[] {
  const operators = [top]
  for (let next = top.flows; next !== undefined && next !== 'here'; next = next.flows) operators.push(next)
  return operators
}
