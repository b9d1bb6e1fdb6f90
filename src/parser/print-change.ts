/** Queries, INSERT, UPDATE, DELETE and MERGE as SQL. */
import { unreachable } from '../error.ts'
import type {
  Assignment,
  BulkValues,
  Delete,
  Expression,
  Insert,
  InsertColumn,
  Merge,
  MergeBranch,
  OnConflict,
  Query,
  Update,
} from './ast.ts'
import { printExpression, printItems, printQuery, printWith } from './print.ts'
import { printIdentifier, printName, quoteString } from './print-name.ts'
import { printTable } from './print-table.ts'

export function printPlanned(statement: Query | Insert | Update | Delete | Merge): string {
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
    default:
      return unreachable(statement)
  }
}

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
  text += ` USING ${printTable(merge.source)}${merge.on ? ` ON ${printExpression(merge.on)}` : ` USING (${merge.using.map(printIdentifier).join(', ')})`}`
  return text + merge.branches.map(printBranch).join('') + printReturning(merge.returning)
}

function printBranch(branch: MergeBranch): string {
  const condition = branch.condition === undefined ? '' : ` AND ${printExpression(branch.condition)}`
  const head = ` WHEN ${branch.when.toUpperCase()}${condition} THEN `
  if (branch.all) return `${head}${branch.action.toUpperCase()} BY ${branch.all.toUpperCase()}`
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
