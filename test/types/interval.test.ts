import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Settings } from '../../src/settings.ts'
import { formatTimestamp, formatTimestampTz, parseTimestamp, parseTimestampTz } from '../../src/types/date-time.ts'
import {
  addIntervals,
  addToTimestamp,
  addToTimestampTz,
  compareIntervals,
  divideInterval,
  formatInterval,
  intervalSpan,
  justifyDays,
  justifyHours,
  justifyInterval,
  multiplyInterval,
  negateInterval,
  parseInterval,
  restrictInterval,
  subtractIntervals,
  timestampDifference,
} from '../../src/types/interval.ts'
import type { Interval } from '../../src/types/value.ts'
import { outcome } from './outcome.ts'

const plain = new Settings()
const styles = ['postgres', 'postgres_verbose', 'sql_standard', 'iso_8601']
const styled = styles.map((style) => {
  const settings = new Settings()
  settings.set('intervalstyle', style)
  return settings
})

function interval(text: string): Interval {
  return parseInterval(text, plain)
}

function show(compute: () => Interval): string {
  return outcome(() => formatInterval(compute(), plain))
}

describe('interval', () => {
  it.each([
    [
      '1 year 2 mons 3 days 04:05:06.789',
      '1 year 2 mons 3 days 04:05:06.789',
      '@ 1 year 2 mons 3 days 4 hours 5 mins 6.789 secs',
      '+1-2 +3 +4:05:06.789',
      'P1Y2M3DT4H5M6.789S',
    ],
    ['1-2', '1 year 2 mons', '@ 1 year 2 mons', '1-2', 'P1Y2M'],
    [
      '1-2 3 4:05:06',
      '1 year 2 mons 3 days 04:05:06',
      '@ 1 year 2 mons 3 days 4 hours 5 mins 6 secs',
      '+1-2 +3 +4:05:06',
      'P1Y2M3DT4H5M6S',
    ],
    [
      '-1-2 +3 -4:05:06',
      '-1 years -2 mons +3 days -04:05:06',
      '@ 1 year 2 mons -3 days 4 hours 5 mins 6 secs ago',
      '-1-2 +3 -4:05:06',
      'P-1Y-2M3DT-4H-5M-6S',
    ],
    [
      'P1Y2M3DT4H5M6S',
      '1 year 2 mons 3 days 04:05:06',
      '@ 1 year 2 mons 3 days 4 hours 5 mins 6 secs',
      '+1-2 +3 +4:05:06',
      'P1Y2M3DT4H5M6S',
    ],
    [
      'P0001-02-03T04:05:06',
      '1 year 2 mons 3 days 04:05:06',
      '@ 1 year 2 mons 3 days 4 hours 5 mins 6 secs',
      '+1-2 +3 +4:05:06',
      'P1Y2M3DT4H5M6S',
    ],
    [
      'P00021015T103020',
      '2 years 10 mons 15 days 10:30:20',
      '@ 2 years 10 mons 15 days 10 hours 30 mins 20 secs',
      '+2-10 +15 +10:30:20',
      'P2Y10M15DT10H30M20S',
    ],
    ['P-1.5Y', '-1 years -6 mons', '@ 1 year 6 mons ago', '-1-6', 'P-1Y-6M'],
    ['PT-0.5M', '-00:00:30', '@ 30 secs ago', '-0:00:30', 'PT-30S'],
    ['1.5 months', '1 mon 15 days', '@ 1 mon 15 days', '+0-1 +15 +0:00:00', 'P1M15D'],
    ['1.5 years', '1 year 6 mons', '@ 1 year 6 mons', '1-6', 'P1Y6M'],
    ['0.1 century', '10 years', '@ 10 years', '10-0', 'P10Y'],
    ['1 year 2 months ago', '-1 years -2 mons', '@ 1 year 2 mons ago', '-1-2', 'P-1Y-2M'],
    ['@ 1 minute', '00:01:00', '@ 1 min', '0:01:00', 'PT1M'],
    ['0.5 us', '00:00:00', '@ 0', '0', 'PT0S'],
    ['100:00:00', '100:00:00', '@ 100 hours', '100:00:00', 'PT100H'],
    ['-1:02', '-01:02:00', '@ 1 hour 2 mins ago', '-1:02:00', 'PT-1H-2M'],
    ['1 2:03', '1 day 02:03:00', '@ 1 day 2 hours 3 mins', '1 2:03:00', 'P1DT2H3M'],
    [
      '2147483648 months',
      '22015 interval field value out of range: "2147483648 months"',
      '22015 interval field value out of range: "2147483648 months"',
      '22015 interval field value out of range: "2147483648 months"',
      '22015 interval field value out of range: "2147483648 months"',
    ],
    [
      '178956970 years 8 mons',
      '22008 interval out of range',
      '22008 interval out of range',
      '22008 interval out of range',
      '22008 interval out of range',
    ],
    [
      '9223372036854775808 us',
      '22015 interval field value out of range: "9223372036854775808 us"',
      '22015 interval field value out of range: "9223372036854775808 us"',
      '22015 interval field value out of range: "9223372036854775808 us"',
      '22015 interval field value out of range: "9223372036854775808 us"',
    ],
    [
      '1-13',
      '22015 interval field value out of range: "1-13"',
      '22015 interval field value out of range: "1-13"',
      '22015 interval field value out of range: "1-13"',
      '22015 interval field value out of range: "1-13"',
    ],
    [
      '1 day 1 day',
      '22007 invalid input syntax for type interval: "1 day 1 day"',
      '22007 invalid input syntax for type interval: "1 day 1 day"',
      '22007 invalid input syntax for type interval: "1 day 1 day"',
      '22007 invalid input syntax for type interval: "1 day 1 day"',
    ],
    [
      '1 fortnight',
      '22007 invalid input syntax for type interval: "1 fortnight"',
      '22007 invalid input syntax for type interval: "1 fortnight"',
      '22007 invalid input syntax for type interval: "1 fortnight"',
      '22007 invalid input syntax for type interval: "1 fortnight"',
    ],
    [
      'P',
      '22007 invalid input syntax for type interval: "P"',
      '22007 invalid input syntax for type interval: "P"',
      '22007 invalid input syntax for type interval: "P"',
      '22007 invalid input syntax for type interval: "P"',
    ],
    [
      'infinity',
      '22007 invalid input syntax for type interval: "infinity"',
      '22007 invalid input syntax for type interval: "infinity"',
      '22007 invalid input syntax for type interval: "infinity"',
      '22007 invalid input syntax for type interval: "infinity"',
    ],
    ['-5 days 3 hours ago', '5 days -03:00:00', '@ 5 days -3 hours', '+0-0 +5 -3:00:00', 'P5DT-3H'],
    ['1 mon -1 day', '1 mon -1 days', '@ 1 mon -1 days', '+0-1 -1 +0:00:00', 'P1M-1D'],
    [
      '-1 mon 1 day -1 us',
      '-1 mons +1 day -00:00:00.000001',
      '@ 1 mon -1 days 0.000001 secs ago',
      '-0-1 +1 -0:00:00.000001',
      'P-1M1DT-0.000001S',
    ],
    ['0', '00:00:00', '@ 0', '0', 'PT0S'],
    ['1', '00:00:01', '@ 1 sec', '0:00:01', 'PT1S'],
    [
      '',
      '22007 invalid input syntax for type interval: ""',
      '22007 invalid input syntax for type interval: ""',
      '22007 invalid input syntax for type interval: ""',
      '22007 invalid input syntax for type interval: ""',
    ],
  ])('reads %j and prints it in each style', (text, ...expected) => {
    expect(styled.map((settings) => outcome(() => formatInterval(interval(text), settings)))).toEqual(expected)
  })

  it.each([
    ['1 year 2 mons 3 days 04:05:06.789', 'year', '1 year'],
    ['1 year 2 mons 3 days 04:05:06.789', 'month', '1 year 2 mons'],
    ['1 year 2 mons 3 days 04:05:06.789', 'day', '1 year 2 mons 3 days'],
    ['1 year 2 mons 3 days 04:05:06.789', 'hour', '1 year 2 mons 3 days 04:00:00'],
    ['1 year 2 mons 3 days 04:05:06.789', 'minute', '1 year 2 mons 3 days 04:05:00'],
    ['1 year 2 mons 3 days 04:05:06.789', 'second', '1 year 2 mons 3 days 04:05:06.789'],
    ['1 year 2 mons 3 days 04:05:06.789', 'year to month', '1 year 2 mons'],
    ['1 year 2 mons 3 days 04:05:06.789', 'day to hour', '1 year 2 mons 3 days 04:00:00'],
    ['1 year 2 mons 3 days 04:05:06.789', 'day to minute', '1 year 2 mons 3 days 04:05:00'],
    ['1 year 2 mons 3 days 04:05:06.789', 'hour to second', '1 year 2 mons 3 days 04:05:06.789'],
    ['5', 'day', '5 days'],
    ['5', 'hour to minute', '00:05:00'],
    ['1:30', 'minute to second', '00:01:30'],
    ['-7.8', 'minute', '-00:07:00'],
  ])('%s as interval %s is %s', (text, fields, expected) => {
    expect(show(() => restrictInterval(parseInterval(text, plain, fields), { kind: 'interval', fields }))).toBe(
      expected,
    )
  })

  it('rounds to its precision', () => {
    const value = interval('1 day 00:00:01.23456')
    expect(show(() => restrictInterval(value, { kind: 'interval', precision: 2 }))).toBe('1 day 00:00:01.23')
    expect(show(() => restrictInterval(interval('-0.5 s'), { kind: 'interval', precision: 0 }))).toBe('-00:00:01')
  })

  it('lets the first sign count for all fields where the style is SQL’s', () => {
    expect(formatInterval(parseInterval('-1 1:00:00', styled[2]), plain)).toBe('-1 days -01:00:00')
    expect(formatInterval(parseInterval('-1 1:00:00', styled[0]), plain)).toBe('-1 days +01:00:00')
  })

  it('spills what a month or a day lacks into the smaller units', () => {
    expect(show(() => multiplyInterval(interval('1 mon 1 day'), 1.5))).toBe('1 mon 16 days 12:00:00')
    expect(show(() => divideInterval(interval('1 day'), 3))).toBe('08:00:00')
    expect(show(() => multiplyInterval(interval('1 mon'), 0.3))).toBe('9 days')
    expect(show(() => multiplyInterval(interval('-2 hours 15 min'), 2.5))).toBe('-04:22:30')
    expect(show(() => divideInterval(interval('1 year'), 7))).toBe('1 mon 21 days 10:17:08.5344')
    expect(show(() => multiplyInterval(interval('2147483647 mons'), 2))).toBe('22008 interval out of range')
    expect(show(() => divideInterval(interval('1 day'), 0))).toBe('22012 division by zero')
  })

  it('is justified', () => {
    expect(show(() => justifyHours(interval('-50 hours 1 min')))).toBe('-2 days -01:59:00')
    expect(show(() => justifyDays(interval('65 days -3 hours')))).toBe('2 mons 5 days -03:00:00')
    expect(show(() => justifyInterval(interval('1 mon -1 hour')))).toBe('29 days 23:00:00')
    expect(show(() => justifyInterval(interval('-35 days 30 hours')))).toBe('-1 mons -3 days -18:00:00')
  })

  it.each([
    ['2020-01-31 10:00', '1 mon', '2020-02-29 10:00:00'],
    ['2020-03-31', '-1 mon', '2020-02-29 00:00:00'],
    ['2020-02-29', '1 year', '2021-02-28 00:00:00'],
    ['2000-01-01', '-1 mon 30 days 01:00', '1999-12-31 01:00:00'],
    ['294247-01-10', '1 day', '22008 timestamp out of range'],
    ['infinity', '1 year', 'infinity'],
    ['0001-03-01', '-1 year -1 mon', '0001-02-01 00:00:00 BC'],
  ])('timestamp %s + %s is %s', (timestamp, text, expected) => {
    const sum = (): bigint => addToTimestamp(parseTimestamp(timestamp, plain), interval(text))
    expect(outcome(() => formatTimestamp(sum(), plain))).toBe(expected)
  })

  it.each([
    ['2021-03-13 02:30', '1 day', '2021-03-14 03:30:00-04'],
    ['2021-03-13 02:30', '24:00', '2021-03-14 03:30:00-04'],
    ['2021-11-06 01:30', '1 day', '2021-11-07 01:30:00-05'],
    ['2021-01-31 00:00', '1 mon 1 day 1 hour', '2021-03-01 01:00:00-05'],
  ])('in New York, timestamptz %s + %s is %s', (timestamp, text, expected) => {
    const settings = new Settings()
    settings.set('timezone', 'America/New_York')
    const sum = addToTimestampTz(parseTimestampTz(timestamp, settings), interval(text), settings)
    expect(formatTimestampTz(sum, settings)).toBe(expected)
  })

  it('compares a month as 30 days and a day as 24 hours', () => {
    expect(compareIntervals(interval('1 mon'), interval('30 days'))).toBe(0)
    expect(compareIntervals(interval('1 mon'), interval('720:00:00.000001'))).toBe(-1)
    expect(intervalSpan(interval('1 year'))).toBe(360n * 86400000000n)
  })

  const anyInterval: fc.Arbitrary<Interval> = fc.record({
    months: fc.integer({ min: -1000000, max: 1000000 }),
    days: fc.integer({ min: -1000000, max: 1000000 }),
    micros: fc.bigInt({ min: -(10n ** 16n), max: 10n ** 16n }),
  })

  it('reads back what it prints', () => {
    fc.assert(
      fc.property(anyInterval, fc.constantFrom(...styled), (value, settings) => {
        expect(parseInterval(formatInterval(value, settings), settings)).toEqual(value)
      }),
    )
  })

  it('adds and subtracts part by part', () => {
    fc.assert(
      fc.property(anyInterval, anyInterval, (a, b) => {
        expect(subtractIntervals(addIntervals(a, b), b)).toEqual(a)
        expect(addIntervals(a, negateInterval(a))).toEqual({ months: 0, days: 0, micros: 0n })
      }),
    )
  })

  it('is what lies between two timestamps', () => {
    const timestamp = fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n })
    fc.assert(
      fc.property(timestamp, timestamp, (a, b) => {
        expect(addToTimestamp(b, timestampDifference(a, b))).toBe(a)
      }),
    )
  })
})
