/**
 * Numbers, dates and timestamps from their digits. Up to sixteen digits are taken in one load that ends where the field
 * ends, with what lies before it masked out, and added up in pairs, fours and eights. The rare spellings are refused and
 * read by io/csv/convert.ts, with which all of this must agree.
 *
 *   integer_W, decimal_W   spec: how to move digits over the point (16 bytes), limit (f64, exclusive above), low (f64), scale (i32)
 *   date_i32, timestamp_i64
 *   double_f64             spec: powers of ten
 *
 * `out` receives the bounds of the values as f64 at 8 and 16.
 */
import type { FunctionReference, ModuleBuilder } from '../assembler.ts'
import type { FunctionBuilder } from '../builder.ts'
import type { LibraryPart } from '../library.ts'
import { element } from '../move-library.ts'
import { f64, i32, i64, lane32, lanes, load, simd, type Term } from '../term.ts'
import { defineFieldLoop, type Field } from './field-loop.ts'

const MINUS = 45
const DOT = 46
const COLON = 58
const ZERO = 48
const SPACE = 32
const LETTER_T = 84

const sixteen: readonly number[] = Array.from({ length: 16 }, (_, i) => i)
const tens = lanes(sixteen.map((i) => [10, 0, 1, 0][i % 4]))
const hundreds = lanes(sixteen.map((i) => [100, 0, 1, 0][i % 4]))
const tenThousands = lanes(sixteen.map((i) => [0x10, 0x27, 1, 0][i % 4]))

export const csvNumberLibrary: LibraryPart = {
  name: 'csv numbers',
  write(module) {
    for (const width of ['i8', 'i16', 'i32', 'i64'] as const) {
      for (const scaled of [false, true]) {
        if (scaled && width !== 'i64') continue
        defineFieldLoop(module, `${scaled ? 'decimal' : 'integer'}_${width}`, (f, { target, spec, out }) => {
          const bounds = boundsOf(f, out)
          const low = f.let(load('f64', spec, 24).to('i64'))
          const high = f.let(load('f64', spec, 16).to('i64'))
          const read = scaled ? decimalReader(module, f, spec) : integerReader(f)
          const bytes = width === 'i64' ? 8 : width === 'i32' ? 4 : width === 'i16' ? 2 : 1
          const put = (row: Term, value: Term): void =>
            f.store(width, element(target, row, bytes), width === 'i64' ? value : value.to('i32'))
          return {
            field(field) {
              const value = read(field)
              f.if(value.le(low).or(value.ge(high)), field.refuse)
              bounds.note(value)
              put(field.row, value)
            },
            gap: (row) => put(row, i64(0)),
            end: bounds.end,
          }
        })
      }
    }
    defineFieldLoop(module, 'date_i32', (f, { target, out }) => {
      const bounds = boundsOf(f, out)
      return {
        field(field) {
          f.if(field.length.ne(10), field.refuse)
          const days = f.let(f.call(daysOf(module), field.address))
          f.if(days.eq(noDays), field.refuse)
          bounds.note(days.to('i64'))
          f.store('i32', element(target, field.row, 4), days)
        },
        gap: (row) => f.store('i32', element(target, row, 4), i32(0)),
        end: bounds.end,
      }
    })
    defineFieldLoop(module, 'timestamp_i64', (f, { target, out }) => {
      const bounds = boundsOf(f, out)
      return {
        field(field) {
          const micros = f.let(f.call(microsOf(module), field.address, field.length))
          f.if(micros.eq(nothing), field.refuse)
          bounds.note(micros)
          f.store('i64', element(target, field.row, 8), micros)
        },
        gap: (row) => f.store('i64', element(target, row, 8), i64(0)),
        end: bounds.end,
      }
    })
    writeDoubles(module)
  },
}

const nothing = i64(-(2n ** 63n))
const noDays = -2147483648

function boundsOf(f: FunctionBuilder, out: Term): { note(value: Term): void; end(): void } {
  const min = f.let(i64(2n ** 63n - 1n))
  const max = f.let(nothing)
  return {
    note(value) {
      f.set(min, value.lt(min).select(value, min))
      f.set(max, value.gt(max).select(value, max))
    },
    end() {
      f.store('f64', out, min.le(max).select(min.to('f64'), f64(Infinity)), 8)
      f.store('f64', out, min.le(max).select(max.to('f64'), f64(-Infinity)), 16)
    },
  }
}

/** Adds up sixteen digits: refuses when one of the last `count` bytes of `ascii` is none. */
function digits(f: FunctionBuilder, ascii: Term, count: Term, refuse: () => void): Term {
  const used = simd('i8x16.ge', lanes(sixteen), simd('i8x16.splat', i32(16).sub(count)))
  const digit = f.let(simd('v128.and', simd('i8x16.sub', ascii, lanes(sixteen.map(() => ZERO))), used))
  f.if(simd('v128.anyTrue', simd('i8x16.gtU', digit, lanes(sixteen.map(() => 9)))), refuse)
  const pairs = simd(
    'i16x8.narrow_i32x4',
    simd('i32x4.dot_i16x8', simd('i16x8.extendLowU', digit), tens),
    simd('i32x4.dot_i16x8', simd('i16x8.extendHighU', digit), tens),
  )
  const fours = f.let(simd('i32x4.dot_i16x8', pairs, hundreds))
  const eights = f.let(simd('i32x4.dot_i16x8', simd('i16x8.narrow_i32x4', fours, fours), tenThousands))
  return lane32(eights, 0).toU('i64').mul(100_000_000).add(lane32(eights, 1).toU('i64'))
}

function integerReader(f: FunctionBuilder): (field: Field) => Term {
  return ({ address, length, refuse }) => {
    const negative = f.let(length.gt(0).and(load('u8', address).eq(MINUS)))
    const count = f.let(length.sub(negative))
    f.if(count.sub(1).gtU(14), refuse)
    const value = f.let(digits(f, load('v128', address.add(length).sub(16)), count, refuse))
    return f.let(negative.select(i64(0).sub(value), value))
  }
}

/** Numbers with as many digits behind the point as the scale; others take a loop. */
function decimalReader(module: ModuleBuilder, f: FunctionBuilder, spec: Term): (field: Field) => Term {
  const scale = f.let(load('i32', spec, 32))
  const moves = f.let(load('v128', spec))
  return ({ address, length, refuse }) => {
    const value = f.local('i64')
    const negative = f.let(length.gt(0).and(load('u8', address).eq(MINUS)))
    const count = f.let(length.sub(negative).sub(1))
    const end = f.let(address.add(length))
    const usual = count
      .ge(scale)
      .and(count.sub(1).ltU(15))
      .and(load('u8', end.sub(1).sub(scale)).eq(DOT))
    f.if(
      f.let(usual),
      () => {
        const joined = simd('i8x16.swizzle', load('v128', end.sub(16)), moves)
        f.set(value, digits(f, joined, count, refuse))
        f.set(value, negative.select(i64(0).sub(value), value))
      },
      () => {
        f.set(value, f.call(anyDecimal(module), address, length, scale))
        f.if(value.eq(nothing), refuse)
      },
    )
    return value
  }
}

/** (address, length, scale) → the number times 10^scale, as `readDecimal` of io/csv/convert.ts; the smallest i64 for NaN. */
function anyDecimal(module: ModuleBuilder): FunctionReference {
  return module.helper(
    'anyDecimal',
    { address: 'i32', length: 'i32', scale: 'i32' },
    'i64',
    (f, { address, length, scale }) => {
      const at = f.let(address)
      const end = f.let(address.add(length))
      const value = f.local('i64')
      const count = f.local('i32')
      const fraction = f.let(i32(-1))
      f.if(length.eqz(), () => f.return(nothing))
      const negative = f.let(load('u8', at).eq(MINUS))
      f.set(at, at.add(negative))
      f.if(end.sub(at).sub(1).gtU(15), () => f.return(nothing))
      f.while(at.ltU(end), () => {
        const byte = f.let(load('u8', at))
        f.if(
          byte.sub(ZERO).ltU(10),
          () => {
            f.set(value, value.mul(10).add(byte.sub(ZERO).toU('i64')))
            f.set(count, count.add(1))
            f.set(fraction, fraction.add(fraction.ge(0)))
          },
          () => {
            f.if(byte.ne(DOT).or(fraction.ge(0)).or(scale.eqz()), () => f.return(nothing))
            f.set(fraction, 0)
          },
        )
        f.set(at, at.add(1))
      })
      f.if(count.sub(1).gtU(14), () => f.return(nothing))
      const missing = f.let(scale.sub(fraction.gt(0).select(fraction, 0)))
      f.if(missing.lt(0), () => f.return(nothing))
      f.while(missing.gt(0), () => {
        f.set(value, value.mul(10))
        f.set(missing, missing.sub(1))
        f.if(value.gt(999_999_999_999_999), () => f.return(nothing))
      })
      f.return(negative.select(i64(0).sub(value), value))
    },
  )
}

/** (address) → days since 1970-01-01 of the `YYYY-MM-DD` there. */
function daysOf(module: ModuleBuilder): FunctionReference {
  return module.helper('daysOf', { address: 'i32' }, 'i32', (f, { address }) => {
    const refuse = (): void => f.return(noDays)
    f.if(
      load('u8', address, 4)
        .ne(MINUS)
        .or(load('u8', address, 7).ne(MINUS)),
      refuse,
    )
    const picked = simd('i8x16.swizzle', load('v128', address), lanes([0, 1, 2, 3, 5, 6, 8, 9, 0, 0, 0, 0, 0, 0, 0, 0]))
    const digit = f.let(simd('i8x16.sub', picked, lanes(sixteen.map(() => ZERO))))
    f.if(simd('v128.anyTrue', simd('i8x16.gtU', digit, lanes(sixteen.map(() => 9)))), refuse)
    const pairs = f.let(simd('i32x4.dot_i16x8', simd('i16x8.extendLowU', digit), tens))
    const year = f.let(lane32(pairs, 0).mul(100).add(lane32(pairs, 1)))
    const month = f.let(lane32(pairs, 2))
    const day = f.let(lane32(pairs, 3))
    f.if(year.eqz().or(month.sub(1).gtU(11)).or(day.eqz()), refuse)
    const leap = year
      .and(3)
      .eqz()
      .and(year.remU(100).ne(0).or(year.remU(400).eqz()))
    const longest = month.eq(2).select(leap.add(28), month.add(month.shrU(3)).and(1).add(30))
    f.if(day.gtU(longest), refuse)
    const early = f.let(month.le(2))
    const counted = f.let(year.sub(early))
    const sinceMarch = month.sub(3).add(early.mul(12))
    const inYear = sinceMarch.mul(153).add(2).divU(5)
    const leaps = counted.shrU(2).sub(counted.divU(100)).add(counted.divU(400))
    f.return(counted.mul(365).add(leaps).add(inYear).add(day).sub(719_469))
  })
}

/** (address, length) → microseconds of the `YYYY-MM-DD HH:MM:SS[.ffffff]` there. */
function microsOf(module: ModuleBuilder): FunctionReference {
  const days = daysOf(module)
  const two = module.helper('twoDigits', { address: 'i32' }, 'i32', (f, { address }) => {
    const high = f.let(load('u8', address).sub(ZERO))
    const low = f.let(load('u8', address, 1).sub(ZERO))
    f.return(high.leU(9).and(low.leU(9)).select(high.mul(10).add(low), 100))
  })
  const decimal = anyDecimal(module)
  return module.helper('microsOf', { address: 'i32', length: 'i32' }, 'i64', (f, { address, length }) => {
    const refuse = (): void => f.return(nothing)
    const parting = load('u8', address, 10)
    f.if(length.lt(19).or(parting.ne(SPACE).and(parting.ne(LETTER_T))), refuse)
    f.if(
      load('u8', address, 13)
        .ne(COLON)
        .or(load('u8', address, 16).ne(COLON)),
      refuse,
    )
    const day = f.let(f.call(days, address))
    const hour = f.let(f.call(two, address.add(11)))
    const minute = f.let(f.call(two, address.add(14)))
    const second = f.let(f.call(two, address.add(17)))
    f.if(day.eq(noDays).or(hour.gt(23)).or(minute.gt(59)).or(second.gt(59)), refuse)
    const fraction = f.local('i64')
    f.if(length.gt(19), () => {
      const count = f.let(length.sub(20))
      f.if(load('u8', address, 19).ne(DOT).or(count.sub(1).gtU(5)), refuse)
      f.if(load('u8', address, 20).sub(ZERO).gtU(9), refuse)
      f.set(fraction, f.call(decimal, address.add(20), count, 0))
      f.if(fraction.eq(nothing), refuse)
      f.while(count.lt(6), () => {
        f.set(fraction, fraction.mul(10))
        f.set(count, count.add(1))
      })
    })
    const seconds = day
      .to('i64')
      .mul(86400)
      .add(hour.mul(3600).add(minute.mul(60)).add(second).to('i64'))
    const micros = f.let(seconds.mul(1_000_000).add(fraction))
    f.if(micros.ge(9_000_000_000_000_000n).or(micros.le(-9_000_000_000_000_000n)), refuse)
    f.return(micros)
  })
}

/** Decimal numbers of at most fifteen digits, which one division rounds correctly. */
function writeDoubles(module: ModuleBuilder): void {
  defineFieldLoop(module, 'double_f64', (f, { target, spec, out }) => {
    const min = f.let(f64(Infinity))
    const max = f.let(f64(-Infinity))
    return {
      field({ address, length, row, refuse }) {
        const at = f.let(address)
        const end = f.let(address.add(length))
        const value = f.let(i64(0))
        const point = f.let(i32(0))
        f.if(length.eqz(), refuse)
        const negative = f.let(load('u8', at).eq(MINUS))
        f.set(at, at.add(negative))
        const first = f.let(at)
        f.while(at.ltU(end), () => {
          const byte = f.let(load('u8', at))
          f.if(
            byte.sub(ZERO).ltU(10),
            () => f.set(value, value.mul(10).add(byte.sub(ZERO).toU('i64'))),
            () => {
              f.if(byte.ne(DOT).or(point), refuse)
              f.set(point, at)
            },
          )
          f.set(at, at.add(1))
        })
        const count = f.let(end.sub(first).sub(point.ne(0)))
        f.if(count.sub(1).gtU(14), refuse)
        const number = f.let(value.to('f64'))
        f.if(point, () => {
          const power = load('f64', spec.add(end.sub(1).sub(point).shl(3)))
          f.set(number, number.div(power))
        })
        f.set(number, negative.select(number.neg(), number))
        f.set(min, number.lt(min).select(number, min))
        f.set(max, number.gt(max).select(number, max))
        f.store('f64', element(target, row, 8), number)
      },
      gap: (row) => f.store('f64', element(target, row, 8), f64(0)),
      end() {
        f.store('f64', out, min, 8)
        f.store('f64', out, max, 16)
      },
    }
  })
}
