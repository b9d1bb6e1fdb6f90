/** Statements by their first word. */

import { parseAlter, parseComment, parseDrop, parseRefresh } from './alter.ts'
import type { Statement } from './ast.ts'
import { parseTruncate, parseWithStatement } from './change.ts'
import { parseCopy } from './copy.ts'
import { parseCreate } from './create.ts'
import type { Cursor } from './cursor.ts'
import { parseDescription } from './describe.ts'
import { parseDiscard, parseLock } from './lock.ts'
import { skipStatement } from './options.ts'
import { parseQuery } from './query.ts'
import { WORD } from './scanner.ts'
import {
  parseBegin,
  parseCall,
  parseClose,
  parseDeallocate,
  parseDeclare,
  parseEnd,
  parseExecute,
  parseExplain,
  parseFetchCursor,
  parseMaintenance,
  parsePragma,
  parsePrepare,
  parseReset,
  parseSavepoint,
  parseSet,
  parseShow,
  parseUse,
} from './session.ts'

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
    case 'alter':
      return parseAlter(p)
    case 'drop':
      return parseDrop(p)
    case 'truncate':
      return parseTruncate(p)
    case 'copy':
      return parseCopy(p)
    case 'comment':
      return parseComment(p)
    case 'refresh':
      return parseRefresh(p)
    case 'begin':
    case 'start':
      return parseBegin(p)
    case 'commit':
    case 'end':
    case 'rollback':
    case 'abort':
      return parseEnd(p)
    case 'savepoint':
    case 'release':
      return parseSavepoint(p)
    case 'set':
      return parseSet(p)
    case 'reset':
      return parseReset(p)
    case 'show':
      return parseShow(p)
    case 'use':
      return parseUse(p)
    case 'pragma':
      return parsePragma(p)
    case 'explain':
      return parseExplain(p)
    case 'prepare':
      return parsePrepare(p)
    case 'execute':
      return parseExecute(p)
    case 'deallocate':
      return parseDeallocate(p)
    case 'declare':
      return parseDeclare(p)
    case 'fetch':
    case 'move':
      return parseFetchCursor(p)
    case 'close':
      return parseClose(p)
    case 'call':
      return parseCall(p)
    case 'force':
      p.next()
      return parseMaintenance(p)
    case 'vacuum':
    case 'analyze':
    case 'analyse':
    case 'checkpoint':
    case 'reindex':
    case 'cluster':
      return parseMaintenance(p)
    case 'lock':
      return parseLock(p)
    case 'discard':
      return parseDiscard(p)
    case 'describe':
    case 'desc':
    case 'summarize':
      return parseDescription(p)
    default:
      return parseUnsupported(p)
  }
}

/** Statements that PostgreSQL or DuckDB has and we refuse by name. */
const unsupported: ReadonlySet<string> = new Set(
  'grant revoke listen unlisten notify do security load reassign import export attach detach install'.split(' '),
)

function parseUnsupported(p: Cursor): Statement {
  if (!p.isAnyWord(unsupported)) p.fail('a statement')
  const start = p.start
  let command = p.value.toUpperCase()
  if (p.value === 'security' || p.value === 'reassign' || (p.value === 'import' && p.peekIsWord('foreign'))) {
    command += ` ${p.peekValue().toUpperCase()}`
  }
  skipStatement(p)
  return { kind: 'unsupported', command, span: p.span(start) }
}
