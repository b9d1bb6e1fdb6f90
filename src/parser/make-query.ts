/** Query nodes with every field present, so that all of a kind have one shape. */
import type { Expression, Query, QueryTail, Select, SelectItem, Span, TableExpression } from './ast.ts'

export type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** Nothing before the query and nothing after it. */
export function noTail(): Mutable<QueryTail> {
  return {
    with: undefined,
    orderBy: [],
    orderByAll: undefined,
    limit: undefined,
    limitPercent: undefined,
    offset: undefined,
    withTies: false,
    locking: [],
  }
}

/** SELECT items FROM tables, and nothing else. */
export function plainSelect(items: readonly SelectItem[], from: readonly TableExpression[], span: Span): Select {
  return {
    kind: 'select',
    distinct: false,
    distinctOn: undefined,
    items,
    from,
    where: undefined,
    groupBy: [],
    groupByAll: false,
    groupByDistinct: false,
    having: undefined,
    windows: [],
    qualify: undefined,
    sample: undefined,
    into: undefined,
    ...noTail(),
    span,
  }
}

/** `*` as an item of a select list. */
export function starItem(span: Span): SelectItem {
  return {
    expression: { kind: 'star', qualifier: undefined, exclude: [], replace: [], rename: [], span },
    alias: undefined,
    span,
  }
}

/** Whether a node is a query rather than an expression. */
export function isQuery(node: Expression | Query): node is Query {
  const { kind } = node
  return kind === 'select' || kind === 'set-operation' || kind === 'values' || kind === 'table'
}
