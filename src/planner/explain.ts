/**
 * Plans as trees that a person can read. A line per node says what it does; the physical plan's adds the algorithm and
 * the rows expected, and after a run the rows and the time there really were, and whether kernels ran.
 *
 *   Sort revenue DESC
 *   └─ Aggregate by l.orderkey: sum(l.price)
 *      └─ Join inner on l.orderkey = o.id (hash)
 *         ├─ Scan lineitem l where l.x = 1
 *         └─ Index scan orders o using orders_pkey where o.id = 7
 */
import { unreachable } from '../error.ts'
import type { AggregateCall, Expression, OutputColumn } from './expression.ts'
import type { PhysicalPlan } from './physical-plan.ts'
import type { LogicalPlan, WindowFrame } from './plan.ts'
import { printAggregate, printExpression, printSortKeys, printWindowCall } from './print-expression.ts'
import { walkExpression } from './tree.ts'

/** What a node did in a run; `nanoseconds` include its inputs'. */
export interface NodeStatistics {
  readonly rows: number
  readonly nanoseconds: number
  readonly path?: string
}

/** The lines of a physical plan. With statistics, each line says what happened. */
export function explainPlan(plan: PhysicalPlan, statistics?: ReadonlyMap<PhysicalPlan, NodeStatistics>): string[] {
  return tree(plan as Node, (node) => describeFigures(node as PhysicalPlan, statistics))
}

/** A physical plan as an object, with the keys of PostgreSQL's EXPLAIN (FORMAT JSON) where they say the same. */
export function explainObject(
  plan: PhysicalPlan,
  statistics?: ReadonlyMap<PhysicalPlan, NodeStatistics>,
  label?: string,
): object {
  const actual = statistics?.get(plan)
  const children = childrenOf(plan)
  return {
    'Node Type': nodeTypes[plan.kind] ?? titled(plan.kind),
    'Subplan Name': label,
    'Join Type': 'type' in plan ? titled(plan.type) : undefined,
    'Relation Name': 'table' in plan ? plan.table.name : undefined,
    Alias: 'alias' in plan ? plan.alias : undefined,
    'Index Name': 'index' in plan ? plan.index.name : undefined,
    Description: describe(plan),
    'Plan Rows': Math.ceil(plan.estimatedRows),
    'Actual Rows': statistics && (actual?.rows ?? 0),
    'Actual Total Time': statistics && (actual ? actual.nanoseconds / 1e6 : 0),
    Path: actual?.path,
    Plans:
      children.length > 0
        ? children.map((child) => explainObject(child.node as PhysicalPlan, statistics, child.label))
        : undefined,
  }
}

const nodeTypes: { readonly [kind in PhysicalPlan['kind']]?: string } = {
  scan: 'Seq Scan',
  'nested-loop-join': 'Nested Loop',
  'external-scan': 'Foreign Scan',
  values: 'Values Scan',
  'table-function': 'Function Scan',
  'cte-scan': 'CTE Scan',
  project: 'Result',
}

/** `hash-join` → `Hash Join` */
function titled(kind: string): string {
  return kind.replace(/(^|-)(.)/g, (_, dash: string, letter: string) => (dash && ' ') + letter.toUpperCase())
}

/** The lines of a logical plan, as the rules see it. */
export function explainLogical(plan: LogicalPlan): string[] {
  return tree(plan as Node, () => '')
}

type Node = LogicalPlan | PhysicalPlan

function tree(root: Node, figures: (node: Node) => string): string[] {
  const lines: string[] = []
  const visit = (node: Node, first: string, rest: string): void => {
    lines.push(`${first}${describe(node)}${figures(node)}`)
    const children = childrenOf(node)
    children.forEach(({ label, node: child }, index) => {
      const isLast = index === children.length - 1
      const name = label ? `${label}: ` : ''
      visit(child, `${rest}${isLast ? '└─ ' : '├─ '}${name}`, `${rest}${isLast ? '   ' : '│  '}`)
    })
  }
  visit(root, '', '')
  return lines
}

interface Child {
  readonly label?: string
  readonly node: Node
}

function childrenOf(node: Node): readonly Child[] {
  const children: Child[] = []
  if (node.kind === 'with')
    children.push({ label: node.name, node: node.definition as Node }, { node: node.input as Node })
  else if ('left' in node) children.push({ node: node.left as Node }, { node: node.right as Node })
  else if ('input' in node) children.push({ node: node.input as Node })
  for (const subquery of subqueriesOf(node)) children.push({ label: 'subquery', node: subquery })
  return children
}

/** Plans that stayed inside the node's expressions. */
function subqueriesOf(node: Node): Node[] {
  const found: Node[] = []
  const search = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(search)
    else if (isExpression(value)) {
      walkExpression(value, (part) => {
        if (part.kind === 'subquery') found.push(part.plan)
      })
    }
  }
  switch (node.kind) {
    case 'filter':
      search(node.predicate)
      break
    case 'project':
      search(node.expressions)
      break
    case 'limit':
    case 'top-n':
      search([node.limit, node.offset])
      break
    case 'insert':
    case 'update':
      search(node.values)
      search(node.returning)
      break
    case 'delete':
    case 'merge':
      search(node.returning)
      break
    case 'join':
    case 'apply':
    case 'nested-loop-join':
      search(node.condition)
      break
    case 'hash-join':
      search(node.filter)
      break
  }
  return found
}

function isExpression(value: unknown): value is Expression {
  return typeof value === 'object' && value !== null && 'kind' in value && 'type' in value
}

function describeFigures(
  node: PhysicalPlan,
  statistics: ReadonlyMap<PhysicalPlan, NodeStatistics> | undefined,
): string {
  const expected = `~${count(node.estimatedRows)}`
  const actual = statistics?.get(node)
  if (!statistics) return `  (${expected})`
  if (!actual) return `  (${expected}, never run)`
  const time = `${(actual.nanoseconds / 1e6).toFixed(3)} ms`
  return `  (${expected}, actual ${count(actual.rows)}, ${time}${actual.path ? `, ${actual.path}` : ''})`
}

function count(rows: number): string {
  const whole = rows >= 1 ? Math.round(rows) : Math.ceil(rows)
  return `${whole} ${whole === 1 ? 'row' : 'rows'}`
}

function describe(node: Node): string {
  switch (node.kind) {
    case 'scan':
      return `Scan ${tableName(node.table.name, node.alias)}${node.sample ? ' sampled' : ''}${where(node.filter)}`
    case 'index-scan': {
      const keys = node.keys.map(
        (key, index) => `${node.table.columns[node.index.columns[index]].name} = ${printExpression(key)}`,
      )
      const found = [...keys, ...rangeTexts(node)].join(' and ')
      const backwards = node.descending ? ' backwards' : ''
      return `Index scan ${tableName(node.table.name, node.alias)} using ${node.index.name}${backwards}${found && ` on ${found}`}${where(node.filter)}`
    }
    case 'external-scan':
      return `Read ${node.source.name}${where(node.filter)}`
    case 'values':
      return node.rows.length === 1 && node.columns.length === 0
        ? 'One row'
        : `Values ${plural(node.rows.length, 'row')}`
    case 'table-function': {
      const calls = node.calls.map((call) => `${call.function.name}(${list(call.args)})`)
      return `Function ${calls.join(', ')}${node.ordinality ? ' with ordinality' : ''}`
    }
    case 'cte-scan':
      return `Read CTE ${node.name}`
    case 'filter':
      return `Filter ${printExpression(node.predicate)}`
    case 'project':
      return `Project ${outputs(node.expressions, node.columns)}`
    case 'project-set':
      return `Expand ${node.calls.map((call) => `${call.function.name}(${list(call.args)})`).join(', ')}`
    case 'join': {
      const special = node.special ? ` ${node.special}` : ''
      return `Join ${node.type}${special}${node.nullAware ? ' null-aware' : ''}${on(node.condition)}`
    }
    case 'apply':
      return `Apply ${node.type}${node.nullAware ? ' null-aware' : ''}${on(node.condition)}`
    case 'hash-join': {
      const keys = node.leftKeys.map((key, index) => {
        const operator = node.nullsEqual[index] ? 'IS NOT DISTINCT FROM' : '='
        return `${printExpression(key)} ${operator} ${printExpression(node.rightKeys[index])}`
      })
      const rest = node.filter.map(printExpression)
      return `Join ${node.type}${node.nullAware ? ' null-aware' : ''} on ${[...keys, ...rest].join(' and ')} (hash${node.rightUnique ? ', unique' : ''})`
    }
    case 'nested-loop-join':
      return `Join ${node.type}${node.nullAware ? ' null-aware' : ''}${on(node.condition)} (nested loop)`
    case 'index-join': {
      const keys = node.keys.map(
        (key, index) => `${node.table.columns[node.index.columns[index]].name} = ${printExpression(key)}`,
      )
      return `Join ${node.type} ${tableName(node.table.name, node.alias)} on ${keys.join(' and ')}${where(node.filter)} (index ${node.index.name})`
    }
    case 'positional-join':
      return `Join ${node.type} positional`
    case 'asof-join':
      return `Join ${node.type} asof${on(node.condition)}`
    case 'aggregate':
      return describeAggregate(node.groups, node.aggregates, node.sets)
    case 'window': {
      const partition = node.partitionBy.length > 0 ? ` partition by ${list(node.partitionBy)}` : ''
      const order = node.orderBy.length > 0 ? ` order by ${printSortKeys(node.orderBy)}` : ''
      const first = 'first' in node && node.first !== undefined ? `, the first ${node.first}` : ''
      return `Window ${node.calls.map(printWindowCall).join(', ')}${partition}${order}${frameText(node.frame)}${first}`
    }
    case 'sort':
      return `Sort ${printSortKeys(node.keys)}`
    case 'top-n': {
      const offset = node.offset ? ` offset ${printExpression(node.offset)}` : ''
      return `Top ${printExpression(node.limit)}${offset} by ${printSortKeys(node.keys)}`
    }
    case 'limit': {
      const limit = node.limit
        ? ` ${printExpression(node.limit)}${node.percent ? ' percent' : ''}${node.ties ? ' with ties' : ''}`
        : ''
      return `Limit${limit}${node.offset ? ` offset ${printExpression(node.offset)}` : ''}`
    }
    case 'distinct':
      return node.on ? `Distinct on ${list(node.on)}` : 'Distinct'
    case 'set-operation':
      return `${node.operator.charAt(0).toUpperCase()}${node.operator.slice(1)}${node.all ? ' all' : ''}`
    case 'with':
      return `With ${node.name}`
    case 'recursive-cte':
      return `Recursive union${node.all ? ' all' : ''}`
    case 'insert':
      return `Insert into ${node.table.name}${node.conflict ? ` on conflict do ${node.conflict.action}` : ''}`
    case 'update':
      return `Update ${node.table.name} set ${node.changed.map((number) => node.table.columns[number].name).join(', ')}`
    case 'delete':
      return `Delete from ${node.table.name}`
    case 'merge':
      return `Merge into ${node.table.name}`
    default:
      return unreachable(node)
  }
}

function tableName(name: string, alias: string): string {
  return alias === name ? name : `${name} ${alias}`
}

function plural(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

function list(expressions: readonly Expression[]): string {
  return expressions.map(printExpression).join(', ')
}

function where(filter: readonly Expression[]): string {
  return filter.length > 0 ? ` where ${filter.map(asOperand).join(' and ')}` : ''
}

function on(condition: readonly Expression[]): string {
  return condition.length > 0 ? ` on ${condition.map(asOperand).join(' and ')}` : ''
}

/** A conjunct among others: OR stands in parentheses. */
function asOperand(expression: Expression): string {
  return expression.kind === 'or' ? `(${printExpression(expression)})` : printExpression(expression)
}

function outputs(expressions: readonly Expression[], columns: readonly OutputColumn[]): string {
  if (expressions.length === 0) return 'nothing'
  return expressions
    .map((expression, index) => {
      const text = printExpression(expression)
      const { name } = columns[index]
      if (expression.kind === 'column' && (text === name || text.endsWith(`.${name}`))) return text
      return `${text} AS ${name}`
    })
    .join(', ')
}

function describeAggregate(
  groups: readonly Expression[],
  calls: readonly AggregateCall[],
  sets: readonly (readonly number[])[] | undefined,
): string {
  const by = sets
    ? ` by sets ${sets.map((set) => `(${list(set.map((index) => groups[index]))})`).join(', ')}`
    : groups.length > 0
      ? ` by ${list(groups)}`
      : ''
  const computed = calls.length > 0 ? `${by ? ':' : ''} ${calls.map(printAggregate).join(', ')}` : ''
  return `Aggregate${by}${computed}`
}

function frameText(frame: WindowFrame): string {
  const isDefault =
    frame.unit === 'range' && frame.start.kind === 'unbounded preceding' && frame.end.kind === 'current row'
  if (isDefault && frame.exclude === 'no others') return ''
  const bound = (each: WindowFrame['start']): string =>
    each.offset ? `${printExpression(each.offset)} ${each.kind}` : each.kind
  const exclude = frame.exclude === 'no others' ? '' : ` exclude ${frame.exclude}`
  return ` ${frame.unit} between ${bound(frame.start)} and ${bound(frame.end)}${exclude}`
}

function rangeTexts(node: Extract<PhysicalPlan, { kind: 'index-scan' }>): string[] {
  if (!node.range) return []
  const { name } = node.table.columns[node.index.columns[0]]
  const texts: string[] = []
  const { low, high } = node.range
  if (low) texts.push(`${name} ${low.inclusive ? '>=' : '>'} ${printExpression(low.value)}`)
  if (high) texts.push(`${name} ${high.inclusive ? '<=' : '<'} ${printExpression(high.value)}`)
  return texts
}
