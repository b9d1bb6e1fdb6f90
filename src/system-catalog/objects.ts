/** Names and numbers of objects: what casts to regclass and its like, and the pg_get_… functions, ask for. */
import { findFunctions } from '../functions/registry.ts'
import type { CatalogView, Relation } from '../storage/interface.ts'
import type { TypeKind } from '../types/data-type.ts'
import type { Value } from '../types/value.ts'
import { comments, routineNumber } from './comments.ts'
import { argumentsText, constraintText, indexText, quoteName, resultText, triggerText } from './definitions.ts'
import { typeNumber, userTypes } from './further-tables.ts'
import {
  constraintNumber,
  indexNumber,
  objectNumber,
  relationNumber,
  schemaNumber,
  sortedRelations,
  tablesOf,
} from './system-table.ts'

/** `a.b`, `"A".b` as parts, unquoted ones folded. */
export function nameParts(text: string): string[] {
  return [...text.matchAll(/"((?:[^"]|"")*)"|([^."]+)/g)].map((match) =>
    match[1] === undefined ? match[2].trim().toLowerCase() : match[1].replaceAll('""', '"'),
  )
}

export function findByName(catalog: CatalogView, text: string): Relation | undefined {
  const parts = nameParts(text)
  return catalog.findRelation(parts.at(-1) ?? '', parts.at(-2))
}

/** The number of a named object; undefined when there is none. */
export function numberOfName(catalog: CatalogView, kind: TypeKind, text: string): number | undefined {
  switch (kind) {
    case 'regclass': {
      const relation = findByName(catalog, text)
      if (relation) return relationNumber(relation)
      const name = nameParts(text).at(-1)
      for (const table of tablesOf(catalog)) {
        const index = table.indexes.find((each) => each.name === name)
        if (index) return indexNumber(table, index)
      }
      return undefined
    }
    case 'regnamespace': {
      const [name] = nameParts(text)
      return catalog.hasSchema(name) || name === 'pg_catalog' || name === 'information_schema'
        ? schemaNumber(name)
        : undefined
    }
    case 'regproc': {
      const name = nameParts(text).at(-1) ?? ''
      const [own] = catalog.findRoutines(name, nameParts(text).at(-2))
      if (own) return routineNumber(own)
      return findFunctions(name).length > 0 ? objectNumber('function', name, '0') : undefined
    }
    case 'regrole':
      return 10
    default:
      return undefined
  }
}

/** The name of a numbered object as SQL writes it; undefined when there is none. */
export function nameOfNumber(catalog: CatalogView, kind: TypeKind, number: number): string | undefined {
  if (kind === 'regnamespace') {
    for (const schema of [...catalog.schemas(), 'pg_catalog', 'information_schema'])
      if (schemaNumber(schema) === number) return quoteName(schema)
    return undefined
  }
  if (kind === 'regtype') {
    for (const { name, type } of userTypes(catalog)) if (typeNumber(type) === number) return quoteName(name)
    return undefined
  }
  if (kind !== 'regclass') return undefined
  for (const relation of sortedRelations(catalog)) {
    if (relationNumber(relation) === number) return shown(catalog, relation.schema, relation.name)
    if (relation.kind !== 'table') continue
    for (const index of relation.indexes)
      if (indexNumber(relation, index) === number) return shown(catalog, relation.schema, index.name)
  }
  return undefined
}

/** With its schema where the search path would not find it. */
function shown(catalog: CatalogView, schema: string, name: string): string {
  const found = catalog.findRelation(name)
  return found === undefined || found.schema === schema ? quoteName(name) : `${quoteName(schema)}.${quoteName(name)}`
}

/** The definition of an object as SQL. */
export function describeObject(
  catalog: CatalogView,
  what: 'constraint' | 'index' | 'view' | 'relation' | 'comment' | 'trigger' | 'result' | 'arguments',
  key: Value,
): string | undefined {
  if (what === 'comment') {
    const [number, part] = key as readonly [number, number]
    for (const row of comments(catalog)) if (row.objoid === number && row.objsubid === part) return row.description
    return undefined
  }
  if (what === 'view') {
    const view =
      typeof key === 'string'
        ? findByName(catalog, key)
        : sortedRelations(catalog).find((relation) => relationNumber(relation) === key)
    return view?.kind === 'view' ? view.queryText : view?.kind === 'table' ? view.materialized?.queryText : undefined
  }
  if (what === 'result' || what === 'arguments') {
    for (const routine of catalog.routines()) {
      if (routineNumber(routine) === key) return what === 'result' ? resultText(routine) : argumentsText(routine)
    }
    return undefined
  }
  for (const table of tablesOf(catalog)) {
    if (what === 'trigger') {
      const trigger = table.triggers?.find(
        (each) => objectNumber('trigger', table.schema, table.name, each.name) === key,
      )
      if (trigger) return triggerText(table, trigger)
    }
    if (what === 'index') {
      const index = table.indexes.find((each) => indexNumber(table, each) === key)
      if (index) return indexText(table, index)
    }
    if (what === 'constraint') {
      const constraint = table.constraints.find((each) => constraintNumber(table, each.name) === key)
      if (!constraint) continue
      const target =
        constraint.kind === 'foreign-key'
          ? catalog.findRelation(constraint.referencedTable, constraint.referencedSchema)
          : undefined
      return constraintText(table, constraint, target?.kind === 'table' ? target : undefined)
    }
  }
  return undefined
}

/** The sequence of a serial or identity column, as `schema.name`. */
export function serialSequence(catalog: CatalogView, tableName: string, columnName: string): string | undefined {
  const table = findByName(catalog, tableName)
  if (table?.kind !== 'table') return undefined
  for (const relation of sortedRelations(catalog)) {
    if (relation.kind !== 'sequence' || relation.schema !== table.schema) continue
    if (relation.ownedBy?.table === table.name && relation.ownedBy.column === columnName)
      return `${quoteName(relation.schema)}.${quoteName(relation.name)}`
  }
  return undefined
}
