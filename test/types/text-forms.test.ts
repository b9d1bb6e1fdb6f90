import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultSettings, Settings } from '../../src/settings.ts'
import type { SqlArray } from '../../src/types/array.ts'
import { arrayOf, BYTEA, type DataType, INTEGER, JSONB, TEXT } from '../../src/types/data-type.ts'
import { formatJson, parseJson } from '../../src/types/json.ts'
import { traits } from '../../src/types/traits.ts'
import type { Value } from '../../src/types/value.ts'
import { outcome } from './outcome.ts'
import { typeOf } from './type-of.ts'

function parse(text: string, type: DataType): Value {
  return traits(type).parse(text, type, defaultSettings)
}

function format(value: Value, type: DataType): string {
  return traits(type).format(value, type, defaultSettings)
}

describe('the text of a type', () => {
  it.each([
    ['boolean', 'true', 't'],
    ['boolean', ' YES ', 't'],
    ['boolean', 'of', 'f'],
    ['boolean', 'o', '22P02 invalid input syntax for type boolean: "o"'],
    ['boolean', 'tr', 't'],
    ['boolean', '', '22P02 invalid input syntax for type boolean: ""'],
    ['boolean', '1', 't'],
    ['boolean', '2', '22P02 invalid input syntax for type boolean: "2"'],
    ['smallint', '32767', '32767'],
    ['smallint', '32768', '22003 value "32768" is out of range for type smallint'],
    ['smallint', ' -5 ', '-5'],
    ['smallint', '1.0', '22P02 invalid input syntax for type smallint: "1.0"'],
    ['smallint', '', '22P02 invalid input syntax for type smallint: ""'],
    ['smallint', '+', '22P02 invalid input syntax for type smallint: "+"'],
    ['smallint', '1 2', '22P02 invalid input syntax for type smallint: "1 2"'],
    ['integer', '-2147483648', '-2147483648'],
    ['integer', '2147483648', '22003 value "2147483648" is out of range for type integer'],
    ['integer', '0x1', '22P02 invalid input syntax for type integer: "0x1"'],
    ['integer', 'x', '22P02 invalid input syntax for type integer: "x"'],
    ['bigint', '9223372036854775807', '9223372036854775807'],
    ['bigint', '9223372036854775808', '22003 value "9223372036854775808" is out of range for type bigint'],
    ['bigint', '-9223372036854775808', '-9223372036854775808'],
    ['bigint', 'abc', '22P02 invalid input syntax for type bigint: "abc"'],
    ['oid', '4294967295', '4294967295'],
    ['oid', '-1', '4294967295'],
    ['oid', '4294967296', '22003 value "4294967296" is out of range for type oid'],
    ['name', 'short', 'short'],
    ['bytea', '\\xDEADbeef', '\\xdeadbeef'],
    ['bytea', '\\x de ad', '\\xdead'],
    ['bytea', '\\x1', '22023 invalid hexadecimal data: odd number of digits'],
    ['bytea', '\\xzz', '22023 invalid hexadecimal digit: "z"'],
    ['bytea', 'a\\134\\000', '\\x615c00'],
    ['bytea', '\\08', '22P02 invalid input syntax for type bytea'],
    ['bytea', 'é', '\\xc3a9'],
    ['uuid', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
    ['uuid', '{a0eebc999c0b4ef8bb6d6bb9bd380a11}', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
    ['uuid', 'a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
    ['uuid', 'a0eebc99', '22P02 invalid input syntax for type uuid: "a0eebc99"'],
    ['bit varying', '1010', '1010'],
    ['bit varying', 'b01', '01'],
    ['bit varying', 'x1F', '00011111'],
    ['bit varying', '12', '22P02 "2" is not a valid binary digit'],
    ['bit varying', 'xg', '22P02 "g" is not a valid hexadecimal digit'],
    ['bit varying', '', ''],
    [
      'jsonb',
      '{"b":1, "a" : [1.50,2,{"c":null}], "aa":true,"b":2}',
      '{"a": [1.50, 2, {"c": null}], "b": 2, "aa": true}',
    ],
    ['jsonb', '"x\\u00e9\\n\\u0001\\ud834\\udd1e"', '"xé\\n\\u0001𝄞"'],
    ['jsonb', '1E-3', '0.001'],
    ['jsonb', '100', '100'],
    ['jsonb', '[]', '[]'],
    ['jsonb', '{}', '{}'],
    ['jsonb', 'foo', '22P02 invalid input syntax for type json'],
    ['jsonb', '"\\u0000"', '22P05 unsupported Unicode escape sequence'],
    ['json', '{"b" :1,"b":2}', '{"b" :1,"b":2}'],
    ['json', '"\\u0000"', '"\\u0000"'],
    ['json', '{', '22P02 invalid input syntax for type json'],
    ['integer[]', '{1,NULL, 3}', '{1,NULL,3}'],
    ['integer[]', '{}', '{}'],
    ['integer[]', '{{1,2},{3,4}}', '{{1,2},{3,4}}'],
    ['integer[]', '[0:1]={5,6}', '[0:1]={5,6}'],
    ['integer[]', '[1:2][3:4]={{1,2},{3,4}}', '[1:2][3:4]={{1,2},{3,4}}'],
    ['integer[]', '{1,2', '22P02 malformed array literal: "{1,2"'],
    ['integer[]', '{{1},{2,3}}', '22P02 malformed array literal: "{{1},{2,3}}"'],
    ['integer[]', '{a}', '22P02 invalid input syntax for type integer: "a"'],
    ['text[]', '{a,"b c","",NULL,"null",\\"x}', '{a,"b c","",NULL,"null","\\"x"}'],
    ['text[]', '{"a\\"b","c\\\\d"}', '{"a\\"b","c\\\\d"}'],
    ['text[]', '{a b , c}', '{"a b",c}'],
    ['text[]', '{"a"b}', '22P02 malformed array literal: "{"a"b}"'],
    ['text[]', '{"{",","}', '{"{",","}'],
    ['int4range', '[1,5)', '[1,5)'],
    ['int4range', '(1,5]', '[2,6)'],
    ['int4range', '(1,1)', 'empty'],
    ['int4range', 'empty', 'empty'],
    ['int4range', '[5,1]', '22000 range lower bound must be less than or equal to range upper bound'],
    ['int4range', '(,)', '(,)'],
    ['int4range', '[,5]', '(,6)'],
    ['int4range', '[1,2147483647]', '22003 integer out of range'],
    ['int4range', '1,5', '22P02 malformed range literal: "1,5"'],
    ['numrange', '[1.50,2)', '[1.50,2)'],
    ['numrange', '(,3]', '(,3]'],
    ['daterange', '[2000-01-01,2000-02-01]', '[2000-01-01,2000-02-02)'],
    ['daterange', '(2000-01-01,infinity]', '[2000-01-02,infinity]'],
    ['tsrange', '[2000-01-01,2000-02-01 12:00)', '["2000-01-01 00:00:00","2000-02-01 12:00:00")'],
    ['int4multirange', '{[5,6],[1,3),[2,4)}', '{[1,4),[5,7)}'],
    ['int4multirange', '{}', '{}'],
    ['int4multirange', '{empty}', '{}'],
    ['int4multirange', 'x', '22P02 malformed multirange literal: "x"'],
  ])('%s reads %j and prints %s', (name, text, expected) => {
    const type = typeOf(name)
    expect(outcome(() => format(parse(text, type), type))).toBe(expected)
  })

  it.each([
    ['json', '{', 'The input string ended unexpectedly.'],
    ['json', '[1,', 'The input string ended unexpectedly.'],
    ['json', '{"a"}', 'Expected ":", but found "}".'],
    ['json', '{"a":}', 'Expected JSON value, but found "}".'],
    ['json', 'tru', 'Token "tru" is invalid.'],
    ['json', '01', 'Token "01" is invalid.'],
    ['json', '"a', 'Token ""a" is invalid.'],
    ['json', '{"a":1}}', 'Expected end of input, but found "}".'],
    ['json', '', 'The input string ended unexpectedly.'],
    ['json', '{"a":1,}', 'Expected string, but found "}".'],
    ['json', '[1 2]', 'Expected "," or "]", but found "2".'],
    ['json', '-', 'Token "-" is invalid.'],
    ['json', '"\\x"', 'Escape sequence "\\x" is invalid.'],
    ['json', '"\t"', 'Character with value 0x09 must be escaped.'],
    ['json', '{1:2}', 'Expected string or "}", but found "1".'],
    ['json', '"\\u00"', '"\\u" must be followed by four hexadecimal digits.'],
    ['json', '[,1]', 'Expected JSON value, but found ",".'],
    ['json', '1.5.2', 'Token "." is invalid.'],
    ['jsonb', '"\\ud834"', 'Unicode low surrogate must follow a high surrogate.'],
    ['jsonb', '"\\udd1e"', 'Unicode low surrogate must follow a high surrogate.'],
    ['jsonb', '"\\u0000"', '\\u0000 cannot be converted to text.'],
    ['integer[]', '1', 'Array value must start with "{" or dimension information.'],
    ['integer[]', '{1,2', 'Unexpected end of input.'],
    ['integer[]', '{1,,2}', 'Unexpected "," character.'],
    ['integer[]', '{1}x', 'Junk after closing right brace.'],
    ['integer[]', '{{1},{2,3}}', 'Multidimensional arrays must have sub-arrays with matching dimensions.'],
    ['integer[]', '[1:3]={1,2}', 'Specified array dimensions do not match array contents.'],
    ['integer[]', '[1:1]{1}', 'Missing "=" after array dimensions.'],
    ['integer[]', '{{1,2},3}', 'Unexpected array element.'],
    ['integer[]', '{{}}', 'Unexpected "}" character.'],
    ['int4range', '1,5', 'Missing left parenthesis or bracket.'],
    ['int4range', '[1', 'Unexpected end of input.'],
    ['int4range', '[1,2', 'Unexpected end of input.'],
    ['int4range', '[1,2,3]', 'Too many commas.'],
    ['int4range', '[1,2]x', 'Junk after right parenthesis or bracket.'],
    ['int4range', '[1 2]', 'Missing comma after lower bound.'],
    ['int4multirange', 'x', 'Missing left brace.'],
    ['int4multirange', '{', 'Unexpected end of input.'],
    ['int4multirange', '{[1,2)x}', 'Expected comma or end of multirange.'],
    ['int4multirange', '{[1,2)}x', 'Junk after closing right brace.'],
  ])('%s refuses %j: %s', (name, text, detail) => {
    expect(() => parse(text, typeOf(name))).toThrow(expect.objectContaining({ detail }))
  })
})

const point: DataType = {
  kind: 'record',
  name: 'point3',
  fields: [
    { name: 'x', type: INTEGER },
    { name: 'label', type: TEXT },
    { name: 'tags', type: arrayOf(TEXT) },
  ],
}

describe('rows', () => {
  it('quote what would be misread, and leave NULL empty', () => {
    const value = [1, 'a "b", \\c', { dimensions: [2], lowerBounds: [1], values: ['x', null] }]
    const text = format(value, point)
    expect(text).toBe('(1,"a ""b"", \\\\c","{x,NULL}")')
    expect(parse(text, point)).toEqual(value)
    expect(format([null, '', null], point)).toBe('(,"",)')
    expect(parse('(,"",)', point)).toEqual([null, '', null])
  })

  it.each([
    ['1,2,3', 'Missing left parenthesis.'],
    ['(1,2', 'Unexpected end of input.'],
    ['(1)', 'Too few columns.'],
    ['(1,2,{},4)', 'Too many columns.'],
    ['(1,2,{})x', 'Junk after right parenthesis.'],
  ])('refuses %j: %s', (text, detail) => {
    expect(() => parse(text, point)).toThrow(expect.objectContaining({ code: '22P02', detail }))
  })
})

describe('maps', () => {
  it('print as DuckDB prints them and read that back', () => {
    const type: DataType = { kind: 'map', key: TEXT, value: INTEGER }
    const pairs = [
      ['a', 1],
      ['b', null],
    ]
    expect(format(pairs, type)).toBe('{a=1, b=NULL}')
    expect(parse('{a=1, b=NULL}', type)).toEqual(pairs)
    expect(parse('{}', type)).toEqual([])
  })
})

describe('bytea', () => {
  it('prints escaped where the setting says so', () => {
    const settings = new Settings()
    settings.set('bytea_output', 'escape')
    expect(traits(BYTEA).format(parse('\\x00415cff', BYTEA), BYTEA, settings)).toBe('\\000A\\\\\\377')
  })
})

describe('jsonb', () => {
  it('reads and prints a depth that no stack could hold', () => {
    const depth = 200000
    const text = '['.repeat(depth) + ']'.repeat(depth)
    expect(formatJson(parseJson(text))).toBe(text)
  })

  it('agrees with JSON.parse', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(JSON.parse(format(parse(text, JSONB), JSONB))).toEqual(JSON.parse(text))
      }),
    )
  })

  it('refuses every text that JSON.parse refuses', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.string({ maxLength: 2 }), (json, at, insertion) => {
        const place = at % (json.length + 1)
        const text = json.slice(0, place) + insertion + json.slice(place)
        let valid = true
        try {
          JSON.parse(text)
        } catch {
          valid = false
        }
        if (!/\\u0000|\\ud[89a-f]/i.test(text))
          expect(outcome(() => parse(text, JSONB) && 'ok').startsWith('22P02')).toBe(!valid)
      }),
    )
  })
})

describe('arrays', () => {
  it('of text read back what they print', () => {
    const type = arrayOf(TEXT)
    const strings = fc.array(fc.option(fc.string({ unit: 'grapheme' })), { minLength: 1 })
    fc.assert(
      fc.property(strings, fc.integer({ min: -5, max: 5 }), (values, bound) => {
        const array: SqlArray = { dimensions: [values.length], lowerBounds: [bound], values }
        expect(parse(format(array, type), type)).toEqual(array)
      }),
    )
  })
})
