/** What depends on what: views on relations and columns, foreign keys on tables, columns on types. */
import type * as ast from '../../parser/ast.ts'
import type {
  ForeignKeyConstraint,
  MaterializedView,
  Relation,
  SequenceDefinition,
  TableDefinition,
  ViewDefinition,
} from '../../storage/interface.ts'
import type { DataType } from '../../types/data-type.ts'
import type { DefinitionContext } from './definition.ts'
import { isMaterialized, relationLabel } from './names.ts'
import { mayReadColumn, relationNames, walkSyntax } from './syntax.ts'

/** Something that cannot stay when what it depends on goes. */
export type Dependent =
  | { readonly kind: 'view'; readonly view: ViewDefinition | MaterializedView; readonly on: string }
  | {
      readonly kind: 'foreign-key'
      readonly table: TableDefinition
      readonly key: ForeignKeyConstraint
      readonly on: string
    }
  | { readonly kind: 'column'; readonly table: TableDefinition; readonly column: string; readonly on: string }
  | { readonly kind: 'default'; readonly table: TableDefinition; readonly column: string; readonly on: string }

/** `table t`, `view v` … as messages say it. */
export function describe(relation: Relation): string {
  return `${relationLabel(relation)} ${relation.name}`
}

export function describeDependent(dependent: Dependent): string {
  switch (dependent.kind) {
    case 'view':
      return describe(dependent.view)
    case 'foreign-key':
      return `constraint ${dependent.key.name} on table ${dependent.table.name}`
    case 'column':
      return `column ${dependent.column} of table ${dependent.table.name}`
    case 'default':
      return `default value for column ${dependent.column} of table ${dependent.table.name}`
  }
}

/** Views, also materialised ones. */
export function* views(context: DefinitionContext): Generator<ViewDefinition | MaterializedView> {
  for (const relation of context.catalog.relations()) {
    if (relation.kind === 'view' || isMaterialized(relation)) yield relation
  }
}

export function viewQuery(view: ViewDefinition | MaterializedView): ast.Query {
  return view.kind === 'view' ? view.query : view.materialized.query
}

function isSame(left: Relation | undefined, right: Relation): boolean {
  return left !== undefined && left.schema === right.schema && left.name === right.name
}

/** Whether a view's query names the relation. */
export function reads(
  view: ViewDefinition | MaterializedView,
  relation: Relation,
  context: DefinitionContext,
): boolean {
  return relationNames(viewQuery(view)).some((name) => {
    const parts = name.parts.map((part) => part.name)
    return isSame(context.catalog.findRelation(parts[parts.length - 1], parts[parts.length - 2]), relation)
  })
}

/** What depends on a relation, in one step. */
export function dependentsOf(relation: Relation, context: DefinitionContext): Dependent[] {
  const on = describe(relation)
  const found: Dependent[] = []
  for (const view of views(context)) {
    if (!isSame(view, relation) && reads(view, relation, context)) found.push({ kind: 'view', view, on })
  }
  if (relation.kind === 'view') return found
  if (relation.kind === 'sequence') return [...defaultsOf(relation, context), ...found]
  for (const table of context.catalog.relations()) {
    if (table.kind !== 'table' || isSame(table, relation)) continue
    for (const key of table.constraints) {
      if (
        key.kind === 'foreign-key' &&
        key.referencedSchema === relation.schema &&
        key.referencedTable === relation.name
      ) {
        found.push({ kind: 'foreign-key', table, key, on })
      }
    }
  }
  return found
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

/** Views that may read a column of a table. */
export function viewsOfColumn(table: TableDefinition, column: string, context: DefinitionContext): Dependent[] {
  const on = `column ${column} of table ${table.name}`
  return [...views(context)]
    .filter((view) => reads(view, table, context) && mayReadColumn(viewQuery(view), column))
    .map((view) => ({ kind: 'view', view, on }))
}

/** Columns of a user-defined type. */
export function columnsOfType(name: string, context: DefinitionContext): Dependent[] {
  const found: Dependent[] = []
  for (const table of context.catalog.relations()) {
    if (table.kind !== 'table') continue
    for (const column of table.columns) {
      if (hasType(column.type, name)) found.push({ kind: 'column', table, column: column.name, on: `type ${name}` })
    }
  }
  return found
}

function hasType(type: DataType, name: string): boolean {
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
