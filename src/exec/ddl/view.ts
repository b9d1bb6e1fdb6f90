/** CREATE VIEW. A view keeps its query as syntax and is bound anew wherever it is used. */
import { SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import { bindStatement } from '../../planner/binder/bind.ts'
import type { OutputColumn } from '../../planner/expression.ts'
import type { ViewDefinition } from '../../storage/interface.ts'
import { TEXT } from '../../types/data-type.ts'
import { typeEquals, typeName } from '../../types/traits.ts'
import type { DefinitionContext } from './definition.ts'
import { alreadyExists, findRelation, isTaken, targetName } from './names.ts'
import { intoOf, mapSyntax, relationNames } from './syntax.ts'
import { checkOptionOf, refuseCheckOption } from './view-options.ts'

export function createView(statement: ast.CreateView, context: DefinitionContext): void {
  const position = statement.name.span.start
  if (intoOf(statement.query)) throw new SqlError('feature_not_supported', 'views must not contain SELECT INTO')
  const temporary =
    statement.temporary || relationNames(statement.query).some((name) => findRelation(name, context)?.temporary)
  const target = targetName(statement.name, temporary, context)
  if (temporary && !statement.temporary) context.notice(`NOTICE:  view "${target.name}" will be a temporary view`)
  const existing = context.catalog.findRelation(target.name, target.schema)
  if (existing || isTaken(target, context)) {
    if (statement.ifNotExists) {
      context.notice(`NOTICE:  relation "${target.name}" already exists, skipping`)
      return
    }
    if (!statement.orReplace) throw alreadyExists(target.name)
    if (existing?.kind !== 'view')
      throw new SqlError('wrong_object_type', `"${target.name}" is not a view`, { position })
  }
  const query = statement.recursive ? recursiveQuery(statement) : statement.query
  const bound = bindStatement(query, context)
  const view: ViewDefinition = {
    kind: 'view',
    ...target,
    temporary,
    columns: viewColumns(statement, bound.columns),
    query: qualified(withoutStars(query, context), context),
    queryText: statement.queryText,
    checkOption: statement.checkOption ?? checkOptionOf(statement.options),
  }
  if (view.checkOption) refuseCheckOption(view.query, context)
  if (existing?.kind !== 'view') {
    context.transaction.createView(view)
    return
  }
  needSameColumns(existing, view)
  const { triggers, comment, columns } = existing
  const kept = view.columns.map((column, n) => ({ ...columns[n], ...column }))
  context.transaction.replaceRelation(existing, { ...view, columns: kept, triggers, comment })
}

/** The query with its relations' schemas: they are found whatever the search path is later. */
export function qualified(query: ast.Query, context: DefinitionContext): ast.Query {
  const named = new Set(relationNames(query))
  return mapSyntax(query, (node) => {
    const name = node as ast.QualifiedName
    if (!named.has(name) || name.parts.length > 1) return undefined
    const relation = context.catalog.findRelation(name.parts[0].name)
    if (!relation) return undefined
    return { ...name, parts: [{ name: relation.schema, quoted: true, span: name.span }, ...name.parts] }
  })
}

/** RECURSIVE VIEW v (a) AS query: WITH RECURSIVE v (a) AS (query) SELECT a FROM v. */
function recursiveQuery({ name, columns, query, span }: ast.CreateView): ast.Query {
  const own = name.parts[name.parts.length - 1]
  return {
    kind: 'select',
    span,
    with: { span, recursive: true, tables: [{ span, name: own, columns, statement: query }] },
    distinct: false,
    items: columns.map((column) => ({
      span: column.span,
      expression: { kind: 'column', span: column.span, parts: [column] },
    })),
    from: [{ kind: 'table', span, name: { span, parts: [own] }, only: false }],
    groupBy: [],
    groupByAll: false,
    groupByDistinct: false,
    windows: [],
    orderBy: [],
    withTies: false,
    locking: [],
  }
}

function viewColumns(statement: ast.CreateView, columns: readonly OutputColumn[]): ViewDefinition['columns'] {
  if (statement.columns.length > columns.length) {
    throw new SqlError('syntax_error', 'CREATE VIEW specifies more column names than columns', {
      position: statement.columns[columns.length].span.start,
    })
  }
  const seen = new Set<string>()
  return columns.map((column, n) => {
    const name = statement.columns[n]?.name ?? column.name
    if (seen.has(name)) {
      throw new SqlError('duplicate_column', `column "${name}" specified more than once`, {
        position: statement.columns[n]?.span.start,
      })
    }
    seen.add(name)
    return { name, type: column.type.kind === 'unknown' ? TEXT : column.type }
  })
}

/** OR REPLACE may add columns at the end, and change nothing of those that are there. */
function needSameColumns(old: ViewDefinition, view: ViewDefinition): void {
  if (view.columns.length < old.columns.length) {
    throw new SqlError('invalid_table_definition', 'cannot drop columns from view')
  }
  old.columns.forEach((column, n) => {
    const { name, type } = view.columns[n]
    if (name !== column.name) {
      throw new SqlError(
        'invalid_table_definition',
        `cannot change name of view column "${column.name}" to "${name}"`,
        {
          hint: 'Use ALTER VIEW ... RENAME COLUMN ... to change name of view column instead.',
        },
      )
    }
    if (!typeEquals(type, column.type)) {
      throw new SqlError(
        'invalid_table_definition',
        `cannot change data type of view column "${name}" from ${typeName(column.type)} to ${typeName(type)}`,
      )
    }
  })
}

/** The query with `*` spelt out, so that columns which its tables get later do not become the view's. */
export function withoutStars(query: ast.Query, context: DefinitionContext): ast.Query {
  if (query.kind === 'set-operation') {
    return { ...query, left: withoutStars(query.left, context), right: withoutStars(query.right, context) }
  }
  if (query.kind !== 'select') return query
  const stars = query.items.filter(({ expression }) => expression.kind === 'star')
  const [star] = stars
  if (stars.length !== 1 || star.expression.kind !== 'star') return query
  const { qualifier, exclude, replace, rename, span } = star.expression
  if (exclude.length + replace.length + rename.length > 0) return query
  const columns = columnsOf(query, context)
  if (!columns) return query
  const place = query.items.indexOf(star)
  const names = columns.slice(place, columns.length - (query.items.length - 1 - place)).map((column) => column.name)
  if (new Set(names).size < names.length) return query
  const items = names.map((name): ast.SelectItem => {
    const parts = [...(qualifier?.parts ?? []), { name, quoted: true, span }]
    return { span, expression: { kind: 'column', span, parts } }
  })
  return { ...query, items: query.items.toSpliced(place, 1, ...items) }
}

/** What a query yields, or undefined where it cannot be bound by itself: a part that reads a CTE of the whole. */
function columnsOf(query: ast.Query, context: DefinitionContext): readonly OutputColumn[] | undefined {
  try {
    return bindStatement(query, context).columns
  } catch (error) {
    if (error instanceof SqlError) return undefined
    throw error
  }
}
