/** Transactions, settings, prepared statements, cursors and the other commands of a session. */
import { SqlError } from '../error.ts'
import type {
  CloseCursor,
  Deallocate,
  DeclareCursor,
  Execute,
  Explain,
  Expression,
  Fetch,
  Maintenance,
  MaintenanceTarget,
  Option,
  Prepare,
  Statement,
  Transaction,
} from './ast.ts'
import type { Cursor } from './cursor.ts'
import { parseListing } from './describe.ts'
import { parseExpression, parseExpressions, parseTightExpression } from './expression.ts'
import { parseOptions, parseSignedNumber, skipStatement } from './options.ts'
import { parseQuery } from './query.ts'
import { END, NUMBER, QUOTED, STRING, WORD } from './scanner.ts'
import { parseStatementBody } from './statement.ts'
import { parseTypeName } from './type-name.ts'

// ───────────────────────────────────────────────────────── transactions

type Modes = Pick<Transaction, 'isolation' | 'readOnly' | 'deferrable'>

function transaction(
  p: Cursor,
  action: Transaction['action'],
  start: number,
  more: Partial<Transaction> = {},
): Transaction {
  return {
    kind: 'transaction',
    action,
    savepoint: undefined,
    isolation: undefined,
    readOnly: undefined,
    deferrable: undefined,
    chain: false,
    session: false,
    ...more,
    span: p.span(start),
  }
}

function parseModes(p: Cursor): Modes {
  let isolation: Transaction['isolation']
  let readOnly: boolean | undefined
  let deferrable: boolean | undefined
  for (;;) {
    if (p.acceptWord('isolation')) {
      p.expectWord('level')
      if (p.acceptWord('read')) isolation = `read ${p.expectOneOf(['committed', 'uncommitted'])}`
      else if (p.acceptWord('repeatable')) {
        p.expectWord('read')
        isolation = 'repeatable read'
      } else {
        p.expectWord('serializable', 'READ COMMITTED, REPEATABLE READ or SERIALIZABLE')
        isolation = 'serializable'
      }
    } else if (p.acceptWord('read')) readOnly = p.expectOneOf(['only', 'write']) === 'only'
    else if (p.acceptWord('deferrable')) deferrable = true
    else if (p.acceptWords('not', 'deferrable')) deferrable = false
    else return { isolation, readOnly, deferrable }
    p.acceptSymbol(',')
  }
}

const sqliteModes: ReadonlySet<string> = new Set(['deferred', 'immediate', 'exclusive'])

/** BEGIN, START TRANSACTION */
export function parseBegin(p: Cursor): Transaction {
  const start = p.start
  if (p.acceptWord('start')) p.expectWord('transaction')
  else {
    p.expectWord('begin')
    if (p.isAnyWord(sqliteModes)) p.next()
    if (!p.acceptWord('work')) p.acceptWord('transaction')
  }
  const modes = parseModes(p)
  return transaction(p, 'begin', start, modes)
}

/** COMMIT, END, ROLLBACK, ABORT, with AND CHAIN; ROLLBACK TO */
export function parseEnd(p: Cursor): Statement {
  const start = p.start
  const action = p.isWord('commit') || p.isWord('end') ? 'commit' : 'rollback'
  const word = p.value
  p.next()
  if (p.isWord('prepared')) {
    skipStatement(p)
    return { kind: 'unsupported', command: `${word.toUpperCase()} PREPARED`, span: p.span(start) }
  }
  if (!p.acceptWord('work')) p.acceptWord('transaction')
  if (action === 'rollback' && p.acceptWord('to')) {
    p.acceptWord('savepoint')
    const savepoint = p.identifier('a savepoint name')
    return transaction(p, 'rollback-to', start, { savepoint })
  }
  let chain = false
  if (p.acceptWord('and')) {
    chain = !p.acceptWord('no')
    p.expectWord('chain')
  }
  return transaction(p, action, start, { chain })
}

/** SAVEPOINT s, RELEASE SAVEPOINT s */
export function parseSavepoint(p: Cursor): Transaction {
  const start = p.start
  const release = p.acceptWord('release')
  if (release) p.acceptWord('savepoint')
  else p.expectWord('savepoint')
  const savepoint = p.identifier('a savepoint name')
  return transaction(p, release ? 'release' : 'savepoint', start, { savepoint })
}

// ───────────────────────────────────────────────────────── settings

export function parseSet(p: Cursor): Statement {
  const start = p.start
  p.expectWord('set')
  if (p.isWord('constraints') && !p.peekIsWord('to') && !p.peekIsSymbol('=')) {
    p.next()
    const names = p.acceptWord('all') ? undefined : p.qualifiedNames('a constraint name')
    const deferred = p.expectOneOf(['deferred', 'immediate']) === 'deferred'
    return { kind: 'set-constraints', names, deferred, span: p.span(start) }
  }
  let scope: 'session' | 'local' | 'global' = 'session'
  if (p.isWord('session') && p.peekIsWord('characteristics')) {
    p.next()
    p.expectWords('characteristics', 'as', 'transaction')
    const modes = parseModes(p)
    return transaction(p, 'set', start, { ...modes, session: true })
  }
  if (
    (p.isWord('session') || p.isWord('local') || p.isWord('global')) &&
    p.peekKind() === WORD &&
    !p.peekIsWord('to')
  ) {
    scope = p.value as typeof scope
    p.next()
  }
  if (p.isWord('transaction') && !p.peekIsWord('to') && !p.peekIsSymbol('=')) {
    p.next()
    if (p.isWord('snapshot')) {
      skipStatement(p)
      return { kind: 'unsupported', command: 'SET TRANSACTION SNAPSHOT', span: p.span(start) }
    }
    const modes = parseModes(p)
    return transaction(p, 'set', start, modes)
  }
  if (p.isWord('xml') && p.peekIsWord('option')) {
    skipStatement(p)
    return { kind: 'unsupported', command: 'SET XML OPTION', span: p.span(start) }
  }
  if (p.isWord('variable') && p.peekKind() === WORD) {
    p.next()
    const { name } = p.label('the name of a variable')
    if (!p.acceptWord('to')) p.expectSymbol('=', 'TO or "="')
    return { kind: 'session-variable', name, value: parseExpression(p), span: p.span(start) }
  }
  const { name, assigned } = parseSettingName(p)
  if (!assigned && !p.acceptWord('to')) p.expectSymbol('=', 'TO or "="')
  const values = p.acceptWord('default') ? undefined : parseSettingValues(p)
  return { kind: 'set', name, scope, values, span: p.span(start) }
}

/** The name of a setting, and whether its value follows without TO. */
function parseSettingName(p: Cursor): { name: string; assigned: boolean } {
  if (p.isWord('schema') && p.peekKind() !== STRING) {
    p.next()
    return { name: 'search_path', assigned: false }
  }
  if (p.acceptWords('time', 'zone')) return { name: 'timezone', assigned: !p.isWord('to') && !p.isSymbol('=') }
  if (p.kind === WORD && p.peekKind() === STRING) {
    if (p.acceptWord('schema')) return { name: 'search_path', assigned: true }
    if (p.acceptWord('names')) return { name: 'client_encoding', assigned: true }
  }
  if (p.isWord('role') && !p.peekIsWord('to') && !p.peekIsSymbol('=')) {
    p.next()
    return { name: 'role', assigned: true }
  }
  if (p.acceptWords('session', 'authorization') || (p.isWord('authorization') && p.acceptWord('authorization'))) {
    return { name: 'session_authorization', assigned: true }
  }
  let { name } = p.label('the name of a setting')
  while (p.acceptSymbol('.')) name += `.${p.label().name}`
  return { name, assigned: false }
}

/** Words are strings here. */
function parseSettingValues(p: Cursor): Expression[] {
  const values: Expression[] = []
  do {
    const start = p.start
    if (p.kind === WORD && !(p.isWord('interval') && p.peekKind() === STRING)) {
      const value = p.label().name
      values.push({ kind: 'string', value, span: p.span(start) })
    } else if (p.kind === QUOTED) values.push({ kind: 'string', value: p.label().name, span: p.span(start) })
    else if (p.isSymbol('-') || p.isSymbol('+')) {
      const text = parseSignedNumber(p)
      values.push({ kind: 'number', text, span: p.span(start) })
    } else values.push(parseTightExpression(p))
  } while (p.acceptSymbol(','))
  return values
}

export function parseReset(p: Cursor): Statement {
  const start = p.start
  p.expectWord('reset')
  if (p.isWord('variable') && p.peekKind() === WORD) {
    p.next()
    const { name } = p.label('the name of a variable')
    return { kind: 'session-variable', name, value: undefined, span: p.span(start) }
  }
  const { name } = parseSettingName(p)
  return { kind: 'set', name, scope: 'session', values: undefined, span: p.span(start) }
}

/** `USE schema` is SET search_path; DuckDB's `main` is PostgreSQL's `public`. */
export function parseUse(p: Cursor): Statement {
  const start = p.start
  p.expectWord('use')
  const name = p.qualifiedName('a schema name')
  const named = name.parts[name.parts.length - 1].name
  const value = named === 'main' ? 'public' : named
  return {
    kind: 'set',
    name: 'search_path',
    scope: 'session',
    values: [{ kind: 'string', value, span: name.span }],
    span: p.span(start),
  }
}

export function parseShow(p: Cursor): Statement {
  const start = p.start
  const listing = parseListing(p)
  if (listing) return listing
  p.expectWord('show')
  if (p.acceptWords('time', 'zone')) return { kind: 'show', name: 'timezone', span: p.span(start) }
  if (p.acceptWords('transaction', 'isolation', 'level'))
    return { kind: 'show', name: 'transaction_isolation', span: p.span(start) }
  if (p.acceptWords('session', 'authorization'))
    return { kind: 'show', name: 'session_authorization', span: p.span(start) }
  let { name } = p.label('the name of a setting')
  while (p.acceptSymbol('.')) name += `.${p.label().name}`
  return { kind: 'show', name, span: p.span(start) }
}

export function parsePragma(p: Cursor): Statement {
  const start = p.start
  p.expectWord('pragma')
  const { name } = p.label('the name of a pragma')
  let args: Expression[] = []
  let assigned = false
  if (p.acceptSymbol('=')) {
    args = parseSettingValues(p)
    assigned = true
  } else if (p.acceptSymbol('(')) {
    if (!p.isSymbol(')')) args = parseExpressions(p)
    p.expectSymbol(')', 'a comma or ")"')
  }
  const span = p.span(start)
  if (assigned) return { kind: 'set', name, scope: 'session', values: args, span }
  return { kind: 'pragma', name, args, span }
}

// ───────────────────────────────────────────────────────── EXPLAIN, prepared statements

export function parseExplain(p: Cursor): Explain {
  const start = p.start
  p.expectWord('explain')
  let analyze = false
  let options: Option[] = []
  if (p.isSymbol('(') && !p.peekIsSymbol('(') && !/^(?:select|with|values|table|from)$/.test(p.peekValue())) {
    options = parseOptions(p)
    analyze = options.some((option) => /^analy[sz]e$/.test(option.name) && option.value !== false && option.value !== 0)
  } else {
    analyze = p.acceptWord('analyze') || p.acceptWord('analyse')
    const verboseStart = p.start
    if (p.acceptWord('verbose')) options = [{ name: 'verbose', value: true, span: p.span(verboseStart) }]
  }
  p.enter()
  const statement = parseStatementBody(p)
  p.leave()
  return { kind: 'explain', statement, analyze, options, span: p.span(start) }
}

const preparable: ReadonlySet<string> = new Set(
  'select with values table from pivot unpivot insert update delete merge'.split(' '),
)

export function parsePrepare(p: Cursor): Statement {
  const start = p.start
  p.expectWord('prepare')
  if (p.isWord('transaction') && p.peekKind() === STRING) {
    skipStatement(p)
    return { kind: 'unsupported', command: 'PREPARE TRANSACTION', span: p.span(start) }
  }
  const name = p.identifier('a name for the statement')
  const types: Prepare['types'][number][] = []
  if (p.acceptSymbol('(')) {
    do types.push(parseTypeName(p))
    while (p.acceptSymbol(','))
    p.expectSymbol(')', 'a comma or ")"')
  }
  p.expectWord('as')
  if (!p.isSymbol('(') && !p.isAnyWord(preparable)) p.fail('a query or a change')
  p.enter()
  const statement = parseStatementBody(p)
  p.leave()
  return { kind: 'prepare', name, types, statement, span: p.span(start) }
}

export function parseExecute(p: Cursor): Execute {
  const start = p.start
  p.expectWord('execute')
  const name = p.identifier('the name of a prepared statement')
  let args: Expression[] = []
  if (p.acceptSymbol('(')) {
    if (!p.isSymbol(')')) args = parseExpressions(p)
    p.expectSymbol(')', 'a comma or ")"')
  }
  return { kind: 'execute', name, args, span: p.span(start) }
}

export function parseDeallocate(p: Cursor): Deallocate {
  const start = p.start
  p.expectWord('deallocate')
  p.acceptWord('prepare')
  const name = p.acceptWord('all') ? undefined : p.identifier('the name of a prepared statement, or ALL')
  return { kind: 'deallocate', name, span: p.span(start) }
}

// ───────────────────────────────────────────────────────── cursors

export function parseDeclare(p: Cursor): DeclareCursor {
  const start = p.start
  p.expectWord('declare')
  const name = p.identifier('a cursor name')
  let binary = false
  let scroll: boolean | undefined
  let sensitivity: string | undefined
  const contradiction = (one: string, other: string): SqlError =>
    new SqlError('invalid_cursor_definition', `cannot specify both ${one} and ${other}`)
  for (;;) {
    if (p.acceptWord('binary')) binary = true
    else if (p.isWord('scroll') || (p.isWord('no') && p.peekIsWord('scroll'))) {
      const given = !p.acceptWord('no')
      p.next()
      if (scroll === !given) throw contradiction('SCROLL', 'NO SCROLL')
      scroll = given
    } else if (p.isWord('insensitive') || p.isWord('asensitive')) {
      if (sensitivity !== undefined && sensitivity !== p.value) throw contradiction('ASENSITIVE', 'INSENSITIVE')
      sensitivity = p.value
      p.next()
    } else break
  }
  p.expectWord('cursor')
  let hold = false
  if (p.isWord('with') || p.isWord('without')) {
    hold = p.value === 'with'
    p.next()
    p.expectWord('hold')
  }
  p.expectWord('for')
  const query = parseQuery(p)
  return { kind: 'declare-cursor', name, query, binary, scroll, hold, span: p.span(start) }
}

/** FETCH and MOVE */
export function parseFetchCursor(p: Cursor): Fetch {
  const start = p.start
  const move = p.isWord('move')
  p.next()
  let direction: Fetch['direction'] = 'next'
  let count: Fetch['count'] = 1
  const ends = (): boolean =>
    p.peekIsWord('from') || p.peekIsWord('in') || p.peekKind() === WORD || p.peekKind() === QUOTED
  if (p.kind === NUMBER || p.isSymbol('-') || p.isSymbol('+')) {
    direction = 'forward'
    count = Number(parseSignedNumber(p))
  } else if (p.isWord('all')) {
    p.next()
    direction = 'forward'
    count = 'all'
  } else if ((p.isWord('absolute') || p.isWord('relative')) && !p.peekIsWord('from')) {
    direction = p.value as Fetch['direction']
    p.next()
    count = Number(parseSignedNumber(p))
  } else if (p.isWord('forward') || p.isWord('backward')) {
    if (ends() || p.peekKind() === NUMBER || p.peekIsWord('all') || p.peekIsSymbol('-')) {
      direction = p.value as Fetch['direction']
      p.next()
      if (p.acceptWord('all')) count = 'all'
      else if (p.kind === NUMBER || p.isSymbol('-')) count = Number(parseSignedNumber(p))
    }
  } else if ((p.isWord('next') || p.isWord('prior') || p.isWord('first') || p.isWord('last')) && ends()) {
    direction = p.value as Fetch['direction']
    p.next()
  }
  if (!p.acceptWord('from')) p.acceptWord('in')
  const cursor = p.identifier('a cursor name')
  return { kind: 'fetch', cursor, move, direction, count, span: p.span(start) }
}

export function parseClose(p: Cursor): CloseCursor {
  const start = p.start
  p.expectWord('close')
  const name = p.acceptWord('all') ? undefined : p.identifier('a cursor name, or ALL')
  return { kind: 'close-cursor', name, span: p.span(start) }
}

// ───────────────────────────────────────────────────────── CALL, maintenance

export function parseCall(p: Cursor): Statement {
  const start = p.start
  p.expectWord('call')
  const call = parseTightExpression(p)
  if (call.kind !== 'call') p.fail('a procedure and its arguments')
  return { kind: 'call-procedure', call, span: p.span(start) }
}

const vacuumWords: ReadonlySet<string> = new Set(['full', 'freeze', 'verbose', 'analyze', 'analyse'])

/** VACUUM, ANALYZE, CHECKPOINT, REINDEX, CLUSTER */
export function parseMaintenance(p: Cursor): Maintenance {
  const start = p.start
  const command = (p.value === 'analyse' ? 'analyze' : p.value) as Maintenance['command']
  p.next()
  let options: Option[] = []
  let of: Maintenance['of']
  const targets: MaintenanceTarget[] = []
  if (p.isSymbol('(')) options = parseOptions(p)
  if (command === 'reindex') {
    of = p.expectOneOf(['table', 'index', 'schema', 'database', 'system']) as Maintenance['of']
    p.acceptWord('concurrently')
  } else {
    while (p.isAnyWord(vacuumWords)) {
      const optionStart = p.start
      const name = p.label().name
      options = [...options, { name, value: true, span: p.span(optionStart) }]
    }
  }
  if (command !== 'checkpoint' && p.kind !== END && !p.isSymbol(';')) {
    do {
      targets.push({ name: p.qualifiedName('a table name'), columns: p.optionalIdentifierList() })
    } while (p.acceptSymbol(','))
    if (command === 'cluster') {
      const [{ name }] = targets
      if (p.acceptWord('using')) targets[0] = { name, columns: [], index: p.identifier('an index name') }
      else if (p.acceptWord('on')) {
        targets[0] = { name: p.qualifiedName('a table name'), columns: [], index: name.parts[name.parts.length - 1] }
      }
    }
  }
  return { kind: 'maintenance', command, targets, options, of, span: p.span(start) }
}
