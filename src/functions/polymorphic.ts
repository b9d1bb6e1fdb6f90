/**
 * The type variables of polymorphic overloads. There are two families (manual 38.2.5): all `any…` patterns of a call
 * share one type exactly; all `anycompatible…` patterns share the type their arguments have in common.
 */
import { SqlError } from '../error.ts'
import type { DataType } from '../types/data-type.ts'
import { TEXT } from '../types/data-type.ts'
import { multirangeOf, rangeOf, withoutModifiers } from '../types/type-names.ts'
import { baseType, sameType, tryCommonType } from './coercion.ts'
import type { Pattern } from './function.ts'

/** What the variables of a call stand for; undefined while only literals of unknown type have been seen. */
export interface Binding {
  readonly element?: DataType
  readonly range?: DataType
  readonly compatible?: DataType
  readonly compatibleRange?: DataType
}

/** Binds the variables of patterns to argument types, or undefined when the arguments disagree. */
export function bindPatterns(patterns: readonly Pattern[], args: readonly DataType[]): Binding | undefined {
  let element: DataType | undefined
  let range: DataType | undefined
  let compatibleRange: DataType | undefined
  const compatible: DataType[] = []
  let hasCompatible = false
  for (let index = 0; index < patterns.length; index++) {
    const pattern = patterns[index]
    const arg = args[index]
    if (typeof pattern === 'object' || pattern === 'any' || pattern === 'lambda') continue
    const isCompatible = pattern.startsWith('anycompatible')
    hasCompatible ||= isCompatible
    if (arg.kind === 'unknown') continue
    let own: DataType
    if (pattern === 'anyarray' || pattern === 'anycompatiblearray') {
      const base = baseType(arg)
      if (base.kind !== 'array') return undefined
      own = base.element
    } else if (isRangePattern(pattern)) {
      const base = baseType(arg)
      if (base.kind !== 'range' && base.kind !== 'multirange') return undefined
      if ((base.kind === 'multirange') !== pattern.endsWith('multirange')) return undefined
      const ownRange = rangeOf(base)
      const before = isCompatible ? compatibleRange : range
      if (before && ownRange.name !== (before as typeof ownRange).name) return undefined
      if (isCompatible) compatibleRange = ownRange
      else range = ownRange
      own = base.element
    } else if (pattern === 'anyrecord' || pattern === 'anymap') {
      continue
    } else {
      own = arg
    }
    if (isCompatible) {
      compatible.push(own)
    } else {
      if (element && !sameType(element, own)) return undefined
      element ??= own
    }
  }
  if (!hasCompatible) return { element, range }
  const common = tryCommonType(compatible.map(withoutModifiers))
  if (compatibleRange && !(common && sameType(common, (compatibleRange as { element: DataType }).element)))
    return undefined
  return common && { element, range, compatible: common, compatibleRange }
}

export function isRangePattern(pattern: string): boolean {
  return pattern.endsWith('range')
}

/** What an array of the pattern is made of. */
export function elementPattern(pattern: Pattern): Pattern {
  if (pattern === 'anyarray') return 'anyelement'
  if (pattern === 'anycompatiblearray') return 'anycompatible'
  return typeof pattern === 'object' && pattern.kind === 'array' ? pattern.element : pattern
}

/** The type that a pattern stands for under a binding; `own` is what the argument itself has. */
export function patternType(pattern: Pattern, binding: Binding, own?: DataType): DataType {
  if (typeof pattern === 'object') return pattern
  switch (pattern) {
    case 'anyelement':
    case 'anynonarray':
    case 'anyenum':
      return binding.element ? elementType(binding.element, own) : indeterminate(own)
    case 'anyarray':
      if (!binding.element) return indeterminate(own)
      if (own && own.kind === 'array' && sameType(own.element, binding.element)) return own
      return { kind: 'array', element: withoutModifiers(binding.element) }
    case 'anycompatible':
    case 'anycompatiblenonarray':
      return binding.compatible ?? TEXT
    case 'anycompatiblearray':
      return { kind: 'array', element: binding.compatible ?? TEXT }
    case 'anyrange':
      return binding.range ?? indeterminate(own)
    case 'anymultirange':
      return binding.range ? multirangeOf(binding.range) : indeterminate(own)
    case 'anycompatiblerange':
      return binding.compatibleRange ?? indeterminate(own)
    case 'anycompatiblemultirange':
      return binding.compatibleRange ? multirangeOf(binding.compatibleRange) : indeterminate(own)
    case 'anyrecord':
      return own && own.kind !== 'unknown' ? own : { kind: 'record', fields: [] }
    default:
      return own ?? TEXT
  }
}

/** The argument's own type where it is the variable's, so that nothing needs a cast. */
function elementType(element: DataType, own: DataType | undefined): DataType {
  return own && sameType(own, element) ? own : element
}

function indeterminate(own: DataType | undefined): DataType {
  if (own && own.kind !== 'unknown') return own
  throw new SqlError('datatype_mismatch', 'could not determine polymorphic type because input has type unknown')
}
