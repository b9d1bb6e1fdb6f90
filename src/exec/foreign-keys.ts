/**
 * Foreign keys. Operators that change rows note what they did; when the statement's rows are done, `settle` acts on it:
 *
 *   rows removed or replaced   RESTRICT checks, then CASCADE, SET NULL and SET DEFAULT change the rows that refer to them,
 *                              which is noted in turn; NO ACTION is checked when all that has come to rest
 *   rows added or replaced     their keys must be present in the table they refer to
 *
 * Checks of constraints that are deferred wait for `checkDeferred`, before the transaction commits. A check looks at the
 * rows as they are when it runs, so rows that were undone or changed again meanwhile do no harm.
 */
import type { ForeignKeyConstraint, RowId, TableDefinition, Transaction } from '../storage/interface.ts'
import type { Batch } from '../types/vector.ts'
import { applyAction } from './foreign-key-actions.ts'
import { checkPresent, checkUnreferenced } from './foreign-key-checks.ts'
import { foreignKeysOf, referencesTo } from './foreign-key-graph.ts'
import type { ExecutionContext, Operator } from './operator.ts'

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

/** What waits for the transaction's end. */
interface Deferral {
  checks: Check[]
}

const changesOf = new WeakMap<ExecutionContext, Change[]>()
const deferralOf = new WeakMap<Transaction, Deferral>()

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

/** The operator of a whole statement: when it changes data, foreign keys are settled once its rows are done. */
export function constrained(operator: Operator): Operator {
  if (!changesData(operator)) return operator
  return {
    columns: operator.columns,
    plan: operator.plan,
    inputs: operator.inputs,
    get path() {
      return operator.path
    },
    *open(context): Generator<Batch> {
      yield* operator.open(context)
      settle(context)
    },
  }
}

function changesData({ plan, inputs }: Operator): boolean {
  const { kind } = plan
  return kind === 'insert' || kind === 'update' || kind === 'delete' || kind === 'merge' || inputs.some(changesData)
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
    if (isDeferred(key, context.transaction)) defer(check, context.transaction)
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

// Deferral.

function isDeferred(key: ForeignKeyConstraint, { constraintModes }: Transaction): boolean {
  if (!key.deferrable) return false
  return constraintModes.get(key.name) ?? constraintModes.get('*') ?? key.initiallyDeferred
}

function deferralIn(transaction: Transaction): Deferral {
  let deferral = deferralOf.get(transaction)
  if (!deferral) {
    deferral = { checks: [] }
    deferralOf.set(transaction, deferral)
  }
  return deferral
}

function defer(check: Check, transaction: Transaction): void {
  deferralIn(transaction).checks.push(check)
}

/** Whether checks wait for the transaction's end. */
export function hasDeferred(transaction: Transaction): boolean {
  return (deferralOf.get(transaction)?.checks.length ?? 0) > 0
}

/** Makes the checks that were deferred in the context's transaction; called before it commits. */
export function checkDeferred(context: ExecutionContext): void {
  const deferral = deferralOf.get(context.transaction)
  if (!deferral || deferral.checks.length === 0) return
  const { checks } = deferral
  deferral.checks = []
  context.transaction.beginStatement()
  for (const check of checks) run(check, context)
}

/**
 * SET CONSTRAINTS: from now on in this transaction, the named constraints (or all) are checked at its end or at once. What
 * waits and need not any longer is checked now.
 */
export function setConstraintMode(
  names: readonly string[] | undefined,
  deferred: boolean,
  context: ExecutionContext,
): void {
  const { transaction } = context
  const { constraintModes } = transaction
  if (names === undefined) {
    constraintModes.clear()
    constraintModes.set('*', deferred)
  } else {
    for (const name of names) constraintModes.set(name, deferred)
  }
  if (deferred) return
  transaction.checkImmediateKeys()
  const deferral = deferralIn(transaction)
  const due = deferral.checks.filter(
    (check) => !isDeferred(check.kind === 'present' ? check.key : check.reference.key, transaction),
  )
  deferral.checks = deferral.checks.filter((check) => !due.includes(check))
  transaction.beginStatement()
  for (const check of due) run(check, context)
}
