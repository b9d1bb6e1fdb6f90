/** CREATE FUNCTION, PROCEDURE and DuckDB's MACRO. */
import { notSupported, SqlError } from '../error.ts'
import type { CreateFunction, Expression, Identifier, Option, Statement, TypeName } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { parseExpression } from './expression.ts'
import { COLUMN_NAME, FUNCTION_NAME } from './keywords.ts'
import { type Mutable, plainSelect } from './make-query.ts'
import { parseNameOrString, parseSignedNumber } from './options.ts'
import { parseQuery } from './query.ts'
import { QUOTED, STRING, WORD } from './scanner.ts'
import { parseSet } from './session.ts'
import { settingOf } from './setting-value.ts'
import { parseStatementBody } from './statement.ts'
import { parseTypeName } from './type-name.ts'

type Parameter = CreateFunction['parameters'][number]

/** The cursor stands on FUNCTION, PROCEDURE or MACRO. */
export function parseCreateFunction(
  p: Cursor,
  { start, orReplace, temporary }: { start: number; orReplace: boolean; temporary: boolean },
): CreateFunction {
  const procedure = p.isWord('procedure')
  const macro = p.isWord('macro')
  p.next()
  const ifNotExists = p.acceptWords('if', 'not', 'exists')
  const name = p.anyQualifiedName('a function name')
  const result: Mutable<CreateFunction> = {
    kind: 'create-function',
    name,
    procedure,
    macro,
    orReplace,
    temporary,
    ifNotExists,
    parameters: macro ? parseMacroParameters(p) : parseParameters(p),
    returns: undefined,
    returnsTable: undefined,
    language: undefined,
    volatility: undefined,
    strict: false,
    body: undefined,
    bodyExpression: undefined,
    bodyQuery: undefined,
    bodyStatements: undefined,
    options: [],
    span: p.span(start),
  }
  if (macro || (!procedure && p.isWord('as') && p.peekKind() !== STRING)) {
    result.macro = true
    if (!macro) result.parameters = result.parameters.map(typeAsName)
    Object.assign(result, parseMacroBody(p))
    const forms: Mutable<NonNullable<CreateFunction['forms']>>[number][] = []
    while (p.acceptSymbol(',')) forms.push({ parameters: parseMacroParameters(p), ...parseMacroBody(p) })
    if (forms.length > 0) result.forms = forms
  } else parseClauses(p, result)
  result.span = p.span(start)
  return result
}

function parseMacroBody(p: Cursor): Pick<CreateFunction, 'bodyExpression' | 'bodyQuery'> {
  p.expectWord('as')
  return p.acceptWord('table') ? { bodyQuery: parseQuery(p) } : { bodyExpression: parseExpression(p) }
}

/** In `CREATE FUNCTION f(a) AS a + 1`, which is a macro, a lone word names the parameter. */
function typeAsName(parameter: Parameter): Parameter {
  const { name, type } = parameter
  if (name !== undefined || type === undefined) return parameter
  return { ...parameter, name: { name: type.parts[0], quoted: type.quoted, span: type.span }, type: undefined }
}

function parseMacroParameters(p: Cursor): Parameter[] {
  const parameters: Parameter[] = []
  p.expectSymbol('(')
  while (!p.isSymbol(')')) {
    const name = p.identifier('a parameter name')
    const type = p.flags & (COLUMN_NAME | FUNCTION_NAME) ? parseTypeName(p) : undefined
    const value = p.acceptSymbol(':=') || p.acceptSymbol('=>') ? parseExpression(p) : undefined
    parameters.push({ mode: 'in', name, type, default: value })
    if (!p.acceptSymbol(',')) break
  }
  p.expectSymbol(')', 'a comma or ")"')
  return parameters
}

/** `(IN a int DEFAULT 1, OUT b text)`; `onOrder` is told how many come before the ORDER BY of an aggregate. */
export function parseParameters(p: Cursor, onOrder?: (count: number) => void): Parameter[] {
  const parameters: Parameter[] = []
  p.expectSymbol('(')
  if (p.isSymbol('*')) p.next()
  while (!p.isSymbol(')')) {
    if (p.isWord('order') && p.peekIsWord('by')) {
      p.next()
      p.next()
      onOrder?.(parameters.length)
    }
    parameters.push(parseParameter(p))
    if (!p.acceptSymbol(',') && !p.isWord('order')) break
  }
  p.expectSymbol(')', 'a comma or ")"')
  return parameters
}

function parseParameter(p: Cursor): Parameter {
  let mode = parseMode(p)
  let name: Identifier | undefined
  if (startsNamedParameter(p)) {
    name = p.functionName('a parameter name')
    mode = parseMode(p) ?? mode
  }
  const type = parseTypeName(p)
  const value = p.acceptWord('default') || p.acceptSymbol('=') || p.acceptSymbol(':=') ? parseExpression(p) : undefined
  return { mode: mode ?? 'in', name, type, default: value }
}

function parseMode(p: Cursor): Parameter['mode'] | undefined {
  if (p.isWord('in') || p.isWord('out') || p.isWord('inout') || p.isWord('variadic')) {
    let mode = p.value as Parameter['mode']
    p.next()
    if (mode === 'in' && p.acceptWord('out')) mode = 'inout'
    return mode
  }
  return undefined
}

/** Whether a name comes before the type: some types are two words themselves. */
function startsNamedParameter(p: Cursor): boolean {
  if ((p.flags & FUNCTION_NAME) === 0) return false
  if (p.isWord('double') && p.peekIsWord('precision')) return false
  const kind = p.peekKind()
  if (kind === QUOTED) return true
  return (
    kind === WORD &&
    ((p.peekFlags() & (COLUMN_NAME | FUNCTION_NAME)) !== 0 || p.peekIsWord('in') || p.peekIsWord('variadic'))
  )
}

/** What may be said once only. */
function optionOf(word: string, p: Cursor): string | undefined {
  switch (word) {
    case 'immutable':
    case 'stable':
    case 'volatile':
      return 'volatility'
    case 'strict':
    case 'called':
      return 'strict'
    case 'returns':
      return p.peekIsWord('null') ? 'strict' : undefined
    case 'not':
      return 'leakproof'
    case 'external':
      return 'security'
    case 'language':
    case 'as':
    case 'leakproof':
    case 'security':
    case 'parallel':
    case 'cost':
    case 'rows':
    case 'window':
    case 'support':
      return word
    default:
      return undefined
  }
}

function parseClauses(p: Cursor, result: Mutable<CreateFunction>): void {
  const options: Option[] = []
  const push = (name: string, value: Option['value'], start: number): void => {
    options.push({ name, value, span: p.span(start) })
  }
  const given = new Set<string>()
  for (;;) {
    const start = p.start
    if (p.kind !== WORD) break
    const word = p.value
    const option = optionOf(word, p)
    if (option !== undefined && given.has(option)) {
      throw new SqlError('syntax_error', 'conflicting or redundant options', { position: start })
    }
    if (option !== undefined) given.add(option)
    if (word === 'returns') {
      p.next()
      if (p.acceptWord('null')) {
        p.expectWords('on', 'null', 'input')
        result.strict = true
      } else if (p.isWord('table') && p.peekIsSymbol('(')) {
        p.next()
        result.returnsTable = parseColumns(p)
      } else result.returns = parseTypeName(p)
    } else if (word === 'language') {
      p.next()
      result.language = parseNameOrString(p, 'a language').toLowerCase()
    } else if (word === 'immutable' || word === 'stable' || word === 'volatile') {
      p.next()
      result.volatility = word
    } else if (word === 'strict') {
      p.next()
      result.strict = true
    } else if (word === 'called') {
      p.expectWords('called', 'on', 'null', 'input')
      result.strict = false
    } else if (word === 'as') {
      p.next()
      result.body = p.string('the body in quotes')
      if (p.acceptSymbol(',')) push('link', p.string(), start)
    } else if (word === 'return') {
      p.next()
      result.bodyExpression = parseExpression(p)
    } else if (word === 'begin') result.bodyStatements = parseAtomic(p)
    else if (word === 'not' || word === 'leakproof') {
      const value = !p.acceptWord('not')
      p.expectWord('leakproof')
      push('leakproof', value, start)
    } else if (word === 'external' || word === 'security') {
      p.acceptWord('external')
      p.expectWord('security')
      push('security', p.expectOneOf(['definer', 'invoker']), start)
    } else if (word === 'parallel') {
      p.next()
      push('parallel', p.label('SAFE, RESTRICTED or UNSAFE').name, start)
    } else if (word === 'cost' || word === 'rows') {
      p.next()
      push(word, Number(parseSignedNumber(p)), start)
    } else if (word === 'support') {
      p.next()
      p.anyQualifiedName('a function name')
    } else if (word === 'window') {
      p.next()
      push('window', true, start)
    } else if (word === 'set') {
      const set = parseSet(p)
      if (set.kind !== 'set' || set.scope !== 'session') throw notSupported('CREATE FUNCTION … SET of this kind', start)
      const { name, text } = settingOf(set)
      if (text !== undefined) push('set', [name, text], start)
    } else if (word === 'transform') throw notSupported('CREATE FUNCTION … TRANSFORM', start)
    else break
  }
  result.options = options
}

/** `(a int, b text)` of RETURNS TABLE. */
function parseColumns(p: Cursor): { name: Identifier; type: TypeName }[] {
  p.expectSymbol('(')
  const columns: { name: Identifier; type: TypeName }[] = []
  do {
    const name = p.functionName('a column name')
    columns.push({ name, type: parseTypeName(p) })
  } while (p.acceptSymbol(','))
  p.expectSymbol(')', 'a comma or ")"')
  return columns
}

/** `BEGIN ATOMIC statement; … END` */
function parseAtomic(p: Cursor): Statement[] {
  p.expectWords('begin', 'atomic')
  p.enter()
  const statements: Statement[] = []
  for (;;) {
    while (p.acceptSymbol(';'));
    if (p.isWord('end')) break
    statements.push(p.isWord('return') ? parseReturn(p) : parseStatementBody(p))
    if (!p.isWord('end')) p.expectSymbol(';')
  }
  p.expectWord('end')
  p.leave()
  return statements
}

/** RETURN expression within BEGIN ATOMIC is SELECT expression. */
function parseReturn(p: Cursor): Statement {
  const start = p.start
  p.expectWord('return')
  const expression: Expression = parseExpression(p)
  return plainSelect([{ expression, alias: undefined, span: expression.span }], [], p.span(start))
}
