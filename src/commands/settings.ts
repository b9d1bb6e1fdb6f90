/** SET, RESET and SHOW. */
import { SqlError } from '../error.ts'
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
  try {
    if (statement.scope === 'local') {
      if (!session.block.isOpen) session.onNotice('WARNING:  SET LOCAL can only be used in transaction blocks')
      session.block.keepLocal(name)
    }
    if (statement.values !== undefined)
      settings.set(name, statement.values.map(name === 'search_path' ? schemaText : settingText).join(', '))
    else if (name === 'all') settings.resetAll()
    else settings.reset(name)
  } catch (error) {
    throw error instanceof SqlError && error.position === undefined
      ? new SqlError(error.condition, error.message, { ...error, position: statement.span.start })
      : error
  }
  return new ResultBuilder([]).finish(statement.values === undefined ? 'RESET' : 'SET', { settings })
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
  if (folded === 'session authorization' || folded === 'session_authorization') return 'role'
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
  const value = characteristics.get(name) ?? session.settings.get(name)
  return textResult(session, [displayNames[name] ?? name], [[value]], 'SHOW')
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
