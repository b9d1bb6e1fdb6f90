/** ALTER, DROP, COMMENT ON and REFRESH. */
import { notSupported, type SqlError } from '../error.ts'
import type {
  AlterObject,
  AlterSequence,
  AlterTable,
  AlterTableAction,
  AttributeChange,
  Comment,
  Drop,
  Identifier,
  ObjectKind,
  QualifiedName,
  RefreshView,
  Statement,
  TriggerState,
  TypeName,
} from './ast.ts'
import { parseUnsupportedObject } from './create.ts'
import { parseParameters } from './create-function.ts'
import { parseAlterOperator, parseDropCast, parseDropOperator } from './create-object.ts'
import { parseColumnDefinition, parseTableConstraint, parseWithData, startsTableConstraint } from './create-table.ts'
import type { Cursor } from './cursor.ts'
import { parseExpression } from './expression.ts'
import { parseDeferral, parseNameOrString, parseSequenceOptions, restOfStatement, skipBrackets } from './options.ts'
import { END, NUMBER, SYMBOL, WORD } from './scanner.ts'
import { parseTypeName } from './type-name.ts'

const objectKinds: ReadonlySet<string> = new Set([
  'table',
  'view',
  'index',
  'sequence',
  'schema',
  'type',
  'domain',
  'function',
  'procedure',
  'routine',
  'aggregate',
  'macro',
  'trigger',
])

/** The kind of object named next, when it is one of ours. */
function parseObjectKind(p: Cursor): ObjectKind | undefined {
  if (p.isWord('materialized') && p.peekIsWord('view')) {
    p.next()
    p.next()
    return 'materialized view'
  }
  if (!p.isAnyWord(objectKinds)) return undefined
  const kind = p.value as ObjectKind
  p.next()
  if (kind === 'macro' && p.acceptWord('table')) return 'macro table'
  return kind
}

const isRoutine = (kind: ObjectKind): boolean =>
  kind === 'function' || kind === 'procedure' || kind === 'routine' || kind === 'aggregate'

/** `(int, text)` after a function's name, as its input types. */
function parseArgumentTypes(p: Cursor): TypeName[] | undefined {
  if (!p.isSymbol('(')) return undefined
  return parseParameters(p)
    .filter((parameter) => parameter.mode !== 'out')
    .map((parameter) => parameter.type!)
}

const isOperator = (p: Cursor): boolean => p.isWord('operator') && !p.peekIsWord('class') && !p.peekIsWord('family')

// ───────────────────────────────────────────────────────── DROP

export function parseDrop(p: Cursor): Statement {
  const start = p.start
  p.expectWord('drop')
  if (isOperator(p)) return parseDropOperator(p, start)
  if (p.isWord('cast')) return parseDropCast(p, start)
  const object = parseObjectKind(p)
  if (object === undefined) return parseUnsupportedObject(p, 'DROP', start)
  if (object === 'index') p.acceptWord('concurrently')
  const ifExists = p.acceptWords('if', 'exists')
  const names: QualifiedName[] = []
  const argumentTypes: (readonly TypeName[] | undefined)[] = []
  do {
    names.push(p.anyQualifiedName(`a ${object} name`))
    argumentTypes.push(isRoutine(object) ? parseArgumentTypes(p) : undefined)
  } while (p.acceptSymbol(','))
  let on: QualifiedName | undefined
  if (object === 'trigger') {
    p.expectWord('on')
    on = p.qualifiedName('a table name')
  }
  const cascade = p.acceptWord('cascade')
  if (!cascade) p.acceptWord('restrict')
  const drop: Drop = {
    kind: 'drop',
    object,
    names,
    ifExists,
    cascade,
    on,
    argumentTypes: isRoutine(object) ? argumentTypes : undefined,
    span: p.span(start),
  }
  return drop
}

// ───────────────────────────────────────────────────────── COMMENT, REFRESH

export function parseComment(p: Cursor): Statement {
  const start = p.start
  p.expectWords('comment', 'on')
  let object = parseObjectKind(p)
  if (object === undefined && (p.isWord('column') || p.isWord('constraint'))) {
    object = p.value as ObjectKind
    p.next()
  }
  if (object === undefined) return parseUnsupportedObject(p, 'COMMENT ON', start)
  const name = p.anyQualifiedName('a name')
  const argumentTypes = isRoutine(object) ? parseArgumentTypes(p) : undefined
  let on: QualifiedName | undefined
  if (object === 'trigger' || object === 'constraint') {
    p.expectWord('on')
    const ofDomain = p.acceptWord('domain')
    if (ofDomain) object = 'domain constraint'
    on = p.qualifiedName('a table name')
  }
  p.expectWord('is')
  const text = p.acceptWord('null') ? null : p.string('a string or NULL')
  const comment: Comment = { kind: 'comment', object, name, argumentTypes, on, text, span: p.span(start) }
  return comment
}

export function parseRefresh(p: Cursor): RefreshView {
  const start = p.start
  p.expectWords('refresh', 'materialized', 'view')
  const concurrently = p.acceptWord('concurrently')
  const name = p.qualifiedName('a view name')
  return { kind: 'refresh', name, concurrently, withData: parseWithData(p), span: p.span(start) }
}

// ───────────────────────────────────────────────────────── ALTER

export function parseAlter(p: Cursor): Statement {
  const start = p.start
  p.expectWord('alter')
  if (p.isWord('foreign') && p.peekIsWord('table')) {
    p.next()
    p.next()
    return parseAlterTable(p, 'foreign table', start)
  }
  if (isOperator(p)) return parseAlterOperator(p, start)
  const object = parseObjectKind(p)
  switch (object) {
    case undefined:
      return parseUnsupportedObject(p, 'ALTER', start)
    case 'table':
    case 'view':
    case 'index':
    case 'materialized view':
      return parseAlterTable(p, object, start)
    case 'sequence':
      return parseAlterSequence(p, start)
    default:
      return parseAlterObject(p, object, start)
  }
}

function parseAlterTable(p: Cursor, target: AlterTable['target'], start: number): Statement {
  if (p.isWord('all') && p.peekIsWord('in')) {
    restOfStatement(p)
    return { kind: 'unsupported', command: `ALTER ${target.toUpperCase()} ALL`, span: p.span(start) }
  }
  const ifExists = p.acceptWords('if', 'exists')
  const only = p.acceptWord('only')
  const name = p.qualifiedName(`a ${target} name`)
  if (p.isSymbol('*')) p.next()
  const actions: AlterTableAction[] = []
  do actions.push(parseAction(p))
  while (p.acceptSymbol(','))
  return { kind: 'alter-table', target, name, ifExists, only, actions, span: p.span(start) }
}

/** ENABLE or DISABLE TRIGGER up to the name; nothing where it is something else that is switched. */
function parseTriggerState(p: Cursor): TriggerState | undefined {
  const enabled = p.value === 'enable'
  if (p.peekIsWord('trigger')) {
    p.next()
    p.next()
    return enabled ? 'origin' : 'disabled'
  }
  if (!enabled || !p.peekIsWord('trigger', 2)) return undefined
  p.next()
  const state = p.expectOneOf(['replica', 'always'])
  p.next()
  return state
}

function parseAction(p: Cursor): AlterTableAction {
  const start = p.start
  switch (p.kind === WORD ? p.value : '') {
    case 'add':
      return parseAdd(p, start)
    case 'drop':
      return parseDropAction(p, start)
    case 'alter':
      return parseAlterColumn(p, start)
    case 'rename':
      return parseRename(p, start)
    case 'validate': {
      p.expectWords('validate', 'constraint')
      const name = p.identifier('a constraint name')
      return { kind: 'validate-constraint', name, span: p.span(start) }
    }
    case 'enable':
    case 'disable': {
      const state = parseTriggerState(p)
      if (!state) break
      let name: Identifier | undefined
      if (!(state === 'origin' || state === 'disabled') || !(p.acceptWord('all') || p.acceptWord('user'))) {
        name = p.identifier('a trigger name, or ALL')
      }
      return { kind: 'trigger-state', name, state, span: p.span(start) }
    }
    case 'of':
      p.next()
      return { kind: 'of', type: p.anyQualifiedName('a type name'), span: p.span(start) }
    case 'not':
      p.expectWords('not', 'of')
      return { kind: 'not-of', span: p.span(start) }
    case 'owner': {
      p.expectWords('owner', 'to')
      const owner = parseNameOrString(p, 'a role name')
      return { kind: 'owner-to', owner, span: p.span(start) }
    }
    case 'set': {
      if (p.peekIsWord('with')) {
        p.next()
        p.fail('SCHEMA, "(" or another setting')
      }
      if (!p.peekIsWord('schema')) break
      p.next()
      p.next()
      const schema = p.identifier('a schema name')
      return { kind: 'set-schema', schema, span: p.span(start) }
    }
  }
  return parseOther(p, start)
}

/** An action that changes nothing a database in memory has: kept as text. */
function parseOther(p: Cursor, start: number, known = false): AlterTableAction {
  if (!known && (!p.isAnyWord(otherActions) || p.peekIsSymbol(',') || p.peekKind() === END))
    p.fail('ADD, DROP, ALTER, RENAME or another action')
  while (p.kind !== END && !(p.kind === SYMBOL && (p.value === ';' || p.value === ','))) {
    if (p.isSymbol('(')) skipBrackets(p)
    else p.next()
  }
  return { kind: 'other', text: p.text.slice(start, p.lastEnd), span: p.span(start) }
}

const otherActions: ReadonlySet<string> = new Set(
  'set reset inherit no cluster replica attach detach enable disable force of not depends'.split(' '),
)

function parseAdd(p: Cursor, start: number): AlterTableAction {
  p.expectWord('add')
  if (startsTableConstraint(p))
    return { kind: 'add-constraint', constraint: parseTableConstraint(p), span: p.span(start) }
  p.acceptWord('column')
  const ifNotExists = p.acceptWords('if', 'not', 'exists')
  if (p.peekIsSymbol('.')) throw fieldOf('ADD', start)
  const column = parseColumnDefinition(p)
  return { kind: 'add-column', column, ifNotExists, span: p.span(start) }
}

/** DuckDB's `ADD COLUMN s.f`, and its like. */
function fieldOf(what: string, position: number): SqlError {
  return notSupported(`${what} COLUMN of a field of a struct`, position)
}

/** `CASCADE` is true; `RESTRICT`, or nothing, is false. */
function parseCascade(p: Cursor): boolean {
  const cascade = p.acceptWord('cascade')
  if (!cascade) p.acceptWord('restrict')
  return cascade
}

function parseDropAction(p: Cursor, start: number): AlterTableAction {
  p.expectWord('drop')
  if (p.acceptWord('constraint')) {
    const ifExists = p.acceptWords('if', 'exists')
    const name = p.identifier('a constraint name')
    const cascade = parseCascade(p)
    return { kind: 'drop-constraint', name, ifExists, cascade, span: p.span(start) }
  }
  p.acceptWord('column')
  const ifExists = p.acceptWords('if', 'exists')
  const name = p.identifier('a column name')
  if (p.isSymbol('.')) throw fieldOf('DROP', start)
  const cascade = parseCascade(p)
  return { kind: 'drop-column', name, ifExists, cascade, span: p.span(start) }
}

function parseRename(p: Cursor, start: number): AlterTableAction {
  p.expectWord('rename')
  if (p.isWord('to')) {
    p.next()
    const to = p.identifier('a name')
    return { kind: 'rename-table', to, span: p.span(start) }
  }
  const constraint = p.acceptWord('constraint')
  if (!constraint) p.acceptWord('column')
  const from = p.identifier(constraint ? 'a constraint name' : 'a column name')
  if (p.isSymbol('.') && !constraint) throw fieldOf('RENAME', start)
  p.expectWord('to')
  const to = p.identifier('a name')
  return { kind: constraint ? 'rename-constraint' : 'rename-column', from, to, span: p.span(start) }
}

function parseAlterColumn(p: Cursor, start: number): AlterTableAction {
  p.expectWord('alter')
  if (p.acceptWord('constraint')) {
    const name = p.identifier('a constraint name')
    const { deferrable, initiallyDeferred } = parseDeferral(p)
    return { kind: 'alter-constraint', name, deferral: { deferrable, initiallyDeferred }, span: p.span(start) }
  }
  p.acceptWord('column')
  if (p.kind === NUMBER) return parseOther(p, start, true)
  const column = p.identifier('a column name')
  if (p.acceptWord('type')) return parseSetType(p, column, start)
  if (p.acceptWord('add')) {
    p.expectWord('generated')
    let always = true
    if (p.acceptWord('by')) {
      p.expectWord('default')
      always = false
    } else p.expectWord('always', 'ALWAYS or BY DEFAULT')
    p.expectWords('as', 'identity')
    let options: ReturnType<typeof parseSequenceOptions> = []
    if (p.acceptSymbol('(')) {
      options = parseSequenceOptions(p)
      p.expectSymbol(')')
    }
    return { kind: 'add-identity', column, always, options, span: p.span(start) }
  }
  if (p.acceptWord('drop')) {
    if (p.acceptWord('default')) return { kind: 'drop-default', column, span: p.span(start) }
    if (p.acceptWord('not')) {
      p.expectWord('null')
      return { kind: 'drop-not-null', column, span: p.span(start) }
    }
    const what = p.expectOneOf(['expression', 'identity'])
    const ifExists = p.acceptWords('if', 'exists')
    return { kind: `drop-${what}`, column, ifExists, span: p.span(start) }
  }
  if (p.isWord('restart'))
    return { kind: 'set-identity', column, always: undefined, options: parseSequenceOptions(p), span: p.span(start) }
  if (p.isWord('set')) return parseSetColumn(p, column, start)
  if (p.isWord('reset')) return parseOther(p, start)
  return p.fail('TYPE, SET, DROP or ADD')
}

function parseSetColumn(p: Cursor, column: Identifier, start: number): AlterTableAction {
  if (p.peekIsWord('statistics') || p.peekIsWord('storage') || p.peekIsWord('compression') || p.peekIsSymbol('(')) {
    return parseOther(p, start)
  }
  if (p.peekIsWord('generated') || sequenceWords.has(p.peekValue())) {
    let always: boolean | undefined
    const options: ReturnType<typeof parseSequenceOptions> = []
    while (p.isWord('set') || p.isWord('restart')) {
      if (!p.peekIsWord('generated')) {
        const more = parseSequenceOptions(p)
        if (more.length === 0) p.fail('GENERATED, RESTART or a sequence option')
        options.push(...more)
        continue
      }
      p.next()
      p.next()
      always = !p.acceptWord('by')
      p.expectWord(always ? 'always' : 'default')
    }
    return { kind: 'set-identity', column, always, options, span: p.span(start) }
  }
  p.expectWord('set')
  if (p.acceptWord('default')) {
    const expression = parseExpression(p)
    return { kind: 'set-default', column, expression, span: p.span(start) }
  }
  if (p.acceptWord('not')) {
    p.expectWord('null')
    return { kind: 'set-not-null', column, span: p.span(start) }
  }
  if (p.acceptWord('data')) {
    p.expectWord('type')
    return parseSetType(p, column, start)
  }
  return p.fail('DEFAULT, NOT NULL or DATA TYPE')
}

const sequenceWords: ReadonlySet<string> = new Set(
  'increment minvalue maxvalue no start restart cache cycle'.split(' '),
)

function parseSetType(p: Cursor, column: Identifier, start: number): AlterTableAction {
  const type = parseTypeName(p)
  const collation = p.acceptWord('collate') ? p.anyQualifiedName('a collation name') : undefined
  const using = p.acceptWord('using') ? parseExpression(p) : undefined
  return { kind: 'set-type', column, type, using, collation, span: p.span(start) }
}

function parseAlterSequence(p: Cursor, start: number): AlterSequence | AlterObject {
  const ifExists = p.acceptWords('if', 'exists')
  const name = p.qualifiedName('a sequence name')
  if (p.isWord('rename') || p.isWord('owner') || (p.isWord('set') && !sequenceWords.has(p.peekValue()))) {
    const action = parseObjectAction(p, 'sequence')
    return {
      kind: 'alter-object',
      object: 'sequence',
      name,
      ifExists,
      on: undefined,
      argumentTypes: undefined,
      action,
      span: p.span(start),
    }
  }
  const options = parseSequenceOptions(p)
  if (options.length === 0) p.fail('a sequence option')
  return { kind: 'alter-sequence', name, ifExists, options, span: p.span(start) }
}

function parseAlterObject(p: Cursor, object: ObjectKind, start: number): AlterObject {
  const ifExists = p.acceptWords('if', 'exists')
  const name = p.anyQualifiedName(`a ${object} name`)
  const argumentTypes = isRoutine(object) ? parseArgumentTypes(p) : undefined
  const on = object === 'trigger' && p.acceptWord('on') ? p.qualifiedName('a table name') : undefined
  const action = parseObjectAction(p, object)
  return { kind: 'alter-object', object, name, ifExists, on, argumentTypes, action, span: p.span(start) }
}

function parseObjectAction(p: Cursor, object: ObjectKind): AlterObject['action'] {
  if (p.isWord('rename')) {
    if (p.peekIsWord('to')) {
      p.next()
      p.next()
      return { kind: 'rename', to: p.functionName('a name') }
    }
    if (p.peekIsWord('value')) {
      p.next()
      p.next()
      const from = p.string('a label in quotes')
      p.expectWord('to')
      return { kind: 'rename-value', from, to: p.string('a label in quotes') }
    }
    if (object === 'domain' && p.peekIsWord('constraint')) {
      p.next()
      p.next()
      const from = p.identifier('a constraint name')
      p.expectWord('to')
      return { kind: 'rename-constraint', from, to: p.identifier('a constraint name') }
    }
    if (p.peekIsWord('attribute')) {
      p.next()
      p.next()
      const from = p.identifier('an attribute name')
      p.expectWord('to')
      const to = p.identifier('an attribute name')
      return { kind: 'rename-attribute', from, to, cascade: parseCascade(p) }
    }
  }
  if (p.acceptWord('owner')) {
    p.expectWord('to')
    return { kind: 'owner-to', owner: parseNameOrString(p, 'a role name') }
  }
  if (p.isWord('set') && p.peekIsWord('schema')) {
    p.next()
    p.next()
    return { kind: 'set-schema', schema: p.identifier('a schema name') }
  }
  if (object === 'type' && p.isWord('add') && p.peekIsWord('value')) return parseAddValue(p)
  if (object === 'type' && p.isAnyWord(attributeActions) && p.peekIsWord('attribute')) return parseAttributes(p)
  if (object === 'domain') {
    const action = parseDomainAction(p)
    if (action !== undefined) return action
  }
  if (!p.isAnyWord(otherObjectActions)) p.fail('RENAME, SET SCHEMA, OWNER TO or another action')
  if (!p.isAnyWord(wholeActions) && (p.peekKind() === END || p.peekIsSymbol(';') || p.peekIsSymbol(','))) {
    p.next()
    p.fail('the rest of the action')
  }
  return { kind: 'other', text: restOfStatement(p) }
}

const wholeActions: ReadonlySet<string> = new Set(['immutable', 'stable', 'volatile', 'strict', 'leakproof'])

const otherObjectActions: ReadonlySet<string> = new Set(
  'add alter attach called cost depends detach drop external immutable leakproof no not parallel rename reset returns rows security set stable strict support validate volatile'.split(
    ' ',
  ),
)

const attributeActions: ReadonlySet<string> = new Set(['add', 'drop', 'alter'])

function parseAttributes(p: Cursor): AlterObject['action'] {
  const changes: AttributeChange[] = []
  let cascade = false
  do {
    changes.push(parseAttributeChange(p))
    cascade = parseCascade(p) || cascade
  } while (p.acceptSymbol(','))
  return { kind: 'attributes', changes, cascade }
}

function parseAttributeChange(p: Cursor): AttributeChange {
  if (p.acceptWords('add', 'attribute')) {
    const name = p.identifier('an attribute name')
    const type = parseTypeName(p)
    return { kind: 'add', name, type }
  }
  if (p.acceptWords('drop', 'attribute')) {
    const ifExists = p.acceptWords('if', 'exists')
    const name = p.identifier('an attribute name')
    return { kind: 'drop', name, ifExists }
  }
  p.expectWords('alter', 'attribute')
  const name = p.identifier('an attribute name')
  p.acceptWords('set', 'data')
  p.expectWord('type')
  const type = parseTypeName(p)
  return { kind: 'alter', name, type }
}

function parseAddValue(p: Cursor): AlterObject['action'] {
  p.expectWords('add', 'value')
  const ifNotExists = p.acceptWords('if', 'not', 'exists')
  const label = p.string('a label in quotes')
  const before = p.acceptWord('before') ? p.string('a label in quotes') : undefined
  const after = before === undefined && p.acceptWord('after') ? p.string('a label in quotes') : undefined
  return { kind: 'add-value', label, ifNotExists, before, after }
}

function parseDomainAction(p: Cursor): AlterObject['action'] | undefined {
  if (p.acceptWord('add')) return { kind: 'add-constraint', constraint: parseTableConstraint(p) }
  if (p.isWord('drop') && p.peekIsWord('constraint')) {
    p.next()
    p.next()
    const ifExists = p.acceptWords('if', 'exists')
    const name = p.identifier('a constraint name')
    return { kind: 'drop-constraint', name, ifExists, cascade: parseCascade(p) }
  }
  if (p.acceptWords('validate', 'constraint')) {
    return { kind: 'validate-constraint', name: p.identifier('a constraint name') }
  }
  if (p.acceptWords('set', 'default')) return { kind: 'set-default', expression: parseExpression(p) }
  if (p.acceptWords('drop', 'default')) return { kind: 'drop-default' }
  if (p.acceptWords('set', 'not', 'null')) return { kind: 'set-not-null' }
  if (p.acceptWords('drop', 'not', 'null')) return { kind: 'drop-not-null' }
  return undefined
}
