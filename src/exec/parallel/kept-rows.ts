/** The part of a thread that keeps rows: a store per morsel. */
import { selectedCount } from '../../types/vector.ts'
import { ColumnStore } from '../compiled/column-store.ts'
import type { QueryMemory } from '../compiled/memory.ts'
import type { ExecutionContext, OpenRequest, Operator } from '../operator.ts'

export type KeptPart = (readonly [morsel: number, rows: ColumnStore])[]

export function keepRows(
  operator: Operator,
  context: ExecutionContext,
  request: OpenRequest,
  memory: QueryMemory,
): KeptPart {
  const kept: KeptPart = []
  let store: ColumnStore | undefined
  context.pipeline!.morsels(
    () => operator.open(context, request),
    (batch) => {
      context.checkInterrupt()
      if (selectedCount(batch) === 0) return
      store ??= new ColumnStore(operator.columns, memory, request.needed)
      store.append(batch)
    },
    (morsel) => {
      if (store !== undefined) kept.push([morsel, store])
      store = undefined
    },
  )
  return kept
}
