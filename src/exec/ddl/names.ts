/** Names of what is defined: where they belong, whether they are taken, and those that are made up. */
import { SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import type { MaterializedView, Relation, TableDefinition } from '../../storage/interface.ts'
import type { DefinitionContext } from './definition.ts'

export interface TargetName {
  readonly schema: string
  readonly name: string
}

export const temporarySchema = 'pg_temp'

/** Where names are looked up. */
export type NamedObjects = Pick<DefinitionContext, 'catalog' | 'functions'>

/** The schema and name of a relation or type that is to be made. */
export function targetName(name: ast.QualifiedName, temporary: boolean, context: DefinitionContext): TargetName {
  const parts = name.parts.map((part) => part.name)
  const last = parts[parts.length - 1]
  const schema = parts[parts.length - 2]
  if (schema === undefined) return { schema: temporary ? temporarySchema : currentSchema(context), name: last }
  if (temporary && schema !== temporarySchema) {
    throw new SqlError('invalid_table_definition', 'cannot create temporary relation in non-temporary schema', {
      position: name.span.start,
    })
  }
  needSchema(schema, name.span.start, context)
  return { schema, name: last }
}

/** The schema in which unqualified names are made. */
export function currentSchema(context: DefinitionContext): string {
  const [schema] = context.functions.schemas
  if (schema !== undefined) return schema
  throw new SqlError('invalid_schema_name', 'no schema has been selected to create in')
}

export function needSchema(schema: string, position: number | undefined, context: NamedObjects): void {
  if (context.catalog.hasSchema(schema)) return
  throw new SqlError('invalid_schema_name', `schema "${schema}" does not exist`, { position })
}

/** A relation by name, or undefined. 3F000 when its schema does not exist. */
export function findRelation(name: ast.QualifiedName, context: NamedObjects): Relation | undefined {
  const parts = name.parts.map((part) => part.name)
  return context.catalog.findRelation(parts[parts.length - 1], parts[parts.length - 2])
}

export function writtenName(name: ast.QualifiedName): string {
  return name.parts.map((part) => part.name).join('.')
}

export function undefinedRelation(name: ast.QualifiedName): SqlError {
  return new SqlError('undefined_table', `relation "${writtenName(name)}" does not exist`, {
    position: name.span.start,
  })
}

/** `table`, `materialized view` … as messages and DROP say it. */
export function relationLabel(relation: Relation): 'table' | 'view' | 'sequence' | 'materialized view' {
  return isMaterialized(relation) ? 'materialized view' : relation.kind
}

export function isMaterialized(relation: Relation): relation is MaterializedView {
  return relation.kind === 'table' && relation.materialized !== undefined
}

/** A table by name; 42P01 and 42809 for anything else. */
export function needTable(name: ast.QualifiedName, context: DefinitionContext): TableDefinition {
  const relation = findRelation(name, context)
  if (!relation && !findIndex(name, context)) throw undefinedRelation(name)
  if (relation?.kind === 'table' && !relation.materialized) return relation
  throw new SqlError('wrong_object_type', `"${name.parts[name.parts.length - 1].name}" is not a table`, {
    position: name.span.start,
  })
}

/** A table, with an index of it by name. */
export function findIndex(
  name: ast.QualifiedName,
  context: NamedObjects,
): { readonly table: TableDefinition; readonly index: TableDefinition['indexes'][number] } | undefined {
  const parts = name.parts.map((part) => part.name)
  const last = parts[parts.length - 1]
  const path = parts.length > 1 ? [parts[parts.length - 2]] : [temporarySchema, ...context.functions.schemas]
  const tables = [...context.catalog.relations()].filter((relation) => relation.kind === 'table')
  for (const schema of path) {
    for (const table of tables) {
      const index = table.schema === schema && table.indexes.find((candidate) => candidate.name === last)
      if (index) return { table, index }
    }
  }
  return undefined
}

/** Whether a relation or an index of the schema has the name. */
export function isTaken({ schema, name }: TargetName, context: DefinitionContext): boolean {
  if (context.catalog.findRelation(name, schema)) return true
  for (const relation of context.catalog.relations()) {
    if (
      relation.kind === 'table' &&
      relation.schema === schema &&
      relation.indexes.some((index) => index.name === name)
    ) {
      return true
    }
  }
  return false
}

export function alreadyExists(name: string): SqlError {
  return new SqlError('duplicate_table', `relation "${name}" already exists`)
}

function isConstraintName(schema: string, name: string, context: DefinitionContext): boolean {
  for (const relation of context.catalog.relations()) {
    if (relation.kind !== 'table' || relation.schema !== schema) continue
    if (relation.constraints.some((constraint) => constraint.name === name)) return true
  }
  return false
}

const longestName = 63

/** `first_second_label`, the longer of the two parts cut until it fits, as PostgreSQL does. */
export function objectName(first: string, second: string, label: string): string {
  const room = longestName - (label === '' ? 0 : label.length + 1) - (second === '' ? 0 : 1)
  let a = first.length
  let b = second.length
  while (a + b > room) {
    if (a > b) a--
    else b--
  }
  return [first.slice(0, a), second.slice(0, b), label].filter((part) => part !== '').join('_')
}

/** A name that nothing in the schema has: with 1, 2, … at its end where need be. `alsoTaken` knows of names not yet there. */
export function unusedName(
  schema: string,
  first: string,
  second: string,
  label: string,
  alsoTaken: (name: string) => boolean,
  context: DefinitionContext,
): string {
  for (let n = 0; ; n++) {
    const name = objectName(first, second, n === 0 ? label : `${label}${n}`)
    if (!alsoTaken(name) && !isTaken({ schema, name }, context) && !isConstraintName(schema, name, context)) return name
  }
}

/** The name as SQL writes it: quoted where it must be. */
export function quoteName(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}

/** A name in the way PostgreSQL lists columns in names of constraints. */
export function joinedNames(names: readonly string[]): string {
  return names.join('_')
}
