/** CREATE TYPE and ALTER TYPE. */
import { notSupported, SqlError } from '../../error.ts'
import { category } from '../../functions/coercion.ts'
import type * as ast from '../../parser/ast.ts'
import { bindTypeName } from '../../planner/binder/type-name.ts'
import type { TableDefinition } from '../../storage/interface.ts'
import type { DataType } from '../../types/data-type.ts'
import { byteLength } from '../../types/text-order.ts'
import { isComparable } from '../../types/traits.ts'
import { baseTypeName, multirangeName, withoutModifiers } from '../../types/type-names.ts'
import type { Value } from '../../types/value.ts'
import { appendValues } from '../rows.ts'
import { changeTypes } from './alter-column-properties.ts'
import { alterSequenceAs } from './alter-table.ts'
import type { DefinitionContext } from './definition.ts'
import { tablesOfType } from './dependents.ts'
import { alterDomain } from './domain.ts'
import { needSchema, type TargetName, targetName, writtenName } from './names.ts'
import { replaceDefinition } from './replace.ts'
import { renameSchema } from './schema.ts'
import { attributePlaces, changedAttributes } from './type-attributes.ts'
import { retypeHolders } from './type-change.ts'
import { followType, refuseTypedTables } from './typed-table.ts'

/** Checks that the name is free, and creates the type. */
export function defineType(
  name: ast.QualifiedName,
  type: (name: string) => DataType,
  context: DefinitionContext,
): TargetName {
  const target = targetName(name, false, context)
  if (context.catalog.findType(target.name, target.schema)) {
    throw new SqlError('duplicate_object', `type "${target.name}" already exists`, { position: name.span.start })
  }
  context.transaction.createType(target.name, target.schema, type(target.name))
  return target
}

/** DuckDB's ENUM (SELECT …): the different texts of the query's column, as they first come. */
function labelsOf(query: ast.Query, context: DefinitionContext): string[] {
  const { columns, batches } = context.runQuery(query)
  const position = query.span.start
  if (columns.length !== 1 || category(columns[0].type) !== 'S') {
    throw new SqlError('datatype_mismatch', 'the query of an enum must have one column of text', { position })
  }
  const labels: Value[] = []
  for (const batch of batches) appendValues(labels, batch.columns[0], batch, context.execution.pool.memory)
  if (labels.includes(null)) {
    throw new SqlError('null_value_not_allowed', 'the labels of an enum cannot be NULL', { position })
  }
  return [...new Set(labels as string[])]
}

export function createType(statement: ast.CreateType, context: DefinitionContext): void {
  const { definition } = statement
  const position = statement.span.start
  switch (definition.kind) {
    case 'enum': {
      const labels = definition.query ? labelsOf(definition.query, context) : definition.labels
      labels.forEach(checkLabel)
      const repeated = labels.find((label, n) => labels.indexOf(label) !== n)
      if (repeated !== undefined) {
        throw new SqlError('duplicate_object', `enum label "${repeated}" used more than once`, { position })
      }
      defineType(statement.name, (name) => ({ kind: 'enum', name, labels }), context)
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
      defineType(statement.name, (name) => ({ kind: 'record', name, fields }), context)
      return
    }
    case 'alias': {
      const base = bindTypeName(definition.type, context)
      defineType(statement.name, () => base, context)
      return
    }
    case 'range':
      createRange(statement.name, definition.options, context)
      return
  }
}

/** A range and the multirange over it. */
function createRange(name: ast.QualifiedName, options: readonly ast.RangeOption[], context: DefinitionContext): void {
  let subtype: DataType | undefined
  let written: ast.QualifiedName | undefined
  const seen = new Set<string>()
  for (const { name: option, value, span } of options) {
    const position = span.start
    if (!rangeOptions.has(option)) {
      throw new SqlError('syntax_error', `type attribute "${option}" not recognized`, { position })
    }
    if (seen.has(option)) throw new SqlError('syntax_error', 'conflicting or redundant options', { position })
    seen.add(option)
    if (option === 'canonical') throw notSupported('a canonical function of CREATE TYPE AS RANGE', position)
    if (option === 'subtype') subtype = bindTypeName(value, context)
    if (option === 'multirange_type_name') {
      written = { parts: value.parts.map((part) => ({ name: part, span: value.span }) as ast.Identifier), span }
    }
  }
  if (!subtype) throw new SqlError('syntax_error', 'type attribute "subtype" is required')
  if (!isComparable(subtype)) {
    throw new SqlError(
      'undefined_object',
      `data type ${baseTypeName(subtype)} has no default operator class for access method "btree"`,
      {
        hint: 'You must specify an operator class for the range type or define a default operator class for the subtype.',
      },
    )
  }
  const element = withoutModifiers(subtype)
  const range = name.parts[name.parts.length - 1].name
  const multirange = written ? written.parts[written.parts.length - 1].name : multirangeName(range)
  const target = defineType(name, () => ({ kind: 'range', name: range, element, multirange }), context)
  const multirangeTarget = written ? targetName(written, false, context) : { ...target, name: multirange }
  if (context.catalog.findType(multirange, multirangeTarget.schema)) {
    context.transaction.dropType(target.name, target.schema)
    throw new SqlError('duplicate_object', `type "${multirange}" already exists`, {
      detail: written ? undefined : `Failed while creating a multirange type for type "${range}".`,
      hint: written
        ? undefined
        : 'You can manually specify a multirange type name using the "multirange_type_name" attribute.',
    })
  }
  context.transaction.createType(multirange, multirangeTarget.schema, {
    kind: 'multirange',
    name: multirange,
    element,
    range,
  })
}

const rangeOptions: ReadonlySet<string> = new Set([
  'subtype',
  'subtype_opclass',
  'collation',
  'canonical',
  'subtype_diff',
  'multirange_type_name',
])

export function alterObject(statement: ast.AlterObject, context: DefinitionContext): void {
  const { action } = statement
  if (statement.object === 'sequence') {
    alterSequenceAs(statement, context)
    return
  }
  if (action.kind === 'owner-to') return
  if (statement.object === 'schema' && action.kind === 'rename') {
    renameSchema(statement, action.to, context)
    return
  }
  if (statement.object !== 'type' && statement.object !== 'domain') {
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
  if (statement.object === 'domain' && type.kind !== 'domain') {
    throw new SqlError('wrong_object_type', `${writtenName(statement.name)} is not a domain`)
  }
  const domain = context.catalog.findDomain(name, schema)
  if (domain && alterDomain(domain, statement, context)) return
  if (action.kind === 'set-schema') {
    moveType({ name, schema, type }, action.schema, context)
    return
  }
  if (action.kind === 'attributes' || action.kind === 'rename-attribute') {
    refuseTypedTables({ schema, name }, action, context)
  }
  const changed = changedType(type, statement, context)
  const newName = action.kind === 'rename' ? action.to.name : name
  if (action.kind === 'rename' && context.catalog.findType(newName, schema)) {
    throw new SqlError('duplicate_object', `type "${newName}" already exists`)
  }
  context.transaction.dropType(name, schema)
  context.transaction.createType(newName, schema, changed)
  if (domain && changed.kind === 'domain') context.transaction.setDomain({ ...domain, name: newName, type: changed })
  const convert = converter(action, type)
  retypeHolders(name, changed, convert, context)
  if (action.kind === 'attributes' || action.kind === 'rename-attribute') {
    followType({ schema, name, to: changed }, action, changeColumnType, context)
  }
  if (action.kind === 'rename') moveTypedTables({ schema, name }, { schema, name: newName }, context)
}

function changeColumnType(
  table: TableDefinition,
  column: ast.Identifier,
  type: ast.TypeName,
  context: DefinitionContext,
): void {
  changeTypes(table, [{ kind: 'set-type', column, type, span: column.span }], context)
}

/** Tables stay OF a type that has another name or schema. */
function moveTypedTables(from: TargetName, to: TargetName, context: DefinitionContext): void {
  for (const table of tablesOfType(from, context)) replaceDefinition(table, { ...table, ofType: to }, context)
}

/** What becomes of the values of a type that is altered. */
function converter(action: ast.AlterObject['action'], type: DataType): (value: Value) => Value {
  if (action.kind === 'rename-value') return (value) => (value === action.from ? action.to : value)
  if (action.kind !== 'attributes' || type.kind !== 'record') return (value) => value
  const places = attributePlaces(type, action.changes)
  return (value) =>
    value === null ? null : places.map((place) => (place === -1 ? null : (value as readonly Value[])[place]))
}

/** Puts a type into another schema. */
function moveType(
  { name, schema, type }: { readonly name: string; readonly schema: string; readonly type: DataType },
  target: ast.Identifier,
  context: DefinitionContext,
): void {
  needSchema(target.name, target.span.start, context)
  if (target.name === schema) return
  if (context.catalog.findType(name, target.name)) {
    throw new SqlError('duplicate_object', `type "${name}" already exists in schema "${target.name}"`)
  }
  const domain = context.catalog.findDomain(name, schema)
  context.transaction.dropType(name, schema)
  context.transaction.createType(name, target.name, type)
  if (domain) context.transaction.setDomain({ ...domain, schema: target.name })
  moveTypedTables({ schema, name }, { schema: target.name, name }, context)
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
      checkLabel(action.to)
      if (!labels.includes(action.from)) throw noLabel(action.from)
      if (labels.includes(action.to)) {
        throw new SqlError('duplicate_object', `enum label "${action.to}" already exists`)
      }
      return { ...rest, labels: labels.map((label) => (label === action.from ? action.to : label)) }
    }
    case 'rename-attribute':
    case 'attributes':
      return changedAttributes(type, statement, action, context)
    default:
      throw notSupported(`ALTER TYPE ${action.kind.replaceAll('-', ' ').toUpperCase()}`, statement.span.start)
  }
}

function needEnum(type: DataType, statement: ast.AlterObject): Extract<DataType, { kind: 'enum' }> {
  if (type.kind === 'enum') return type
  throw new SqlError('wrong_object_type', `"${writtenName(statement.name)}" is not an enum`)
}

function checkLabel(label: string): void {
  if (byteLength(label) <= 63) return
  throw new SqlError('invalid_name', `invalid enum label "${label}"`, { detail: 'Labels must be 63 bytes or less.' })
}

function noLabel(label: string): SqlError {
  return new SqlError('invalid_parameter_value', `"${label}" is not an existing enum label`)
}

function withLabel(
  labels: readonly string[],
  action: Extract<ast.AlterObject['action'], { kind: 'add-value' }>,
  context: DefinitionContext,
): readonly string[] {
  checkLabel(action.label)
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
