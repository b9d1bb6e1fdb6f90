/**
 * Foreign keys. Operators that change rows note what they did; when the statement's rows are done, `settle` acts on it:
 *
 *   rows removed or replaced   RESTRICT checks, then CASCADE, SET NULL and SET DEFAULT change the rows that refer to them,
 *                              which is noted in turn; NO ACTION is checked when all that has come to rest
 *   rows added or replaced     their keys must be present in the table they refer to
 *
 * Checks of constraints that are deferred wait for the transaction's end. A check looks at the rows as they are when it runs,
 * so rows that were undone or changed again meanwhile do no harm.
 */
import type { ForeignKeyConstraint, RowId, TableDefinition } from '../storage/interface.ts'
import { defer, isDeferred } from './deferred.ts'
import { applyAction } from './foreign-key-actions.ts'
import { checkPresent, checkUnreferenced } from './foreign-key-checks.ts'
import { foreignKeysOf, referencesTo } from './foreign-key-graph.ts'
import type { ExecutionContext } from './operator.ts'

/** Rows that a statement changed. */
type Change =
  | { readonly kind: 'added'; readonly table: TableDefinition; readonly rows: readonly RowId[] }
  | { readonly kind: 'removed'; readonly table: TableDefinition; readonly rows: readonly RowId[] }
  | {
      readonly kind: 'replaced'
      readonly table: TableDefinition
      readonly rows: readonly RowId[]
      /** Row n was replaced by row `first` + n. */
      readonly first: RowId
      /** Numbers of the columns that may differ; all when absent. */
      readonly changed?: readonly number[]
    }

/** A check that is still to be made. */
type Check =
  | {
      readonly kind: 'present'
      readonly table: TableDefinition
      readonly key: ForeignKeyConstraint
      readonly rows: readonly RowId[]
    }
  | {
      readonly kind: 'unreferenced'
      readonly reference: Reference
      readonly parent: TableDefinition
      readonly rows: readonly RowId[]
    }

/** A table's foreign key, seen from the table it refers to. */
export interface Reference {
  readonly table: TableDefinition
  readonly key: ForeignKeyConstraint
}

const changesOf = new WeakMap<ExecutionContext, Change[]>()

function note(context: ExecutionContext, change: Change): void {
  const changes = changesOf.get(context)
  if (changes) changes.push(change)
  else changesOf.set(context, [change])
}

/** Notes rows `first` … `first + count - 1`, just appended. */
export function rowsAdded(context: ExecutionContext, table: TableDefinition, first: RowId, count: number): void {
  if (foreignKeysOf(table).length === 0) return
  note(context, { kind: 'added', table, rows: Array.from({ length: count }, (_, n) => first + n) })
}

export function rowsRemoved(context: ExecutionContext, table: TableDefinition, rows: readonly RowId[]): void {
  if (referencesTo(table, context).length > 0) note(context, { kind: 'removed', table, rows })
}

/** Notes that row n of `rows` was replaced by row `first + n`. */
export function rowsReplaced(
  context: ExecutionContext,
  table: TableDefinition,
  rows: readonly RowId[],
  first: RowId,
  changed?: readonly number[],
): void {
  if (foreignKeysOf(table).length === 0 && referencesTo(table, context).length === 0) return
  note(context, { kind: 'replaced', table, rows, first, changed })
}

/** Acts on all changes that were noted, and checks what is not deferred. */
export function settle(context: ExecutionContext): void {
  const checks: Check[] = []
  for (;;) {
    const changes = changesOf.get(context)
    if (!changes) break
    changesOf.delete(context)
    context.transaction.beginStatement()
    for (const change of changes) {
      context.checkInterrupt()
      if (change.kind !== 'removed') checks.push(...presenceChecks(change))
      if (change.kind !== 'added') checks.push(...actOnReferences(change, context))
    }
  }
  if (checks.length === 0) return
  context.transaction.beginStatement()
  for (const check of checks) {
    const key = check.kind === 'present' ? check.key : check.reference.key
    if (isDeferred(key, context.transaction)) defer(key, (later) => run(check, later), context.transaction)
    else run(check, context)
  }
}

/** The checks of the rows' own foreign keys. */
function presenceChecks(change: Exclude<Change, { kind: 'removed' }>): Check[] {
  const { table } = change
  const rows = change.kind === 'added' ? change.rows : change.rows.map((_, n) => change.first + n)
  return foreignKeysOf(table)
    .filter((key) => change.kind === 'added' || touches(change.changed, key.columns))
    .map((key) => ({ kind: 'present', table, key, rows }))
}

function touches(changed: readonly number[] | undefined, columns: readonly number[]): boolean {
  return changed === undefined || columns.some((column) => changed.includes(column))
}

/** Does what ON DELETE and ON UPDATE say to the rows that refer to changed ones; returns the checks that remain. */
function actOnReferences(change: Exclude<Change, { kind: 'added' }>, context: ExecutionContext): Check[] {
  const { table, rows } = change
  const checks: Check[] = []
  for (const reference of referencesTo(table, context)) {
    const { key } = reference
    if (change.kind === 'replaced' && !touches(change.changed, key.referencedColumns)) continue
    const action = change.kind === 'removed' ? key.onDelete : key.onUpdate
    if (action === 'no action') {
      checks.push({ kind: 'unreferenced', reference, parent: table, rows })
    } else {
      applyAction(action, reference, table, rows, change.kind === 'replaced' ? change.first : undefined, context)
    }
  }
  return checks
}

function run(check: Check, context: ExecutionContext): void {
  if (check.kind === 'present') checkPresent(check.table, check.key, check.rows, context)
  else checkUnreferenced(check.reference, check.parent, check.rows, context)
}
