/** INSERT. The source's columns are brought to the types of the columns that they go to; the others get their defaults. */
import { SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import type { ColumnDefinition } from '../../storage/interface.ts'
import type { DataType } from '../../types/data-type.ts'
import type { Expression } from '../expression.ts'
import type { Insert, LogicalPlan } from '../plan.ts'
import { bindBulkValues } from './bulk-values.ts'
import { bindExpression } from './expression.ts'
import { bindConflict, conflictOfWord } from './on-conflict.ts'
import { assignPart, partType, refuseDefaultPart, replacePart } from './part-assignment.ts'
import { bindQuery } from './query.ts'
import { bindReturning } from './returning.ts'
import { retype } from './retype.ts'
import { assign, completeRow, refuseGiven } from './row-values.ts'
import { type BindState, type BoundQuery, newColumn, reference, Scope } from './scope.ts'
import { addSets } from './select.ts'
import { withoutStars } from './star.ts'
import {
  bindChecks,
  bindTarget,
  newRow,
  newRowItem,
  overNewRow,
  type Target,
  targetColumn,
  targetDefault,
} from './target.ts'
import { checkLengths } from './values.ts'

export function bindInsert(statement: ast.Insert, parent: Scope): BoundQuery {
  const { state } = parent
  const target = bindTarget(statement.table, undefined, 'insert into', state)
  const source = bindSource(statement, target, parent)
  const { values, input } = completeRow(target.table, source.values, source.input, state)
  const rowColumns = newRow(target, state)
  const named = statement.alias
    ? { ...target, name: statement.alias.name, item: { ...target.item, name: statement.alias.name, schema: undefined } }
    : target
  const onConflict = conflictOfWord(statement, target, source.given) ?? statement.onConflict
  const conflict = onConflict && bindConflict(onConflict, named, rowColumns, parent)
  const scope = new Scope(state, parent)
  const { returning, columns } = bindReturning(statement.returning, [newRowItem(named, rowColumns)], scope, (it) =>
    overNewRow(it, target, rowColumns),
  )
  const plan: Insert = {
    kind: 'insert',
    table: target.table,
    input,
    values,
    checks: bindChecks(target, rowColumns, state),
    rowColumns,
    conflict,
    instead: target.instead && { ...target.instead, old: [] },
    returning,
    columns,
  }
  return { plan, columns }
}

/** The rows to insert: a plan, and per column of the table what it gets; undefined for generated columns. */
interface Source {
  /** The columns that the statement gives values for. */
  readonly given?: ReadonlySet<number>
  readonly input: LogicalPlan
  readonly values: readonly (Expression | undefined)[]
}

const oneRow: LogicalPlan = { kind: 'values', rows: [[]], columns: [] }

function bindSource(statement: ast.Insert, target: Target, parent: Scope): Source {
  const { source } = statement
  const { state } = parent
  if (!source) return { input: oneRow, values: withDefaults(target, new Map(), state, statement.overriding) }
  if (source.kind === 'bulk-values') {
    const places = givenPlaces(statement, target, source.columns.length, source.rowStarts[0])
    refuseOwnColumns(places, statement, source.rowStarts[0])
    return fromColumns(bindBulkValues(source, places, state), places, target, parent, statement.overriding)
  }
  if (source.kind === 'values' && isPlain(source)) return bindRows(statement, source, target, parent)
  return bindRowsOfQuery(statement, source, target, parent)
}

function isPlain(query: ast.Values): boolean {
  return !query.with && query.orderBy.length === 0 && !query.orderByAll && !query.limit && !query.offset
}

/** Where a column of the source goes: a column of the table, or a part of one. */
interface Place {
  readonly number: number
  readonly name: string
  /** Of the column, or of the part. */
  readonly type: DataType
  readonly definition: ColumnDefinition
  readonly part?: ast.InsertColumn
  /** OVERRIDING USER VALUE: what is given does not count. */
  readonly ignored: boolean
}

/** The places that the source's columns go to: those named, or the first columns. */
function givenPlaces(statement: ast.Insert, target: Target, width: number, position: number | undefined): Place[] {
  const place = (number: number, part?: ast.InsertColumn): Place => {
    const definition = target.table.columns[number]
    const type = part ? partType(definition.type, part.path, definition.name) : definition.type
    const ignored = statement.overriding === 'user' && definition.identity !== undefined
    return { number, name: definition.name, type, definition, part, ignored }
  }
  if (statement.columns.length === 0) {
    if (width > target.tableColumns.length) {
      throw new SqlError('syntax_error', 'INSERT has more expressions than target columns', { position })
    }
    const numbers = target.tableColumns.slice(0, width)
    numbers.forEach((number, index) => {
      if (number < 0 || numbers.indexOf(number) === index) return
      throw assignedTwice(target.table.columns[number].name, position)
    })
    return target.item.columns.slice(0, width).map((column, index) => {
      if (target.tableColumns[index] >= 0) return place(target.tableColumns[index])
      return place(targetColumn(target, { name: column.name, quoted: true, span: statement.table.span }, 'insert into'))
    })
  }
  const inParts = new Map<number, boolean>()
  const places = statement.columns.map((column) => {
    const { name, path } = column
    const number = targetColumn(target, name, 'insert into')
    const isPart = path.length > 0
    const isOther =
      inParts.has(number) && statement.columns.filter((other) => other.name.name === name.name).length === 1
    if (isOther) throw assignedTwice(target.table.columns[number].name, name.span.start)
    if (inParts.has(number) && !(isPart && inParts.get(number))) {
      throw new SqlError('duplicate_column', `column "${name.name}" specified more than once`, {
        position: name.span.start,
      })
    }
    inParts.set(number, isPart)
    return place(number, isPart ? column : undefined)
  })
  if (width > places.length)
    throw new SqlError('syntax_error', 'INSERT has more expressions than target columns', { position })
  if (width < places.length) {
    throw new SqlError('syntax_error', 'INSERT has more target columns than expressions', {
      position: statement.columns[width].span.start,
    })
  }
  return places
}

/** 42601 for two columns of a view that are one of the table. */
function assignedTwice(name: string, position: number | undefined): SqlError {
  return new SqlError('syntax_error', `multiple assignments to same column "${name}"`, { position })
}

function refuseOwnColumns(places: readonly Place[], statement: ast.Insert, position: number | undefined): void {
  for (const { definition, ignored } of places) {
    if (!ignored) refuseGiven(definition, 'insert', statement.overriding === 'system', position)
  }
}

/** Each table column: what is given, or its default. */
function withDefaults(
  target: Target,
  given: ReadonlyMap<number, Expression>,
  state: BindState,
  overriding: ast.Insert['overriding'],
): (Expression | undefined)[] {
  return target.table.columns.map((_, number) => given.get(number) ?? targetDefault(target, number, state, overriding))
}

/** A value as what its place takes. */
function assignTo(expression: Expression, place: Place, state: BindState): Expression {
  if (place.part) return assignPart(expression, place.type, place.part, state)
  return assign(expression, place, state)
}

/** The table's row out of the input's columns, which are already of their places' types. */
function fromColumns(
  input: LogicalPlan,
  places: readonly Place[],
  target: Target,
  parent: Scope,
  overriding: ast.Insert['overriding'],
): Source {
  const { state } = parent
  const given = new Map<number, Expression>()
  places.forEach((place, index) => {
    const { number, part, definition, ignored } = place
    if (ignored || definition.generated) return
    const value = reference(input.columns[index])
    if (!part) {
      given.set(number, value)
      return
    }
    const before = given.get(number) ?? { kind: 'constant', type: definition.type, value: null }
    given.set(number, replacePart(before, part.path, value, definition.name, new Scope(state, parent)))
  })
  return { input, values: withDefaults(target, given, state, overriding), given: new Set(given.keys()) }
}

/** VALUES: each value is brought to its column by itself, and DEFAULT is allowed. */
function bindRows(statement: ast.Insert, written: ast.Values, target: Target, parent: Scope): Source {
  const { state } = parent
  const source = { ...written, rows: written.rows.map((row) => withoutStars(row, parent)) }
  checkLengths(source)
  const [first] = source.rows
  const places = givenPlaces(
    statement,
    target,
    first.length,
    first[statement.columns.length || target.tableColumns.length]?.span.start,
  )
  const scope = new Scope(state, parent)
  scope.clause = 'VALUES'
  const isDefault = places.map((place, index) => {
    const all = source.rows.every((row) => row[index].kind === 'default')
    if (all && place.part) refuseDefaultPart(place.part, first[index].span.start)
    return all
  })
  const kept = places.map((_, index) => index).filter((index) => !isDefault[index])
  scope.setsInValues = source.rows.length === 1
  const rows = source.rows.map((row) =>
    kept.map((index) => {
      const node = row[index]
      const place = places[index]
      if (node.kind === 'default') {
        if (place.part) refuseDefaultPart(place.part, node.span.start)
        if (place.definition.generated) {
          const given = source.rows.find((other) => other[index].kind !== 'default')!
          refuseGiven(place.definition, 'insert', false, given[index].span.start)
        }
        return targetDefault(target, place.number, state, statement.overriding)!
      }
      if (!place.ignored) refuseGiven(place.definition, 'insert', statement.overriding === 'system', node.span.start)
      return assignTo(bindExpression(node, scope), place, state)
    }),
  )
  const columns = kept.map((index) => newColumn(state, places[index].name, places[index].type))
  const input: LogicalPlan =
    scope.sets.length === 0
      ? { kind: 'values', rows, columns }
      : { kind: 'project', input: addSets(oneRow, scope.sets), expressions: rows[0], columns }
  return fromColumns(
    input,
    kept.map((index) => places[index]),
    target,
    parent,
    statement.overriding,
  )
}

function bindRowsOfQuery(statement: ast.Insert, source: ast.Query, target: Target, parent: Scope): Source {
  const { state } = parent
  const query = bindQuery(source, parent, { keepUnknown: true })
  const byName = statement.byName
    ? {
        ...statement,
        columns: query.columns.map(
          ({ name }): ast.InsertColumn => ({
            name: { name, quoted: true, span: source.span },
            path: [],
            span: source.span,
          }),
        ),
      }
    : statement
  const places = givenPlaces(
    byName,
    target,
    query.columns.length,
    itemSpan(source, byName.columns.length || target.tableColumns.length).start,
  )
  refuseOwnColumns(places, statement, source.span.start)
  let { plan } = query
  places.forEach(({ type }, index) => {
    if (plan.columns[index].type.kind === 'unknown') plan = retype(plan, index, type, state)
  })
  const expressions = places.map((place, index) =>
    assignTo(reference(plan.columns[index], itemSpan(source, index)), place, state),
  )
  if (places.every((place) => !place.part)) {
    const given = new Map<number, Expression>()
    places.forEach((place, index) => {
      if (!place.ignored) given.set(place.number, expressions[index])
    })
    return {
      input: plan,
      values: withDefaults(target, given, state, statement.overriding),
      given: new Set(given.keys()),
    }
  }
  const columns = places.map((place) => newColumn(state, place.name, place.type))
  return fromColumns(
    { kind: 'project', input: plan, expressions, columns },
    places,
    target,
    parent,
    statement.overriding,
  )
}

/** Where column `index` of the query stands in the text. */
function itemSpan(query: ast.Query, index: number): ast.Span {
  if (query.kind === 'select') return query.items[index]?.expression.span ?? query.span
  return query.span
}
