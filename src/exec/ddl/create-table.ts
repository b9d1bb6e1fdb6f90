/** CREATE TABLE, also LIKE another table and AS a query. */
import { notSupported, SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import type { ColumnDefinition, TableDefinition } from '../../storage/interface.ts'
import type { DataType } from '../../types/data-type.ts'
import { addColumn, checkGenerated, columnConstraints, makeOwnedSequence } from './column.ts'
import { computedNames } from './create-index.ts'
import type { DefinitionContext } from './definition.ts'
import { dropRelation } from './drop.ts'
import { addQueryColumns } from './materialized-view.ts'
import { alreadyExists, findRelation, isTaken, targetName, undefinedRelation, unusedName } from './names.ts'
import { storageParameters } from './storage-parameters.ts'
import { emptyTable, TableDraft } from './table-draft.ts'
import { addAttributes, needTableType } from './typed-table.ts'

export function createTable(statement: ast.CreateTable, context: DefinitionContext): void {
  const position = statement.name.span.start
  if (statement.inherits.length > 0) throw notSupported('INHERITS', position)
  if (statement.partitionBy !== undefined) throw notSupported('PARTITION BY', position)
  if (statement.onCommit && !statement.temporary) {
    throw new SqlError('invalid_table_definition', 'ON COMMIT can only be used on temporary tables', { position })
  }
  const { accessMethod } = statement
  if (accessMethod && accessMethod.name !== 'heap') {
    throw new SqlError('undefined_object', `access method "${accessMethod.name}" does not exist`, {
      position: accessMethod.span.start,
    })
  }
  const parameters = statement.options.length > 0 ? storageParameters('table', statement.options) : undefined
  const target = targetName(statement.name, statement.temporary, context)
  if (isTaken(target, context)) {
    const existing = context.catalog.findRelation(target.name, target.schema)
    if (statement.ifNotExists) {
      context.notice(`NOTICE:  relation "${target.name}" already exists, skipping`)
      return
    }
    if (!statement.orReplace || existing?.kind !== 'table') throw alreadyExists(target.name)
    dropRelation(existing, false, context)
  }
  const onCommit = statement.onCommit === 'preserve' ? undefined : statement.onCommit
  const type = statement.ofType && needTableType(statement.ofType, context)
  const empty = {
    ...emptyTable(target.schema, target.name, statement.temporary),
    ...(onCommit && { onCommit }),
    ...(parameters && { parameters }),
    ...(type && { ofType: { schema: type.schema, name: type.name } }),
  }
  const draft = new TableDraft(empty, context)
  const query = statement.query ?? statement.execute
  if (query) createTableAs(statement, query, draft, context)
  else {
    if (type) addAttributes(type.fields, statement, draft, context)
    createFromColumns(statement, draft, context)
  }
}

function createFromColumns(statement: ast.CreateTable, draft: TableDraft, context: DefinitionContext): void {
  const columns = statement.ofType ? [] : statement.columns
  const parts = [...columns, ...statement.like].sort((a, b) => a.span.start - b.span.start)
  for (const part of parts) {
    if ('table' in part) copyLike(part, draft, context)
    else addColumn(part, draft, context)
  }
  checkGenerated(draft, context)
  const constraints = [...statement.columns.flatMap(columnConstraints), ...statement.constraints]
  const rank = (constraint: ast.TableConstraint): number =>
    constraint.kind === 'primary-key' ? 0 : constraint.kind === 'foreign-key' ? 2 : 1
  for (const constraint of constraints.toSorted((a, b) => rank(a) - rank(b))) draft.addConstraint(constraint)
  context.transaction.createTable(draft.definition())
}

/** Columns of another table, with what INCLUDING asks for. */
function copyLike(like: ast.CreateTable['like'][number], draft: TableDraft, context: DefinitionContext): void {
  const source = findRelation(like.table, context)
  if (!source) throw undefinedRelation(like.table)
  if (source.kind === 'sequence') {
    throw new SqlError('wrong_object_type', `relation "${source.name}" is invalid in LIKE clause`, {
      position: like.table.span.start,
      detail: 'This operation is not supported for sequences.',
    })
  }
  const includes = includedParts(like.options)
  for (const column of source.columns) {
    draft.addColumn(copiedColumn(column, source.kind === 'table', includes, draft, context), like.span.start)
  }
  if (source.kind === 'table') copyConstraints(source, includes, draft, context)
}

/** `including all`, `excluding constraints` … in their order. */
function includedParts(options: readonly string[]): ReadonlySet<string> {
  const all = ['comments', 'constraints', 'defaults', 'generated', 'identity', 'indexes', 'statistics', 'storage']
  const included = new Set<string>()
  for (const option of options) {
    const [verb, part] = option.toLowerCase().split(/\s+/)
    for (const name of part === 'all' ? all : [part]) {
      if (verb === 'including') included.add(name)
      else included.delete(name)
    }
  }
  return included
}

function copiedColumn(
  source: Partial<ColumnDefinition> & { readonly name: string; readonly type: DataType },
  isTable: boolean,
  includes: ReadonlySet<string>,
  draft: TableDraft,
  context: DefinitionContext,
): ColumnDefinition {
  const { name, type, collation } = source
  if (!isTable) return { name, type, notNull: false }
  return {
    name,
    type,
    collation,
    notNull: source.notNull ?? false,
    default: includes.has('defaults') ? source.default : undefined,
    generated: includes.has('generated') ? source.generated : undefined,
    comment: includes.has('comments') ? source.comment : undefined,
    identity:
      source.identity && includes.has('identity')
        ? { always: source.identity.always, sequence: makeOwnedSequence(draft, name, type, [], context) }
        : undefined,
  }
}

function copyConstraints(
  source: TableDefinition,
  includes: ReadonlySet<string>,
  draft: TableDraft,
  context: DefinitionContext,
): void {
  const numberOf = (column: number): number => draft.columnNumber(source.columns[column].name)
  const isNew = (name: string): boolean =>
    draft.constraints.some((it) => it.name === name) || draft.indexes.some((it) => it.name === name)
  const newName = (columns: readonly number[], label: string): string => {
    const names = columns.map((column) => source.columns[column].name)
    return unusedName(draft.schema, draft.name, names.join('_'), label, isNew, context)
  }
  for (const constraint of source.constraints) {
    if (constraint.kind === 'check' && includes.has('constraints')) draft.constraints.push(constraint)
    if ((constraint.kind === 'primary-key' || constraint.kind === 'unique') && includes.has('indexes')) {
      const isPrimary = constraint.kind === 'primary-key'
      const name = isPrimary ? newName([], 'pkey') : newName(constraint.columns, 'key')
      const columns = constraint.columns.map(numberOf)
      draft.constraints.push({ ...constraint, name, columns })
    }
  }
  if (!includes.has('indexes')) return
  for (const index of source.indexes) {
    if (index.constraint !== undefined) continue
    const name = index.expressions
      ? unusedName(draft.schema, draft.name, computedNames(index.expressions), 'idx', isNew, context)
      : newName(index.columns, 'idx')
    draft.indexes.push({
      ...index,
      name,
      table: draft.name,
      columns: index.columns.map(numberOf),
      include: index.include.map(numberOf),
    })
  }
}

/** The columns of the query, and its rows. */
function createTableAs(
  statement: ast.CreateTable,
  query: ast.Query | ast.Execute,
  draft: TableDraft,
  context: DefinitionContext,
): void {
  const { columns, batches } = context.runQuery(query)
  addQueryColumns(draft, statement.columnNames ?? [], columns)
  const definition = draft.definition()
  const { transaction, execution } = context
  transaction.createTable(definition)
  if (!statement.withData) return
  const table = transaction.table(definition)
  for (const batch of batches) {
    execution.checkInterrupt()
    table.append(transaction, batch)
  }
}
