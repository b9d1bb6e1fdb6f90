/** Built-in macros: dates and times. */
import { type MacroFunction, macro } from '../macro.ts'

export const dateTimeMacros: readonly MacroFunction[] = [
  macro(
    {
      name: 'make_timestamp_ms',
      category: 'date and time',
      doc: 'The timestamp so many milliseconds after 1970.',
      examples: [['make_timestamp_ms(1667810584123)', '2022-11-07 08:43:04.123']],
    },
    'n -> epoch_ms(n::bigint)',
  ),
  macro(
    {
      name: 'make_timestamp_ns',
      category: 'date and time',
      doc: 'The timestamp so many nanoseconds after 1970, to the microsecond.',
      examples: [['make_timestamp_ns(1667810584123456789)', '2022-11-07 08:43:04.123456']],
    },
    'n -> make_timestamp((n::bigint - (n::bigint % 1000 + 1000) % 1000) / 1000)',
  ),
  macro(
    {
      name: 'to_quarters',
      category: 'date and time',
      doc: 'An interval of so many quarters.',
      examples: [['to_quarters(2)', '6 mons']],
    },
    'n -> to_months((n * 3)::integer)',
  ),
  macro(
    {
      name: 'to_decades',
      category: 'date and time',
      doc: 'An interval of so many decades.',
      examples: [['to_decades(2)', '20 years']],
    },
    'n -> to_years((n * 10)::integer)',
  ),
  macro(
    {
      name: 'to_centuries',
      category: 'date and time',
      doc: 'An interval of so many centuries.',
      examples: [['to_centuries(2)', '200 years']],
    },
    'n -> to_years((n * 100)::integer)',
  ),
  macro(
    {
      name: 'to_millennia',
      category: 'date and time',
      doc: 'An interval of so many millennia.',
      examples: [['to_millennia(2)', '2000 years']],
    },
    'n -> to_years((n * 1000)::integer)',
  ),
  macro(
    {
      name: 'era',
      category: 'date and time',
      doc: '1 for years AD, 0 for years BC.',
      examples: [
        ["era(DATE '2021-01-01')", '1'],
        ["era(DATE '0044-03-15 BC')", '0'],
      ],
    },
    "x -> (sign(date_part('year', x)) + 1)::bigint / 2",
  ),
  macro(
    {
      name: 'julian',
      category: 'date and time',
      doc: 'The Julian day.',
      examples: [["julian(TIMESTAMP '2006-01-01 12:00')", '2453737.5']],
    },
    "x -> date_part('julian', x)",
  ),
  macro(
    {
      name: 'days_in_month',
      category: 'date and time',
      doc: 'The number of days of the month.',
      examples: [["days_in_month(DATE '2024-02-15')", '29']],
    },
    'x -> day(last_day(x))',
  ),
  macro(
    {
      name: 'nanosecond',
      category: 'date and time',
      doc: 'The nanoseconds of the minute.',
      examples: [["nanosecond(TIME '10:11:12.123456')", '12123456000']],
    },
    'x -> microsecond(x) * 1000',
  ),
  macro(
    {
      name: 'timezone_hour',
      category: 'date and time',
      doc: "The hours of the zone's difference to UTC.",
      examples: [["timezone_hour(TIMESTAMPTZ '2020-01-01 00:00:00+02')", '0']],
    },
    "x -> date_part('timezone_hour', x::timestamptz)::bigint",
  ),
  macro(
    {
      name: 'timezone_minute',
      category: 'date and time',
      doc: "The minutes of the zone's difference to UTC.",
      examples: [["timezone_minute(TIMESTAMPTZ '2020-01-01 00:00:00+02')", '0']],
    },
    "x -> date_part('timezone_minute', x::timestamptz)::bigint",
  ),
  macro(
    {
      name: 'current_localtime',
      category: 'date and time',
      doc: 'The time of day in the zone of the session.',
      examples: [['current_localtime() = localtime', 't']],
    },
    ' -> localtime',
  ),
  macro(
    {
      name: 'current_localtimestamp',
      category: 'date and time',
      doc: 'The date and time in the zone of the session.',
      examples: [['current_localtimestamp() = localtimestamp', 't']],
    },
    ' -> localtimestamp',
  ),
  macro(
    {
      name: 'get_current_time',
      category: 'date and time',
      doc: 'The time of day with its zone.',
      examples: [['get_current_time() = current_time', 't']],
    },
    ' -> current_time',
  ),
  macro(
    {
      name: 'ago',
      category: 'date and time',
      doc: 'The instant an interval before now.',
      examples: [["ago(INTERVAL '1 day') = now() - INTERVAL '1 day'", 't']],
    },
    'x -> current_timestamp - x::interval',
  ),
  macro(
    {
      name: 'normalized_interval',
      category: 'date and time',
      doc: 'An interval with days taken to months, and hours to days.',
      examples: [["normalized_interval(INTERVAL '40 days 30 hours')", '1 mon 11 days 06:00:00']],
    },
    'x -> justify_interval(x)',
  ),
]
