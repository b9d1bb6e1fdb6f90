/** SET, RESET and SHOW. */
import { SqlError } from '../error.ts'
import { booleanCheck } from '../inert-settings.ts'
import type * as ast from '../parser/ast.ts'
import { printExpression } from '../parser/print.ts'
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
    if (statement.scope === 'local') {
      if (!session.block.isOpen) session.onNotice('WARNING:  SET LOCAL can only be used in transaction blocks')
      session.block.keepLocal(name)
    }
    if (statement.values !== undefined && !isLocalZone(name, statement.values))
      settings.set(
        name === 'session_authorization' ? 'role' : name,
        statement.values.map(name === 'search_path' ? schemaText : settingText).join(', '),
      )
    else if (name === 'session_authorization') settings.reset('role')
    else if (name === 'all') settings.resetAll()
    else settings.reset(name)
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

/** `INTERVAL '+05:30' HOUR TO MINUTE` as the hours of a zone. */
function intervalZone({ value }: ast.TypedLiteral): string {
  const match = /^\s*([+-]?)(\d+)(?::(\d+))?\s*$/.exec(value)
  if (!match) return value
  return `${match[1]}${Number(match[2]) + Number(match[3] ?? 0) / 60}`
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

/** SET takes bare words, strings and numbers alike. */
function settingText(value: ast.Expression): string {
  switch (value.kind) {
    case 'string':
      return value.value
    case 'number':
      return value.text
    case 'boolean':
      return value.value ? 'on' : 'off'
    case 'column':
      return value.parts.map((part) => part.name).join('.')
    case 'default':
      return ''
    case 'typed-literal':
      return intervalZone(value)
    default:
      return printExpression(value)
  }
}

/** A schema's name as the setting has it, in quotes where it must be. */
function schemaText(value: ast.Expression): string {
  const name = settingText(value)
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}

/** `TIME ZONE` and other spellings of settings that have two words. */
function canonicalName(name: string): string {
  const folded = name.toLowerCase()
  if (folded === 'time zone') return 'timezone'
  if (folded === 'transaction isolation level') return 'transaction_isolation'
  if (folded === 'session authorization') return 'session_authorization'
  return folded
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
  if (name === 'tables' || name === 'all tables') return listTables(session, transaction)
  const { characteristics } = session.block
  const value =
    name === 'session_authorization'
      ? session.functions.user
      : (characteristics.get(name) ?? session.settings.get(name))
  return textResult(session, [displayNames[name] ?? name], [[name === 'timezone' ? shownZone(value) : value]], 'SHOW')
}

/** SHOW TABLES, and DESCRIBE without more: the names of tables and views. */
export function listTables(session: Session, transaction: Transaction): Result {
  const rows = [...transaction.catalog.relations()]
    .filter((relation) => relation.kind !== 'sequence')
    .map((relation) => [relation.name])
    .sort((a, b) => (a[0] < b[0] ? -1 : 1))
  return textResult(session, ['name'], rows, 'SHOW')
}

/** Settings whose column PostgreSQL heads in mixed case. */
const displayNames: Readonly<Record<string, string>> = {
  timezone: 'TimeZone',
  datestyle: 'DateStyle',
  intervalstyle: 'IntervalStyle',
}
