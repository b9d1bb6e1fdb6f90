/**
 * The catalog: what relations, types and schemas there are. A state of it is a value that never changes; a transaction
 * works on a state of its own, remembers what it changed, and puts those changes onto the committed state in the end.
 */
import { SqlError } from '../error.ts'
import type { DataType } from '../types/data-type.ts'
import type {
  CatalogView,
  DomainDefinition,
  Relation,
  RoutineDefinition,
  SequenceDefinition,
  SequenceState,
  TableDefinition,
  TableStatistics,
} from './interface.ts'
import type { Table } from './table.ts'

/** A relation and what holds its rows or its counter. */
export interface Entry {
  readonly relation: Relation
  readonly table?: Table
  readonly sequence?: SequenceState
}

export interface SchemaState {
  readonly relations: ReadonlyMap<string, Entry>
  readonly types: ReadonlyMap<string, DataType>
  readonly domains: ReadonlyMap<string, DomainDefinition>
  readonly routines: ReadonlyMap<string, readonly RoutineDefinition[]>
}

export interface CatalogState {
  readonly version: number
  readonly schemas: ReadonlyMap<string, SchemaState>
}

/** One replaced slot of the catalog: undefined before means it was made, undefined after that it was dropped. */
export type CatalogChange =
  | { readonly kind: 'schema'; readonly schema: string; readonly before?: SchemaState; readonly after?: SchemaState }
  | {
      readonly kind: 'relation'
      readonly schema: string
      readonly name: string
      readonly before?: Entry
      readonly after?: Entry
    }
  | {
      readonly kind: 'type'
      readonly schema: string
      readonly name: string
      readonly before?: DataType
      readonly after?: DataType
    }
  | {
      readonly kind: 'domain'
      readonly schema: string
      readonly name: string
      readonly before?: DomainDefinition
      readonly after?: DomainDefinition
    }
  | {
      readonly kind: 'routine'
      readonly schema: string
      readonly name: string
      readonly before?: readonly RoutineDefinition[]
      readonly after?: readonly RoutineDefinition[]
    }

/** Where the casts that users made are; no name leads there. */
export const castSchema = 'pg_cast'

/** The schema of temporary relations, under which each session finds its own. */
export const temporarySchema = 'pg_temp'
const emptySchema: SchemaState = { relations: new Map(), types: new Map(), domains: new Map(), routines: new Map() }

export function emptyCatalog(): CatalogState {
  return {
    version: 1,
    schemas: new Map([
      ['public', emptySchema],
      [temporarySchema, emptySchema],
      [castSchema, emptySchema],
    ]),
  }
}

export function newSchema(): SchemaState {
  return emptySchema
}

/** Whether a schema of the state holds what is temporary in some session. */
export function isTemporary(schema: string): boolean {
  return schema.startsWith(temporarySchema)
}

/** The state after a change. */
export function applyChange(state: CatalogState, change: CatalogChange, version: number): CatalogState {
  const schemas = new Map(state.schemas)
  if (change.kind === 'schema') {
    if (change.after === undefined) schemas.delete(change.schema)
    else schemas.set(change.schema, change.after)
    return { version, schemas }
  }
  const schema = schemas.get(change.schema) ?? (isTemporary(change.schema) ? emptySchema : undefined)
  if (schema === undefined) throw missingSchema(change.schema)
  if (change.kind === 'relation')
    schemas.set(change.schema, { ...schema, relations: withSlot(schema.relations, change.name, change.after) })
  else if (change.kind === 'routine')
    schemas.set(change.schema, { ...schema, routines: withSlot(schema.routines, change.name, change.after) })
  else if (change.kind === 'domain')
    schemas.set(change.schema, { ...schema, domains: withSlot(schema.domains, change.name, change.after) })
  else schemas.set(change.schema, { ...schema, types: withSlot(schema.types, change.name, change.after) })
  return { version, schemas }
}

function withSlot<T>(map: ReadonlyMap<string, T>, name: string, value: T | undefined): ReadonlyMap<string, T> {
  const copy = new Map(map)
  if (value === undefined) copy.delete(name)
  else copy.set(name, value)
  return copy
}

/** Whether a change still finds what it replaces; what others have committed meanwhile may stand in its way. */
export function assertApplicable(state: CatalogState, change: CatalogChange): void {
  const schema = state.schemas.get(change.schema)
  const found =
    change.kind === 'schema'
      ? schema
      : change.kind === 'relation'
        ? schema?.relations.get(change.name)
        : change.kind === 'routine'
          ? schema?.routines.get(change.name)
          : change.kind === 'domain'
            ? schema?.domains.get(change.name)
            : schema?.types.get(change.name)
  if (found === change.before) return
  if (change.kind === 'schema' && change.before !== undefined && found !== undefined) return
  if (change.before === undefined) {
    if (change.kind === 'schema') throw new SqlError('duplicate_schema', `schema "${change.schema}" already exists`)
    if (change.kind === 'routine') throw new SqlError('duplicate_function', `function "${change.name}" already exists`)
    if (change.kind === 'type' || change.kind === 'domain')
      throw new SqlError('duplicate_object', `type "${change.name}" already exists`)
    throw new SqlError('duplicate_table', `relation "${change.name}" already exists`)
  }
  throw new SqlError('serialization_failure', 'could not serialize access due to concurrent update')
}

function missingSchema(name: string): SqlError {
  return new SqlError('invalid_schema_name', `schema "${name}" does not exist`)
}

/** The catalog as a transaction sees it: a state that the transaction replaces as it goes. */
export class TransactionCatalog implements CatalogView {
  state: CatalogState
  searchPath: readonly string[]
  private readonly temporary: string

  /** @param temporary the name under which the state has the session's temporary schema */
  constructor(state: CatalogState, searchPath: readonly string[], temporary: string = temporarySchema) {
    this.state = state
    this.searchPath = searchPath
    this.temporary = temporary
  }

  /** The name that the state has for a schema. */
  key(schema: string): string {
    return schema === temporarySchema ? this.temporary : schema
  }

  schemaState(schema: string): SchemaState | undefined {
    return this.state.schemas.get(this.key(schema)) ?? (schema === temporarySchema ? emptySchema : undefined)
  }

  schemaOf(name: string): SchemaState {
    const schema = this.schemaState(name)
    if (schema === undefined) throw missingSchema(name)
    return schema
  }

  /** What the session may see: all but the temporary relations of others. */
  private *visibleSchemas(): Iterable<SchemaState> {
    for (const [name, schema] of this.state.schemas) if (!isTemporary(name) || name === this.temporary) yield schema
  }

  get version(): number {
    return this.state.version
  }

  findRelation(name: string, schema?: string): Relation | undefined {
    return this.findEntry(name, schema)?.relation
  }

  findEntry(name: string, schema?: string): Entry | undefined {
    if (schema !== undefined) return this.schemaState(schema)?.relations.get(name)
    const temporary = this.schemaState(temporarySchema)?.relations.get(name)
    if (temporary !== undefined) return temporary
    for (const candidate of this.searchPath) {
      const found = this.schemaState(candidate)?.relations.get(name)
      if (found !== undefined) return found
    }
    return undefined
  }

  entryOf(relation: Relation): Entry {
    const entry = this.findEntry(relation.name, relation.schema)
    if (entry === undefined) throw new SqlError('undefined_table', `relation "${relation.name}" does not exist`)
    return entry
  }

  assertFree({ schema, name }: Relation): void {
    if (this.schemaOf(schema).relations.has(name))
      throw new SqlError('duplicate_table', `relation "${name}" already exists`)
  }

  assertFreeIndex(name: string, schema: string): void {
    for (const relation of this.relations()) {
      if (relation.kind !== 'table' || relation.schema !== schema) continue
      if (relation.name === name || relation.indexes.some((index) => index.name === name)) {
        throw new SqlError('duplicate_table', `relation "${name}" already exists`)
      }
    }
  }

  *relations(): Iterable<Relation> {
    for (const { relations } of this.visibleSchemas()) for (const { relation } of relations.values()) yield relation
  }

  hasSchema(name: string): boolean {
    return this.schemaState(name) !== undefined && name !== castSchema
  }

  *schemas(): Iterable<string> {
    for (const name of this.state.schemas.keys()) if (!isTemporary(name) && name !== castSchema) yield name
  }

  findType(name: string, schema?: string): DataType | undefined {
    if (schema !== undefined) return this.schemaState(schema)?.types.get(name)
    for (const candidate of [temporarySchema, ...this.searchPath]) {
      const found = this.schemaState(candidate)?.types.get(name)
      if (found !== undefined) return found
    }
    return undefined
  }

  findDomain(name: string, schema?: string): DomainDefinition | undefined {
    if (schema !== undefined) return this.schemaState(schema)?.domains.get(name)
    for (const candidate of [temporarySchema, ...this.searchPath, ...this.schemas()]) {
      const found = this.schemaState(candidate)?.domains.get(name)
      if (found !== undefined) return found
    }
    return undefined
  }

  typeNames(schema: string): Iterable<string> {
    return this.schemaState(schema)?.types.keys() ?? []
  }

  findRoutines(name: string, schema?: string): readonly RoutineDefinition[] {
    if (schema !== undefined) return this.schemaState(schema)?.routines.get(name) ?? []
    let found: readonly RoutineDefinition[] = []
    for (const candidate of [temporarySchema, ...this.searchPath]) {
      const routines = this.schemaState(candidate)?.routines.get(name)
      if (routines !== undefined) found = found.length === 0 ? routines : [...found, ...routines]
    }
    return found
  }

  *routines(): Iterable<RoutineDefinition> {
    for (const { routines } of this.visibleSchemas()) for (const overloads of routines.values()) yield* overloads
  }

  statistics(table: TableDefinition): TableStatistics {
    return this.tableEntry(table).table!.statistics
  }

  /** The entry of a table that is known to exist. */
  tableEntry(definition: TableDefinition): Entry {
    const entry = this.schemaState(definition.schema)?.relations.get(definition.name)
    if (entry?.table !== undefined) return entry
    throw new SqlError('undefined_table', `relation "${definition.name}" does not exist`)
  }

  sequenceState(definition: SequenceDefinition): Readonly<SequenceState> {
    return this.sequenceEntry(definition).sequence!
  }

  sequenceEntry(definition: SequenceDefinition): Entry {
    const entry = this.schemaState(definition.schema)?.relations.get(definition.name)
    if (entry?.sequence !== undefined) return entry
    throw new SqlError('undefined_table', `relation "${definition.name}" does not exist`)
  }
}
