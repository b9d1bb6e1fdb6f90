/** ORDER BY lists and window specifications. */
import type { Expression, FrameBound, Identifier, OrderItem, WindowFrame, WindowSpecification } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { parseExpression, parseExpressions, parseSystemOperator } from './expression.ts'
import { COLUMN_NAME } from './keywords.ts'

/** `ORDER BY a DESC NULLS LAST, b`; the cursor stands on ORDER. */
export function parseOrderBy(p: Cursor): OrderItem[] {
  p.expectWords('order', 'by')
  const items = [parseOrderItem(p)]
  while (p.acceptSymbol(',')) items.push(parseOrderItem(p))
  return items
}

function parseOrderItem(p: Cursor): OrderItem {
  const start = p.start
  const expression = parseExpression(p)
  let using: string | undefined
  if (p.acceptWord('using')) using = parseSystemOperator(p)
  const { descending, nulls } = parseDirection(p)
  return { expression, descending, nulls, using, span: p.span(start) }
}

/** `ASC | DESC`, `NULLS FIRST | LAST` */
export function parseDirection(p: Cursor): { descending: boolean; nulls?: 'first' | 'last' } {
  const descending = p.acceptWord('desc')
  if (!descending) p.acceptWord('asc')
  let nulls: 'first' | 'last' | undefined
  if (p.isWord('nulls') && (p.peekIsWord('first') || p.peekIsWord('last'))) {
    p.next()
    nulls = p.expectOneOf(['first', 'last'])
  }
  return { descending, nulls }
}

/** `(base PARTITION BY … ORDER BY … ROWS BETWEEN … EXCLUDE …)` */
export function parseWindowSpecification(p: Cursor): WindowSpecification {
  const start = p.start
  p.expectSymbol('(')
  p.enter()
  let base: Identifier | undefined
  if (p.flags & COLUMN_NAME && !startsClause(p)) base = p.identifier('a window name')
  let partitionBy: Expression[] = []
  if (p.acceptWord('partition')) {
    p.expectWord('by')
    partitionBy = parseExpressions(p)
  }
  const orderBy = p.isWord('order') ? parseOrderBy(p) : []
  const frame = p.isWord('rows') || p.isWord('range') || p.isWord('groups') ? parseFrame(p) : undefined
  p.leave()
  p.expectSymbol(')', 'PARTITION BY, ORDER BY, a frame or ")"')
  return { base, partitionBy, orderBy, frame, span: p.span(start) }
}

function startsClause(p: Cursor): boolean {
  if (p.isWord('partition')) return p.peekIsWord('by')
  return p.isWord('rows') || p.isWord('range') || p.isWord('groups')
}

function parseFrame(p: Cursor): WindowFrame {
  const outer = p.start
  const unit = p.expectOneOf(['rows', 'range', 'groups'])
  let start: FrameBound
  let end: FrameBound | undefined
  if (p.acceptWord('between')) {
    start = parseBound(p)
    p.expectWord('and')
    end = parseBound(p)
  } else start = parseBound(p)
  let exclude: WindowFrame['exclude']
  if (p.acceptWord('exclude')) {
    if (p.acceptWord('current')) {
      p.expectWord('row')
      exclude = 'current row'
    } else if (p.acceptWord('no')) {
      p.expectWord('others')
      exclude = 'no others'
    } else exclude = p.expectOneOf(['group', 'ties'])
  }
  return { unit, start, end, exclude, span: p.span(outer) }
}

function parseBound(p: Cursor): FrameBound {
  const start = p.start
  if (p.isWord('unbounded') && (p.peekIsWord('preceding') || p.peekIsWord('following'))) {
    p.next()
    const kind = p.expectOneOf(['preceding', 'following'])
    return { kind: `unbounded ${kind}`, offset: undefined, span: p.span(start) }
  }
  if (p.acceptWords('current', 'row')) return { kind: 'current row', offset: undefined, span: p.span(start) }
  const offset = parseExpression(p)
  return { kind: p.expectOneOf(['preceding', 'following']), offset, span: p.span(start) }
}
