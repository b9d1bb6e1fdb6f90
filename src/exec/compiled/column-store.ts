/**
 * Rows that an operator keeps, column by column in linear memory: the build side of a join, groups, what is to be sorted,
 * and output on its way to a full batch. Values are copied out of the batches that brought them; a column takes the
 * layout of what arrives first and is rewritten when something wider comes: narrow integers widen, codes of a second
 * dictionary turn all of the column into references, and what linear memory cannot hold turns it into JavaScript values.
 */
import type { ColumnId, OutputColumn } from '../../planner/expression.ts'
import type { DataType } from '../../types/data-type.ts'
import type { Value } from '../../types/value.ts'
import type { Batch, Dictionary, FixedLayout, Selection, Vector } from '../../types/vector.ts'
import { vectorReader } from '../../types/vector-reader.ts'
import { library } from './library.ts'
import { Linearizer } from './linearize.ts'
import type { QueryMemory, ScratchBlock } from './memory.ts'
import type { KernelFunctions } from './modules.ts'
import { moveLibrary } from './move-library.ts'
import { layoutBytes } from './projection.ts'

const integerLayouts: readonly FixedLayout[] = ['i8', 'i16', 'i32', 'i64']
const codeNames = { 1: 'u8', 2: 'u16', 4: 'u32' } as const

interface Move {
  readonly count: number
  readonly selection: number
  readonly batch: Batch
}

export class ColumnStore {
  rowCount = 0
  readonly columns: readonly StoredColumn[]
  private readonly memory: QueryMemory

  /** @param needed the columns to keep; the others stay empty */
  constructor(columns: readonly OutputColumn[], memory: QueryMemory, needed?: ReadonlySet<ColumnId>, expectedRows = 0) {
    this.memory = memory
    this.columns = columns.map(
      (column) => new StoredColumn(column.type, memory, needed === undefined || needed.has(column.id), expectedRows),
    )
  }

  /** Adds the rows of a batch that take part, or those of `selection`. */
  append(batch: Batch, selection: Selection | null = batch.selection): void {
    const count = selection === null ? batch.rowCount : selection.count
    if (count === 0) return
    const move: Move = { count, selection: selection === null ? 0 : selection.pointer, batch: { ...batch, selection } }
    for (let i = 0; i < this.columns.length; i++) this.columns[i].append(batch.columns[i], this.rowCount, move)
    this.rowCount += count
  }

  /** Adds rows [from, to) of a store that outlives this one, so that texts need not be copied. */
  appendKept(source: ColumnStore, from: number, to: number): void {
    const batch = source.view(from, to - from)
    const move: Move = { count: to - from, selection: 0, batch }
    for (const [i, column] of this.columns.entries()) {
      const vector = batch.columns[i]
      column.append(vector.layout === 'refs' ? { ...vector, stable: true } : vector, this.rowCount, move)
      column.stable &&= source.columns[i].stable
    }
    this.rowCount += to - from
  }

  /** Rows [start, start + count) as a batch over the store's memory. */
  view(start: number, count: number): Batch {
    return { rowCount: count, columns: this.columns.map((column) => column.view(start, count)), selection: null }
  }

  /** Forgets the rows, and keeps the room. */
  clear(): void {
    this.rowCount = 0
    for (const column of this.columns) column.clear()
  }

  get bytes(): number {
    return this.columns.reduce((sum, column) => sum + column.bytes, 0)
  }

  get library(): KernelFunctions {
    return library(moveLibrary, this.memory.memory)
  }
}

/** Room is made for so many times the rows that are expected: growing later copies them. */
export const headroom = 1.25

type Kind = 'empty' | 'fixed' | 'codes' | 'refs' | 'values'

export class StoredColumn {
  readonly type: DataType
  readonly needed: boolean
  kind: Kind = 'empty'
  layout: FixedLayout = 'i8'
  /** Bytes per row of `pointer`: of values, codes or references. */
  width = 1
  scale = 0
  min: number = Infinity
  max: number = -Infinity
  pointer = 0
  validity = 0
  dictionary: Dictionary | undefined
  /** Whether all references point into tables. */
  stable = true
  values: Value[] = []
  private capacity = 0
  private validityCapacity = 0
  private rows = 0
  private heap = 0
  private heapEnd = 0
  private readonly heaps: number[] = []
  private readonly memory: QueryMemory
  private readonly move: KernelFunctions
  private readonly expectedRows: number
  private linearizer: Linearizer | undefined

  constructor(type: DataType, memory: QueryMemory, needed: boolean, expectedRows: number) {
    this.type = type
    this.memory = memory
    this.needed = needed
    this.move = library(moveLibrary, memory.memory)
    this.expectedRows = expectedRows > 0 ? Math.min(expectedRows * headroom, 1 << 24) : 0
  }

  append(vector: Vector, at: number, move: Move): void {
    if (!this.needed) return
    this.rows = at
    if (at === 0) this.kind = 'empty'
    switch (vector.layout) {
      case 'values':
        this.appendValues(vector, move)
        break
      case 'constant':
        this.appendConstant(vector.value, move.count)
        break
      case 'dictionary':
        this.appendCodes(vector, move)
        break
      case 'refs':
        this.appendRefs(vector, move)
        break
      default:
        this.appendFixed(vector, move)
    }
    this.rows = at + move.count
  }

  /**
   * Adds rows of another store's column: `rows` are u32 counted from 1, and 0, where it may come, is NULL. The two columns
   * always have the same layout, since nothing else is added to this one.
   */
  appendTaken(source: StoredColumn, at: number, rows: number, count: number, mayBeNull: boolean): void {
    if (!this.needed) return
    this.rows = at
    if (source.kind === 'values' || source.kind === 'empty') {
      this.appendTakenValues(source, rows, count)
      this.rows = at + count
      return
    }
    if (at === 0) this.adopt(source)
    this.reserve(count)
    this.move[`take_${source.width}`](source.pointer, this.pointer + at * this.width, rows, count)
    if (source.validity !== 0 || mayBeNull) {
      if (this.validity === 0) this.startValidity(count)
      this.move.takeValid(source.validity, this.validity + at, rows, count)
    } else if (this.validity !== 0) this.memory.memory.fill(1, this.validity + at, count)
    this.min = source.min
    this.max = source.max
    this.rows = at + count
  }

  /** Takes over how another column is laid out; this one has no rows. */
  private adopt(source: StoredColumn): void {
    this.become(source.kind, source.layout, source.width, source.scale)
    this.dictionary = source.dictionary
    this.stable = source.stable
  }

  private appendTakenValues(source: StoredColumn, rows: number, count: number): void {
    if (this.kind !== 'values') {
      this.become('values', 'i8', 1, 0)
      this.values = new Array<Value>(this.rows).fill(null)
    }
    const { u32 } = this.memory.memory
    for (let n = 0; n < count; n++) {
      const row = u32[(rows >>> 2) + n]
      this.values.push(row === 0 || source.kind === 'empty' ? null : source.values[row - 1])
    }
  }

  /**
   * A vector with `source`'s rows at given places: at[n] (u16) gets row rows[n]; other places hold anything. It lies in
   * `values` and `validity`, which have room for `size` rows.
   */
  scatter(
    at: number,
    rows: number,
    count: number,
    size: number,
    values: ScratchBlock,
    validity: ScratchBlock,
    mayBeNull: boolean,
  ): Vector {
    const { type, width, scale, layout, min, max } = this
    if (this.kind === 'empty') return { layout: 'constant', type, value: null }
    if (this.kind === 'values') return this.scatterValues(at, rows, count, size)
    const pointer = values.ensure(size * width)
    this.move[`scatter_${width}`](this.pointer, pointer, at, rows, count)
    let valid = 0
    if (this.validity !== 0 || mayBeNull) {
      valid = validity.ensure(size)
      this.move.scatterValid(this.validity, valid, at, rows, count)
    }
    if (this.kind === 'codes') {
      return {
        layout: 'dictionary',
        type,
        pointer,
        width: width as 1 | 2 | 4,
        validity: valid,
        dictionary: this.dictionary!,
      }
    }
    if (this.kind === 'refs') return { layout: 'refs', type, pointer, validity: valid, stable: this.stable }
    return min > max
      ? { layout, type, pointer, validity: valid, scale }
      : { layout, type, pointer, validity: valid, scale, min, max }
  }

  private scatterValues(at: number, rows: number, count: number, size: number): Vector {
    const { u16, u32 } = this.memory.memory
    const values = new Array<Value>(size).fill(null)
    for (let n = 0; n < count; n++) {
      const row = u32[(rows >>> 2) + n]
      values[u16[(at >>> 1) + n]] = row === 0 ? null : this.values[row - 1]
    }
    return { layout: 'values', type: this.type, values }
  }

  /** The rows from `start` as a vector. */
  view(start: number, count: number): Vector {
    const { type, scale } = this
    const pointer = this.pointer + start * this.width
    const validity = this.validity === 0 ? 0 : this.validity + start
    switch (this.kind) {
      case 'empty':
        return { layout: 'constant', type, value: null }
      case 'values':
        return {
          layout: 'values',
          type,
          values: start === 0 && count === this.values.length ? this.values : this.values.slice(start, start + count),
        }
      case 'codes':
        return {
          layout: 'dictionary',
          type,
          pointer,
          width: this.width as 1 | 2 | 4,
          validity,
          dictionary: this.dictionary!,
        }
      case 'refs':
        return { layout: 'refs', type, pointer, validity, stable: this.stable }
      default: {
        const { layout, min, max } = this
        return min > max
          ? { layout, type, pointer, validity, scale }
          : { layout, type, pointer, validity, scale, min, max }
      }
    }
  }

  clear(): void {
    this.rows = 0
    this.values = []
    this.min = Infinity
    this.max = -Infinity
    for (const heap of this.heaps) this.memory.free(heap)
    this.heaps.length = 0
    this.heap = 0
    this.heapEnd = 0
    this.stable = true
    this.memory.free(this.validity)
    this.validity = 0
    this.validityCapacity = 0
    this.kind = 'empty'
  }

  get bytes(): number {
    return this.capacity + this.validityCapacity
  }

  /** Gives the memory back but for copied texts, which `heir`'s references point into: they are that column's now. */
  detach(heir: StoredColumn): void {
    heir.heaps.push(...this.heaps)
    this.heaps.length = 0
    this.free()
  }

  /** Gives the memory back; the column is empty then. */
  free(): void {
    this.clear()
    this.memory.free(this.pointer)
    this.pointer = 0
    this.capacity = 0
    this.kind = 'empty'
  }

  /** Makes room for `count` more rows. */
  private reserve(count: number): void {
    const rows = this.rows + count
    const bytes = rows * this.width
    if (bytes > this.capacity) {
      this.capacity = Math.max(bytes, this.capacity * 2, Math.ceil(this.expectedRows) * this.width, 1024)
      this.pointer = this.memory.reallocate(this.pointer, this.capacity)
    }
    if (this.validity !== 0) this.reserveValidity(rows)
  }

  private reserveValidity(rows: number): void {
    if (rows <= this.validityCapacity) return
    this.validityCapacity = Math.max(rows, this.validityCapacity * 2, 1024)
    this.validity = this.memory.reallocate(this.validity, this.validityCapacity)
  }

  private startValidity(count: number): void {
    this.reserveValidity(this.rows + count)
    this.memory.memory.fill(1, this.validity, this.rows)
  }

  /** Copies validity bytes; without any on either side, none are kept. */
  private appendValidity(validity: number, move: Move): void {
    if (validity === 0) {
      if (this.validity !== 0) {
        const at = this.validity + this.rows
        this.memory.memory.fill(1, at, move.count)
      }
      return
    }
    if (this.validity === 0) this.startValidity(move.count)
    this.move.copy_u8_u8(validity, this.validity + this.rows, move.selection, move.count)
  }

  private appendFixed(vector: Vector & { layout: FixedLayout }, move: Move): void {
    const { layout, pointer, validity, scale, min, max } = vector
    if (this.kind === 'empty') this.become('fixed', layout, layoutBytes[layout], scale)
    if (this.kind !== 'fixed' || scale !== this.scale) return this.appendAsValues(vector, move)
    if (layout !== this.layout && !this.widen(layout)) return this.appendAsValues(vector, move)
    this.reserve(move.count)
    const target = this.pointer + this.rows * this.width
    this.move[copyName(layout, this.layout)](pointer, target, move.selection, move.count)
    this.appendValidity(validity, move)
    this.min = Math.min(this.min, min ?? -Infinity)
    this.max = Math.max(this.max, max ?? Infinity)
  }

  private become(kind: Kind, layout: FixedLayout, width: number, scale: number): void {
    // Room kept from before may be of another width; what it holds is no longer needed.
    this.kind = kind
    this.layout = layout
    this.width = width
    this.scale = scale
  }

  /** Makes the column wide enough for a layout; false when the two are of different kinds. */
  private widen(layout: FixedLayout): boolean {
    const own = integerLayouts.indexOf(this.layout)
    const other = integerLayouts.indexOf(layout)
    if (own < 0 || other < 0) return false
    if (other > own) {
      const width = layoutBytes[layout]
      const capacity = Math.max((this.capacity / this.width) * width, 1024)
      const wider = this.memory.allocate(capacity)
      if (this.rows > 0) this.move[copyName(this.layout, layout)](this.pointer, wider, 0, this.rows)
      this.replace(wider, capacity, width)
      this.layout = layout
    }
    return true
  }

  private replace(pointer: number, capacity: number, width: number): void {
    this.memory.free(this.pointer)
    this.pointer = pointer
    this.capacity = capacity
    this.width = width
  }

  private appendCodes(vector: Vector & { layout: 'dictionary' }, move: Move): void {
    const { width, dictionary, pointer, validity } = vector
    if (this.kind === 'empty') {
      this.become('codes', 'i8', width, 0)
      this.dictionary = dictionary
    }
    if (this.kind === 'codes' && this.dictionary !== dictionary) this.codesToRefs()
    if (this.kind === 'refs') {
      this.reserve(move.count)
      const target = this.pointer + this.rows * 8
      this.move[`codesToRefs_${codeNames[width]}`](
        pointer,
        validity,
        dictionary.refs,
        target,
        move.selection,
        move.count,
      )
      return this.appendValidity(validity, move)
    }
    if (this.kind !== 'codes') return this.appendAsValues(vector, move)
    if (width > this.width) {
      const capacity = Math.max((this.capacity / this.width) * width, 1024)
      const wider = this.memory.allocate(capacity)
      if (this.rows > 0) this.move[codeCopyName(this.width, width)](this.pointer, wider, 0, this.rows)
      this.replace(wider, capacity, width)
    }
    this.reserve(move.count)
    this.move[codeCopyName(width, this.width)](
      pointer,
      this.pointer + this.rows * this.width,
      move.selection,
      move.count,
    )
    this.appendValidity(validity, move)
  }

  private codesToRefs(): void {
    const capacity = Math.max((this.capacity / this.width) * 8, 1024)
    const refs = this.memory.allocate(capacity)
    const name = `codesToRefs_${codeNames[this.width as 1 | 2 | 4]}`
    if (this.rows > 0) this.move[name](this.pointer, this.validity, this.dictionary!.refs, refs, 0, this.rows)
    this.replace(refs, capacity, 8)
    this.kind = 'refs'
    this.dictionary = undefined
  }

  private appendRefs(vector: Vector & { layout: 'refs' }, move: Move): void {
    const { pointer, validity, stable } = vector
    if (this.kind === 'empty') this.become('refs', 'i8', 8, 0)
    if (this.kind === 'codes') this.codesToRefs()
    if (this.kind !== 'refs') return this.appendAsValues(vector, move)
    this.reserve(move.count)
    const target = this.pointer + this.rows * 8
    if (stable) this.move.copy_i64_i64(pointer, target, move.selection, move.count)
    else {
      this.stable = false
      const bytes = this.move.textBytes(pointer, validity, move.selection, move.count)
      this.reserveHeap(bytes)
      this.move.copyTexts(pointer, validity, target, this.heap, move.selection, move.count)
      this.heap += bytes
    }
    this.appendValidity(validity, move)
  }

  private reserveHeap(bytes: number): void {
    if (this.heap + bytes <= this.heapEnd) return
    const size = Math.max(bytes, Math.min(4096 << this.heaps.length, 1 << 20))
    this.heap = this.memory.allocate(size)
    this.heapEnd = this.heap + size
    this.heaps.push(this.heap)
  }

  private appendConstant(value: Value, count: number): void {
    const values = new Array<Value>(count).fill(value)
    this.appendValues(
      { layout: 'values', type: this.type, values },
      { count, selection: 0, batch: { rowCount: count, columns: [], selection: null } },
    )
  }

  private appendValues(vector: Vector & { layout: 'values' }, move: Move): void {
    if (this.kind !== 'values') {
      this.linearizer ??= new Linearizer(this.memory)
      const linear = this.linearizer.convert(vector, move.batch)
      const rows = this.rows
      if (
        linear !== undefined &&
        (this.kind === 'empty' || linear.layout === 'refs' || ('scale' in linear && linear.scale === this.scale))
      ) {
        this.append(linear, rows, move)
        return
      }
    }
    this.appendAsValues(vector, move)
  }

  /** The way out for everything else: the column becomes JavaScript values. */
  private appendAsValues(vector: Vector, move: Move): void {
    const { memory } = this.memory
    if (this.kind !== 'values') {
      const read = vectorReader(this.view(0, this.rows), memory)
      this.values = Array.from({ length: this.rows }, (_, row) => read(row))
      this.kind = 'values'
    }
    const read = vectorReader(vector, memory)
    const first = move.selection >>> 1
    for (let n = 0; n < move.count; n++) this.values.push(read(move.selection === 0 ? n : memory.u16[first + n]))
  }
}

function copyName(source: FixedLayout, target: FixedLayout): string {
  if (source !== target) return `copy_${source}_${target}`
  const width = layoutBytes[source]
  return width === 1 ? 'copy_u8_u8' : width === 2 ? 'copy_u16_u16' : width === 4 ? 'copy_i32_i32' : 'copy_i64_i64'
}

function codeCopyName(source: number, target: number): string {
  if (source === 4 && target === 4) return 'copy_i32_i32'
  return `copy_${codeNames[source as 1 | 2 | 4]}_${codeNames[target as 1 | 2 | 4]}`
}
