/** SEARCH and CYCLE of a recursive WITH query. */
import { notSupported } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'

/** The common table without these clauses. */
export function withSearchAndCycle(table: ast.CommonTable): ast.CommonTable {
  if (table.search) throw notSupported('SEARCH in WITH', table.span.start)
  if (table.cycle) throw notSupported('CYCLE in WITH', table.span.start)
  if (table.usingKey) throw notSupported('USING KEY in WITH', table.span.start)
  return table
}
