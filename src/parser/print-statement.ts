/** Any statement as SQL. Queries and changes are in print-change, since definitions that are kept print them; nothing else is kept. */
import { unreachable } from '../error.ts'
import type { Copy, MaintenanceTarget, Option, SetVariable, Statement, Transaction } from './ast.ts'
import { printExpression, printQuery } from './print.ts'
import { printPlanned } from './print-change.ts'
import { printDefinition } from './print-definition.ts'
import { printIdentifier, printName, printNames, printTypeName, printWord, quoteString } from './print-name.ts'

export function printStatement(statement: Statement): string {
  switch (statement.kind) {
    case 'select':
    case 'set-operation':
    case 'values':
    case 'table':
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      return printPlanned(statement)
    case 'truncate': {
      const restart = statement.restartIdentity ? ' RESTART IDENTITY' : ''
      return `TRUNCATE ${statement.tables.map(printName).join(', ')}${restart}${statement.cascade ? ' CASCADE' : ''}`
    }
    case 'copy':
      return printCopy(statement)
    case 'transaction':
      return printTransaction(statement)
    case 'set-constraints': {
      const names = statement.names === undefined ? 'ALL' : statement.names.map(printName).join(', ')
      return `SET CONSTRAINTS ${names} ${statement.deferred ? 'DEFERRED' : 'IMMEDIATE'}`
    }
    case 'lock':
      return `LOCK TABLE ${statement.tables.map(printName).join(', ')} IN ${statement.mode.toUpperCase()} MODE${statement.nowait ? ' NOWAIT' : ''}`
    case 'discard':
      return `DISCARD ${statement.target.toUpperCase()}`
    case 'set':
      return printSet(statement)
    case 'show':
      return `SHOW ${printDotted(statement.name)}`
    case 'session-variable': {
      const name = `VARIABLE ${printDotted(statement.name)}`
      return statement.value ? `SET ${name} = ${printExpression(statement.value)}` : `RESET ${name}`
    }
    case 'explain': {
      const named = statement.options.some((option) => /^analy[sz]e$/.test(option.name))
      if (statement.options.length > 0 && (named || !statement.analyze)) {
        return `EXPLAIN ${printOptions(statement.options)} ${printStatement(statement.statement)}`
      }
      const verbose = statement.options.length > 0 ? ' VERBOSE' : ''
      return `EXPLAIN${statement.analyze ? ' ANALYZE' : ''}${verbose} ${printStatement(statement.statement)}`
    }
    case 'prepare': {
      const types = statement.types.length > 0 ? ` (${statement.types.map(printTypeName).join(', ')})` : ''
      return `PREPARE ${printIdentifier(statement.name)}${types} AS ${printStatement(statement.statement)}`
    }
    case 'execute': {
      const args = statement.args.length > 0 ? ` (${statement.args.map(printExpression).join(', ')})` : ''
      return `EXECUTE ${printIdentifier(statement.name)}${args}`
    }
    case 'deallocate':
      return `DEALLOCATE ${statement.name === undefined ? 'ALL' : printIdentifier(statement.name)}`
    case 'declare-cursor': {
      const scroll = statement.scroll === undefined ? '' : statement.scroll ? ' SCROLL' : ' NO SCROLL'
      const hold = statement.hold ? ' WITH HOLD' : ''
      return `DECLARE ${printIdentifier(statement.name)}${statement.binary ? ' BINARY' : ''}${scroll} CURSOR${hold} FOR ${printQuery(statement.query)}`
    }
    case 'fetch': {
      const { direction, count } = statement
      const counted =
        direction === 'absolute' || direction === 'relative' || direction === 'forward' || direction === 'backward'
      const amount = counted ? ` ${count === 'all' ? 'ALL' : count}` : ''
      return `${statement.move ? 'MOVE' : 'FETCH'} ${direction.toUpperCase()}${amount} FROM ${printIdentifier(statement.cursor)}`
    }
    case 'close-cursor':
      return `CLOSE ${statement.name === undefined ? 'ALL' : printIdentifier(statement.name)}`
    case 'call-procedure':
      return `CALL ${printExpression(statement.call)}`
    case 'maintenance': {
      const options = statement.options.length > 0 ? ` ${printOptions(statement.options)}` : ''
      const of = statement.of === undefined ? '' : ` ${statement.of.toUpperCase()}`
      const targets = statement.targets.length > 0 ? ` ${statement.targets.map(printTarget).join(', ')}` : ''
      return `${statement.command.toUpperCase()}${options}${of}${targets}`
    }
    case 'pragma': {
      const args = statement.args.length > 0 ? `(${statement.args.map(printExpression).join(', ')})` : ''
      return `PRAGMA ${printDotted(statement.name)}${args}`
    }
    case 'unsupported':
      return statement.command
    case 'create-table':
    case 'create-index':
    case 'create-view':
    case 'create-schema':
    case 'create-sequence':
    case 'alter-sequence':
    case 'create-type':
    case 'create-domain':
    case 'create-function':
    case 'create-aggregate':
    case 'create-operator':
    case 'alter-operator':
    case 'drop-operator':
    case 'create-cast':
    case 'drop-cast':
    case 'create-trigger':
    case 'alter-table':
    case 'alter-object':
    case 'drop':
    case 'refresh':
    case 'comment':
      return printDefinition(statement)
    default:
      return unreachable(statement)
  }
}

const printDotted = (name: string): string => name.split('.').map(printWord).join('.')

/** `(name value, …)` */
export function printOptions(options: readonly Option[]): string {
  return `(${options.map(({ name, value }) => `${printDotted(name)} ${printOptionValue(value)}`).join(', ')})`
}

function printOptionValue(value: Option['value']): string {
  if (typeof value === 'string') return quoteString(value)
  return typeof value === 'object' ? `(${value.map(quoteString).join(', ')})` : String(value)
}

function printCopy(copy: Copy): string {
  let text = `COPY ${copy.table === undefined ? `(${printStatement(copy.query!)})` : printName(copy.table)}`
  if (copy.columns.length > 0) text += ` ${printNames(copy.columns)}`
  text += ` ${copy.direction.toUpperCase()} ${copy.program ? 'PROGRAM ' : ''}`
  text += copy.file === undefined ? (copy.direction === 'from' ? 'STDIN' : 'STDOUT') : quoteString(copy.file)
  if (copy.options.length > 0) text += ` WITH ${printOptions(copy.options)}`
  if (copy.where !== undefined) text += ` WHERE ${printExpression(copy.where)}`
  return copy.data === undefined ? text : `${text};\n${copy.data}\\.\n`
}

// ───────────────────────────────────────────────────────── session

function printTransaction(transaction: Transaction): string {
  const modes: string[] = []
  if (transaction.isolation !== undefined) modes.push(`ISOLATION LEVEL ${transaction.isolation.toUpperCase()}`)
  if (transaction.readOnly !== undefined) modes.push(transaction.readOnly ? 'READ ONLY' : 'READ WRITE')
  if (transaction.deferrable !== undefined) modes.push(transaction.deferrable ? 'DEFERRABLE' : 'NOT DEFERRABLE')
  const chain = transaction.chain ? ' AND CHAIN' : ''
  const savepoint = transaction.savepoint === undefined ? '' : printIdentifier(transaction.savepoint)
  switch (transaction.action) {
    case 'begin':
      return ['BEGIN', modes.join(', ')].join(' ').trimEnd()
    case 'commit':
      return `COMMIT${chain}`
    case 'rollback':
      return `ROLLBACK${chain}`
    case 'savepoint':
      return `SAVEPOINT ${savepoint}`
    case 'release':
      return `RELEASE SAVEPOINT ${savepoint}`
    case 'rollback-to':
      return `ROLLBACK TO SAVEPOINT ${savepoint}`
    case 'set':
      return `SET ${transaction.session ? 'SESSION CHARACTERISTICS AS ' : ''}TRANSACTION ${modes.join(', ')}`
  }
}

function printSet(set: SetVariable): string {
  const scope = set.scope === 'session' ? '' : `${set.scope.toUpperCase()} `
  const values = set.values === undefined ? 'DEFAULT' : set.values.map(printExpression).join(', ')
  return set.name === 'all' && set.values === undefined
    ? 'RESET ALL'
    : `SET ${scope}${printDotted(set.name)} TO ${values}`
}

function printTarget({ name, columns, index }: MaintenanceTarget): string {
  const list = columns.length > 0 ? ` (${columns.map(printIdentifier).join(', ')})` : ''
  return `${printName(name)}${list}${index ? ` USING ${printIdentifier(index)}` : ''}`
}
