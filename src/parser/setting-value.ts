/** What SET gives to a setting: bare words, strings and numbers alike, as the text that the setting keeps. */
import type * as ast from './ast.ts'
import { printExpression } from './print.ts'
import { printWord, quoteString } from './print-name.ts'

/** The setting's folded name, and its text; none for DEFAULT. */
export function settingOf({ name, values }: ast.SetVariable): { readonly name: string; readonly text?: string } {
  const folded = canonicalName(name)
  return { name: folded, text: values?.map(folded === 'search_path' ? schemaText : settingText).join(', ') }
}

/** `TIME ZONE` and other spellings of settings that have two words. */
export function canonicalName(name: string): string {
  const folded = name.toLowerCase()
  if (folded === 'time zone') return 'timezone'
  if (folded === 'transaction isolation level') return 'transaction_isolation'
  if (folded === 'session authorization') return 'session_authorization'
  return folded
}

/** `INTERVAL '+05:30' HOUR TO MINUTE` as the hours of a zone. */
function intervalZone({ value }: ast.TypedLiteral): string {
  const match = /^\s*([+-]?)(\d+)(?::(\d+))?\s*$/.exec(value)
  if (!match) return value
  return `${match[1]}${Number(match[2]) + Number(match[3] ?? 0) / 60}`
}

export function settingText(value: ast.Expression): string {
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

/** `SET name TO 'value'`, of a routine. */
export function printSetting(name: string, text: string): string {
  const parts = name === 'search_path' ? text.match(/"(?:[^"]|"")*"|[^",\s]+/g) : undefined
  const values = parts?.map((part) => part.replace(/^"(.*)"$/s, '$1').replaceAll('""', '"')) ?? [text]
  return `SET ${name.split('.').map(printWord).join('.')} TO ${values.map(quoteString).join(', ')}`
}
