/** Names and numbers of objects: what casts to regclass and its like, and the pg_get_… functions, ask for. */
import { SqlError } from '../error.ts'
import { allFunctions } from '../functions/all.ts'
import { findFunctions } from '../functions/registry.ts'
import type * as ast from '../parser/ast.ts'
import { parseExpression, parseTypeName } from '../parser/parse.ts'
import { bindTypeName } from '../planner/binder/type-name.ts'
import type { CatalogView, Relation, RoutineBody, RoutineDefinition } from '../storage/interface.ts'
import { arrayOf, type TypeKind } from '../types/data-type.ts'
import { baseTypeName } from '../types/type-names.ts'
import type { Value } from '../types/value.ts'
import { comments, isFunction, routineNumber } from './comments.ts'
import {
  argumentsText,
  bodyText,
  constraintText,
  domainCheckText,
  indexKeys,
  indexText,
  resultText,
  routineText,
  triggerText,
  viewText,
} from './definitions.ts'
import { type DeparseContext, deparseExpression } from './deparse/deparse.ts'
import { quoteIdentifier } from './deparse/names.ts'
import { identityOf } from './identities.ts'
import { systemTables } from './system-catalog.ts'
import {
  constraintNumber,
  indexNumber,
  objectNumber,
  relationNumber,
  schemaNumber,
  sortedRelations,
  systemNumber,
  tablesOf,
  triggerNumber,
} from './system-table.ts'
import { triggersIn } from './triggers.ts'
import { allTypes, domains, typeNumber } from './types.ts'

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

const systemSchemas = ['pg_catalog', 'information_schema']

/** The number of a named object; undefined when there is none. */
export function numberOfName(context: DeparseContext, kind: TypeKind, text: string): number | undefined {
  const { catalog } = context
  switch (kind) {
    case 'regclass':
      return relationOfName(catalog, text)
    case 'regtype':
      return typeOfName(context, text)
    case 'regnamespace': {
      const [name] = nameParts(text)
      return catalog.hasSchema(name) || systemSchemas.includes(name) ? schemaNumber(name) : undefined
    }
    case 'regproc':
      return routineOfName(catalog, text)
    case 'regrole':
      return nameParts(text)[0] === context.functions.user ? 10 : undefined
    default:
      return undefined
  }
}

function relationOfName(catalog: CatalogView, text: string): number | undefined {
  const parts = nameParts(text)
  const name = parts.at(-1) ?? ''
  const schema = parts.at(-2)
  const system = systemTables.find((table) => table.name === name && table.schema === (schema ?? 'pg_catalog'))
  if (system) return systemNumber(system.schema, system.name)
  const relation = catalog.findRelation(name, schema)
  if (relation) return relationNumber(relation)
  for (const table of tablesOf(catalog)) {
    if (schema !== undefined && table.schema !== schema) continue
    const index = table.indexes.find((each) => each.name === name)
    if (index) return indexNumber(table, index)
  }
  const composite = catalog.findType(name, schema)
  return composite?.kind === 'record' ? objectNumber('relation', schema ?? 'public', name) : undefined
}

function typeOfName({ catalog, functions }: DeparseContext, text: string): number | undefined {
  if (text === '-') return 0
  const number = typeNumber(
    bindTypeName(parseTypeName(text), {
      catalog,
      settings: functions.settings,
      functions,
      parameterTypes: [],
      parameterNames: [],
    }),
  )
  return number === 0 ? undefined : number
}

/** `f`, or `f(integer, text)` where that tells overloads apart. */
function routineOfName(catalog: CatalogView, text: string): number | undefined {
  const [, called, types] = /^([^(]*?)\s*(?:\((.*)\))?\s*$/s.exec(text) ?? []
  const parts = nameParts(called ?? '')
  const name = parts.at(-1) ?? ''
  let own = parts.at(-2) === 'pg_catalog' ? [] : [...catalog.findRoutines(name, parts.at(-2))]
  if (types !== undefined) {
    const wanted = types.trim() === '' ? [] : types.split(',').map((type) => normalType(type))
    own = own.filter((routine) => inputTypes(routine).join() === wanted.join())
    if (own.length > 0) return routineNumber(own[0])
    for (const each of findFunctions(name)) {
      const match = each.overloads.findIndex(
        ({ parameters }) =>
          parameters.map((type) => (typeof type === 'string' ? type : baseTypeName(type))).join() === wanted.join(),
      )
      if (match >= 0) return objectNumber('function', each.name, String(match))
    }
    return undefined
  }
  if (own.length > 1) throw new SqlError('ambiguous_function', `more than one function named "${called}"`)
  if (own.length === 1) return routineNumber(own[0])
  const [builtIn] = findFunctions(name)
  return builtIn && objectNumber('function', builtIn.name, '0')
}

function normalType(text: string): string {
  try {
    const type = parseTypeName(text.trim())
    return baseTypeName(bindTypeName(type, {} as never))
  } catch {
    return text.trim()
  }
}

function inputTypes({ parameters }: RoutineDefinition): string[] {
  return parameters
    .filter(({ mode }) => mode !== 'out' && mode !== 'table')
    .map(({ type }) => (typeof type === 'string' ? type : baseTypeName(type)))
}

/** The name of a numbered object as SQL writes it; undefined when there is none. */
export function nameOfNumber(context: DeparseContext, kind: TypeKind, number: number): string | undefined {
  const { catalog } = context
  switch (kind) {
    case 'regnamespace':
      for (const schema of [...catalog.schemas(), ...systemSchemas])
        if (schemaNumber(schema) === number) return quoteIdentifier(schema)
      return undefined
    case 'regtype':
      for (const { oid, array, type, schema } of allTypes(catalog)) {
        if (oid !== number && (array !== number || array === 0)) continue
        const name = baseTypeName(oid === number ? type : arrayOf(type))
        return schema === 'pg_catalog' || catalog.searchPath.includes(schema)
          ? name
          : `${quoteIdentifier(schema)}.${name}`
      }
      return undefined
    case 'regclass':
      return nameOfRelation(catalog, number)
    case 'regproc':
      return nameOfRoutine(catalog, number)
    case 'regrole':
      return number === 10 ? context.functions.user : undefined
    default:
      return undefined
  }
}

function nameOfRelation(catalog: CatalogView, number: number): string | undefined {
  for (const { schema, name } of systemTables)
    if (systemNumber(schema, name) === number) return schema === 'pg_catalog' ? name : `${schema}.${name}`
  for (const relation of sortedRelations(catalog)) {
    if (relationNumber(relation) === number) return shown(catalog, relation.schema, relation.name)
    if (relation.kind !== 'table') continue
    for (const index of relation.indexes)
      if (indexNumber(relation, index) === number) return shown(catalog, relation.schema, index.name)
  }
  for (const { type, schema } of allTypes(catalog))
    if (type.kind === 'record' && type.name && objectNumber('relation', schema, type.name) === number)
      return quoteIdentifier(type.name)
  return undefined
}

/** With its schema where the search path would not find it. */
function shown(catalog: CatalogView, schema: string, name: string): string {
  const found = catalog.findRelation(name)
  const isVisible = found === undefined ? catalog.searchPath.includes(schema) : found.schema === schema
  return isVisible ? quoteIdentifier(name) : `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`
}

/** The functions that a routine is made of. */
function calledNames(body: RoutineBody): string[] {
  switch (body.kind) {
    case 'aggregate': {
      const { transition, final, combine, moving } = body
      const functions = [transition, final, combine, moving?.transition, moving?.inverse, moving?.final]
      return functions.flatMap((called) => (called ? [called.name] : []))
    }
    case 'operator':
      return [body.function.name, body.restrict, body.join].filter((name) => name !== undefined)
    case 'cast':
      return body.function ? [body.function.name] : []
    default:
      return []
  }
}

function nameOfRoutine(catalog: CatalogView, number: number): string | undefined {
  for (const routine of catalog.routines()) {
    if (routineNumber(routine) !== number || !isFunction(routine)) continue
    const isVisible = catalog.findRoutines(routine.name).includes(routine)
    return isVisible
      ? quoteIdentifier(routine.name)
      : `${quoteIdentifier(routine.schema)}.${quoteIdentifier(routine.name)}`
  }
  for (const { body } of catalog.routines()) {
    const called = calledNames(body).find((name) => objectNumber('function', name, '0') === number)
    if (called) return quoteIdentifier(called)
  }
  for (const { name, overloads } of allFunctions())
    if (overloads.some((_, i) => objectNumber('function', name, String(i)) === number)) return quoteIdentifier(name)
  return undefined
}

/** What is asked of a definition. */
export type Described =
  | 'constraint'
  | 'index'
  | 'view'
  | 'comment'
  | 'trigger'
  | 'result'
  | 'arguments'
  | 'identity'
  | 'routine'
  | 'expression'
  | 'column'
  | 'body'
  | 'rule'
  | 'describe'
  | 'identify'
  | 'preset'
  | 'sequence'

/** The definition of an object as SQL: of the one that `key` numbers, printed as the other values say. */
export function describeObject(
  what: Described,
  [key, ...rest]: readonly Value[],
  context: DeparseContext,
): string | undefined {
  const { catalog } = context
  const pretty = rest.at(-1) === true
  switch (what) {
    case 'comment':
      for (const row of comments(catalog)) {
        if (row.objoid !== key || row.objsubid !== (rest[0] ?? 0)) continue
        if (rest[1] == null || systemNumber('pg_catalog', rest[1]) === row.classoid) return row.description
      }
      return undefined
    case 'view': {
      const view =
        typeof key === 'string'
          ? findByName(catalog, key)
          : sortedRelations(catalog).find((relation) => relationNumber(relation) === key)
      return view && viewText(view, context, pretty)
    }
    case 'column': {
      const relation =
        typeof key === 'string'
          ? findByName(catalog, key)
          : sortedRelations(catalog).find((each) => relationNumber(each) === key)
      if (!relation || relation.kind === 'sequence') return undefined
      const [column] = rest
      return typeof column === 'number'
        ? relation.columns[column - 1]?.name
        : relation.columns.find(({ name }) => name === column)?.name
    }
    case 'rule':
      return undefined
    case 'describe':
      return identityOf([key, ...rest], catalog)?.text
    case 'identify': {
      const found = identityOf([key, ...rest], catalog)
      return found && [found.type, found.schema ?? '', found.name ?? '', found.identity].join('\0')
    }
    case 'sequence': {
      const sequence = sortedRelations(catalog).find((each) => relationNumber(each) === key)
      if (sequence?.kind !== 'sequence') return undefined
      const { start, minimum, maximum, increment, cycle, cache, type } = sequence
      const { last, isCalled } = catalog.sequenceState(sequence)
      return [start, minimum, maximum, increment, cycle, cache, typeNumber(type), isCalled ? last : ''].join('\0')
    }
    case 'expression':
      return pretty ? prettyExpression(key, rest[0], context) : key
    case 'index':
      for (const table of tablesOf(catalog)) {
        const index = table.indexes.find((each) => indexNumber(table, each) === key)
        if (!index) continue
        const column = typeof rest[0] === 'number' ? rest[0] : 0
        if (column === 0) return indexText(table, index, context, pretty)
        const included = index.include.map((each) => quoteIdentifier(table.columns[each].name))
        return [...indexKeys(table, index, context, pretty), ...included][column - 1] ?? ''
      }
      return undefined
    case 'trigger':
      for (const { owner, trigger } of triggersIn(catalog)) {
        if (triggerNumber(owner, trigger.name) === key) return triggerText(owner, trigger, context, pretty)
      }
      return undefined
    case 'constraint':
      return constraintOf(key, pretty, context)
    default:
      for (const routine of catalog.routines()) {
        if (routineNumber(routine) !== key || !isFunction(routine)) continue
        if (what === 'result') return resultText(routine)
        if (what === 'routine') return routineText(routine, context)
        if (what === 'preset') return presetText(routine, rest[0], context)
        if (what === 'body')
          return routine.body.kind === 'sql' && routine.body.written ? bodyText(routine, context) : undefined
        return argumentsText(routine, what === 'arguments' ? context : undefined)
      }
      return undefined
  }
}

/** The default of a parameter, by its place among all. */
function presetText({ parameters }: RoutineDefinition, place: number, context: DeparseContext): string | undefined {
  const parameter = parameters[place - 1]
  if (!parameter?.default) return undefined
  const { type } = parameter
  return deparseExpression(parameter.default, context, typeof type === 'string' ? {} : { type })
}

function constraintOf(key: Value, pretty: boolean, context: DeparseContext): string | undefined {
  for (const table of tablesOf(context.catalog)) {
    const constraint = table.constraints.find((each) => constraintNumber(table, each.name) === key)
    if (constraint) return constraintText(table, constraint, context, pretty)
  }
  for (const domain of domains(context.catalog)) {
    const check = domain.checks.find(
      (each) => objectNumber('constraint', domain.schema, domain.name, each.name) === key,
    )
    if (check) return domainCheckText(domain, check, context, pretty)
  }
  return undefined
}

/** An expression that a catalog shows, with fewer parentheses. */
function prettyExpression(text: string, relation: Value, context: DeparseContext): string {
  const table = tablesOf(context.catalog).find((each) => relationNumber(each) === relation)
  let node: ast.Expression
  try {
    node = parseExpression(text)
  } catch {
    return text
  }
  return deparseExpression(node, context, { table, pretty: true })
}

/** The sequence of a serial or identity column, as `schema.name`. */
export function serialSequence(catalog: CatalogView, tableName: string, columnName: string): string | undefined {
  const table = findByName(catalog, tableName)
  if (!table) throw new SqlError('undefined_table', `relation "${tableName}" does not exist`)
  if (table.kind !== 'table') return undefined
  if (!table.columns.some(({ name }) => name === columnName))
    throw new SqlError('undefined_column', `column "${columnName}" of relation "${table.name}" does not exist`)
  for (const relation of sortedRelations(catalog)) {
    if (relation.kind !== 'sequence' || relation.schema !== table.schema) continue
    if (relation.ownedBy?.table === table.name && relation.ownedBy.column === columnName)
      return `${quoteIdentifier(relation.schema)}.${quoteIdentifier(relation.name)}`
  }
  return undefined
}
