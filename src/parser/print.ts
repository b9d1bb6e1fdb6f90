/**
 * Syntax trees as SQL that parses to the same tree, spans apart. Parentheses stand where the grammar needs them, and in a
 * few places more where that is simpler to be sure of. Chains of operators, set operations and joins are printed in loops,
 * as they are parsed, so that their length does not matter.
 */
import { unreachable } from '../error.ts'
import type {
  Binary,
  Expression,
  FrameBound,
  FunctionCall,
  GroupingElement,
  OrderItem,
  Pivot,
  Query,
  QueryTail,
  Select,
  SelectItem,
  SetOperation,
  Slice,
  Subscript,
  TypedLiteral,
  Unpivot,
  WindowSpecification,
  With,
} from './ast.ts'
import { FUNCTION_NAME, findKeyword } from './keywords.ts'
import { printPlanned } from './print-change.ts'
import {
  printIdentifier,
  printName,
  printNames,
  printTypeName,
  printWord,
  quoteName,
  quoteString,
} from './print-name.ts'
import { printPivotStatement, printSample, printTable, printUnpivotStatement } from './print-table.ts'

// How tightly an expression holds together, on the scale of expression.ts.
const LAMBDA = 0
const OR = 1
const AND = 2
const NOT = 3
const IS = 4
const COMPARISON = 5
const MATCH = 6
const OTHER = 8
const SUM = 9
const PRODUCT = 10
const POWER = 11
const AT = 12
const COLLATE = 13
const SIGN = 14
export const CAST = 15
const ATTACHED = 16
const ATOM = 17

export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'null':
      return 'NULL'
    case 'boolean':
      return expression.value ? 'TRUE' : 'FALSE'
    case 'number':
      return expression.text
    case 'string':
      return quoteString(expression.value)
    case 'bit-string':
      return `${expression.base === 'binary' ? 'B' : 'X'}${quoteString(expression.digits)}`
    case 'typed-literal':
      return printTypedLiteral(expression)
    case 'parameter':
      if (expression.index !== undefined) return `$${expression.index}`
      return /^[A-Za-z_]\w*$/.test(expression.name!) ? `$${expression.name}` : `:${quoteName(expression.name!)}`
    case 'column':
      return expression.parts.map(printIdentifier).join('.')
    case 'star': {
      let text = expression.qualifier === undefined ? '*' : `${printName(expression.qualifier)}.*`
      if (expression.exclude.length > 0) text += ` EXCLUDE (${expression.exclude.map(printName).join(', ')})`
      if (expression.replace.length > 0) {
        text += ` REPLACE (${expression.replace.map((r) => `${printExpression(r.expression)} AS ${printIdentifier(r.name)}`).join(', ')})`
      }
      if (expression.rename.length > 0) {
        text += ` RENAME (${expression.rename.map((r) => `${printName(r.from)} AS ${printIdentifier(r.to)}`).join(', ')})`
      }
      return text
    }
    case 'columns':
      return `${expression.unpack ? '*' : ''}COLUMNS(${printExpression(expression.pattern)})`
    case 'unary': {
      const operand = within(expression.operand, powerOf(expression) === SIGN ? SIGN : OTHER + 1)
      const space = powerOf(expression) !== SIGN || /^[-+*/<>=~!@#%^&|`?]/.test(operand) ? ' ' : ''
      if (expression.schema) return `${printOperator(expression)} ${operand}`
      return `${expression.operator}${space}${operand}`
    }
    case 'binary':
      return printBinary(expression)
    case 'logical':
      return expression.operands
        .map((operand) => within(operand, expression.operator === 'and' ? AND + 1 : OR + 1))
        .join(` ${expression.operator.toUpperCase()} `)
    case 'not':
      return `NOT ${within(expression.operand, NOT)}`
    case 'is': {
      const form = expression.form === undefined ? '' : `${expression.form.toUpperCase()} `
      return `${within(expression.operand, IS + 1)} IS ${not(expression.negated)}${form}${expression.test.toUpperCase()}`
    }
    case 'is-distinct':
      return `${within(expression.left, IS + 1)} IS ${not(expression.negated)}DISTINCT FROM ${within(expression.right, OTHER)}`
    case 'between': {
      const symmetric = expression.symmetric ? 'SYMMETRIC ' : ''
      const low = printRestricted(expression.low)
      const high = within(expression.high, OTHER)
      return `${within(expression.operand, OTHER)} ${not(expression.negated)}BETWEEN ${symmetric}${low} AND ${high}`
    }
    case 'in-list':
      return `${within(expression.operand, OTHER)} ${not(expression.negated)}IN (${printList(expression.items)})`
    case 'in-subquery':
      return `${within(expression.operand, OTHER)} ${not(expression.negated)}IN (${printQuery(expression.query)})`
    case 'like': {
      const operator = expression.operator === 'similar' ? 'SIMILAR TO' : expression.operator.toUpperCase()
      const mark = expression.escape === undefined ? '' : ` ESCAPE ${within(expression.escape, OTHER)}`
      return `${within(expression.operand, OTHER)} ${not(expression.negated)}${operator} ${within(expression.pattern, OTHER)}${mark}`
    }
    case 'quantified': {
      const right = expression.query === undefined ? printExpression(expression.array!) : printQuery(expression.query)
      const operator = printOperator(expression).replace('SIMILAR', 'SIMILAR TO')
      return `${within(expression.operand, OTHER)} ${operator} ${expression.quantifier.toUpperCase()} (${right})`
    }
    case 'exists':
      return `EXISTS (${printQuery(expression.query)})`
    case 'subquery':
      return `(${printQuery(expression.query)})`
    case 'array-subquery':
      return `ARRAY(${printQuery(expression.query)})`
    case 'array':
      return `${expression.list ? '' : 'ARRAY'}[${printList(expression.items)}]`
    case 'row':
      return `${expression.explicit ? 'ROW' : ''}(${printList(expression.items)})`
    case 'struct':
      return `{${expression.fields.map((field) => `${printIdentifier(field.name)}: ${printExpression(field.value)}`).join(', ')}}`
    case 'map':
      return `MAP {${expression.entries.map((entry) => `${within(entry.key, OR)}: ${printExpression(entry.value)}`).join(', ')}}`
    case 'comprehension': {
      const condition = expression.condition === undefined ? '' : ` IF ${printExpression(expression.condition)}`
      const variables = expression.variables.map(printIdentifier).join(', ')
      return `[${printExpression(expression.result)} FOR ${variables} IN ${printExpression(expression.list)}${condition}]`
    }
    case 'lambda':
      return `LAMBDA ${expression.parameters.map(printIdentifier).join(', ')}: ${printExpression(expression.body)}`
    case 'case': {
      let text = expression.operand === undefined ? 'CASE' : `CASE ${printExpression(expression.operand)}`
      for (const branch of expression.branches) {
        text += ` WHEN ${printExpression(branch.when)} THEN ${printExpression(branch.then)}`
      }
      return expression.otherwise === undefined
        ? `${text} END`
        : `${text} ELSE ${printExpression(expression.otherwise)} END`
    }
    case 'cast':
      if (expression.try) return `TRY_CAST(${printExpression(expression.operand)} AS ${printTypeName(expression.type)})`
      return `${within(expression.operand, CAST)}::${printTypeName(expression.type)}`
    case 'call':
      return printCall(expression)
    case 'named-argument':
      return `${printIdentifier(expression.name)} => ${printExpression(expression.value)}`
    case 'collate':
      return `${within(expression.operand, COLLATE)} COLLATE ${printName(expression.collation)}`
    case 'at-time-zone':
      if (expression.zone === undefined) return `${within(expression.operand, AT)} AT LOCAL`
      return `${within(expression.operand, AT)} AT TIME ZONE ${within(expression.zone, AT + 1)}`
    case 'subscript':
      return `${printSubscripted(expression)}[${printExpression(expression.index)}]`
    case 'slice': {
      const lower = expression.lower === undefined ? '' : `${within(expression.lower, OR)} `
      const upper = expression.upper === undefined ? '' : ` ${within(expression.upper, OR)}`
      const step = expression.step === undefined ? '' : `${upper === '' ? ' -' : ''} : ${within(expression.step, OR)}`
      return `${printSubscripted(expression)}[${lower}:${upper}${step}]`
    }
    case 'field': {
      const { operand } = expression
      const attached = operand.kind === 'subscript' || operand.kind === 'slice' || operand.kind === 'field'
      const text = attached ? printExpression(operand) : `(${printExpression(operand)})`
      return `${text}.${expression.name === undefined ? '*' : printIdentifier(expression.name)}`
    }
    case 'default':
      return 'DEFAULT'
    case 'grouping':
      return `GROUPING(${printList(expression.args)})`
    default:
      return unreachable(expression)
  }
}

const not = (negated: boolean): string => (negated ? 'NOT ' : '')

/** Separated by commas. */
export const printList = (expressions: readonly Expression[]): string => expressions.map(printExpression).join(', ')

/** The expression, in parentheses when it holds together less than its place asks for. */
export function within(expression: Expression, minimum: number): string {
  const text = printExpression(expression)
  return powerOf(expression) < minimum ? `(${text})` : text
}

/** Where AND or IN would be read otherwise: an operand, or anything in parentheses. */
export function printRestricted(expression: Expression): string {
  if (expression.kind === 'unary' && powerOf(expression) === SIGN)
    return within(expression, powerOf(expression.operand) >= CAST ? SIGN : ATOM)
  return within(expression, CAST)
}

function powerOf(expression: Expression): number {
  switch (expression.kind) {
    case 'lambda':
    case 'named-argument':
      return LAMBDA
    case 'logical':
      return expression.operator === 'or' ? OR : AND
    case 'not':
      return NOT
    case 'is':
    case 'is-distinct':
      return IS
    case 'between':
    case 'in-list':
    case 'in-subquery':
    case 'like':
      return MATCH
    case 'quantified':
      return COMPARISON
    case 'binary':
      return expression.schema ? OTHER : binaryPower(expression.operator)
    case 'unary':
      return (!expression.schema && expression.operator === '-') || expression.operator === '+' ? SIGN : OTHER
    case 'at-time-zone':
      return AT
    case 'collate':
      return COLLATE
    case 'cast':
      return expression.try ? ATOM : CAST
    case 'typed-literal':
      return CAST
    case 'subscript':
    case 'slice':
    case 'field':
      return ATTACHED
    default:
      return ATOM
  }
}

function binaryPower(operator: string): number {
  switch (operator) {
    case '=':
    case '<':
    case '>':
    case '<=':
    case '>=':
    case '<>':
      return COMPARISON
    case '+':
    case '-':
      return SUM
    case '*':
    case '/':
    case '%':
    case '//':
      return PRODUCT
    case '^':
    case '**':
      return POWER
    case '->':
      // As an argument `x -> …` could be taken for a lambda.
      return LAMBDA
    default:
      return OTHER
  }
}

/** Goes down the left side in a loop: `a + b + c + …` may be long. */
function printBinary(expression: Binary): string {
  const parts: string[] = []
  let node = expression
  for (;;) {
    const power = node.schema || node.operator === '->' ? OTHER : binaryPower(node.operator)
    parts.push(` ${printOperator(node)} ${within(node.right, power + 1)}`)
    const { left } = node
    if (left.kind !== 'binary' || powerOf(left) < (power === COMPARISON ? power + 1 : power)) {
      parts.push(within(left, power === COMPARISON ? power + 1 : power))
      return parts.reverse().join('')
    }
    node = left
  }
}

function printOperator({ operator, schema }: { readonly operator: string; readonly schema?: string }): string {
  return schema ? `OPERATOR(${printWord(schema)}.${operator})` : operator.toUpperCase()
}

/** What is subscripted; parentheses that ended a run of subscripts stay. */
function printSubscripted({ operand, span }: Subscript | Slice): string {
  const isRun = operand.kind === 'subscript' || operand.kind === 'slice'
  return isRun && operand.span.start !== span.start ? `(${printExpression(operand)})` : within(operand, ATTACHED)
}

function printTypedLiteral({ type, value }: TypedLiteral): string {
  if (type.intervalFields === undefined) return `${printTypeName(type)} ${quoteString(value)}`
  return `INTERVAL ${quoteString(value)} ${printTypeName(type).slice('interval '.length)}`
}

const specialCalls: ReadonlySet<string> = new Set(
  'coalesce current_time current_timestamp extract greatest least localtime localtimestamp normalize nullif overlay position substring'.split(
    ' ',
  ),
)

/** Whether a call by this word is read as it was written; other words can only be called after a dot. */
function isCallable(word: string): boolean {
  if (word === 'columns' || word === 'try_cast') return false
  const keyword = findKeyword(word)
  return keyword === undefined || (keyword.flags & FUNCTION_NAME) !== 0 || specialCalls.has(word)
}

export function printCall(call: FunctionCall): string {
  if (call.bare) return printName(call.name).toUpperCase()
  const args = call.args.map((arg, i) => {
    const variadic = call.variadic && i === call.args.length - 1 ? 'VARIADIC ' : ''
    return variadic + (arg.kind === 'lambda' || arg.kind === 'named-argument' ? printExpression(arg) : within(arg, OR))
  })
  const [name] = call.name.parts
  const method = call.name.parts.length === 1 && !name.quoted && !isCallable(name.name) && args.length > 0
  const callee = method ? `(${args.shift()}).${name.name}` : printName(call.name)
  const orderBy = call.orderBy.length > 0 ? ` ${printOrderBy(call.orderBy)}` : ''
  let text = `${callee}(${call.distinct ? 'DISTINCT ' : ''}${call.star ? '*' : args.join(', ')}${orderBy})`
  if (call.withinGroup !== undefined) text += ` WITHIN GROUP (${printOrderBy(call.withinGroup)})`
  if (call.filter !== undefined) text += ` FILTER (WHERE ${printExpression(call.filter)})`
  if (call.nulls !== undefined) text += ` ${call.nulls.toUpperCase()} NULLS`
  if (call.over === undefined) return text
  return `${text} OVER ${'name' in call.over ? printIdentifier(call.over) : printWindow(call.over)}`
}

// ───────────────────────────────────────────────────────── ORDER BY and windows

export function printOrderBy(items: readonly OrderItem[]): string {
  return `ORDER BY ${items.map(printOrderItem).join(', ')}`
}

function printOrderItem(item: OrderItem): string {
  const using = item.using === undefined ? '' : ` USING ${item.using}`
  return `${within(item.expression, OR)}${using}${printDirection(item)}`
}

export function printDirection(item: { descending: boolean; nulls?: 'first' | 'last' }): string {
  return `${item.descending ? ' DESC' : ''}${item.nulls === undefined ? '' : ` NULLS ${item.nulls.toUpperCase()}`}`
}

function printWindow(window: WindowSpecification): string {
  const parts: string[] = []
  if (window.base !== undefined) parts.push(printIdentifier(window.base))
  if (window.partitionBy.length > 0) parts.push(`PARTITION BY ${printList(window.partitionBy)}`)
  if (window.orderBy.length > 0) parts.push(printOrderBy(window.orderBy))
  const { frame } = window
  if (frame !== undefined) {
    const start = printBound(frame.start)
    const bounds = frame.end === undefined ? start : `BETWEEN ${start} AND ${printBound(frame.end)}`
    parts.push(
      `${frame.unit.toUpperCase()} ${bounds}${frame.exclude === undefined ? '' : ` EXCLUDE ${frame.exclude.toUpperCase()}`}`,
    )
  }
  return `(${parts.join(' ')})`
}

function printBound(bound: FrameBound): string {
  return bound.offset === undefined
    ? bound.kind.toUpperCase()
    : `${printRestricted(bound.offset)} ${bound.kind.toUpperCase()}`
}

// ───────────────────────────────────────────────────────── queries

export function printQuery(query: Query): string {
  return `${printWith(query.with)}${printQueryBody(query)}${printTail(query)}`
}

export function printWith(clause: With | undefined): string {
  if (clause === undefined) return ''
  const tables = clause.tables.map((table) => {
    let text = printIdentifier(table.name)
    if (table.columns.length > 0) text += ` ${printNames(table.columns)}`
    text +=
      table.materialized === undefined ? ' AS ' : table.materialized ? ' AS MATERIALIZED ' : ' AS NOT MATERIALIZED '
    text += `(${printPlanned(table.statement)})`
    const { search, cycle } = table
    const names = (columns: readonly { name: string; quoted: boolean; span: With['span'] }[]): string =>
      columns.map(printIdentifier).join(', ')
    if (search !== undefined)
      text += ` SEARCH ${search.order.toUpperCase()} FIRST BY ${names(search.by)} SET ${printIdentifier(search.set)}`
    if (cycle !== undefined) {
      text += ` CYCLE ${names(cycle.columns)} SET ${printIdentifier(cycle.set)}`
      if (cycle.to !== undefined) text += ` TO ${within(cycle.to, CAST)} DEFAULT ${within(cycle.default!, CAST)}`
      text += ` USING ${printIdentifier(cycle.using)}`
    }
    return text
  })
  return `WITH ${clause.recursive ? 'RECURSIVE ' : ''}${tables.join(', ')} `
}

function printTail(query: QueryTail): string {
  let text = ''
  if (query.orderBy.length > 0) text += ` ${printOrderBy(query.orderBy)}`
  if (query.orderByAll !== undefined) text += ` ORDER BY ALL${printDirection(query.orderByAll)}`
  if (query.limit !== undefined) {
    if (query.withTies) text += ` FETCH FIRST ${within(query.limit, CAST)} ROWS WITH TIES`
    else text += ` LIMIT ${printExpression(query.limit)}${query.limitPercent ? '%' : ''}`
  }
  if (query.offset !== undefined) text += ` OFFSET ${printExpression(query.offset)}`
  for (const lock of query.locking) text += ` ${lock.toUpperCase().replace(/ OF .*/, (names) => names.toLowerCase())}`
  return text
}

function hasTail(query: Query): boolean {
  return query.with !== undefined || printTail(query) !== ''
}

function printQueryBody(query: Query): string {
  switch (query.kind) {
    case 'select':
      return printSelect(query)
    case 'values':
      return `VALUES ${query.rows.map((row) => `(${printList(row)})`).join(', ')}`
    case 'table':
      return `TABLE ${printName(query.name)}`
    case 'set-operation':
      return printSetOperation(query)
  }
}

/** Goes down the left side in a loop. */
function printSetOperation(operation: SetOperation): string {
  const parts: string[] = []
  let node = operation
  for (;;) {
    const { left, right } = node
    const all = node.all ? ' ALL' : ''
    const rightText = right.kind === 'set-operation' || hasTail(right) ? `(${printQuery(right)})` : printQuery(right)
    parts.push(` ${node.operator.toUpperCase()}${all}${node.byName ? ' BY NAME' : ''} ${rightText}`)
    const loose = left.kind === 'set-operation' && node.operator === 'intersect' && left.operator !== 'intersect'
    if (left.kind !== 'set-operation' || loose || hasTail(left)) {
      parts.push(left.kind === 'set-operation' || hasTail(left) ? `(${printQuery(left)})` : printQuery(left))
      return parts.reverse().join('')
    }
    node = left
  }
}

function printSelect(select: Select): string {
  if (select.from[0]?.kind === 'describe') return printTable(select.from[0])
  const pivoted = pivotOf(select)
  if (pivoted !== undefined)
    return pivoted.kind === 'pivot' ? printPivotStatement(pivoted) : printUnpivotStatement(pivoted)
  let text = 'SELECT'
  if (select.distinctOn !== undefined) text += ` DISTINCT ON (${printList(select.distinctOn)})`
  else if (select.distinct) text += ' DISTINCT'
  if (select.items.length > 0) text += ` ${printItems(select.items)}`
  if (select.into !== undefined)
    text += ` INTO ${select.into.temporary ? 'TEMPORARY ' : ''}${printName(select.into.name)}`
  if (select.from.length > 0) text += ` FROM ${select.from.map(printTable).join(', ')}`
  if (select.where !== undefined) text += ` WHERE ${printExpression(select.where)}`
  if (select.groupByAll) text += ' GROUP BY ALL'
  else if (select.groupBy.length > 0) {
    text += ` GROUP BY ${select.groupByDistinct ? 'DISTINCT ' : ''}${select.groupBy.map(printGrouping).join(', ')}`
  }
  if (select.having !== undefined) text += ` HAVING ${printExpression(select.having)}`
  if (select.windows.length > 0) {
    text += ` WINDOW ${select.windows.map((w) => `${printIdentifier(w.name)} AS ${printWindow(w.specification)}`).join(', ')}`
  }
  if (select.qualify !== undefined) text += ` QUALIFY ${printExpression(select.qualify)}`
  if (select.sample !== undefined) text += ` USING SAMPLE ${printSample(select.sample)}`
  return text
}

export function printItems(items: readonly SelectItem[]): string {
  return items
    .map(
      (item) =>
        printExpression(item.expression) + (item.alias === undefined ? '' : ` AS ${printIdentifier(item.alias)}`),
    )
    .join(', ')
}

function printGrouping(element: GroupingElement): string {
  switch (element.kind) {
    case 'expression':
      return printExpression(element.expression)
    case 'empty':
      return '()'
    case 'sets':
      return `GROUPING SETS (${element.sets.map(printGrouping).join(', ')})`
    default: {
      const sets = element.elements.map((set) => (set.length === 1 ? printExpression(set[0]) : `(${printList(set)})`))
      return `${element.kind.toUpperCase()}(${sets.join(', ')})`
    }
  }
}

/** The pivoted table when the query is nothing but SELECT * FROM it: then the statement form says the same. */
function pivotOf(select: Select): Pivot | Unpivot | undefined {
  const [table] = select.from
  if (table === undefined || (table.kind !== 'pivot' && table.kind !== 'unpivot') || table.alias !== undefined)
    return undefined
  const [item] = select.items
  const star = select.items.length === 1 && item.alias === undefined && printExpression(item.expression) === '*'
  const plain =
    select.from.length === 1 &&
    !select.distinct &&
    select.where === undefined &&
    select.groupBy.length === 0 &&
    !select.groupByAll &&
    select.having === undefined &&
    select.windows.length === 0 &&
    select.qualify === undefined &&
    select.sample === undefined &&
    select.into === undefined
  return star && plain ? table : undefined
}
