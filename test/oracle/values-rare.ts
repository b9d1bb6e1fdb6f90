/** Values of the types that few tables have. */
import type { Random } from './random.ts'
import type { ValueSource } from './values.ts'

const span = (random: Random): string => {
  const low = random.between(0, 15)
  return `[${low},${low + random.between(1, 6)})`
}

export const rareSources: Readonly<Record<string, ValueSource>> = {
  pair: {
    common: ['(1,a)', '(2,b)', '(1,b)', '(,)', '(1,)'],
    extreme: ['(2147483647,"x y")', '(-1,"a,""b")', '(,"")'],
    wide: (random) => `(${random.between(0, 9)},t${random.between(0, 9)})`,
  },
  small: {
    common: ['0', '1', '2', '3', '-1'],
    extreme: ['1000', '-1000'],
    wide: (random) => String(random.between(-200, 200)),
  },
  timetz: {
    common: ['00:00:00+00', '12:00:00+00', '12:30:15+02', '10:00:00-02'],
    extreme: ['24:00:00+00', '23:59:59.999999-08:30'],
    wide: (random) => `${random.between(10, 23)}:${random.between(10, 59)}:00+0${random.between(0, 9)}`,
  },
  'bit varying': {
    common: ['', '0', '1', '101', '1010', '0101'],
    extreme: ['11111111', '10000000000000000000000000000000001'],
    wide: (random) => random.between(1, 255).toString(2),
  },
  'bit(4)': {
    common: ['0000', '1010', '0101', '1111'],
    extreme: ['1000'],
    wide: (random) => random.between(0, 15).toString(2).padStart(4, '0'),
  },
  inet: {
    common: ['10.0.0.1', '10.0.0.0/8', '192.168.1.5/24', '::1'],
    extreme: ['0.0.0.0/0', '255.255.255.255', '2001:db8::/32', '::ffff:1.2.3.4'],
    wide: (random) => `10.${random.between(0, 3)}.${random.between(0, 255)}.${random.between(0, 255)}`,
  },
  int4multirange: {
    common: ['{}', '{[1,5)}', '{[1,3),[5,9)}', '{[3,10)}'],
    extreme: ['{(,)}', '{(,0),[5,)}', '{[-2147483648,2147483647)}'],
    wide: (random) => `{${span(random)},${span(random)}}`,
  },
  numrange: {
    common: ['empty', '[1.5,2.5)', '(0,1]', '[0,10]'],
    extreme: ['(,)', '[5,)', '(,0.0)', '[1.0,1.00]', '[-Infinity,NaN]'],
    wide: (random) => `(${random.between(0, 9)}.5,${random.between(10, 20)}.25]`,
  },
  tsrange: {
    common: ['empty', '[2020-01-01 00:00,2020-02-01 00:00)', '(2020-01-15 12:00,2020-03-01 00:00]'],
    extreme: ['(,)', '[2020-01-01 00:00,infinity]', '(,2020-01-01 00:00)'],
    wide: (random) => `[${random.between(1990, 2010)}-01-01 00:00,${random.between(2011, 2020)}-01-01 12:00)`,
  },
  'date[]': {
    common: ['{}', '{2020-01-01}', '{2020-01-01,2020-02-29}'],
    extreme: ['{infinity}', '{NULL,2000-01-01}'],
    wide: (random) => `{${random.between(1990, 2030)}-0${random.between(1, 9)}-10}`,
  },
  'numeric[]': {
    common: ['{}', '{1}', '{1.5,2}', '{0.25,NULL}'],
    extreme: ['{NaN}', '{1e30,-Infinity}', '{{1,2},{3,4}}'],
    wide: (random) => `{${random.between(-50, 50)}.${random.between(1, 9)},${random.between(0, 9)}}`,
  },
}
