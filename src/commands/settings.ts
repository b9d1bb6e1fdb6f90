/** SET, RESET and SHOW. */
import { notSupported, SqlError } from '../error.ts'
import { findMacro } from '../functions/macros.ts'
import { booleanCheck } from '../inert-settings.ts'
import type * as ast from '../parser/ast.ts'
import { callQuery } from '../parser/describe.ts'
import { parseStatement } from '../parser/parse.ts'
import { canonicalName, settingOf, settingText } from '../parser/setting-value.ts'
import { type Result, ResultBuilder } from '../result.ts'
import type { Session } from '../session.ts'
import { settingDefinitions } from '../settings.ts'
import type { Transaction } from '../storage/interface.ts'
import { textResult } from './text-result.ts'

export function setVariable(session: Session, statement: ast.SetVariable): Result {
  const { settings } = session
  const name = canonicalName(statement.name)
  if (name.startsWith('transaction_') && setCharacteristic(session, name, statement)) {
    return new ResultBuilder([]).finish('SET', { settings })
  }
  try {
    const isLocal = statement.scope === 'local'
    if (isLocal && !session.block.isOpen) {
      session.onNotice('WARNING:  SET LOCAL can only be used in transaction blocks')
    }
    if (statement.values !== undefined && !isLocalZone(name, statement.values))
      settings.set(name === 'session_authorization' ? 'role' : name, settingOf(statement).text ?? '', isLocal)
    else if (name === 'session_authorization') settings.reset('role', isLocal)
    else if (name === 'all') settings.resetAll()
    else settings.reset(name, isLocal)
  } catch (error) {
    throw error instanceof SqlError && error.position === undefined
      ? new SqlError(error.condition, error.message, { ...error, position: statement.span.start })
      : error
  }
  return new ResultBuilder([]).finish(statement.values === undefined ? 'RESET' : 'SET', { settings })
}

/** TIME ZONE LOCAL is the zone that the session began with. */
function isLocalZone(name: string, [value]: readonly ast.Expression[]): boolean {
  return name === 'timezone' && value.kind === 'string' && value.value.toLowerCase() === 'local'
}

/** SET of what belongs to the open transaction, rather than to the session. */
function setCharacteristic(session: Session, name: string, { values, span }: ast.SetVariable): boolean {
  if (values === undefined || !session.block.isOpen) return false
  const value = settingText(values[0]).toLowerCase()
  if (name === 'transaction_read_only') {
    session.block.setCharacteristics({ readOnly: booleanCheck(name)(value) === 'on' })
    return true
  }
  if (name !== 'transaction_isolation') return false
  const levels = ['read uncommitted', 'read committed', 'repeatable read', 'serializable'] as const
  const isolation = levels.find((level) => level === value)
  if (!isolation) {
    throw new SqlError('invalid_parameter_value', `invalid value for parameter "${name}": "${value}"`, {
      position: span.start,
    })
  }
  session.block.setCharacteristics({ isolation })
  return true
}

/** A zone of so many hours as PostgreSQL shows it: `<+05:30>-05:30`. */
function shownZone(value: string): string {
  const match = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(value)
  if (!match) return value
  const minutes = Math.round(Math.abs(Number(value)) * 60)
  const rest = minutes % 60
  const text =
    String(Math.floor(minutes / 60)).padStart(2, '0') + (rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`)
  return match[1] === '-' ? `<-${text}>+${text}` : `<+${text}>-${text}`
}

export function showVariable(session: Session, statement: ast.Show, transaction: Transaction): Result {
  const name = canonicalName(statement.name)
  if (name === 'all') {
    return textResult(
      session,
      ['name', 'setting', 'description'],
      settingDefinitions.map((entry) => [entry.name, session.settings.get(entry.name), entry.doc]),
      'SHOW',
    )
  }
  const [last, schema] = name.split('.').reverse()
  const relation = transaction.catalog.findRelation(last, schema)
  if (relation && session.settings.find(name) === undefined) {
    const query = parseStatement(`DESCRIBE ${schema === undefined ? '' : `"${schema}".`}"${last}"`)
      .statement as ast.Query
    return queryResult(session, query, transaction)
  }
  const { characteristics } = session.block
  const value =
    name === 'session_authorization'
      ? session.functions.user
      : (characteristics.get(name) ?? session.settings.get(name))
  return textResult(session, [displayNames[name] ?? name], [[name === 'timezone' ? shownZone(value) : value]], 'SHOW')
}

/** Pragmas that switch what DuckDB shows or checks, and change no answer. */
const inertPragma =
  /^(?:(?:enable|disable)_(?:verification|progress_bar|profiling|profile|object_cache|optimizer|print_progress_bar|checkpoint_on_shutdown|verify_[a-z_]+)|verify_[a-z_]+|force_checkpoint)$/

/** PRAGMA is a query where a function has the name of the pragma, as `pragma_table_info` has. */
export function runPragma(session: Session, { name, args, span }: ast.Pragma, transaction: Transaction): Result {
  if (findMacro(`pragma_${name}`))
    return queryResult(session, callQuery(`pragma_${name}`, args.map(nameAsText), span), transaction)
  if (!inertPragma.test(name)) throw notSupported(`PRAGMA ${name}`, span.start)
  return new ResultBuilder([]).finish('PRAGMA', { settings: session.settings })
}

/** The rows of a query that is made here. */
export function queryResult(session: Session, query: ast.Query, transaction: Transaction): Result {
  return session.execute(session.prepareUncached(query, transaction), [], transaction, {})
}

/** `PRAGMA table_info(t)` means the text 't'. */
function nameAsText(expression: ast.Expression): ast.Expression {
  if (expression.kind !== 'column') return expression
  const value = expression.parts.map((part) => part.name).join('.')
  return { kind: 'string', value, span: expression.span }
}

/** Settings whose column PostgreSQL heads in mixed case. */
const displayNames: Readonly<Record<string, string>> = {
  timezone: 'TimeZone',
  datestyle: 'DateStyle',
  intervalstyle: 'IntervalStyle',
}
