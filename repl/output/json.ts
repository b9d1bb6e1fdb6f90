/** JSON: an array of objects, or an object a line. Numbers keep all their digits; NULL is null. */
import type { Result } from '../../src/index.node.ts'

const numericTypes = /^(smallint|integer|bigint|oid|real|double precision|numeric)/
const jsonTypes = /^jsonb?$/

export function printJson(result: Result): string {
  const rows = objects(result)
  return rows.length === 0 ? '[]' : `[${rows.join(',\n')}]`
}

export function printNdjson(result: Result): string {
  return objects(result).join('\n')
}

function objects(result: Result): string[] {
  const names = result.columns.map((column) => JSON.stringify(column.name))
  const print = result.columns.map((column) => printer(column.type))
  return result.text.map(
    (row) => `{${row.map((value, i) => `${names[i]}:${value === null ? 'null' : print[i](value)}`).join(',')}}`,
  )
}

function printer(type: string): (text: string) => string {
  if (type === 'boolean') return (text) => (text === 't' ? 'true' : 'false')
  if (jsonTypes.test(type)) return (text) => text
  if (numericTypes.test(type) && !type.endsWith(']'))
    return (text) => (/^-?\d/.test(text) ? text : JSON.stringify(text))
  return (text) => JSON.stringify(text)
}
