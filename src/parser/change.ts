/** INSERT, UPDATE, DELETE, MERGE and TRUNCATE. */
import { notSupported } from '../error.ts'
import type {
  Assignment,
  BulkValues,
  CommonTable,
  Delete,
  Expression,
  Identifier,
  Insert,
  InsertColumn,
  Merge,
  MergeBranch,
  OnConflict,
  QualifiedName,
  Query,
  SelectItem,
  Truncate,
  Update,
  With,
} from './ast.ts'
import { readBulkValues } from './bulk-values.ts'
import type { Cursor } from './cursor.ts'
import { parseExpression, parseExpressions } from './expression.ts'
import { COLUMN_NAME } from './keywords.ts'
import { parseSubscript } from './operand.ts'
import { endsList, parseQueryAfterWith, parseSelectItem, parseWith } from './query.ts'
import { END, QUOTED, SYMBOL, WORD } from './scanner.ts'
import { parseFrom, parseTableExpression } from './table-expression.ts'

/** A query or a change, with WITH before it: what WITH itself, COPY, EXPLAIN and PREPARE take. */
export function parseWithStatement(p: Cursor): CommonTable['statement'] {
  const start = p.start
  const clause = p.isWord('with') ? parseWith(p) : undefined
  switch (p.kind === WORD ? p.value : '') {
    case 'insert':
      return parseInsert(p, clause, start)
    case 'update':
      return parseUpdate(p, clause, start)
    case 'delete':
      return parseDelete(p, clause, start)
    case 'merge':
      return parseMerge(p, clause, start)
    default:
      return parseQueryAfterWith(p, clause, start)
  }
}

function parseReturning(p: Cursor): SelectItem[] {
  const items: SelectItem[] = []
  if (!p.acceptWord('returning')) return items
  do items.push(parseSelectItem(p))
  while (p.acceptSymbol(','))
  return items
}

// ───────────────────────────────────────────────────────── INSERT

function parseInsert(p: Cursor, clause: With | undefined, start: number): Insert {
  p.expectWord('insert')
  let orAction: Insert['orAction']
  if (p.acceptWord('or')) orAction = p.expectOneOf(['replace', 'ignore'])
  p.expectWord('into')
  const table = p.qualifiedName('a table name')
  const alias = p.acceptWord('as') ? p.identifier('an alias') : undefined
  let columns: InsertColumn[] = []
  if (p.isSymbol('(') && !startsQueryAt(p, 1)) columns = parseTargets(p)
  let byName = false
  if (p.acceptWord('by')) {
    byName = p.expectOneOf(['name', 'position']) === 'name'
  }
  let overriding: Insert['overriding']
  if (p.acceptWord('overriding')) {
    overriding = p.expectOneOf(['system', 'user'])
    p.expectWord('value')
  }
  let source: Query | BulkValues | undefined
  if (p.acceptWord('default')) p.expectWord('values')
  else source = parseSource(p)
  const onConflict = p.isWord('on') ? parseOnConflict(p) : undefined
  const returning = parseReturning(p)
  return {
    kind: 'insert',
    with: clause,
    table,
    alias,
    columns,
    byName,
    overriding,
    orAction,
    source,
    onConflict,
    returning,
    span: p.span(start),
  }
}

/** Whether a query begins at the n-th token from here, parentheses before it aside. */
function startsQueryAt(p: Cursor, n: number): boolean {
  let at = n
  while (p.peekIsSymbol('(', at)) at++
  return (
    p.peekKind(at) === WORD &&
    /^(?:select|with|from|table|values)$/.test(p.peekValue(at)) &&
    (p.peekValue(at) !== 'values' || p.peekIsSymbol('(', at + 1))
  )
}

function parseSource(p: Cursor): Query | BulkValues {
  const start = p.start
  if (p.isWord('values')) {
    const bulk = readBulkValues(p.text, p.end)
    if (bulk !== undefined) {
      p.jump(bulk.end)
      return bulk.values
    }
  }
  if (!startsQueryAt(p, 0) && !p.isWord('values') && !p.isWord('with') && !p.isWord('pivot') && !p.isWord('unpivot')) {
    p.fail('VALUES, a query or DEFAULT VALUES')
  }
  return parseQueryAfterWith(p, p.isWord('with') ? parseWith(p) : undefined, start)
}

/** `(a, b[1], c.d)` */
function parseTargets(p: Cursor): InsertColumn[] {
  p.expectSymbol('(')
  const columns = [parseTarget(p)]
  while (p.acceptComma()) columns.push(parseTarget(p))
  p.expectSymbol(')', 'a comma or ")"')
  return columns
}

/** A column with its subscripts and fields; each step of the path is a node whose operand is the step before. */
function parseTarget(p: Cursor): InsertColumn {
  const start = p.start
  const name = p.identifier('a column name')
  const path: Expression[] = []
  let current: Expression = { kind: 'column', parts: [name], span: name.span }
  while (p.kind === SYMBOL && (p.value === '[' || p.value === '.')) {
    if (p.value === '.') {
      p.next()
      current = { kind: 'field', operand: current, name: p.label('a field name'), span: p.span(start) }
    } else current = parseSubscript(p, current, start)
    path.push(current)
  }
  return { name, path, span: p.span(start) }
}

function parseOnConflict(p: Cursor): OnConflict {
  const start = p.start
  p.expectWords('on', 'conflict')
  let target: OnConflict['target']
  if (p.acceptWords('on', 'constraint')) {
    target = { elements: [], where: undefined, constraint: p.identifier('a constraint name') }
  } else if (p.acceptSymbol('(')) {
    const elements: { expression: Expression; collation?: QualifiedName; operatorClass?: QualifiedName }[] = []
    do {
      const { expression, collation } = splitCollation(parseExpression(p))
      const operatorClass = p.flags & COLUMN_NAME ? p.anyQualifiedName('an operator class') : undefined
      elements.push({ expression, collation, operatorClass })
    } while (p.acceptSymbol(','))
    p.expectSymbol(')', 'a comma or ")"')
    target = { elements, where: p.acceptWord('where') ? parseExpression(p) : undefined, constraint: undefined }
  }
  p.expectWord('do')
  if (p.acceptWord('nothing')) return { target, action: 'nothing', set: [], where: undefined, span: p.span(start) }
  p.expectWord('update', 'NOTHING or UPDATE')
  p.expectWord('set')
  const set = parseAssignments(p)
  const where = p.acceptWord('where') ? parseExpression(p) : undefined
  return { target, action: 'update', set, where, span: p.span(start) }
}

/** In lists of index elements COLLATE belongs to the element. */
export function splitCollation(expression: Expression): { expression: Expression; collation?: QualifiedName } {
  if (expression.kind !== 'collate') return { expression, collation: undefined }
  return { expression: expression.operand, collation: expression.collation }
}

// ───────────────────────────────────────────────────────── UPDATE, DELETE

/** `a = 1, (b, c) = (2, 3)` */
export function parseAssignments(p: Cursor): Assignment[] {
  const assignments = [parseAssignment(p)]
  while (p.acceptSymbol(',') && !endsList(p)) assignments.push(parseAssignment(p))
  return assignments
}

function parseAssignment(p: Cursor): Assignment {
  const start = p.start
  const multiple = p.isSymbol('(')
  const targets = multiple ? parseTargets(p) : [parseTarget(p)]
  p.expectSymbol('=')
  const value = parseExpression(p)
  return { targets, multiple, value, span: p.span(start) }
}

/** The table that UPDATE and DELETE change: `ONLY t AS a`. */
function parseChanged(p: Cursor): { table: QualifiedName; only: boolean; alias?: Identifier } {
  const only = p.acceptWord('only')
  const parenthesis = only && p.acceptSymbol('(')
  const table = p.qualifiedName('a table name')
  if (parenthesis) p.expectSymbol(')')
  else if (p.isSymbol('*')) p.next()
  let alias: Identifier | undefined
  if (p.acceptWord('as')) alias = p.identifier('an alias')
  else if (p.kind === QUOTED || (p.flags & COLUMN_NAME && !p.isWord('set'))) alias = p.identifier('an alias')
  return { table, only, alias }
}

function parseWhere(p: Cursor): { where?: Expression; whereCurrentOf?: Identifier } {
  if (!p.acceptWord('where')) return { where: undefined, whereCurrentOf: undefined }
  if (p.isWord('current') && p.peekIsWord('of')) {
    p.next()
    p.next()
    return { where: undefined, whereCurrentOf: p.identifier('a cursor name') }
  }
  return { where: parseExpression(p), whereCurrentOf: undefined }
}

function parseUpdate(p: Cursor, clause: With | undefined, start: number): Update {
  p.expectWord('update')
  const changed = parseChanged(p)
  p.expectWord('set')
  const set = parseAssignments(p)
  const from = p.acceptWord('from') ? parseFrom(p) : []
  const condition = parseWhere(p)
  const returning = parseReturning(p)
  return { kind: 'update', with: clause, ...changed, set, from, ...condition, returning, span: p.span(start) }
}

function parseDelete(p: Cursor, clause: With | undefined, start: number): Delete {
  p.expectWord('delete')
  p.expectWord('from')
  const changed = parseChanged(p)
  const using = p.acceptWord('using') ? parseFrom(p) : []
  const condition = parseWhere(p)
  const returning = parseReturning(p)
  return { kind: 'delete', with: clause, ...changed, using, ...condition, returning, span: p.span(start) }
}

// ───────────────────────────────────────────────────────── MERGE

function parseMerge(p: Cursor, clause: With | undefined, start: number): Merge {
  p.expectWord('merge')
  p.expectWord('into')
  const only = p.acceptWord('only')
  const target = p.qualifiedName('a table name')
  if (p.isSymbol('*')) p.next()
  let alias: Identifier | undefined
  if (p.acceptWord('as')) alias = p.identifier('an alias')
  else if (p.flags & COLUMN_NAME) alias = p.identifier('an alias')
  p.expectWord('using')
  const source = parseTableExpression(p)
  const using = p.isWord('using') ? parseUsing(p) : []
  const on = using.length > 0 ? undefined : parseMergeCondition(p)
  const branches: MergeBranch[] = []
  while (p.isWord('when')) branches.push(parseBranch(p))
  if (branches.length === 0) p.fail('WHEN MATCHED or WHEN NOT MATCHED')
  const returning = parseReturning(p)
  return {
    kind: 'merge',
    with: clause,
    target,
    only,
    alias,
    source,
    on,
    using,
    branches,
    returning,
    span: p.span(start),
  }
}

function parseMergeCondition(p: Cursor): Expression {
  p.expectWord('on')
  return parseExpression(p)
}

/** `USING (a, b)`: columns of both sides. */
function parseUsing(p: Cursor): Identifier[] {
  p.expectWord('using')
  return p.identifierList()
}

/** DuckDB's BY NAME, BY POSITION, or nothing at all where the branch ends. */
function parseAllColumns(p: Cursor): MergeBranch['all'] {
  if (p.acceptWord('by')) return p.expectOneOf(['name', 'position']) === 'name' ? 'name' : 'position'
  return p.kind === END || p.isSymbol(';') || p.isWord('when') || p.isWord('returning') ? 'position' : undefined
}

function parseBranch(p: Cursor): MergeBranch {
  const start = p.start
  p.expectWord('when')
  let when: MergeBranch['when'] = 'matched'
  if (p.acceptWord('not')) {
    p.expectWord('matched')
    when = 'not matched'
    if (p.acceptWord('by')) {
      if (p.expectOneOf(['source', 'target']) === 'source') when = 'not matched by source'
    }
  } else p.expectWord('matched')
  const condition = p.acceptWord('and') ? parseExpression(p) : undefined
  p.expectWord('then')
  const rest: Pick<MergeBranch, 'set' | 'columns' | 'overriding' | 'values' | 'all'> = {
    set: [],
    columns: [],
    overriding: undefined,
    values: undefined,
    all: undefined,
  }
  const branch = (action: MergeBranch['action'], more: Partial<typeof rest> = {}): MergeBranch => ({
    when,
    condition,
    action,
    ...rest,
    ...more,
    span: p.span(start),
  })
  if (p.acceptWord('do')) {
    p.expectWord('nothing')
    return branch('nothing')
  }
  if (when !== 'not matched') {
    if (p.acceptWord('delete')) return branch('delete')
    p.expectWord('update', 'UPDATE, DELETE or DO NOTHING')
    const all = parseAllColumns(p)
    if (all) return branch('update', { all })
    p.expectWord('set')
    return branch('update', { set: parseAssignments(p) })
  }
  p.expectWord('insert', 'INSERT or DO NOTHING')
  const all = parseAllColumns(p)
  if (all) return branch('insert', { all })
  const columns = p.isSymbol('(') ? parseTargets(p) : []
  let overriding: MergeBranch['overriding']
  if (p.acceptWord('overriding')) {
    overriding = p.expectOneOf(['system', 'user'])
    p.expectWord('value')
  }
  if (p.acceptWord('default')) {
    p.expectWord('values')
    return branch('insert', { columns, overriding })
  }
  p.expectWord('values', 'VALUES or DEFAULT VALUES')
  p.expectSymbol('(')
  const values = parseExpressions(p)
  p.expectSymbol(')', 'a comma or ")"')
  return branch('insert', { columns, overriding, values })
}

// ───────────────────────────────────────────────────────── TRUNCATE

/** `[ONLY] a [*], b` */
export function parseTableNames(p: Cursor): QualifiedName[] {
  const tables: QualifiedName[] = []
  do {
    p.acceptWord('only')
    tables.push(p.qualifiedName('a table name'))
    if (p.isSymbol('*')) p.next()
  } while (p.acceptSymbol(','))
  return tables
}

export function parseTruncate(p: Cursor): Truncate {
  const start = p.start
  p.expectWord('truncate')
  p.acceptWord('table')
  const tables = parseTableNames(p)
  let restartIdentity = false
  if (p.acceptWord('restart')) {
    p.expectWord('identity')
    restartIdentity = true
  } else if (p.acceptWord('continue')) p.expectWord('identity')
  const cascade = p.acceptWord('cascade')
  if (!cascade) p.acceptWord('restrict')
  if (p.isWord('where')) throw notSupported('TRUNCATE … WHERE', p.start, 'Use DELETE.')
  return { kind: 'truncate', tables, restartIdentity, cascade, span: p.span(start) }
}
