/**
 * Finds records and fields, 64 bytes at a step: the bytes that mean something are picked out by comparing lanes, and only
 * those are looked at one by one. Where a record is not plain, the scan stops before it, and the scanner of io/csv reads
 * that one: escapes within quotes, quotes within unquoted fields, lone carriage returns, comments, blank lines, too many or
 * too few fields.
 *
 *   scan(bytes, from, end, limit, table, stride, lines, width, marks, out) → records
 *
 * Positions are relative to `bytes`. Field f of record r lies at [starts[r], ends[r]) with starts at table + 2·f·stride and
 * ends at stride beyond; the topmost bit of a start says that the field was quoted. `marks` has the delimiter in its lowest
 * byte, then quote, escape and comment (0 for none). `out` receives the position of the next record, why the scan
 * stopped, and the line ends within quotes so far; per record, those before it go to `lines`.
 */
import type { FunctionBuilder } from '../builder.ts'
import type { LibraryPart } from '../library.ts'
import { i32, i64, load, simd, type Term } from '../term.ts'

/** Why a scan stopped. */
export const FULL = 0
export const AT_END = 1
export const NOT_PLAIN = 2

const LF = 10
const CR = 13

export const csvScanLibrary: LibraryPart = {
  name: 'csv scan',
  write(module) {
    module.function(
      'scan',
      {
        bytes: 'i32',
        from: 'i32',
        end: 'i32',
        limit: 'i32',
        table: 'i32',
        stride: 'i32',
        lines: 'i32',
        width: 'i32',
        marks: 'i32',
        out: 'i32',
      },
      'i32',
      (f, { bytes, from, end, limit, table, stride, lines, width, marks, out }) => {
        const delimiter = f.let(marks.and(255))
        const quote = f.let(marks.shrU(8).and(255))
        const escape = f.let(marks.shrU(16).and(255))
        const comment = f.let(marks.shrU(24))
        const hasOwnEscape = f.let(escape.ne(quote).and(quote.ne(0)))
        const orDelimiter = (byte: Term): Term => byte.select(byte, delimiter)
        const special = [delimiter, i32(LF), i32(CR), orDelimiter(quote), orDelimiter(escape)].map((byte) =>
          f.let(simd('i8x16.splat', byte)),
        )
        const rows = f.local('i32')
        const field = f.local('i32')
        const reason = f.local('i32')
        const inner = f.local('i32')
        const innerBefore = f.local('i32')
        const inQuotes = f.local('i32')
        const quoted = f.local('i32')
        /** Where a field ends that its closing quote, or the carriage return of its line end, has ended; −1 for none. */
        const closed = f.let(i32(-1))
        const record = f.let(from)
        const start = f.let(from)
        const cell = f.let(table)
        const base = f.let(from)
        const mask = f.local('i64')
        const at = f.local('i32')
        const byte = f.local('i32')
        f.block((stop) => {
          const leave = (why: number): void => {
            f.set(reason, why)
            f.branch(stop)
          }
          f.if(from.ge(end), () => leave(AT_END))
          f.if(comment.ne(0).and(load('u8', bytes.add(from)).eq(comment)), () => leave(NOT_PLAIN))
          f.loop((nextBlock) => {
            f.if(base.ge(end), () => leave(AT_END))
            f.set(mask, specialBytes(f, bytes.add(base), special))
            f.block((blockDone) => {
              f.loop((nextByte) => {
                f.branchIf(mask.eqz(), blockDone)
                f.set(at, base.add(mask.ctz().to('i32')))
                f.set(mask, mask.and(mask.sub(1)))
                f.if(at.ge(end), () => leave(AT_END))
                f.set(byte, load('u8', bytes.add(at)))
                f.if(inQuotes, () => {
                  withinQuotes(
                    f,
                    { bytes, at, byte, quote, hasOwnEscape, delimiter, end, closed, inQuotes, inner },
                    leave,
                  )
                  f.branch(nextByte)
                })
                f.if(byte.eq(delimiter), () => {
                  f.if(field.ge(width), () => leave(NOT_PLAIN))
                  putField(f, cell, stride, start.or(quoted), closed.ge(0).select(closed, at))
                  f.set(field, field.add(1))
                  f.set(cell, cell.add(stride.shl(1)))
                  f.set(start, at.add(1))
                  f.set(quoted, 0)
                  f.set(closed, -1)
                  f.branch(nextByte)
                })
                f.if(byte.eq(LF), () => {
                  f.if(
                    field.eq(width),
                    // dbgen's files end each record in a delimiter.
                    () =>
                      f.if(
                        delimiter
                          .ne(124)
                          .or(start.ne(closed.ge(0).select(closed, at)))
                          .or(quoted),
                        () => leave(NOT_PLAIN),
                      ),
                    () => {
                      f.if(field.ne(width.sub(1)), () => leave(NOT_PLAIN))
                      const fieldEnd = f.let(closed.ge(0).select(closed, at))
                      f.if(field.or(start.ne(fieldEnd)).or(quoted).eqz(), () => leave(NOT_PLAIN))
                      putField(f, cell, stride, start.or(quoted), fieldEnd)
                    },
                  )
                  f.store('i32', lines.add(rows.shl(2)), innerBefore)
                  f.set(innerBefore, inner)
                  f.set(rows, rows.add(1))
                  f.set(field, 0)
                  f.set(quoted, 0)
                  f.set(closed, -1)
                  f.set(start, at.add(1))
                  f.set(record, start)
                  f.set(cell, table.add(rows.shl(2)))
                  f.if(rows.ge(limit), () => leave(FULL))
                  f.if(
                    comment
                      .ne(0)
                      .and(start.lt(end))
                      .and(load('u8', bytes.add(start)).eq(comment)),
                    () => leave(NOT_PLAIN),
                  )
                  f.branch(nextByte)
                })
                f.if(byte.eq(CR), () => {
                  f.if(at.add(1).ge(end), () => leave(AT_END))
                  f.if(load('u8', bytes.add(at), 1).ne(LF), () => leave(NOT_PLAIN))
                  f.if(closed.lt(0), () => f.set(closed, at))
                  f.branch(nextByte)
                })
                f.if(byte.eq(quote), () => {
                  f.if(at.ne(start), () => leave(NOT_PLAIN))
                  f.set(inQuotes, 1)
                  f.set(quoted, i32(-2147483648))
                  f.set(start, at.add(1))
                })
                f.branch(nextByte)
              })
            })
            f.set(base, base.add(64))
            f.branch(nextBlock)
          })
        })
        f.store('i32', out, record)
        f.store('i32', out, reason, 4)
        f.store('i32', out, innerBefore, 8)
        f.return(rows)
      },
    )
  },
}

function putField(f: FunctionBuilder, cell: Term, stride: Term, start: Term, end: Term): void {
  f.store('i32', cell, start)
  f.store('i32', cell.add(stride), end)
}

/** A bit for each of 64 bytes that is one of those given. */
function specialBytes(f: FunctionBuilder, address: Term, special: readonly Term[]): Term {
  const place = f.let(address)
  const bits = [0, 16, 32, 48].map((offset) => {
    const bytes = f.let(load('v128', place, offset))
    const found = special
      .map((byte) => simd('i8x16.eq', bytes, byte))
      .reduce((left, right) => simd('v128.or', left, right))
    const word = simd('i8x16.bitmask', found).toU('i64')
    return offset === 0 ? word : word.shl(i64(offset))
  })
  return bits.reduce((left, right) => left.or(right))
}

interface QuoteState {
  readonly bytes: Term
  readonly at: Term
  readonly byte: Term
  readonly quote: Term
  readonly hasOwnEscape: Term
  readonly delimiter: Term
  readonly end: Term
  readonly closed: Term
  readonly inQuotes: Term
  readonly inner: Term
}

/** A byte of meaning within quotes: the closing quote, which a delimiter or line end must follow, or a line end. */
function withinQuotes(f: FunctionBuilder, state: QuoteState, leave: (why: number) => void): void {
  const { bytes, at, byte, quote, hasOwnEscape, delimiter, end, closed, inQuotes, inner } = state
  const next = load('u8', bytes.add(at), 1)
  f.if(
    byte.eq(quote),
    () => {
      f.if(at.add(1).ge(end), () => leave(AT_END))
      const following = f.let(next)
      f.if(following.ne(delimiter).and(following.ne(LF)).and(following.ne(CR)), () => leave(NOT_PLAIN))
      f.set(closed, at)
      f.set(inQuotes, 0)
    },
    () => {
      f.if(byte.eq(LF), () => f.set(inner, inner.add(1)))
      f.if(byte.eq(CR), () => {
        f.if(at.add(1).ge(end), () => leave(AT_END))
        f.set(inner, inner.add(next.ne(LF)))
      })
      f.if(hasOwnEscape.and(byte.ne(LF)).and(byte.ne(CR)).and(byte.ne(delimiter)), () => leave(NOT_PLAIN))
    },
  )
}
