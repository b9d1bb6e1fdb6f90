import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Decimal } from '../../src/types/decimal.ts'
import { decimalExp, decimalLn, decimalLog, decimalPower, decimalSqrt } from '../../src/types/decimal-functions.ts'
import { outcome } from './outcome.ts'

const decimal = Decimal.parse

describe('numeric', () => {
  it.each([
    ['1', '1'],
    ['1.50', '1.50'],
    [' -0.5 ', '-0.5'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['1e3', '1000'],
    ['1.5e-3', '0.0015'],
    ['00012.300', '12.300'],
    ['-0.0', '0.0'],
    ['NaN', 'NaN'],
    ['inf', 'Infinity'],
    ['-Infinity', '-Infinity'],
    ['1e', '22P02 invalid input syntax for type numeric: "1e"'],
    ['.', '22P02 invalid input syntax for type numeric: "."'],
    ['', '22P02 invalid input syntax for type numeric: ""'],
    ['1 2', '22P02 invalid input syntax for type numeric: "1 2"'],
    ['abc', '22P02 invalid input syntax for type numeric: "abc"'],
    ['1_0', '22P02 invalid input syntax for type numeric: "1_0"'],
    ['1e131072', '22003 value overflows numeric format'],
    ['1e-16384', '22003 value overflows numeric format'],
    ['0x10', '22P02 invalid input syntax for type numeric: "0x10"'],
    ['--1', '22P02 invalid input syntax for type numeric: "--1"'],
  ])('reads %j as %s', (text, expected) => {
    expect(outcome(() => decimal(text))).toBe(expected)
  })

  it.each([
    ['1', '+', '3', '4'],
    ['1', '-', '3', '-2'],
    ['1', '*', '3', '3'],
    ['1', '/', '3', '0.33333333333333333333'],
    ['1', '%', '3', '1'],
    ['2', '+', '3', '5'],
    ['2', '-', '3', '-1'],
    ['2', '*', '3', '6'],
    ['2', '/', '3', '0.66666666666666666667'],
    ['2', '%', '3', '2'],
    ['10', '+', '3', '13'],
    ['10', '-', '3', '7'],
    ['10', '*', '3', '30'],
    ['10', '/', '3', '3.3333333333333333'],
    ['10', '%', '3', '1'],
    ['1', '+', '7', '8'],
    ['1', '-', '7', '-6'],
    ['1', '*', '7', '7'],
    ['1', '/', '7', '0.14285714285714285714'],
    ['1', '%', '7', '1'],
    ['100', '+', '0.3', '100.3'],
    ['100', '-', '0.3', '99.7'],
    ['100', '*', '0.3', '30.0'],
    ['100', '/', '0.3', '333.3333333333333333'],
    ['100', '%', '0.3', '0.1'],
    ['0.0001', '+', '3', '3.0001'],
    ['0.0001', '-', '3', '-2.9999'],
    ['0.0001', '*', '3', '0.0003'],
    ['0.0001', '/', '3', '0.000033333333333333333333'],
    ['0.0001', '%', '3', '0.0001'],
    ['1.00', '+', '2.0', '3.00'],
    ['1.00', '-', '2.0', '-1.00'],
    ['1.00', '*', '2.0', '2.000'],
    ['1.00', '/', '2.0', '0.50000000000000000000'],
    ['1.00', '%', '2.0', '1.00'],
    ['12345678901234567890', '+', '7', '12345678901234567897'],
    ['12345678901234567890', '-', '7', '12345678901234567883'],
    ['12345678901234567890', '*', '7', '86419752308641975230'],
    ['12345678901234567890', '/', '7', '1763668414462081127'],
    ['12345678901234567890', '%', '7', '1'],
    ['-7', '+', '2', '-5'],
    ['-7', '-', '2', '-9'],
    ['-7', '*', '2', '-14'],
    ['-7', '/', '2', '-3.5000000000000000'],
    ['-7', '%', '2', '-1'],
    ['1', '+', '1e10', '10000000001'],
    ['1', '-', '1e10', '-9999999999'],
    ['1', '*', '1e10', '10000000000'],
    ['1', '/', '1e10', '0.0000000001000000000000000000'],
    ['1', '%', '1e10', '1'],
    ['9999.9', '+', '0.0001', '9999.9001'],
    ['9999.9', '-', '0.0001', '9999.8999'],
    ['9999.9', '*', '0.0001', '0.99999'],
    ['9999.9', '/', '0.0001', '99999000.000000000000'],
    ['9999.9', '%', '0.0001', '0.0000'],
    ['5', '+', 'NaN', 'NaN'],
    ['5', '-', 'NaN', 'NaN'],
    ['5', '*', 'NaN', 'NaN'],
    ['5', '/', 'NaN', 'NaN'],
    ['5', '%', 'NaN', 'NaN'],
    ['Infinity', '+', '2', 'Infinity'],
    ['Infinity', '-', '2', 'Infinity'],
    ['Infinity', '*', '2', 'Infinity'],
    ['Infinity', '/', '2', 'Infinity'],
    ['Infinity', '%', '2', 'NaN'],
    ['1', '+', 'Infinity', 'Infinity'],
    ['1', '-', 'Infinity', '-Infinity'],
    ['1', '*', 'Infinity', 'Infinity'],
    ['1', '/', 'Infinity', '0'],
    ['1', '%', 'Infinity', '1'],
    ['-1.5', '+', '0.25', '-1.25'],
    ['-1.5', '-', '0.25', '-1.75'],
    ['-1.5', '*', '0.25', '-0.375'],
    ['-1.5', '/', '0.25', '-6.0000000000000000'],
    ['-1.5', '%', '0.25', '0.00'],
    ['1e-10', '+', '3e5', '300000.0000000001'],
    ['1e-10', '-', '3e5', '-299999.9999999999'],
    ['1e-10', '*', '3e5', '0.0000300000'],
    ['1e-10', '/', '3e5', '0.00000000000000033333333333333333'],
    ['1e-10', '%', '3e5', '0.0000000001'],
  ])('%s %s %s is %s', (left, operator, right, expected) => {
    const [a, b] = [decimal(left), decimal(right)]
    const results: Record<string, () => Decimal> = {
      '+': () => a.add(b),
      '-': () => a.subtract(b),
      '*': () => a.multiply(b),
      '/': () => a.divide(b),
      '%': () => a.remainder(b),
    }
    expect(outcome(results[operator])).toBe(expected)
  })

  it.each([
    ['2.5', 0, '3', '2'],
    ['-2.5', 0, '-3', '-2'],
    ['3.5', 0, '4', '3'],
    ['1234.567', -2, '1200', '1200'],
    ['1250', -2, '1300', '1200'],
    ['0.005', 2, '0.01', '0.00'],
    ['1.5', 3, '1.500', '1.500'],
    ['-0.4', 0, '0', '0'],
    ['99.995', 2, '100.00', '99.99'],
    ['1', -1, '0', '0'],
    ['5', -1, '10', '0'],
  ] as const)('%s to %i digits is rounded %s and cut %s', (text, scale, rounded, cut) => {
    expect(decimal(text).round(scale).toString()).toBe(rounded)
    expect(decimal(text).truncate(scale).toString()).toBe(cut)
  })

  it.each([
    ['0.1', '0.1', '0.1'],
    ['1e20', '100000000000000000000', '100000000000000000000'],
    ['123456789.123456789', '123456789.123457', '123457000'],
    ['1e-7', '0.0000001', '0.0000001'],
    ['0.30000000000000004', '0.3', '0.3'],
    ['100000000000000.5', '100000000000000', '100000000000000'],
    ['2.5', '2.5', '2.5'],
    ['-1234567890123456', '-1234567890123460', '-1234570000000000'],
  ])('from the double %s is %s, from the real %s', (text, fromDouble, fromReal) => {
    expect(Decimal.fromNumber(Number(text)).toString()).toBe(fromDouble)
    expect(Decimal.fromNumber(Math.fround(Number(text)), 6).toString()).toBe(fromReal)
  })

  it('refuses division by zero and what has no real result', () => {
    expect(outcome(() => decimal('1').divide(decimal('0.00')))).toBe('22012 division by zero')
    expect(outcome(() => decimal('1').remainder(Decimal.ZERO))).toBe('22012 division by zero')
    expect(outcome(() => decimalSqrt(decimal('-1')))).toBe('2201F cannot take square root of a negative number')
    expect(outcome(() => decimalLn(Decimal.ZERO))).toBe('2201E cannot take logarithm of zero')
    expect(outcome(() => decimalPower(Decimal.ZERO, decimal('-1')))).toBe(
      '2201F zero raised to a negative power is undefined',
    )
  })

  it.each([
    ['sqrt', '2', '1.414213562373095'],
    ['sqrt', '144.0', '12.000000000000000'],
    ['sqrt', '0.0004', '0.02000000000000000'],
    ['sqrt', '99999999999999999999', '10000000000.0000000'],
    ['exp', '1', '2.7182818284590452'],
    ['exp', '-10.5', '0.00002753644934974716'],
    ['exp', '100', '26881171418161354484126255515800135873611119'],
    ['ln', '2', '0.6931471805599453'],
    ['ln', '0.999', '-0.0010005003335835335'],
    ['ln', '12345.678', '9.4210613212918320'],
    ['ln', '1.0', '0.0000000000000000'],
    ['exp', '0.0', '1.0000000000000000'],
  ])('%s(%s) is %s', (name, text, expected) => {
    const functions: Record<string, (value: Decimal) => Decimal> = { sqrt: decimalSqrt, exp: decimalExp, ln: decimalLn }
    expect(functions[name](decimal(text)).toString()).toBe(expected)
  })

  it.each([
    ['2', '10', '1024.0000000000000000'],
    ['2', '-3', '0.1250000000000000'],
    ['2.5', '3', '15.6250000000000000'],
    ['10', '-20', '0.0000000000000000'],
    ['0', '0', '1.0000000000000000'],
    ['-2', '3', '-8.0000000000000000'],
    ['2', '0.5', '1.4142135623730950'],
    ['1.0001', '1000', '1.1051653926032327'],
    ['0.5', '100.25', '0.0000000000000000000000000000006633503073341491'],
    ['9', '-0.5', '0.3333333333333333'],
    [
      '1.5',
      '1e3',
      '123384059690617347922743909948678005742186900514842808542522975184329422623652841193932245134021231941529455308114511924428000273557831297406949841351167568024301164105271903064.9873554242577840',
    ],
  ])('%s to the power of %s is %s', (base, exponent, expected) => {
    expect(decimalPower(decimal(base), decimal(exponent)).toString()).toBe(expected)
  })

  it.each([
    ['2', '64', '6.0000000000000000'],
    ['10', '0.001', '-3.0000000000000000'],
    ['2.5', '10', '2.5129415947320601'],
    ['100', '5', '0.3494850021680094'],
  ])('the logarithm to base %s of %s is %s', (base, value, expected) => {
    expect(decimalLog(decimal(base), decimal(value)).toString()).toBe(expected)
  })

  const anyDecimal = fc
    .tuple(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), fc.nat(30))
    .map(([coefficient, scale]) => Decimal.fromBigInt(coefficient, scale))

  it('reads back what it prints', () => {
    fc.assert(
      fc.property(anyDecimal, (value) => {
        const again = decimal(value.toString())
        expect([again.coefficient, again.scale]).toEqual([value.coefficient, value.scale])
      }),
    )
  })

  it('adds, multiplies and divides without loss where nothing need be lost', () => {
    fc.assert(
      fc.property(anyDecimal, anyDecimal, (a, b) => {
        expect(a.add(b).subtract(b).equals(a)).toBe(true)
        if (!b.isZero()) {
          const whole = a.divideInteger(b)
          expect(whole.multiply(b).add(a.remainder(b)).equals(a)).toBe(true)
        }
      }),
    )
  })

  it('has one hash key for equal values, and only for those', () => {
    fc.assert(
      fc.property(anyDecimal, anyDecimal, fc.nat(5), (a, b, more) => {
        expect(a.rescale(a.scale + more).hashKey()).toBe(a.hashKey())
        expect(a.hashKey() === b.hashKey()).toBe(a.equals(b))
      }),
    )
  })

  it('agrees with the nearest double', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(decimal(String(value)).toNumber()).toBe(value === 0 ? 0 : value)
      }),
    )
  })
})
