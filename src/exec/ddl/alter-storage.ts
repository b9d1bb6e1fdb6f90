/** Actions of ALTER TABLE and ALTER INDEX that say only how PostgreSQL should keep something: checked, and little more. */
import { SqlError } from '../../error.ts'
import type { IndexDefinition, TableDefinition } from '../../storage/interface.ts'
import type { DataType } from '../../types/data-type.ts'
import { typeName } from '../../types/traits.ts'
import type { DefinitionContext } from './definition.ts'
import { replaceDefinition } from './replace.ts'
import { changedParameters, type GivenParameter } from './storage-parameters.ts'

const physical =
  /^(re)?set \(|^cluster on |^set (tablespace|access method) |^(disable|no force) row level security$|^set without (cluster|oids)|^set (un)?logged$/i

/** Does an action of this kind, which changes no answer; false where it is of another. */
export function alterStorage(table: TableDefinition, text: string, context: DefinitionContext): boolean {
  const words = text.replace(/\s+/g, ' ')
  const identity = /^replica identity (full|default|nothing|using index (.+))$/i.exec(words)
  if (identity) {
    const replicaIdentity = identity[2] ? { index: needReplicaIndex(table, unquoted(identity[2])) } : identity[1][0]
    replaceDefinition(
      table,
      { ...table, replicaIdentity: replicaIdentity === 'd' ? undefined : replicaIdentity },
      context,
    )
    return true
  }
  const written = writtenParameters(words)
  if (written) {
    const parameters = changedParameters('table', table.parameters, written.given, written.isReset)
    replaceDefinition(table, { ...table, parameters }, context)
    return true
  }
  return alterColumnStorage(table, words) || physical.test(words)
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase()
}

function needReplicaIndex(table: TableDefinition, name: string): string {
  const index = table.indexes.find((it) => it.name === name)
  if (!index) throw new SqlError('undefined_object', `index "${name}" for table "${table.name}" does not exist`)
  const refuse = (message: string): SqlError => new SqlError('wrong_object_type', message)
  if (!index.unique) throw refuse(`cannot use non-unique index "${name}" as replica identity`)
  const constraint = table.constraints.find((it) => it.name === index.constraint)
  if (constraint && 'deferrable' in constraint && constraint.deferrable) {
    throw new SqlError('feature_not_supported', `cannot use non-immediate index "${name}" as replica identity`)
  }
  if (index.expressions) throw refuse(`cannot use expression index "${name}" as replica identity`)
  if (index.where) throw refuse(`cannot use partial index "${name}" as replica identity`)
  const nullable = index.columns.find((column) => !table.columns[column].notNull)
  if (nullable === undefined) return name
  const column = table.columns[nullable].name
  throw refuse(`index "${name}" cannot be used as replica identity because column "${column}" is nullable`)
}

/** The parameters of `SET (…)` and `RESET (…)` as they are written; undefined for another action. */
function writtenParameters(
  words: string,
): { readonly given: readonly GivenParameter[]; readonly isReset: boolean } | undefined {
  const match = /^(re)?set \((.*)\)$/i.exec(words)
  if (!match) return undefined
  const given = match[2].split(',').flatMap((one) => {
    const parts = /^\s*([\w.]+)\s*(?:=\s*(.*?)\s*)?$/.exec(one)
    return parts ? [{ name: parts[1].toLowerCase(), value: parts[2]?.replace(/^'(.*)'$/, '$1') }] : []
  })
  return { given, isReset: match[1] !== undefined }
}

const columnAction =
  /^alter (?:column )?("(?:[^"]|"")*"|[\w$]+) (?:(?:re)?set \(|set (?:(statistics) |(storage) |compression )"?(-?\w+))/i

function alterColumnStorage(table: TableDefinition, words: string): boolean {
  const match = columnAction.exec(words)
  if (!match) return false
  const [, written, statistics, storage, value] = match
  if (/^\d/.test(written) && statistics) {
    throw new SqlError('feature_not_supported', 'cannot refer to non-index column by number')
  }
  const column = table.columns.find(({ name }) => name === unquoted(written))
  if (!column) {
    const message = `column "${unquoted(written)}" of relation "${table.name}" does not exist`
    throw new SqlError('undefined_column', message)
  }
  if (!storage) return true
  if (!/^(plain|external|extended|main)$/i.test(value)) {
    throw new SqlError('invalid_parameter_value', `invalid storage type "${value}"`)
  }
  if (!/^plain$/i.test(value) && !isVariable(column.type)) {
    throw new SqlError('feature_not_supported', `column data type ${typeName(column.type)} can only have storage PLAIN`)
  }
  return true
}

const variable: ReadonlySet<string> = new Set(
  `numeric text varchar char bytea json jsonb jsonpath inet cidr bit varbit array record map path polygon tsvector tsquery
  range multirange`.split(/\s+/),
)

/** Whether values of the type are of different lengths. */
function isVariable(type: DataType): boolean {
  return type.kind === 'domain' ? isVariable(type.base) : variable.has(type.kind)
}

/** The same for an index; its columns are counted. */
export function alterIndexStorage(
  table: TableDefinition,
  index: IndexDefinition,
  text: string,
  context: DefinitionContext,
): boolean {
  const words = text.replace(/\s+/g, ' ')
  const written = writtenParameters(words)
  if (written) {
    const parameters = changedParameters('index', index.parameters, written.given, written.isReset)
    const indexes = table.indexes.map((each) => (each.name === index.name ? { ...each, parameters } : each))
    replaceDefinition(table, { ...table, indexes }, context)
    return true
  }
  const match = /^alter (?:column )?(\d+) set statistics /i.exec(words)
  if (!match) return physical.test(words) || /^alter (column )?\S+ set statistics/i.test(words)
  const number = Number(match[1])
  if (number < 1 || number > 32767) {
    throw new SqlError('invalid_parameter_value', 'column number must be in range from 1 to 32767')
  }
  const keys = index.expressions?.length ?? index.columns.length
  if (number > keys + index.include.length) {
    throw new SqlError('undefined_column', `column number ${number} of relation "${index.name}" does not exist`)
  }
  const refuse = (what: string, column: string): SqlError =>
    new SqlError(
      'feature_not_supported',
      `cannot alter statistics on ${what} column "${column}" of index "${index.name}"`,
      {
        hint: what === 'included' ? undefined : 'Alter statistics on table column instead.',
      },
    )
  if (number > keys) throw refuse('included', table.columns[index.include[number - keys - 1]].name)
  const key = index.expressions?.[number - 1]
  if (!key) throw refuse('non-expression', table.columns[index.columns[number - 1]].name)
  if (key.kind === 'column') throw refuse('non-expression', key.parts[key.parts.length - 1].name)
  return true
}
