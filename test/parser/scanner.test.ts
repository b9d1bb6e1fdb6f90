import { describe, expect, test } from 'vitest'
import { tokenize } from '../../src/parser/scanner.ts'
import { isComplete, splitStatements } from '../../src/parser/script.ts'

const shown = (text: string): string[] => tokenize(text).map((token) => `${token.kind} ${token.value}`)

describe('tokenize', () => {
  test('names words, symbols and literals, with their places', () => {
    expect(tokenize("SELECT a.\"B\" <> 'x''y'")).toEqual([
      { kind: 'keyword', start: 0, end: 6, value: 'select' },
      { kind: 'word', start: 7, end: 8, value: 'a' },
      { kind: 'symbol', start: 8, end: 9, value: '.' },
      { kind: 'quoted-name', start: 9, end: 12, value: 'B' },
      { kind: 'symbol', start: 13, end: 15, value: '<>' },
      { kind: 'string', start: 16, end: 22, value: "x'y" },
    ])
  })

  test('takes the longest operator, but leaves a sign to its number', () => {
    const operators = (text: string): string[] => tokenize(text).map((token) => token.value)
    expect(operators('a*-1')).toEqual(['a', '*', '-', '1'])
    expect(operators('a<-1')).toEqual(['a', '<', '-', '1'])
    expect(operators('a@-1')).toEqual(['a', '@-', '1'])
    expect(operators('a->>1 #>> b')).toEqual(['a', '->>', '1', '#>>', 'b'])
    expect(operators('a!=b')).toEqual(['a', '<>', 'b'])
    expect(operators('a::b := c => d')).toEqual(['a', '::', 'b', ':=', 'c', '=>', 'd'])
    expect(operators('1..2')).toEqual(['1', '..', '2'])
    expect(operators('a=?')).toEqual(['a', '=', '?'])
    expect(operators('a--b')).toEqual(['a', '--b'])
    expect(operators('a*/*b*/c')).toEqual(['a', '*', '/*b*/', 'c'])
  })

  test('folds only ASCII letters', () => {
    expect(shown('ÉCOLE')).toEqual(['word École'])
  })

  test('reads numbers of every kind', () => {
    expect(shown('1 1_000 0x1F 0b11 0o17 1.5e-3 .5 1.')).toEqual(
      ['1', '1000', '31', '3', '15', '1.5e-3', '.5', '1.'].map((value) => `number ${value}`),
    )
  })

  test('reads strings of every kind', () => {
    expect(
      shown("E'a\\n\\x41\\u00e9' U&'d\\0061t' U&'d!0061' UESCAPE '!' $$a'b$$ $t$a$$b$t$ B'01' X'1f' 'a'\n 'b'"),
    ).toEqual([
      'string a\nAé',
      'string dat',
      'string da',
      "string a'b",
      'string a$$b',
      'bit-string b01',
      'bit-string x1f',
      'string ab',
    ])
  })

  test('keeps comments, which nest', () => {
    expect(shown('a -- b\n/* c /* d */ e */ f')).toEqual([
      'word a',
      'comment -- b',
      'comment /* c /* d */ e */',
      'word f',
    ])
  })

  test('never throws', () => {
    expect(shown("select 'abc")).toEqual(['keyword select', "unterminated 'abc"])
    expect(shown('a /* b')).toEqual(['word a', 'unterminated /* b'])
    expect(shown('a \\ b 1x')).toEqual(['word a', 'unterminated \\', 'word b', 'unterminated 1x'])
  })
})

describe('splitStatements', () => {
  const texts = (text: string): string[] => splitStatements(text).map((statement) => statement.text)

  test('cuts at semicolons outside strings, comments and brackets', () => {
    expect(texts("SELECT ';'; -- a;b\nSELECT $$;$$ /* ; */; CREATE RULE r DO (a; b);;")).toEqual([
      "SELECT ';'",
      'SELECT $$;$$',
      'CREATE RULE r DO (a; b)',
    ])
  })

  test('keeps the body of a function whole', () => {
    expect(texts('CREATE PROCEDURE p() BEGIN ATOMIC SELECT 1; SELECT CASE WHEN a THEN 1 END; END; BEGIN; END')).toEqual(
      ['CREATE PROCEDURE p() BEGIN ATOMIC SELECT 1; SELECT CASE WHEN a THEN 1 END; END', 'BEGIN', 'END'],
    )
  })

  test('leaves the data of COPY to it', () => {
    const script = "COPY t FROM STDIN;\n1\tit's\n2\t;\n\\.\nSELECT 1;"
    expect(texts(script)).toEqual(["COPY t FROM STDIN;\n1\tit's\n2\t;\n", 'SELECT 1'])
  })

  test('says what is not finished', () => {
    expect(splitStatements("SELECT 1; SELECT 'a")).toEqual([
      { start: 0, end: 8, text: 'SELECT 1', terminated: true },
      { start: 10, end: 19, text: "SELECT 'a", terminated: false },
    ])
  })
})

test('isComplete asks for a semicolon and for nothing left open', () => {
  expect(isComplete('')).toBe(true)
  expect(isComplete('SELECT 1')).toBe(false)
  expect(isComplete('SELECT 1;')).toBe(true)
  expect(isComplete('SELECT 1; -- done')).toBe(true)
  expect(isComplete("SELECT ';")).toBe(false)
  expect(isComplete('SELECT (1;')).toBe(false)
  expect(isComplete('SELECT 1; /* more')).toBe(false)
  expect(isComplete('CREATE PROCEDURE p() BEGIN ATOMIC SELECT 1;')).toBe(false)
})
