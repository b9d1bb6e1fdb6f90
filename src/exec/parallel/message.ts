/**
 * Plans and values as text between threads. Plans are plain data but for the records of functions and casts, which are
 * named so that the other side finds the same ones; what cannot be named (functions of users, values of rare classes)
 * keeps a query on one thread.
 */

import { allFunctions, allOperators } from '../../functions/all.ts'
import { type CastDefinition, findCast } from '../../functions/casts.ts'
import type { SqlFunction } from '../../functions/function.ts'
import type { PhysicalPlan, PhysicalScan } from '../../planner/physical-plan.ts'
import type { TableDefinition } from '../../storage/interface.ts'
import { Decimal } from '../../types/decimal.ts'
import { ColumnStore } from '../compiled/column-store.ts'
import type { QueryMemory } from '../compiled/memory.ts'
import { isColumnNeverNull } from '../compiled/nulls.ts'

import { type DictionaryNumbers, sharedStore, shareStore } from './stores.ts'

/** Something that other threads cannot be told of; the message says what. */
export class CannotShare extends Error {}

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** What a thread needs to read of kept rows, and to tell of its own. */
export interface MessageContext {
  readonly memory: QueryMemory
  readonly dictionaries: DictionaryNumbers
}

/** Written for another thread. Kept rows and finished sides of joins go by where they lie. */
export function encodeMessage(value: unknown, context?: MessageContext): string {
  return JSON.stringify(encode(value, context))
}

export function decodeMessage(text: string, context?: MessageContext): unknown {
  return revive(JSON.parse(text), context)
}

function encode(value: unknown, context: MessageContext | undefined): Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { $: 'number', text: Object.is(value, -0) ? '-0' : String(value) }
    case 'bigint':
      return { $: 'bigint', text: String(value) }
    case 'undefined':
      return null
    case 'object':
      return value === null ? null : encodeObject(value, context)
    default:
      throw new CannotShare('a function of JavaScript')
  }
}

function encodeObject(value: object, context: MessageContext | undefined): Json {
  const inner = (part: unknown): Json => encode(part, context)
  if (Array.isArray(value)) return value.map(inner)
  if (value instanceof Decimal) {
    if (value.isFinite()) return { $: 'decimal', text: String(value.coefficient), scale: value.scale }
    return { $: 'decimal', text: String(value), scale: -1 }
  }
  if (value instanceof Set) return { $: 'set', items: [...value].map(inner) }
  if (value instanceof Map) return { $: 'map', items: [...value].map(([key, item]) => [inner(key), inner(item)]) }
  if (value instanceof ColumnStore && context) {
    return { $: 'store', store: inner(shareStore(value, context.dictionaries)) }
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) throw new CannotShare(`a value of ${value.constructor.name}`)
  if ('$' in value) throw new CannotShare('an object with a key "$"')
  const json: Record<string, Json> = {}
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined || key === 'span') continue
    if (key === 'overload') json.overload = encodeOverload((value as { function: SqlFunction }).function, item)
    else if (key === 'function') json.function = encodeFunction(item)
    else if (key === 'cast') json.cast = encodeCast(item)
    else json[key] = inner(item)
  }
  return json
}

let functionNumbers: ReadonlyMap<SqlFunction, number> | undefined
let functionList: readonly SqlFunction[] | undefined

function sharedFunctions(): readonly SqlFunction[] {
  functionList ??= [...allOperators(), ...allFunctions()]
  return functionList
}

function encodeFunction(record: SqlFunction): Json {
  functionNumbers ??= new Map(sharedFunctions().map((known, i) => [known, i]))
  const number = functionNumbers.get(record)
  if (number === undefined) throw new CannotShare(`function ${record.name}`)
  return { $: 'function', number }
}

function encodeOverload(record: SqlFunction, overload: SqlFunction['overloads'][number]): Json {
  const index = (record.overloads as readonly unknown[]).indexOf(overload)
  const volatility =
    ('volatility' in overload ? overload.volatility : undefined) ??
    ('volatility' in record ? record.volatility : undefined)
  if (index < 0 || ('context' in overload && overload.context) || (volatility ?? 'immutable') !== 'immutable') {
    throw new CannotShare(`function ${record.name}`)
  }
  return { $: 'overload', function: encodeFunction(record), index }
}

const castModes = ['implicit', 'assignment', 'explicit'] as const

function encodeCast(cast: CastDefinition): Json {
  const mode = castModes.find((candidate) => findCast(cast.from, cast.to, candidate) === cast)
  if (mode === undefined || cast.volatility !== 'immutable') throw new CannotShare('a cast that settings decide')
  return { $: 'cast', from: encode(cast.from, undefined), to: encode(cast.to, undefined), mode }
}

function revive(value: unknown, context: MessageContext | undefined): unknown {
  if (typeof value !== 'object' || value === null) return value
  const tagged = value as Record<string, never>
  for (const key in tagged) {
    const part: unknown = tagged[key]
    if (typeof part === 'object') tagged[key] = revive(part, context) as never
  }
  if (!('$' in value)) return value
  switch (tagged.$ as string) {
    case 'number':
      return Number(tagged.text)
    case 'bigint':
      return BigInt(tagged.text)
    case 'decimal':
      return (tagged.scale as number) < 0
        ? Decimal.parse(tagged.text)
        : Decimal.fromBigInt(BigInt(tagged.text), tagged.scale)
    case 'set':
      return new Set(tagged.items as unknown[])
    case 'map':
      return new Map(tagged.items as [unknown, unknown][])
    case 'function':
      return sharedFunctions()[tagged.number]
    case 'overload':
      return (tagged.function as SqlFunction).overloads[tagged.index]
    case 'store':
      return sharedStore(tagged.store, context!.memory, context!.dictionaries)
    default:
      return findCast(tagged.from, tagged.to, tagged.mode)
  }
}

/** The part of a plan that other threads run: tables by their columns, finished sides of joins by theirs. */
export function sharedPlan(plan: PhysicalPlan): PhysicalPlan {
  switch (plan.kind) {
    case 'scan':
      return { ...plan, table: sharedTable(plan.table) }
    case 'hash-join': {
      const [left, right] = keepsLeft(plan)
        ? [standIn(plan.left), sharedPlan(plan.right)]
        : [sharedPlan(plan.left), standIn(plan.right)]
      return { ...plan, left, right }
    }
    case 'filter':
    case 'project':
    case 'aggregate':
    case 'top-n':
      return { ...plan, input: sharedPlan(plan.input) } as PhysicalPlan
    default:
      throw new CannotShare(`a ${plan.kind}`)
  }
}

function keepsLeft(plan: PhysicalPlan & { kind: 'hash-join' }): boolean {
  return plan.preferLeftBuild === true && (plan.type === 'semi' || plan.type === 'anti') && !plan.nullAware
}

function sharedTable(table: TableDefinition): TableDefinition {
  const { kind, schema, name, temporary } = table
  const columns = table.columns.map((column) => ({ name: column.name, type: column.type, notNull: column.notNull }))
  return { kind, schema, name, temporary, columns, constraints: [], indexes: [] }
}

/** Says which columns a finished side of a join has, and which of them may be NULL. */
function standIn(plan: PhysicalPlan): PhysicalScan {
  const columns = plan.columns.map(({ id, name, type }) => ({ name, type, notNull: isColumnNeverNull(plan, id) }))
  return {
    kind: 'scan',
    alias: '',
    columns: plan.columns,
    estimatedRows: plan.estimatedRows,
    filter: [],
    table: { kind: 'table', schema: '', name: '', temporary: false, columns, constraints: [], indexes: [] },
    tableColumns: columns.map((_, i) => i),
  }
}
