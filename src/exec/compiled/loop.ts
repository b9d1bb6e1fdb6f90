/** The loop over a batch's rows that most kernels are. */
import type { FunctionBuilder } from './builder.ts'
import { load, type Operand, type Term } from './term.ts'

/** Emits `body` for each row that takes part, with the row's position in the vectors and its number among those rows. */
export function forRows(
  f: FunctionBuilder,
  dense: boolean,
  count: Term,
  selection: Term,
  body: (row: Term, n: Term) => void,
  start: Operand = 0,
): void {
  f.forRange(count, (n) => body(dense ? n : f.let(load('u16', selection.add(n.shl(1)))), n), start)
}
