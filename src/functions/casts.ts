/**
 * Casts: from which type a value can become which, in which place of a statement, and how. Three sources, as in
 * PostgreSQL: the conversions of `cast-conversions.ts`; every type to text and back through its printed form; and
 * arrays, rows, maps and domains by way of what is in them. Lengths and precisions of the target are applied last.
 */
import { SqlError } from '../error.ts'
import { defaultSettings, type Settings } from '../settings.ts'
import { type SqlArray, stack } from '../types/array.ts'
import { type DataType, INTEGER, TEXT } from '../types/data-type.ts'
import { parseDate, parseTime, parseTimestamp, parseTimestampTz, parseTimeTz } from '../types/date-time.ts'
import { assertWidth, isNarrowInteger, type NarrowInteger, outOfWidth } from '../types/integer-width.ts'
import { formatJson, parseJson } from '../types/json.ts'
import { makeMultirange, type SqlRange } from '../types/range.ts'
import { truncateName } from '../types/scalar-traits.ts'
import { rangeElement, traits } from '../types/traits.ts'
import { baseTypeName, multirangeOf, sameBaseType, typeName } from '../types/type-names.ts'
import type { Value } from '../types/value.ts'
import { findConversion } from './cast-conversions.ts'
import { lengthCoercion } from './cast-length.ts'
import { baseType, fieldSources } from './coercion.ts'
import type { Volatility } from './function.ts'
import { checkedPath } from './jsonpath/path-regex.ts'
import { jsonTextOf } from './scalar/json-of.ts'
import { jsonToValue } from './scalar/json-values.ts'

export { coerceLength } from './cast-length.ts'

/**
 * How much was said for a cast: nothing (an argument of a function), that a column takes the value, or CAST itself.
 * What is allowed implicitly is allowed in an assignment too, and so on.
 */
export type CastContext = 'implicit' | 'assignment' | 'explicit'

/** What a cast may ask of the session; a FunctionContext will do. */
export interface CastSession {
  readonly settings: Settings
  /** Microseconds since 1970 UTC, for `now` and `today`. */
  readonly transactionTime?: bigint
  /** Within lists, structs and maps, what cannot be cast is NULL: TRY_CAST. */
  readonly lenient?: boolean
  /** Throws when a value is none of the domain. */
  readonly checkDomain?: (type: DataType, value: Value) => void
}

export interface CastDefinition {
  readonly from: DataType
  readonly to: DataType
  /** The least that has to be said for the cast. */
  readonly context: CastContext
  /** Stable where settings decide: the time zone, the order of day and month, how dates are printed. */
  readonly volatility: Volatility
  /** Brings a value other than NULL to the type, its modifiers included. */
  evaluate(value: Value, session?: CastSession): Value
}

type Convert = (value: Value, session: CastSession) => Value

/** A way from type to type before lengths are applied; no `convert` when the value stays as it is. */
interface Path {
  readonly context: CastContext
  readonly stable: boolean
  readonly convert?: Convert
}

const strength: { readonly [context in CastContext]: number } = { implicit: 0, assignment: 1, explicit: 2 }

const defaultSession: CastSession = { settings: defaultSettings }

const cache = new Map<string, CastDefinition | undefined>()

/**
 * The cast from one type to another if `mode` allows it. In an explicit cast, what is too long is cut; otherwise it is
 * refused. The same types give the same object.
 */
export function findCast(from: DataType, to: DataType, mode: CastContext = 'explicit'): CastDefinition | undefined {
  const fromKey = cacheKey(from)
  const toKey = fromKey === undefined ? undefined : cacheKey(to)
  if (fromKey === undefined || toKey === undefined) return makeCast(from, to, mode)
  const key = `${mode} ${fromKey} > ${toKey}`
  if (!cache.has(key)) {
    if (cache.size > 10000) cache.clear()
    cache.set(key, makeCast(from, to, mode))
  }
  return cache.get(key)
}

/** Whether PostgreSQL's catalog lists the cast. */
export function hasBuiltInCast(from: DataType, to: DataType): boolean {
  return findConversion(from.kind, to.kind) !== undefined
}

/** A cast of one value; NULL stays NULL. 42846 when the types have no cast in that mode. */
export function castValue(
  value: Value,
  from: DataType,
  to: DataType,
  mode: CastContext = 'explicit',
  session: CastSession = defaultSession,
): Value {
  if (value === null) return null
  const cast = findCast(from, to, mode)
  if (!cast) {
    throw new SqlError('cannot_coerce', `cannot cast type ${baseTypeName(from)} to ${baseTypeName(to)}`)
  }
  return cast.evaluate(value, session)
}

/** Reads a text as a value of the type, its modifiers applied as an assignment does: for COPY and parameters. */
export function readValue(text: string, type: DataType, session: CastSession = defaultSession): Value {
  const value = parseAs(text, type, session)
  const coercion = lengthCoercion(type, false)
  return checkedParts(coercion ? coercion(value) : value, type, session)
}

/** Types that are fully told by their name can be looked up by it. */
function cacheKey(type: DataType): string | undefined {
  switch (type.kind) {
    case 'record':
    case 'enum':
    case 'domain':
    case 'range':
    case 'multirange':
    case 'map':
      return undefined
    case 'array':
      return cacheKey(type.element) === undefined ? undefined : `${cacheKey(type.element)}[]`
    default:
      return typeName(type)
  }
}

function makeCast(from: DataType, to: DataType, mode: CastContext): CastDefinition | undefined {
  const path = findPath(from, to, mode)
  if (!path || strength[path.context] > strength[mode]) return undefined
  const { convert } = path
  const coercion = lengthCoercion(to, mode === 'explicit')
  let evaluate: Convert
  if (!convert) evaluate = coercion ?? ((value) => value)
  else if (!coercion) evaluate = convert
  else {
    evaluate = (value, session) => {
      const converted = convert(value, session)
      return converted === null ? null : coercion(converted)
    }
  }
  return {
    from,
    to,
    context: path.context,
    volatility: path.stable ? 'stable' : 'immutable',
    evaluate: (value, session = defaultSession) => evaluate(value, session),
  }
}

const unchanged: Path = { context: 'implicit', stable: false }

function findPath(from: DataType, to: DataType, mode: CastContext): Path | undefined {
  if (to.kind === 'domain') return pathToDomain(from, to, mode)
  if (from.kind === 'domain') return findPath(from.base, to, mode)
  if (from.kind === 'unknown') return { context: 'implicit', stable: readsSettings(to), convert: reading(to) }
  if (sameBaseType(from, to) && from.kind !== 'array') return unchanged
  const conversion = findConversion(from.kind, to.kind)
  if (conversion) {
    const { convert, context, stable = false } = conversion
    return { context, stable, convert: (value, session) => convert(value, session, to) }
  }
  return pathThroughParts(from, to, mode) ?? pathThroughText(from, to) ?? pathThroughJson(from, to)
}

function pathToDomain(from: DataType, to: Extract<DataType, { kind: 'domain' }>, mode: CastContext): Path | undefined {
  if (from.kind === 'domain' && from.name === to.name) return unchanged
  if (isNarrowInteger(to)) return pathToNarrow(from, to, mode)
  const base = makeCast(from, baseType(to), mode)
  if (!base) return undefined
  return {
    context: base.context,
    stable: base.volatility !== 'immutable',
    convert: (value, session) => {
      const converted = base.evaluate(value, session)
      session.checkDomain?.(to, converted)
      return converted
    },
  }
}

/** To an integer of DuckDB's own, from booleans too. */
function pathToNarrow(from: DataType, to: NarrowInteger, mode: CastContext): Path | undefined {
  const base = makeCast(from, from.kind === 'boolean' ? INTEGER : to.base, mode)
  if (!base) return undefined
  return {
    context: base.context,
    stable: false,
    convert: (value, session) => {
      try {
        const converted = base.evaluate(value, session)
        assertWidth(to, converted)
        return converted
      } catch (error) {
        throw error instanceof SqlError && error.code === '22003' ? outOfWidth(to) : error
      }
    },
  }
}

/** Arrays, rows, maps and ranges, by what they consist of. */
function pathThroughParts(from: DataType, to: DataType, mode: CastContext): Path | undefined {
  if (from.kind === 'array' && to.kind === 'array') {
    if (sameBaseType(from.element, to.element)) return unchanged
    if (from.element.kind === 'array' && to.element.kind !== 'array') {
      const inner = part(from.element, to, mode === 'implicit' ? 'assignment' : mode)
      if (!inner) return undefined
      const convert = (list: SqlArray, session: CastSession): SqlArray =>
        list.values.length === 0 ? list : stack(list.values.map((value) => inner.evaluate(value, session)))
      return { context: 'assignment', stable: inner.stable, convert }
    }
    const element = part(from.element, to.element, mode)
    if (!element) return undefined
    const convert = (array: SqlArray, session: CastSession): SqlArray => ({
      ...array,
      values: array.values.map((value) => element.evaluate(value, session)),
    })
    return { context: element.context, stable: element.stable, convert }
  }
  if (from.kind === 'record' && to.kind === 'record') {
    if (to.name === undefined && to.fields.length === 0) return unchanged
    const sources = fieldSources(from, to, mode !== 'implicit')
    const fields = sources?.map((source, i) =>
      part(from.fields[source]?.type ?? to.fields[i].type, to.fields[i].type, mode),
    )
    if (!sources || !fields?.every((field) => field !== undefined)) return undefined
    return {
      context: weakest(fields),
      stable: fields.some((field) => field.stable),
      convert: (row: readonly Value[], session) =>
        fields.map((field, i) => field.evaluate(row[sources[i]] ?? null, session)),
    }
  }
  if (from.kind === 'map' && to.kind === 'map') {
    const key = part(from.key, to.key, mode)
    const value = part(from.value, to.value, mode)
    if (!key || !value) return undefined
    return {
      context: weakest([key, value]),
      stable: key.stable || value.stable,
      convert: (pairs: readonly (readonly [Value, Value])[], session) =>
        pairs.map((pair) => [key.evaluate(pair[0], session), value.evaluate(pair[1], session)]),
    }
  }
  if (from.kind === 'range' && to.kind === 'multirange' && multirangeOf(from).name === to.name) {
    const element = rangeElement(to.element)
    return { context: 'explicit', stable: false, convert: (range: SqlRange) => makeMultirange([range], element) }
  }
  return undefined
}

interface Part {
  readonly context: CastContext
  readonly stable: boolean
  readonly evaluate: Convert
}

/** The cast of what a container holds, where NULLs are met too. */
function part(from: DataType, to: DataType, mode: CastContext): Part | undefined {
  const cast = makeCast(from, to, mode)
  if (!cast) return undefined
  return {
    context: cast.context,
    stable: cast.volatility !== 'immutable',
    evaluate: (value, session) => {
      if (value !== null)
        return session.lenient ? orNull(() => cast.evaluate(value, session)) : cast.evaluate(value, session)
      if (to.kind === 'domain') session.checkDomain?.(to, null)
      return null
    },
  }
}

function orNull(evaluate: () => Value): Value {
  try {
    return evaluate()
  } catch (error) {
    if (error instanceof SqlError) return null
    throw error
  }
}

/** The most that any of the parts demands. */
function weakest(parts: readonly Part[]): CastContext {
  return parts.reduce<CastContext>(
    (most, { context }) => (strength[context] > strength[most] ? context : most),
    'implicit',
  )
}

/** Every type prints as text when assigned to a string, and is read from a string when asked. */
function pathThroughText(from: DataType, to: DataType): Path | undefined {
  if (to.kind === 'unknown' || to.kind === 'void') return undefined
  if (isString(to)) {
    return {
      context: 'assignment',
      stable: readsSettings(from),
      convert: to.kind === 'name' ? printingName(from) : printing(from),
    }
  }
  if (isString(from)) {
    const context =
      to.kind === 'regclass' && (from.kind === 'text' || from.kind === 'varchar') ? 'implicit' : 'explicit'
    return { context, stable: readsSettings(to), convert: reading(to) }
  }
  return undefined
}

/** DuckDB's casts between json and all other types. */
function pathThroughJson(from: DataType, to: DataType): Path | undefined {
  if (from.kind === 'json' || from.kind === 'jsonb') {
    if (to.kind === 'void' || to.kind === 'unknown') return undefined
    return {
      context: 'explicit',
      stable: true,
      convert: (value, session) =>
        jsonToValue(from.kind === 'json' ? value : formatJson(value), to, session.lenient === true, session),
    }
  }
  if (to.kind !== 'json' && to.kind !== 'jsonb') return undefined
  return {
    context: 'explicit',
    stable: true,
    convert: (value, { settings }) => {
      const text = jsonTextOf(from)(value, settings)
      return to.kind === 'json' ? text : parseJson(text)
    },
  }
}

function isString(type: DataType): boolean {
  return type.kind === 'text' || type.kind === 'varchar' || type.kind === 'char' || type.kind === 'name'
}

function isRegistered(type: DataType): boolean {
  return type.kind.startsWith('reg')
}

/** Whether the text of a value depends on the session. */
function readsSettings(type: DataType): boolean {
  switch (type.kind) {
    case 'date':
    case 'time':
    case 'timetz':
    case 'timestamp':
    case 'timestamptz':
    case 'interval':
      return true
    case 'array':
    case 'range':
    case 'multirange':
      return readsSettings(type.element)
    case 'record':
      return type.fields.some((field) => readsSettings(field.type))
    case 'map':
      return readsSettings(type.key) || readsSettings(type.value)
    default:
      return isRegistered(type)
  }
}

function printing(type: DataType): Convert {
  const own = traits(type)
  return (value, session) => own.format(value, type, session.settings)
}

function printingName(type: DataType): Convert {
  const print = printing(type)
  return (value, session) => truncateName(print(value, session))
}

function reading(type: DataType): Convert {
  const texts = ofTexts(type)
  if (texts !== TEXT) {
    const strictly = readingStrictly(type)
    return (value, session) =>
      session.lenient
        ? castValue(parseAs(value, texts, session), texts, type, 'explicit', session)
        : strictly(value, session)
  }
  return readingStrictly(type)
}

/** The lists, structs and maps of a type, with texts in them. */
function ofTexts(type: DataType): DataType {
  switch (type.kind) {
    case 'array':
      return { kind: 'array', element: ofTexts(type.element) }
    case 'record':
      return { kind: 'record', fields: type.fields.map((field) => ({ ...field, type: ofTexts(field.type) })) }
    case 'map':
      return { kind: 'map', key: ofTexts(type.key), value: ofTexts(type.value) }
    default:
      return TEXT
  }
}

function readingStrictly(type: DataType): Convert {
  return holdsDomain(type)
    ? (value, session) => readValue(value, type, session)
    : (value, session) => parseAs(value, type, session)
}

/** Whether there are domains within values of the type. */
function holdsDomain(type: DataType): boolean {
  switch (type.kind) {
    case 'array':
      return type.element.kind === 'domain' || holdsDomain(type.element)
    case 'record':
      return type.fields.some((field) => field.type.kind === 'domain' || holdsDomain(field.type))
    default:
      return false
  }
}

/** A value whose parts were read from text, once the domains among their types have agreed. */
function checkedParts(value: Value, type: DataType, session: CastSession): Value {
  switch (type.kind) {
    case 'domain':
      if (value !== null) checkedParts(value, baseType(type), session)
      session.checkDomain?.(type, value)
      break
    case 'array':
      if (value !== null) for (const item of (value as SqlArray).values) checkedParts(item, type.element, session)
      break
    case 'record':
      if (value !== null)
        type.fields.forEach((field, i) => checkedParts((value as readonly Value[])[i] ?? null, field.type, session))
      break
    default:
  }
  return value
}

/** Reads a text, `now` and its like by the session's clock. */
function parseAs(text: string, type: DataType, session: CastSession): Value {
  const { settings, transactionTime } = session
  if (transactionTime !== undefined) {
    const now = (): bigint => transactionTime
    switch (type.kind) {
      case 'date':
        return parseDate(text, settings, now)
      case 'time':
        return parseTime(text, settings, now)
      case 'timetz':
        return parseTimeTz(text, settings, now)
      case 'timestamp':
        return parseTimestamp(text, settings, now)
      case 'timestamptz':
        return parseTimestampTz(text, settings, now)
      default:
    }
  }
  if (type.kind === 'jsonpath') return checkedPath(traits(type).parse(text, type, settings))
  return traits(type).parse(text, type, settings)
}
