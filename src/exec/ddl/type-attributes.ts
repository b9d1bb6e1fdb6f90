/** ALTER TYPE of a composite type: attributes added, dropped, renamed, given another type. */
import { SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import { bindTypeName } from '../../planner/binder/type-name.ts'
import type { DataType, Field } from '../../types/data-type.ts'
import type { DefinitionContext } from './definition.ts'
import { writtenName } from './names.ts'
import { refuseHolders, refuseMembership } from './type-change.ts'

type RecordType = Extract<DataType, { kind: 'record' }>
type Action = Extract<ast.AlterObject['action'], { kind: 'attributes' | 'rename-attribute' }>

/** The composite type with its attributes changed. */
export function changedAttributes(
  type: DataType,
  statement: ast.AlterObject,
  action: Action,
  context: DefinitionContext,
): DataType {
  if (type.kind !== 'record') {
    throw new SqlError('wrong_object_type', `"${writtenName(statement.name)}" is not a composite type`)
  }
  if (action.kind === 'rename-attribute') return renamed(type, action.from, action.to)
  let fields: readonly Field[] = type.fields
  for (const change of action.changes) fields = changedFields(fields, change, type, context)
  return { ...type, fields }
}

function missing(name: string, relation: string | undefined): SqlError {
  return new SqlError('undefined_column', `column "${name}" of relation "${relation}" does not exist`)
}

function renamed(type: RecordType, from: ast.Identifier, to: ast.Identifier): RecordType {
  if (!type.fields.some((field) => field.name === from.name))
    throw new SqlError('undefined_column', `column "${from.name}" does not exist`)
  if (type.fields.some((field) => field.name === to.name)) throw duplicate(to.name, type.name)
  return {
    ...type,
    fields: type.fields.map((field) => (field.name === from.name ? { ...field, name: to.name } : field)),
  }
}

function duplicate(name: string, relation: string | undefined): SqlError {
  return new SqlError('duplicate_column', `column "${name}" of relation "${relation}" already exists`)
}

function changedFields(
  fields: readonly Field[],
  change: ast.AttributeChange,
  type: RecordType,
  context: DefinitionContext,
): readonly Field[] {
  const { name } = change.name
  const place = fields.findIndex((field) => field.name === name)
  switch (change.kind) {
    case 'add':
      if (place !== -1) throw duplicate(name, type.name)
      return [...fields, { name, type: memberType(change.type, type, context) }]
    case 'drop':
      if (place !== -1) return fields.toSpliced(place, 1)
      if (!change.ifExists) throw missing(name, type.name)
      context.notice(`NOTICE:  column "${name}" of relation "${type.name}" does not exist, skipping`)
      return fields
    case 'alter':
      if (place === -1) throw missing(name, type.name)
      if (type.name !== undefined) refuseHolders('type', type.name, context)
      return fields.with(place, { name, type: memberType(change.type, type, context) })
  }
}

function memberType(written: ast.TypeName, owner: RecordType, context: DefinitionContext): DataType {
  const type = bindTypeName(written, context)
  if (owner.name !== undefined) refuseMembership(owner.name, type, written.span.start)
  return type
}

/** For each attribute after the changes, its place before them, or -1. */
export function attributePlaces(type: RecordType, changes: readonly ast.AttributeChange[]): readonly number[] {
  let places: { readonly name: string; readonly place: number }[] = type.fields.map(({ name }, place) => ({
    name,
    place,
  }))
  for (const change of changes) {
    if (change.kind === 'add') places = [...places, { name: change.name.name, place: -1 }]
    else if (change.kind === 'drop') places = places.filter(({ name }) => name !== change.name.name)
  }
  return places.map(({ place }) => place)
}
