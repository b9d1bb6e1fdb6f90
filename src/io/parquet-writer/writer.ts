/**
 * Writes Parquet: batches in, a file out. Row groups of so many rows, in each a data page per column (version 1), values in
 * PLAIN or, for texts that repeat, by a dictionary; pages uncompressed, in Snappy or in gzip.
 *
 *   PAR1 │ column chunk, column chunk, … (a row group) │ … │ footer: schema, where the chunks are, their bounds │ PAR1
 */
import { notSupported } from '../../error.ts'
import type { DataType } from '../../types/data-type.ts'
import type { Decimal } from '../../types/decimal.ts'
import type { LinearMemory } from '../../types/linear-memory.ts'
import { type Batch, selectedCount, selectedRow } from '../../types/vector.ts'
import { vectorReader } from '../../types/vector-reader.ts'
import { ColumnChunk, packed, varint } from './column-chunk.ts'
import { type ColumnType, columnType, decimalOf, physicalCodes } from './column-type.ts'
import { compressSnappy } from './snappy.ts'
import { type Struct, ThriftWriter } from './thrift.ts'

export type ParquetCodec = 'uncompressed' | 'snappy' | 'gzip'

export interface ParquetOptions {
  readonly codec: ParquetCodec
  readonly rowGroupRows: number
  readonly gzip?: (bytes: Uint8Array) => Uint8Array
}

const codecs: Readonly<Record<ParquetCodec, number>> = { uncompressed: 0, snappy: 1, gzip: 2 }
const magic = new TextEncoder().encode('PAR1')
const PLAIN = 0
const RLE = 3
const RLE_DICTIONARY = 8

interface Column {
  readonly name: string
  /** undefined: numerics whose digits are known only when all have come. */
  readonly type: ColumnType | undefined
}

/** The columns of a row group; numerics without a precision as they came. */
type Chunk = ColumnChunk | (Decimal | null)[]

export class ParquetWriter {
  private readonly columns: readonly Column[]
  private readonly options: ParquetOptions
  private readonly parts: Uint8Array[] = [magic]
  private at = magic.length
  private readonly groups: { rows: number; chunks: Chunk[] }[] = []
  rowCount = 0

  constructor(columns: readonly { readonly name: string; readonly type: DataType }[], options: ParquetOptions) {
    this.options = options
    if (options.codec === 'gzip' && !options.gzip) throw notSupported('COMPRESSION gzip here')
    this.columns = columns.map(({ name, type }) => {
      const chosen = columnType(type)
      return { name, type: chosen === 'any decimal' ? undefined : chosen }
    })
  }

  add(batch: Batch, memory: LinearMemory): void {
    const count = selectedCount(batch)
    for (let done = 0; done < count; ) {
      const group = this.openGroup()
      const part = Math.min(count - done, this.options.rowGroupRows - group.rows)
      const from = done
      const rowOf = (n: number): number => selectedRow(batch, from + n, memory)
      for (const [i, chunk] of group.chunks.entries()) {
        if (chunk instanceof ColumnChunk) chunk.add(batch.columns[i], rowOf, part, memory)
        else {
          const read = vectorReader(batch.columns[i], memory)
          for (let n = 0; n < part; n++) chunk.push(read(rowOf(n)))
        }
      }
      group.rows += part
      done += part
    }
    this.rowCount += count
  }

  private openGroup(): { rows: number; chunks: Chunk[] } {
    const { rowGroupRows } = this.options
    const last = this.groups.at(-1)
    if (last !== undefined && last.rows < rowGroupRows) return last
    const group = {
      rows: 0,
      chunks: this.columns.map(({ type }): Chunk => (type === undefined ? [] : new ColumnChunk(type, rowGroupRows))),
    }
    this.groups.push(group)
    return group
  }

  /** The file. */
  finish(): Uint8Array {
    const types = this.columns.map(({ type }, i) => type ?? decimalOf(this.decimals(i)))
    const rowGroups = this.groups.map(({ rows, chunks }): Struct => {
      const start = this.at
      const written = chunks.map((chunk, i) => this.writeChunk(filled(chunk, types[i]), this.columns[i].name))
      chunks.length = 0
      return [
        [1, 'structs', written],
        [2, 'i64', this.at - start],
        [3, 'i64', rows],
      ]
    })
    const footer = new ThriftWriter()
      .struct([
        [1, 'i32', 1],
        [2, 'structs', [root(types.length), ...types.map((type, i) => schemaElement(this.columns[i].name, type))]],
        [3, 'i64', this.rowCount],
        [4, 'structs', rowGroups],
        [6, 'bytes', 'colonnade'],
      ])
      .toUint8Array()
    const length = new Uint8Array(4)
    new DataView(length.buffer).setUint32(0, footer.length, true)
    for (const part of [footer, length, magic]) this.push(part)
    const file = new Uint8Array(this.at)
    let to = 0
    for (const part of this.parts) {
      file.set(part, to)
      to += part.length
    }
    return file
  }

  private *decimals(column: number): Generator<Decimal> {
    for (const { chunks } of this.groups)
      for (const value of chunks[column] as (Decimal | null)[]) if (value !== null) yield value
  }

  private push(bytes: Uint8Array): void {
    this.parts.push(bytes)
    this.at += bytes.length
  }

  private writeChunk(chunk: ColumnChunk, name: string): Struct {
    const { type, rows, count } = chunk
    const start = this.at
    let size = 0
    const dictionary = chunk.dictionary()
    if (dictionary !== undefined) {
      size += this.writePage(dictionary.texts, 2, [
        7,
        'struct',
        [
          [1, 'i32', dictionary.size],
          [2, 'i32', PLAIN],
        ],
      ])
    }
    const dataStart = this.at
    const levels = definitionLevels(chunk)
    const values = dictionary?.numbers ?? chunk.plain()
    const page = new Uint8Array(levels.length + values.length)
    page.set(levels)
    page.set(values, levels.length)
    const encoding = dictionary === undefined ? PLAIN : RLE_DICTIONARY
    size += this.writePage(page, 0, [
      5,
      'struct',
      [
        [1, 'i32', rows],
        [2, 'i32', encoding],
        [3, 'i32', RLE],
        [4, 'i32', RLE],
      ],
    ])
    const bounds = chunk.bounds()
    return [
      [2, 'i64', start],
      [
        3,
        'struct',
        [
          [1, 'i32', physicalCodes[type.physical]],
          [2, 'i32s', dictionary === undefined ? [PLAIN, RLE] : [PLAIN, RLE, RLE_DICTIONARY]],
          [3, 'texts', [name]],
          [4, 'i32', codecs[this.options.codec]],
          [5, 'i64', rows],
          [6, 'i64', size],
          [7, 'i64', this.at - start],
          [9, 'i64', dataStart],
          [11, 'i64', dictionary === undefined ? undefined : start],
          [
            12,
            'struct',
            [
              [3, 'i64', rows - count],
              [5, 'bytes', bounds?.max],
              [6, 'bytes', bounds?.min],
            ],
          ],
        ],
      ],
    ]
  }

  /** Returns the bytes that the page has before it is compressed, with its header. */
  private writePage(bytes: Uint8Array, kind: number, header: Struct[number]): number {
    const { codec, gzip } = this.options
    const compressed = codec === 'snappy' ? compressSnappy(bytes) : codec === 'gzip' ? gzip!(bytes) : bytes
    const head = new ThriftWriter()
      .struct([[1, 'i32', kind], [2, 'i32', bytes.length], [3, 'i32', compressed.length], header])
      .toUint8Array()
    this.push(head)
    this.push(compressed)
    return head.length + bytes.length
  }
}

function filled(chunk: Chunk, type: ColumnType): ColumnChunk {
  if (chunk instanceof ColumnChunk) return chunk
  const result = new ColumnChunk(type, chunk.length)
  const vector = { layout: 'values', type: { kind: 'numeric' }, values: chunk } as const
  result.add(vector, (n) => n, chunk.length, undefined as never)
  return result
}

/** Which values are there, a bit each, with their length before them. */
function definitionLevels({ valid, rows, count }: ColumnChunk): Uint8Array {
  const isWhole = rows === count
  const head = varint(isWhole ? rows * 2 : Math.ceil(rows / 8) * 2 + 1)
  const body = isWhole ? Uint8Array.of(1) : packed(valid, rows, 1)
  const bytes = new Uint8Array(4 + head.length + body.length)
  new DataView(bytes.buffer).setUint32(0, head.length + body.length, true)
  bytes.set(head, 4)
  bytes.set(body, 4 + head.length)
  return bytes
}

function root(columns: number): Struct {
  return [
    [4, 'bytes', 'schema'],
    [5, 'i32', columns],
  ]
}

function schemaElement(name: string, type: ColumnType): Struct {
  return [
    [1, 'i32', physicalCodes[type.physical]],
    [2, 'i32', type.length],
    [3, 'i32', 1],
    [4, 'bytes', name],
    [6, 'i32', type.converted],
    [7, 'i32', type.scale],
    [8, 'i32', type.precision],
    [10, 'struct', type.logical],
  ]
}
