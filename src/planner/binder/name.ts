/**
 * From a name to the column it means. PostgreSQL's order: an unqualified name is a column of the innermost level that has
 * one of that name; only then may it be a whole row, and at last, as in DuckDB, an alias of the select list. A qualified
 * name is looked for as table and column, with the schema in front if need be, and then as a column and its fields.
 */
import { notSupported, SqlError } from '../../error.ts'
import { closestName } from '../../functions/closest-name.ts'
import { baseType } from '../../functions/coercion.ts'
import type * as ast from '../../parser/ast.ts'
import type { DataType } from '../../types/data-type.ts'
import type { Expression } from '../expression.ts'
import { either, isNullValue } from '../optimizer/make.ts'
import { bindFunctionOf, bindPart } from './composite.ts'
import { AMBIGUOUS, type BindState, type RangeItem, reference, type Scope, type ScopeColumn } from './scope.ts'
import { systemColumn } from './system-column.ts'

/** The expression that a column reference stands for; 42703, 42702 or 42P01 when it stands for none. */
export function bindColumn(node: ast.ColumnReference, scope: Scope): Expression {
  const { parts, span } = node
  if (scope.clause === 'DEFAULT expressions') {
    throw new SqlError('feature_not_supported', 'cannot use column reference in DEFAULT expression', {
      position: span.start,
    })
  }
  return parts.length === 1 ? bindSimple(parts[0].name, span, scope) : bindQualified(node, scope)
}

function bindSimple(name: string, span: ast.Span, scope: Scope): Expression {
  for (let lambda = scope.lambda; lambda; lambda = lambda.parent) {
    const parameter = lambda.names.get(name)
    if (parameter) return parameter
  }
  const column = findColumn(name, span, scope)
  if (column) return reference(column, span)
  for (let level: Scope | undefined = scope; level; level = level.parent) {
    const item = findInItems(level, name, undefined, span)
    if (item) return wholeRow(item, span, scope.state)
  }
  for (let level: Scope | undefined = scope; level; level = level.parent) {
    const expression = level.alias?.(name, span)
    if (expression) return expression
  }
  throw undefinedColumn(name, span, scope)
}

/** The column of that name alone, from the innermost level that has one. */
export function findColumn(name: string, span: ast.Span, scope: Scope): ScopeColumn | undefined {
  for (let level: Scope | undefined = scope; level; level = level.parent) {
    const found = columnIn(level, name, span)
    if (found) return found
  }
  return undefined
}

/** As `findColumn`, without the enclosing levels. */
export function findInLevel(name: string, span: ast.Span, level: Scope): Expression | undefined {
  const column = columnIn(level, name, span)
  return column && reference(column, span)
}

function columnIn(level: Scope, name: string, span: ast.Span): ScopeColumn | undefined {
  let found: ScopeColumn | undefined
  for (const item of level.items) {
    if (!item.unqualified) continue
    const position = item.positions.get(name)
    const column = position === undefined ? systemColumn(item, name, span, level.state) : item.columns[position]
    if (!column && position !== AMBIGUOUS) continue
    if (found || position === AMBIGUOUS) throw ambiguous(name, span)
    found = column
  }
  if (!found)
    for (const item of level.forbidden)
      if (item.unqualified && item.positions.has(name)) throw forbidden(item.name ?? name, span)
  return found
}

/** 42P10 for a relation to the left that LATERAL may not reach from here. */
function forbidden(name: string, span: ast.Span): SqlError {
  return new SqlError('invalid_column_reference', `invalid reference to FROM-clause entry for table "${name}"`, {
    position: span.start,
    detail: 'The combining JOIN type must be INNER or LEFT for a LATERAL reference.',
  })
}

function ambiguous(name: string, span: ast.Span): SqlError {
  return new SqlError('ambiguous_column', `column reference "${name}" is ambiguous`, { position: span.start })
}

function bindQualified(node: ast.ColumnReference, scope: Scope): Expression {
  const { parts, span } = node
  const names = parts.map((part) => part.name)
  const found = findRelation(names, scope, span)
  if (found) {
    const { item, used } = found
    const name = names[used]
    const position = item.positions.get(name)
    if (position === AMBIGUOUS) throw ambiguous(name, span)
    if (position !== undefined) {
      const column = item.columns[position]
      if (names.length > used + 1 && !mayHaveParts(column)) throw missingRelation(names.slice(used), span, scope)
      return fields(reference(column, span), parts.slice(used + 1), span, scope)
    }
    const system = systemColumn(item, name, span, scope.state)
    if (system) return fields(reference(system, span), parts.slice(used + 1), span, scope)
    if (item.rowless) throw noRowType(item, span)
    const operand: ast.ColumnReference = { ...node, parts: parts.slice(0, used) }
    const called = bindFunctionOf(operand, wholeRow(item, span, scope.state).type, parts[used], scope)
    if (called) return fields(called, parts.slice(used + 1), span, scope)
    throw new SqlError('undefined_column', `column ${names.slice(used - 1, used + 1).join('.')} does not exist`, {
      position: span.start,
      hint: nearHint(name, [item]),
    })
  }
  for (let lambda = scope.lambda; lambda; lambda = lambda.parent) {
    const parameter = lambda.names.get(names[0])
    if (parameter) return fields(parameter, parts.slice(1), span, scope)
  }
  const column = findColumn(names[0], span, scope)
  const kind = column?.type.kind
  if (column && (kind === 'record' || kind === 'domain' || kind === 'json') && mayHaveParts(column))
    return fields(reference(column, span), parts.slice(1), span, scope)
  throw missingRelation(names, span, scope)
}

/** Whether `column.name` may be a part of the column: of a composite type, it is one of parameters alone, as in PostgreSQL. */
export function mayHaveParts({ type, expression }: ScopeColumn): boolean {
  const base = baseType(type)
  return expression !== undefined || base.kind !== 'record' || base.name === undefined
}

function fields(expression: Expression, parts: readonly ast.Identifier[], span: ast.Span, scope: Scope): Expression {
  let result = expression
  for (const part of parts) result = bindPart(result, part, span, scope)
  return result
}

/** The relation that the front of a dotted name means, and how many of its parts. At least one part is left for the column. */
export function findRelation(
  names: readonly string[],
  scope: Scope,
  span: ast.Span,
): { readonly item: RangeItem; readonly used: number } | undefined {
  for (let level: Scope | undefined = scope; level; level = level.parent) {
    const item = findInItems(level, names[0], undefined, span)
    if (item) return { item, used: 1 }
  }
  if (names.length > 2) {
    for (let level: Scope | undefined = scope; level; level = level.parent) {
      const item = findInItems(level, names[1], names[0], span)
      if (item) return { item, used: 2 }
    }
  }
  if (names.length > 3) {
    if (names[0] !== scope.state.context.functions.database) {
      if (findColumn(names[0], span, scope)) return undefined
      throw notSupported('cross-database references', span.start)
    }
    for (let level: Scope | undefined = scope; level; level = level.parent) {
      const item = findInItems(level, names[2], names[1], span)
      if (item) return { item, used: 3 }
    }
  }
  return undefined
}

/** The level's relation of that name; 42P09 when it has two. */
function findInItems(level: Scope, name: string, schema: string | undefined, span: ast.Span): RangeItem | undefined {
  let found: RangeItem | undefined
  for (const item of level.items) {
    if (!item.qualified || item.name !== name || (schema !== undefined && item.schema !== schema)) continue
    if (found) throw new SqlError('ambiguous_alias', `table reference "${name}" is ambiguous`, { position: span.start })
    found = item
  }
  if (!found) for (const item of level.forbidden) if (item.qualified && item.name === name) throw forbidden(name, span)
  return found
}

/** `t` as a value: the row of all its columns; NULL where an outer join found none. A function's single column is itself. */
export function wholeRow(item: RangeItem, span: ast.Span, state: BindState): Expression {
  if (item.rowless) throw noRowType(item, span)
  const items = item.columns.map((column) => reference(column, span))
  if (item.rowType && item.rowType.kind !== 'record') return items[0]
  const fields = item.columns.map(({ name, type }) => ({ name, type }))
  const type: DataType =
    item.rowType ?? (item.table ? { kind: 'record', name: item.table.name, fields } : { kind: 'record', fields })
  const row: Expression = { kind: 'row', type, items, whole: true, span }
  if (!item.padded) return row
  if (!item.marker) {
    state.needsMarkers = true
    return row
  }
  const isMissing = isNullValue(reference(item.marker, span))
  return { ...either(isMissing, { kind: 'constant', type, value: null }, row), span }
}

function noRowType(item: RangeItem, span: ast.Span): SqlError {
  return new SqlError('wrong_object_type', `relation "${item.relation}" does not have a composite type`, {
    position: span.start,
  })
}

export function undefinedColumn(name: string, span: ast.Span, scope: Scope): SqlError {
  const items = allItems(scope)
  const hidden = items.find((item) => !scope.items.includes(item) && !visible(scope, item) && item.positions.has(name))
  const detail = hidden
    ? `There is a column named "${name}" in table "${hidden.name}", but it cannot be referenced from this part of the query.`
    : undefined
  return new SqlError('undefined_column', `column "${name}" does not exist`, {
    position: span.start,
    detail,
    hint: hidden ? undefined : nearHint(name, items),
  })
}

function visible(scope: Scope, item: RangeItem): boolean {
  for (let level: Scope | undefined = scope; level; level = level.parent) if (level.items.includes(item)) return true
  return false
}

/** The items of all levels, those that cannot be reached included. */
function allItems(scope: Scope): RangeItem[] {
  const items: RangeItem[] = []
  for (let level: Scope | undefined = scope; level; level = level.parent) items.push(...level.items, ...level.blocked)
  return items
}

/** `Perhaps you meant to reference the column "t.x".` */
function nearHint(name: string, items: readonly RangeItem[]): string | undefined {
  const candidates = new Map<string, string>()
  for (const item of items) {
    if (item.name === undefined) continue
    for (const column of item.columns) {
      if (!candidates.has(column.name)) candidates.set(column.name, `${item.name}.${column.name}`)
    }
  }
  const near = candidates.has(name) ? name : closestName(name, candidates.keys())
  return near === undefined ? undefined : `Perhaps you meant to reference the column "${candidates.get(near)}".`
}

/** 42P01 for `x.y` where no x is in reach, with what PostgreSQL says of an x that is elsewhere. */
export function missingRelation(names: readonly string[], span: ast.Span, scope: Scope): SqlError {
  const name = names.length > 2 ? names[names.length - 2] : names[0]
  const position = span.start
  for (let level: Scope | undefined = scope; level; level = level.parent) {
    const aliased = level.items.find((item) => item.relation === name && item.name !== name)
    if (aliased) {
      return new SqlError('undefined_table', `invalid reference to FROM-clause entry for table "${name}"`, {
        position,
        hint: `Perhaps you meant to reference the table alias "${aliased.name}".`,
      })
    }
    const hidden =
      level.blocked.find((item) => item.name === name) ??
      level.items.find((item) => item.name === name && !item.qualified)
    if (hidden) {
      return new SqlError('undefined_table', `invalid reference to FROM-clause entry for table "${name}"`, {
        position,
        detail: `There is an entry for table "${name}", but it cannot be referenced from this part of the query.`,
        hint:
          level.clause === 'FROM clause of their own query level'
            ? 'To reference that table, you must mark this subquery with LATERAL.'
            : undefined,
      })
    }
  }
  return new SqlError('undefined_table', `missing FROM-clause entry for table "${name}"`, { position })
}
