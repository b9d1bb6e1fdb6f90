/** ADD, DROP and RENAME COLUMN. */
import { SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import { domainDefault } from '../../planner/binder/row-values.ts'
import { compileExpression, evaluateConstant } from '../../planner/evaluate.ts'
import type {
  ConstraintDefinition,
  IndexDefinition,
  TableDefinition,
  TriggerDefinition,
} from '../../storage/interface.ts'
import type { Value } from '../../types/value.ts'
import type { Batch } from '../../types/vector.ts'
import { assertInDomain } from '../domain.ts'
import { BatchFrame } from '../frame.ts'
import { isVolatile } from '../volatility.ts'
import { needNoNulls, notNullViolated, validate } from './alter-constraints.ts'
import { addColumn, checkGenerated, columnConstraints } from './column.ts'
import type { DefinitionContext } from './definition.ts'
import { type Dependent, ownedSequences, viewsOfColumn, withFurther } from './dependents.ts'
import { announce, dropDependents, stillNeeded } from './drop.ts'
import { renameInViews } from './rename.ts'
import { replaceDefinition, rewriteTable } from './replace.ts'
import { columnNames, renameColumn } from './syntax.ts'
import { TableDraft } from './table-draft.ts'
import { bindDefault, bindGenerated, withoutSubqueries } from './table-expressions.ts'
import { refuseHolders, refuseMembership } from './type-change.ts'

type Action<Kind extends ast.AlterTableAction['kind']> = Extract<ast.AlterTableAction, { kind: Kind }>

export function addColumnTo(table: TableDefinition, action: Action<'add-column'>, context: DefinitionContext): void {
  const { name } = action.column.name
  if (table.columns.some((column) => column.name === name)) {
    const message = `column "${name}" of relation "${table.name}" already exists`
    if (!action.ifNotExists) throw new SqlError('duplicate_column', message, { position: action.column.span.start })
    context.notice(`NOTICE:  ${message}, skipping`)
    return
  }
  const draft = new TableDraft(table, context)
  addColumn(action.column, draft, context)
  refuseMembership(table.name, draft.columns[draft.columns.length - 1].type, action.column.span.start)
  checkGenerated(draft, context)
  const withColumn = draft.definition()
  fillColumn(table, withColumn, context)
  for (const constraint of columnConstraints(action.column)) {
    const before = context.catalog.findRelation(table.name, table.schema) as TableDefinition
    const next = new TableDraft(before, context)
    const added = next.addConstraint(constraint)
    if (added.kind === 'primary-key') needNoNulls(before, added.columns, context)
    replaceDefinition(before, next.definition(), context)
    validate(context.catalog.findRelation(table.name, table.schema) as TableDefinition, added, context)
  }
}

/** Puts the new last column into the table, with its default or generated value in the rows that are there. */
function fillColumn(table: TableDefinition, definition: TableDefinition, context: DefinitionContext): void {
  const { transaction } = context
  const number = definition.columns.length - 1
  const column = definition.columns[number]
  const isEmpty = transaction.table(table).countRows(transaction) === 0
  const columnMap = definition.columns.map((_, n) => (n === number ? -1 : n))
  const replace = (fill: Value): void => {
    transaction.replaceTable(
      table,
      definition,
      columnMap,
      definition.columns.map((_, n) => (n === number ? fill : null)),
    )
  }
  if (column.generated || column.identity || column.default) refuseHolders('table', table.name, context)
  if (isEmpty) {
    replace(null)
    return
  }
  if (column.generated) {
    const { expression, rowColumns } = bindGenerated(column.generated.expression, column, table, context)
    const frame = new BatchFrame(rowColumns, withoutSubqueries.subquery)
    const evaluate = compileExpression(expression, frame)
    const extended = (batch: Batch): Batch => {
      frame.bind(batch, context.execution)
      return withValues(batch, column.type, (row) => evaluate(row))
    }
    rewriteTable(table, definition, extended, context)
    return
  }
  if (column.identity) {
    const { sequence } = column.identity
    const next = nextIdentity(sequence, column.type.kind, context)
    rewriteTable(table, definition, (batch) => withValues(batch, column.type, next), context)
    return
  }
  const written = column.default ?? domainDefault(column.type, context.catalog)
  const bound = written && bindDefault(written, column, context)
  if (bound && isVolatile(bound)) {
    const fresh = (): Value => evaluateConstant(bound, context.functions)
    rewriteTable(table, definition, (batch) => withValues(batch, column.type, fresh), context)
    return
  }
  const fill = bound ? evaluateConstant(bound, context.functions) : null
  if (fill === null && column.notNull) throw notNullViolated(table, column.name)
  if (column.type.kind === 'domain') assertInDomain(column.type, fill, context.catalog, context.functions)
  replace(fill)
}

/** Draws the next value of an identity column's sequence. */
export function nextIdentity(sequence: string, kind: string, context: DefinitionContext): () => Value {
  return () => {
    const value = context.functions.sequences!.nextValue(sequence)
    return kind === 'bigint' ? value : Number(value)
  }
}

function withValues(
  batch: Batch,
  type: TableDefinition['columns'][number]['type'],
  value: (row: number) => Value,
): Batch {
  const values = Array.from({ length: batch.rowCount }, (_, row) => value(row))
  return { ...batch, columns: [...batch.columns, { layout: 'values', type, values }] }
}

export function dropColumn(table: TableDefinition, action: Action<'drop-column'>, context: DefinitionContext): void {
  const { name } = action.name
  const number = table.columns.findIndex((column) => column.name === name)
  if (number === -1) {
    const message = `column "${name}" of relation "${table.name}" does not exist`
    if (!action.ifExists) throw new SqlError('undefined_column', message, { position: action.name.span.start })
    context.notice(`NOTICE:  ${message}, skipping`)
    return
  }
  const keys = keysOnColumn(table, number, context)
  const what = `column ${name} of table ${table.name}`
  const generated = table.columns
    .filter((column) => column.generated && columnNames(column.generated.expression).has(name))
    .map((column): Dependent => ({ kind: 'column', table, column: column.name, on: what }))
  const triggers = (table.triggers ?? [])
    .filter((trigger) => waitsFor(trigger, name))
    .map((trigger): Dependent => ({ kind: 'trigger', owner: table, trigger: trigger.name, on: what }))
  const direct = [...generated, ...triggers, ...viewsOfColumn(table, name, context), ...keys]
  const dependents = withFurther(direct, context)
  if (dependents.length > 0) {
    if (!action.cascade) throw stillNeeded(what, dependents)
    announce(dependents, context)
    dropDependents(dependents, context)
  }
  removeColumn(context.catalog.findRelation(table.name, table.schema) as TableDefinition, name, context)
}

/** Whether a trigger waits for changes of the column, or its condition reads it. */
function waitsFor({ events, when }: TriggerDefinition, name: string): boolean {
  return events.some(({ columns }) => columns.includes(name)) || (when !== undefined && columnNames(when).has(name))
}

/** Drops a column, and what depends on it. */
export function dropColumnByName(table: TableDefinition, column: string, context: DefinitionContext): void {
  const span = { start: 0, end: 0 }
  const name = { name: column, quoted: true, span }
  dropColumn(table, { kind: 'drop-column', span, name, ifExists: true, cascade: true }, context)
}

/** Foreign keys of other tables that refer to a key with the column. */
function keysOnColumn(table: TableDefinition, number: number, context: DefinitionContext): Dependent[] {
  const found: Dependent[] = []
  for (const other of context.catalog.relations()) {
    if (other.kind !== 'table' || (other.schema === table.schema && other.name === table.name)) continue
    for (const key of other.constraints) {
      if (key.kind !== 'foreign-key' || key.referencedSchema !== table.schema || key.referencedTable !== table.name)
        continue
      if (!key.referencedColumns.includes(number)) continue
      found.push({
        kind: 'foreign-key',
        table: other,
        key,
        on: `column ${table.columns[number].name} of table ${table.name}`,
      })
    }
  }
  return found
}

function removeColumn(table: TableDefinition, name: string, context: DefinitionContext): void {
  const number = table.columns.findIndex((column) => column.name === name)
  const sequences = ownedSequences(table, name, context)
  const renumber = (column: number): number => (column > number ? column - 1 : column)
  const isSelf = (constraint: ConstraintDefinition): boolean =>
    constraint.kind === 'foreign-key' &&
    constraint.referencedSchema === table.schema &&
    constraint.referencedTable === table.name
  const constraints = table.constraints
    .filter(
      (constraint) => !involves(constraint, number, name) && !(isSelf(constraint) && refersTo(constraint, number)),
    )
    .map((constraint) => renumbered(constraint, renumber, isSelf(constraint)))
  const indexes = table.indexes
    .filter((index) => !index.columns.includes(number) && !indexReads(index, name))
    .map((index) => ({
      ...index,
      columns: index.columns.map(renumber),
      include: index.include.filter((it) => it !== number).map(renumber),
    }))
  const definition = { ...table, columns: table.columns.filter((_, n) => n !== number), constraints, indexes }
  const columnMap = definition.columns.map((_, n) => (n < number ? n : n + 1))
  context.transaction.replaceTable(
    table,
    definition,
    columnMap,
    definition.columns.map(() => null),
  )
  renumberReferences(table, renumber, context)
  for (const sequence of sequences) context.transaction.drop(sequence)
}

function refersTo(constraint: ConstraintDefinition, number: number): boolean {
  return constraint.kind === 'foreign-key' && constraint.referencedColumns.includes(number)
}

function involves(constraint: ConstraintDefinition, number: number, name: string): boolean {
  if (constraint.kind === 'check') return columnNames(constraint.expression).has(name)
  if (constraint.kind === 'unique' && constraint.exclusion) {
    const { expressions = [], where } = constraint.exclusion
    if ([...expressions, ...(where ? [where] : [])].some((expression) => columnNames(expression).has(name))) return true
  }
  return constraint.columns.includes(number)
}

function indexReads(index: IndexDefinition, name: string): boolean {
  return [...(index.expressions ?? []), ...(index.where ? [index.where] : [])].some((expression) =>
    columnNames(expression).has(name),
  )
}

function renumbered(
  constraint: ConstraintDefinition,
  renumber: (column: number) => number,
  refersToSelf: boolean,
): ConstraintDefinition {
  if (constraint.kind === 'check') return constraint
  const columns = constraint.columns.map(renumber)
  if (constraint.kind !== 'foreign-key') return { ...constraint, columns }
  return {
    ...constraint,
    columns,
    onDeleteColumns: constraint.onDeleteColumns?.map(renumber),
    referencedColumns: refersToSelf ? constraint.referencedColumns.map(renumber) : constraint.referencedColumns,
  }
}

/** Foreign keys of other tables name the columns of this one by number. */
function renumberReferences(
  table: TableDefinition,
  renumber: (column: number) => number,
  context: DefinitionContext,
): void {
  for (const other of [...context.catalog.relations()]) {
    if (other.kind !== 'table' || (other.schema === table.schema && other.name === table.name)) continue
    const constraints = other.constraints.map((constraint) =>
      constraint.kind === 'foreign-key' &&
      constraint.referencedSchema === table.schema &&
      constraint.referencedTable === table.name
        ? { ...constraint, referencedColumns: constraint.referencedColumns.map(renumber) }
        : constraint,
    )
    if (constraints.some((constraint, n) => constraint !== other.constraints[n])) {
      replaceDefinition(other, { ...other, constraints }, context)
    }
  }
}

export function renameTableColumn(
  table: TableDefinition,
  action: Action<'rename-column'>,
  context: DefinitionContext,
): void {
  const from = action.from.name
  const to = action.to.name
  if (!table.columns.some((column) => column.name === from)) {
    throw new SqlError('undefined_column', `column "${from}" does not exist`, { position: action.from.span.start })
  }
  if (table.columns.some((column) => column.name === to)) {
    throw new SqlError('duplicate_column', `column "${to}" of relation "${table.name}" already exists`, {
      position: action.to.span.start,
    })
  }
  const definition: TableDefinition = {
    ...table,
    columns: table.columns.map((column) => ({
      ...column,
      name: column.name === from ? to : column.name,
      generated: column.generated && {
        ...column.generated,
        expression: renameColumn(column.generated.expression, from, to),
      },
    })),
    constraints: table.constraints.map((constraint) => {
      if (constraint.kind !== 'check' || !columnNames(constraint.expression).has(from)) return constraint
      return {
        ...constraint,
        expression: renameColumn(constraint.expression, from, to),
        text: renamedText(constraint.text, from, to),
      }
    }),
    indexes: table.indexes.map((index) => ({
      ...index,
      expressions: index.expressions?.map((expression) => renameColumn(expression, from, to)),
      where: index.where && renameColumn(index.where, from, to),
    })),
    triggers: table.triggers?.map((trigger) => ({
      ...trigger,
      events: trigger.events.map(({ event, columns }) => ({
        event,
        columns: columns.map((column) => (column === from ? to : column)),
      })),
      when: trigger.when && renameColumn(trigger.when, from, to),
    })),
  }
  renameInViews(
    table,
    table,
    table.columns.map((column) => column.name),
    context,
  )
  replaceDefinition(table, definition, context)
  for (const sequence of ownedSequences(table, from, context)) {
    context.transaction.replaceRelation(sequence, { ...sequence, ownedBy: { table: table.name, column: to } })
  }
}

function renamedText(text: string, from: string, to: string): string {
  const escaped = from.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return text.replaceAll(new RegExp(`\\b${escaped}\\b`, 'gi'), to)
}
