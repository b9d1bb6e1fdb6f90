/** What holds a type that changes: columns with their values, other types, domains and views; and what may not hold it. */
import { SqlError } from '../../error.ts'
import type { TableDefinition } from '../../storage/interface.ts'
import type { SqlArray } from '../../types/array.ts'
import type { DataType } from '../../types/data-type.ts'
import { typeEquals } from '../../types/traits.ts'
import type { Value } from '../../types/value.ts'
import type { Batch } from '../../types/vector.ts'
import type { DefinitionContext } from './definition.ts'
import { columnsOfType, hasType } from './dependents.ts'
import { rewriteTable } from './replace.ts'

type Convert = (value: Value) => Value

/** Gives everything that holds the type of a name its new form, and stored values what `convert` makes of them. */
export function retypeHolders(name: string, type: DataType, convert: Convert, context: DefinitionContext): void {
  const { catalog, transaction } = context
  for (const schema of catalog.schemas()) {
    for (const other of [...catalog.typeNames(schema)]) {
      const before = catalog.findType(other, schema)!
      const after = withType(before, name, type)
      if (after === before || other === ('name' in type ? type.name : name)) continue
      transaction.dropType(other, schema)
      transaction.createType(other, schema, after)
      const domain = catalog.findDomain(other, schema)
      if (domain && after.kind === 'domain') transaction.setDomain({ ...domain, type: after })
    }
  }
  for (const relation of [...catalog.relations()]) {
    if (relation.kind === 'sequence') continue
    const types = relation.columns.map((column) => withType(column.type, name, type))
    if (types.every((changed, n) => changed === relation.columns[n].type)) continue
    if (relation.kind === 'view') {
      const columns = relation.columns.map((column, n) => ({ ...column, type: types[n] }))
      transaction.replaceRelation(relation, { ...relation, columns })
    } else {
      const columns = relation.columns.map((column, n) =>
        types[n] === column.type ? column : { ...column, type: types[n] },
      )
      retypeColumns(relation, { ...relation, columns }, name, convert, context)
    }
  }
}

function retypeColumns(
  table: TableDefinition,
  definition: TableDefinition,
  name: string,
  convert: Convert,
  context: DefinitionContext,
): void {
  const converters = table.columns.map(({ type }, n) =>
    definition.columns[n] === table.columns[n] ? undefined : converter(type, name, convert),
  )
  const rewrite = (batch: Batch): Batch => ({
    ...batch,
    columns: batch.columns.map((vector, n) => {
      const change = converters[n]
      if (!change || vector.layout !== 'values') return vector
      return {
        layout: 'values',
        type: definition.columns[n].type,
        values: vector.values.map((value) => (value === null ? null : change(value))),
      }
    }),
  })
  rewriteTable(table, definition, rewrite, context)
}

/** What becomes of a value of a type that is, or holds, the one that changes. */
function converter(type: DataType, name: string, convert: Convert): Convert {
  if ('name' in type && type.name === name) return convert
  const part = (of: DataType): Convert => {
    const change = converter(of, name, convert)
    return (value) => (value === null ? null : change(value))
  }
  switch (type.kind) {
    case 'array': {
      const change = part(type.element)
      return (value: SqlArray) => ({ ...value, values: value.values.map(change) })
    }
    case 'domain':
      return part(type.base)
    case 'record': {
      const changes = type.fields.map((field) => part(field.type))
      return (row: readonly Value[]) => row.map((value, n) => changes[n](value))
    }
    default:
      return (value) => value
  }
}

/** The type with its part of a name replaced; itself where there is none. */
function withType(type: DataType, name: string, replacement: DataType): DataType {
  if ('name' in type && type.name === name) return replacement
  switch (type.kind) {
    case 'array': {
      const element = withType(type.element, name, replacement)
      return element === type.element ? type : { ...type, element }
    }
    case 'domain': {
      const base = withType(type.base, name, replacement)
      return base === type.base ? type : { ...type, base }
    }
    case 'record': {
      const fields = type.fields.map((field) => {
        const changed = withType(field.type, name, replacement)
        return changed === field.type ? field : { ...field, type: changed }
      })
      return fields.every((field, n) => field === type.fields[n]) ? type : { ...type, fields }
    }
    default:
      return type
  }
}

function rowType({ name, columns }: TableDefinition): Extract<DataType, { kind: 'record' }> {
  return { kind: 'record', name, fields: columns.map((column) => ({ name: column.name, type: column.type })) }
}

/** Columns elsewhere that are rows of a table follow its columns. */
export function followTable(before: TableDefinition, after: TableDefinition, context: DefinitionContext): void {
  const was = rowType(before)
  const is = rowType(after)
  if (typeEquals(was, is) || holders(before.name, context).length === 0) return
  const place = (name: string, n: number): number => {
    const found = was.fields.findIndex((field) => field.name === name)
    return found === -1 && was.fields.length === is.fields.length ? n : found
  }
  const places = is.fields.map((field, n) => place(field.name, n))
  retypeHolders(before.name, is, (row) => places.map((from) => (from === -1 ? null : row[from])), context)
}

/** Columns that hold a type, in arrays first. */
function holders(name: string, context: DefinitionContext): { table: TableDefinition; column: string }[] {
  const found = columnsOfType(name, context).flatMap((it) => (it.kind === 'column' ? [it] : []))
  const isArray = ({ on }: { readonly on: string }): boolean => on.endsWith('[]')
  return [...found.filter(isArray), ...found.filter((it) => !isArray(it))]
}

/** 0A000: values that are stored keep the types of their parts. */
export function refuseHolders(what: 'table' | 'type', name: string, context: DefinitionContext): void {
  const [holder] = holders(name, context)
  if (!holder) return
  const uses = what === 'type' ? 'uses it' : 'uses its row type'
  throw new SqlError(
    'feature_not_supported',
    `cannot alter ${what} "${name}" because column "${holder.table.name}.${holder.column}" ${uses}`,
  )
}

/** 42P16: a row has no part that is such a row again. */
export function refuseMembership(name: string, type: DataType, position?: number): void {
  const holds = (part: DataType): boolean =>
    part.kind === 'range' || part.kind === 'multirange' ? holds(part.element) : hasType(part, name)
  if (!holds(type)) return
  throw new SqlError('invalid_table_definition', `composite type ${name} cannot be made a member of itself`, {
    position,
  })
}
