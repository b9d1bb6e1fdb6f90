/**
 * VACUUM, ANALYZE, CHECKPOINT and their like: what they name must exist, and there is nothing left for them to do, since
 * statistics are kept as rows arrive and memory is given back as rows go.
 */
import { SqlError } from '../error.ts'
import {
  findIndex,
  findRelation,
  type NamedObjects,
  needSchema,
  undefinedRelation,
  writtenName,
} from '../exec/ddl/names.ts'
import type * as ast from '../parser/ast.ts'
import type { Result } from '../result.ts'
import type { Session } from '../session.ts'
import type { Transaction } from '../storage/interface.ts'
import { commandDone } from './command.ts'

const options: Readonly<Partial<Record<ast.Maintenance['command'], string>>> = {
  vacuum:
    'full freeze verbose analyze analyse disable_page_skipping skip_locked index_cleanup process_toast truncate parallel',
  analyze: 'verbose skip_locked',
  reindex: 'verbose concurrently tablespace',
  cluster: 'verbose',
}

export function runMaintenance(session: Session, statement: ast.Maintenance, transaction: Transaction): Result {
  const { command, targets } = statement
  checkOptions(statement)
  if (command === 'vacuum' && session.block.isOpen) {
    throw new SqlError('active_sql_transaction', 'VACUUM cannot run inside a transaction block')
  }
  const objects = { catalog: transaction.catalog, functions: session.functions }
  for (const target of targets) {
    const { name } = target
    if (statement.of === undefined || statement.of === 'table') checkTable(statement, target, objects)
    else if (statement.of === 'index') checkIndex(name, objects)
    else if (statement.of === 'schema') needSchema(writtenName(name), name.span.start, objects)
  }
  return commandDone(session, command.toUpperCase())
}

function checkOptions({ command, options: given }: ast.Maintenance): void {
  const known = options[command]?.split(' ') ?? []
  for (const { name, value, span } of given) {
    const refuse = (message: string): SqlError => new SqlError('syntax_error', message, { position: span.start })
    if (!known.includes(name)) throw refuse(`unrecognized ${command.toUpperCase()} option "${name}"`)
    if (name !== 'parallel') continue
    if (typeof value !== 'number') throw refuse('parallel option requires a value between 0 and 1024')
    if (value < 0 || value > 1024) throw refuse('parallel workers for vacuum must be between 0 and 1024')
  }
}

function checkTable(
  { command, options: given }: ast.Maintenance,
  target: ast.MaintenanceTarget,
  objects: NamedObjects,
): void {
  const { name, columns, index } = target
  const relation = findRelation(name, objects)
  const own = writtenName(name)
  const position = name.span.start
  if (!relation) {
    if (command === 'reindex' && findIndex(name, objects)) {
      throw new SqlError('wrong_object_type', `"${own}" is not a table`, { position })
    }
    throw undefinedRelation(name)
  }
  const known = relation.kind === 'sequence' ? [] : relation.columns.map((column) => column.name)
  if (columns.length > 0 && command === 'vacuum' && !given.some((option) => /^analy[sz]e$/.test(option.name))) {
    throw new SqlError('feature_not_supported', 'ANALYZE option must be specified when a column list is provided')
  }
  for (const [n, column] of columns.entries()) {
    const at = { position: column.span.start }
    if (!known.includes(column.name)) {
      throw new SqlError('undefined_column', `column "${column.name}" of relation "${own}" does not exist`, at)
    }
    if (columns.findIndex((each) => each.name === column.name) < n) {
      throw new SqlError('duplicate_column', `column "${column.name}" of relation "${own}" appears more than once`, at)
    }
  }
  if (index && !(relation.kind === 'table' && relation.indexes.some((each) => each.name === index.name))) {
    throw new SqlError('undefined_object', `index "${index.name}" for table "${own}" does not exist`, {
      position: index.span.start,
    })
  }
}

function checkIndex(name: ast.QualifiedName, objects: NamedObjects): void {
  if (findIndex(name, objects)) return
  const position = name.span.start
  if (findRelation(name, objects))
    throw new SqlError('wrong_object_type', `"${writtenName(name)}" is not an index`, { position })
  throw undefinedRelation(name)
}
