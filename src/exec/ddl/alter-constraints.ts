/** ADD, DROP, RENAME and ALTER CONSTRAINT; what is added must hold for the rows that are there. */
import { notSupported, SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import { compileExpression } from '../../planner/evaluate.ts'
import type {
  CheckConstraint,
  ConstraintDefinition,
  ForeignKeyConstraint,
  RowId,
  TableDefinition,
} from '../../storage/interface.ts'
import { type Batch, selectedCount, selectedRow } from '../../types/vector.ts'
import { isNull } from '../../types/vector-reader.ts'
import { checkPresent } from '../foreign-key-checks.ts'
import { BatchFrame } from '../frame.ts'
import type { DefinitionContext } from './definition.ts'
import { type Dependent, viewsOfKey, withFurther } from './dependents.ts'
import { announce, dropDependents, stillNeeded } from './drop.ts'
import { replaceDefinition } from './replace.ts'
import { TableDraft } from './table-draft.ts'
import { bindCheck, withoutSubqueries } from './table-expressions.ts'

type Action<Kind extends ast.AlterTableAction['kind']> = Extract<ast.AlterTableAction, { kind: Kind }>

export function addConstraint(
  table: TableDefinition,
  constraint: ast.TableConstraint,
  context: DefinitionContext,
): void {
  const draft = new TableDraft(table, context)
  const added = draft.addConstraint(constraint)
  if (added.kind === 'primary-key') needNoNulls(table, added.columns, context)
  replaceDefinition(table, draft.definition(), context)
  if (!constraint.notValid)
    validate(context.catalog.findRelation(table.name, table.schema) as TableDefinition, added, context)
}

/** 23514 or 23503 when a row of the table breaks the constraint. Keys were checked when their index was built. */
export function validate(table: TableDefinition, constraint: ConstraintDefinition, context: DefinitionContext): void {
  if (constraint.kind === 'check') validateCheck(table, constraint, context)
  if (constraint.kind === 'foreign-key') validateForeignKey(table, constraint, context)
}

function* batches(table: TableDefinition, columns: readonly number[], context: DefinitionContext): Generator<Batch> {
  const { transaction, execution } = context
  for (const batch of transaction.table(table).scan(transaction, { columns, batchSize: execution.batchSize })) {
    execution.checkInterrupt()
    yield batch
  }
}

function validateCheck(table: TableDefinition, constraint: CheckConstraint, context: DefinitionContext): void {
  const { expression, rowColumns } = bindCheck(constraint.expression, table, context)
  const frame = new BatchFrame(rowColumns, withoutSubqueries.subquery)
  const holds = compileExpression(expression, frame)
  const columns = table.columns.map((_, number) => number)
  const { memory } = context.execution.pool
  for (const batch of batches(table, columns, context)) {
    frame.bind(batch, context.execution)
    const count = selectedCount(batch)
    for (let n = 0; n < count; n++) {
      if (holds(selectedRow(batch, n, memory)) !== false) continue
      throw new SqlError(
        'check_violation',
        `check constraint "${constraint.name}" of relation "${table.name}" is violated by some row`,
        { schema: table.schema, table: table.name, constraint: constraint.name },
      )
    }
  }
}

function validateForeignKey(
  table: TableDefinition,
  constraint: ForeignKeyConstraint,
  context: DefinitionContext,
): void {
  const { memory } = context.execution.pool
  const rows: RowId[] = []
  for (const batch of batches(table, constraint.columns, context)) {
    const count = selectedCount(batch)
    for (let n = 0; n < count; n++) rows.push(batch.firstRowId! + selectedRow(batch, n, memory))
  }
  checkPresent(table, constraint, rows, context.execution)
}

/** 23502 when a column holds a NULL. */
export function needNoNulls(table: TableDefinition, columns: readonly number[], context: DefinitionContext): void {
  const { memory } = context.execution.pool
  for (const batch of batches(table, columns, context)) {
    const count = selectedCount(batch)
    columns.forEach((column, position) => {
      for (let n = 0; n < count; n++) {
        if (isNull(batch.columns[position], selectedRow(batch, n, memory), memory)) {
          throw notNullViolated(table, table.columns[column].name)
        }
      }
    })
  }
}

export function notNullViolated(table: TableDefinition, column: string): SqlError {
  return new SqlError('not_null_violation', `column "${column}" of relation "${table.name}" contains null values`, {
    schema: table.schema,
    table: table.name,
    column,
  })
}

function findConstraint(
  table: TableDefinition,
  name: ast.Identifier,
  ifExists: boolean,
  context: DefinitionContext,
): ConstraintDefinition | undefined {
  const found = table.constraints.find((constraint) => constraint.name === name.name)
  if (found) return found
  const message = `constraint "${name.name}" of relation "${table.name}" does not exist`
  if (!ifExists) throw new SqlError('undefined_object', message, { position: name.span.start })
  context.notice(`NOTICE:  ${message}, skipping`)
  return undefined
}

export function dropConstraint(
  table: TableDefinition,
  action: Action<'drop-constraint'>,
  context: DefinitionContext,
): void {
  const constraint = findConstraint(table, action.name, action.ifExists, context)
  if (!constraint) return
  const direct = [...keysThatNeed(table, constraint, context), ...viewsOfKey(table, constraint, context)]
  const dependents = withFurther(direct, context)
  if (dependents.length > 0 && !action.cascade) {
    throw stillNeeded(`constraint ${constraint.name} on table ${table.name}`, dependents)
  }
  if (dependents.length > 0) announce(dependents, context)
  dropDependents(dependents, context)
  const current = context.catalog.findRelation(table.name, table.schema) as TableDefinition
  const definition: TableDefinition = {
    ...current,
    constraints: current.constraints.filter((other) => other.name !== constraint.name),
    indexes: current.indexes.filter((index) => index.constraint !== constraint.name),
  }
  replaceDefinition(current, definition, context)
}

/** Foreign keys that refer to exactly the columns of a key. */
function keysThatNeed(
  table: TableDefinition,
  constraint: ConstraintDefinition,
  context: DefinitionContext,
): Dependent[] {
  if (constraint.kind !== 'primary-key' && constraint.kind !== 'unique') return []
  const found: Dependent[] = []
  for (const other of context.catalog.relations()) {
    if (other.kind !== 'table') continue
    for (const key of other.constraints) {
      if (key.kind !== 'foreign-key' || key.referencedSchema !== table.schema || key.referencedTable !== table.name)
        continue
      const isSame =
        key.referencedColumns.length === constraint.columns.length &&
        key.referencedColumns.every((column) => constraint.columns.includes(column))
      if (isSame) found.push({ kind: 'foreign-key', table: other, key, on: `index ${constraint.name}` })
    }
  }
  return found
}

/** VALIDATE CONSTRAINT: what was added NOT VALID must hold for the rows that were there. */
export function validateConstraint(
  table: TableDefinition,
  action: Action<'validate-constraint'>,
  context: DefinitionContext,
): void {
  const constraint = findConstraint(table, action.name, false, context)!
  if (constraint.kind !== 'check' && constraint.kind !== 'foreign-key') {
    throw new SqlError(
      'wrong_object_type',
      `constraint "${constraint.name}" of relation "${table.name}" is not a foreign key or check constraint`,
    )
  }
  validate(table, constraint, context)
}

export function renameConstraint(
  table: TableDefinition,
  action: Action<'rename-constraint'>,
  context: DefinitionContext,
): void {
  const constraint = findConstraint(table, action.from, false, context)!
  const { name } = action.to
  if (table.constraints.some((other) => other.name === name)) {
    throw new SqlError('duplicate_object', `constraint "${name}" for relation "${table.name}" already exists`, {
      position: action.to.span.start,
    })
  }
  const definition: TableDefinition = {
    ...table,
    constraints: table.constraints.map((other) => (other === constraint ? { ...other, name } : other)),
    indexes: table.indexes.map((index) =>
      index.constraint === constraint.name ? { ...index, name, constraint: name } : index,
    ),
  }
  replaceDefinition(table, definition, context)
}

export function alterConstraint(
  table: TableDefinition,
  action: Action<'alter-constraint'>,
  context: DefinitionContext,
): void {
  const constraint = findConstraint(table, action.name, false, context)!
  if (constraint.kind !== 'foreign-key') {
    throw new SqlError(
      'wrong_object_type',
      `constraint "${constraint.name}" of relation "${table.name}" is not a foreign key constraint`,
    )
  }
  const changed: ForeignKeyConstraint = { ...constraint, ...deferral(action.deferral) }
  const constraints = table.constraints.map((other) => (other === constraint ? changed : other))
  replaceDefinition(table, { ...table, constraints }, context)
}

function deferral({ deferrable, initiallyDeferred }: ast.Deferral): ast.Deferral {
  if (initiallyDeferred && !deferrable) throw notSupported('INITIALLY DEFERRED without DEFERRABLE')
  return { deferrable, initiallyDeferred }
}
