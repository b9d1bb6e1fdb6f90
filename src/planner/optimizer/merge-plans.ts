/**
 * Two plans that compute the same rows, as one plan with the columns of both. Their columns have identities of their own and
 * each may have left out what it does not need, so the plans are walked side by side:
 *
 *   Join inner on s.k = n.k         Join inner on t.k = m.k          Join inner on s.k = n.k
 *   ├─ Scan supplier s (k, name)    ├─ Scan supplier t (k, phone) ─▶ ├─ Scan supplier s (k, name, phone)
 *   └─ Scan nation n (k)            └─ Scan nation m (k)             └─ Scan nation n (k)
 *
 * Only what is repeatable is merged; what reads the outside (correlated columns) is the caller's to refuse.
 */
import type { AggregateCall, ColumnId, Expression, OutputColumn } from '../expression.ts'
import type { Aggregate, Join, LogicalPlan, Project, Scan } from '../plan.ts'
import { replaceColumns } from '../tree.ts'
import { joinColumns, reference, replaceInputs } from './make.ts'
import { sameExpression } from './same-expression.ts'

/** From the second plan's columns to the merged plan's. */
export type Images = Map<ColumnId, OutputColumn>

/** The plan that yields what both do; undefined where they differ. Its columns are the first plan's and those of `images`. */
export function mergePlans(first: LogicalPlan, second: LogicalPlan, images: Images): LogicalPlan | undefined {
  if (first.kind !== second.kind) return undefined
  switch (first.kind) {
    case 'scan':
      return mergeScans(first, second as Scan, images)
    case 'filter': {
      const other = second as typeof first
      const input = mergePlans(first.input, other.input, images)
      return input && sameImage(first.predicate, other.predicate, images) ? replaceInputs(first, [input]) : undefined
    }
    case 'project':
      return mergeProjections(first, second as Project, images)
    case 'join':
      return mergeJoins(first, second as Join, images)
    case 'aggregate':
      return mergeAggregates(first, second as Aggregate, images)
    default:
      return undefined
  }
}

function mergeScans(first: Scan, second: Scan, images: Images): Scan | undefined {
  if (first.table !== second.table || first.sample || second.sample) return undefined
  if (first.rowId !== undefined || second.rowId !== undefined) return undefined
  const columns = [...first.columns]
  const tableColumns = [...first.tableColumns]
  second.tableColumns.forEach((number, index) => {
    const known = tableColumns.indexOf(number)
    if (known < 0) {
      columns.push(second.columns[index])
      tableColumns.push(number)
    }
    images.set(second.columns[index].id, known < 0 ? second.columns[index] : columns[known])
  })
  return sameImages(first.filter, second.filter, images) ? { ...first, columns, tableColumns } : undefined
}

function mergeProjections(first: Project, second: Project, images: Images): Project | undefined {
  const input = mergePlans(first.input, second.input, images)
  if (!input) return undefined
  const columns = [...first.columns]
  const expressions = [...first.expressions]
  second.expressions.forEach((expression, index) => {
    const image = imageOf(expression, images)
    const known = expressions.findIndex((each) => sameExpression(each, image))
    const own = second.columns[index]
    // A column that is passed on keeps its identity, which the input has given it.
    const column = known >= 0 ? columns[known] : image.kind === 'column' ? (images.get(own.id) ?? own) : own
    if (known < 0) {
      columns.push(column)
      expressions.push(image)
    }
    images.set(own.id, column)
  })
  return { ...first, input, columns, expressions }
}

function mergeJoins(first: Join, second: Join, images: Images): Join | undefined {
  if (first.type !== second.type || first.nullAware !== second.nullAware) return undefined
  if (first.special || second.special || first.mark || second.mark) return undefined
  const left = mergePlans(first.left, second.left, images)
  const right = left && mergePlans(first.right, second.right, images)
  if (!right || !sameImages(first.condition, second.condition, images)) return undefined
  return { ...first, left, right, columns: joinColumns(first.type, left, right, undefined) }
}

function mergeAggregates(first: Aggregate, second: Aggregate, images: Images): Aggregate | undefined {
  if (first.sets || second.sets || first.groupingColumn !== undefined || second.groupingColumn !== undefined)
    return undefined
  const input = mergePlans(first.input, second.input, images)
  if (!input || !sameImages(first.groups, second.groups, images)) return undefined
  const width = first.groups.length
  const columns = [...first.columns]
  const aggregates = [...first.aggregates]
  second.groups.forEach((_, index) => images.set(second.columns[index].id, columns[index]))
  second.aggregates.forEach((call, index) => {
    const own = second.columns[width + index]
    const known = aggregates.findIndex((each) => sameCall(each, call, images))
    if (known < 0) {
      columns.push(own)
      aggregates.push(imageOfCall(call, images))
    }
    images.set(own.id, known < 0 ? own : columns[width + known])
  })
  return { ...first, input, columns, aggregates }
}

function imageOf(expression: Expression, images: Images): Expression {
  return replaceColumns(expression, (id) => {
    const image = images.get(id)
    return image && reference(image)
  })
}

function imageOfCall(call: AggregateCall, images: Images): AggregateCall {
  return {
    ...call,
    args: call.args.map((arg) => imageOf(arg, images)),
    filter: call.filter && imageOf(call.filter, images),
    orderBy: call.orderBy.map((key) => ({ ...key, expression: imageOf(key.expression, images) })),
  }
}

function sameImage(first: Expression, second: Expression, images: Images): boolean {
  return sameExpression(first, imageOf(second, images))
}

function sameImages(first: readonly Expression[], second: readonly Expression[], images: Images): boolean {
  return first.length === second.length && first.every((each, index) => sameImage(each, second[index], images))
}

function sameCall(first: AggregateCall, second: AggregateCall, images: Images): boolean {
  if (first.overload !== second.overload || first.distinct !== second.distinct) return false
  if ((first.filter === undefined) !== (second.filter === undefined)) return false
  if (first.filter && second.filter && !sameImage(first.filter, second.filter, images)) return false
  return (
    sameImages(first.args, second.args, images) &&
    first.orderBy.length === second.orderBy.length &&
    first.orderBy.every((key, index) => {
      const other = second.orderBy[index]
      return (
        key.descending === other.descending &&
        key.nullsFirst === other.nullsFirst &&
        sameImage(key.expression, other.expression, images)
      )
    })
  )
}
