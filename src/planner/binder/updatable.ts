/** Which views can be changed by themselves: the columns of one relation, perhaps fewer, perhaps only some rows. */
import { findFunctions } from '../../functions/registry.ts'
import type * as ast from '../../parser/ast.ts'
import type { CatalogView, TriggerEvent, ViewDefinition } from '../../storage/interface.ts'

/** Why rows of the query are not rows of one relation; undefined when they are. */
export function notUpdatable(query: ast.Query, catalog: CatalogView): string | undefined {
  const refuse = (what: string): string => `Views ${what} are not automatically updatable.`
  if (query.kind !== 'select') return refuse('that return set operations or VALUES')
  if (query.with) return refuse('containing WITH')
  if (query.distinct) return refuse('containing DISTINCT')
  if (query.groupBy.length > 0 || query.groupByAll) return refuse('containing GROUP BY')
  if (query.having) return refuse('containing HAVING')
  if (query.limit || query.offset) return refuse('containing LIMIT or OFFSET')
  const called = calls(query.items)
  if (called.some((call) => call.over === undefined && isKind(call, 'aggregate', catalog))) {
    return refuse('that return aggregate functions')
  }
  if (called.some((call) => call.over !== undefined) || query.qualify) return refuse('that return window functions')
  if (called.some((call) => isKind(call, 'set', catalog))) return refuse('that return set-returning functions')
  const [from] = query.from
  if (query.from.length !== 1 || from.kind !== 'table') return refuse('that do not select from a single table or view')
  if (from.sample) return refuse('containing TABLESAMPLE')
  return undefined
}

function calls(items: readonly ast.SelectItem[]): ast.FunctionCall[] {
  const found: ast.FunctionCall[] = []
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) for (const each of node) visit(each)
    else if (node !== null && typeof node === 'object') {
      const { kind } = node as { kind?: string }
      if (kind === 'subquery' || kind === 'exists' || kind === 'select') return
      if (kind === 'call') found.push(node as ast.FunctionCall)
      for (const [key, part] of Object.entries(node)) if (key !== 'span') visit(part)
    }
  }
  visit(items)
  return found
}

function isKind({ name: { parts } }: ast.FunctionCall, kind: 'aggregate' | 'set', catalog: CatalogView): boolean {
  const name = parts[parts.length - 1].name
  const own = catalog.findRoutines(name, parts.at(-2)?.name)
  if (own.some((routine) => (kind === 'set' ? routine.isSet : routine.kind === 'aggregate'))) return true
  return findFunctions(name).some((record) => record.kind === (kind === 'set' ? 'table' : 'aggregate'))
}

/** Whether a trigger does what the event asks of the view. */
export function hasInsteadOf({ triggers }: ViewDefinition, event: TriggerEvent | undefined): boolean {
  return (triggers ?? []).some(
    ({ timing, events }) => timing === 'instead of' && events.some((own) => own.event === event),
  )
}

/** Per column of a view whether it can be changed, or undefined when the view cannot. */
export function updatableColumns(view: ViewDefinition, catalog: CatalogView): readonly boolean[] | undefined {
  const { query } = view
  if (query.kind !== 'select' || notUpdatable(query, catalog) !== undefined) return undefined
  const from = query.from[0] as ast.TableReference
  const { parts } = from.name
  const base = catalog.findRelation(parts[parts.length - 1].name, parts.at(-2)?.name)
  if (!base || base.kind === 'sequence' || (base.kind === 'table' && base.materialized)) return undefined
  const below = base.kind === 'view' ? updatableColumns(base, catalog) : base.columns.map(() => true)
  if (!below) return undefined
  const names = base.columns.map((column, index) => from.alias?.columns[index]?.name ?? column.name)
  const columns = query.items.flatMap(({ expression }): readonly boolean[] => {
    if (expression.kind === 'star') return below
    if (expression.kind !== 'column') return [false]
    return [below[names.indexOf(expression.parts[expression.parts.length - 1].name)] ?? false]
  })
  return columns.includes(true) ? columns : undefined
}
