/** The part of a thread that keeps rows: those of all its morsels, one after the other. */
import { selectedCount } from '../../types/vector.ts'
import { ColumnStore } from '../compiled/column-store.ts'
import type { QueryMemory } from '../compiled/memory.ts'
import type { ExecutionContext, OpenRequest, Operator } from '../operator.ts'

export interface KeptPart {
  /** Per morsel, in the order in which the thread had them, how many rows there were after it. */
  readonly ends: MorselEnds
  readonly rows: ColumnStore
}

export type MorselEnds = readonly (readonly [morsel: number, end: number])[]

export function keepRows(
  operator: Operator,
  context: ExecutionContext,
  request: OpenRequest,
  memory: QueryMemory,
): KeptPart {
  const ends: (readonly [morsel: number, end: number])[] = []
  const rows = new ColumnStore(operator.columns, memory, request.needed)
  context.pipeline!.morsels(
    () => operator.open(context, request),
    (batch) => {
      context.checkInterrupt()
      if (selectedCount(batch) > 0) rows.append(batch)
    },
    (morsel) => ends.push([morsel, rows.rowCount]),
  )
  return { ends, rows }
}

/** Rows [from, to) that a part made of a morsel. */
export interface Stretch<Part> {
  readonly part: Part
  readonly morsel: number
  readonly from: number
  readonly to: number
}

/** What parts made, in the order of morsels. */
export function stretchesOf<Part extends { readonly ends: MorselEnds }>(parts: readonly Part[]): Stretch<Part>[] {
  const stretches = parts.flatMap((part) => {
    let from = 0
    return part.ends.map(([morsel, to]) => {
      const stretch = { part, morsel, from, to }
      from = to
      return stretch
    })
  })
  return stretches.filter(({ from, to }) => to > from).sort((a, b) => a.morsel - b.morsel)
}
