/** CREATE and REFRESH MATERIALIZED VIEW. It is a table that keeps its query: read like a table, filled by the query alone. */
import { SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import { bindStatement } from '../../planner/binder/bind.ts'
import type { OutputColumn } from '../../planner/expression.ts'
import type { MaterializedView } from '../../storage/interface.ts'
import { TEXT } from '../../types/data-type.ts'
import { typeName } from '../../types/traits.ts'
import type { Batch } from '../../types/vector.ts'
import type { DefinitionContext } from './definition.ts'
import {
  alreadyExists,
  findRelation,
  isMaterialized,
  isTaken,
  quoteName,
  targetName,
  undefinedRelation,
} from './names.ts'
import { replaceDefinition } from './replace.ts'
import { relationNames, walkSyntax } from './syntax.ts'
import { emptyTable, TableDraft } from './table-draft.ts'
import { qualified, withoutStars } from './view.ts'

export function createMaterializedView(statement: ast.CreateView, context: DefinitionContext): void {
  const target = targetName(statement.name, false, context)
  refuseQuery(statement.query, context)
  if (isTaken(target, context)) {
    if (!statement.ifNotExists) throw alreadyExists(target.name)
    context.notice(`NOTICE:  relation "${target.name}" already exists, skipping`)
    return
  }
  const bound = bindStatement(statement.query, context)
  const draft = new TableDraft(emptyTable(target.schema, target.name, false), context)
  addQueryColumns(draft, statement.columns, bound.columns)
  const materialized = {
    query: qualified(withoutStars(statement.query, context), context),
    queryText: statement.queryText,
    populated: statement.withData,
  }
  const view: MaterializedView = { ...draft.definition(), materialized }
  const { transaction } = context
  const rows = statement.withData ? context.runQuery(statement.query).batches : []
  transaction.createTable(view)
  fill(view, rows, context)
}

/** The columns of a query under the names that a statement gives them. */
export function addQueryColumns(
  draft: TableDraft,
  names: readonly ast.Identifier[],
  columns: readonly OutputColumn[],
): void {
  if (names.length > columns.length) {
    throw new SqlError('syntax_error', 'too many column names were specified', {
      position: names[columns.length].span.start,
    })
  }
  columns.forEach((column, n) => {
    const name = names[n]?.name ?? column.name
    if (column.derivedCollation === null) {
      throw new SqlError(
        'indeterminate_collation',
        `no collation was derived for column "${name}" with collatable type ${typeName(column.type)}`,
        { hint: 'Use the COLLATE clause to set the collation explicitly.' },
      )
    }
    const type = column.type.kind === 'unknown' ? TEXT : column.type
    if (type.kind === 'void') {
      throw new SqlError('invalid_table_definition', `column "${name}" has pseudo-type ${typeName(type)}`)
    }
    draft.addColumn({ name, type, notNull: false, collation: column.derivedCollation }, names[n]?.span.start)
  })
}

function refuseQuery(query: ast.Query, context: DefinitionContext): void {
  walkSyntax(query, (node) => {
    if (node.kind === 'insert' || node.kind === 'update' || node.kind === 'delete' || node.kind === 'merge') {
      throw new SqlError('feature_not_supported', 'materialized views must not use data-modifying statements in WITH')
    }
  })
  for (const name of relationNames(query)) {
    if (findRelation(name, context)?.temporary) {
      throw new SqlError('feature_not_supported', 'materialized views must not use temporary tables or views')
    }
  }
}

/** REFRESH: the rows of the query as it is now, in the place of those that were there. */
export function refreshMaterializedView(statement: ast.RefreshView, context: DefinitionContext): void {
  const relation = findRelation(statement.name, context)
  const position = statement.name.span.start
  if (!relation) throw undefinedRelation(statement.name)
  if (relation.kind !== 'table') {
    throw new SqlError('wrong_object_type', `"${relation.name}" is not a table or materialized view`, { position })
  }
  if (!isMaterialized(relation)) {
    throw new SqlError('feature_not_supported', `"${relation.name}" is not a materialized view`, { position })
  }
  if (statement.concurrently) mustBeComparable(relation, statement)
  const { transaction } = context
  const rows = statement.withData ? context.runQuery(relation.materialized.query).batches : []
  transaction.table(relation).truncate(transaction)
  const emptied = context.catalog.findRelation(relation.name, relation.schema) as MaterializedView
  const materialized = { ...emptied.materialized, populated: statement.withData }
  replaceDefinition(emptied, { ...emptied, materialized }, context)
  fill(context.catalog.findRelation(relation.name, relation.schema) as MaterializedView, rows, context)
}

/** CONCURRENTLY compares old rows with new ones, by a key without conditions. */
function mustBeComparable(view: MaterializedView, statement: ast.RefreshView): void {
  if (!view.materialized.populated) {
    throw new SqlError(
      'feature_not_supported',
      'CONCURRENTLY cannot be used when the materialized view is not populated',
    )
  }
  if (!statement.withData) {
    throw new SqlError('syntax_error', 'REFRESH options CONCURRENTLY and WITH NO DATA cannot be used together')
  }
  if (view.indexes.some((index) => index.unique && !index.expressions && !index.where)) return
  throw new SqlError(
    'object_not_in_prerequisite_state',
    `cannot refresh materialized view "${quoteName(view.schema)}.${quoteName(view.name)}" concurrently`,
    { hint: 'Create a unique index with no WHERE clause on one or more columns of the materialized view.' },
  )
}

function fill(view: MaterializedView, rows: Iterable<Batch>, context: DefinitionContext): void {
  const { transaction, execution } = context
  const table = transaction.table(view)
  for (const batch of rows) {
    execution.checkInterrupt()
    table.append(transaction, batch)
  }
}
