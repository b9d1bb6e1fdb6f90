/**
 * Reads a column chunk page by page into vectors in the database's memory, a batch at a time. Levels and codes are read by loops
 * of our own, since through arrays of JavaScript values a load took twelve times as long as DuckDB's.
 */
import type { DataType } from '../../types/data-type.ts'
import type { SourceBlocks } from '../../types/external-source.ts'
import type { LinearMemory } from '../../types/linear-memory.ts'
import type { Vector } from '../../types/vector.ts'
import type { Decode, FlatForm } from './flat-form.ts'
import type { PageHeader, ParquetLibrary } from './library.ts'
import { damaged, RunLengthReader } from './run-length.ts'

/** Where a chunk lies in its file, and what is to become of it. */
export interface FlatChunk {
  readonly type: DataType
  readonly form: FlatForm
  readonly isNullable: boolean
  readonly bytes: Uint8Array
  readonly codec: string
}

interface Page {
  /** Rows that have not been read. */
  left: number
  /** The levels of the rows, 1 where there is a value, and how many have been read; undefined when all have values. */
  readonly levels: Uint8Array | undefined
  at: number
  readonly decode: Decode
}

const plainEncodings: ReadonlySet<string> = new Set([
  'PLAIN',
  'PLAIN_DICTIONARY',
  'RLE_DICTIONARY',
  'RLE',
  'BIT_PACKED',
])

/** Whether the reader knows all encodings of a chunk. */
export function hasPlainEncodings(encodings: readonly string[]): boolean {
  return encodings.every((encoding) => plainEncodings.has(encoding))
}

export class ChunkReader {
  private readonly chunk: FlatChunk
  private readonly library: ParquetLibrary
  private readonly blocks: SourceBlocks
  private readonly reader: { readonly view: DataView; offset: number }
  private readonly codes: Int32Array
  private readonly values: number
  private readonly validity: number
  private dictionary = { pointer: 0, size: 0 }
  private page: Page | undefined
  /** Blocks with texts: of the page at hand, of pages before it that the vector at hand still points to; and what holds to the end. */
  private readonly texts: number[] = []
  private readonly done: number[] = []
  private readonly kept: number[] = []

  /** @param mostRows that `next` will be asked for */
  constructor(chunk: FlatChunk, library: ParquetLibrary, blocks: SourceBlocks, mostRows: number) {
    const { bytes, form } = chunk
    this.chunk = chunk
    this.library = library
    this.blocks = blocks
    this.reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), offset: 0 }
    this.codes = new Int32Array(mostRows)
    this.values = this.keep(blocks.allocate(mostRows * form.width))
    this.validity = chunk.isNullable ? this.keep(blocks.allocate(mostRows)) : 0
  }

  /** The next rows; valid until it is called again. @throws SqlError 22P04 when there are not so many */
  next(rows: number): Vector {
    const { form, type } = this.chunk
    this.release(this.done)
    let hasNulls = false
    for (let row = 0; row < rows; ) {
      const page = this.page?.left ? this.page : this.nextPage()
      const count = Math.min(page.left, rows - row)
      if (this.read(page, count, row)) hasNulls = true
      page.left -= count
      row += count
    }
    const validity = hasNulls ? this.validity : 0
    return form.layout === 'refs'
      ? { layout: 'refs', type, pointer: this.values, validity }
      : { layout: form.layout, type, pointer: this.values, validity, scale: form.scale }
  }

  close(): void {
    this.release(this.done)
    this.release(this.texts)
    this.release(this.kept)
  }

  private release(pointers: number[]): void {
    for (const pointer of pointers.splice(0)) this.blocks.free(pointer)
  }

  private keep(pointer: number): number {
    this.kept.push(pointer)
    return pointer
  }

  /** Reads rows of one page to row `row` of the vector; returns whether any is NULL. */
  private read(page: Page, count: number, row: number): boolean {
    const { width } = this.chunk.form
    const pointer = this.values + row * width
    const validity = this.validity + row
    const { levels, at } = page
    if (levels === undefined) {
      page.decode(count, pointer)
      if (this.validity !== 0) this.blocks.memory.fill(1, validity, count)
      return false
    }
    page.at += count
    let valid = 0
    for (let i = 0; i < count; i++) valid += levels[at + i]
    page.decode(valid, pointer)
    const { memory } = this.blocks
    memory.u8.set(levels.subarray(at, at + count), validity)
    if (valid === count) return false
    spread(memory, pointer, width, levels, at, count, valid)
    return true
  }

  private nextPage(): Page {
    const { reader, library } = this
    this.done.push(...this.texts.splice(0))
    while (reader.offset < reader.view.byteLength) {
      const header = library.parquetHeader(reader)
      const start = reader.offset
      const end = start + header.compressed_page_size
      if (!(end >= start && end <= reader.view.byteLength)) throw damaged('a page that reaches beyond its column chunk')
      reader.offset = end
      const bytes = this.chunk.bytes.subarray(start, end)
      if (header.type === 'DICTIONARY_PAGE') this.readDictionary(header, bytes)
      else {
        const page = this.dataPage(header, bytes)
        if (page !== undefined && page.left > 0) {
          this.page = page
          return page
        }
      }
    }
    throw damaged('fewer values in a column chunk than rows')
  }

  private readDictionary(header: PageHeader, bytes: Uint8Array): void {
    const { form, codec } = this.chunk
    const size = header.dictionary_page_header?.num_values ?? 0
    const page = this.library.decompressPage(bytes, header.uncompressed_page_size, codec, this.library.compressors)
    if (!(size >= 0 && size <= page.length * 8)) throw damaged('a dictionary that is too short')
    const pointer = this.keep(this.blocks.allocate(size * form.width))
    form.plain(page, this.blocks, (texts) => this.keep(this.placed(texts)))(size, pointer)
    this.dictionary = { pointer, size }
  }

  private dataPage(header: PageHeader, bytes: Uint8Array): Page | undefined {
    const { codec, isNullable } = this.chunk
    const { decompressPage, compressors } = this.library
    const first = header.data_page_header
    if (first !== undefined) {
      const page = decompressPage(bytes, header.uncompressed_page_size, codec, compressors)
      if (!isNullable) return this.pageOf(first.num_values, undefined, first.encoding, page)
      if (first.definition_level_encoding !== 'RLE') throw damaged('levels in an encoding that is no longer written')
      const end = 4 + lengthAt(page)
      if (end > page.length) throw damaged('levels that are cut off')
      return this.pageOf(first.num_values, page.subarray(4, end), first.encoding, page.subarray(end))
    }
    const second = header.data_page_header_v2
    if (second === undefined) return undefined
    const from = second.repetition_levels_byte_length
    const to = from + second.definition_levels_byte_length
    if (!(from >= 0 && to >= from && to <= bytes.length)) throw damaged('levels that are cut off')
    const values = bytes.subarray(to)
    const page = second.is_compressed
      ? decompressPage(values, header.uncompressed_page_size - to, codec, compressors)
      : values
    return this.pageOf(second.num_values, isNullable ? bytes.subarray(from, to) : undefined, second.encoding, page)
  }

  private pageOf(rows: number, levelBytes: Uint8Array | undefined, encoding: string, values: Uint8Array): Page {
    let levels: Uint8Array | undefined
    if (levelBytes !== undefined && rows > 0) {
      const reader = new RunLengthReader(levelBytes, 1)
      if (!reader.isRunOf(1, rows)) {
        levels = new Uint8Array(rows)
        reader.read(levels, rows)
      }
    }
    return { left: rows, levels, at: 0, decode: this.decoder(encoding, values) }
  }

  private decoder(encoding: string, values: Uint8Array): Decode {
    const { form, type } = this.chunk
    switch (encoding) {
      case 'PLAIN':
        return form.plain(values, this.blocks, (texts) => {
          const pointer = this.placed(texts)
          this.texts.push(pointer)
          return pointer
        })
      case 'RLE':
        if (type.kind === 'boolean') return this.runs(new RunLengthReader(values.subarray(4), 1))
        break
      case 'PLAIN_DICTIONARY':
      case 'RLE_DICTIONARY':
        if (values.length > 0) return this.looked(new RunLengthReader(values.subarray(1), values[0]))
        return () => {}
    }
    throw damaged(`values of encoding ${encoding}, which its metadata does not name`)
  }

  private placed(bytes: Uint8Array): number {
    const pointer = this.blocks.allocate(bytes.length)
    this.blocks.memory.u8.set(bytes, pointer)
    return pointer
  }

  /** Values that are written as codes of themselves: booleans. */
  private runs(reader: RunLengthReader): Decode {
    return (count, pointer) => reader.read(this.blocks.memory.u8.subarray(pointer, pointer + count), count)
  }

  private looked(reader: RunLengthReader): Decode {
    const { codes, dictionary } = this
    const { width } = this.chunk.form
    return (count, pointer) => {
      if (count === 0) return
      reader.read(codes, count)
      let most = 0
      for (let i = 0; i < count; i++) most = Math.max(most, codes[i] >>> 0)
      if (most >= dictionary.size) throw damaged('codes that its dictionary has not')
      gather(this.blocks.memory, dictionary.pointer, codes, count, pointer, width)
    }
  }
}

function lengthAt(bytes: Uint8Array): number {
  if (bytes.length < 4) throw damaged('levels that are cut off')
  return (bytes[0] | (bytes[1] << 8) | (bytes[2] << 16) | (bytes[3] << 24)) >>> 0
}

function gather(
  memory: LinearMemory,
  dictionary: number,
  codes: Int32Array,
  count: number,
  pointer: number,
  width: number,
): void {
  if (width === 1) {
    const { u8 } = memory
    for (let i = 0; i < count; i++) u8[pointer + i] = u8[dictionary + codes[i]]
    return
  }
  const { i32 } = memory
  const from = dictionary >>> 2
  const to = pointer >>> 2
  if (width === 4) {
    for (let i = 0; i < count; i++) i32[to + i] = i32[from + codes[i]]
    return
  }
  for (let i = 0; i < count; i++) {
    const at = from + 2 * codes[i]
    i32[to + 2 * i] = i32[at]
    i32[to + 2 * i + 1] = i32[at + 1]
  }
}

/** Moves the first `valid` values to the rows that have one, from the last on; the others become zeros. */
function spread(
  memory: LinearMemory,
  pointer: number,
  width: number,
  levels: Uint8Array,
  at: number,
  count: number,
  valid: number,
): void {
  const words = width >>> 2
  const { u8, i32 } = memory
  const base = pointer >>> 2
  for (let row = count - 1, from = valid; row >= 0; row--) {
    const has = levels[at + row] === 1
    if (has) from--
    if (words === 0) u8[pointer + row] = has ? u8[pointer + from] : 0
    else {
      for (let w = 0; w < words; w++) i32[base + row * words + w] = has ? i32[base + from * words + w] : 0
    }
  }
}
