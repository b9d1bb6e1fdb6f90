/** What a view's query reads, found by binding it; views that it names are bound as if they were tables. */
import { SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import { bindStatement } from '../../planner/binder/bind.ts'
import type { Expression } from '../../planner/expression.ts'
import type { LogicalPlan } from '../../planner/plan.ts'
import { expressions, operands, walkPlan } from '../../planner/tree.ts'
import type { CatalogView, ConstraintDefinition, Relation, TableDefinition } from '../../storage/interface.ts'
import type { DataType } from '../../types/data-type.ts'
import type { DefinitionContext } from './definition.ts'
import { type AnyView, viewQuery } from './dependents.ts'
import { walkSyntax } from './syntax.ts'
import { emptyTable } from './table-draft.ts'

/** Whether a view reads the column of a relation. A row as a whole is no column. */
export function readsColumn(view: AnyView, relation: Relation, column: string, context: DefinitionContext): boolean {
  const bound = bind(view, context, asTable)
  if (!bound) return false
  const ids = new Set<number>()
  walkPlan(bound.plan, (node) => collectColumns(node, ids))
  for (const { id } of bound.columns) ids.add(id)
  return someScan(bound.plan, ({ table, tableColumns, columns }) => {
    if (table.schema !== relation.schema || table.name !== relation.name) return false
    return tableColumns.some((number, place) => table.columns[number].name === column && ids.has(columns[place].id))
  })
}

/** Whether a view names a type, or its expressions are of one that the test finds, apart from what columns are. */
export function readsType(
  view: AnyView,
  name: string,
  isIt: (type: DataType) => boolean,
  context: DefinitionContext,
): boolean {
  const bound = bind(view, context, asTable)
  let found = false
  walkSyntax(viewQuery(view), (node) => {
    if (node.kind === 'cast' && (node as ast.Cast).type.parts.at(-1) === name) found = true
  })
  const visit = (expression: Expression): void => {
    if (expression.kind !== 'column' && isIt(expression.type)) found = true
    if (expression.kind === 'subquery') walkPlan(expression.plan, look)
    for (const operand of operands(expression)) visit(operand)
  }
  const look = (node: LogicalPlan): void => {
    for (const expression of expressions(node)) visit(expression)
  }
  if (bound) walkPlan(bound.plan, look)
  return found
}

/** Whether a view groups by a key and reads what depends on it. */
export function needsKey(
  view: AnyView,
  table: TableDefinition,
  key: ConstraintDefinition,
  context: DefinitionContext,
): boolean {
  const withoutKey = { ...table, constraints: table.constraints.filter((constraint) => constraint !== key) }
  const isTable = (relation: Relation | undefined): boolean =>
    relation?.name === table.name && relation.schema === table.schema
  return !bind(view, context, (relation) => (isTable(relation) ? withoutKey : asTable(relation)))
}

function bind(
  view: AnyView,
  context: DefinitionContext,
  seen: (relation: Relation | undefined) => Relation | undefined,
): ReturnType<typeof bindStatement> | undefined {
  const catalog: CatalogView = Object.create(context.catalog, {
    findRelation: { value: (name: string, schema?: string) => seen(context.catalog.findRelation(name, schema)) },
  })
  try {
    return bindStatement(viewQuery(view), { ...context, catalog })
  } catch (error) {
    if (error instanceof SqlError) return undefined
    throw error
  }
}

function asTable(relation: Relation | undefined): Relation | undefined {
  if (relation?.kind !== 'view') return relation
  const columns = relation.columns.map(({ name, type }) => ({ name, type, notNull: false }))
  return { ...emptyTable(relation.schema, relation.name, relation.temporary), columns }
}

function collectColumns(node: LogicalPlan, ids: Set<number>): void {
  const visit = (expression: Expression): void => {
    if (expression.kind === 'column') ids.add(expression.id)
    if (expression.kind === 'subquery') walkPlan(expression.plan, (inner) => collectColumns(inner, ids))
    if (expression.kind === 'row' && expression.whole) return
    const { kind } = expression
    if (kind === 'field' && expression.input.kind === 'row' && expression.input.whole) {
      visit(expression.input.items[expression.index])
      return
    }
    for (const operand of operands(expression)) visit(operand)
  }
  for (const expression of expressions(node)) visit(expression)
}

type Scan = Extract<LogicalPlan, { kind: 'scan' }>

function someScan(plan: LogicalPlan, test: (scan: Scan) => boolean): boolean {
  let found = false
  const visit = (node: LogicalPlan): void => {
    if (node.kind === 'scan' && test(node)) found = true
    const inside = (expression: Expression): void => {
      if (expression.kind === 'subquery') walkPlan(expression.plan, visit)
      for (const operand of operands(expression)) inside(operand)
    }
    for (const expression of expressions(node)) inside(expression)
  }
  walkPlan(plan, visit)
  return found
}
