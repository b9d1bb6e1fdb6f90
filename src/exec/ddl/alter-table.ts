/** ALTER TABLE, and the forms of it that views, sequences and indexes take. Each action works on what the one before left. */
import { notSupported, SqlError, unreachable } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import type { Relation, TableDefinition, ViewDefinition } from '../../storage/interface.ts'
import {
  addIdentity,
  changeTypes,
  dropExpression,
  dropIdentity,
  setDefault,
  setIdentity,
  setNotNull,
} from './alter-column-properties.ts'
import { addColumnTo, dropColumn, renameTableColumn } from './alter-columns.ts'
import {
  addConstraint,
  alterConstraint,
  dropConstraint,
  renameConstraint,
  validateConstraint,
} from './alter-constraints.ts'
import { alterIndexStorage, alterStorage } from './alter-storage.ts'
import type { DefinitionContext } from './definition.ts'
import {
  alreadyExists,
  findIndex,
  findRelation,
  isMaterialized,
  isTaken,
  needSchema,
  relationLabel,
  undefinedRelation,
} from './names.ts'
import { moveRelation, renameInViews } from './rename.ts'
import { replaceDefinition } from './replace.ts'
import { linked, ownerOf } from './sequence.ts'
import { setTriggerState } from './trigger.ts'
import { followTable } from './type-change.ts'
import { refuseTyped, setTableType, unsetTableType } from './typed-table.ts'
import { alterView, wrongAction } from './view-options.ts'

export function alterTable(statement: ast.AlterTable, context: DefinitionContext): void {
  if (statement.target === 'index') {
    alterIndex(statement, context)
    return
  }
  const relation = findRelation(statement.name, context)
  const renames = statement.actions.every(({ kind }) => kind === 'rename-table')
  if (!relation && statement.target === 'table' && renames && findIndex(statement.name, context)) {
    alterIndex(statement, context)
    return
  }
  if (!relation) {
    if (!statement.ifExists) throw undefinedRelation(statement.name)
    context.notice(`NOTICE:  relation "${statement.name.parts.at(-1)?.name}" does not exist, skipping`)
    return
  }
  if (statement.target !== 'table' && statement.target !== relationLabel(relation)) {
    throw new SqlError('wrong_object_type', `"${relation.name}" is not a ${statement.target}`, {
      position: statement.name.span.start,
    })
  }
  let current: Relation = relation
  for (let n = 0; n < statement.actions.length; n++) {
    const action = statement.actions[n]
    if (action.kind === 'rename-table' || action.kind === 'set-schema') {
      current = move(current, action, context)
    } else if (isMaterialized(current)) {
      current = alterMaterialized(current, action, context)
    } else if (action.kind !== 'owner-to') {
      if (current.kind === 'view') {
        current =
          action.kind === 'rename-column'
            ? renameViewColumn(current, action, context)
            : alterView(current, action, context)
        continue
      }
      if (current.kind !== 'table') throw notATable(current, statement)
      refuseTyped(current, action)
      if (action.kind === 'set-type') {
        const actions = setTypesFrom(statement.actions, n)
        changeTypes(current, actions, context)
        n += actions.length - 1
      } else {
        alter(current, action, context)
      }
      const before = current
      current = context.catalog.findRelation(current.name, current.schema) as TableDefinition
      followTable(before, current, context)
    }
    context.transaction.beginStatement()
  }
}

/** Consecutive changes of type are one: their USING expressions all see the rows as they were. */
function setTypesFrom(
  actions: readonly ast.AlterTableAction[],
  start: number,
): Extract<ast.AlterTableAction, { kind: 'set-type' }>[] {
  const found: Extract<ast.AlterTableAction, { kind: 'set-type' }>[] = []
  for (const action of actions.slice(start)) {
    if (action.kind !== 'set-type') break
    found.push(action)
  }
  return found
}

function notATable(relation: Relation, statement: ast.AlterTable): SqlError {
  return new SqlError('wrong_object_type', `"${relation.name}" is not a table`, { position: statement.name.span.start })
}

/** A view's column under another name; what its query calls it does not matter. */
function renameViewColumn(
  view: ViewDefinition,
  action: Extract<ast.AlterTableAction, { kind: 'rename-column' }>,
  context: DefinitionContext,
): ViewDefinition {
  const { from, to } = action
  if (!view.columns.some((column) => column.name === from.name)) {
    throw new SqlError('undefined_column', `column "${from.name}" does not exist`, { position: from.span.start })
  }
  if (view.columns.some((column) => column.name === to.name)) {
    throw new SqlError('duplicate_column', `column "${to.name}" of relation "${view.name}" already exists`, {
      position: to.span.start,
    })
  }
  renameInViews(
    view,
    view,
    view.columns.map((column) => column.name),
    context,
  )
  const columns = view.columns.map((column) => (column.name === from.name ? { ...column, name: to.name } : column))
  const renamed = { ...view, columns }
  context.transaction.replaceRelation(view, renamed)
  return renamed
}

/** ALTER SEQUENCE … RENAME TO, SET SCHEMA and OWNER TO. */
export function alterSequenceAs(statement: ast.AlterObject, context: DefinitionContext): void {
  const { action, name, span } = statement
  const relation = findRelation(name, context)
  if (!relation) {
    if (!statement.ifExists) throw undefinedRelation(name)
    context.notice(`NOTICE:  relation "${name.parts.at(-1)?.name}" does not exist, skipping`)
    return
  }
  if (relation.kind !== 'sequence') {
    throw new SqlError('wrong_object_type', `"${relation.name}" is not a sequence`, { position: name.span.start })
  }
  if (action.kind === 'rename') move(relation, { kind: 'rename-table', to: action.to, span }, context)
  else if (action.kind === 'set-schema') move(relation, { kind: 'set-schema', schema: action.schema, span }, context)
  else if (action.kind !== 'owner-to') throw notSupported('this form of ALTER SEQUENCE', span.start)
}

/** RENAME TO and SET SCHEMA, of tables, views and sequences. */
function move(
  relation: Relation,
  action: Extract<ast.AlterTableAction, { kind: 'rename-table' | 'set-schema' }>,
  context: DefinitionContext,
): Relation {
  const target =
    action.kind === 'rename-table'
      ? { schema: relation.schema, name: action.to.name }
      : { schema: action.schema.name, name: relation.name }
  if (action.kind === 'set-schema') {
    const owner = relation.kind === 'sequence' ? ownerOf(relation, context) : undefined
    if (owner) throw linked('cannot move an owned sequence into another schema', relation.name, owner.table)
    needSchema(target.schema, action.schema.span.start, context)
  }
  if (target.schema === relation.schema && target.name === relation.name) {
    if (action.kind === 'set-schema') return relation
    throw alreadyExists(target.name)
  }
  if (isTaken(target, context)) {
    if (action.kind === 'rename-table') throw alreadyExists(target.name)
    throw new SqlError('duplicate_table', `relation "${target.name}" already exists in schema "${target.schema}"`)
  }
  const moved = moveRelation(relation, target, context)
  if (relation.kind === 'table' && moved.kind === 'table') followTable(relation, moved, context)
  return moved
}

/** What can be said of a materialised view's columns: their names, and how PostgreSQL should keep them. */
function alterMaterialized(view: TableDefinition, action: ast.AlterTableAction, context: DefinitionContext): Relation {
  if (action.kind === 'rename-column') renameTableColumn(view, action, context)
  else if (action.kind !== 'owner-to' && !(action.kind === 'other' && alterStorage(view, action.text, context))) {
    throw wrongAction(view, action, 'materialized views')
  }
  return context.catalog.findRelation(view.name, view.schema)!
}

function alter(table: TableDefinition, action: ast.AlterTableAction, context: DefinitionContext): void {
  switch (action.kind) {
    case 'add-column':
      addColumnTo(table, action, context)
      return
    case 'drop-column':
      dropColumn(table, action, context)
      return
    case 'rename-column':
      renameTableColumn(table, action, context)
      return
    case 'rename-constraint':
      renameConstraint(table, action, context)
      return
    case 'set-type':
      changeTypes(table, [action], context)
      return
    case 'set-default':
      setDefault(table, action.column, action.expression, context)
      return
    case 'drop-default':
      setDefault(table, action.column, undefined, context)
      return
    case 'set-not-null':
      setNotNull(table, action.column, true, context)
      return
    case 'drop-not-null':
      setNotNull(table, action.column, false, context)
      return
    case 'drop-expression':
    case 'drop-identity':
      if (action.kind === 'drop-identity') dropIdentity(table, action, context)
      else dropExpression(table, action, context)
      return
    case 'add-identity':
      addIdentity(table, action, context)
      return
    case 'set-identity':
      setIdentity(table, action, context)
      return
    case 'add-constraint':
      addConstraint(table, action.constraint, context)
      return
    case 'drop-constraint':
      dropConstraint(table, action, context)
      return
    case 'alter-constraint':
      alterConstraint(table, action, context)
      return
    case 'validate-constraint':
      validateConstraint(table, action, context)
      return
    case 'trigger-state':
      setTriggerState(table, action, context)
      return
    case 'of':
      setTableType(table, action.type, context)
      return
    case 'not-of':
      unsetTableType(table, context)
      return
    case 'other':
      if (alterStorage(table, action.text, context)) return
      throw notSupported(`ALTER TABLE ${action.text}`, action.span.start)
    case 'owner-to':
    case 'rename-table':
    case 'set-schema':
      return
    default:
      unreachable(action)
  }
}

/** ALTER INDEX … RENAME TO */
function alterIndex(statement: ast.AlterTable, context: DefinitionContext): void {
  const found = findIndex(statement.name, context)
  if (!found) {
    const [action] = statement.actions
    const relation = action.kind === 'rename-table' && findRelation(statement.name, context)
    if (relation) {
      move(relation, action, context)
      return
    }
    if (!statement.ifExists) throw undefinedRelation(statement.name)
    context.notice(`NOTICE:  relation "${statement.name.parts.at(-1)?.name}" does not exist, skipping`)
    return
  }
  for (const action of statement.actions) {
    const { table, index } = found
    if (action.kind === 'other' && alterIndexStorage(table, index, action.text, context)) continue
    if (action.kind !== 'rename-table') throw notSupported('this form of ALTER INDEX', action.span.start)
    const { name } = action.to
    if (isTaken({ schema: table.schema, name }, context)) throw alreadyExists(name)
    replaceDefinition(table, renamedIndex(table, index.name, name), context)
  }
}

/** The table with an index, and the constraint it stands for, under another name. */
function renamedIndex(table: TableDefinition, from: string, to: string): TableDefinition {
  return {
    ...table,
    indexes: table.indexes.map((index) =>
      index.name === from ? { ...index, name: to, constraint: index.constraint === undefined ? undefined : to } : index,
    ),
    constraints: table.constraints.map((constraint) =>
      constraint.name === from && (constraint.kind === 'primary-key' || constraint.kind === 'unique')
        ? { ...constraint, name: to }
        : constraint,
    ),
  }
}
