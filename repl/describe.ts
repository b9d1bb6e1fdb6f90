/** `\d` and `.tables`: relations and what they are made of. */
import { type RelationInfo, SqlError } from '../src/index.node.ts'
import { matches } from './commands.ts'
import type { Shell } from './shell.ts'

export function listRelations(shell: Shell, kinds: readonly RelationInfo['kind'][], pattern?: string): void {
  const found = shell.database
    .relations()
    .filter(({ name, kind }) => kinds.includes(kind) && (pattern === undefined || matches(name, pattern)))
  if (found.length === 0) {
    if (shell.interactive)
      shell.write(pattern === undefined ? 'There are no relations.' : `No relation matches "${pattern}".`)
    return
  }
  const rows = found.map(({ schema, name, kind, rowCount }) => [
    schema,
    name,
    kind,
    rowCount === undefined ? '' : String(rowCount),
  ])
  shell.write(grid(['schema', 'name', 'kind', 'rows'], rows))
}

export function describeRelation(shell: Shell, name: string): void {
  const [schema, relationName] = name.includes('.') ? name.split('.') : [undefined, name]
  const relation = shell.database
    .relations()
    .find((candidate) => candidate.name === relationName && (schema === undefined || candidate.schema === schema))
  if (!relation) throw new SqlError('undefined_table', `relation "${name}" does not exist`)
  shell.write(`${relation.kind} ${relation.schema}.${relation.name}${relation.comment ? `: ${relation.comment}` : ''}`)
  if (relation.columns.length > 0) {
    const rows = relation.columns.map((column) => [
      column.name,
      column.type,
      column.nullable ? '' : 'not null',
      column.default ?? '',
    ])
    shell.write(grid(['column', 'type', 'nullable', 'default'], rows))
  }
  if (relation.indexes.length > 0) shell.write('Indexes:')
  for (const { name: index, primary, unique, method, definition } of relation.indexes) {
    shell.write(`    "${index}"${primary ? ' PRIMARY KEY' : unique ? ' UNIQUE' : ''}, ${method} ${definition}`)
  }
  const others = relation.constraints.filter(({ kind }) => kind === 'check' || kind === 'foreign-key')
  if (others.length > 0) shell.write('Constraints:')
  for (const constraint of others) shell.write(`    "${constraint.name}" ${constraint.definition}`)
  if (relation.kind === 'view' || relation.kind === 'materialized view') shell.write(relation.definition)
}

function grid(names: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = names.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i].length)))
  const line = (cells: readonly string[]): string =>
    ` ${cells.map((cell, i) => cell.padEnd(widths[i])).join(' | ')}`.trimEnd()
  return [line(names), widths.map((width) => '-'.repeat(width + 2)).join('+'), ...rows.map(line)].join('\n')
}
