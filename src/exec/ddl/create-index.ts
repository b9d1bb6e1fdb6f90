/** CREATE INDEX: hash for equality, btree for order. */
import { notSupported, SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import type { Expression } from '../../planner/expression.ts'
import { someExpression } from '../../planner/tree.ts'
import type { IndexDefinition, TableDefinition } from '../../storage/interface.ts'
import { bindIndex } from '../index-keys.ts'
import type { DefinitionContext } from './definition.ts'
import { alreadyExists, findRelation, isTaken, undefinedRelation, unusedName } from './names.ts'

export function createIndex(statement: ast.CreateIndex, context: DefinitionContext): void {
  const relation = findRelation(statement.table, context)
  if (!relation) throw undefinedRelation(statement.table)
  if (relation.kind !== 'table') {
    throw new SqlError('wrong_object_type', `cannot create index on relation "${relation.name}"`, {
      position: statement.table.span.start,
      detail: `This operation is not supported for ${relation.kind}s.`,
    })
  }
  const table = relation
  const written = statement.columns.map((column) => column.expression)
  const hasExpressions = written.some((expression) => expression.kind !== 'column')
  const columns = hasExpressions ? [] : written.map((expression) => columnOf(expression as ast.ColumnReference, table))
  const name = statement.name?.name ?? generatedName(table, written, context)
  if (isTaken({ schema: table.schema, name }, context)) {
    if (!statement.ifNotExists) throw alreadyExists(name)
    context.notice(`NOTICE:  relation "${name}" already exists, skipping`)
    return
  }
  const index: IndexDefinition = {
    name,
    table: table.name,
    unique: statement.unique,
    primary: false,
    method: methodOf(statement),
    columns,
    expressions: hasExpressions ? written : undefined,
    where: statement.where,
    include: statement.include.map((column) => columnOf({ kind: 'column', span: column.span, parts: [column] }, table)),
    nullsNotDistinct: statement.nullsNotDistinct,
    isHash: statement.method?.name === 'hash' || undefined,
    orders: statement.columns.map(({ descending, nulls }) => ({
      descending,
      nullsFirst: (nulls ?? (descending ? 'first' : 'last')) === 'first',
    })),
  }
  checkIndex(table, index, context)
  context.transaction.createIndex(table, index)
}

/** Binds what is computed; 42P17 when it may be something else another time. */
export function checkIndex(table: TableDefinition, index: IndexDefinition, context: DefinitionContext): void {
  if (!index.expressions && !index.where) return
  const { expressions, where } = bindIndex(table, index, context)
  const refuse = (place: string): SqlError =>
    new SqlError('invalid_object_definition', `functions in index ${place} must be marked IMMUTABLE`)
  if (expressions.some(isChangeable)) throw refuse('expression')
  if (where && isChangeable(where)) throw refuse('predicate')
}

function isChangeable(expression: Expression): boolean {
  return someExpression(expression, (node) => {
    if (node.kind === 'call')
      return (node.overload.volatility ?? node.function.volatility ?? 'immutable') !== 'immutable'
    return node.kind === 'cast' && node.cast.volatility !== 'immutable'
  })
}

function columnOf(reference: ast.ColumnReference, table: TableDefinition): number {
  const { name } = reference.parts[reference.parts.length - 1]
  const number = table.columns.findIndex((column) => column.name === name)
  if (number !== -1) return number
  throw new SqlError('undefined_column', `column "${name}" does not exist`, { position: reference.span.start })
}

/** `table_a_b_idx`, as PostgreSQL names it. */
function generatedName(table: TableDefinition, columns: readonly ast.Expression[], context: DefinitionContext): string {
  return unusedName(table.schema, table.name, computedNames(columns), 'idx', () => false, context)
}

/** What an index is on, for its name: columns, functions, and `expr` for the rest. */
export function computedNames(columns: readonly ast.Expression[]): string {
  const names = columns.map((expression) => {
    if (expression.kind === 'column') return expression.parts[expression.parts.length - 1].name
    return expression.kind === 'call' ? expression.name.parts[expression.name.parts.length - 1].name : 'expr'
  })
  return names.join('_')
}

/** The method that was asked for; what orders is a btree too, and what was not said is a hash. */
function methodOf(statement: ast.CreateIndex): IndexDefinition['method'] {
  const { method } = statement
  if (!method) return 'hash'
  if (method.name === 'btree' || method.name === 'art') return 'btree'
  if (method.name === 'hash') {
    if (!statement.unique) return 'hash'
    throw new SqlError('feature_not_supported', 'access method "hash" does not support unique indexes', {
      position: method.span.start,
    })
  }
  if (['gin', 'gist', 'brin', 'spgist'].includes(method.name))
    throw notSupported(`an index of method ${method.name}`, method.span.start)
  throw new SqlError('undefined_object', `access method "${method.name}" does not exist`, {
    position: method.span.start,
  })
}
