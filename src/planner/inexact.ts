/**
 * Which output columns hold quotients: numerics that were rounded to some scale when they were made, like avg(x) or a / b.
 * Their nearest JavaScript number loses nothing that was exact; every other numeric must fit a number or is refused.
 */
import type { ColumnId, Expression, OutputColumn } from './expression.ts'
import type { LogicalPlan } from './plan.ts'

const roundingFunctions = new Set([
  '/',
  '^',
  'div_scale',
  'avg',
  'sqrt',
  'exp',
  'ln',
  'log',
  'log10',
  'power',
  'pow',
  'stddev',
  'stddev_samp',
  'stddev_pop',
  'variance',
  'var_samp',
  'var_pop',
  'percentile_cont',
  'quantile_cont',
  'median',
  'mean',
  'random',
  '|/',
  'extract',
])

/** Per output column of a plan: whether its value is a rounded quotient. */
export function inexactColumns(plan: LogicalPlan, columns: readonly OutputColumn[]): readonly boolean[] {
  if (!columns.some((column) => column.type.kind === 'numeric')) return []
  const sources = new Map<ColumnId, Expression | 'rounded'>()
  collect(plan, sources)
  return columns.map((column) => column.type.kind === 'numeric' && columnIsRounded(column.id, sources, new Set()))
}

/** Notes for every column where its value comes from. */
function collect(plan: LogicalPlan, sources: Map<ColumnId, Expression | 'rounded'>): void {
  if (plan.kind === 'project') plan.columns.forEach((column, i) => sources.set(column.id, plan.expressions[i]))
  if (plan.kind === 'aggregate') {
    plan.groups.forEach((group, i) => sources.set(plan.columns[i].id, group))
    plan.aggregates.forEach((call, i) => {
      const { id } = plan.columns[plan.groups.length + i]
      if (roundingFunctions.has(call.function.name)) sources.set(id, 'rounded')
      else if (call.args.length > 0) sources.set(id, call.args[0])
    })
  }
  if (plan.kind === 'window') {
    const first = plan.columns.length - plan.calls.length
    plan.calls.forEach((call, i) => {
      const { id } = plan.columns[first + i]
      if (roundingFunctions.has(call.function.name)) sources.set(id, 'rounded')
      else if (call.args.length > 0) sources.set(id, call.args[0])
    })
  }
  if (plan.kind === 'set-operation') {
    plan.columns.forEach((column, i) => {
      const { id, name, type } = plan.left.columns[i]
      sources.set(column.id, { kind: 'column', id, name, type })
    })
  }
  if ('input' in plan && plan.input) collect(plan.input, sources)
  if ('left' in plan) collect(plan.left, sources)
  if ('right' in plan) collect(plan.right, sources)
  if (plan.kind === 'with') collect(plan.definition, sources)
}

function columnIsRounded(id: ColumnId, sources: Map<ColumnId, Expression | 'rounded'>, seen: Set<ColumnId>): boolean {
  if (seen.has(id)) return false
  seen.add(id)
  const source = sources.get(id)
  return source === 'rounded' || (source !== undefined && isRounded(source, sources, seen))
}

function isRounded(
  expression: Expression,
  sources: Map<ColumnId, Expression | 'rounded'>,
  seen: Set<ColumnId>,
): boolean {
  const visit = (child: Expression): boolean => isRounded(child, sources, seen)
  switch (expression.kind) {
    case 'column':
      return columnIsRounded(expression.id, sources, seen)
    case 'call':
      return roundingFunctions.has(expression.function.name) || expression.args.some(visit)
    case 'cast':
      return expression.input.type.kind === 'double' || expression.input.type.kind === 'real' || visit(expression.input)
    case 'coalesce':
      return expression.args.some(visit)
    case 'case':
      return (
        expression.branches.some((branch) => visit(branch.then)) ||
        (expression.otherwise ? visit(expression.otherwise) : false)
      )
    case 'subquery':
      return expression.mode === 'scalar' && (inexactColumns(expression.plan, expression.plan.columns)[0] ?? false)
    default:
      return false
  }
}
