import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { coerceLength } from '../../src/functions/casts.ts'
import { defaultSettings } from '../../src/settings.ts'
import { arrayOf, type DataType, INTEGER, NUMERIC, TEXT } from '../../src/types/data-type.ts'
import { compositeKey, isComparable, traits, typeOid } from '../../src/types/traits.ts'
import type { Value } from '../../src/types/value.ts'
import { typeOf } from './type-of.ts'

/** Texts of each type in ascending order, equal ones together. */
const ordered: readonly (readonly [type: string, groups: readonly (readonly string[])[]])[] = [
  [
    'numeric',
    [['-inf'], ['-1'], ['0'], ['0.1', '0.10'], ['1', '1.0'], ['1e20', '100000000000000000000.0'], ['inf'], ['NaN']],
  ],
  ['numeric(10,2)', [['-99999999.99'], ['0'], ['1'], ['1.10'], ['NaN']]],
  ['double precision', [['-inf'], ['-0', '0'], ['1'], ['inf'], ['NaN']]],
  ['text', [[''], ['B'], ['a'], ['aa'], ['z'], ['é'], ['�'], ['😀']]],
  ['char(4)', [[''], ['a', 'a '], ['ab'], ['b']]],
  ['boolean', [['f'], ['t']]],
  ['bytea', [['\\x'], ['\\x00'], ['\\x0001'], ['\\xff']]],
  ['date', [['-infinity'], ['0001-01-01 BC'], ['2000-01-01'], ['infinity']]],
  ['timetz', [['12:00+01'], ['13:00+01'], ['12:00+00'], ['11:00-01']]],
  ['timestamp', [['-infinity'], ['2000-01-01'], ['infinity']]],
  ['interval', [['-1 mon'], ['1 day -24:00', '0'], ['1 mon', '30 days', '720:00'], ['31 days']]],
  [
    'jsonb',
    [
      ['[]'],
      ['null'],
      ['""'],
      ['"a"'],
      ['1', '1.0'],
      ['2'],
      ['false'],
      ['true'],
      ['[1]', '[1.0]'],
      ['[[]]'],
      ['[1,2]'],
      ['{}'],
      ['{"a":1}', '{"a":1.0}'],
      ['{"aa":1}'],
      ['{"b":0}'],
    ],
  ],
  ['bit varying', [[''], ['0'], ['1'], ['10'], ['100000001'], ['11']]],
  ['integer[]', [['{}'], ['[0:0]={1}'], ['{1}'], ['{1,2}'], ['{{1,2}}'], ['{1,NULL}'], ['{2}'], ['{NULL}']]],
  ['int4range', [['empty'], ['(,2)'], ['(,)'], ['[1,2)', '(0,2)', '(0,1]'], ['[1,)']]],
  ['numrange', [['[1,2)', '[1.0,2.00)'], ['[1,2]'], ['(1,2)']]],
  ['int4multirange', [['{}'], ['{[1,2)}'], ['{[1,2),[3,4)}']]],
]

function read(text: string, type: DataType): Value {
  return coerceLength(traits(type).parse(text, type, defaultSettings), type, true)
}

/** What a column gives back for a value that was put into it. */
function stored(value: Value, type: DataType): Value {
  const own = traits(type)
  if (own.storage === 'integer') return own.fromInteger(own.toInteger(value, type), type)
  return own.storage === 'bytes' ? own.decode(own.encode(value, type), type) : value
}

describe.each(ordered)('%s', (name, groups) => {
  const type = typeOf(name)
  const own = traits(type)
  const entries = groups.flatMap((texts, rank) => texts.map((text) => ({ rank, value: read(text, type) })))

  it('orders its values, and equals and hashKey agree', () => {
    for (const a of entries) {
      for (const b of entries) {
        expect(Math.sign(own.compare(a.value, b.value, type))).toBe(Math.sign(a.rank - b.rank))
        expect(own.equals(a.value, b.value, type)).toBe(a.rank === b.rank)
        expect(new Set([own.hashKey(a.value, type)]).has(own.hashKey(b.value, type))).toBe(a.rank === b.rank)
      }
    }
  })

  it('comes back from a column as it was', () => {
    for (const { value } of entries) {
      expect(own.format(stored(value, type), type, defaultSettings)).toBe(own.format(value, type, defaultSettings))
    }
  })

  it('keeps its order in the integers of a column', () => {
    if (own.storage !== 'integer') return
    const integers = entries.map(({ value }) => BigInt(own.toInteger(value, type)))
    expect([...integers].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))).toEqual(integers)
  })
})

describe('nested values', () => {
  const row: DataType = {
    kind: 'record',
    name: 'r',
    fields: [
      { name: 'a', type: INTEGER },
      { name: 'b', type: NUMERIC },
    ],
  }
  const types: readonly (readonly [DataType, string])[] = [
    [row, '(1,2.50)'],
    [arrayOf(row), '{"(1,)","(,3)",NULL}'],
    [{ kind: 'map', key: TEXT, value: INTEGER }, '{a=1, b=NULL}'],
    [{ kind: 'domain', name: 'd', base: { kind: 'numeric', precision: 9, scale: 3 } }, '1.500'],
    [{ kind: 'enum', name: 'mood', labels: ['sad', 'ok'] }, 'ok'],
    [{ kind: 'range', name: 'tstzrange', element: { kind: 'timestamptz' } }, '["2000-01-01 00:00:00+00",)'],
    [arrayOf({ kind: 'interval' }), '{"1 day",-00:00:01}'],
    [arrayOf({ kind: 'char', length: 3 }), '{"a  ",b}'],
    [{ kind: 'timetz' }, '12:00:00.5+05:30'],
  ]

  it.each(types)('come back from a column: %j', (type, text) => {
    const value = traits(type).parse(text, type, defaultSettings)
    expect(stored(value, type)).toEqual(value)
    expect(traits(type).format(value, type, defaultSettings)).toBe(text)
    expect(traits(type).compare(value, stored(value, type), type)).toBe(0)
  })

  it('rows put NULL after everything', () => {
    const own = traits(row)
    const one = own.parse('(1,2)', row, defaultSettings)
    expect(own.compare(one, own.parse('(1,)', row, defaultSettings), row)).toBeLessThan(0)
    expect(own.compare(one, own.parse('(0,)', row, defaultSettings), row)).toBeGreaterThan(0)
    expect(own.hashKey(one, row)).toBe(own.hashKey(own.parse('(1,2.000)', row, defaultSettings), row))
  })

  it('enums are ordered by their labels', () => {
    const mood: DataType = { kind: 'enum', name: 'mood', labels: ['sad', 'ok', 'happy'] }
    expect(['happy', 'ok', 'sad'].sort((a, b) => traits(mood).compare(a, b, mood))).toEqual(['sad', 'ok', 'happy'])
  })
})

describe('composite keys', () => {
  it('differ where any part differs', () => {
    const keys = fc.array(fc.option(fc.oneof(fc.string(), fc.bigInt(), fc.integer())), { maxLength: 3 })
    fc.assert(
      fc.property(keys, keys, (a, b) => {
        const same =
          a.length === b.length &&
          a.every((key, i) => String(key) === String(b[i]) && (key === null) === (b[i] === null))
        expect(compositeKey(a) === compositeKey(b)).toBe(same)
      }),
    )
  })
})

it('json has no order', () => {
  expect(isComparable({ kind: 'json' })).toBe(false)
  expect(isComparable(arrayOf({ kind: 'json' }))).toBe(false)
  expect(isComparable({ kind: 'jsonb' })).toBe(true)
})

it('arrays have numbers of their own', () => {
  expect([
    typeOid(INTEGER),
    typeOid(arrayOf(INTEGER)),
    typeOid(typeOf('int4range')),
    typeOid(arrayOf(typeOf('int4range'))),
  ]).toEqual([23, 1007, 3904, 3905])
})
