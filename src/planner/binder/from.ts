/**
 * FROM: what each entry yields and under which names. Entries see those to their left where they are LATERAL (functions
 * always are); what does so becomes an Apply instead of a Join.
 */
import { AssertionError, notSupported, SqlError, unreachable } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import { plainCall } from '../../parser/call.ts'
import type { TableDefinition } from '../../storage/interface.ts'
import { BIGINT, type DataType, DOUBLE } from '../../types/data-type.ts'
import { evaluateConstant } from '../evaluate.ts'
import type { ColumnId, Expression, OutputColumn } from '../expression.ts'
import type { ExternalSource, Join, LogicalPlan, Scan } from '../plan.ts'
import { conjuncts, freeColumns, someExpression } from '../tree.ts'
import { coerceArgument } from './coercion.ts'
import { type CteEntry, findCte, referenceCte } from './cte.ts'
import { bindDescribe } from './describe.ts'
import { bindExpression } from './expression.ts'
import { bindFile, scanSource } from './file.ts'
import { callFunction } from './function-call.ts'
import { bindJoin } from './join.ts'
import { bindTableMacro } from './macro.ts'
import { bindPivot, bindUnpivot } from './pivot.ts'
import { bindQuery } from './query.ts'
import {
  type BindState,
  type BoundQuery,
  newColumn,
  positionsOf,
  type RangeItem,
  Scope,
  type ScopeColumn,
  tablePositions,
  within,
} from './scope.ts'
import { sequenceSource } from './sequence.ts'
import { bindTableFunction } from './table-function.ts'
import { bindView } from './view.ts'

/** Part of a FROM: a plan and the relations that can be named over it. */
export interface BoundFrom {
  readonly plan: LogicalPlan
  readonly items: readonly RangeItem[]
}

/** All entries of FROM, joined; the scope's items are theirs afterwards. Of no entries, one row of no columns. */
export function bindFrom(from: readonly ast.TableExpression[], scope: Scope): LogicalPlan {
  if (from.length === 0) return { kind: 'values', columns: [], rows: [[]] }
  let plan: LogicalPlan | undefined
  for (const entry of from) {
    const bound = bindTableExpression(entry, scope)
    checkAliases(scope.items, bound.items, entry.span)
    plan = plan ? joined('cross', plan, bound.plan, [], undefined) : bound.plan
    scope.items = scope.items.length === 0 ? [...bound.items] : [...scope.items, ...bound.items]
  }
  return plan!
}

export function bindTableExpression(node: ast.TableExpression, scope: Scope): BoundFrom {
  switch (node.kind) {
    case 'table':
      return sampled(bindTable(node, scope), node.sample, scope)
    case 'file':
      return sampled(bindFile(node, scope), node.sample, scope)
    case 'derived':
      return sampled(bindDerived(node, scope), node.sample, scope)
    case 'function':
      return sampled(bindTableFunction(node, scope), node.sample, scope)
    case 'join':
      return bindJoin(node, scope)
    case 'pivot':
      return bindPivot(node, scope)
    case 'unpivot':
      return bindUnpivot(node, scope)
    case 'describe':
      return bindDescribe(node, scope)
    default:
      return unreachable(node)
  }
}

function bindTable(node: ast.TableReference, scope: Scope): BoundFrom {
  const { parts } = node.name
  const name = parts[parts.length - 1].name
  const entry: CteEntry | undefined = parts.length === 1 ? findCte(scope.ctes, name) : undefined
  if (entry) return derived(referenceCte(entry, node.span, scope), node.alias?.name.name ?? name, node.alias)
  const system = systemTable(node.name, scope)
  if (system) return scanSource(system, node.alias, name, scope.state)
  const listing =
    /^(?:duckdb|sqlite)_/.test(name) && !scope.state.context.catalog.findRelation(name, parts.at(-2)?.name)
  const macro = listing ? bindTableMacro(plainCall(node.name, [], node.span), scope) : undefined
  if (macro) return derived(macro, node.alias?.name.name ?? name, node.alias)
  const relation = findRelationByName(node.name, scope.state)
  switch (relation.kind) {
    case 'table':
      if (relation.materialized?.populated === false && !scope.state.context.isDefinition) {
        throw new SqlError(
          'object_not_in_prerequisite_state',
          `materialized view "${relation.name}" has not been populated`,
          { hint: 'Use the REFRESH MATERIALIZED VIEW command.' },
        )
      }
      return bindScan(relation, node.alias, scope.state, parts.length > 1 || node.alias ? undefined : relation.schema)
    case 'view': {
      const query = bindView(relation, node.span, scope.state)
      const fields = relation.columns.map((column) => ({ name: column.name, type: column.type }))
      const rowType: DataType = { kind: 'record', name: relation.name, fields }
      const bound = derived(query, node.alias?.name.name ?? name, node.alias, rowType)
      return node.alias ? bound : { plan: bound.plan, items: [{ ...bound.items[0], schema: relation.schema }] }
    }
    case 'sequence': {
      const bound = scanSource(sequenceSource(relation, scope.state.context.catalog), node.alias, name, scope.state)
      const item: RangeItem = {
        ...bound.items[0],
        schema: node.alias ? undefined : relation.schema,
        relation: relation.name,
        rowless: true,
      }
      return { plan: bound.plan, items: [item] }
    }
  }
}

/** A table of information_schema or pg_catalog; those of pg_catalog come before others of their name, as in PostgreSQL. */
function systemTable({ parts }: ast.QualifiedName, { state }: Scope): ExternalSource | undefined {
  const name = parts[parts.length - 1].name
  const schema = parts.length > 1 ? parts[parts.length - 2].name : undefined
  const isSystem =
    schema === undefined ? name.startsWith('pg_') : schema === 'pg_catalog' || schema === 'information_schema'
  return isSystem ? state.context.systemTable?.(name, schema) : undefined
}

/** The table, view or sequence of a name; 42P01 when there is none. */
export function findRelationByName(
  name: ast.QualifiedName,
  state: BindState,
): NonNullable<ReturnType<BindState['context']['catalog']['findRelation']>> {
  const { parts } = name
  const last = parts[parts.length - 1].name
  const schema = parts.length > 1 ? parts[parts.length - 2].name : undefined
  if (parts.length > 2 && parts[parts.length - 3].name !== state.context.functions.database) {
    throw new SqlError(
      'feature_not_supported',
      `cross-database references are not implemented: "${parts.map((part) => part.name).join('.')}"`,
      {
        position: name.span.start,
      },
    )
  }
  const relation = state.context.catalog.findRelation(last, schema)
  if (relation) return relation
  throw new SqlError(
    'undefined_table',
    `relation "${schema === undefined ? last : `${schema}.${last}`}" does not exist`,
    {
      position: name.span.start,
    },
  )
}

/** All columns of a table under new ids; with a row id on demand. */
export function bindScan(
  table: TableDefinition,
  alias: ast.TableAlias | undefined,
  state: BindState,
  schema: string | undefined,
): BoundFrom & { readonly plan: Scan } {
  const name = alias?.name.name ?? table.name
  const definitions = table.columns
  const columns: OutputColumn[] = new Array(definitions.length)
  const numbers: number[] = new Array(definitions.length)
  let id = state.nextColumn
  for (let index = 0; index < definitions.length; index++) {
    const { name: column, type } = definitions[index]
    columns[index] = { id: id++, name: column, type, table: name }
    numbers[index] = index
  }
  state.nextColumn = id
  state.collated ||= table.columns.some((column) => column.collation !== undefined)
  const rowId = state.hasRowIds ? newColumn(state, 'row id', BIGINT, name) : undefined
  const scan: Scan = { kind: 'scan', table, alias: name, tableColumns: numbers, filter: [], columns }
  const plan = rowId ? { ...scan, rowId: rowId.id, columns: [...columns, rowId] } : scan
  const named = alias && alias.columns.length > 0 ? renamed(columns, alias, name) : columns
  const item: RangeItem = {
    name,
    schema: alias ? undefined : (schema ?? table.schema),
    columns: named,
    positions: named === columns ? tablePositions(table) : positionsOf(named),
    qualified: true,
    unqualified: true,
    table,
    relation: table.name,
    rowId,
  }
  return { plan, items: [item] }
}

/** Columns under the names of an alias's list; those beyond the list keep theirs. */
export function renamed(columns: readonly ScopeColumn[], alias: ast.TableAlias, table: string): ScopeColumn[] {
  const names = alias.columns.length > 0 ? alias.columns : (alias.columnTypes?.map((column) => column.name) ?? [])
  if (names.length > columns.length) {
    throw new SqlError(
      'invalid_column_reference',
      `table "${table}" has ${columns.length} columns available but ${names.length} columns specified`,
      { position: alias.span.start },
    )
  }
  return columns.map((column, index) =>
    index < names.length ? { ...column, name: names[index].name, table } : { ...column, table },
  )
}

/** A query's columns as a relation. */
export function derived(
  query: BoundQuery,
  name: string | undefined,
  alias: ast.TableAlias | undefined,
  rowType?: DataType,
): BoundFrom {
  const columns =
    alias && name !== undefined && alias.columns.length > 0
      ? renamed(query.columns, alias, name)
      : query.columns.map((column) => (column.table === name ? column : { ...column, table: name }))
  const item: RangeItem = {
    name,
    columns,
    positions: positionsOf(columns),
    qualified: name !== undefined,
    unqualified: true,
    rowType,
  }
  return { plan: query.plan, items: [item] }
}

function bindDerived(node: ast.DerivedTable, scope: Scope): BoundFrom {
  const query = node.lateral
    ? within(scope, 'FROM clause of their own query level', () => bindQuery(node.query, scope))
    : bindQuery(node.query, barrier(scope))
  return derived(query, node.alias?.name.name, node.alias)
}

/** The scope of a subquery in FROM that is not LATERAL: it sees what is around the query, but not its siblings. */
export function barrier(scope: Scope): Scope {
  const outside = new Scope(scope.state, scope.parent, scope.ctes)
  outside.blocked = scope.items
  outside.clause = 'FROM clause of their own query level'
  return outside
}

/** 42712 where two relations have the same name. */
export function checkAliases(left: readonly RangeItem[], right: readonly RangeItem[], span: ast.Span): void {
  for (const item of right) {
    if (item.name === undefined || !item.qualified) continue
    for (const other of left) {
      if (other.name !== item.name || !other.qualified) continue
      if (other.schema !== undefined && item.schema !== undefined && other.schema !== item.schema) continue
      throw new SqlError('duplicate_alias', `table name "${item.name}" specified more than once`, {
        position: span.start,
      })
    }
  }
}

/** A Join, or an Apply where the right side reads columns of the left. */
export function joined(
  type: Exclude<Join['type'], 'mark' | 'single'>,
  left: LogicalPlan,
  right: LogicalPlan,
  condition: readonly Expression[],
  special: Join['special'],
): LogicalPlan {
  const columns = type === 'semi' || type === 'anti' ? left.columns : [...left.columns, ...right.columns]
  if (special === undefined && right.kind !== 'scan' && dependsOn(right, left)) {
    if (type === 'right' || type === 'full') throw new AssertionError('the left side of such a join is out of reach')
    return { kind: 'apply', type: type === 'cross' ? 'inner' : type, left, right, condition, nullAware: false, columns }
  }
  return { kind: 'join', type, left, right, condition, nullAware: false, special, columns }
}

function dependsOn(right: LogicalPlan, left: LogicalPlan): boolean {
  const free = freeColumns(right)
  if (free.size === 0) return false
  const provided = new Set<ColumnId>(left.columns.map((column) => column.id))
  for (const id of free) if (provided.has(id)) return true
  return false
}

/** The plan with a condition above it; the plan itself without one. */
export function filtered(plan: LogicalPlan, predicate: Expression | undefined): LogicalPlan {
  if (!predicate || conjuncts(predicate).length === 0) return plan
  return { kind: 'filter', input: plan, predicate, columns: plan.columns }
}

function sampled(bound: BoundFrom, sample: ast.TableSample | undefined, scope: Scope): BoundFrom {
  return sample ? { plan: samplePlan(bound.plan, sample, scope), items: bound.items } : bound
}

const methods: ReadonlySet<string> = new Set(['', 'system', 'bernoulli', 'reservoir'])

/** TABLESAMPLE and USING SAMPLE; only tables can be sampled. */
export function samplePlan(plan: LogicalPlan, sample: ast.TableSample, scope: Scope): LogicalPlan {
  if (!methods.has(sample.method)) {
    throw new SqlError('undefined_object', `tablesample method ${sample.method} does not exist`, {
      position: sample.span.start,
    })
  }
  const size = constantNumber(sample.size, 'TABLESAMPLE', scope)
  const seed = sample.repeatable && constantNumber(sample.repeatable, 'REPEATABLE', scope)
  const rows = sample.unit === 'rows' ? Math.max(0, Math.trunc(size)) : undefined
  if (plan.kind === 'scan' && rows !== undefined) return { ...plan, sample: { rows, seed } }
  if (rows === undefined && !(size >= 0 && size <= 100)) {
    throw new SqlError('invalid_tablesample_argument', 'sample percentage must be between 0 and 100', {
      position: sample.size.span.start,
    })
  }
  if (plan.kind === 'scan') return { ...plan, sample: { fraction: size / 100, seed } }
  if (seed !== undefined) throw notSupported('a sample of anything but a table that can be repeated', sample.span.start)
  return anySample(plan, rows, size, sample.span, scope)
}

/** Rows by chance: each with the same chance, or the first so many of a random order. */
function anySample(
  plan: LogicalPlan,
  rows: number | undefined,
  percent: number,
  span: ast.Span,
  scope: Scope,
): LogicalPlan {
  const random = callFunction('random', [], span, scope)
  if (rows === undefined) {
    const chance: Expression = { kind: 'constant', type: DOUBLE, value: percent / 100 }
    return {
      kind: 'filter',
      input: plan,
      predicate: callFunction('<', [random, chance], span, scope),
      columns: plan.columns,
    }
  }
  const key = { expression: random, descending: false, nullsFirst: false }
  const input: LogicalPlan = { kind: 'sort', input: plan, keys: [key], columns: plan.columns }
  return { kind: 'limit', input, limit: { kind: 'constant', type: BIGINT, value: BigInt(rows) }, columns: plan.columns }
}

function constantNumber(node: ast.Expression, construct: string, scope: Scope): number {
  const bound = coerceArgument(bindExpression(node, new Scope(scope.state)), DOUBLE, construct, scope.state)
  if (someExpression(bound, ({ kind }) => kind === 'subquery' || kind === 'parameter')) {
    throw notSupported(`an argument of ${construct} that is no constant`, node.span.start)
  }
  const value = evaluateConstant(bound, scope.state.context.functions)
  if (value === null) {
    const isSeed = construct === 'REPEATABLE'
    const condition = isSeed ? 'invalid_tablesample_repeat' : 'invalid_tablesample_argument'
    throw new SqlError(condition, `${isSeed ? 'TABLESAMPLE REPEATABLE' : construct} parameter cannot be null`, {
      position: node.span.start,
    })
  }
  return value
}
