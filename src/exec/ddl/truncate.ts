/** TRUNCATE: empties tables, which no other table may refer to unless it is emptied too. */
import { SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import type { TableDefinition } from '../../storage/interface.ts'
import { fireAfter, triggersOf } from '../triggers.ts'
import type { DefinitionContext } from './definition.ts'
import { dependentsOf, ownedSequences } from './dependents.ts'
import { needTable } from './names.ts'

export function truncate(statement: ast.Truncate, context: DefinitionContext): void {
  const tables = statement.tables.map((name) => needTable(name, context))
  if (statement.cascade) addReferring(tables, context)
  else refuseReferenced(tables, context)
  const { transaction, execution } = context
  const triggers = tables.map((table) => triggersOf(table, 'truncate', execution))
  for (const own of triggers) own?.beforeStatement()
  for (const table of tables) {
    transaction.table(table).truncate(transaction)
    if (!statement.restartIdentity) continue
    for (const sequence of ownedSequences(table, undefined, context)) {
      transaction.setSequenceValue(sequence, sequence.start, false)
    }
  }
  for (const own of triggers) if (own) fireAfter([own])
}

function isListed(table: TableDefinition, tables: readonly TableDefinition[]): boolean {
  return tables.some((other) => other.schema === table.schema && other.name === table.name)
}

function addReferring(tables: TableDefinition[], context: DefinitionContext): void {
  for (let n = 0; n < tables.length; n++) {
    for (const dependent of dependentsOf(tables[n], context)) {
      if (dependent.kind !== 'foreign-key' || isListed(dependent.table, tables)) continue
      context.notice(`NOTICE:  truncate cascades to table "${dependent.table.name}"`)
      tables.push(dependent.table)
    }
  }
}

function refuseReferenced(tables: readonly TableDefinition[], context: DefinitionContext): void {
  for (const table of tables) {
    for (const dependent of dependentsOf(table, context)) {
      if (dependent.kind !== 'foreign-key' || isListed(dependent.table, tables)) continue
      throw new SqlError('feature_not_supported', 'cannot truncate a table referenced in a foreign key constraint', {
        detail: `Table "${dependent.table.name}" references "${table.name}".`,
        hint: `Truncate table "${dependent.table.name}" at the same time, or use TRUNCATE ... CASCADE.`,
      })
    }
  }
}
