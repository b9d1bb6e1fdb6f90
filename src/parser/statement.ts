/** Statements by their first word. */
import type { Statement } from './ast.ts'
import { parseTruncate, parseWithStatement } from './change.ts'
import { parseCreate } from './create.ts'
import type { Cursor } from './cursor.ts'
import { parseQuery } from './query.ts'
import { WORD } from './scanner.ts'

/** One statement, without the semicolon after it. */
export function parseStatementBody(p: Cursor): Statement {
  if (p.isSymbol('(')) return parseQuery(p)
  switch (p.kind === WORD ? p.value : '') {
    case 'select':
    case 'with':
    case 'values':
    case 'table':
    case 'from':
    case 'pivot':
    case 'unpivot':
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      return parseWithStatement(p)
    case 'create':
      return parseCreate(p)
    case 'truncate':
      return parseTruncate(p)
    default:
      return p.fail('a statement')
  }
}
