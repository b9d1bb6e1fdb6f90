/** DECLARE, FETCH, MOVE and CLOSE. A cursor's rows are computed when it is declared: nothing it reads can change under it. */
import { SqlError } from '../error.ts'
import type * as ast from '../parser/ast.ts'
import type { QueryOptions, Result } from '../result.ts'
import type { Session } from '../session.ts'
import type { Transaction } from '../storage/interface.ts'
import { commandDone } from './command.ts'

export interface Cursor {
  readonly rows: Result
  /** 0 before the first row, n on row n, rowCount + 1 after the last. */
  position: number
  readonly scroll: boolean | undefined
  /** WITH HOLD, and whether the transaction that declared it is committed. */
  readonly hold: boolean
  held: boolean
}

export function declareCursor(
  session: Session,
  statement: ast.DeclareCursor,
  transaction: Transaction,
  options: QueryOptions,
): Result {
  const { name } = statement.name
  if (!session.block.isOpen && !statement.hold) {
    throw new SqlError('no_active_sql_transaction', 'DECLARE CURSOR can only be used in transaction blocks')
  }
  if (session.cursors.has(name)) throw new SqlError('duplicate_cursor', `cursor "${name}" already exists`)
  const parsed = { statement: statement.query, span: statement.query.span, parameterCount: 0, parameterNames: [] }
  const executable = session.prepareUncached(parsed, transaction)
  session.cursors.set(name, {
    rows: session.execute(executable, [], transaction, options),
    position: 0,
    scroll: statement.scroll,
    hold: statement.hold,
    held: statement.hold && !session.block.isOpen,
  })
  return commandDone(session, 'DECLARE CURSOR')
}

export function fetchCursor(session: Session, statement: ast.Fetch): Result {
  const cursor = findCursor(session, statement.cursor)
  const positions = advance(cursor, statement)
  const rows = cursor.rows.pick(positions, statement.move ? 'MOVE' : 'FETCH')
  return statement.move ? commandDone(session, 'MOVE') : rows
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

function mustScroll(cursor: Cursor): void {
  if (cursor.scroll !== false) return
  throw new SqlError('object_not_in_prerequisite_state', 'cursor can only scan forward', {
    hint: 'Declare it with SCROLL option to enable backward scan.',
  })
}
