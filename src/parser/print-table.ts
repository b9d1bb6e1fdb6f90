/** What stands in FROM, and PIVOT, as SQL. */
import { unreachable } from '../error.ts'
import type { Pivot, TableAlias, TableExpression, TableSample, Unpivot } from './ast.ts'
import {
  CAST,
  printCall,
  printExpression,
  printItems,
  printList,
  printQuery,
  printRestricted,
  within,
} from './print.ts'
import { printFields, printIdentifier, printName, printNames, quoteString } from './print-name.ts'

/** Goes down the left side of joins in a loop. */
export function printTable(table: TableExpression): string {
  const parts: string[] = []
  let node = table
  while (node.kind === 'join' && node.alias === undefined) {
    let condition = ''
    if (node.on !== undefined) condition = ` ON ${printExpression(node.on)}`
    if (node.using !== undefined) condition = ` USING ${printNames(node.using)}`
    if (node.usingAlias !== undefined) condition += ` AS ${printIdentifier(node.usingAlias)}`
    const type = node.type === 'inner' ? '' : `${node.type.toUpperCase().replace('-', ' ')} `
    parts.push(` ${node.natural ? 'NATURAL ' : ''}${type}JOIN ${printPrimary(node.right)}${condition}`)
    node = node.left
  }
  parts.push(printPrimary(node))
  return parts.reverse().join('')
}

/** One table; joins in parentheses. */
function printPrimary(table: TableExpression): string {
  switch (table.kind) {
    case 'join': {
      const plain = table.alias === undefined ? table : { ...table, alias: undefined }
      return `(${printTable(plain)})${printAlias(table.alias)}`
    }
    case 'table':
      return `${table.only ? 'ONLY ' : ''}${printName(table.name)}${printAlias(table.alias)}${printTableSample(table.sample)}`
    case 'file':
      return `${quoteString(table.path)}${printAlias(table.alias)}${printTableSample(table.sample)}`
    case 'derived':
      return `${table.lateral ? 'LATERAL ' : ''}(${printQuery(table.query)})${printAlias(table.alias)}${printTableSample(table.sample)}`
    case 'function': {
      const types = (columns: TableAlias['columnTypes']): string =>
        columns === undefined ? '' : ` AS (${printFields(columns)})`
      const calls = table.calls.map(
        ({ call, columnTypes }) => printCall(call) + (table.rowsFrom ? types(columnTypes) : ''),
      )
      const source = table.rowsFrom ? `ROWS FROM (${calls.join(', ')})` : calls[0]
      const ordinality = table.ordinality ? ' WITH ORDINALITY' : ''
      const alias = table.rowsFrom
        ? printAlias(table.alias)
        : types(table.calls[0].columnTypes) || printAlias(table.alias)
      return `${table.lateral ? 'LATERAL ' : ''}${source}${ordinality}${alias}${printTableSample(table.sample)}`
    }
    case 'pivot':
      return `${printPrimary(table.input)} PIVOT (${printItems(table.using)} FOR ${table.on.map(printPivotOn).join(' ')}${printPivotGroups(table)})${printAlias(table.alias)}`
    case 'unpivot': {
      const values =
        table.valueColumns.length === 1 ? printIdentifier(table.valueColumns[0]) : printNames(table.valueColumns)
      const nulls = table.includeNulls ? 'INCLUDE NULLS ' : ''
      const on = table.on.map(printUnpivotOn).join(', ')
      return `${printPrimary(table.input)} UNPIVOT ${nulls}(${values} FOR ${printIdentifier(table.nameColumn)} IN (${on}))${printAlias(table.alias)}`
    }
    case 'describe':
      return `${table.summarize ? 'SUMMARIZE' : 'DESCRIBE'} (${printQuery(table.query)})`
    default:
      return unreachable(table)
  }
}

function printAlias(alias: TableAlias | undefined): string {
  if (alias === undefined) return ''
  let columns = ''
  if (alias.columnTypes !== undefined) columns = `(${printFields(alias.columnTypes)})`
  else if (alias.columns.length > 0) columns = printNames(alias.columns)
  return ` AS ${printIdentifier(alias.name)}${columns}`
}

function printTableSample(sample: TableSample | undefined): string {
  return sample === undefined ? '' : ` TABLESAMPLE ${printSample(sample)}`
}

export function printSample(sample: TableSample): string {
  const size = `${within(sample.size, CAST)} ${sample.unit.toUpperCase()}`
  const repeatable = sample.repeatable === undefined ? '' : ` REPEATABLE (${printExpression(sample.repeatable)})`
  return `${sample.method === '' ? size : `${sample.method}(${size})`}${repeatable}`
}

export function printPivotStatement(pivot: Pivot): string {
  const on = pivot.on.length === 0 ? '' : ` ON ${pivot.on.map(printPivotOn).join(', ')}`
  const using = pivot.using.length === 0 ? '' : ` USING ${printItems(pivot.using)}`
  return `PIVOT ${printTable(pivot.input)}${on}${using}${printPivotGroups(pivot)}`
}

function printPivotOn(on: Pivot['on'][number]): string {
  const expressions =
    on.expressions.length === 1 ? printRestricted(on.expressions[0]) : `(${printList(on.expressions)})`
  if (on.query !== undefined) return `${expressions} IN (${printQuery(on.query)})`
  return on.in === undefined ? expressions : `${expressions} IN (${printItems(on.in)})`
}

function printPivotGroups(pivot: Pivot): string {
  return pivot.groupBy.length === 0 ? '' : ` GROUP BY ${printList(pivot.groupBy)}`
}

export function printUnpivotStatement(unpivot: Unpivot): string {
  const nulls = unpivot.includeNulls ? ' INCLUDE NULLS' : ''
  const names = `INTO NAME ${printIdentifier(unpivot.nameColumn)} VALUE ${unpivot.valueColumns.map(printIdentifier).join(', ')}`
  return `UNPIVOT ${printTable(unpivot.input)}${nulls} ON ${unpivot.on.map(printUnpivotOn).join(', ')} ${names}`
}

function printUnpivotOn(on: Unpivot['on'][number]): string {
  const expressions =
    on.expressions.length === 1 ? printExpression(on.expressions[0]) : `(${printList(on.expressions)})`
  return on.alias === undefined ? expressions : `${expressions} AS ${printIdentifier(on.alias)}`
}
