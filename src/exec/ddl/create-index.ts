/** CREATE INDEX: hash for equality, btree for order. */
import { notSupported, SqlError } from '../../error.ts'
import { baseType } from '../../functions/coercion.ts'
import type * as ast from '../../parser/ast.ts'
import { checkCollation } from '../../planner/binder/expression.ts'
import { findOperator } from '../../planner/binder/overload.ts'
import type { Expression } from '../../planner/expression.ts'
import { someExpression } from '../../planner/tree.ts'
import type { IndexDefinition, TableDefinition } from '../../storage/interface.ts'
import type { DataType } from '../../types/data-type.ts'
import { traits, typeName } from '../../types/traits.ts'
import { bindIndex } from '../index-keys.ts'
import { isChangeable } from '../volatility.ts'
import type { DefinitionContext } from './definition.ts'
import { alreadyExists, findRelation, isTaken, undefinedRelation, unusedName } from './names.ts'
import { storageParameters } from './storage-parameters.ts'

export function createIndex(statement: ast.CreateIndex, context: DefinitionContext): void {
  const relation = findRelation(statement.table, context)
  if (!relation) throw undefinedRelation(statement.table)
  if (relation.kind !== 'table') {
    throw new SqlError('wrong_object_type', `cannot create index on relation "${relation.name}"`, {
      position: statement.table.span.start,
      detail: `This operation is not supported for ${relation.kind}s.`,
    })
  }
  const table = relation
  const method = methodOf(statement)
  const parameters = storageParameters('index', statement.options)
  const written = statement.columns.map((column) => column.expression)
  const hasExpressions = written.some((expression) => expression.kind !== 'column')
  const columns = hasExpressions ? [] : written.map((expression) => columnOf(expression as ast.ColumnReference, table))
  const name = statement.name?.name ?? generatedName(table, written, context)
  if (isTaken({ schema: table.schema, name }, context)) {
    if (!statement.ifNotExists) throw alreadyExists(name)
    context.notice(`NOTICE:  relation "${name}" already exists, skipping`)
    return
  }
  const index: IndexDefinition = {
    name,
    table: table.name,
    unique: statement.unique,
    primary: false,
    method,
    columns,
    expressions: hasExpressions ? written : undefined,
    where: statement.where,
    include: statement.include.map((column) => columnOf({ kind: 'column', span: column.span, parts: [column] }, table)),
    nullsNotDistinct: statement.nullsNotDistinct,
    isHash: statement.method?.name === 'hash' || undefined,
    orders: statement.columns.map(({ collation, operatorClass, descending, nulls }) => ({
      collation: collation?.parts.at(-1)?.name,
      operatorClass: operatorClass?.parts.at(-1)?.name,
      descending,
      nullsFirst: (nulls ?? (descending ? 'first' : 'last')) === 'first',
    })),
    parameters,
  }
  checkIndex(table, index, context)
  checkClasses(statement, table, index, context)
  context.transaction.createIndex(table, index)
}

/** Binds what is computed; 42P17 when it may be something else another time. */
export function checkIndex(table: TableDefinition, index: IndexDefinition, context: DefinitionContext): void {
  if (!index.expressions && !index.where) return
  // As it runs: what a function's body is made of counts, not what is said of it.
  const { expressions, where } = bindIndex(table, index, { ...context, isDefinition: false })
  const refuse = (place: string): SqlError =>
    new SqlError('invalid_object_definition', `functions in index ${place} must be marked IMMUTABLE`)
  if (expressions.some(isChangeable)) throw refuse('expression')
  if (where && isChangeable(where)) throw refuse('predicate')
  if ([...expressions, ...(where ? [where] : [])].some(runsByItself)) {
    throw notSupported('an index on a function whose body runs by itself')
  }
}

/** Keys are made outside of any session, in which the statements of a body could run. */
function runsByItself(expression: Expression): boolean {
  return someExpression(
    expression,
    (node) => node.kind === 'call' && node.overload.context === true && node.function.category === 'user-defined',
  )
}

/** 42704 for operator classes that there are not, 42804 for those of other types. */
function checkClasses(
  { columns, method }: ast.CreateIndex,
  table: TableDefinition,
  index: IndexDefinition,
  context: DefinitionContext,
): void {
  const types = bindIndex(table, index, context).expressions.map(({ type }) => type)
  columns.forEach(({ collation, operatorClass }, n) => {
    if (collation) checkCollation(collation, types[n])
    if (!operatorClass) {
      if (!index.isHash) needOrder(types[n], columns[n].expression.span.start)
      return
    }
    const { name } = operatorClass.parts[operatorClass.parts.length - 1]
    const position = operatorClass.span.start
    const own = /^(\w+?)(?:_pattern|_image)?_ops$/.exec(name)?.[1] ?? ''
    if (!classes.has(own)) {
      const message = `operator class "${name}" does not exist for access method "${method?.name ?? 'btree'}"`
      throw new SqlError('undefined_object', message, { position })
    }
    const type = baseType(types[n])
    const kinds = families.find((family) => family.includes(own)) ?? [own]
    if (kinds.includes(type.kind) || kinds.includes(traits(type).internalName)) return
    throw new SqlError('datatype_mismatch', `operator class "${name}" does not accept data type ${typeName(type)}`, {
      position,
    })
  })
}

/** 42704 for types whose values have no order. */
function needOrder(type: DataType, position: number): void {
  try {
    findOperator('<', [type, type], position)
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    const message = `data type ${typeName(type)} has no default operator class for access method "btree"`
    throw new SqlError('undefined_object', message, { position })
  }
}

/** Types that share their operator classes. */
const families: readonly (readonly string[])[] = [
  ['text', 'varchar'],
  ['inet', 'cidr'],
  ['varbit', 'bit'],
]

const classes: ReadonlySet<string> = new Set(
  `array bit bool bpchar bytea char cid cidr date enum float4 float8 inet int2 int4 int8 interval jsonb macaddr macaddr8 money
  multirange name numeric oid oidvector pg_lsn range record text tid time timestamp timestamptz timetz tsquery tsvector uuid
  varbit varchar xid xid8`.split(/\s+/),
)

function columnOf(reference: ast.ColumnReference, table: TableDefinition): number {
  const { name } = reference.parts[reference.parts.length - 1]
  const number = table.columns.findIndex((column) => column.name === name)
  if (number !== -1) return number
  throw new SqlError('undefined_column', `column "${name}" does not exist`, { position: reference.span.start })
}

/** `table_a_b_idx`, as PostgreSQL names it. */
function generatedName(table: TableDefinition, columns: readonly ast.Expression[], context: DefinitionContext): string {
  return unusedName(table.schema, table.name, computedNames(columns), 'idx', () => false, context)
}

/** What an index is on, for its name: columns, functions, and `expr` for the rest. */
export function computedNames(columns: readonly ast.Expression[]): string {
  const names = columns.map((expression) => {
    if (expression.kind === 'column') return expression.parts[expression.parts.length - 1].name
    return expression.kind === 'call' ? expression.name.parts[expression.name.parts.length - 1].name : 'expr'
  })
  return names.join('_')
}

/** The method that was asked for; what orders is a btree too, and what was not said is a hash. */
function methodOf(statement: ast.CreateIndex): IndexDefinition['method'] {
  const { method } = statement
  if (!method) return 'hash'
  if (method.name === 'btree' || method.name === 'art') return 'btree'
  if (method.name === 'hash') {
    const refuse = (what: string): SqlError =>
      new SqlError('feature_not_supported', `access method "hash" does not support ${what}`, {
        position: method.span.start,
      })
    if (statement.columns.length > 1) throw refuse('multicolumn indexes')
    if (statement.include.length > 0) throw refuse('included columns')
    if (!statement.unique) return 'hash'
    throw new SqlError('feature_not_supported', 'access method "hash" does not support unique indexes', {
      position: method.span.start,
    })
  }
  if (['gin', 'gist', 'brin', 'spgist'].includes(method.name))
    throw notSupported(`an index of method ${method.name}`, method.span.start)
  throw new SqlError('undefined_object', `access method "${method.name}" does not exist`, {
    position: method.span.start,
  })
}
