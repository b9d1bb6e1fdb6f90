/**
 * The columns that PostgreSQL's tables all have. `tableoid` is the table's number; `ctid` is where the row lies, and stays
 * so until the row is changed. A statement that reads one is bound again, with the rows' numbers beside the tables' columns.
 */
import { notSupported } from '../../error.ts'
import { overload, scalar } from '../../functions/function.ts'
import type * as ast from '../../parser/ast.ts'
import { quoteName } from '../../parser/print-name.ts'
import { BIGINT, type DataType, OID } from '../../types/data-type.ts'
import type { Expression } from '../expression.ts'
import { either, isNullValue } from '../optimizer/make.ts'
import { type BindState, type RangeItem, reference, type ScopeColumn } from './scope.ts'

export const systemColumns: ReadonlySet<string> = new Set(['tableoid', 'ctid', 'xmin', 'cmin', 'xmax', 'cmax'])

const TID: DataType = { kind: 'tid' }
/** Rows per page, as a power of two. */
const pageBits = 15n

const address = scalar({
  name: 'ctid',
  category: 'system',
  doc: 'Where a row lies: its page, and its place there.',
  examples: [],
  overloads: [overload([BIGINT], TID, (id) => `(${id >> pageBits},${BigInt.asUintN(Number(pageBits), id) + 1n})`)],
})

/** The column of that name which a relation of the FROM clause has because it is a table. */
export function systemColumn(item: RangeItem, name: string, span: ast.Span, state: BindState): ScopeColumn | undefined {
  if (!item.table || item.relation === undefined || !systemColumns.has(name)) return undefined
  const column = (type: DataType, expression: Expression): ScopeColumn => ({ id: -1, name, type, expression })
  if (name === 'tableoid') {
    const { schema, name: table } = item.table
    const number = state.context.functions.objectNumber?.('regclass', `${quoteName(schema)}.${quoteName(table)}`)
    if (number === undefined) return undefined
    const value: Expression = { kind: 'constant', type: OID, value: number }
    if (!item.padded) return column(OID, value)
    const missing: Expression = { kind: 'constant', type: OID, value: null }
    return column(OID, either(isNullValue(rowNumber(item, name, span, state)), missing, value))
  }
  if (name !== 'ctid') throw notSupported(`system column "${name}"`, span.start)
  const args = [rowNumber(item, name, span, state)]
  return column(TID, { kind: 'call', type: TID, function: address, overload: address.overloads[0], args, span })
}

function rowNumber({ rowId }: RangeItem, name: string, span: ast.Span, state: BindState): Expression {
  if (rowId) return reference(rowId)
  if (state.hasRowIds) throw notSupported(`system column "${name}" here`, span.start)
  state.needsRowIds = true
  return { kind: 'constant', type: BIGINT, value: null }
}
