/**
 * The CSV scanner: bytes → records of fields, in place. Nothing is copied and no string is made: a field is a range of the
 * input, with a flag when it was quoted and another when escapes within it have yet to be taken out.
 *
 * RFC 4180, and what real files do besides: LF, CRLF and CR line ends, a missing last line end, blank lines, any delimiter,
 * quote and escape. A quote within an unquoted field is part of it where it follows a character of the field (37.8"N, 5" pipe)
 * and refused where it opens a word, since then the field should have been quoted as a whole.
 */
import { SqlError } from '../../error.ts'
import type { ByteSource } from '../bytes.ts'
import type { CsvDialect } from './dialect.ts'

const LF = 10
const CR = 13
const BLANK = 32

export const QUOTED = 1
export const ESCAPED = 2

/**
 * Records of one width, as a scanner found them: field f of record r is [starts[i], ends[i]) with i = f · capacity + r, so
 * that a column's fields lie side by side.
 */
export class FieldTable {
  readonly width: number
  readonly capacity: number
  readonly starts: Int32Array
  readonly ends: Int32Array
  readonly flags: Uint8Array
  /** Per record, the line on which it begins. */
  readonly lines: Int32Array
  rows = 0

  constructor(width: number, capacity: number) {
    this.width = width
    this.capacity = capacity
    this.starts = new Int32Array(width * capacity)
    this.ends = new Int32Array(width * capacity)
    this.flags = new Uint8Array(width * capacity)
    this.lines = new Int32Array(capacity)
  }
}

/** Bytes of a file that are in sight at first, and how many at least are before a record is read, as long as there are more. */
const windowBytes = 1 << 20
const lookAhead = 1 << 16

export class CsvScanner {
  /** The part of the input that is in sight. */
  bytes: Uint8Array
  /** Where it ends. */
  end: number
  /** How much of the input lies before it. */
  offset = 0
  /** Fields of the current record. */
  count = 0
  starts: Int32Array = new Int32Array(64)
  ends: Int32Array = new Int32Array(64)
  flags: Uint8Array = new Uint8Array(64)
  /** Where the next record begins, in what is in sight. */
  position: number
  /** The line on which the current record begins, from 1. */
  line = 0
  private nextLine: number
  private readonly dialect: CsvDialect
  /** Where the rest of the input comes from. */
  private source: ByteSource | undefined
  /** The end of what is in sight had a say in the record that was read. */
  private hasMetEnd = false
  private recordStart = 0
  private scratch = new Uint8Array(256)

  constructor(input: Uint8Array | ByteSource, dialect: CsvDialect, position = 0, line = 1) {
    this.dialect = dialect
    this.position = position
    this.nextLine = line
    if (input instanceof Uint8Array) {
      this.bytes = input
      this.end = input.length
    } else {
      this.bytes = new Uint8Array(Math.min(windowBytes, input.size))
      this.end = 0
      this.source = input
      this.more()
    }
  }

  /** Bytes of the whole input. */
  get size(): number {
    return this.source?.size ?? this.offset + this.end
  }

  /** Nothing comes behind what is in sight. */
  get isLast(): boolean {
    return this.source === undefined
  }

  /** Brings at least `bytes` into sight behind the position, or all there are. Positions taken before no longer hold. */
  ensure(bytes: number): void {
    while (this.source !== undefined && this.end - this.position < bytes) this.more()
  }

  /** Moves what is in sight on, so that it begins at the position; enlarges it when it does already. */
  private more(): void {
    const { position, source, bytes, end } = this
    const kept = Math.max(0, end - position)
    if (position > 0 && end > 0) {
      bytes.copyWithin(0, position, end)
      this.offset += position
      this.position = 0
    } else if (end === bytes.length && end > 0) {
      this.bytes = new Uint8Array(bytes.length * 2)
      this.bytes.set(bytes)
    }
    const read = source!.read(this.bytes.subarray(kept), this.offset + kept)
    this.end = kept + read
    if (read > 0 && this.offset + this.end < source!.size) return
    this.source = undefined
    this.bytes = this.bytes.subarray(0, this.end)
  }

  /** Reads a record. False at the end of the input. @throws SqlError 22P04 with the line */
  next(): boolean {
    for (;;) {
      if (this.source !== undefined) this.ensure(lookAhead)
      this.hasMetEnd = false
      try {
        const found = this.readRecord()
        if (this.source === undefined || !this.hasMetEnd) return found
      } catch (error) {
        if (this.source === undefined || !this.hasMetEnd) throw error
      }
      // Only with what follows can the record be read.
      this.position = this.recordStart
      this.nextLine = this.line
      this.more()
    }
  }

  private readRecord(): boolean {
    const { comment } = this.dialect
    if (comment !== 0)
      while (this.position < this.end && this.bytes[this.position] === comment) {
        this.skipLine()
        if (this.source !== undefined) this.ensure(lookAhead)
      }
    const { bytes, end } = this
    this.recordStart = this.position
    if (this.position >= end) return false
    this.line = this.nextLine
    this.count = 0
    const { delimiter, quote } = this.dialect
    let at = this.position
    for (;;) {
      if (quote !== 0 && bytes[at] === quote && at < end) at = this.quotedField(at)
      else {
        const start = at
        let byte = -1
        while (at < end) {
          byte = bytes[at]
          if (byte === delimiter || byte === LF || byte === CR) break
          if (byte === quote && quote !== 0) this.checkStrayQuote(start, at)
          at++
        }
        this.addField(start, at, 0)
      }
      if (at >= end) break
      const byte = bytes[at]
      if (byte === delimiter) {
        at++
        if (at >= end) {
          this.addField(at, at, 0)
          break
        }
        continue
      }
      at = byte === CR && bytes[at + 1] === LF ? at + 2 : at + 1
      break
    }
    if (at >= end) this.hasMetEnd = true
    this.nextLine++
    this.position = at
    return true
  }

  /**
   * Reads plain records into a table until it is full, the input ends, or a record comes that is not plain: one with a quote, a
   * carriage return, a comment or another number of fields, which `next` is for. False when nothing was read.
   */
  readPlain(table: FieldTable): boolean {
    const { bytes, end } = this
    const { delimiter, quote, comment } = this.dialect
    const { width, capacity, starts, ends, lines } = table
    const isSpecial = new Uint8Array(256)
    for (const byte of [delimiter, quote, LF, CR]) isSpecial[byte] = 1
    let row = 0
    let at = this.position
    let recordStart = at
    while (row < capacity && at < end) {
      let field = 0
      let start = at
      let byte = bytes[at]
      if (byte === comment && comment !== 0) break
      for (;;) {
        while (at < end && isSpecial[(byte = bytes[at])] === 0) at++
        if (at >= end) {
          if (this.source !== undefined) break
          byte = LF
        }
        if (byte === delimiter) {
          if (field >= width - 1) break
        } else if (byte !== LF) break
        const i = field * capacity + row
        starts[i] = start
        ends[i] = at
        field++
        at++
        start = at
        if (byte === LF) break
      }
      if (field !== width || byte !== LF || (width === 1 && ends[row] === starts[row])) break
      lines[row] = this.nextLine + row
      row++
      recordStart = at
    }
    table.rows = row
    this.position = Math.min(recordStart, end)
    this.nextLine += row
    return row > 0
  }

  /** Goes on behind records that somebody else has read, with so many lines. */
  advance(position: number, lines: number): void {
    this.position = position
    this.nextLine += lines
  }

  /** Whether the current record is an empty line. */
  get isBlank(): boolean {
    return this.count === 1 && this.starts[0] === this.ends[0] && this.flags[0] === 0
  }

  /** Leaves out a line, whatever it holds. */
  skipLine(): void {
    for (;;) {
      const { bytes, end } = this
      let at = this.position
      while (at < end && bytes[at] !== LF && bytes[at] !== CR) at++
      if (at + 1 >= end && this.source !== undefined) {
        this.more()
        continue
      }
      if (at < end) at += bytes[at] === CR && bytes[at + 1] === LF ? 2 : 1
      this.position = at
      this.nextLine++
      return
    }
  }

  /** After an error: goes on behind the line end that follows. */
  recover(): void {
    this.skipLine()
  }

  /** A field's bytes without escapes: a range of the input, or of a scratch buffer that holds until the next call. */
  fieldBytes(field: number): { readonly bytes: Uint8Array; readonly start: number; readonly end: number } {
    const start = this.starts[field]
    const end = this.ends[field]
    if ((this.flags[field] & ESCAPED) === 0) return { bytes: this.bytes, start, end }
    const { quote, escape } = this.dialect
    if (this.scratch.length < end - start) this.scratch = new Uint8Array((end - start) * 2)
    const { bytes, scratch } = this
    let length = 0
    for (let at = start; at < end; at++) {
      if (bytes[at] === escape && at + 1 < end && (bytes[at + 1] === quote || bytes[at + 1] === escape)) at++
      scratch[length++] = bytes[at]
    }
    return { bytes: scratch, start: 0, end: length }
  }

  /** A field as a string. */
  text(field: number): string {
    const { bytes, start, end } = this.fieldBytes(field)
    return decodeUtf8(bytes, start, end)
  }

  private quotedField(open: number): number {
    const { bytes, end } = this
    const { quote, escape, delimiter } = this.dialect
    let at = open + 1
    let flags = QUOTED
    for (;;) {
      if (at + 1 >= end) this.hasMetEnd = true
      if (at >= end) throw this.error('unterminated CSV quoted field')
      const byte = bytes[at]
      if (
        byte === escape &&
        escape !== quote &&
        at + 1 < end &&
        (bytes[at + 1] === quote || bytes[at + 1] === escape)
      ) {
        flags |= ESCAPED
        at += 2
      } else if (byte === quote) {
        if (escape !== quote || bytes[at + 1] !== quote || at + 1 >= end) break
        flags |= ESCAPED
        at += 2
      } else {
        if (byte === LF || (byte === CR && bytes[at + 1] !== LF)) this.nextLine++
        at++
      }
    }
    this.addField(open + 1, at, flags)
    at++
    while (at < end && bytes[at] === BLANK) at++
    if (at < end && bytes[at] !== delimiter && bytes[at] !== LF && bytes[at] !== CR) {
      throw this.error('unescaped quote within a quoted CSV field', 'A quote within a quoted field is written twice.')
    }
    return at
  }

  private checkStrayQuote(start: number, at: number): void {
    const { bytes } = this
    if (at + 1 >= this.end) this.hasMetEnd = true
    const before = at > start ? bytes[at - 1] : BLANK
    const after = at + 1 < this.end ? bytes[at + 1] : LF
    const opensWord =
      before === BLANK && after !== BLANK && after !== LF && after !== CR && after !== this.dialect.delimiter
    if (!opensWord) return
    throw this.error(
      'unescaped quote within an unquoted CSV field',
      'Quote the whole field and write the quotes within it twice.',
    )
  }

  private addField(start: number, end: number, flags: number): void {
    const field = this.count++
    if (field >= this.starts.length) this.enlarge()
    this.starts[field] = start
    this.ends[field] = end
    this.flags[field] = flags
  }

  private enlarge(): void {
    const size = this.starts.length * 2
    const copy = <T extends Int32Array | Uint8Array>(from: T, to: T): T => {
      to.set(from)
      return to
    }
    this.starts = copy(this.starts, new Int32Array(size))
    this.ends = copy(this.ends, new Int32Array(size))
    this.flags = copy(this.flags, new Uint8Array(size))
  }

  private error(message: string, hint?: string): SqlError {
    return new SqlError('bad_copy_file_format', message, { detail: `Line ${this.line}.`, hint })
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Bytes as a string; short ASCII without the decoder's cost. @throws SqlError 22021 */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string {
  if (end - start <= 24) {
    let text = ''
    let at = start
    for (; at < end && bytes[at] < 128; at++) text += String.fromCharCode(bytes[at])
    if (at === end) return text
  }
  try {
    return decoder.decode(bytes.subarray(start, end))
  } catch {
    throw new SqlError('character_not_in_repertoire', 'invalid byte sequence for encoding "UTF8"', {
      hint: "Name the file's encoding with the option ENCODING.",
    })
  }
}
