/**
 * What `.keyvalue()` yields: an object of each pair, with an `id` that tells the object it came from. PostgreSQL takes
 * the place of the object in the bytes of the jsonb value that has it, which is computed here as it lays them out.
 */
import { Decimal } from '../../types/decimal.ts'
import { isJsonArray, isJsonNull, isJsonObject, type JsonObject, type JsonValue, jsonObject } from '../../types/json.ts'
import { byteLength } from '../../types/text-order.ts'

/** The value that a path started from, and its number among them. */
export interface PathBase {
  readonly value: JsonValue
  readonly id: bigint
}

const BASE_STEP = 10000000000n

export function keyValues(object: JsonObject, base: PathBase): JsonObject[] {
  const id = Decimal.fromBigInt(base.id * BASE_STEP + BigInt(offsetOf(object, base.value)))
  return [...object].map(([key, value]) =>
    jsonObject([
      ['id', id],
      ['key', key],
      ['value', value],
    ]),
  )
}

/** Where a container stands within another, in bytes from its start. */
function offsetOf(target: JsonValue, base: JsonValue): number {
  let found = 0
  const align = (at: number): number => (at + 3) & ~3
  const walk = (value: JsonValue, at: number): number => {
    if (typeof value === 'string') return at + byteLength(value)
    if (typeof value === 'boolean' || isJsonNull(value)) return at
    const start = align(at)
    if (value instanceof Decimal) return start + numericSize(value)
    if (value === target) found = start
    if (isJsonArray(value)) {
      let end = start + 4 + 4 * value.length
      for (const item of value) end = walk(item, end)
      return end
    }
    const members = value as JsonObject
    let end = start + 4 + 8 * members.size
    for (const key of members.keys()) end += byteLength(key)
    for (const member of members.values()) end = walk(member, end)
    return end
  }
  if (isJsonArray(base) || isJsonObject(base)) walk(base, 0)
  return found
}

/** The bytes of a stored numeric: a head, and two for each four decimal digits. */
function numericSize(value: Decimal): number {
  const [whole, fraction = ''] = value.abs().toString().split('.')
  const digits =
    whole.padStart(Math.ceil(whole.length / 4) * 4, '0') + fraction.padEnd(Math.ceil(fraction.length / 4) * 4, '0')
  const groups = digits.match(/.{4}/g)!
  let [from, to] = [0, groups.length]
  while (from < to && groups[from] === '0000') from++
  while (to > from && groups[to - 1] === '0000') to--
  return 6 + 2 * (to - from)
}
