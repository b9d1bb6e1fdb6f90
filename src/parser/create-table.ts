/** CREATE TABLE, with its columns and constraints, and CREATE TABLE … AS. */
import { SqlError } from '../error.ts'
import type {
  ColumnConstraint,
  ColumnDefinition,
  CreateTable,
  Deferral,
  Identifier,
  IndexColumn,
  Option,
  QualifiedName,
  References,
  ReferentialAction,
  TableConstraint,
  Unsupported,
} from './ast.ts'
import type { Cursor } from './cursor.ts'
import { parseExpression, parseRestrictedExpression, parseSystemOperator } from './expression.ts'
import { parseIndexColumn } from './index-column.ts'
import type { Mutable } from './make-query.ts'
import { parseDeferral, parseOptions, parseSequenceOptions, skipBrackets, skipStatement } from './options.ts'
import { parseQuery } from './query.ts'
import { parseExecute } from './session.ts'
import { parseTypeName } from './type-name.ts'

export interface TablePrefix {
  readonly start: number
  readonly temporary: boolean
  readonly unlogged: boolean
  readonly orReplace: boolean
}

/** The cursor stands after TABLE. */
export function parseCreateTable(p: Cursor, prefix: TablePrefix): CreateTable | Unsupported {
  const { start, ...flags } = prefix
  const ifNotExists = p.acceptWords('if', 'not', 'exists')
  const name = p.qualifiedName('a table name')
  if (p.isWord('partition') && p.peekIsWord('of')) return parseUnsupported(p, 'CREATE TABLE … PARTITION OF', start)
  const columns: ColumnDefinition[] = []
  const constraints: TableConstraint[] = []
  const like: CreateTable['like'][number][] = []
  let columnNames: Identifier[] | undefined
  const ofType = p.acceptWord('of') ? p.anyQualifiedName('a type name') : undefined
  if (ofType) parseTypedElements(p, columns, constraints)
  else if (p.isSymbol('(')) {
    if (!p.peekIsSymbol(')') && (p.peekIsSymbol(',', 2) || p.peekIsSymbol(')', 2))) columnNames = p.identifierList()
    else {
      p.next()
      while (!p.isSymbol(')')) {
        parseElement(p, columns, constraints, like)
        if (!p.acceptComma()) break
      }
      p.expectSymbol(')', 'a comma or ")"')
    }
  }
  const table: Mutable<CreateTable> = {
    kind: 'create-table',
    name,
    ...flags,
    ifNotExists,
    columns,
    constraints,
    ofType,
    like,
    inherits: [],
    partitionBy: undefined,
    options: [],
    onCommit: undefined,
    query: undefined,
    columnNames,
    withData: true,
    span: p.span(start),
  }
  parseTableClauses(p, table)
  if (ofType === undefined && p.acceptWord('as')) {
    if (p.isWord('execute')) table.execute = parseExecute(p)
    else table.query = parseQuery(p)
    table.withData = parseWithData(p)
  } else if (columnNames !== undefined) p.fail('AS and a query')
  else if (
    ofType === undefined &&
    columns.length + constraints.length + like.length === 0 &&
    p.text[p.lastEnd - 1] !== ')'
  )
    p.fail('"(" or AS')
  table.span = p.span(start)
  return table
}

/** What a table OF a type adds: constraints, also of columns, which have their types already. */
function parseTypedElements(p: Cursor, columns: ColumnDefinition[], constraints: TableConstraint[]): void {
  if (!p.acceptSymbol('(')) return
  do {
    const start = p.start
    if (startsTableConstraint(p)) {
      constraints.push(parseTableConstraint(p))
      continue
    }
    const name = p.identifier('a column name')
    if (p.acceptWord('with')) p.expectWord('options')
    const { constraints: own } = parseColumnConstraints(p)
    columns.push({ name, constraints: own, span: p.span(start) })
  } while (p.acceptSymbol(','))
  p.expectSymbol(')', 'a comma or ")"')
}

function parseUnsupported(p: Cursor, command: string, start: number): Unsupported {
  skipStatement(p)
  return { kind: 'unsupported', command, span: p.span(start) }
}

/** `WITH [NO] DATA` */
export function parseWithData(p: Cursor): boolean {
  if (!p.isWord('with') || !(p.peekIsWord('data') || p.peekIsWord('no'))) return true
  p.next()
  const no = p.acceptWord('no')
  p.expectWord('data')
  return !no
}

function parseTableClauses(p: Cursor, table: Mutable<CreateTable>): void {
  for (;;) {
    if (p.acceptWord('inherits')) {
      p.expectSymbol('(')
      table.inherits = p.qualifiedNames('a table name')
      p.expectSymbol(')', 'a comma or ")"')
    } else if (p.isWord('partition') && p.peekIsWord('by')) {
      p.next()
      p.next()
      const from = p.start
      p.label('RANGE, LIST or HASH')
      skipBrackets(p)
      table.partitionBy = p.text.slice(from, p.lastEnd)
    } else if (p.isWord('with') && p.peekIsSymbol('(')) {
      p.next()
      table.options = parseOptions(p)
    } else if (p.acceptWords('without', 'oids')) continue
    else if (p.acceptWord('using')) table.accessMethod = p.identifier('an access method')
    else if (p.acceptWord('tablespace')) parseTablespace(p)
    else if (p.isWord('on') && p.peekIsWord('commit')) {
      p.next()
      p.next()
      if (p.acceptWord('drop')) table.onCommit = 'drop'
      else {
        table.onCommit = p.expectOneOf(['preserve', 'delete'])
        p.expectWord('rows')
      }
    } else return
  }
}

function parseElement(
  p: Cursor,
  columns: ColumnDefinition[],
  constraints: TableConstraint[],
  like: CreateTable['like'][number][],
): void {
  const start = p.start
  if (p.isWord('like')) {
    p.next()
    const table = p.qualifiedName('a table name')
    const options: string[] = []
    while (p.isWord('including') || p.isWord('excluding')) {
      const word = p.value
      p.next()
      options.push(`${word} ${p.label('ALL, DEFAULTS, CONSTRAINTS …').name}`)
    }
    like.push({ table, options, span: p.span(start) })
  } else if (startsTableConstraint(p)) constraints.push(parseTableConstraint(p))
  else columns.push(parseColumnDefinition(p))
}

export function startsTableConstraint(p: Cursor): boolean {
  switch (p.value) {
    case 'constraint':
    case 'check':
    case 'unique':
    case 'primary':
    case 'foreign':
      return p.isWord(p.value)
    case 'exclude':
      return p.isWord('exclude') && (p.peekIsWord('using') || p.peekIsSymbol('('))
    default:
      return false
  }
}

// ───────────────────────────────────────────────────────── columns

/** `name type COLLATE c constraints…` */
export function parseColumnDefinition(p: Cursor): ColumnDefinition {
  const start = p.start
  const name = p.identifier('a column name')
  const computed =
    (p.isWord('as') && p.peekIsSymbol('(')) ||
    (p.isWord('generated') && p.peekIsWord('always') && p.peekIsSymbol('(', 3))
  const type = computed ? undefined : parseTypeName(p)
  while ((p.isWord('storage') || p.isWord('compression')) && !p.peekIsSymbol('(')) {
    p.next()
    p.label('a storage method')
  }
  const { constraints, collation } = parseColumnConstraints(p)
  return { name, type, collation, constraints, span: p.span(start) }
}

/** The constraints after a column's or domain's type, and its collation, which may stand anywhere among them. */
export function parseColumnConstraints(p: Cursor): { constraints: ColumnConstraint[]; collation?: QualifiedName } {
  const constraints: ColumnConstraint[] = []
  let collation: QualifiedName | undefined
  for (;;) {
    if (p.acceptWord('collate')) {
      collation = p.anyQualifiedName('a collation name')
      continue
    }
    const constraint = parseColumnConstraint(p)
    if (constraint === undefined) return { constraints, collation }
    constraints.push(constraint)
  }
}

/** Without the words that only say whether they were written. */
function deferral(p: Cursor): Deferral {
  const { deferrable, initiallyDeferred } = parseDeferral(p)
  return { deferrable, initiallyDeferred }
}

function parseColumnConstraint(p: Cursor): ColumnConstraint | undefined {
  const start = p.start
  const name = p.acceptWord('constraint') ? p.identifier('a constraint name') : undefined
  switch (p.isWord(p.value) ? p.value : '') {
    case 'not':
      if (!p.peekIsWord('null')) break
      p.next()
      p.next()
      return { kind: 'not-null', name, span: p.span(start) }
    case 'null':
      p.next()
      return { kind: 'null', name, span: p.span(start) }
    case 'default': {
      p.next()
      const expression = parseRestrictedExpression(p)
      return { kind: 'default', name, expression, span: p.span(start) }
    }
    case 'primary':
      p.expectWords('primary', 'key')
      skipIndexParameters(p)
      return { kind: 'primary-key', name, ...deferral(p), span: p.span(start) }
    case 'unique': {
      p.next()
      const nullsNotDistinct = parseNullsNotDistinct(p)
      skipIndexParameters(p)
      return { kind: 'unique', name, nullsNotDistinct, ...deferral(p), span: p.span(start) }
    }
    case 'check': {
      const { expression, noInherit } = parseCheck(p)
      return { kind: 'check', name, expression, noInherit, span: p.span(start) }
    }
    case 'references': {
      const references = parseReferences(p)
      return { kind: 'references', name, ...references, ...deferral(p), span: p.span(start) }
    }
    case 'generated':
      return parseGenerated(p, name, start)
    case 'as': {
      if (!p.peekIsSymbol('(')) break
      p.next()
      p.next()
      const expression = parseExpression(p)
      p.expectSymbol(')')
      const stored = p.acceptWord('stored')
      if (!stored) p.acceptWord('virtual')
      return { kind: 'generated', name, expression, stored, span: p.span(start) }
    }
  }
  if (name !== undefined) p.fail('a constraint')
  return undefined
}

function parseGenerated(p: Cursor, name: Identifier | undefined, start: number): ColumnConstraint {
  p.expectWord('generated')
  let always = true
  if (p.acceptWord('by')) {
    p.expectWord('default')
    always = false
  } else p.expectWord('always', 'ALWAYS or BY DEFAULT')
  p.expectWord('as')
  if (p.acceptWord('identity')) {
    let options: ReturnType<typeof parseSequenceOptions> = []
    if (p.acceptSymbol('(')) {
      options = parseSequenceOptions(p)
      p.expectSymbol(')')
    }
    return { kind: 'identity', name, always, options, span: p.span(start) }
  }
  p.expectSymbol('(', 'IDENTITY or "("')
  if (!always) {
    throw new SqlError('syntax_error', 'for a generated column, GENERATED ALWAYS must be specified', {
      position: start,
    })
  }
  const expression = parseExpression(p)
  p.expectSymbol(')')
  const stored = p.acceptWord('stored')
  if (!stored) p.acceptWord('virtual')
  return { kind: 'generated', name, expression, stored, span: p.span(start) }
}

function parseNullsNotDistinct(p: Cursor): boolean {
  if (!p.acceptWord('nulls')) return false
  const not = p.acceptWord('not')
  p.expectWord('distinct')
  return not
}

function parseTablespace(p: Cursor): void {
  const { name, span } = p.identifier('a tablespace name')
  if (name === 'pg_default' || name === 'pg_global') return
  throw new SqlError('undefined_object', `tablespace "${name}" does not exist`, { position: span.start })
}

/** `WITH (…)`, `USING INDEX TABLESPACE t`: of no consequence here. */
function skipIndexParameters(p: Cursor): Option[] {
  let options: Option[] = []
  if (p.isWord('with') && p.peekIsSymbol('(')) {
    p.next()
    options = parseOptions(p)
  }
  if (p.isWord('using') && p.peekIsWord('index') && p.peekIsWord('tablespace', 2)) {
    p.expectWords('using', 'index', 'tablespace')
    p.identifier('a tablespace name')
  }
  return options
}

function parseCheck(p: Cursor): { expression: ReturnType<typeof parseExpression>; noInherit: boolean } {
  p.expectWord('check')
  p.expectSymbol('(')
  const expression = parseExpression(p)
  p.expectSymbol(')')
  return { expression, noInherit: p.acceptWords('no', 'inherit') }
}

/** `REFERENCES t (a) MATCH FULL ON DELETE CASCADE ON UPDATE …` */
function parseReferences(p: Cursor): References {
  p.expectWord('references')
  const table = p.qualifiedName('a table name')
  const columns = p.optionalIdentifierList()
  let match: References['match'] = 'simple'
  let onDelete: ReferentialAction = { action: 'no action', columns: [] }
  let onUpdate: ReferentialAction = { action: 'no action', columns: [] }
  for (;;) {
    if (p.acceptWord('match')) match = p.expectOneOf(['full', 'partial', 'simple'])
    else if (p.isWord('on') && (p.peekIsWord('delete') || p.peekIsWord('update'))) {
      p.next()
      const event = p.expectOneOf(['delete', 'update'])
      const action = parseAction(p)
      if (event === 'delete') onDelete = action
      else onUpdate = action
    } else return { table, columns, match, onDelete, onUpdate }
  }
}

function parseAction(p: Cursor): ReferentialAction {
  if (p.acceptWord('no')) {
    p.expectWord('action')
    return { action: 'no action', columns: [] }
  }
  if (p.acceptWord('set')) {
    const to = p.expectOneOf(['null', 'default'])
    return { action: `set ${to}`, columns: p.optionalIdentifierList() }
  }
  return { action: p.expectOneOf(['restrict', 'cascade']), columns: [] }
}

// ───────────────────────────────────────────────────────── constraints of the table

/** `CONSTRAINT name CHECK (…)`, `UNIQUE (a, b)`, `PRIMARY KEY USING INDEX i`, `FOREIGN KEY (a) REFERENCES t` … */
export function parseTableConstraint(p: Cursor): TableConstraint {
  const start = p.start
  const name = p.acceptWord('constraint') ? p.identifier('a constraint name') : undefined
  const constraint = parseConstraintBody(p)
  const { deferrable, initiallyDeferred } = parseDeferral(p)
  let { noInherit } = constraint
  let notValid = false
  for (;;) {
    if (p.acceptWords('not', 'valid')) notValid = true
    else if (p.acceptWords('no', 'inherit')) noInherit = true
    else break
  }
  const base = { name, notValid, span: p.span(start) }
  const { body } = constraint
  switch (body.kind) {
    case 'check':
      if (deferrable || initiallyDeferred) {
        throw new SqlError('feature_not_supported', 'CHECK constraints cannot be marked DEFERRABLE', {
          position: start,
        })
      }
      return { ...base, ...body, noInherit }
    default:
      return { ...base, ...body, deferrable, initiallyDeferred }
  }
}

type ConstraintBody =
  | { kind: 'primary-key'; columns: Identifier[]; usingIndex?: Identifier }
  | { kind: 'unique'; columns: Identifier[]; nullsNotDistinct: boolean; usingIndex?: Identifier }
  | { kind: 'check'; expression: ReturnType<typeof parseExpression> }
  | { kind: 'foreign-key'; columns: Identifier[]; references: References }
  | { kind: 'exclude'; method?: Identifier; elements: ExclusionElement[]; where?: ReturnType<typeof parseExpression> }

function parseConstraintBody(p: Cursor): { body: ConstraintBody; noInherit: boolean } {
  if (p.isWord('check')) {
    const { expression, noInherit } = parseCheck(p)
    return { body: { kind: 'check', expression }, noInherit }
  }
  if (p.acceptWord('primary')) {
    p.expectWord('key')
    return { body: { kind: 'primary-key', ...parseKey(p) }, noInherit: false }
  }
  if (p.acceptWord('unique')) {
    const nullsNotDistinct = parseNullsNotDistinct(p)
    return { body: { kind: 'unique', nullsNotDistinct, ...parseKey(p) }, noInherit: false }
  }
  if (p.acceptWord('foreign')) {
    p.expectWord('key')
    const columns = p.identifierList()
    return { body: { kind: 'foreign-key', columns, references: parseReferences(p) }, noInherit: false }
  }
  p.expectWord('exclude', 'CHECK, UNIQUE, PRIMARY KEY, FOREIGN KEY or EXCLUDE')
  return { body: parseExclusion(p), noInherit: false }
}

type ExclusionElement = { column: IndexColumn; operator: string }

/** `USING btree (a WITH =, (b + 1) WITH =) WHERE (…)` */
function parseExclusion(p: Cursor): Extract<ConstraintBody, { kind: 'exclude' }> {
  const method = p.acceptWord('using') ? p.identifier('an index method') : undefined
  p.expectSymbol('(')
  const elements: ExclusionElement[] = []
  do {
    const column = parseIndexColumn(p)
    p.expectWord('with')
    elements.push({ column, operator: parseSystemOperator(p) })
  } while (p.acceptSymbol(','))
  p.expectSymbol(')', 'a comma or ")"')
  skipIndexParameters(p)
  if (!p.acceptWord('where')) return { kind: 'exclude', method, elements, where: undefined }
  p.expectSymbol('(')
  const where = parseExpression(p)
  p.expectSymbol(')')
  return { kind: 'exclude', method, elements, where }
}

function parseKey(p: Cursor): { columns: Identifier[]; usingIndex?: Identifier } {
  if (p.isWord('using') && p.peekIsWord('index')) {
    p.next()
    p.next()
    return { columns: [], usingIndex: p.identifier('an index name') }
  }
  const columns = p.identifierList()
  if (p.acceptWord('include')) p.identifierList()
  skipIndexParameters(p)
  return { columns, usingIndex: undefined }
}
