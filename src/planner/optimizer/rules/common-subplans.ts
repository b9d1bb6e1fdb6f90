/**
 * Computes once what a query joins or groups in several places: the rows are kept as those of a CTE, and read wherever the query
 * asks for them.
 *
 *   SELECT k, sum(v) FROM a JOIN b ON a.id = b.id GROUP BY k HAVING sum(v) > (SELECT 0.1 * sum(v) FROM a JOIN b ON a.id = b.id)
 *
 *   Join on sum > sum * 0.1              With common 1
 *   ├─ Aggregate by k: sum(v)            ├─ common 1: Join on a.id = b.id
 *   │  └─ Join on a.id = b.id      ─▶    └─ Join on sum > sum * 0.1
 *   └─ Aggregate sum(v)                     ├─ Aggregate by k: sum(v)
 *      └─ Join on a.id = b.id               │  └─ Read CTE common 1
 *                                           └─ …
 *
 * It keeps still where keeping the rows costs as much as computing them again, where rows are few, where what is computed reads
 * the row around it, and where computing it again might yield something else:
 *
 *   SELECT * FROM (SELECT id, random() AS r FROM a JOIN b USING (id)) s, (SELECT id, random() AS r FROM a JOIN b USING (id)) t
 */
import type { Estimator } from '../../estimate/estimator.ts'
import type { ColumnId, OutputColumn } from '../../expression.ts'
import type { CteScan, LogicalPlan } from '../../plan.ts'
import { freeColumns, inputs, walkPlan } from '../../tree.ts'
import { copyPlan, isRepeatable } from '../copy-plan.ts'
import { Has } from '../features.ts'
import { keepColumns, rebuild } from '../make.ts'
import { type Images, mergePlans } from '../merge-plans.ts'
import { allOf, type Needs, visitWithNeeds } from '../required-columns.ts'
import type { Rule, RuleContext } from '../rule.ts'

/** Below so many rows on their way, nothing is worth keeping. */
const fewRows = 10_000
/** A value that is kept and read again costs as much as so many rows on their way, at most. */
const rowsPerValue = 2

export const commonSubplans: Rule = {
  name: 'common-subplans',
  canFire: (features) => (features & (Has.join | Has.aggregate)) !== 0 && (features & Has.change) === 0,
  apply(plan, context) {
    let current = plan
    for (let number = 1; ; number++) {
      const next = shareOne(current, `common ${number}`, context)
      if (next === current) return current
      current = next
    }
  },
}

interface Occurrence {
  readonly plan: LogicalPlan
  readonly needs: Needs
  /** From its columns to those of the merged plan. */
  readonly images: Images
}

/** The plan with the largest of its repeated parts computed once; the plan itself where nothing is repeated. */
function shareOne(plan: LogicalPlan, name: string, context: RuleContext): LogicalPlan {
  if (!readsATableTwice(plan)) return plan
  const candidates: { readonly plan: LogicalPlan; readonly needs: Needs }[] = []
  visitWithNeeds(plan, allOf(plan), (node, needs) => {
    if (node.kind === 'with') context.estimator.define(node.cte, node.definition)
    if (isCandidate(node)) candidates.push({ plan: node, needs })
    return node
  })
  for (let index = 0; index < candidates.length; index++) {
    const first = candidates[index]
    let merged = first.plan
    const occurrences: Occurrence[] = [{ ...first, images: new Map() }]
    for (const other of candidates.slice(index + 1)) {
      if (occurrences.some((each) => contains(each.plan, other.plan))) continue
      const images: Images = new Map()
      const next = mergePlans(merged, other.plan, images)
      if (!next) continue
      merged = next
      occurrences.push({ ...other, images })
    }
    if (occurrences.length < 2 || freeColumns(merged).size > 0 || !isRepeatable(merged)) continue
    const kept = merged.columns.filter((column) => occurrences.some((each) => needed(each, column)))
    if (kept.length > 0 && pays(merged, kept.length, occurrences.length, context.estimator))
      return share(plan, name, merged, kept, occurrences, context)
  }
  return plan
}

function readsATableTwice(plan: LogicalPlan): boolean {
  const tables = new Set<unknown>()
  let isRepeated = false
  walkPlan(plan, (node) => {
    if (node.kind !== 'scan') return
    if (tables.has(node.table)) isRepeated = true
    tables.add(node.table)
  })
  return isRepeated
}

function isCandidate(plan: LogicalPlan): boolean {
  return plan.kind === 'join' || plan.kind === 'aggregate'
}

function contains(plan: LogicalPlan, part: LogicalPlan): boolean {
  return plan === part || inputs(plan).some((input) => contains(input, part))
}

/** The occurrence's own column for one of the merged plan. */
function ownColumn({ plan, images }: Occurrence, column: OutputColumn): OutputColumn | undefined {
  return plan.columns.find((own) => (images.get(own.id) ?? own).id === column.id)
}

function needed(occurrence: Occurrence, column: OutputColumn): boolean {
  const own = ownColumn(occurrence, column)
  return own !== undefined && (occurrence.needs.exact || occurrence.needs.columns.has(own.id))
}

/** Whether keeping the rows costs clearly less than computing them again. */
function pays(plan: LogicalPlan, columns: number, times: number, estimator: Estimator): boolean {
  let work = 0
  walkPlan(plan, (node) => {
    work += estimator.rows(node.kind === 'scan' ? { ...node, filter: [] } : node)
  })
  const price = estimator.rows(plan) * columns * rowsPerValue * times
  return work >= fewRows && work * (times - 1) >= price
}

function share(
  plan: LogicalPlan,
  name: string,
  merged: LogicalPlan,
  kept: readonly OutputColumn[],
  occurrences: readonly Occurrence[],
  context: RuleContext,
): LogicalPlan {
  const copy = copyPlan(merged, context)
  const renewed = (id: ColumnId): OutputColumn => copy.columns.get(id) as OutputColumn
  const definition = keepColumns(
    copy.plan,
    kept.map((column) => renewed(column.id)),
  )
  const cte = context.newCte()
  context.estimator.define(cte, definition)
  const readers = new Map<LogicalPlan, LogicalPlan>()
  for (const occurrence of occurrences) {
    const columns = kept.map((column) => ownColumn(occurrence, column) ?? { ...column, id: context.newColumnId() })
    const scan: CteScan = { kind: 'cte-scan', cte, name, columns }
    readers.set(occurrence.plan, occurrence.needs.exact ? keepColumns(scan, occurrence.plan.columns) : scan)
  }
  const replace = (node: LogicalPlan): LogicalPlan => readers.get(node) ?? rebuild(node, replace)
  const input = replace(plan)
  return { kind: 'with', cte, name, whole: true, definition, input, columns: input.columns }
}
