/**
 * CSV through kernels. A window of the file is copied into the database's memory, its fields are found (scan-library), and
 * each column's are read in one loop straight into the segment that the column's builder fills. What a kernel refuses, one
 * field at a time, goes through the writers of io/csv; when those cannot read it either, the whole chunk is taken back and
 * left to the scanner, which meets the first error first.
 */
import { SqlError } from '../../../error.ts'
import type { FieldWriter } from '../../../io/csv/convert.ts'
import type { CsvDialect } from '../../../io/csv/dialect.ts'
import type { OpenPlainReader, PlainColumn, PlainReader } from '../../../io/csv/plain-reader.ts'
import type { CsvScanner } from '../../../io/csv/scanner.ts'
import type { Pool } from '../../../storage/allocator.ts'
import { SegmentBuilder } from '../../../storage/column-builder.ts'
import { FloatBuilder } from '../../../storage/float-builder.ts'
import { IntegerBuilder } from '../../../storage/integer-builder.ts'
import { TextBuilder } from '../../../storage/text-builder.ts'
import type { LinearMemory } from '../../../types/linear-memory.ts'
import type { ExecutionMode } from '../../operator.ts'
import { library } from '../library.ts'
import { QueryMemory } from '../memory.ts'
import { canCompile, type KernelFunction } from '../modules.ts'
import { integerKernel, type KernelChoice } from './kernels.ts'
import { AT_END, csvScanLibrary } from './scan-library.ts'
import { csvTextLibrary } from './text-library.ts'

/** Below so many bytes the kernels would not be compiled in time to matter. */
const worthwhileBytes = 1 << 18
const windowBytes = 1 << 18
const before = 16
const behind = 96
const mostRows = 1024
const mostCells = 65536
const longestNull = 64

/** For COPY and FROM 'file.csv'. */
export function plainReaders(pool: Pool, mode: ExecutionMode): OpenPlainReader {
  return (dialect, columns, bytes) => {
    if (mode === 'interpreted' || (mode === 'auto' && bytes < worthwhileBytes) || !canCompile()) return undefined
    const isSimple = dialect.nulls.length <= 1 && (dialect.nulls[0] ?? '').length <= longestNull
    if (!isSimple || columns.some((column) => column && !(column.builder instanceof SegmentBuilder))) return undefined
    return new KernelReader(pool, dialect, columns)
  }
}

/** The records at hand: where the kernels find them. */
interface Chunk {
  readonly base: number
  readonly stride: number
  readonly out: number
  readonly nullText: number
  readonly nullLength: number
  /** Bytes from the first record's to the last's. */
  bytes: number
  rows: number
}

/** Writes the chunk's fields of a column, which lie at `starts`. */
type Feed = (chunk: Chunk, starts: number) => void

class KernelReader implements PlainReader {
  private readonly memory: QueryMemory
  private readonly linear: LinearMemory
  private readonly columns: readonly (PlainColumn | undefined)[]
  private readonly feeds: readonly (Feed | undefined)[]
  private readonly scan: KernelFunction
  private readonly chunk: Chunk
  private readonly table: number
  private readonly lines: number
  private readonly capacity: number
  private readonly marks: number
  /** Which part of the file is in the window. */
  private from = 0
  private to = 0
  /** The scanner reads the records up to here. */
  private carefulUntil = 0

  constructor(pool: Pool, dialect: CsvDialect, columns: readonly (PlainColumn | undefined)[]) {
    this.memory = new QueryMemory(pool, 'copy')
    this.linear = pool.memory
    this.columns = columns
    this.scan = library(csvScanLibrary, pool.memory).scan
    this.capacity = Math.max(16, Math.min(mostRows, Math.floor(mostCells / columns.length)))
    this.marks = dialect.delimiter | (dialect.quote << 8) | (dialect.escape << 16) | (dialect.comment << 24)
    const stride = this.capacity * 4 + 64
    this.table = this.memory.allocate(2 * stride * columns.length)
    this.lines = this.memory.allocate(this.capacity * 4)
    const nulls = new TextEncoder().encode(dialect.nulls[0] ?? '')
    const nullText = this.memory.allocate(longestNull * 4)
    this.linear.u8.set(nulls, nullText)
    this.chunk = {
      base: this.memory.allocate(before + windowBytes + behind) + before,
      stride,
      out: this.memory.allocate(32),
      nullText,
      nullLength: dialect.nulls.length === 0 ? -1 : nulls.length,
      bytes: 0,
      rows: 0,
    }
    this.feeds = columns.map((column) => column && this.feedOf(column))
  }

  read(scanner: CsvScanner, limit: number): number {
    if (scanner.offset + scanner.position < this.carefulUntil) return 0
    if (!this.find(scanner, limit)) return 0
    const { chunk, linear, columns, feeds } = this
    const next = this.from + linear.i32[chunk.out >>> 2]
    const innerLines = linear.i32[(chunk.out >>> 2) + 2]
    const lengths = columns.map((column) => column?.builder.length ?? 0)
    try {
      for (let field = 0; field < feeds.length; field++) feeds[field]?.(chunk, this.table + 2 * field * chunk.stride)
    } catch (error) {
      if (!(error instanceof SqlError) || error.condition === 'out_of_memory') throw error
      for (let field = 0; field < columns.length; field++) columns[field]?.builder.truncate(lengths[field])
      this.carefulUntil = next
      return 0
    }
    scanner.advance(next - scanner.offset, chunk.rows + innerLines)
    return chunk.rows
  }

  release(): void {
    this.memory.release()
  }

  /** Finds the fields of the next records. */
  private find(scanner: CsvScanner, limit: number): boolean {
    const { chunk, linear } = this
    const start = scanner.offset + scanner.position
    if (start < this.from || start >= this.to) this.fill(scanner)
    for (;;) {
      const { from } = this
      chunk.rows = this.scan(
        chunk.base,
        start - from,
        this.to - from,
        Math.min(limit, this.capacity),
        this.table,
        chunk.stride,
        this.lines,
        this.columns.length,
        this.marks,
        chunk.out,
      )
      const out = chunk.out >>> 2
      chunk.bytes = linear.i32[out] - (start - from)
      if (chunk.rows > 0) return true
      if (linear.i32[out + 1] !== AT_END || start === from) return false
      if (scanner.isLast && this.to === scanner.offset + scanner.end) return false
      this.fill(scanner)
    }
  }

  private fill(scanner: CsvScanner): void {
    scanner.ensure(windowBytes)
    const { bytes, position, offset, end } = scanner
    const until = Math.min(end, position + windowBytes)
    this.from = offset + position
    this.to = offset + until
    this.linear.u8.set(bytes.subarray(position, until), this.chunk.base)
  }

  private feedOf(column: PlainColumn): Feed {
    const { builder } = column
    const one = this.oneByOne(column)
    if (builder instanceof TextBuilder) {
      const { type } = builder
      if (type.kind === 'text') return this.textFeed(column, builder, one, -1)
      if (type.kind === 'varchar') return this.textFeed(column, builder, one, type.length ?? -1)
    }
    const kernel =
      builder instanceof IntegerBuilder || builder instanceof FloatBuilder ? integerKernel(builder) : undefined
    if (kernel !== undefined) return this.numberFeed(column, builder as SegmentBuilder, one, kernel)
    return (chunk, starts) => {
      for (let row = 0; row < chunk.rows; row++) one(chunk, starts, row)
    }
  }

  private numberFeed(column: PlainColumn, builder: SegmentBuilder, one: One, choice: KernelChoice): Feed {
    const { linear } = this
    const kernel = library(choice.library, linear)[choice.name]
    const spec = this.memory.allocate(256)
    choice.prepare(linear, spec)
    return (chunk, starts) => {
      const { rows, out } = chunk
      const begin = builder.length
      builder.reserve(begin + rows)
      for (let row = 0; row < rows; row++) {
        const { pointer, width, validity } = builder.segment
        row = kernel(
          chunk.base,
          starts,
          chunk.stride,
          row,
          rows,
          pointer + begin * width,
          validity === 0 ? 0 : validity + begin,
          column.neverNull ? -1 : chunk.nullLength,
          chunk.nullText,
          column.quotedNulls ? 1 : 0,
          spec,
          out,
        )
        const read = begin + row - builder.length
        builder.accept(read, linear.i32[out >>> 2], linear.f64[(out >>> 3) + 1], linear.f64[(out >>> 3) + 2])
        if (row < rows) one(chunk, starts, row)
      }
    }
  }

  private textFeed(column: PlainColumn, builder: TextBuilder, one: One, longest: number): Feed {
    const { linear, memory } = this
    const { heap, codes } = library(csvTextLibrary, linear)
    const spec = memory.allocate(32)
    const book = new CodeBook(memory)
    return (chunk, starts) => {
      const { rows, out } = chunk
      const begin = builder.length
      for (let row = 0; row < rows; row++) {
        const dictionary = builder.usedDictionary()
        if (dictionary === undefined) builder.reserveTexts(rows - row, chunk.bytes)
        else builder.reserve(begin + rows)
        const { pointer, validity, heap: heapStart, heapLength } = builder.segment
        const at = spec >>> 2
        if (dictionary === undefined) {
          linear.i32[at] = heapStart
          linear.i32[at + 1] = heapLength
          linear.i32[at + 2] = builder.heapRoom
          linear.i32[at + 3] = longest
        } else {
          book.use(dictionary)
          linear.i32[at] = book.pointer
          linear.i32[at + 1] = book.slots - 1
          linear.i32[at + 2] = dictionary.refs
        }
        row = (dictionary === undefined ? heap : codes)(
          chunk.base,
          starts,
          chunk.stride,
          row,
          rows,
          pointer + begin * 4,
          validity === 0 ? 0 : validity + begin,
          column.neverNull ? -1 : chunk.nullLength,
          chunk.nullText,
          column.quotedNulls ? 1 : 0,
          spec,
          out,
        )
        builder.acceptTexts(begin + row - builder.length, linear.i32[out >>> 2], linear.u32[at + 1])
        if (row === rows) break
        const isValue = one(chunk, starts, row)
        if (dictionary === undefined || !isValue || builder.segment.dictionary !== dictionary) continue
        const start = linear.i32[(starts >>> 2) + row] & 0x7fffffff
        const length = linear.i32[((starts + chunk.stride) >>> 2) + row] - start
        book.remember(chunk.base + start, length, linear.u32[(builder.segment.pointer >>> 2) + builder.length - 1])
      }
    }
  }

  /** Reads one field the long way; false for NULL. */
  private oneByOne(column: PlainColumn): One {
    const { linear } = this
    const { builder, neverNull, quotedNulls } = column
    const write: FieldWriter = column.write
    return (chunk, starts, row) => {
      const marked = linear.i32[(starts >>> 2) + row]
      const start = chunk.base + (marked & 0x7fffffff)
      const end = chunk.base + linear.i32[((starts + chunk.stride) >>> 2) + row]
      const mayBeNull = !neverNull && (marked >= 0 || quotedNulls)
      if (mayBeNull && end - start === chunk.nullLength && this.isNullText(start)) {
        builder.appendNull()
        return false
      }
      const bytes = linear.u8.slice(start, end)
      write(bytes, 0, bytes.length)
      return true
    }
  }

  private isNullText(start: number): boolean {
    const { nullText, nullLength } = this.chunk
    const { u8 } = this.linear
    for (let i = 0; i < nullLength; i++) if (u8[start + i] !== u8[nullText + i]) return false
    return true
  }
}

type One = (chunk: Chunk, starts: number, row: number) => boolean

/** The codes of the texts that have been met, by a hash that kernels compute (text-library). */
class CodeBook {
  pointer = 0
  slots = 0
  private count = 0
  private dictionary: unknown
  private readonly memory: QueryMemory

  constructor(memory: QueryMemory) {
    this.memory = memory
  }

  /** Makes it the book of that dictionary, with room for one more. */
  use(dictionary: unknown): void {
    if (this.dictionary !== dictionary) {
      this.dictionary = dictionary
      this.count = 0
      this.memory.free(this.pointer)
      this.slots = 256
      this.pointer = this.memory.allocateCleared(this.slots * 8)
    }
    if (this.count * 2 >= this.slots) this.grow()
  }

  remember(address: number, length: number, code: number): void {
    library(csvTextLibrary, this.memory.memory).remember(address, length, code, this.pointer, this.slots - 1)
    this.count++
  }

  private grow(): void {
    const slots = this.slots * 4
    const larger = this.memory.allocateCleared(slots * 8)
    const { u32 } = this.memory.memory
    const from = this.pointer >>> 2
    const to = larger >>> 2
    for (let slot = 0; slot < this.slots; slot++) {
      if (u32[from + 2 * slot + 1] === 0) continue
      const hash = u32[from + 2 * slot]
      let place = hash & (slots - 1)
      while (u32[to + 2 * place + 1] !== 0) place = (place + 1) & (slots - 1)
      u32[to + 2 * place] = hash
      u32[to + 2 * place + 1] = u32[from + 2 * slot + 1]
    }
    this.memory.free(this.pointer)
    this.pointer = larger
    this.slots = slots
  }
}
