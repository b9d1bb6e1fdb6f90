/** CREATE TYPE, CREATE DOMAIN, and ALTER of what is no relation. */
import { notSupported, SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import { bindTypeName } from '../../planner/binder/type-name.ts'
import type { TableDefinition } from '../../storage/interface.ts'
import type { SqlArray } from '../../types/array.ts'
import type { DataType } from '../../types/data-type.ts'
import type { Value } from '../../types/value.ts'
import type { Batch } from '../../types/vector.ts'
import type { DefinitionContext } from './definition.ts'
import { columnsOfType } from './dependents.ts'
import { targetName, writtenName } from './names.ts'
import { rewriteTable } from './replace.ts'

/** Checks that the name is free, and creates the type. */
function define(name: ast.QualifiedName, type: (name: string) => DataType, context: DefinitionContext): void {
  const target = targetName(name, false, context)
  if (context.catalog.findType(target.name, target.schema)) {
    throw new SqlError('duplicate_object', `type "${target.name}" already exists`, { position: name.span.start })
  }
  context.transaction.createType(target.name, target.schema, type(target.name))
}

export function createType(statement: ast.CreateType, context: DefinitionContext): void {
  const { definition } = statement
  const position = statement.span.start
  switch (definition.kind) {
    case 'enum': {
      const { labels } = definition
      const repeated = labels.find((label, n) => labels.indexOf(label) !== n)
      if (repeated !== undefined) {
        throw new SqlError('duplicate_object', `enum label "${repeated}" used more than once`, { position })
      }
      define(statement.name, (name) => ({ kind: 'enum', name, labels }), context)
      return
    }
    case 'composite': {
      const fields = definition.fields.map((field) => ({
        name: field.name.name,
        type: bindTypeName(field.type, context),
      }))
      const names = fields.map((field) => field.name)
      const repeated = names.find((name, n) => names.indexOf(name) !== n)
      if (repeated !== undefined) {
        throw new SqlError('duplicate_column', `column "${repeated}" specified more than once`, { position })
      }
      define(statement.name, (name) => ({ kind: 'record', name, fields }), context)
      return
    }
    case 'alias': {
      const base = bindTypeName(definition.type, context)
      define(statement.name, () => base, context)
      return
    }
    case 'range':
      throw notSupported('CREATE TYPE AS RANGE', position)
  }
}

export function createDomain(statement: ast.CreateDomain, context: DefinitionContext): void {
  const constraint = statement.constraints.find(({ kind }) => kind !== 'null')
  if (constraint) throw notSupported('a domain with constraints', constraint.span.start)
  const base = bindTypeName(statement.type, context)
  define(statement.name, (name) => ({ kind: 'domain', name, base }), context)
}

export function alterObject(statement: ast.AlterObject, context: DefinitionContext): void {
  const { action } = statement
  if (action.kind === 'owner-to') return
  if (statement.object !== 'type') {
    throw notSupported(`ALTER ${statement.object.toUpperCase()}`, statement.span.start)
  }
  const parts = statement.name.parts.map((part) => part.name)
  const name = parts[parts.length - 1]
  const schema = schemaOfType(name, parts[parts.length - 2], context)
  const type = schema === undefined ? undefined : context.catalog.findType(name, schema)
  if (schema === undefined || !type) {
    throw new SqlError('undefined_object', `type "${writtenName(statement.name)}" does not exist`, {
      position: statement.name.span.start,
    })
  }
  const changed = changedType(type, statement, context)
  context.transaction.dropType(name, schema)
  context.transaction.createType(action.kind === 'rename' ? action.to.name : name, schema, changed)
  const renamed = action.kind === 'rename-value' ? action : undefined
  const convert = (value: Value): Value => (renamed && value === renamed.from ? renamed.to : value)
  const tables = new Set(
    columnsOfType(name, context).map((dependent) => (dependent.kind === 'column' ? dependent.table : undefined)),
  )
  for (const table of tables) if (table) retypeColumns(table, name, changed, convert, context)
}

/** Gives the columns of a changed type their new type, and their values what `convert` makes of them. */
function retypeColumns(
  table: TableDefinition,
  name: string,
  type: DataType,
  convert: (value: Value) => Value,
  context: DefinitionContext,
): void {
  const columns = table.columns.map((column) => {
    const changed = withType(column.type, name, type)
    return changed === column.type ? column : { ...column, type: changed }
  })
  const rewrite = (batch: Batch): Batch => ({
    ...batch,
    columns: batch.columns.map((vector, n) => {
      if (columns[n] === table.columns[n] || vector.layout !== 'values') return vector
      return {
        layout: 'values',
        type: columns[n].type,
        values: vector.values.map((value) => convertAll(value, convert)),
      }
    }),
  })
  rewriteTable(table, { ...table, columns }, rewrite, context)
}

function withType(type: DataType, name: string, replacement: DataType): DataType {
  if (type.kind === 'array') {
    const element = withType(type.element, name, replacement)
    return element === type.element ? type : { ...type, element }
  }
  return 'name' in type && type.name === name ? replacement : type
}

/** A value, or the elements of an array. */
function convertAll(value: Value, convert: (value: Value) => Value): Value {
  if (value === null || typeof value !== 'object' || !('dimensions' in value)) return convert(value)
  return { ...value, values: (value as SqlArray).values.map(convert) }
}

function schemaOfType(name: string, schema: string | undefined, context: DefinitionContext): string | undefined {
  if (schema !== undefined) return schema
  return [...context.functions.schemas, ...context.catalog.schemas()].find((candidate) =>
    context.catalog.findType(name, candidate),
  )
}

function changedType(type: DataType, statement: ast.AlterObject, context: DefinitionContext): DataType {
  const { action } = statement
  switch (action.kind) {
    case 'rename':
      return 'name' in type ? ({ ...type, name: action.to.name } as DataType) : type
    case 'add-value':
      return { ...needEnum(type, statement), labels: withLabel(needEnum(type, statement).labels, action, context) }
    case 'rename-value': {
      const { labels, ...rest } = needEnum(type, statement)
      if (!labels.includes(action.from)) throw noLabel(action.from)
      if (labels.includes(action.to)) {
        throw new SqlError('duplicate_object', `enum label "${action.to}" already exists`)
      }
      return { ...rest, labels: labels.map((label) => (label === action.from ? action.to : label)) }
    }
    default:
      throw notSupported(`ALTER TYPE ${action.kind.replaceAll('-', ' ').toUpperCase()}`, statement.span.start)
  }
}

function needEnum(type: DataType, statement: ast.AlterObject): Extract<DataType, { kind: 'enum' }> {
  if (type.kind === 'enum') return type
  throw new SqlError('wrong_object_type', `"${writtenName(statement.name)}" is not an enum`)
}

function noLabel(label: string): SqlError {
  return new SqlError('invalid_parameter_value', `"${label}" is not an existing enum label`)
}

function withLabel(
  labels: readonly string[],
  action: Extract<ast.AlterObject['action'], { kind: 'add-value' }>,
  context: DefinitionContext,
): readonly string[] {
  if (labels.includes(action.label)) {
    const message = `enum label "${action.label}" already exists`
    if (!action.ifNotExists) throw new SqlError('duplicate_object', message)
    context.notice(`NOTICE:  ${message}, skipping`)
    return labels
  }
  const neighbour = action.before ?? action.after
  if (neighbour === undefined) return [...labels, action.label]
  const place = labels.indexOf(neighbour)
  if (place === -1) throw noLabel(neighbour)
  return labels.toSpliced(action.before === undefined ? place + 1 : place, 0, action.label)
}
