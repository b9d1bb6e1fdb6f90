/** Which tables refer to which, read from the catalog. */
import type { ForeignKeyConstraint, IndexDefinition, TableDefinition } from '../storage/interface.ts'
import type { Reference } from './foreign-keys.ts'
import type { ExecutionContext } from './operator.ts'

const none: readonly ForeignKeyConstraint[] = []

/** The foreign keys of a table. */
export function foreignKeysOf(table: TableDefinition): readonly ForeignKeyConstraint[] {
  if (table.constraints.length === 0) return none
  return table.constraints.filter((constraint) => constraint.kind === 'foreign-key')
}

/** Per database, the references by `schema.table`, as of a version of its catalog. */
const graphs = new WeakMap<
  object,
  { readonly version: number; readonly references: ReadonlyMap<string, Reference[]> }
>()

/** The foreign keys that refer to a table, its own among them. */
export function referencesTo(
  table: TableDefinition,
  context: Pick<ExecutionContext, 'transaction' | 'pool'>,
): readonly Reference[] {
  const { catalog } = context.transaction
  let graph = graphs.get(context.pool)
  if (!graph || graph.version !== catalog.version) {
    const references = new Map<string, Reference[]>()
    for (const relation of catalog.relations()) {
      if (relation.kind !== 'table') continue
      for (const key of foreignKeysOf(relation)) {
        const name = `${key.referencedSchema}.${key.referencedTable}`
        const known = references.get(name)
        if (known) known.push({ table: relation, key })
        else references.set(name, [{ table: relation, key }])
      }
    }
    graph = { version: catalog.version, references }
    graphs.set(context.pool, graph)
  }
  return graph.references.get(`${table.schema}.${table.name}`) ?? []
}

/** A plain index over exactly these columns, in any order. */
export function indexOver(table: TableDefinition, columns: readonly number[]): IndexDefinition | undefined {
  return table.indexes.find(
    (index) =>
      !index.expressions &&
      !index.where &&
      index.columns.length === columns.length &&
      index.columns.every((column) => columns.includes(column)),
  )
}
