/**
 * Numbers for keys of one or several values: equal keys (by SQL's equality, NULLs alike) have the same number, numbers
 * count from 0 as keys arrive. Several columns are numbered one by one, and the numbers paired: no text is built.
 */
import { SqlError } from '../error.ts'
import { keyOf } from '../planner/evaluator/key.ts'
import type { DataType } from '../types/data-type.ts'
import type { Value } from '../types/value.ts'
import { valueBytes } from './rows.ts'

const pairBase = 2 ** 26
/** What an entry of a Map takes, roughly, without its key. */
const entryBytes = 32

export class KeyTable {
  /** How many different keys there are. */
  size = 0
  /** About how many bytes they take. */
  bytes = 0
  private readonly keys: ((value: Value) => unknown)[]
  private readonly numbers: Map<unknown, number>[]
  /** Per column but the first: the number of (the key before, the column's value). */
  private readonly pairs: Map<number, number>[]

  constructor(types: readonly DataType[]) {
    this.keys = types.map(keyOf)
    this.numbers = types.map(() => new Map())
    this.pairs = types.slice(1).map(() => new Map())
  }

  /** The key's number; it is new when it equals the size before. */
  insert(values: readonly Value[]): number {
    const { keys, numbers, pairs } = this
    if (keys.length === 0) {
      this.size = 1
      return 0
    }
    let number = this.intern(numbers[0], keys[0](values[0]), values[0])
    for (let column = 1; column < keys.length; column++) {
      const own = this.intern(numbers[column], keys[column](values[column]), values[column])
      number = this.intern(pairs[column - 1], number * pairBase + own, null)
    }
    if (number === this.size) {
      if (number >= pairBase) throw new SqlError('program_limit_exceeded', `more than ${pairBase} distinct keys`)
      this.size++
    }
    return number
  }

  /** The key's number, or -1 where it was never inserted. */
  find(values: readonly Value[]): number {
    const { keys, numbers, pairs } = this
    if (keys.length === 0) return this.size - 1
    let number = numbers[0].get(keys[0](values[0]))
    for (let column = 1; column < keys.length && number !== undefined; column++) {
      const own = numbers[column].get(keys[column](values[column]))
      number = own === undefined ? undefined : pairs[column - 1].get(number * pairBase + own)
    }
    return number ?? -1
  }

  private intern<Key>(map: Map<Key, number>, key: Key, value: Value): number {
    const known = map.get(key)
    if (known !== undefined) return known
    map.set(key, map.size)
    this.bytes += entryBytes + valueBytes(value)
    return map.size - 1
  }
}

/** Rows by key: per key the rows in the order they came. */
export class RowTable {
  readonly keys: KeyTable
  private readonly first: number[] = []
  private readonly last: number[] = []
  private readonly next: number[] = []

  constructor(types: readonly DataType[]) {
    this.keys = new KeyTable(types)
  }

  add(values: readonly Value[], row: number): void {
    const key = this.keys.insert(values)
    this.next[row] = -1
    if (key === this.first.length) this.first.push(row)
    else this.next[this.last[key]] = row
    this.last[key] = row
  }

  /** The first row of the key, or -1. */
  find(values: readonly Value[]): number {
    const key = this.keys.find(values)
    return key === -1 ? -1 : this.first[key]
  }

  /** The next row of the same key, or -1. */
  after(row: number): number {
    return this.next[row]
  }
}
