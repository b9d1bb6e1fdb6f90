/**
 * Which types become which by themselves, and what several types have in common: implicit casts, type categories and
 * preferred types, and the rule for UNION, CASE and their like (manual 10.5).
 */
import { SqlError } from '../error.ts'
import type { DataType, TypeKind } from '../types/data-type.ts'
import { TEXT, UNKNOWN } from '../types/data-type.ts'
import { traits } from '../types/traits.ts'
import { baseTypeName, typeEquals, withoutModifiers } from '../types/type-names.ts'
import { findCast } from './casts.ts'
import { findOwnCast, hasOwnCasts } from './own-casts.ts'

/** Kinds that are made of other types. */
const composed: ReadonlySet<TypeKind> = new Set(['array', 'record', 'map', 'enum', 'range', 'multirange', 'domain'])

const implicitPairs = new Map<string, boolean>()

/** Whether there is an implicit cast between two kinds of types that have no parts. */
function isImplicit(from: DataType, to: DataType): boolean {
  const pair = `${from.kind} ${to.kind}`
  let known = implicitPairs.get(pair)
  if (known === undefined) {
    known = findCast(from, to, 'implicit') !== undefined
    implicitPairs.set(pair, known)
  }
  return known
}

/** The letter of PostgreSQL's typcategory: N numbers, S strings, D dates and times, T intervals … */
export function category(type: DataType): string {
  return traits(baseType(type)).category
}

/** Whether the type is the one its category would rather be. */
export function isPreferred(type: DataType): boolean {
  return traits(type).preferred
}

/** The type under a domain, and under the domain that is its base. */
export function baseType(type: DataType): DataType {
  while (type.kind === 'domain') type = type.base
  return type
}

/** Whether two types are the same, lengths, precisions and scales aside. */
export function sameType(left: DataType, right: DataType): boolean {
  if (left === right) return true
  if (left.kind !== right.kind) return false
  switch (left.kind) {
    case 'array':
      return sameType(left.element, (right as typeof left).element)
    case 'map':
      return sameType(left.key, (right as typeof left).key) && sameType(left.value, (right as typeof left).value)
    case 'record': {
      const other = right as typeof left
      if (left.name !== other.name || left.fields.length !== other.fields.length) return false
      if (isReordered(left, other)) return false
      return left.fields.every((field, index) => sameType(field.type, other.fields[index].type))
    }
    case 'enum':
    case 'domain':
    case 'range':
    case 'multirange':
      return left.name === (right as typeof left).name
    default:
      return true
  }
}

type Struct = Extract<DataType, { kind: 'record' }>

/**
 * The place in `from` of each field of `to`. Structs of no name go by the names of their fields where these are the same, and,
 * where a cast is asked for, where some are: the others are NULL (-1). All else goes by place, and has as many fields.
 */
export function fieldSources(from: Struct, to: Struct, isCast: boolean): readonly number[] | undefined {
  if (from.name === undefined && to.name === undefined) {
    const named = to.fields.map((field) => from.fields.findIndex((other) => other.name === field.name))
    if (isCast ? named.some((source) => source >= 0) : isReordered(from, to)) return named
  }
  return from.fields.length === to.fields.length ? from.fields.map((_, index) => index) : undefined
}

/** Whether two structs have the same fields in another order. */
export function isReordered(left: Struct, right: Struct): boolean {
  if (left.name !== undefined || right.name !== undefined || left.fields.length !== right.fields.length) return false
  if (left.fields.every((field, index) => field.name === right.fields[index].name)) return false
  return right.fields.every((field) => left.fields.filter((other) => other.name === field.name).length === 1)
}

/** Whether a value of the one type becomes the other by itself, as an argument does. */
export function canCoerce(from: DataType, to: DataType): boolean {
  if (from === to || from.kind === 'unknown') return true
  if (hasOwnCasts() && findOwnCast(from, to)?.context === 'implicit') return true
  if (to.kind === 'domain') return from.kind === 'domain' && sameType(from, to)
  if (from.kind === 'domain') return canCoerce(from.base, to)
  if (from.kind !== to.kind) {
    return composed.has(from.kind) || composed.has(to.kind) ? false : isImplicit(from, to)
  }
  if (sameType(from, to)) return true
  switch (from.kind) {
    case 'array':
      return canCoerce(from.element, baseType((to as typeof from).element))
    case 'map':
      return canCoerce(from.key, (to as typeof from).key) && canCoerce(from.value, (to as typeof from).value)
    case 'record': {
      const target = to as typeof from
      if (target.name !== undefined && from.name !== undefined) return false
      const sources = fieldSources(from, target, false)
      return sources?.every((source, index) => canCoerce(from.fields[source].type, target.fields[index].type)) ?? false
    }
    default:
      return false
  }
}

/**
 * The type that several expressions take together, or undefined when they have none: the first that is known, unless
 * a later one of its category can hold it and not the other way round. Only unknown ones make text.
 */
export function tryCommonType(types: readonly DataType[]): DataType | undefined {
  const known = types.filter((type) => type.kind !== 'unknown')
  if (known.length === 0) return TEXT
  const first = known[0]
  if (known.every((type) => sameType(type, first))) {
    if (known.length < types.length) return withoutModifiers(baseType(first))
    return known.every((type) => typeEquals(type, first)) ? first : withoutModifiers(first)
  }
  let chosen = baseType(first)
  for (const candidate of known) {
    const type = baseType(candidate)
    if (sameType(type, chosen)) continue
    if (category(type) !== category(chosen)) return undefined
    if (!isPreferred(chosen) && canCoerce(chosen, type) && !canCoerce(type, chosen)) chosen = type
  }
  chosen = withoutModifiers(chosen)
  return known.every((type) => canCoerce(type, chosen)) ? chosen : undefined
}

/** As `tryCommonType`; 42804 `CASE types integer and text cannot be matched` when there is none. */
export function commonType(types: readonly DataType[], context: string, position?: number): DataType {
  const common = tryCommonType(types)
  if (common) return common
  let chosen: DataType = UNKNOWN
  for (const candidate of types) {
    const type = baseType(candidate)
    if (type.kind === 'unknown' || sameType(type, chosen)) continue
    if (chosen.kind === 'unknown') {
      chosen = type
      continue
    }
    if (category(type) !== category(chosen) || !(canCoerce(type, chosen) || canCoerce(chosen, type))) {
      throw new SqlError(
        'datatype_mismatch',
        `${context} types ${baseTypeName(chosen)} and ${baseTypeName(type)} cannot be matched`,
        { position },
      )
    }
    if (!isPreferred(chosen) && canCoerce(chosen, type) && !canCoerce(type, chosen)) chosen = type
  }
  const stuck = types.find((type) => !canCoerce(type, chosen)) ?? UNKNOWN
  throw new SqlError(
    'cannot_coerce',
    `${context} could not convert type ${baseTypeName(stuck)} to ${baseTypeName(chosen)}`,
    { position },
  )
}
