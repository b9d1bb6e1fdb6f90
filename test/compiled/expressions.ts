/** Makes typed expressions as the binder would, and random batches in every layout, for tests of kernels. */

import { findCast } from '../../src/functions/casts.ts'
import { sameType } from '../../src/functions/coercion.ts'
import { resolveOperator, resolveScalar } from '../../src/functions/resolve.ts'
import type { ColumnExpression, Expression, OutputColumn } from '../../src/planner/expression.ts'
import type { Pool } from '../../src/storage/allocator.ts'
import { BOOLEAN, type DataType } from '../../src/types/data-type.ts'
import { Decimal } from '../../src/types/decimal.ts'
import type { Value } from '../../src/types/value.ts'
import type { Batch, Dictionary, FixedLayout, Vector } from '../../src/types/vector.ts'
import { encodeUtf8Into } from '../../src/types/vector-reader.ts'
import { functionContextForTests } from './context.ts'

export { functionContextForTests }

export function column(id: number, type: DataType): ColumnExpression {
  return { kind: 'column', id, name: `c${id}`, type }
}

export function constant(value: Value, type: DataType): Expression {
  return { kind: 'constant', value, type }
}

export function cast(input: Expression, type: DataType): Expression {
  return { kind: 'cast', input, type, cast: findCast(input.type, type)!, explicit: true, try: false }
}

function castTo(input: Expression, type: DataType): Expression {
  return sameType(input.type, type) ? input : cast(input, type)
}

export function operator(symbol: string, ...args: Expression[]): Expression {
  const resolved = resolveOperator(
    symbol,
    args.map((arg) => arg.type),
  )
  return {
    kind: 'call',
    function: resolved.function,
    overload: resolved.overload,
    type: resolved.resultType,
    args: args.map((arg, i) => castTo(arg, resolved.parameterTypes[i])),
  }
}

export function call(name: string, ...args: Expression[]): Expression {
  const resolved = resolveScalar(
    name,
    args.map((arg) => arg.type),
  )
  return {
    kind: 'call',
    function: resolved.function,
    overload: resolved.overload,
    type: resolved.resultType,
    args: resolved.sources.map((source, i) => castTo(args[source], resolved.parameterTypes[i])),
  }
}

export const and = (...args: Expression[]): Expression => ({ kind: 'and', args, type: BOOLEAN })
export const or = (...args: Expression[]): Expression => ({ kind: 'or', args, type: BOOLEAN })
export const not = (input: Expression): Expression => ({ kind: 'not', input, type: BOOLEAN })
export const is = (input: Expression, test: 'null' | 'true' | 'false' | 'unknown', negated = false): Expression => ({
  kind: 'is',
  input,
  test,
  negated,
  type: BOOLEAN,
})

/** A generator of numbers in [0, 1) that repeats for a seed. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

export class TestDictionary implements Dictionary {
  readonly size: number
  readonly refs: number
  private readonly texts: readonly string[]

  constructor(texts: readonly string[], pool: Pool) {
    this.texts = texts
    this.size = texts.length
    this.refs = writeTexts(texts, pool)
  }

  text(code: number): string {
    return this.texts[code]
  }

  find(text: string): number {
    return this.texts.indexOf(text)
  }
}

const owner = { kind: 'query', name: 'test' }

/** (address, length) per text. */
function writeTexts(texts: readonly (string | null)[], pool: Pool): number {
  const refs = pool.allocate(texts.length * 8 + 16, owner)
  const bytes = pool.allocate(
    texts.reduce((sum, text) => sum + (text ?? '').length * 3, 64),
    owner,
  )
  const { u8, u32 } = pool.memory
  let at = bytes
  for (const [i, text] of texts.entries()) {
    const length = text === null ? 0 : encodeUtf8Into(text, u8, at)
    u32[(refs >>> 2) + 2 * i] = text === null ? 0xfffffff0 : at
    u32[(refs >>> 2) + 2 * i + 1] = text === null ? 77 : length
    at += length
  }
  return refs
}

export type TestLayout = FixedLayout | 'dictionary1' | 'dictionary2' | 'dictionary4' | 'refs' | 'values' | 'constant'

/** A vector of a layout that holds the values; numerics all have `scale`. With `bounds`, min and max are told. */
export function makeVector(
  values: readonly Value[],
  type: DataType,
  layout: TestLayout,
  scale: number,
  bounds: boolean,
  pool: Pool,
): Vector {
  if (layout === 'values') return { layout, type, values }
  if (layout === 'constant') return { layout, type, value: values[0] }
  const validity = values.includes(null) ? pool.allocate(values.length, owner) : 0
  if (validity !== 0) for (const [i, value] of values.entries()) pool.memory.u8[validity + i] = value === null ? 0 : 1
  if (layout === 'refs') return { layout, type, pointer: writeTexts(values, pool), validity }
  if (layout.startsWith('dictionary')) {
    const width = Number(layout.slice(-1)) as 1 | 2 | 4
    const texts = [...new Set(values.filter((value) => value !== null))] as string[]
    const dictionary = new TestDictionary(texts, pool)
    const pointer = pool.allocate(values.length * width, owner)
    const view = width === 1 ? pool.memory.u8 : width === 2 ? pool.memory.u16 : pool.memory.u32
    for (const [i, value] of values.entries()) view[pointer / width + i] = value === null ? -1 : texts.indexOf(value)
    return { layout: 'dictionary', type, pointer, width, validity, dictionary }
  }
  return makeFixed(values, type, layout as FixedLayout, scale, bounds, validity, pool)
}

function makeFixed(
  values: readonly Value[],
  type: DataType,
  layout: FixedLayout,
  scale: number,
  bounds: boolean,
  validity: number,
  pool: Pool,
): Vector {
  const stored = values.map((value) => (value === null ? null : storedNumber(value)))
  const known = stored.filter((value) => value !== null).map(Number)
  const range = bounds && known.length > 0 ? { min: Math.min(...known), max: Math.max(...known) } : {}
  const bytes = { i8: 1, i16: 2, i32: 4, i64: 8, f32: 4, f64: 8 }[layout]
  const pointer = pool.allocate(values.length * bytes, owner)
  const { memory } = pool
  for (const [i, value] of stored.entries()) {
    // What stands at a NULL's place must not matter.
    const number = value ?? (layout.startsWith('f') ? Number.NaN : layout === 'i64' ? -(2n ** 63n) : -1)
    switch (layout) {
      case 'i8':
        memory.i8[pointer + i] = Number(number)
        break
      case 'i16':
        memory.i16[(pointer >> 1) + i] = Number(number)
        break
      case 'i32':
        memory.i32[(pointer >> 2) + i] = Number(number)
        break
      case 'i64':
        memory.i64[(pointer >> 3) + i] = BigInt(number)
        break
      case 'f32':
        memory.f32[(pointer >> 2) + i] = Number(number)
        break
      default:
        memory.f64[(pointer >> 3) + i] = Number(number)
    }
  }
  return { layout, type, pointer, validity, scale, ...range }
}

function storedNumber(value: Value): number | bigint {
  if (typeof value === 'boolean') return value ? 1 : 0
  return value instanceof Decimal ? value.coefficient : value
}

/** A batch over vectors, with every row or a random part of them. */
export function makeBatch(
  vectors: readonly Vector[],
  rowCount: number,
  random: () => number,
  selected: boolean,
  pool: Pool,
): Batch {
  if (!selected) return { rowCount, columns: vectors, selection: null }
  const rows = Array.from({ length: rowCount }, (_, row) => row).filter(() => random() < 0.6)
  const pointer = pool.allocate(rowCount * 2, owner)
  pool.memory.u16.set(rows, pointer >> 1)
  return { rowCount, columns: vectors, selection: { pointer, count: rows.length } }
}

export function outputColumns(types: readonly DataType[]): OutputColumn[] {
  return types.map((type, i) => ({ id: i + 1, name: `c${i + 1}`, type }))
}
