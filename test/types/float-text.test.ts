import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDouble, formatReal, parseDouble, parseReal } from '../../src/types/float-text.ts'
import { outcome } from './outcome.ts'

describe('double precision', () => {
  it.each([
    ['0.1', '0.1'],
    ['1e15', '1e+15'],
    ['123456789012345', '123456789012345'],
    ['1e-5', '1e-05'],
    ['0.0001', '0.0001'],
    ['1e100', '1e+100'],
    ['-0', '-0'],
    ['NaN', 'NaN'],
    ['inf', 'Infinity'],
    ['-Infinity', '-Infinity'],
    ['5e-324', '5e-324'],
    ['1.7976931348623157e308', '1.7976931348623157e+308'],
    ['1e309', '22003 "1e309" is out of range for type double precision'],
    ['1e-400', '22003 "1e-400" is out of range for type double precision'],
    ['0.30000000000000004', '0.30000000000000004'],
    ['-200334351754427584', '-2.0033435175442758e+17'],
    ['47004038172852704', '4.7004038172852704e+16'],
    ['0x10', '16'],
    [' 5 ', '5'],
    ['5 x', '22P02 invalid input syntax for type double precision: "5 x"'],
    ['', '22P02 invalid input syntax for type double precision: ""'],
    ['1e', '22P02 invalid input syntax for type double precision: "1e"'],
    ['1_0', '22P02 invalid input syntax for type double precision: "1_0"'],
    ['.5', '0.5'],
    ['5.', '5'],
  ])('reads %j and prints %s', (text, expected) => {
    expect(outcome(() => formatDouble(parseDouble(text)))).toBe(expected)
  })

  it.each([
    ['0.1', 0, '0.1'],
    ['123456789.123456789', 0, '123456789.123457'],
    ['1e15', -3, '1e+15'],
    ['0.5', -14, '0.5'],
    ['2.5', -14, '2'],
    ['1234567', -10, '1.2346e+06'],
    ['100', -13, '1e+02'],
    ['0.00012345', -12, '0.000123'],
  ] as const)('%s with extra_float_digits %i prints %s', (text, extra, expected) => {
    expect(formatDouble(Number(text), extra)).toBe(expected)
  })

  it('reads back what it prints', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(parseDouble(formatDouble(value))).toBe(value)
      }),
    )
  })
})

describe('real', () => {
  it.each([
    ['0.1', '0.1'],
    ['1e6', '1e+06'],
    ['123456', '123456'],
    ['1234567', '1.234567e+06'],
    ['16777217', '1.6777216e+07'],
    ['45218792', '4.5218792e+07'],
    ['0.000244140625', '0.00024414062'],
    ['1e-45', '1e-45'],
    ['1e39', '22003 "1e39" is out of range for type real'],
    ['1e-46', '22003 "1e-46" is out of range for type real'],
    ['3.4028235e38', '3.4028235e+38'],
    ['-0', '-0'],
    ['NaN', 'NaN'],
    ['0.0001', '0.0001'],
    ['1.23e-5', '1.23e-05'],
    ['1.2379400392853803e27', '1.2379401e+27'],
  ])('reads %j and prints %s', (text, expected) => {
    expect(outcome(() => formatReal(parseReal(text)))).toBe(expected)
  })

  it('reads back what it prints', () => {
    fc.assert(
      fc.property(fc.float(), (value) => {
        expect(parseReal(formatReal(value))).toBe(value)
      }),
    )
  })
})
