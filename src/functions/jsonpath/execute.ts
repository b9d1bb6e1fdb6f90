/**
 * Runs a jsonpath. Every step is a generator of the items that it yields for one item, so that what only asks whether
 * there is an item stops at the first. In lax mode arrays are unwrapped where a step wants their elements, single items
 * count as arrays of one, and missing members yield nothing; in strict mode all of these are errors.
 */

import { SqlError } from '../../error.ts'
import { heedInterrupt } from '../../interrupt.ts'
import type { Settings } from '../../settings.ts'
import { Decimal } from '../../types/decimal.ts'
import { parseDouble } from '../../types/float-text.ts'
import {
  isJsonArray,
  isJsonNull,
  isJsonObject,
  JSON_NULL,
  type JsonArray,
  type JsonObject,
  type JsonValue,
  jsonTypeOf,
} from '../../types/json.ts'
import type { JsonPath, PathItem } from '../../types/jsonpath.ts'
import { compareText } from '../../types/text-order.ts'
import { testRegex } from '../patterns/regex.ts'
import { keyValues, type PathBase } from './key-values.ts'
import { PathError } from './path-error.ts'
import { pathRegex } from './path-regex.ts'
import {
  comparePathTimes,
  formatPathTime,
  type PathTime,
  readIsoTime,
  readTemplateTime,
  timeTypeNames,
} from './path-time.ts'

/** What a step may yield: JSON, or a time that has yet to become text. */
type Item = JsonValue | PathTime
type Truth = boolean | 'unknown'
type Step<K extends PathItem['kind']> = Extract<PathItem, { kind: K }>

export interface PathOptions {
  /** Absent for operators, to which every variable is null. */
  readonly variables: JsonObject | undefined
  readonly settings: Settings
  /** Whether times may be compared across time zones. */
  readonly usesZone: boolean
}

/** Where a step runs. */
interface Place {
  readonly run: Run
  readonly current: Item
  readonly base: PathBase
  /** The length of the array that the innermost subscript is of. */
  readonly length: number
  /** Missing members and the like yield nothing. */
  readonly forgiving: boolean
}

interface Run extends PathOptions {
  readonly lax: boolean
  readonly root: JsonValue
  nextBase: bigint
}

/** The items that a path yields for a value. */
export function* runPath({ lax, root }: JsonPath, value: JsonValue, options: PathOptions): Generator<JsonValue> {
  const run: Run = { ...options, lax, root: value, nextBase: 2n }
  const place: Place = { run, current: value, base: { value, id: 0n }, length: -1, forgiving: lax }
  for (const item of apply(root, value, place, lax)) yield isTime(item) ? formatPathTime(item) : item
}

function isTime(item: Item): item is PathTime {
  return typeof item === 'object' && 'micros' in item
}

function isArray(item: Item): item is JsonArray {
  return Array.isArray(item)
}

function isObject(item: Item): item is JsonObject {
  return item instanceof Map
}

/** What comes after a step: the steps that follow it, or nothing. */
function* follow(step: PathItem, item: Item, place: Place): Generator<Item> {
  if (step.next) yield* apply(step.next, item, place, place.run.lax)
  else yield item
}

/** A step on the elements of an array. */
function* unwrapped(step: PathItem, array: JsonArray, place: Place): Generator<Item> {
  for (const element of array) yield* apply(step, element, place, false)
}

/** The items that a step and those after it yield for an item; `unwrap` lets it work on the elements of an array. */
function* apply(step: PathItem, item: Item, place: Place, unwrap: boolean): Generator<Item> {
  heedInterrupt(16)
  switch (step.kind) {
    case 'and':
    case 'or':
    case 'not':
    case 'is-unknown':
    case 'exists':
    case 'compare':
    case 'starts-with':
    case 'like-regex': {
      const truth = decide(step, item, place)
      yield* follow(step, truth === 'unknown' ? JSON_NULL : truth, place)
      return
    }
    case 'arithmetic':
      yield* follow(step, calculate(step, item, place), place)
      return
    case 'sign':
      yield* signed(step, item, place)
      return
    case 'null':
      yield* follow(step, JSON_NULL, place)
      return
    case 'boolean':
    case 'number':
    case 'string':
      yield* follow(step, step.value, place)
      return
    case 'variable': {
      const { variables } = place.run
      const value = variables ? variables.get(step.name) : JSON_NULL
      if (value === undefined) {
        throw new SqlError('undefined_object', `could not find jsonpath variable "${step.name}"`)
      }
      yield* follow(step, value, { ...place, base: { value: variables ?? JSON_NULL, id: 1n } })
      return
    }
    case 'root':
      yield* follow(step, place.run.root, { ...place, base: { value: place.run.root, id: 0n } })
      return
    case 'current':
      yield* follow(step, place.current, place)
      return
    case 'last':
      if (place.length < 0) throw new SqlError('internal_error', 'evaluating jsonpath LAST outside of array subscript')
      yield* follow(step, Decimal.fromBigInt(BigInt(place.length - 1)), place)
      return
    case 'key':
      if (isObject(item)) {
        const value = item.get(step.name)
        if (value !== undefined) yield* follow(step, value, place)
        else if (!place.forgiving) {
          throw new PathError('sql_json_member_not_found', `JSON object does not contain key "${step.name}"`)
        }
      } else if (unwrap && isArray(item)) yield* unwrapped(step, item, place)
      else if (!place.forgiving) {
        throw new PathError('sql_json_member_not_found', 'jsonpath member accessor can only be applied to an object')
      }
      return
    case 'any-key':
      if (isObject(item)) for (const value of item.values()) yield* follow(step, value, place)
      else if (unwrap && isArray(item)) yield* unwrapped(step, item, place)
      else if (!place.forgiving) {
        throw new PathError(
          'sql_json_object_not_found',
          'jsonpath wildcard member accessor can only be applied to an object',
        )
      }
      return
    case 'any-element':
      if (isArray(item)) for (const element of item) yield* follow(step, element, place)
      else if (place.run.lax) yield* follow(step, item, place)
      else if (!place.forgiving) {
        throw new PathError(
          'sql_json_array_not_found',
          'jsonpath wildcard array accessor can only be applied to an array',
        )
      }
      return
    case 'subscripts':
      yield* subscripted(step, item, place)
      return
    case 'any': {
      const inside = { ...place, forgiving: true }
      if (step.first === 0) yield* follow(step, item, inside)
      yield* descend(step, item, 1, inside)
      return
    }
    case 'method':
      yield* method(step, item, place, unwrap)
      return
    case 'datetime':
      if (unwrap && isArray(item)) yield* unwrapped(step, item, place)
      else yield* follow(step, toTime(step, item, place), place)
      return
    case 'filter':
      if (unwrap && isArray(item)) yield* unwrapped(step, item, place)
      else if (decide(step.predicate, item, { ...place, current: item }) === true) yield* follow(step, item, place)
      return
  }
}

/** What `**` finds below an item: containers between two depths, or all that is no container for `last`. */
function* descend(step: Step<'any'>, item: Item, level: number, place: Place): Generator<Item> {
  if (level > step.last || !(isArray(item) || isObject(item))) return
  const leavesOnly = step.first === Number.POSITIVE_INFINITY
  for (const child of item.values()) {
    const isLeaf = !isJsonArray(child) && !isJsonObject(child)
    if (level >= step.first || (leavesOnly && isLeaf)) yield* follow(step, child, place)
    if (level < step.last) yield* descend(step, child, level + 1, place)
  }
}

function* subscripted(step: Step<'subscripts'>, item: Item, place: Place): Generator<Item> {
  const { lax } = place.run
  if (!isArray(item) && !lax) {
    if (place.forgiving) return
    throw new PathError('sql_json_array_not_found', 'jsonpath array accessor can only be applied to an array')
  }
  const length = isArray(item) ? item.length : 1
  const inside = { ...place, length }
  for (const { from, to } of step.list) {
    const first = indexOf(from, item, inside)
    const last = to ? indexOf(to, item, inside) : first
    if (!place.forgiving && (first < 0 || first > last || last >= length)) {
      throw new PathError('invalid_sql_json_subscript', 'jsonpath array subscript is out of bounds')
    }
    for (let index = Math.max(first, 0); index <= Math.min(last, length - 1); index++) {
      yield* follow(step, isArray(item) ? item[index] : item, inside)
    }
  }
}

function indexOf(path: PathItem, item: Item, place: Place): number {
  const found = [...apply(path, item, place, place.run.lax)]
  const [index] = found
  if (found.length !== 1 || !(index instanceof Decimal)) {
    throw new PathError('invalid_sql_json_subscript', 'jsonpath array subscript is not a single numeric value')
  }
  const whole = index.truncate(0).toNumber()
  if (whole >= -2147483648 && whole <= 2147483647) return whole
  throw new PathError('invalid_sql_json_subscript', 'jsonpath array subscript is out of integer range')
}

// ── arithmetic ──

/** The items of an operand, arrays unwrapped in lax mode. */
function operands(path: PathItem, item: Item, place: Place): Item[] {
  const { lax } = place.run
  const items = [...apply(path, item, place, lax)]
  return lax ? items.flatMap((found): Item[] => (isArray(found) ? [...found] : [found])) : items
}

function calculate(step: Step<'arithmetic'>, item: Item, place: Place): Decimal {
  const { operator } = step
  const single = (path: PathItem, side: string): Decimal => {
    const items = operands(path, item, place)
    if (items.length === 1 && items[0] instanceof Decimal) return items[0]
    throw new PathError(
      'singleton_sql_json_item_required',
      `${side} operand of jsonpath operator ${operator} is not a single numeric value`,
    )
  }
  const left = single(step.left, 'left')
  const right = single(step.right, 'right')
  try {
    switch (operator) {
      case '+':
        return left.add(right)
      case '-':
        return left.subtract(right)
      case '*':
        return left.multiply(right)
      case '/':
        return left.divide(right)
      case '%':
        return left.remainder(right)
    }
  } catch (error) {
    throw PathError.of(error)
  }
}

function* signed(step: Step<'sign'>, item: Item, place: Place): Generator<Item> {
  for (const value of operands(step.operand, item, place)) {
    if (!(value instanceof Decimal)) {
      throw new PathError(
        'sql_json_number_not_found',
        `operand of unary jsonpath operator ${step.operator} is not a numeric value`,
      )
    }
    yield* follow(step, step.operator === '-' ? value.negate() : value, place)
  }
}

// ── methods ──

function* method(step: Step<'method'>, item: Item, place: Place, unwrap: boolean): Generator<Item> {
  const { name } = step
  if (name === 'type') {
    yield* follow(step, isTime(item) ? timeTypeNames[item.type] : jsonTypeOf(item), place)
    return
  }
  if (name === 'size') {
    if (!isArray(item) && !place.run.lax) {
      if (place.forgiving) return
      throw new PathError('sql_json_array_not_found', 'jsonpath item method .size() can only be applied to an array')
    }
    yield* follow(step, Decimal.fromBigInt(BigInt(isArray(item) ? item.length : 1)), place)
    return
  }
  if (unwrap && isArray(item)) {
    yield* unwrapped(step, item, place)
    return
  }
  switch (name) {
    case 'abs':
    case 'floor':
    case 'ceiling':
      if (!(item instanceof Decimal)) {
        throw new PathError(
          'non_numeric_sql_json_item',
          `jsonpath item method .${name}() can only be applied to a numeric value`,
        )
      }
      yield* follow(step, name === 'abs' ? item.abs() : name === 'floor' ? item.floor() : item.ceil(), place)
      return
    case 'double':
      yield* follow(step, toDouble(item), place)
      return
    case 'keyvalue':
      if (!isObject(item)) {
        throw new PathError(
          'sql_json_object_not_found',
          'jsonpath item method .keyvalue() can only be applied to an object',
        )
      }
      for (const pair of keyValues(item, place.base)) {
        yield* follow(step, pair, { ...place, base: { value: pair, id: place.run.nextBase++ } })
      }
  }
}

function toDouble(item: Item): Decimal {
  const refuse = (message: string): PathError => new PathError('non_numeric_sql_json_item', message)
  if (item instanceof Decimal) {
    if (Number.isFinite(item.toNumber())) return item
    throw refuse('numeric argument of jsonpath item method .double() is out of range for type double precision')
  }
  if (typeof item !== 'string') {
    throw refuse('jsonpath item method .double() can only be applied to a string or numeric value')
  }
  let value = Number.NaN
  try {
    value = parseDouble(item)
  } catch {}
  if (Number.isFinite(value)) return Decimal.fromNumber(value)
  throw refuse(
    'string argument of jsonpath item method .double() is not a valid representation of a double precision number',
  )
}

function toTime({ template }: Step<'datetime'>, item: Item, place: Place): PathTime {
  if (typeof item !== 'string') {
    throw new PathError(
      'invalid_argument_for_sql_json_datetime_function',
      'jsonpath item method .datetime() can only be applied to a string',
    )
  }
  return template === undefined ? readIsoTime(item) : readTemplateTime(item, template, place.run.settings)
}

// ── predicates ──

function decide(step: PathItem, item: Item, place: Place): Truth {
  switch (step.kind) {
    case 'and': {
      const left = decide(step.left, item, place)
      if (left === false) return false
      const right = decide(step.right, item, place)
      return right === true ? left : right
    }
    case 'or': {
      const left = decide(step.left, item, place)
      if (left === true) return true
      const right = decide(step.right, item, place)
      return right === false ? left : right
    }
    case 'not': {
      const truth = decide(step.predicate, item, place)
      return truth === 'unknown' ? truth : !truth
    }
    case 'is-unknown':
      return decide(step.predicate, item, place) === 'unknown'
    case 'exists':
      return silently(() => {
        const items = apply(step.path, item, place, place.run.lax)
        return place.run.lax ? !items.next().done : [...items].length > 0
      })
    case 'compare':
      return anyPair(step.left, step.right, true, item, place, (left, right) =>
        compareItems(step.operator, left, right, place.run),
      )
    case 'starts-with':
      return anyPair(step.left, step.right, false, item, place, (whole, start) =>
        typeof whole === 'string' && typeof start === 'string' ? whole.startsWith(start) : 'unknown',
      )
    case 'like-regex':
      return anyPair(step.left, undefined, false, item, place, (text) =>
        typeof text === 'string' ? testRegex(text, pathRegex(step.pattern, step.flags)) : 'unknown',
      )
    default:
      throw new SqlError('internal_error', 'invalid boolean jsonpath item')
  }
}

/** The answer, or unknown when the path within it fails. */
function silently<T>(answer: () => T): T | 'unknown' {
  try {
    return answer()
  } catch (error) {
    if (error instanceof PathError) return 'unknown'
    throw error
  }
}

/** Whether a test holds for any pair of items: lax mode takes the first that does, strict mode looks at all. */
function anyPair(
  leftPath: PathItem,
  rightPath: PathItem | undefined,
  unwrapRight: boolean,
  item: Item,
  place: Place,
  test: (left: Item, right: Item) => Truth,
): Truth {
  const lefts = silently(() => operands(leftPath, item, place))
  if (lefts === 'unknown') return 'unknown'
  const rights: Item[] | 'unknown' = rightPath
    ? silently(() => (unwrapRight ? operands(rightPath, item, place) : [...apply(rightPath, item, place, false)]))
    : [JSON_NULL]
  if (rights === 'unknown') return 'unknown'
  let found = false
  let failed = false
  for (const left of lefts) {
    for (const right of rights) {
      heedInterrupt(16)
      const truth = test(left, right)
      if (truth === 'unknown') {
        if (!place.run.lax) return 'unknown'
        failed = true
      } else if (truth) {
        if (place.run.lax) return true
        found = true
      }
    }
  }
  return found || (failed ? 'unknown' : false)
}

function compareItems(operator: Step<'compare'>['operator'], left: Item, right: Item, run: Run): Truth {
  const order = orderOf(left, right, run)
  if (order === 'differ') return operator === '!='
  if (order === undefined) return 'unknown'
  switch (operator) {
    case '==':
      return order === 0
    case '!=':
      return order !== 0
    case '<':
      return order < 0
    case '>':
      return order > 0
    case '<=':
      return order <= 0
    case '>=':
      return order >= 0
  }
}

/** The order of two items; `differ` for null and another value, undefined where there is none. */
function orderOf(left: Item, right: Item, run: Run): number | 'differ' | undefined {
  if (isTime(left) || isTime(right)) {
    if (isTime(left) && isTime(right)) return comparePathTimes(left, right, run.settings, run.usesZone)
    const other = isTime(left) ? right : left
    return !isTime(other) && isJsonNull(other) ? 'differ' : undefined
  }
  if (isJsonNull(left) || isJsonNull(right)) return isJsonNull(left) && isJsonNull(right) ? 0 : 'differ'
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right)
  if (left instanceof Decimal && right instanceof Decimal) return left.compare(right)
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right)
  return undefined
}
