/** Tables OF a composite type: their columns are the type's attributes, and change with them only. */
import { SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import type { TableDefinition } from '../../storage/interface.ts'
import type { DataType, Field } from '../../types/data-type.ts'
import { typeEquals } from '../../types/traits.ts'
import { addColumnTo, dropColumnByName, renameTableColumn } from './alter-columns.ts'
import { addColumn } from './column.ts'
import type { DefinitionContext } from './definition.ts'
import { tablesOfType } from './dependents.ts'
import { findRelation, writtenName } from './names.ts'
import { replaceDefinition } from './replace.ts'
import type { TableDraft } from './table-draft.ts'

export interface TableType {
  readonly schema: string
  readonly name: string
  readonly fields: readonly Field[]
}

/** The composite type that a table is to be of. */
export function needTableType(name: ast.QualifiedName, context: DefinitionContext): TableType {
  const parts = name.parts.map((part) => part.name)
  const last = parts[parts.length - 1]
  const schemas = parts.length > 1 ? [parts[parts.length - 2]] : ['pg_temp', ...context.functions.schemas]
  const schema = schemas.find((each) => context.catalog.findType(last, each) !== undefined)
  const type = schema === undefined ? undefined : context.catalog.findType(last, schema)
  const position = name.span.start
  if (schema !== undefined && type?.kind === 'record') return { schema, name: last, fields: type.fields }
  if (type || findRelation(name, context)) {
    throw new SqlError('wrong_object_type', `type ${writtenName(name)} is not a composite type`, { position })
  }
  throw new SqlError('undefined_object', `type "${writtenName(name)}" does not exist`, { position })
}

/** The type's attributes as columns, with what the statement says of them. */
export function addAttributes(
  fields: readonly Field[],
  { columns, span }: ast.CreateTable,
  draft: TableDraft,
  context: DefinitionContext,
): void {
  columns.forEach(({ name }, index) => {
    const position = name.span.start
    if (columns.findIndex((other) => other.name.name === name.name) < index) {
      throw new SqlError('duplicate_column', `column "${name.name}" specified more than once`, { position })
    }
    if (!fields.some((field) => field.name === name.name)) {
      throw new SqlError('undefined_column', `column "${name.name}" does not exist`, { position })
    }
  })
  for (const { name, type } of fields) {
    const written = columns.find((column) => column.name.name === name)
    addColumn(written ?? { name: { name, quoted: true, span }, constraints: [], span }, draft, context, type)
  }
}

const refusals: { readonly [kind in ast.AlterTableAction['kind']]?: string } = {
  'add-column': 'cannot add column to typed table',
  'drop-column': 'cannot drop column from typed table',
  'rename-column': 'cannot rename column of typed table',
  'set-type': 'cannot alter column type of typed table',
}

/** 42809 for what only the type may change. */
export function refuseTyped(table: TableDefinition, { kind, span }: ast.AlterTableAction): void {
  const message = table.ofType && refusals[kind]
  if (message) throw new SqlError('wrong_object_type', message, { position: span.start })
}

/** ALTER TABLE … OF type, whose attributes the columns must be. */
export function setTableType(table: TableDefinition, name: ast.QualifiedName, context: DefinitionContext): void {
  const { schema, name: type, fields } = needTableType(name, context)
  const mismatch = (message: string): SqlError => new SqlError('datatype_mismatch', message)
  fields.forEach((field, index) => {
    const column = table.columns[index]
    if (!column) throw mismatch(`table is missing column "${field.name}"`)
    if (column.name !== field.name) {
      throw mismatch(`table has column "${column.name}" where type requires "${field.name}"`)
    }
    if (!typeEquals(column.type, field.type)) {
      throw mismatch(`table "${table.name}" has different type for column "${column.name}"`)
    }
  })
  if (table.columns.length > fields.length) {
    throw mismatch(`table has extra column "${table.columns[fields.length].name}"`)
  }
  replaceDefinition(table, { ...table, ofType: { schema, name: type } }, context)
}

export function unsetTableType(table: TableDefinition, context: DefinitionContext): void {
  if (!table.ofType) throw new SqlError('wrong_object_type', `"${table.name}" is not a typed table`)
  replaceDefinition(table, { ...table, ofType: undefined }, context)
}

type AttributeAction = Extract<ast.AlterObject['action'], { kind: 'attributes' | 'rename-attribute' }>

/** 2BP01 where tables are of a type whose attributes are to change, and CASCADE does not take them along. */
export function refuseTypedTables(
  type: { readonly schema: string; readonly name: string },
  action: AttributeAction,
  context: DefinitionContext,
): void {
  if (action.cascade || tablesOfType(type, context).length === 0) return
  throw new SqlError(
    'dependent_objects_still_exist',
    `cannot alter type "${type.name}" because it is the type of a typed table`,
    { hint: 'Use ALTER ... CASCADE to alter the typed tables too.' },
  )
}

/** Does to the tables of a type what was done to its attributes. `changeType` gives a column another type. */
export function followType(
  type: { readonly schema: string; readonly name: string; readonly to: DataType },
  action: AttributeAction,
  changeType: (table: TableDefinition, column: ast.Identifier, type: ast.TypeName, context: DefinitionContext) => void,
  context: DefinitionContext,
): void {
  for (const { schema, name } of tablesOfType(type, context)) {
    const current = (): TableDefinition => context.catalog.findRelation(name, schema) as TableDefinition
    if (action.kind === 'rename-attribute') {
      const { from, to } = action
      renameTableColumn(current(), { kind: 'rename-column', from, to, span: from.span }, context)
      continue
    }
    for (const change of action.changes) {
      const { span } = change.name
      if (change.kind === 'drop') dropColumnByName(current(), change.name.name, context)
      else if (change.kind === 'alter') changeType(current(), change.name, change.type, context)
      else {
        const column = { name: change.name, type: change.type, constraints: [], span }
        addColumnTo(current(), { kind: 'add-column', column, ifNotExists: false, span }, context)
      }
    }
  }
}
