/** Everything that yields rows: SELECT, set operations, VALUES, TABLE, each with its WITH, ORDER BY and LIMIT. */
import { unreachable } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import { bindWith } from './cte.ts'
import type { BoundQuery, Scope } from './scope.ts'
import { bindSelect } from './select.ts'
import { bindSetOperation } from './set-operation.ts'
import { bindValues } from './values.ts'

export interface QueryOptions {
  /** Literals of unknown type stay unknown, since what is around the query will give them a type. */
  readonly keepUnknown?: boolean
}

/** Binds a query inside `parent`: its columns are in reach of the query's expressions. */
export function bindQuery(query: ast.Query, parent: Scope, options: QueryOptions = {}): BoundQuery {
  if (!query.with) return bindBody(query, parent, options)
  const bound = bindWith(query.with, parent, { ...query, with: undefined })
  const { plan, columns } = bindBody(query, parent.withCtes(bound.environment), options)
  return { plan: bound.around(plan), columns }
}

function bindBody(query: ast.Query, parent: Scope, options: QueryOptions): BoundQuery {
  switch (query.kind) {
    case 'select':
      return bindSelect(query, parent, options)
    case 'set-operation':
      return bindSetOperation(query, parent, options)
    case 'values':
      return bindValues(query, parent, options)
    case 'table':
      return bindSelect(asSelect(query), parent, options)
    default:
      return unreachable(query)
  }
}

/** `TABLE t` is SELECT * FROM t. */
function asSelect(query: ast.TableCommand): ast.Select {
  const { name, span } = query
  const star: ast.Star = { kind: 'star', exclude: [], replace: [], rename: [], span }
  return {
    ...query,
    kind: 'select',
    distinct: false,
    items: [{ expression: star, span }],
    from: [{ kind: 'table', name, only: false, span: name.span }],
    groupBy: [],
    groupByAll: false,
    groupByDistinct: false,
    windows: [],
  }
}
