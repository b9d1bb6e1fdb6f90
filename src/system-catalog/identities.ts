/** What pg_describe_object and pg_identify_object say of an object, by the numbers of its table in pg_catalog and of itself. */
import type { CatalogView, RoutineDefinition } from '../storage/interface.ts'
import { baseTypeName } from '../types/type-names.ts'
import { routineNumber } from './comments.ts'
import { quoteIdentifier } from './deparse/names.ts'
import { operatorNumber } from './routine-tables.ts'
import {
  constraintNumber,
  indexNumber,
  relationKindName,
  relationNumber,
  schemaNumber,
  sortedRelations,
  tablesOf,
  triggerNumber,
} from './system-table.ts'
import { triggersIn } from './triggers.ts'
import { typeNumber, userTypes } from './types.ts'

export interface Identity {
  /** As messages name it. */
  readonly text: string
  readonly type: string
  readonly schema?: string
  /** Where it is told by its name alone within its schema. */
  readonly name?: string
  readonly identity: string
}

export function identityOf([table, object, column]: readonly number[], catalog: CatalogView): Identity | undefined {
  switch (table) {
    case 1259:
      return relationIdentity(object, column, catalog)
    case 1255:
    case 2617:
      return routineIdentity(table, object, catalog)
    case 1247:
      for (const { schema, name, type } of userTypes(catalog)) {
        if (typeNumber(type) !== object) continue
        return { ...inSchema('type', schema, name), text: `type ${shown(catalog, 'type', schema, name)}` }
      }
      return undefined
    case 2615:
      for (const schema of catalog.schemas()) {
        if (schemaNumber(schema) !== object) continue
        const identity = quoteIdentifier(schema)
        return { text: `schema ${identity}`, type: 'schema', name: schema, identity }
      }
      return undefined
    case 2606:
      for (const owner of tablesOf(catalog)) {
        const constraint = owner.constraints.find(({ name }) => constraintNumber(owner, name) === object)
        if (constraint) return within('table constraint', 'constraint', constraint.name, owner, catalog, owner.schema)
      }
      return undefined
    case 2620:
      for (const { owner, trigger } of triggersIn(catalog)) {
        if (triggerNumber(owner, trigger.name) === object)
          return within('trigger', 'trigger', trigger.name, owner, catalog)
      }
      return undefined
    default:
      return undefined
  }
}

function qualified(schema: string, name: string): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`
}

function inSchema(type: string, schema: string, name: string): Omit<Identity, 'text'> {
  return { type, schema, name, identity: qualified(schema, name) }
}

/** With its schema where the search path would not find it. */
function shown(catalog: CatalogView, what: 'relation' | 'type', schema: string, name: string): string {
  const isVisible =
    what === 'relation'
      ? catalog.findRelation(name)?.schema === schema
      : catalog.findType(name) === catalog.findType(name, schema)
  return isVisible ? quoteIdentifier(name) : qualified(schema, name)
}

function relationIdentity(object: number, column: number, catalog: CatalogView): Identity | undefined {
  for (const relation of sortedRelations(catalog)) {
    const { schema, name } = relation
    if (relationNumber(relation) === object) {
      const kind = relationKindName(relation)
      const own = shown(catalog, 'relation', schema, name)
      if (!column) return { ...inSchema(kind, schema, name), text: `${kind} ${own}` }
      const of = relation.kind === 'sequence' ? undefined : relation.columns[column - 1]
      if (!of) return undefined
      const identity = `${qualified(schema, name)}.${quoteIdentifier(of.name)}`
      return {
        text: `column ${quoteIdentifier(of.name)} of ${kind} ${own}`,
        type: `${kind} column`,
        schema,
        name,
        identity,
      }
    }
    if (relation.kind !== 'table') continue
    const index = relation.indexes.find((each) => indexNumber(relation, each) === object)
    if (!index) continue
    const isVisible = catalog.searchPath.includes(schema)
    const text = `index ${isVisible ? quoteIdentifier(index.name) : qualified(schema, index.name)}`
    return { ...inSchema('index', schema, index.name), text }
  }
  return undefined
}

function within(
  type: string,
  word: string,
  name: string,
  owner: { readonly kind: string; readonly schema: string; readonly name: string },
  catalog: CatalogView,
  schema?: string,
): Identity {
  const own = quoteIdentifier(name)
  return {
    text: `${word} ${own} on ${owner.kind} ${shown(catalog, 'relation', owner.schema, owner.name)}`,
    type,
    schema,
    identity: `${own} on ${qualified(owner.schema, owner.name)}`,
  }
}

const standardNames = /^(integer|bigint|smallint|boolean|numeric|real|double|character|bit|time|interval|any)/

/** The name of a type with its schema, where SQL has no words for it. */
function fullType(type: RoutineDefinition['parameters'][number]['type'], catalog: CatalogView): string {
  const name = typeof type === 'string' ? type : baseTypeName(type)
  if (standardNames.test(name)) return name
  const own = typeof type !== 'string' && 'name' in type ? type.name : undefined
  const schema = own && [...catalog.schemas()].find((each) => catalog.findType(own, each))
  return `${schema ?? 'pg_catalog'}.${name}`
}

function routineIdentity(table: number, object: number, catalog: CatalogView): Identity | undefined {
  const isOperator = table === 2617
  const numberOf = (routine: RoutineDefinition): number =>
    isOperator
      ? operatorNumber(
          routine.schema,
          routine.name,
          routine.parameters.map(({ type }) => type),
        )
      : routineNumber(routine)
  for (const routine of catalog.routines()) {
    if ((routine.kind === 'operator') !== isOperator || numberOf(routine) !== object) continue
    const { schema, name, kind } = routine
    const inputs = routine.parameters.filter(({ mode }) => mode !== 'out' && mode !== 'table')
    const types = inputs.map(({ type }) => (typeof type === 'string' ? type : baseTypeName(type)))
    const isPrefix = isOperator && types.length === 1
    const signature = `${isOperator ? name : quoteIdentifier(name)}(${isPrefix ? 'NONE,' : ''}${types.join(',')})`
    const full = `${quoteIdentifier(schema)}.${signature.split('(')[0]}(${isPrefix ? 'NONE,' : ''}${inputs.map(({ type }) => fullType(type, catalog)).join(',')})`
    const type = isOperator ? kind : kind === 'aggregate' || kind === 'procedure' ? kind : 'function'
    const word = type === 'aggregate' ? 'function' : type
    const isVisible = catalog.findRoutines(name).includes(routine)
    return { text: `${word} ${isVisible ? signature : full}`, type, schema, identity: full }
  }
  return undefined
}
