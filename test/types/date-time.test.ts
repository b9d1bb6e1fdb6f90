import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Settings } from '../../src/settings.ts'
import { civilFromDays, dayOfWeek, daysFromCivil, isoWeek } from '../../src/types/calendar.ts'
import {
  formatDate,
  formatTime,
  formatTimestamp,
  formatTimestampTz,
  formatTimeTz,
  parseDate,
  parseTime,
  parseTimestamp,
  parseTimestampTz,
  parseTimeTz,
} from '../../src/types/date-time.ts'
import { outcome } from './outcome.ts'

function settings(values: Record<string, string>): Settings {
  const made = new Settings()
  for (const [name, value] of Object.entries(values)) made.set(name, value)
  return made
}

describe('the calendar', () => {
  it('counts days and back, over all of PostgreSQL’s years', () => {
    fc.assert(
      fc.property(fc.integer({ min: -2440588, max: 2145042905 }), (days) => {
        const { year, month, day } = civilFromDays(days)
        expect(daysFromCivil(year, month, day)).toBe(days)
      }),
    )
  })

  it('agrees with the calendar of JavaScript', () => {
    fc.assert(
      fc.property(fc.integer({ min: -100000, max: 100000 }), (days) => {
        const date = new Date(days * 86400000)
        expect(civilFromDays(days)).toEqual({
          year: date.getUTCFullYear(),
          month: date.getUTCMonth() + 1,
          day: date.getUTCDate(),
        })
        expect(dayOfWeek(days)).toBe(date.getUTCDay())
      }),
    )
  })

  it.each([
    ['2021-01-03', 2020, 53],
    ['2021-01-04', 2021, 1],
    ['2018-12-31', 2019, 1],
    ['2020-12-31', 2020, 53],
  ] as const)('%s is in ISO year %i, week %i', (text, year, week) => {
    expect(isoWeek(parseDate(text, new Settings()))).toEqual({ year, week })
  })
})

describe('date', () => {
  it.each([
    ['ISO, MDY', '1999-01-08', '1999-01-08'],
    ['ISO, MDY', 'January 8, 1999', '1999-01-08'],
    ['ISO, MDY', '1/8/1999', '1999-01-08'],
    ['ISO, MDY', '1/18/1999', '1999-01-18'],
    ['ISO, MDY', '01/02/03', '2003-01-02'],
    ['ISO, MDY', '08-Jan-99', '1999-01-08'],
    ['ISO, MDY', '19990108', '1999-01-08'],
    ['ISO, MDY', '990108', '1999-01-08'],
    ['ISO, MDY', '1999.008', '1999-01-08'],
    ['ISO, MDY', 'J2451187', '1999-01-08'],
    ['ISO, MDY', 'January 8, 99 BC', '0099-01-08 BC'],
    ['ISO, MDY', 'infinity', 'infinity'],
    ['ISO, MDY', '-infinity', '-infinity'],
    ['ISO, MDY', 'epoch', '1970-01-01'],
    ['ISO, MDY', '2000-02-30', '22008 date/time field value out of range: "2000-02-30"'],
    ['ISO, MDY', '1999-13-01', '22008 date/time field value out of range: "1999-13-01"'],
    ['ISO, MDY', '99-1-1', '22008 date/time field value out of range: "99-1-1"'],
    ['ISO, MDY', '1999 Jan 08', '1999-01-08'],
    ['ISO, MDY', '0000-01-01', '22008 date/time field value out of range: "0000-01-01"'],
    ['ISO, MDY', '5874898-01-01', '22008 date out of range: "5874898-01-01"'],
    ['ISO, MDY', '2000-01-01 25:00', '22008 date/time field value out of range: "2000-01-01 25:00"'],
    ['ISO, MDY', 'y2001m02d04', '2001-02-04'],
    ['ISO, MDY', 'Feb 3', '22007 invalid input syntax for type date: "Feb 3"'],
    ['ISO, MDY', '', '22007 invalid input syntax for type date: ""'],
    ['ISO, MDY', 'foo', '22007 invalid input syntax for type date: "foo"'],
    ['ISO, MDY', '2001-366', '2002-01-01'],
    ['ISO, MDY', 'Thu 1999-01-08', '22007 invalid input syntax for type date: "Thu 1999-01-08"'],
    ['ISO, MDY', '2000-Foo-01', '22007 invalid input syntax for type date: "2000-Foo-01"'],
    ['ISO, DMY', '1/8/1999', '1999-08-01'],
    ['ISO, DMY', '1/18/1999', '22008 date/time field value out of range: "1/18/1999"'],
    ['ISO, DMY', '01/02/03', '2003-02-01'],
    ['ISO, YMD', '1/8/1999', '22008 date/time field value out of range: "1/8/1999"'],
    ['ISO, YMD', '1/18/1999', '22008 date/time field value out of range: "1/18/1999"'],
    ['ISO, YMD', '01/02/03', '2001-02-03'],
    ['ISO, YMD', '08-Jan-99', '22008 date/time field value out of range: "08-Jan-99"'],
    ['ISO, YMD', 'January 8, 99 BC', '22008 date/time field value out of range: "January 8, 99 BC"'],
    ['ISO, YMD', '99-1-1', '1999-01-01'],
  ])('with DateStyle %s reads %j as %s', (datestyle, text, expected) => {
    const own = settings({ datestyle })
    expect(outcome(() => formatDate(parseDate(text, own), own))).toBe(expected)
  })

  it('asks for the order of day and month where the other one would fit', () => {
    expect(() => parseDate('18/1/1999', new Settings())).toThrow(
      expect.objectContaining({ code: '22008', hint: 'Perhaps you need a different "datestyle" setting.' }),
    )
  })

  it('knows today by the clock that it is given and the zone of the session', () => {
    const berlin = settings({ timezone: 'Europe/Berlin' })
    const clock = (): bigint => parseTimestampTz('2020-06-30 23:30:00Z', berlin)
    expect(
      ['today', 'tomorrow', 'yesterday', 'now'].map((text) => formatDate(parseDate(text, berlin, clock), berlin)),
    ).toEqual(['2020-07-01', '2020-07-02', '2020-06-30', '2020-07-01'])
    expect(formatTimestamp(parseTimestamp('now', berlin, clock), berlin)).toBe('2020-07-01 01:30:00')
  })
})

describe('timestamp, with and without zone', () => {
  it.each([
    ['1999-01-08 04:05:06', '1999-01-08 04:05:06', '1999-01-08 04:05:06+01'],
    ['1999-01-08T04:05:06Z', '1999-01-08 04:05:06', '1999-01-08 05:05:06+01'],
    ['1999-01-08 04:05:06.789', '1999-01-08 04:05:06.789', '1999-01-08 04:05:06.789+01'],
    ['1999-01-08 04:05:06.7891239', '1999-01-08 04:05:06.789124', '1999-01-08 04:05:06.789124+01'],
    ['1999-01-08 040506', '1999-01-08 04:05:06', '1999-01-08 04:05:06+01'],
    ['19990108T040506', '1999-01-08 04:05:06', '1999-01-08 04:05:06+01'],
    ['20011227T040506.789-08', '2001-12-27 04:05:06.789', '2001-12-27 13:05:06.789+01'],
    ['1999-01-08 04:05 PM', '1999-01-08 16:05:00', '1999-01-08 16:05:00+01'],
    ['1999-01-08 12:05 AM', '1999-01-08 00:05:00', '1999-01-08 00:05:00+01'],
    [
      '1999-01-08 13:05 PM',
      '22008 date/time field value out of range: "1999-01-08 13:05 PM"',
      '22008 date/time field value out of range: "1999-01-08 13:05 PM"',
    ],
    ['1999-01-08 04:05:06 PST', '1999-01-08 04:05:06', '1999-01-08 13:05:06+01'],
    ['1999-07-08 04:05:06 America/New_York', '1999-07-08 04:05:06', '1999-07-08 10:05:06+02'],
    ['Wed Jul 8 04:05:06 1999 PDT', '1999-07-08 04:05:06', '1999-07-08 13:05:06+02'],
    ['Mon Feb 10 17:32:01 -0800 1997', '1997-02-10 17:32:01', '1997-02-11 02:32:01+01'],
    ['1997-02-10 17:32:01 -08:30:15', '1997-02-10 17:32:01', '1997-02-11 03:02:16+01'],
    [
      '1997-02-10 17:32:01 +16',
      '22009 time zone displacement out of range: "1997-02-10 17:32:01 +16"',
      '22009 time zone displacement out of range: "1997-02-10 17:32:01 +16"',
    ],
    ['2000-01-01 24:00:00', '2000-01-02 00:00:00', '2000-01-02 00:00:00+01'],
    [
      '2000-01-01 24:00:01',
      '22008 date/time field value out of range: "2000-01-01 24:00:01"',
      '22008 date/time field value out of range: "2000-01-01 24:00:01"',
    ],
    ['2000-01-01 23:59:60', '2000-01-02 00:00:00', '2000-01-02 00:00:00+01'],
    ['0001-01-01 BC', '0001-01-01 00:00:00 BC', '0001-01-01 00:00:00+00:53:28 BC'],
    ['4714-11-24 BC', '4714-11-24 00:00:00 BC', '22008 timestamp out of range: "4714-11-24 BC"'],
    ['4714-11-23 BC', '22008 timestamp out of range: "4714-11-23 BC"', '22008 timestamp out of range: "4714-11-23 BC"'],
    ['294247-01-10 04:00:54.775806', '294247-01-10 04:00:54.775806', '294247-01-10 04:00:54.775806+01'],
    [
      '294247-01-10 04:00:54.775807',
      '22008 timestamp out of range: "294247-01-10 04:00:54.775807"',
      '294247-01-10 04:00:54.775807+01',
    ],
    ['2000-01-01 00:00 UTC+3', '2000-01-01 00:00:00', '2000-01-01 04:00:00+01'],
    ['2000-01-01 00:00 MET DST', '2000-01-01 00:00:00', '1999-12-31 23:00:00+01'],
    ['2020-03-08 02:30 America/New_York', '2020-03-08 02:30:00', '2020-03-08 08:30:00+01'],
    ['2020-11-01 01:30 America/New_York', '2020-11-01 01:30:00', '2020-11-01 07:30:00+01'],
    ['1999-01-08 00:00:00.0000005', '1999-01-08 00:00:00', '1999-01-08 00:00:00+01'],
    ['J2451187.5', '1999-01-08 12:00:00', '1999-01-08 12:00:00+01'],
    ['infinity', 'infinity', 'infinity'],
    [
      '1999-01-08 04:05:06 Foo/Bar',
      '22023 time zone "foo/bar" not recognized',
      '22023 time zone "foo/bar" not recognized',
    ],
    [
      '2000-01-01 04',
      '22007 invalid input syntax for type timestamp: "2000-01-01 04"',
      '22007 invalid input syntax for type timestamp with time zone: "2000-01-01 04"',
    ],
    [
      'allballs',
      '22007 invalid input syntax for type timestamp: "allballs"',
      '22007 invalid input syntax for type timestamp with time zone: "allballs"',
    ],
    ['2020-10-05 10:20:30+05:45', '2020-10-05 10:20:30', '2020-10-05 06:35:30+02'],
    ['2020-10-05 10:20:30Z', '2020-10-05 10:20:30', '2020-10-05 12:20:30+02'],
    ['2020-10-05T10:20:30.5-03', '2020-10-05 10:20:30.5', '2020-10-05 15:20:30.5+02'],
  ])('in Berlin reads %j as %s or %s', (text, plain, zoned) => {
    const own = settings({ timezone: 'Europe/Berlin' })
    expect(outcome(() => formatTimestamp(parseTimestamp(text, own), own))).toBe(plain)
    expect(outcome(() => formatTimestampTz(parseTimestampTz(text, own), own))).toBe(zoned)
  })

  it.each([
    ['ISO, MDY', '2001-02-03 04:05:06.78', '2001-02-03 04:05:06.78', '2001-02-03 04:05:06.78-05'],
    ['ISO, MDY', '0044-03-15 12:00:00 BC', '0044-03-15 12:00:00 BC', '0044-03-15 12:00:00-04:56:02 BC'],
    ['ISO, MDY', 'infinity', 'infinity', 'infinity'],
    ['ISO, DMY', '2001-02-03 04:05:06.78', '2001-02-03 04:05:06.78', '2001-02-03 04:05:06.78-05'],
    ['ISO, DMY', '0044-03-15 12:00:00 BC', '0044-03-15 12:00:00 BC', '0044-03-15 12:00:00-04:56:02 BC'],
    ['ISO, DMY', 'infinity', 'infinity', 'infinity'],
    ['ISO, YMD', '2001-02-03 04:05:06.78', '2001-02-03 04:05:06.78', '2001-02-03 04:05:06.78-05'],
    ['ISO, YMD', '0044-03-15 12:00:00 BC', '0044-03-15 12:00:00 BC', '0044-03-15 12:00:00-04:56:02 BC'],
    ['ISO, YMD', 'infinity', 'infinity', 'infinity'],
    ['Postgres, MDY', '2001-02-03 04:05:06.78', 'Sat Feb 03 04:05:06.78 2001', 'Sat Feb 03 04:05:06.78 2001 EST'],
    ['Postgres, MDY', '0044-03-15 12:00:00 BC', 'Fri Mar 15 12:00:00 0044 BC', 'Fri Mar 15 12:00:00 0044 LMT BC'],
    ['Postgres, MDY', 'infinity', 'infinity', 'infinity'],
    ['SQL, DMY', '2001-02-03 04:05:06.78', '03/02/2001 04:05:06.78', '03/02/2001 04:05:06.78 EST'],
    ['SQL, DMY', '0044-03-15 12:00:00 BC', '15/03/0044 12:00:00 BC', '15/03/0044 12:00:00 LMT BC'],
    ['SQL, DMY', 'infinity', 'infinity', 'infinity'],
    ['German', '2001-02-03 04:05:06.78', '03.02.2001 04:05:06.78', '03.02.2001 04:05:06.78 EST'],
    ['German', '0044-03-15 12:00:00 BC', '15.03.0044 12:00:00 BC', '15.03.0044 12:00:00 LMT BC'],
    ['German', 'infinity', 'infinity', 'infinity'],
  ])('with DateStyle %s prints %s as %s or %s', (datestyle, text, plain, zoned) => {
    const iso = settings({ timezone: 'America/New_York' })
    const own = settings({ timezone: 'America/New_York', datestyle })
    expect(formatTimestamp(parseTimestamp(text, iso), own)).toBe(plain)
    expect(formatTimestampTz(parseTimestampTz(text, iso), own)).toBe(zoned)
  })

  it.each([
    ['America/New_York', '2020-03-08 02:30', '2020-03-08 03:30:00-04'],
    ['America/New_York', '2020-11-01 01:30', '2020-11-01 01:30:00-05'],
    ['America/New_York', '2020-07-01 12:00', '2020-07-01 12:00:00-04'],
    ['America/New_York', '1850-01-01 00:00', '1850-01-01 00:00:00-04:56:02'],
    ['America/New_York', '3000-07-01 00:00', '3000-07-01 00:00:00-04'],
    ['Australia/Lord_Howe', '2021-04-04 01:45', '2021-04-04 01:45:00+10:30'],
    ['Australia/Lord_Howe', '2021-10-03 02:15', '2021-10-03 02:45:00+11'],
    ['Asia/Kolkata', '2000-01-01 00:00', '2000-01-01 00:00:00+05:30'],
    ['Europe/London', '1971-01-01 00:00', '1971-01-01 00:00:00+01'],
    ['Pacific/Apia', '2011-12-30 12:00', '2011-12-31 12:00:00+14'],
    ['-5', '2000-01-01 00:00', '2000-01-01 00:00:00-05'],
    ['5.5', '2000-01-01 00:00', '2000-01-01 00:00:00+05:30'],
    ['utc', '2000-01-01 00:00', '2000-01-01 00:00:00+00'],
    ['Africa/Casablanca', '2019-05-05 02:30', '2019-05-05 02:30:00+00'],
  ])('takes the offset of %s for %s: %s', (timezone, text, expected) => {
    const own = settings({ timezone })
    expect(formatTimestampTz(parseTimestampTz(text, own), own)).toBe(expected)
  })

  it('reads back what it prints, in every style', () => {
    const styles = ['ISO, MDY', 'ISO, YMD', 'SQL, DMY', 'SQL, MDY', 'Postgres, DMY', 'German']
    fc.assert(
      fc.property(
        fc.bigInt({ min: -210866803200000000n, max: 9223372036854775806n }),
        fc.constantFrom(...styles),
        (timestamp, datestyle) => {
          const own = settings({ datestyle })
          expect(parseTimestamp(formatTimestamp(timestamp, own), own)).toBe(timestamp)
          expect(parseTimestampTz(formatTimestampTz(timestamp, own), own)).toBe(timestamp)
        },
      ),
    )
  })
})

describe('time, with and without zone', () => {
  it.each([
    ['04:05:06.789', '04:05:06.789', '04:05:06.789+00'],
    ['04:05', '04:05:00', '04:05:00+00'],
    ['0405', '04:05:00', '04:05:00+00'],
    ['040506', '04:05:06', '04:05:06+00'],
    ['04:05 PM', '16:05:00', '16:05:00+00'],
    ['24:00', '24:00:00', '24:00:00+00'],
    [
      '24:00:00.1',
      '22008 date/time field value out of range: "24:00:00.1"',
      '22008 date/time field value out of range: "24:00:00.1"',
    ],
    ['23:59:59.9999999', '24:00:00', '24:00:00+00'],
    ['allballs', '00:00:00', '00:00:00+00'],
    ['04:05:06 PST', '04:05:06', '04:05:06-08'],
    ['04:05:06-08:30', '04:05:06', '04:05:06-08:30'],
    ['2003-07-12 04:05:06 America/New_York', '04:05:06', '04:05:06-04'],
    [
      '04:05:06 America/New_York',
      '22007 invalid input syntax for type time: "04:05:06 America/New_York"',
      '22007 invalid input syntax for type time with time zone: "04:05:06 America/New_York"',
    ],
    ['25:00', '22008 date/time field value out of range: "25:00"', '22008 date/time field value out of range: "25:00"'],
    [
      'h04mm05s06',
      '22007 invalid input syntax for type time: "h04mm05s06"',
      '22007 invalid input syntax for type time with time zone: "h04mm05s06"',
    ],
    ['T04:05', '04:05:00', '04:05:00+00'],
    [
      '1:2:3.4.5',
      '22007 invalid input syntax for type time: "1:2:3.4.5"',
      '22007 invalid input syntax for type time with time zone: "1:2:3.4.5"',
    ],
    [
      'noon',
      '22007 invalid input syntax for type time: "noon"',
      '22007 invalid input syntax for type time with time zone: "noon"',
    ],
    ['00:00 +15:59:59', '00:00:00', '00:00:00+15:59:59'],
  ])('reads %j as %s or %s', (text, plain, zoned) => {
    const own = new Settings()
    expect(outcome(() => formatTime(parseTime(text, own)))).toBe(plain)
    expect(outcome(() => formatTimeTz(parseTimeTz(text, own)))).toBe(zoned)
  })
})
