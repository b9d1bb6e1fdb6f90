/** Keys of indexes on expressions and of those on some of the rows: what they hold of a row, compiled. */

import type { FunctionContext } from '../functions/function.ts'
import type * as ast from '../parser/ast.ts'
import { printExpression } from '../parser/print.ts'
import { settle } from '../planner/binder/coercion.ts'
import { bindCondition, bindExpression } from '../planner/binder/expression.ts'
import type { PlannerContext } from '../planner/context.ts'
import { compileExpression, type Evaluator, Frame } from '../planner/evaluate.ts'
import type { Expression, OutputColumn } from '../planner/expression.ts'
import { defaultSettings } from '../settings.ts'
import type { CatalogView, IndexDefinition, KeyMaker, TableDefinition } from '../storage/interface.ts'
import type { Value } from '../types/value.ts'
import { tableScope } from './ddl/table-expressions.ts'

/** The expressions of an index and its condition over the columns of its table. */
export interface BoundIndex {
  readonly rowColumns: readonly OutputColumn[]
  readonly expressions: readonly Expression[]
  readonly where: Expression | undefined
}

export function bindIndex(table: TableDefinition, index: IndexDefinition, context: PlannerContext): BoundIndex {
  const { scope, rowColumns } = tableScope(table, 'index expressions', context)
  const written: readonly ast.Expression[] | undefined = index.expressions
  const expressions = written
    ? written.map((expression) => settle(bindExpression(expression, scope), scope.state))
    : index.columns.map((number): Expression => ({ ...rowColumns[number], kind: 'column' }))
  scope.clause = 'index predicates'
  return { rowColumns, expressions, where: index.where && bindCondition(index.where, 'WHERE', scope) }
}

/** What storage asks for when such an index is made. */
export function indexKeys(table: TableDefinition, index: IndexDefinition, catalog: CatalogView): KeyMaker {
  const { rowColumns, expressions, where } = bindIndex(table, index, contextOf(catalog))
  const frame = new Frame()
  frame.runtime = { functions: immutableFunctions, parameters: [], outer: new Map() }
  let read: (column: number) => Value = () => null
  const slots = new Map(rowColumns.map((column, number) => [column.id, number]))
  rowColumns.forEach((_, number) => {
    frame.readers[number] = () => read(number)
  })
  const compile = (expression: Expression): Evaluator =>
    compileExpression(expression, { frame, slot: (id) => slots.get(id) })
  const parts = expressions.map(compile)
  const condition = where && compile(where)
  return {
    types: expressions.map((expression) => expression.type),
    names:
      index.expressions?.map((expression) => printExpression(expression)) ??
      expressions.map((it) => (it.kind === 'column' ? it.name : '')),
    keyOf(reader) {
      read = reader
      if (condition && condition(0) !== true) return undefined
      return parts.map((part) => part(0))
    },
  }
}

/** Index expressions are immutable: they ask nothing of a session. */
const immutableFunctions: FunctionContext = {
  settings: defaultSettings,
  transactionTime: 0n,
  statementTime: 0n,
  clock: () => 0n,
  random: () => 0,
  seedRandom: () => {},
  user: '',
  database: '',
  schemas: [],
}

function contextOf(catalog: CatalogView): PlannerContext {
  return { catalog, settings: defaultSettings, functions: immutableFunctions, parameterNames: [] }
}
