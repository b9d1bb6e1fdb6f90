/**
 * DECLARE, FETCH, MOVE and CLOSE. A cursor's rows are computed when it is declared, so that nothing it reads can change under
 * it; an error on the way is raised by the FETCH that comes that far.
 */
import { SqlError } from '../error.ts'
import { walkSyntax } from '../exec/ddl/syntax.ts'
import { Executable, planStatement } from '../executable.ts'
import type { GivenParameters } from '../parameters.ts'
import type * as ast from '../parser/ast.ts'
import { type QueryOptions, type Result, ResultBuilder } from '../result.ts'
import type { Session } from '../session.ts'
import type { RowId, TableDefinition, Transaction } from '../storage/interface.ts'
import { selectedCount, selectedRow } from '../types/vector.ts'
import { vectorReader } from '../types/vector-reader.ts'
import { commandDone } from './command.ts'

export interface Cursor {
  readonly rows: Result
  /** Raised by whoever comes to the end of `rows`. */
  readonly error: SqlError | undefined
  /** 0 before the first row, n on row n, rowCount + 1 after the last. */
  position: number
  readonly statement: ast.DeclareCursor
  /** As it was written. */
  readonly text: string
  readonly time: Date
  /** Grows from cursor to cursor: those made after a savepoint go with it. */
  readonly number: number
  /** Whether the transaction that declared it WITH HOLD is committed. */
  held: boolean
  /** After an error it cannot be used any more. */
  broken: boolean
  /** Where its rows are rows of one table: which, and per row the versions that it has had, the newest last. */
  readonly table: TableDefinition | undefined
  readonly rowIds: RowId[][]
}

export function declareCursor(
  session: Session,
  statement: ast.DeclareCursor,
  text: string,
  given: GivenParameters | undefined,
  transaction: Transaction,
  options: QueryOptions,
): Result {
  const { name } = statement.name
  refuse(statement)
  if (!session.block.isOpen && !statement.hold) {
    throw new SqlError('no_active_sql_transaction', 'DECLARE CURSOR can only be used in transaction blocks')
  }
  if (session.cursors.has(name)) throw new SqlError('duplicate_cursor', `cursor "${name}" already exists`)
  const planned = planStatement(session, statement.query, given?.names ?? [], given?.values, transaction, {
    context: { marksRows: true },
  })
  const executable = new Executable(session, transaction, planned, 'SELECT', false)
  const context = session.executionContext(transaction, executable.parameters(given?.values ?? []))
  const builder = new ResultBuilder(executable.columns)
  const rowIds: RowId[][] = []
  const { memory } = context.pool
  let error: SqlError | undefined
  try {
    for (const batch of executable.operator.open(context)) {
      builder.add(batch, memory)
      if (!planned.rowTable) continue
      const readId = vectorReader(batch.columns[executable.columns.length], memory)
      const count = selectedCount(batch)
      for (let n = 0; n < count; n++) rowIds.push([Number(readId(selectedRow(batch, n, memory)))])
    }
  } catch (thrown) {
    if (!(thrown instanceof SqlError) || !session.block.isOpen) throw thrown
    error = thrown
  }
  session.cursors.set(name, {
    rows: builder.finish('SELECT', session.resultOptions(executable, options)),
    error,
    position: 0,
    statement,
    text: text.slice(statement.span.start, statement.span.end),
    time: new Date(),
    number: ++session.cursorCount,
    held: statement.hold && !session.block.isOpen,
    broken: false,
    table: planned.rowTable,
    rowIds,
  })
  return commandDone(session, 'DECLARE CURSOR')
}

function refuse({ query, scroll, hold }: ast.DeclareCursor): void {
  walkSyntax(query, (node) => {
    if (node.kind !== 'insert' && node.kind !== 'update' && node.kind !== 'delete' && node.kind !== 'merge') return
    throw new SqlError('feature_not_supported', 'DECLARE CURSOR must not contain data-modifying statements in WITH')
  })
  const lock = query.kind === 'select' ? query.locking[0] : undefined
  if (lock === undefined) return
  const words = lock.replace(/ of .*/i, '').toUpperCase()
  if (hold) {
    throw new SqlError('feature_not_supported', `DECLARE CURSOR WITH HOLD ... ${words} is not supported`, {
      detail: 'Holdable cursors must be READ ONLY.',
    })
  }
  if (!scroll) return
  throw new SqlError('feature_not_supported', `DECLARE SCROLL CURSOR ... ${words} is not supported`, {
    detail: 'Scrollable cursors must be READ ONLY.',
  })
}

export function fetchCursor(session: Session, statement: ast.Fetch): Result {
  const cursor = findCursor(session, statement.cursor)
  if (cursor.broken) {
    throw new SqlError('object_not_in_prerequisite_state', `portal "${statement.cursor.name}" cannot be run`)
  }
  const positions = advance(cursor, statement)
  if (cursor.error && cursor.position > cursor.rows.rowCount) {
    cursor.broken = true
    throw cursor.error
  }
  const rows = cursor.rows.pick(positions, statement.move ? 'MOVE' : 'FETCH')
  if (!statement.move) return rows
  return new ResultBuilder([]).finish('MOVE', { settings: session.settings }, positions.length)
}

export function closeCursor(session: Session, statement: ast.CloseCursor): Result {
  if (statement.name === undefined) {
    session.cursors.clear()
    return commandDone(session, 'CLOSE CURSOR ALL')
  }
  findCursor(session, statement.name)
  session.cursors.delete(statement.name.name)
  return commandDone(session, 'CLOSE CURSOR')
}

function findCursor(session: Session, name: ast.Identifier): Cursor {
  const cursor = session.cursors.get(name.name)
  if (!cursor) {
    throw new SqlError('invalid_cursor_name', `cursor "${name.name}" does not exist`, { position: name.span.start })
  }
  return cursor
}

/** WHERE CURRENT OF: the row of the table on which the cursor stands, as it is now; undefined when it is gone. */
export function currentRowOf(
  session: Session,
  name: ast.Identifier,
  table: TableDefinition,
  transaction: Transaction,
): RowId | undefined {
  const cursor = findCursor(session, name)
  if (cursor.held) {
    throw new SqlError('invalid_cursor_state', `cursor "${name.name}" is held from a previous transaction`)
  }
  const isSame = cursor.table?.schema === table.schema && cursor.table.name === table.name
  if (cursor.table && isSame) {
    const versions = cursor.rowIds[cursor.position - 1]
    if (!versions) throw new SqlError('invalid_cursor_state', `cursor "${name.name}" is not positioned on a row`)
    const data = transaction.table(table)
    return versions.findLast((row) => data.isVisible(transaction, row))
  }
  throw new SqlError(
    'invalid_cursor_state',
    `cursor "${name.name}" is not a simply updatable scan of table "${table.name}"`,
  )
}

/** Cursors go on with the new versions of rows. */
export function rowsMoved(
  cursors: Iterable<Cursor>,
  table: TableDefinition,
  rows: readonly RowId[],
  first: RowId,
): void {
  for (const cursor of cursors) {
    if (cursor.table?.name !== table.name || cursor.table.schema !== table.schema) continue
    const moved = new Map(rows.map((row, n) => [row, first + n]))
    for (const versions of cursor.rowIds) {
      const to = moved.get(versions[versions.length - 1])
      if (to !== undefined) versions.push(to)
    }
  }
}

/** Moves the cursor; returns the row numbers (from 0) that it passed over and stands for. */
function advance(cursor: Cursor, statement: ast.Fetch): number[] {
  const last = cursor.rows.rowCount
  const clamp = (position: number): number => Math.max(0, Math.min(last + 1, position))
  const goTo = (target: number): number[] => {
    if (target < cursor.position) mustScroll(cursor)
    cursor.position = clamp(target)
    return cursor.position >= 1 && cursor.position <= last ? [cursor.position - 1] : []
  }
  const count = statement.count
  switch (statement.direction) {
    case 'next':
      return goTo(cursor.position + 1)
    case 'prior':
      return goTo(cursor.position - 1)
    case 'first':
      return goTo(1)
    case 'last':
      return goTo(last)
    case 'absolute':
      return goTo(count === 'all' ? last : count < 0 ? last + 1 + count : count)
    case 'relative':
      return goTo(cursor.position + (count === 'all' ? last : count))
    case 'forward':
    case 'backward': {
      const sign = statement.direction === 'forward' ? 1 : -1
      if (count === 0) return goTo(cursor.position)
      return sweep(cursor, (count === 'all' ? last + 1 : count) * sign, clamp)
    }
  }
}

function sweep(cursor: Cursor, steps: number, clamp: (position: number) => number): number[] {
  if (steps < 0) mustScroll(cursor)
  const target = clamp(cursor.position + steps)
  const step = Math.sign(steps)
  const rows: number[] = []
  for (let row = cursor.position + step; step > 0 ? row <= target : row >= target; row += step) {
    if (row >= 1 && row <= cursor.rows.rowCount) rows.push(row - 1)
  }
  cursor.position = target
  return rows
}

function mustScroll({ statement }: Cursor): void {
  const isLocking = statement.query.kind === 'select' && statement.query.locking.length > 0
  if (statement.scroll !== false && !isLocking) return
  throw new SqlError('object_not_in_prerequisite_state', 'cursor can only scan forward', {
    hint: 'Declare it with SCROLL option to enable backward scan.',
  })
}
