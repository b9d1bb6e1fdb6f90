/**
 * SQL text → syntax trees. Statements come one by one, so that a script's beginning can run before its end is read.
 *
 *   scanner     characters → tokens                    literals, keywords; script cuts a text into statements
 *   cursor      where the parser stands, what it accepts, how it refuses (syntax-error)
 *   expression  operators by binding power             operand, call, window, type-name
 *   query       SELECT and its kin                     table-expression, pivot
 *   change      INSERT, UPDATE, DELETE, MERGE          bulk-values
 *   statement   everything else by its first word      create-*, alter, session, copy
 *   print       a tree → SQL that parses to the same tree
 *
 * The grammar is written by hand: functions that read the cursor, one per rule, choosing by the current token and never
 * stepping back. A grammar in chevrotain 11.2.0 was measured first (Node 20.20, 450 token types, our own scanner in front,
 * `skipValidations`, a lookahead of 1). What it costs before the first statement is parsed:
 *
 *   import of the package as published 260–306 ms, of its minified single file 9–14 ms
 *   450 token types 14–27 ms
 *   self-analysis of 15 rules 29–37 ms, of 35 rules 40–54 ms, of 65 rules 83–179 ms
 *   together, bundled: 62–75 ms with 15 rules, 108–145 ms with 65; this grammar has several hundred
 *
 * Warm it was quick enough (72 tokens in 9–16 µs without building a tree). But the whole budget from import to the first
 * result is 30 ms, and its 42 KB (gzipped) are more than a quarter of what the engine may weigh.
 */
import { SqlError } from '../error.ts'
import type { Expression, ParsedStatement, Statement, TypeName } from './ast.ts'
import { Cursor } from './cursor.ts'
import { parseExpression as readExpression } from './expression.ts'
import { END } from './scanner.ts'
import { copyData } from './script.ts'
import { parseStatementBody } from './statement.ts'
import { parseTypeName as readTypeName } from './type-name.ts'

/** The statements of a script, each parsed when it is asked for; `escapes` says whether backslashes are special in '…' by then. */
export function* parseStatements(
  text: string,
  escapes: () => boolean = () => false,
): Generator<ParsedStatement, void, undefined> {
  const cursor = guarded(text, () => new Cursor(text, 0, escapes()))
  for (;;) {
    cursor.escapes = escapes()
    while (guarded(text, () => cursor.acceptSymbol(';')));
    if (cursor.kind === END) return
    yield guarded(text, () => parseOne(cursor))
  }
}

/** All statements of a script. */
export function parseScript(text: string): ParsedStatement[] {
  return [...parseStatements(text)]
}

/** Exactly one statement. */
export function parseStatement(text: string, escapes = false): ParsedStatement {
  return guarded(text, () => {
    const cursor = new Cursor(text, 0, escapes)
    while (cursor.acceptSymbol(';'));
    if (cursor.kind === END) cursor.fail('a statement')
    const statement = parseOne(cursor)
    while (cursor.acceptSymbol(';'));
    if (cursor.kind !== END) {
      throw new SqlError('syntax_error', 'cannot run more than one statement here', {
        position: cursor.start,
        hint: 'Scripts of several statements are for exec().',
      })
    }
    return statement
  })
}

/** An expression by itself. */
export function parseExpression(text: string): Expression {
  return whole(text, readExpression)
}

/** A type name by itself. */
export function parseTypeName(text: string): TypeName {
  return whole(text, readTypeName)
}

function whole<T>(text: string, read: (cursor: Cursor) => T): T {
  return guarded(text, () => {
    const cursor = new Cursor(text)
    const result = read(cursor)
    if (cursor.kind !== END) cursor.fail('the end of the text')
    return result
  })
}

/** A statement and the semicolon after it. */
function parseOne(cursor: Cursor): ParsedStatement {
  cursor.beginStatement()
  const { start } = cursor
  const statement = withData(cursor, parseStatementBody(cursor))
  const span = { start, end: cursor.lastEnd }
  if (cursor.kind !== END && !cursor.acceptSymbol(';'))
    cursor.fail('a comma, an operator, the next clause or the end of the statement')
  const { parameterCount, questionMarks, parameterNames } = cursor
  return { statement, span, parameterCount: Math.max(parameterCount, questionMarks), parameterNames }
}

/** Gives COPY … FROM STDIN the lines that follow its semicolon. */
function withData(cursor: Cursor, statement: Statement): Statement {
  if (statement.kind !== 'copy' || statement.direction !== 'from' || statement.file !== undefined) return statement
  if (!cursor.isSymbol(';')) return statement
  const lines = copyData(cursor.text, cursor.end)
  if (lines === undefined) return statement
  cursor.skipTo(lines.next)
  return { ...statement, data: cursor.text.slice(lines.start, lines.end) }
}

/** Nesting is limited by count; should the stack be nearly full already when we are called, the answer is the same. */
function guarded<T>(text: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new SqlError('statement_too_complex', 'stack depth limit exceeded', {
      position: text.length === 0 ? undefined : 0,
      detail: 'The statement is nested too deeply.',
      cause: error,
    })
  }
}
