import { describe, expect, it } from 'vitest'
import { castValue, coerceLength, findCast, readValue } from '../../src/functions/casts.ts'
import { Settings } from '../../src/settings.ts'
import { type DataType, INTEGER, NUMERIC, TEXT, UNKNOWN } from '../../src/types/data-type.ts'
import { Decimal } from '../../src/types/decimal.ts'
import { traits } from '../../src/types/traits.ts'
import { outcome } from './outcome.ts'
import { typeOf } from './type-of.ts'

const settings = new Settings()
settings.set('timezone', 'America/New_York')
const session = { settings, transactionTime: 1577836800000000n }

describe('an explicit cast', () => {
  it.each([
    ['integer', '7', 'boolean', 't'],
    ['integer', '7', 'smallint', '7'],
    ['integer', '7', 'bigint', '7'],
    ['integer', '7', 'numeric', '7'],
    ['integer', '7', 'numeric(3,2)', '7.00'],
    ['integer', '7', 'real', '7'],
    ['integer', '7', 'double precision', '7'],
    ['integer', '7', 'text', '7'],
    ['integer', '7', 'varchar(1)', '7'],
    ['integer', '7', 'char(3)', '7  '],
    ['integer', '7', 'bit(4)', '0111'],
    ['integer', '7', 'date', '42846 cannot cast type integer to date'],
    ['integer', '32768', 'smallint', '22003 smallint out of range'],
    ['integer', '32768', 'oid', '32768'],
    ['integer', '-1', 'oid', '4294967295'],
    ['integer', '-1', 'bit(8)', '11111111'],
    ['integer', '-1', 'boolean', 't'],
    ['bigint', '9223372036854775807', 'integer', '22003 integer out of range'],
    ['bigint', '9223372036854775807', 'double precision', '9.223372036854776e+18'],
    ['bigint', '9223372036854775807', 'numeric(10,2)', '22003 numeric field overflow'],
    ['bigint', '9223372036854775807', 'text', '9223372036854775807'],
    ['double precision', '2.5', 'integer', '2'],
    ['double precision', '2.5', 'numeric', '2.5'],
    ['double precision', '2.5', 'real', '2.5'],
    ['double precision', '2.5', 'bigint', '2'],
    ['double precision', '2.5', 'text', '2.5'],
    ['double precision', '-3.5', 'integer', '-4'],
    ['double precision', '-3.5', 'smallint', '-4'],
    ['double precision', 'NaN', 'integer', '22003 integer out of range'],
    ['double precision', 'NaN', 'numeric', 'NaN'],
    ['double precision', '1e300', 'real', '22003 value out of range: overflow'],
    ['double precision', '1e300', 'integer', '22003 integer out of range'],
    ['double precision', '1e300', 'numeric(5)', '22003 numeric field overflow'],
    ['real', '0.1', 'double precision', '0.10000000149011612'],
    ['real', '0.1', 'numeric', '0.1'],
    ['real', '0.1', 'text', '0.1'],
    ['numeric', '2.5', 'integer', '3'],
    ['numeric', '2.5', 'double precision', '2.5'],
    ['numeric', '2.5', 'numeric(2)', '3'],
    ['numeric', '2.5', 'boolean', '42846 cannot cast type numeric to boolean'],
    ['numeric', '-2.5', 'integer', '-3'],
    ['numeric', '-2.5', 'bigint', '-3'],
    ['numeric', 'NaN', 'integer', '0A000 cannot convert NaN to integer'],
    ['numeric', 'NaN', 'numeric(4,1)', 'NaN'],
    ['numeric', 'NaN', 'double precision', 'NaN'],
    ['numeric', '99.995', 'numeric(4,2)', '22003 numeric field overflow'],
    ['numeric', '99.995', 'numeric(5,2)', '100.00'],
    ['numeric', '99.995', 'numeric(3,-1)', '100'],
    [
      'numeric',
      '1e400',
      'double precision',
      '22003 "10000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000" is out of range for type double precision',
    ],
    ['boolean', 't', 'integer', '1'],
    ['boolean', 't', 'text', 'true'],
    ['boolean', 't', 'varchar(2)', 'tr'],
    ['boolean', 't', 'bigint', '42846 cannot cast type boolean to bigint'],
    ['boolean', 't', 'char', 't'],
    ['text', 'abc', 'char(5)', 'abc  '],
    ['text', 'abc', 'varchar(2)', 'ab'],
    ['text', 'abc', 'name', 'abc'],
    ['text', 'abc', 'integer', '22P02 invalid input syntax for type integer: "abc"'],
    ['text', 'abc', 'bytea', '\\x616263'],
    ['text', 'abc', 'boolean', '22P02 invalid input syntax for type boolean: "abc"'],
    ['text', ' 12 ', 'integer', '12'],
    ['text', ' 12 ', 'numeric', '12'],
    ['text', ' 12 ', 'date', '22007 invalid input syntax for type date: " 12 "'],
    ['char(4)', 'ab', 'text', 'ab'],
    ['char(4)', 'ab', 'varchar', 'ab'],
    ['char(4)', 'ab', 'bytea', '\\x61622020'],
    ['date', '2020-02-29', 'timestamp', '2020-02-29 00:00:00'],
    ['date', '2020-02-29', 'timestamptz', '2020-02-29 00:00:00-05'],
    ['date', '2020-02-29', 'text', '2020-02-29'],
    ['date', '2020-02-29', 'time', '42846 cannot cast type date to time without time zone'],
    ['date', '2020-02-29', 'integer', '42846 cannot cast type date to integer'],
    ['date', 'infinity', 'timestamp', 'infinity'],
    ['timestamp', '2020-02-29 23:59:59.9996', 'date', '2020-02-29'],
    ['timestamp', '2020-02-29 23:59:59.9996', 'time', '23:59:59.9996'],
    ['timestamp', '2020-02-29 23:59:59.9996', 'timestamp(3)', '2020-03-01 00:00:00'],
    ['timestamp', '2020-02-29 23:59:59.9996', 'timestamptz', '2020-02-29 23:59:59.9996-05'],
    ['timestamp', '2020-02-29 23:59:59.9996', 'timestamp(0)', '2020-03-01 00:00:00'],
    ['timestamptz', '2020-07-01 23:30+00', 'date', '2020-07-01'],
    ['timestamptz', '2020-07-01 23:30+00', 'timestamp', '2020-07-01 19:30:00'],
    ['timestamptz', '2020-07-01 23:30+00', 'time', '19:30:00'],
    ['timestamptz', '2020-07-01 23:30+00', 'timetz', '19:30:00-04'],
    ['timestamptz', '2020-07-01 23:30+00', 'text', '2020-07-01 19:30:00-04'],
    ['time', '23:59:59.9', 'interval', '23:59:59.9'],
    ['time', '23:59:59.9', 'time(0)', '24:00:00'],
    ['time', '23:59:59.9', 'timetz', '23:59:59.9-05'],
    ['interval', '1 day 25:30', 'time', '01:30:00'],
    ['interval', '1 day 25:30', 'text', '1 day 25:30:00'],
    ['interval', '1 day 25:30', 'interval(0)', '1 day 25:30:00'],
    ['bit(4)', '1010', 'integer', '10'],
    ['bit(4)', '1010', 'bit(2)', '10'],
    ['bit(4)', '1010', 'bit(6)', '101000'],
    ['bit(4)', '1010', 'bit varying(2)', '10'],
    ['bit(4)', '1010', 'text', '1010'],
    ['json', '{"a": 1}', 'jsonb', '{"a": 1}'],
    ['json', '{"a": 1}', 'text', '{"a": 1}'],
    ['jsonb', '1.5', 'integer', '2'],
    ['jsonb', '1.5', 'numeric', '1.5'],
    ['jsonb', '1.5', 'boolean', '22023 cannot cast jsonb numeric to type boolean'],
    ['jsonb', '1.5', 'text', '1.5'],
    ['jsonb', '1.5', 'double precision', '1.5'],
    ['jsonb', 'true', 'boolean', 't'],
    ['jsonb', 'true', 'integer', '22023 cannot cast jsonb boolean to type integer'],
    ['jsonb', '[1]', 'integer', '22023 cannot cast jsonb array to type integer'],
    ['jsonb', 'null', 'integer', '22023 cannot cast jsonb null to type integer'],
    ['integer[]', '{1,2,NULL}', 'text[]', '{1,2,NULL}'],
    ['integer[]', '{1,2,NULL}', 'numeric(3,1)[]', '{1.0,2.0,NULL}'],
    ['integer[]', '{1,2,NULL}', 'bigint[]', '{1,2,NULL}'],
    ['integer[]', '{1,2,NULL}', 'text', '{1,2,NULL}'],
    ['integer[]', '{1,2,NULL}', 'boolean[]', '{t,t,NULL}'],
    ['text[]', '{1,x}', 'integer[]', '22P02 invalid input syntax for type integer: "x"'],
    ['text[]', '{1,x}', 'char(2)[]', '{"1 ","x "}'],
    ['int4range', '[1,5)', 'int4multirange', '{[1,5)}'],
    ['int4range', '[1,5)', 'text', '[1,5)'],
    ['uuid', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'text', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
    ['uuid', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'bytea', '42846 cannot cast type uuid to bytea'],
  ])('of %s %j to %s gives %s', (from, literal, to, expected) => {
    const [source, target] = [typeOf(from), typeOf(to)]
    const value = castValue(literal, UNKNOWN, source, 'explicit', session)
    const result = outcome(() => {
      const cast = castValue(value, source, target, 'explicit', session)
      return cast === null ? null : traits(target).format(cast, target, settings)
    })
    expect(result).toBe(expected)
  })

  it('leaves NULL alone', () => {
    expect(castValue(null, TEXT, INTEGER)).toBeNull()
  })

  it('takes now from the transaction', () => {
    const target: DataType = { kind: 'timestamptz' }
    expect(castValue('now', TEXT, target, 'explicit', session)).toBe(1577836800000000n)
    expect(castValue('today', TEXT, { kind: 'date' }, 'explicit', session)).toBe(18261)
  })

  it('goes field by field through rows and pair by pair through maps', () => {
    const row: DataType = {
      kind: 'record',
      fields: [
        { name: 'a', type: TEXT },
        { name: 'b', type: INTEGER },
      ],
    }
    const target: DataType = {
      kind: 'record',
      name: 'p',
      fields: [
        { name: 'x', type: INTEGER },
        { name: 'y', type: TEXT },
      ],
    }
    expect(castValue(['5', 7], row, target)).toEqual([5, '7'])
    expect(castValue('(5,"a b")', TEXT, target)).toEqual([5, 'a b'])
    const map: DataType = { kind: 'map', key: TEXT, value: TEXT }
    expect(castValue([['1', null]], map, { kind: 'map', key: INTEGER, value: TEXT })).toEqual([[1, null]])
  })

  it('asks the session whether a domain takes the value', () => {
    const positive: DataType = { kind: 'domain', name: 'positive', base: INTEGER }
    const asked: unknown[] = []
    const checking = { ...session, checkDomain: (type: DataType, value: unknown) => asked.push([type, value]) }
    expect(castValue('5', TEXT, positive, 'explicit', checking)).toBe(5)
    expect(asked).toEqual([[positive, 5]])
    expect(castValue(5, positive, TEXT)).toBe('5')
  })

  it('knows the labels of an enum', () => {
    const mood: DataType = { kind: 'enum', name: 'mood', labels: ['sad', 'ok'] }
    expect(castValue('ok', TEXT, mood)).toBe('ok')
    expect(outcome(() => castValue('happy', TEXT, mood))).toBe('22P02 invalid input value for enum mood: "happy"')
  })
})

describe('an assignment', () => {
  it.each([
    ['text', 'abcd', 'varchar(3)', '22001 value too long for type character varying(3)'],
    ['text', 'abc   ', 'varchar(3)', 'abc'],
    ['text', 'abcd', 'char(3)', '22001 value too long for type character(3)'],
    ['text', 'a', 'char(3)', 'a  '],
    ['bit varying', '1010', 'bit(3)', '22026 bit string length 4 does not match type bit(3)'],
    ['bit varying', '1010', 'bit varying(3)', '22001 bit string too long for type bit varying(3)'],
    ['numeric', '99.96', 'numeric(3,1)', '22003 numeric field overflow'],
    ['timestamp', '2020-01-01 00:00:00.6', 'timestamp(0)', '2020-01-01 00:00:01'],
  ])('of %s %j to %s gives %s', (from, literal, to, expected) => {
    const [source, target] = [typeOf(from), typeOf(to)]
    const value = castValue(literal, UNKNOWN, source, 'explicit', session)
    const result = outcome(() =>
      traits(target).format(castValue(value, source, target, 'assignment', session), target, settings),
    )
    expect(result).toBe(expected)
  })

  it('says how large a numeric may be', () => {
    const type: DataType = { kind: 'numeric', precision: 4, scale: 2 }
    expect(() => coerceLength(Decimal.parse('99.995'), type, false)).toThrow(
      expect.objectContaining({
        code: '22003',
        detail: 'A field with precision 4, scale 2 must round to an absolute value less than 10^2.',
      }),
    )
  })

  it('reads text as COPY does', () => {
    expect(readValue('1.005', { kind: 'numeric', precision: 4, scale: 2 }).toString()).toBe('1.01')
    expect(outcome(() => readValue('abcd', { kind: 'varchar', length: 3 }))).toBe(
      '22001 value too long for type character varying(3)',
    )
  })
})

describe('what has to be said for a cast', () => {
  it.each([
    ['smallint', 'integer', 'implicit'],
    ['integer', 'smallint', 'assignment'],
    ['integer', 'boolean', 'explicit'],
    ['boolean', 'integer', 'explicit'],
    ['numeric', 'integer', 'assignment'],
    ['numeric', 'double precision', 'implicit'],
    ['double precision', 'numeric', 'assignment'],
    ['integer', 'text', 'assignment'],
    ['text', 'integer', 'explicit'],
    ['text', 'varchar', 'implicit'],
    ['name', 'text', 'implicit'],
    ['varchar', 'name', 'implicit'],
    ['date', 'timestamptz', 'implicit'],
    ['timestamp', 'date', 'assignment'],
    ['timestamptz', 'timestamp', 'assignment'],
    ['time', 'interval', 'implicit'],
    ['interval', 'time', 'assignment'],
    ['bit', 'varbit', 'implicit'],
    ['bit', 'integer', 'explicit'],
    ['json', 'jsonb', 'assignment'],
    ['jsonb', 'integer', 'explicit'],
    ['integer', 'date', 'none'],
    ['boolean', 'text', 'assignment'],
    ['bytea', 'text', 'assignment'],
    ['integer[]', 'bigint[]', 'implicit'],
    ['bigint[]', 'integer[]', 'assignment'],
    ['text[]', 'integer[]', 'explicit'],
    ['integer[]', 'text', 'assignment'],
    ['uuid', 'text', 'assignment'],
    ['oid', 'bigint', 'assignment'],
    ['bigint', 'oid', 'implicit'],
    ['int4range', 'int4multirange', 'explicit'],
  ])('from %s to %s: %s', (from, to, expected) => {
    const contexts = (['implicit', 'assignment', 'explicit'] as const).filter((mode) =>
      findCast(typeOf(from), typeOf(to), mode),
    )
    expect(contexts[0] ?? 'none').toBe(expected)
  })

  it('is the same object for the same types', () => {
    expect(findCast(NUMERIC, { kind: 'numeric', precision: 5, scale: 1 })).toBe(
      findCast({ kind: 'numeric' }, { kind: 'numeric', precision: 5, scale: 1 }),
    )
  })

  it('is stable where the session decides', () => {
    expect(findCast(TEXT, { kind: 'timestamptz' })?.volatility).toBe('stable')
    expect(findCast({ kind: 'date' }, TEXT)?.volatility).toBe('stable')
    expect(findCast(TEXT, INTEGER)?.volatility).toBe('immutable')
  })
})
