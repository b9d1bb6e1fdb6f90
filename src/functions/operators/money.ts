/** Arithmetic on money, and on places in PostgreSQL's log. */
import { SqlError } from '../../error.ts'
import { BIGINT, type DataType, DOUBLE, INTEGER, NUMERIC, REAL, SMALLINT, TEXT } from '../../types/data-type.ts'
import { Decimal } from '../../types/decimal.ts'
import { checkMoney, moneyWords } from '../../types/money.ts'
import { divisionByZero } from '../errors.ts'
import { overload, type ScalarFunction, scalar } from '../function.ts'

const MONEY: DataType = { kind: 'money' }
const LSN: DataType = { kind: 'pg_lsn' }

const integers: readonly DataType[] = [BIGINT, SMALLINT, INTEGER]
const floats: readonly DataType[] = [REAL, DOUBLE]

/** Half to even, as C's rint, within what money can hold. */
function rounded(value: number): bigint {
  if (!Number.isFinite(value) || Math.abs(value) >= 2 ** 63) {
    throw new SqlError('numeric_value_out_of_range', 'money out of range')
  }
  const floor = Math.floor(value)
  const rest = value - floor
  return BigInt(rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor)
}

function moved(value: bigint, distance: Decimal, sign: 1n | -1n): bigint {
  if (distance.isNaN()) {
    throw new SqlError('feature_not_supported', `cannot ${sign > 0n ? 'add NaN to' : 'subtract NaN from'} pg_lsn`)
  }
  const place = distance.isFinite() ? value + sign * distance.toBigInt() : -1n
  if (place >= 0n && place < 1n << 64n) return place
  throw new SqlError('invalid_parameter_value', 'pg_lsn out of range')
}

export const moneyOperators: readonly ScalarFunction[] = [
  scalar({
    name: '+',
    category: 'money',
    doc: 'The sum of two amounts; a place in the log so many bytes further on.',
    examples: [["'1.50'::money + '2'::money", '$3.50']],
    overloads: [
      overload([MONEY, MONEY], MONEY, (a: bigint, b: bigint) => checkMoney(a + b)),
      overload([LSN, NUMERIC], LSN, (place: bigint, bytes: Decimal) => moved(place, bytes, 1n)),
      overload([NUMERIC, LSN], LSN, (bytes: Decimal, place: bigint) => moved(place, bytes, 1n)),
    ],
  }),
  scalar({
    name: '-',
    category: 'money',
    doc: 'The difference of two amounts, or of two places in the log.',
    examples: [["'1.50'::money - '2'::money", '-$0.50']],
    overloads: [
      overload([MONEY, MONEY], MONEY, (a: bigint, b: bigint) => checkMoney(a - b)),
      overload([LSN, NUMERIC], LSN, (place: bigint, bytes: Decimal) => moved(place, bytes, -1n)),
      overload([LSN, LSN], NUMERIC, (a: bigint, b: bigint) => Decimal.fromBigInt(a - b)),
    ],
  }),
  scalar({
    name: '*',
    category: 'money',
    doc: 'An amount times a number.',
    examples: [["'1.50'::money * 2", '$3.00']],
    overloads: [
      ...integers.flatMap((type) => [
        overload([MONEY, type], MONEY, (cents: bigint, n) => checkMoney(cents * BigInt(n))),
        overload([type, MONEY], MONEY, (n, cents: bigint) => checkMoney(cents * BigInt(n))),
      ]),
      ...floats.flatMap((type) => [
        overload([MONEY, type], MONEY, (cents: bigint, factor: number) => rounded(Number(cents) * factor)),
        overload([type, MONEY], MONEY, (factor: number, cents: bigint) => rounded(Number(cents) * factor)),
      ]),
    ],
  }),
  scalar({
    name: '/',
    category: 'money',
    doc: 'An amount divided by a number, or the quotient of two amounts.',
    examples: [["'3'::money / 2", '$1.50']],
    overloads: [
      ...integers.map((type) =>
        overload([MONEY, type], MONEY, (cents: bigint, n) => {
          if (BigInt(n) === 0n) throw divisionByZero()
          return cents / BigInt(n)
        }),
      ),
      ...floats.map((type) =>
        overload([MONEY, type], MONEY, (cents: bigint, divisor: number) => {
          if (divisor === 0) throw divisionByZero()
          return rounded(Number(cents) / divisor)
        }),
      ),
      overload([MONEY, MONEY], DOUBLE, (a: bigint, b: bigint) => {
        if (b === 0n) throw divisionByZero()
        return Number(a) / Number(b)
      }),
    ],
  }),
]

export const moneyFunctions: readonly ScalarFunction[] = [
  scalar({
    name: 'cash_words',
    category: 'money',
    doc: 'An amount in English words.',
    examples: [["cash_words('1.23')", 'One dollar and twenty three cents']],
    overloads: [overload([MONEY], TEXT, moneyWords)],
  }),
  scalar({
    name: 'pg_wal_lsn_diff',
    category: 'system',
    doc: 'How many bytes lie between two places in the log.',
    examples: [["pg_wal_lsn_diff('0/16', '0/10')", '6']],
    overloads: [overload([LSN, LSN], NUMERIC, (a: bigint, b: bigint) => Decimal.fromBigInt(a - b))],
  }),
  scalar({
    name: 'pg_lsn',
    category: 'system',
    doc: 'The place in the log of a number of bytes.',
    examples: [['pg_lsn(23783416::numeric)', '0/16AE7F8']],
    overloads: [
      overload([NUMERIC], LSN, (bytes: Decimal) => {
        if (bytes.isNaN()) throw new SqlError('feature_not_supported', 'cannot convert NaN to pg_lsn')
        if (!bytes.isFinite()) throw new SqlError('feature_not_supported', 'cannot convert infinity to pg_lsn')
        return moved(0n, bytes, 1n)
      }),
    ],
  }),
]
