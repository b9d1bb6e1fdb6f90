/** DROP: what depends on the object goes with it on CASCADE, and keeps it otherwise. */
import { notSupported, SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import type { Relation, TableDefinition } from '../../storage/interface.ts'
import { multirangeOf } from '../../types/type-names.ts'
import { dropColumnByName } from './alter-columns.ts'
import type { DefinitionContext } from './definition.ts'
import {
  type Dependent,
  dependentsOf,
  dependentsOfType,
  describe,
  describeDependent,
  ownedSequences,
  relationOf,
  tablesOfType,
  withFurther,
} from './dependents.ts'
import { findIndex, findRelation, needSchema, relationLabel, writtenName } from './names.ts'
import { replaceDefinition } from './replace.ts'
import { routineText } from './routine-text.ts'
import { ownerOf } from './sequence.ts'
import { setTriggers } from './trigger.ts'

export function drop(statement: ast.Drop, context: DefinitionContext): void {
  const known = statement.names.map((name) => findRelation(name, context))
  for (const [n, name] of statement.names.entries()) {
    // It went with one that was named before it.
    if (known[n] && statement.object !== 'index' && !findRelation(name, context)) continue
    switch (statement.object) {
      case 'table':
      case 'view':
      case 'sequence':
      case 'materialized view':
        dropNamed(statement, statement.object, name, context)
        break
      case 'index':
        dropIndex(statement, name, context)
        break
      case 'schema':
        dropSchema(statement, name, context)
        break
      case 'type':
      case 'domain':
        dropType(statement, name, context)
        break
      default:
        throw notSupported(`DROP ${statement.object.toUpperCase()}`, statement.span.start)
    }
  }
}

/** With IF EXISTS a notice, without it an error. */
function missing(statement: ast.Drop, name: ast.QualifiedName, what: string, context: DefinitionContext): void {
  const schema = what === 'schema' ? undefined : name.parts.at(-2)?.name
  if (schema !== undefined && !context.catalog.hasSchema(schema)) {
    if (!statement.ifExists) needSchema(schema, name.span.start, context)
    context.notice(`NOTICE:  schema "${schema}" does not exist, skipping`)
    return
  }
  const message = `${what} "${writtenName(name)}" does not exist`
  if (statement.ifExists) {
    context.notice(`NOTICE:  ${message}, skipping`)
    return
  }
  const condition =
    what === 'schema'
      ? 'invalid_schema_name'
      : what === 'index' || what === 'type'
        ? 'undefined_object'
        : 'undefined_table'
  throw new SqlError(condition, message, { position: name.span.start })
}

/** 42501: what the catalogs are made of stays. */
export function refuseSystemTable({ parts, span }: ast.QualifiedName, context: DefinitionContext): void {
  const { name } = parts[parts.length - 1]
  if (context.systemTable?.(name, parts.at(-2)?.name) === undefined) return
  throw new SqlError('insufficient_privilege', `permission denied: "${name}" is a system catalog`, {
    position: span.start,
  })
}

function dropNamed(
  statement: ast.Drop,
  kind: 'table' | 'view' | 'sequence' | 'materialized view',
  name: ast.QualifiedName,
  context: DefinitionContext,
): void {
  const relation = findRelation(name, context)
  if (!relation) {
    refuseSystemTable(name, context)
    missing(statement, name, kind, context)
    return
  }
  const label = relationLabel(relation)
  if (label !== kind) {
    throw new SqlError('wrong_object_type', `"${relation.name}" is not a ${kind}`, {
      position: name.span.start,
      hint: `Use DROP ${label.toUpperCase()} to remove a ${label}.`,
    })
  }
  const others = statement.names.map((other) => findRelation(other, context)).filter((other) => other !== undefined)
  dropRelation(relation, statement.cascade, context, others)
}

/** Drops a relation and, with CASCADE, what depends on it. `together` are dropped by the same statement. */
export function dropRelation(
  relation: Relation,
  cascade: boolean,
  context: DefinitionContext,
  together: readonly Relation[] = [],
): void {
  if (relation.kind === 'sequence') refuseOwned(relation, context)
  const all = withFurther(dependentsOf(relation, context), context)
  const dependents = all.filter((dependent) => !isTogether(dependent, together))
  if (dependents.length > 0 && !cascade)
    throw stillNeeded(together.length > 1 ? undefined : describe(relation), dependents)
  if (dependents.length > 0) announce(dependents, context)
  dropDependents(all, context)
  const current = context.catalog.findRelation(relation.name, relation.schema)
  if (!current) return
  context.transaction.drop(current)
  if (current.kind === 'table')
    for (const sequence of ownedSequences(current, undefined, context)) context.transaction.drop(sequence)
}

function refuseOwned(sequence: Extract<Relation, { kind: 'sequence' }>, context: DefinitionContext): void {
  const { table, column } = ownerOf(sequence, context) ?? {}
  if (!table || !column?.identity) return
  throw new SqlError(
    'dependent_objects_still_exist',
    `cannot drop sequence ${sequence.name} because column ${column.name} of table ${table.name} requires it`,
    { hint: `You can drop column ${column.name} of table ${table.name} instead.` },
  )
}

function isTogether(dependent: Dependent, together: readonly Relation[]): boolean {
  const relation = relationOf(dependent)
  return together.some((other) => other.schema === relation?.schema && other.name === relation.name)
}

/** 2BP01, naming what is in the way of dropping one object, or of several. */
export function stillNeeded(what: string | undefined, dependents: readonly Dependent[]): SqlError {
  const objects = what === undefined ? 'desired object(s)' : what
  const them = what === undefined ? 'them' : 'it'
  return new SqlError(
    'dependent_objects_still_exist',
    `cannot drop ${objects} because other objects depend on ${them}`,
    {
      detail: dependents.map((dependent) => `${describeDependent(dependent)} depends on ${dependent.on}`).join('\n'),
      hint: 'Use DROP ... CASCADE to drop the dependent objects too.',
    },
  )
}

export function announce(dependents: readonly (Dependent | string)[], context: DefinitionContext): void {
  const lines = dependents.map(
    (each) => `drop cascades to ${typeof each === 'string' ? each : describeDependent(each)}`,
  )
  if (lines.length === 1) context.notice(`NOTICE:  ${lines[0]}`)
  else context.notice(`NOTICE:  drop cascades to ${lines.length} other objects\nDETAIL:  ${lines.join('\n')}`)
}

export function dropDependents(dependents: readonly Dependent[], context: DefinitionContext): void {
  const { transaction } = context
  for (const dependent of dependents.toReversed()) {
    if (dependent.kind === 'view') {
      const view = context.catalog.findRelation(dependent.view.name, dependent.view.schema)
      if (view) transaction.drop(view)
      continue
    }
    if (dependent.kind === 'routine') {
      const { schema, name } = dependent.routine
      const others = context.catalog.findRoutines(name, schema).filter((other) => other !== dependent.routine)
      transaction.setRoutines(schema, name, others)
      continue
    }
    if (dependent.kind === 'trigger') {
      const { name, schema } = dependent.owner
      const owner = context.catalog.findRelation(name, schema)
      if (owner && owner.kind !== 'sequence') {
        const kept = owner.triggers?.filter((trigger) => trigger.name !== dependent.trigger)
        setTriggers(owner, kept ?? [], context)
      }
      continue
    }
    if (dependent.kind === 'domain') {
      transaction.dropType(dependent.name, dependent.schema)
      continue
    }
    const table = context.catalog.findRelation(dependent.table.name, dependent.table.schema)
    if (table?.kind !== 'table') continue
    if (dependent.kind === 'typed-table') dropRelation(table, true, context)
    else if (dependent.kind === 'column') dropColumnByName(table, dependent.column, context)
    else replaceDefinition(table, withoutDependent(table, dependent), context)
  }
}

function withoutDependent(
  table: TableDefinition,
  dependent: Extract<Dependent, { kind: 'foreign-key' | 'default' | 'constraint' | 'index' }>,
): TableDefinition {
  switch (dependent.kind) {
    case 'index':
      return { ...table, indexes: table.indexes.filter(({ name }) => name !== dependent.index) }
    case 'default': {
      const columns = table.columns.map((column) =>
        column.name === dependent.column ? { ...column, default: undefined } : column,
      )
      return { ...table, columns }
    }
    default: {
      const name = dependent.kind === 'constraint' ? dependent.constraint : dependent.key.name
      return { ...table, constraints: table.constraints.filter((constraint) => constraint.name !== name) }
    }
  }
}

function dropIndex(statement: ast.Drop, name: ast.QualifiedName, context: DefinitionContext): void {
  const found = findIndex(name, context)
  const relation = found ? undefined : findRelation(name, context)
  if (relation) {
    throw new SqlError('wrong_object_type', `"${relation.name}" is not an index`, {
      position: name.span.start,
      hint: `Use DROP ${relationLabel(relation).toUpperCase()} to remove a ${relationLabel(relation)}.`,
    })
  }
  if (!found) {
    missing(statement, name, 'index', context)
    return
  }
  const { table, index } = found
  if (index.constraint !== undefined) {
    const constraint = `constraint ${index.constraint} on table ${table.name}`
    throw new SqlError(
      'dependent_objects_still_exist',
      `cannot drop index ${index.name} because ${constraint} requires it`,
      { hint: `You can drop ${constraint} instead.` },
    )
  }
  context.transaction.dropIndex(table, index.name)
}

function dropSchema(statement: ast.Drop, name: ast.QualifiedName, context: DefinitionContext): void {
  const schema = name.parts[name.parts.length - 1].name
  if (!context.catalog.hasSchema(schema)) {
    missing(statement, name, 'schema', context)
    return
  }
  needSchema(schema, name.span.start, context)
  const contents = [...context.catalog.relations()].filter((relation) => relation.schema === schema)
  const independent = contents.filter((relation) => relation.kind !== 'sequence' || !relation.ownedBy)
  const types = [...context.catalog.typeNames(schema)]
  const routines = [...context.catalog.routines()].filter((routine) => routine.schema === schema)
  const held = [
    ...independent.map((relation) => `${relationLabel(relation)} ${schema}.${relation.name}`),
    ...types.map((type) => `type ${schema}.${type}`),
    ...routines.map((routine) => routineText({ ...routine, name: `${schema}.${routine.name}` })),
  ]
  if (held.length > 0 && statement.cascade) announce(held, context)
  if (held.length > 0 && !statement.cascade) {
    throw new SqlError(
      'dependent_objects_still_exist',
      `cannot drop schema ${schema} because other objects depend on it`,
      {
        detail: held.map((what) => `${what} depends on schema ${schema}`).join('\n'),
        hint: 'Use DROP ... CASCADE to drop the dependent objects too.',
      },
    )
  }
  for (const relation of independent) {
    const current = context.catalog.findRelation(relation.name, schema)
    if (current) dropRelation(current, true, context, contents)
  }
  for (const type of types) {
    dropDependents(withFurther(dependentsOfType(type, context), context), context)
    context.transaction.dropType(type, schema)
  }
  for (const routine of routines) context.transaction.setRoutines(schema, routine.name, [])
  context.transaction.dropSchema(schema)
}

/** The multirange over a range goes with it. */
function dropMultirange(name: string, schema: string, context: DefinitionContext): void {
  const home = [schema, ...context.catalog.schemas()].find((it) => context.catalog.findType(name, it))
  if (home !== undefined) context.transaction.dropType(name, home)
}

function dropType(statement: ast.Drop, name: ast.QualifiedName, context: DefinitionContext): void {
  const parts = name.parts.map((part) => part.name)
  const last = parts[parts.length - 1]
  const type = context.catalog.findType(last, parts[parts.length - 2])
  const relation = type ? undefined : findRelation(name, context)
  if (relation && relation.kind !== 'sequence') {
    const what = describe(relation)
    throw new SqlError(
      'dependent_objects_still_exist',
      `cannot drop type ${relation.name} because ${what} requires it`,
      { position: name.span.start, hint: `You can drop ${what} instead.` },
    )
  }
  if (!type) {
    missing(statement, name, 'type', context)
    return
  }
  const home = [parts[parts.length - 2] ?? '', 'pg_temp', ...context.catalog.schemas()].find(
    (schema) => schema !== '' && context.catalog.findType(last, schema) !== undefined,
  )
  const typed = tablesOfType({ schema: home ?? '', name: last }, context).map(
    (table): Dependent => ({ kind: 'typed-table', table, on: `type ${last}` }),
  )
  const dependents = withFurther([...typed, ...dependentsOfType(last, context)], context)
  if (dependents.length > 0) {
    if (!statement.cascade) throw stillNeeded(`type ${last}`, dependents)
    announce(dependents, context)
    dropDependents(dependents, context)
  }
  for (const schema of [parts[parts.length - 2] ?? '', 'pg_temp', ...context.catalog.schemas()]) {
    if (schema === '' || !context.catalog.findType(last, schema)) continue
    context.transaction.dropType(last, schema)
    if (type.kind === 'range') dropMultirange(multirangeOf(type).name, schema, context)
    return
  }
}
