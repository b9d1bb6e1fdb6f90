/** Values of each type, as text that both engines read: ordinary ones, which repeat, and the extremes. */
import type { Random } from './random.ts'
import { rareSources } from './values-rare.ts'

export interface ValueSource {
  /** Few enough that joins and groups meet the same again. */
  readonly common: readonly string[]
  readonly extreme: readonly string[]
  /** One of many. */
  readonly wide: (random: Random) => string
}

const day = (random: Random): string =>
  `${random.between(1950, 2060)}-${two(random.between(1, 12))}-${two(random.between(1, 28))}`
const time = (random: Random): string =>
  `${two(random.between(0, 23))}:${two(random.between(0, 59))}:${two(random.between(0, 59))}`
const two = (number: number): string => String(number).padStart(2, '0')
const hex = (random: Random, digits: number): string =>
  random.times(digits, () => random.between(0, 15).toString(16)).join('')

const words = [
  '',
  'a',
  'b',
  'ab',
  'A',
  'Ab',
  'abc',
  'x y',
  'straße',
  'naïve',
  '日本',
  '😀',
  'a%b',
  'a_b',
  '10',
  '-3',
  ' a ',
]

export const valueSources: Readonly<Record<string, ValueSource>> = {
  boolean: { common: ['true', 'false'], extreme: ['true'], wide: (random) => random.pick(['true', 'false']) },
  smallint: {
    common: ['0', '1', '2', '3', '-1', '10'],
    extreme: ['32767', '-32768'],
    wide: (random) => String(random.between(-200, 200)),
  },
  integer: {
    common: ['0', '1', '2', '3', '5', '-1', '100'],
    extreme: ['2147483647', '-2147483648', '65536'],
    wide: (random) => String(random.between(-1000, 1000)),
  },
  bigint: {
    common: ['0', '1', '2', '3', '-1', '4294967296'],
    extreme: ['9223372036854775807', '-9223372036854775808', '9007199254740993', '-2147483649'],
    wide: (random) => String(random.between(-100000, 100000)),
  },
  numeric: {
    common: ['0', '1', '2', '1.5', '-1', '0.25'],
    extreme: [
      'NaN',
      '123456789012345678901234567890.123456789',
      '-99999999999999999999',
      '0.00000000000000000001',
      '1e30',
      'Infinity',
      '-Infinity',
    ],
    wide: (random) => `${random.between(-5000, 5000)}.${random.between(1, 99) * 10 + random.between(1, 9)}`,
  },
  'numeric(10,2)': {
    common: ['0.00', '1.00', '2.00', '1.50', '-1.00', '10.25'],
    extreme: ['99999999.99', '-99999999.99', 'NaN'],
    wide: (random) => `${random.between(-5000, 5000)}.${two(random.between(0, 99))}`,
  },
  'numeric(18,4)': {
    common: ['0.0000', '1.0000', '0.5000', '-1.2500'],
    extreme: ['99999999999999.9999', '-99999999999999.9999'],
    wide: (random) => `${random.between(-500, 500)}.${two(random.between(0, 99))}05`,
  },
  real: {
    common: ['0', '1', '2', '1.5', '-1', '0.25'],
    extreme: ['NaN', 'Infinity', '-Infinity', '3.4028235e38', '1e-45', '-0'],
    wide: (random) => String(random.between(-4000, 4000) / 4),
  },
  'double precision': {
    common: ['0', '1', '2', '1.5', '-1', '0.25'],
    extreme: ['NaN', 'Infinity', '-Infinity', '1.7976931348623157e308', '5e-324', '-0', '0.1'],
    wide: (random) => String(random.between(-4000, 4000) / 8),
  },
  text: {
    common: words,
    extreme: ['\\', "''", 'a\nb', 'Ω', 'e\u0301', 'x'.repeat(60)],
    wide: (random) => `${random.pick(words)}${random.between(0, 999)}`,
  },
  'character varying(12)': {
    common: words,
    extreme: ["''", 'Ω', 'abcdefghijkl'],
    wide: (random) => `${random.pick(['v', 'w', 'é'])}${random.between(0, 999)}`,
  },
  'character(4)': {
    common: ['', 'a', 'ab', 'b', 'abcd', 'é'],
    extreme: ['日本', '    '],
    wide: (random) => `c${random.between(0, 99)}`,
  },
  date: {
    common: ['2020-01-01', '2020-02-29', '2024-12-31', '2000-01-01', '1999-12-31'],
    extreme: ['infinity', '-infinity', '0044-03-15 BC', '0001-01-01', '4000-01-01 BC'],
    wide: day,
  },
  time: {
    common: ['00:00', '12:00', '12:30:15', '23:59:59.999999'],
    extreme: ['24:00:00', '00:00:00.000001'],
    wide: time,
  },
  timestamp: {
    common: ['2020-01-01 00:00:00', '2020-02-29 12:30:00', '2024-12-31 23:59:59.999999', '2000-01-01 00:00:00'],
    extreme: ['infinity', '-infinity', '0044-03-15 10:00:00 BC', '1969-12-31 23:59:59.5'],
    wide: (random) => `${day(random)} ${time(random)}`,
  },
  timestamptz: {
    common: ['2020-01-01 00:00:00+00', '2020-02-29 12:30:00+00', '2024-06-30 23:59:59.999999+02'],
    extreme: ['infinity', '-infinity', '0044-03-15 10:00:00+00 BC', '1969-12-31 23:59:59.5+00'],
    wide: (random) => `${day(random)} ${time(random)}+00`,
  },
  interval: {
    common: ['0', '1 day', '1 month', '01:30:00', '-1 day', '1 year 2 mons 3 days 04:05:06.7'],
    extreme: ['-1 mon +1 day -00:00:01', '24:00:00', '30 days'],
    wide: (random) => `${random.between(-40, 40)} days ${random.between(0, 50)} hours`,
  },
  uuid: {
    common: ['00000000-0000-0000-0000-000000000000', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
    extreme: ['ffffffff-ffff-ffff-ffff-ffffffffffff'],
    wide: (random) => `${hex(random, 8)}-${hex(random, 4)}-${hex(random, 4)}-${hex(random, 4)}-${hex(random, 12)}`,
  },
  bytea: {
    common: ['', '\\x00', '\\x6162', '\\xff'],
    extreme: ['\\x00ff00ff'],
    wide: (random: Random) => `\\x${hex(random, 6)}`,
  },
  json: {
    common: ['1', 'null', '{"a": 1}', '[1, 2, 3]', '"x"'],
    extreme: ['{"a": {"b": [1, {"c": null}]}}', '{}', '[]', 'true', '{"a":1, "a":2}'],
    wide: (random) => `{"a": ${random.between(0, 50)}, "b": "${random.pick(['x', 'y', 'é'])}"}`,
  },
  jsonb: {
    common: ['1', 'null', '{"a": 1}', '[1, 2, 3]', '"x"', '{"a": [1, 2], "b": "x"}'],
    extreme: ['{"a": {"b": [1, {"c": null}]}}', '{}', '[]', 'true', '1.50', '{"b": 1, "a": 2, "b": 3}'],
    wide: (random) => `{"a": ${random.between(0, 50)}, "b": "${random.pick(['x', 'y', 'é'])}"}`,
  },
  'integer[]': {
    common: ['{}', '{1}', '{1,2}', '{1,2,3}', '{2,1}', '{NULL}'],
    extreme: ['{1,NULL,3}', '{{1,2},{3,4}}', '[0:1]={7,8}', '{2147483647}'],
    wide: (random) => `{${random.times(random.between(1, 4), () => random.between(0, 9)).join(',')}}`,
  },
  'text[]': {
    common: ['{}', '{a}', '{a,b}', '{b,a}', '{""}'],
    extreme: ['{NULL,"NULL"}', '{"a,b","c d"}', '{"\\\\"}'],
    wide: (random) => `{${random.times(random.between(1, 3), () => `t${random.between(0, 9)}`).join(',')}}`,
  },
  mood: { common: ['sad', 'ok', 'happy'], extreme: ['Über'], wide: (random) => random.pick(['sad', 'ok', 'happy']) },
  int4range: {
    common: ['empty', '[1,5)', '[3,10)', '[1,2)'],
    extreme: ['(,)', '[5,)', '(,0)', '[-2147483648,2147483647)'],
    wide: (random) => `[${random.between(0, 10)},${random.between(11, 20)}]`,
  },
  daterange: {
    common: ['empty', '[2020-01-01,2020-02-01)', '[2020-01-15,2020-03-01]'],
    extreme: ['(,)', '[2020-01-01,)', '[2020-01-01,infinity)'],
    wide: (random) => `[${random.between(1990, 2010)}-01-01,${random.between(2011, 2020)}-01-01)`,
  },
  ...rareSources,
}

export const typeNames: readonly string[] = Object.keys(valueSources)

/** A value's text; `extremes` is the share of the unusual ones, `wide` that of many different ones. */
export function randomText(type: string, random: Random, shares: { extremes?: number; wide?: number } = {}): string {
  const { extremes = 0.15, wide = 0.3 } = shares
  const source = valueSources[type] ?? valueSources[baseType(type)]
  const kind = random.next()
  if (kind < extremes) return random.pick(source.extreme)
  if (kind < extremes + wide) return source.wide(random)
  return random.pick(source.common)
}

export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** A type without its length or precision. */
export function baseType(type: string): string {
  return type.replace(/\(.*?\)/, '')
}
