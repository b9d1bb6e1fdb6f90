/** What a plan reads that it does not make: columns of enclosing queries, and CTEs. */
import type { ColumnId, Expression, OutputColumn } from '../planner/expression.ts'
import type { PhysicalPlan } from '../planner/physical-plan.ts'
import type { LogicalPlan } from '../planner/plan.ts'
import { isVolatileCall } from '../planner/tree.ts'

export interface Dependencies {
  /** Columns of enclosing queries. */
  readonly columns: ReadonlySet<ColumnId>
  /** Numbers of CTEs that are defined outside. */
  readonly ctes: ReadonlySet<number>
  /** The plan calls a volatile function or changes data, so that running it twice may differ from running it once. */
  readonly isVolatile: boolean
}

const known = new WeakMap<object, Dependencies>()

/** The dependencies of a plan; kept, since plans do not change. */
export function dependencies(plan: PhysicalPlan | LogicalPlan): Dependencies {
  const cached = known.get(plan)
  if (cached) return cached
  const found: Found = { read: new Set(), made: new Set(), ctesRead: new Set(), ctesMade: new Set(), isVolatile: false }
  visit(plan, found)
  const result: Dependencies = {
    columns: new Set([...found.read].filter((id) => !found.made.has(id))),
    ctes: new Set([...found.ctesRead].filter((cte) => !found.ctesMade.has(cte))),
    isVolatile: found.isVolatile,
  }
  known.set(plan, result)
  return result
}

interface Found {
  readonly read: Set<ColumnId>
  readonly made: Set<ColumnId>
  readonly ctesRead: Set<number>
  readonly ctesMade: Set<number>
  isVolatile: boolean
}

/** Parts of plans and expressions that hold neither. */
const opaque: ReadonlySet<string> = new Set([
  'type',
  'span',
  'table',
  'index',
  'source',
  'function',
  'cast',
  'value',
  'shift',
])

/** Lists of columns that a node makes. */
const columnLists: ReadonlySet<string> = new Set(['columns', 'rowColumns', 'existing', 'tableOutput', 'parameters'])

/** Ids are unique within a statement, so what a tree reads and what it makes can be collected in any order. */
function visit(node: unknown, found: Found): void {
  if (Array.isArray(node)) {
    for (const item of node) visit(item, found)
    return
  }
  if (node === null || typeof node !== 'object') return
  note(node as Expression | PhysicalPlan, found)
  for (const [key, part] of Object.entries(node)) {
    if (opaque.has(key) && !(key === 'value' && isExpression(part))) continue
    if (columnLists.has(key) && Array.isArray(part)) {
      for (const column of part as OutputColumn[]) found.made.add(column.id)
    } else if (key === 'mark') {
      if (part) found.made.add((part as OutputColumn).id)
    } else {
      visit(part, found)
    }
  }
}

/** An index scan's bounds are called `value` too, and are expressions. */
function isExpression(part: unknown): boolean {
  return part !== null && typeof part === 'object' && 'kind' in part && 'type' in part
}

function note(node: Expression | PhysicalPlan, found: Found): void {
  switch (node.kind) {
    case 'column':
    case 'lambda-parameter':
      found.read.add(node.id)
      break
    case 'call':
      if (isVolatileCall(node)) found.isVolatile = true
      break
    case 'cte-scan':
      found.ctesRead.add(node.cte)
      break
    case 'with':
    case 'recursive-cte':
      found.ctesMade.add(node.cte)
      break
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      found.isVolatile = true
      break
  }
}
