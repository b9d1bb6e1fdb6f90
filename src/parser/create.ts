/** CREATE, by what is created. */
import { notSupported, SqlError } from '../error.ts'
import type {
  CreateDomain,
  CreateIndex,
  CreateSchema,
  CreateSequence,
  CreateTrigger,
  CreateType,
  CreateView,
  Identifier,
  Option,
  Statement,
  TypeName,
  Unsupported,
} from './ast.ts'
import { parseCreateFunction } from './create-function.ts'
import { parseCreateAggregate, parseCreateCast, parseCreateOperator } from './create-object.ts'
import { parseColumnConstraints, parseCreateTable, parseWithData } from './create-table.ts'
import type { Cursor } from './cursor.ts'
import { parseExpression, parseTightExpression } from './expression.ts'
import { parseIndexColumn } from './index-column.ts'
import {
  parseDeferral,
  parseOptions,
  parseRangeOptions,
  parseSequenceOptions,
  skipCreation,
  skipStatement,
} from './options.ts'
import { parseQuery, startsQuery } from './query.ts'
import { END, NUMBER, QUOTED, STRING, WORD } from './scanner.ts'
import { parseStatementBody } from './statement.ts'
import { parseTypeName } from './type-name.ts'

interface Prefix {
  readonly start: number
  readonly orReplace: boolean
  readonly temporary: boolean
  readonly unlogged: boolean
}

export function parseCreate(p: Cursor): Statement {
  const start = p.start
  p.expectWord('create')
  const orReplace = p.acceptWords('or', 'replace')
  if ((p.isWord('local') || p.isWord('global')) && (p.peekIsWord('temp') || p.peekIsWord('temporary'))) p.next()
  const temporary = p.acceptWord('temp') || p.acceptWord('temporary')
  const unlogged = p.acceptWord('unlogged')
  const prefix: Prefix = { start, orReplace, temporary, unlogged }
  switch (p.kind === WORD ? p.value : '') {
    case 'table':
      p.next()
      return parseCreateTable(p, prefix)
    case 'unique':
    case 'index':
      return parseIndex(p, prefix)
    case 'recursive':
    case 'view':
    case 'materialized':
      return parseView(p, prefix)
    case 'schema':
      return parseSchema(p, prefix)
    case 'sequence':
      return parseSequence(p, prefix)
    case 'type':
      return parseType(p, prefix)
    case 'domain':
      return parseDomain(p, prefix)
    case 'function':
    case 'procedure':
    case 'macro':
      return parseCreateFunction(p, prefix)
    case 'trigger':
      return parseTrigger(p, prefix)
    case 'aggregate':
      return parseCreateAggregate(p, start, orReplace)
    case 'operator':
      if (!p.peekIsWord('class') && !p.peekIsWord('family')) return parseCreateOperator(p, start)
      break
    case 'cast':
      return parseCreateCast(p, start)
    case 'constraint':
      if (p.peekIsWord('trigger')) return parseTrigger(p, prefix)
      break
  }
  return parseUnsupportedObject(p, 'CREATE', start)
}

/** Objects that PostgreSQL has and we do not, longest names first. */
const unsupportedObjects: readonly string[] = [
  'foreign data wrapper',
  'text search configuration',
  'text search dictionary',
  'text search parser',
  'text search template',
  'access method',
  'default conversion',
  'event trigger',
  'foreign table',
  'large object',
  'operator class',
  'operator family',
  'user mapping',
  'default privileges',
  'trusted language',
  'procedural language',
  'aggregate',
  'cast',
  'collation',
  'conversion',
  'database',
  'extension',
  'group',
  'language',
  'operator',
  'owned',
  'policy',
  'publication',
  'role',
  'rule',
  'secret',
  'server',
  'statistics',
  'subscription',
  'system',
  'tablespace',
  'transform',
  'user',
]

/** CREATE, ALTER, DROP or COMMENT ON of an object we do not have: its name, and the rest passed over. */
export function parseUnsupportedObject(p: Cursor, verb: string, start: number): Statement {
  for (const object of unsupportedObjects) {
    const words = object.split(' ')
    if (!words.every((word, n) => (n === 0 ? p.isWord(word) : p.peekIsWord(word, n)))) continue
    if (verb === 'DROP') return parseAbsent(p, object, words, start)
    if (verb === 'CREATE') skipCreation(p)
    else skipStatement(p)
    return { kind: 'unsupported', command: `${verb} ${object.toUpperCase()}`, span: p.span(start) }
  }
  return p.fail('TABLE, VIEW, INDEX or another kind of object')
}

/** Objects that are there whatever is made: dropping them is another matter. */
const present: ReadonlySet<string> = new Set([
  'c',
  'posix',
  'default',
  'sql',
  'colonnade',
  'public',
  'btree',
  'hash',
  'heap',
])

function parseAbsent(p: Cursor, object: string, words: readonly string[], start: number): Unsupported {
  p.expectWords(...words)
  const ifExists = p.acceptWords('if', 'exists')
  const hasName = (p.kind === WORD || p.kind === QUOTED) && !p.isWord('for') && !p.isWord('by')
  const name = hasName
    ? p
        .anyQualifiedName('a name')
        .parts.map((part) => part.name)
        .join('.')
    : ''
  skipStatement(p)
  const isKnown = present.has(name.toLowerCase()) || (!ifExists && (name === '' || object.startsWith('operator')))
  const absent = isKnown ? undefined : { kind: labels[object] ?? object, name, ifExists }
  return { kind: 'unsupported', command: `DROP ${object.toUpperCase()}`, absent, span: p.span(start) }
}

const labels: Readonly<Record<string, string>> = {
  user: 'role',
  group: 'role',
  statistics: 'statistics object',
  'foreign data wrapper': 'foreign-data wrapper',
}

// ───────────────────────────────────────────────────────── indexes

function parseIndex(p: Cursor, { start }: Prefix): CreateIndex {
  const unique = p.acceptWord('unique')
  p.expectWord('index')
  const concurrently = p.acceptWord('concurrently')
  const ifNotExists = p.acceptWords('if', 'not', 'exists')
  const name = p.isWord('on') && !ifNotExists ? undefined : p.identifier('an index name')
  p.expectWord('on')
  p.acceptWord('only')
  const table = p.qualifiedName('a table name')
  const method = p.acceptWord('using') ? p.identifier('an index method') : undefined
  p.expectSymbol('(')
  const columns: CreateIndex['columns'][number][] = []
  do columns.push(parseIndexColumn(p))
  while (p.acceptSymbol(','))
  p.expectSymbol(')', 'a comma or ")"')
  const include = p.acceptWord('include') ? p.identifierList() : []
  let nullsNotDistinct = false
  if (p.acceptWord('nulls')) {
    nullsNotDistinct = p.acceptWord('not')
    p.expectWord('distinct')
  }
  let options: Option[] = []
  if (p.isWord('with') && p.peekIsSymbol('(')) {
    p.next()
    options = parseOptions(p)
  }
  if (p.acceptWord('tablespace')) p.identifier('a tablespace name')
  const where = p.acceptWord('where') ? parseExpression(p) : undefined
  return {
    kind: 'create-index',
    name,
    table,
    unique,
    concurrently,
    ifNotExists,
    method,
    columns,
    include,
    nullsNotDistinct,
    where,
    options,
    span: p.span(start),
  }
}

// ───────────────────────────────────────────────────────── views

function parseView(p: Cursor, { start, orReplace, temporary, unlogged }: Prefix): CreateView {
  if (orReplace && p.isWord('materialized')) p.fail('VIEW')
  if (unlogged && p.isWord('materialized')) throw notSupported('CREATE UNLOGGED MATERIALIZED VIEW', start)
  const recursive = p.acceptWord('recursive')
  const materialized = !recursive && p.acceptWord('materialized')
  p.expectWord('view')
  if (unlogged) {
    throw new SqlError('syntax_error', 'views cannot be unlogged because they do not have storage', {
      position: start,
    })
  }
  const ifNotExists = p.acceptWords('if', 'not', 'exists')
  const name = p.qualifiedName('a view name')
  const columns = p.optionalIdentifierList()
  let options: Option[] = []
  for (;;) {
    if (p.isWord('with') && p.peekIsSymbol('(')) {
      p.next()
      options = parseOptions(p)
    } else if (p.acceptWord('using')) p.identifier('an access method')
    else if (p.acceptWord('tablespace')) p.identifier('a tablespace name')
    else break
  }
  p.expectWord('as')
  const queryStart = p.start
  const query = parseQuery(p)
  const queryText = p.text.slice(queryStart, p.lastEnd)
  const withData = parseWithData(p)
  let checkOption: CreateView['checkOption']
  if (p.acceptWord('with')) {
    checkOption = p.acceptWord('local') ? 'local' : 'cascaded'
    if (checkOption === 'cascaded') p.acceptWord('cascaded')
    p.expectWords('check', 'option')
  }
  return {
    kind: 'create-view',
    name,
    columns,
    query,
    queryText,
    orReplace,
    ifNotExists,
    temporary,
    recursive,
    materialized,
    withData,
    checkOption,
    options,
    span: p.span(start),
  }
}

// ───────────────────────────────────────────────────────── schemas, sequences, types

function parseSchema(p: Cursor, { start }: Prefix): CreateSchema {
  p.expectWord('schema')
  const ifNotExists = p.acceptWords('if', 'not', 'exists')
  let name: Identifier
  if (p.acceptWord('authorization')) name = p.label('a role name')
  else {
    const qualified = p.qualifiedName('a schema name')
    name = qualified.parts[qualified.parts.length - 1]
    if (p.acceptWord('authorization')) p.label('a role name')
  }
  const elements: Statement[] = []
  while (p.isWord('create') || p.isWord('grant')) {
    if (p.isWord('grant')) throw notSupported('GRANT', p.start)
    p.enter()
    elements.push(parseStatementBody(p))
    p.leave()
  }
  return { kind: 'create-schema', name, ifNotExists, elements, span: p.span(start) }
}

function parseSequence(p: Cursor, { start, temporary }: Prefix): CreateSequence {
  p.expectWord('sequence')
  const ifNotExists = p.acceptWords('if', 'not', 'exists')
  const name = p.qualifiedName('a sequence name')
  const options = parseSequenceOptions(p)
  return { kind: 'create-sequence', name, temporary, ifNotExists, options, span: p.span(start) }
}

function parseType(p: Cursor, { start }: Prefix): CreateType | Statement {
  p.expectWord('type')
  p.acceptWords('if', 'not', 'exists')
  const name = p.qualifiedName('a type name')
  const type = (definition: CreateType['definition']): CreateType => ({
    kind: 'create-type',
    name,
    definition,
    span: p.span(start),
  })
  if (!p.acceptWord('as')) {
    if (!p.isSymbol('(') && !p.isSymbol(';') && p.kind !== END) p.fail('AS')
    skipStatement(p)
    return { kind: 'unsupported', command: 'CREATE TYPE of a base type', span: p.span(start) }
  }
  if (p.isWord('enum') && p.peekIsSymbol('(')) {
    p.next()
    p.next()
    if (startsQuery(p)) {
      const query = parseQuery(p)
      p.expectSymbol(')')
      return type({ kind: 'enum', labels: [], query })
    }
    const labels: string[] = []
    while (!p.isSymbol(')')) {
      labels.push(p.string('a label in quotes'))
      if (!p.acceptSymbol(',')) break
    }
    p.expectSymbol(')', 'a comma or ")"')
    return type({ kind: 'enum', labels })
  }
  if (p.isWord('range') && p.peekIsSymbol('(')) {
    p.next()
    return type({ kind: 'range', options: parseRangeOptions(p) })
  }
  if (p.acceptSymbol('(')) {
    const fields: { name: Identifier; type: TypeName }[] = []
    while (!p.isSymbol(')')) {
      const field = p.identifier('an attribute name')
      fields.push({ name: field, type: parseTypeName(p) })
      if (p.acceptWord('collate')) p.anyQualifiedName('a collation name')
      if (!p.acceptSymbol(',')) break
    }
    p.expectSymbol(')', 'a comma or ")"')
    return type({ kind: 'composite', fields })
  }
  return type({ kind: 'alias', type: parseTypeName(p) })
}

function parseDomain(p: Cursor, { start }: Prefix): CreateDomain {
  p.expectWord('domain')
  const name = p.qualifiedName('a domain name')
  p.acceptWord('as')
  const type = parseTypeName(p)
  const { constraints, collation } = parseColumnConstraints(p)
  return { kind: 'create-domain', name, type, collation, constraints, span: p.span(start) }
}

// ───────────────────────────────────────────────────────── triggers

function parseTrigger(p: Cursor, { start, orReplace }: Prefix): CreateTrigger {
  const constraint = p.acceptWord('constraint')
  p.expectWord('trigger')
  const name = p.identifier('a trigger name')
  let timing: CreateTrigger['timing']
  if (p.acceptWord('instead')) {
    p.expectWord('of')
    timing = 'instead of'
  } else timing = p.expectOneOf(constraint ? ['after'] : ['before', 'after'])
  const events: CreateTrigger['events'][number][] = []
  do {
    const event = p.expectOneOf(['insert', 'update', 'delete', 'truncate'])
    if (events.some((other) => other.event === event)) {
      throw new SqlError('syntax_error', 'duplicate trigger events specified', { position: p.start })
    }
    const columns: Identifier[] = []
    if (event === 'update' && p.acceptWord('of')) {
      do columns.push(p.identifier('a column name'))
      while (p.acceptSymbol(','))
    }
    events.push({ event, columns })
  } while (p.acceptWord('or'))
  p.expectWord('on')
  const table = p.qualifiedName('a table name')
  let deferral: CreateTrigger['deferral']
  if (constraint) {
    if (p.acceptWord('from')) p.qualifiedName('a table name')
    const { given, deferrable, initiallyDeferred } = parseDeferral(p)
    if (given) deferral = { deferrable, initiallyDeferred }
  }
  const referencing: CreateTrigger['referencing'][number][] = []
  if (!constraint && p.acceptWord('referencing')) {
    do {
      const which = p.expectOneOf(['old', 'new'])
      const what = p.expectOneOf(['table', 'row'])
      p.acceptWord('as')
      referencing.push({ kind: `${which} ${what}`, name: p.identifier('a name') })
    } while (p.isWord('old') || p.isWord('new'))
  }
  let forEach: CreateTrigger['forEach'] = 'statement'
  if (constraint) {
    p.expectWord('for')
    p.acceptWord('each')
    forEach = p.expectOneOf(['row'])
  } else if (p.acceptWord('for')) {
    p.acceptWord('each')
    forEach = p.expectOneOf(['row', 'statement'])
  }
  let when: CreateTrigger['when']
  if (p.acceptWord('when')) {
    p.expectSymbol('(')
    when = parseExpression(p)
    p.expectSymbol(')')
  }
  p.expectWord('execute')
  p.expectOneOf(['function', 'procedure'])
  const called = p.anyQualifiedName('a function name')
  p.expectSymbol('(')
  const args: string[] = []
  while (!p.isSymbol(')')) {
    args.push(parseTriggerArgument(p))
    if (!p.acceptSymbol(',')) break
  }
  p.expectSymbol(')', 'a comma or ")"')
  return {
    kind: 'create-trigger',
    name,
    orReplace,
    timing,
    events,
    table,
    forEach,
    when,
    referencing,
    function: called,
    args,
    constraint,
    deferral,
    span: p.span(start),
  }
}

function parseTriggerArgument(p: Cursor): string {
  if (p.kind === STRING) return p.string()
  const start = p.start
  if (p.kind === END) p.fail('an argument')
  if (p.kind === NUMBER || p.isSymbol('-')) parseTightExpression(p)
  else return p.label('an argument').name
  return p.text.slice(start, p.lastEnd)
}
