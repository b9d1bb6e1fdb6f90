/** Statements as SQL: what is not a query, and CREATE, ALTER and DROP in print-definition. */
import { unreachable } from '../error.ts'
import type {
  Assignment,
  BulkValues,
  Copy,
  Delete,
  Expression,
  Insert,
  InsertColumn,
  Merge,
  MergeBranch,
  OnConflict,
  Option,
  SetVariable,
  Statement,
  Transaction,
  Update,
} from './ast.ts'
import { printExpression, printItems, printQuery, printWith } from './print.ts'
import { printDefinition } from './print-definition.ts'
import { printIdentifier, printName, printNames, printTypeName, printWord, quoteString } from './print-name.ts'
import { printTable } from './print-table.ts'

export function printStatement(statement: Statement): string {
  switch (statement.kind) {
    case 'select':
    case 'set-operation':
    case 'values':
    case 'table':
      return printQuery(statement)
    case 'insert':
      return printInsert(statement)
    case 'update':
      return printUpdate(statement)
    case 'delete':
      return printDelete(statement)
    case 'merge':
      return printMerge(statement)
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
      const target = statement.command === 'reindex' ? ' TABLE' : ''
      const tables = statement.tables.length > 0 ? ` ${statement.tables.map(printName).join(', ')}` : ''
      return `${statement.command.toUpperCase()}${options}${target}${tables}`
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

// ───────────────────────────────────────────────────────── changes

function printTarget(target: InsertColumn): string {
  const last = target.path.at(-1)
  return last === undefined ? printIdentifier(target.name) : printStep(last)
}

/** The steps from a column to a part of it, without the parentheses that an expression would need. */
function printStep(step: Expression): string {
  if (step.kind === 'field' && step.name !== undefined)
    return `${printStep(step.operand)}.${printIdentifier(step.name)}`
  if (step.kind === 'subscript') return `${printStep(step.operand)}[${printExpression(step.index)}]`
  if (step.kind !== 'slice') return printExpression(step)
  const [lower, upper] = [step.lower, step.upper].map((bound) => (bound === undefined ? '' : printExpression(bound)))
  return `${printStep(step.operand)}[${lower} : ${upper}]`
}

const printTargets = (targets: readonly InsertColumn[]): string => `(${targets.map(printTarget).join(', ')})`

function printReturning(items: Insert['returning']): string {
  return items.length > 0 ? ` RETURNING ${printItems(items)}` : ''
}

function printInsert(insert: Insert): string {
  const action = insert.orAction === undefined ? '' : `OR ${insert.orAction.toUpperCase()} `
  let text = `${printWith(insert.with)}INSERT ${action}INTO ${printName(insert.table)}`
  if (insert.alias !== undefined) text += ` AS ${printIdentifier(insert.alias)}`
  if (insert.columns.length > 0) text += ` ${printTargets(insert.columns)}`
  if (insert.byName) text += ' BY NAME'
  if (insert.overriding !== undefined) text += ` OVERRIDING ${insert.overriding.toUpperCase()} VALUE`
  if (insert.source === undefined) text += ' DEFAULT VALUES'
  else text += ` ${insert.source.kind === 'bulk-values' ? printBulk(insert.source) : printQuery(insert.source)}`
  if (insert.onConflict !== undefined) text += printOnConflict(insert.onConflict)
  return text + printReturning(insert.returning)
}

function printBulk({ columns, rowCount }: BulkValues): string {
  const rows: string[] = []
  for (let row = 0; row < rowCount; row++) {
    const values = columns.map((column) => {
      const value = column[row]
      if (value === null) return 'NULL'
      if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE'
      return typeof value === 'string' ? quoteString(value) : value.number
    })
    rows.push(`(${values.join(', ')})`)
  }
  return `VALUES ${rows.join(', ')}`
}

function printOnConflict(conflict: OnConflict): string {
  let text = ' ON CONFLICT'
  const { target } = conflict
  if (target?.constraint !== undefined) text += ` ON CONSTRAINT ${printIdentifier(target.constraint)}`
  else if (target !== undefined) {
    const elements = target.elements.map((element) => {
      const collation = element.collation === undefined ? '' : ` COLLATE ${printName(element.collation)}`
      const operatorClass = element.operatorClass === undefined ? '' : ` ${printName(element.operatorClass)}`
      return printIndexed(element.expression) + collation + operatorClass
    })
    text += ` (${elements.join(', ')})`
    if (target.where !== undefined) text += ` WHERE ${printExpression(target.where)}`
  }
  if (conflict.action === 'nothing') return `${text} DO NOTHING`
  text += ` DO UPDATE SET ${printAssignments(conflict.set)}`
  return conflict.where === undefined ? text : `${text} WHERE ${printExpression(conflict.where)}`
}

/** An element of an index: a column by itself, anything else in parentheses. */
export function printIndexed(expression: Expression): string {
  return expression.kind === 'column' ? printExpression(expression) : `(${printExpression(expression)})`
}

function printAssignments(assignments: readonly Assignment[]): string {
  return assignments
    .map(
      ({ targets, multiple, value }) =>
        `${multiple ? printTargets(targets) : printTarget(targets[0])} = ${printExpression(value)}`,
    )
    .join(', ')
}

function printWhere(change: Update | Delete): string {
  if (change.whereCurrentOf !== undefined) return ` WHERE CURRENT OF ${printIdentifier(change.whereCurrentOf)}`
  return change.where === undefined ? '' : ` WHERE ${printExpression(change.where)}`
}

function printUpdate(update: Update): string {
  let text = `${printWith(update.with)}UPDATE ${update.only ? 'ONLY ' : ''}${printName(update.table)}`
  if (update.alias !== undefined) text += ` AS ${printIdentifier(update.alias)}`
  text += ` SET ${printAssignments(update.set)}`
  if (update.from.length > 0) text += ` FROM ${update.from.map(printTable).join(', ')}`
  return text + printWhere(update) + printReturning(update.returning)
}

function printDelete(change: Delete): string {
  let text = `${printWith(change.with)}DELETE FROM ${change.only ? 'ONLY ' : ''}${printName(change.table)}`
  if (change.alias !== undefined) text += ` AS ${printIdentifier(change.alias)}`
  if (change.using.length > 0) text += ` USING ${change.using.map(printTable).join(', ')}`
  return text + printWhere(change) + printReturning(change.returning)
}

function printMerge(merge: Merge): string {
  let text = `${printWith(merge.with)}MERGE INTO ${merge.only ? 'ONLY ' : ''}${printName(merge.target)}`
  if (merge.alias !== undefined) text += ` AS ${printIdentifier(merge.alias)}`
  text += ` USING ${printTable(merge.source)} ON ${printExpression(merge.on)}`
  return text + merge.branches.map(printBranch).join('') + printReturning(merge.returning)
}

function printBranch(branch: MergeBranch): string {
  const condition = branch.condition === undefined ? '' : ` AND ${printExpression(branch.condition)}`
  const head = ` WHEN ${branch.when.toUpperCase()}${condition} THEN `
  switch (branch.action) {
    case 'nothing':
      return `${head}DO NOTHING`
    case 'delete':
      return `${head}DELETE`
    case 'update':
      return `${head}UPDATE SET ${printAssignments(branch.set)}`
    case 'insert': {
      const columns = branch.columns.length > 0 ? ` ${printTargets(branch.columns)}` : ''
      const overriding = branch.overriding === undefined ? '' : ` OVERRIDING ${branch.overriding.toUpperCase()} VALUE`
      const values =
        branch.values === undefined ? ' DEFAULT VALUES' : ` VALUES (${branch.values.map(printExpression).join(', ')})`
      return `${head}INSERT${columns}${overriding}${values}`
    }
  }
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
