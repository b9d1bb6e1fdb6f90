/**
 * A SQL value as the engine holds it in JavaScript, outside of columns. The type decides the representation, never the
 * value:
 *
 *   boolean                         boolean
 *   smallint, integer, oid, reg*, xid, cid    number
 *   bigint, money (cents), xid8, pg_lsn      bigint
 *   inet, cidr                      Inet (types/network.ts)
 *   numeric                         Decimal (types/decimal.ts)
 *   real, double                    number
 *   text, varchar, char, name, uuid, json, enum, bit, varbit, macaddr, tid, "char"     string
 *   bytea                           Uint8Array
 *   date                            number: days since 1970-01-01; ±infinity are ±2147483647
 *   time                            number: microseconds since midnight
 *   timetz                          TimeTz
 *   timestamp, timestamptz          bigint: microseconds since 1970-01-01 00:00 (UTC); ±infinity are ±(2^63-1)
 *   interval                        Interval
 *   jsonb                           JsonValue (types/json.ts)
 *   jsonpath                        JsonPath (types/jsonpath.ts)
 *   point, lseg, box, path, …       types/geometry.ts
 *   tsvector, tsquery               types/text-search.ts
 *   array                           SqlArray (types/array.ts)
 *   record                          readonly Value[], in field order
 *   unknown                         string: a literal whose type is not yet known
 *   NULL, of any type               null
 */
export type Value = any

/** Months, days and microseconds are kept apart, as PostgreSQL does: a month is not a number of days. */
export interface Interval {
  readonly months: number
  readonly days: number
  readonly micros: bigint
}

/** Microseconds since midnight, local, and the zone's seconds east of UTC. */
export interface TimeTz {
  readonly micros: number
  readonly offset: number
}
