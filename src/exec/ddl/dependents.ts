/** What depends on what: views on relations and columns, foreign keys on tables, columns on types. */
import type * as ast from '../../parser/ast.ts'
import type {
  ConstraintDefinition,
  ForeignKeyConstraint,
  MaterializedView,
  Relation,
  RoutineDefinition,
  SequenceDefinition,
  TableDefinition,
  ViewDefinition,
} from '../../storage/interface.ts'
import type { DataType } from '../../types/data-type.ts'
import type { DefinitionContext } from './definition.ts'
import { isMaterialized, relationLabel } from './names.ts'
import { dependentsOfRoutine } from './routine-dependents.ts'
import { routineText } from './routine-text.ts'
import { relationNames, walkSyntax } from './syntax.ts'
import { needsKey, readsColumn, readsType } from './view-reads.ts'

/** A view, also a materialised one. */
export type AnyView = ViewDefinition | MaterializedView

/** Something that cannot stay when what it depends on goes. */
export type Dependent =
  | { readonly kind: 'view'; readonly view: AnyView; readonly on: string }
  | {
      readonly kind: 'foreign-key'
      readonly table: TableDefinition
      readonly key: ForeignKeyConstraint
      readonly on: string
    }
  | { readonly kind: 'typed-table'; readonly table: TableDefinition; readonly on: string }
  | { readonly kind: 'column'; readonly table: TableDefinition; readonly column: string; readonly on: string }
  | { readonly kind: 'default'; readonly table: TableDefinition; readonly column: string; readonly on: string }
  | { readonly kind: 'constraint'; readonly table: TableDefinition; readonly constraint: string; readonly on: string }
  | { readonly kind: 'index'; readonly table: TableDefinition; readonly index: string; readonly on: string }
  | {
      readonly kind: 'trigger'
      readonly owner: TableDefinition | ViewDefinition
      readonly trigger: string
      readonly on: string
    }
  | { readonly kind: 'routine'; readonly routine: RoutineDefinition; readonly on: string }
  | { readonly kind: 'domain'; readonly schema: string; readonly name: string; readonly on: string }

/** `table t`, `view v` … as messages say it. */
export function describe(relation: Relation): string {
  return `${relationLabel(relation)} ${relation.name}`
}

export function describeDependent(dependent: Dependent): string {
  switch (dependent.kind) {
    case 'view':
      return describe(dependent.view)
    case 'typed-table':
      return describe(dependent.table)
    case 'foreign-key':
      return `constraint ${dependent.key.name} on table ${dependent.table.name}`
    case 'column':
      return `column ${dependent.column} of table ${dependent.table.name}`
    case 'default':
      return `default value for column ${dependent.column} of table ${dependent.table.name}`
    case 'trigger':
      return `trigger ${dependent.trigger} on ${describe(dependent.owner)}`
    case 'constraint':
      return `constraint ${dependent.constraint} on table ${dependent.table.name}`
    case 'index':
      return `index ${dependent.index}`
    case 'routine':
      return routineText(dependent.routine)
    case 'domain':
      return `type ${dependent.name}`
  }
}

/** The relation that the dependent is, or is a part of. */
export function relationOf(dependent: Dependent): Relation | undefined {
  if (dependent.kind === 'view') return dependent.view
  if (dependent.kind === 'trigger') return dependent.owner
  return 'table' in dependent ? dependent.table : undefined
}

/** Views, also materialised ones. */
export function* views(context: DefinitionContext): Generator<AnyView> {
  for (const relation of context.catalog.relations()) if (isView(relation)) yield relation
}

export function isView(relation: Relation): relation is AnyView {
  return relation.kind === 'view' || isMaterialized(relation)
}

export function viewQuery(view: AnyView): ast.Query {
  return view.kind === 'view' ? view.query : view.materialized.query
}

function isSame(left: Relation | undefined, right: Relation): boolean {
  return left !== undefined && left.schema === right.schema && left.name === right.name
}

/** Whether a view's query names the relation. */
export function reads(view: AnyView, relation: Relation, context: DefinitionContext): boolean {
  return relationNames(viewQuery(view)).some((name) => {
    const parts = name.parts.map((part) => part.name)
    return isSame(context.catalog.findRelation(parts[parts.length - 1], parts[parts.length - 2]), relation)
  })
}

/** What depends on a relation, in one step. */
export function dependentsOf(relation: Relation, context: DefinitionContext): Dependent[] {
  const on = describe(relation)
  const found: Dependent[] = relation.kind === 'sequence' ? defaultsOf(relation, context) : []
  for (const other of context.catalog.relations()) {
    if (isSame(other, relation)) continue
    if (other.kind === 'view' || isMaterialized(other)) {
      if (reads(other, relation, context)) found.push({ kind: 'view', view: other, on })
    } else if (other.kind === 'table') {
      for (const key of other.constraints) {
        if (
          key.kind === 'foreign-key' &&
          key.referencedSchema === relation.schema &&
          key.referencedTable === relation.name
        ) {
          found.push({ kind: 'foreign-key', table: other, key, on })
        }
      }
    }
  }
  if (relation.kind !== 'sequence') found.push(...rowTypeUsers(relation, context))
  return found
}

/** Columns elsewhere and routines that have rows of a relation. */
function rowTypeUsers(relation: Relation, context: DefinitionContext): Dependent[] {
  const { name } = relation
  if (context.catalog.findType(name)) return []
  const columns = columnsOfType(name, context).filter((column) => !isSame(relationOf(column), relation))
  return [...columns, ...routinesWith(name, context)]
}

/** The dependents and all that depends on them, each followed by what depends on it, as PostgreSQL lists them. */
export function withFurther(direct: readonly Dependent[], context: DefinitionContext): Dependent[] {
  const seen = new Set<string>()
  const found: Dependent[] = []
  const visit = (dependents: readonly Dependent[]): void => {
    for (const dependent of dependents.toReversed()) {
      const key = `${relationOf(dependent)?.schema} ${describeDependent(dependent)}`
      if (seen.has(key)) continue
      seen.add(key)
      if (dependent.kind === 'view') visit(dependentsOf(dependent.view, context))
      if (dependent.kind === 'routine') visit(dependentsOfRoutine(dependent.routine, context))
      if (dependent.kind === 'domain') visit(dependentsOfType(dependent.name, context))
      if (dependent.kind === 'column') visit(viewsOfColumn(dependent.table, dependent.column, context))
      found.push(dependent)
    }
  }
  visit(direct)
  return found.toReversed()
}

/** Columns whose default draws from a sequence. */
function defaultsOf(sequence: SequenceDefinition, context: DefinitionContext): Dependent[] {
  const found: Dependent[] = []
  for (const table of context.catalog.relations()) {
    if (table.kind !== 'table') continue
    for (const column of table.columns) {
      if (column.default && drawsFrom(column.default, sequence)) {
        found.push({ kind: 'default', table, column: column.name, on: describe(sequence) })
      }
    }
  }
  return found
}

function drawsFrom(expression: ast.Expression, sequence: SequenceDefinition): boolean {
  let found = false
  walkSyntax(expression, (node) => {
    if (node.kind !== 'call') return
    const call = node as ast.FunctionCall
    const [first] = call.args
    if (call.name.parts[call.name.parts.length - 1].name !== 'nextval' || first?.kind !== 'string') return
    const name = first.value.replaceAll('"', '').split('.')
    if (name[name.length - 1] === sequence.name && (name.length === 1 || name[0] === sequence.schema)) found = true
  })
  return found
}

/** Views that read a column of a table. */
export function viewsOfColumn(table: TableDefinition, column: string, context: DefinitionContext): Dependent[] {
  const on = `column ${column} of table ${table.name}`
  return [...views(context)]
    .filter((view) => reads(view, table, context) && readsColumn(view, table, column, context))
    .map((view) => ({ kind: 'view', view, on }))
}

/** Views that need a key of a table: they group by it and read what it determines. */
export function viewsOfKey(table: TableDefinition, key: ConstraintDefinition, context: DefinitionContext): Dependent[] {
  const on = `constraint ${key.name} on table ${table.name}`
  return [...views(context)]
    .filter((view) => reads(view, table, context) && needsKey(view, table, key, context))
    .map((view) => ({ kind: 'view', view, on }))
}

/** What cannot stay when a user-defined type goes: columns of arrays first. */
export function dependentsOfType(name: string, context: DefinitionContext): Dependent[] {
  const { catalog } = context
  const on = `type ${name}`
  const isArray = (dependent: Dependent): boolean => dependent.on !== on
  const columns = columnsOfType(name, context)
  const readers = [...views(context)].filter((view) => readsType(view, name, (type) => hasType(type, name), context))
  const domains = [...catalog.schemas()].flatMap((schema) =>
    [...catalog.typeNames(schema)]
      .filter((other) => other !== name && isOver(catalog.findType(other, schema), name))
      .map((other): Dependent => ({ kind: 'domain', schema, name: other, on })),
  )
  return [
    ...columns.filter(isArray),
    ...readers.map((view): Dependent => ({ kind: 'view', view, on })),
    ...columns.filter((column) => !isArray(column)),
    ...expressionsWith(name, context),
    ...routinesWith(name, context),
    ...domains,
  ]
}

/** Defaults and checks that name a type. */
function expressionsWith(name: string, { catalog }: DefinitionContext): Dependent[] {
  const names = (expression: ast.Expression | undefined): boolean => {
    let found = false
    walkSyntax(expression, (node) => {
      if (node.kind === 'cast' && (node as ast.Cast).type.parts.at(-1) === name) found = true
      return !found
    })
    return found
  }
  const on = `type ${name}`
  return [...catalog.relations()].flatMap((table): Dependent[] => {
    if (table.kind !== 'table') return []
    const checks = table.constraints.filter((each) => each.kind === 'check' && names(each.expression))
    return [
      ...table.columns
        .filter((column) => !hasType(column.type, name) && names(column.default))
        .map((column): Dependent => ({ kind: 'default', table, column: column.name, on })),
      ...checks.map((check): Dependent => ({ kind: 'constraint', table, constraint: check.name, on })),
    ]
  })
}

/** Routines that take or return a type. */
function routinesWith(name: string, { catalog }: DefinitionContext): Dependent[] {
  const mentions = ({ returns, parameters }: RoutineDefinition): boolean =>
    [returns, ...parameters.map(({ type }) => type)].some((type) => typeof type === 'object' && hasName(type, name))
  return [...catalog.routines()]
    .filter(mentions)
    .map((routine): Dependent => ({ kind: 'routine', routine, on: `type ${name}` }))
}

function isOver(type: DataType | undefined, name: string): boolean {
  return type?.kind === 'domain' && 'name' in type.base && type.base.name === name
}

function hasName(pattern: Exclude<RoutineDefinition['returns'], string>, name: string): boolean {
  if (pattern.kind === 'array') return typeof pattern.element === 'object' && hasName(pattern.element, name)
  return 'name' in pattern && pattern.name === name
}

/** Columns of a user-defined type. */
export function columnsOfType(name: string, context: DefinitionContext): Dependent[] {
  const found: Dependent[] = []
  for (const table of context.catalog.relations()) {
    if (table.kind !== 'table') continue
    for (const column of table.columns) {
      if (!hasType(column.type, name)) continue
      const on = column.type.kind === 'array' ? `type ${name}[]` : `type ${name}`
      found.push({ kind: 'column', table, column: column.name, on })
    }
  }
  return found
}

/** Tables OF a composite type. */
export function tablesOfType(
  { schema, name }: { readonly schema: string; readonly name: string },
  context: DefinitionContext,
): TableDefinition[] {
  return [...context.catalog.relations()].filter(
    (relation): relation is TableDefinition =>
      relation.kind === 'table' && relation.ofType?.name === name && relation.ofType.schema === schema,
  )
}

export function hasType(type: DataType, name: string): boolean {
  switch (type.kind) {
    case 'enum':
      return type.name === name
    case 'domain':
      return type.name === name || hasType(type.base, name)
    case 'record':
      return type.name === name || type.fields.some((field) => hasType(field.type, name))
    case 'array':
      return hasType(type.element, name)
    default:
      return false
  }
}

/** Sequences that go with a table, or with one of its columns. */
export function ownedSequences(
  table: TableDefinition,
  column: string | undefined,
  context: DefinitionContext,
): SequenceDefinition[] {
  const owned: SequenceDefinition[] = []
  for (const relation of context.catalog.relations()) {
    if (relation.kind !== 'sequence' || relation.schema !== table.schema || relation.ownedBy?.table !== table.name)
      continue
    if (column === undefined || relation.ownedBy.column === column) owned.push(relation)
  }
  return owned
}
