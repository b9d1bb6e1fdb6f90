import { describe, expect, it } from 'vitest'
import { arrayOf, type DataType, INTEGER, SMALLINT, TEXT } from '../../src/types/data-type.ts'
import { typeOid } from '../../src/types/traits.ts'
import {
  isSerial,
  resolveTypeName,
  sameBaseType,
  typeEquals,
  typeName,
  withoutModifiers,
} from '../../src/types/type-names.ts'
import { outcome } from './outcome.ts'
import { typeOf } from './type-of.ts'

describe('a type name', () => {
  it.each([
    ['int4', 'integer', '23'],
    ['int', 'integer', '23'],
    ['bool', 'boolean', '16'],
    ['float8', 'double precision', '701'],
    ['float', 'double precision', '701'],
    ['float(24)', 'real', '700'],
    ['float(25)', 'double precision', '701'],
    ['numeric', 'numeric', '1700'],
    ['numeric(10,2)', 'numeric(10,2)', '1700'],
    ['numeric(5)', 'numeric(5,0)', '1700'],
    ['decimal(3,-1)', 'numeric(3,-1)', '1700'],
    ['varchar', 'character varying', '1043'],
    ['varchar(5)', 'character varying(5)', '1043'],
    ['char', 'character(1)', '1042'],
    ['char(3)', 'character(3)', '1042'],
    ['timestamp(3)', 'timestamp(3) without time zone', '1114'],
    ['timestamptz', 'timestamp with time zone', '1184'],
    ['timestamp with time zone', 'timestamp with time zone', '1184'],
    ['time(0)', 'time(0) without time zone', '1083'],
    ['time with time zone', 'time with time zone', '1266'],
    ['interval', 'interval', '1186'],
    ['bit', 'bit(1)', '1560'],
    ['bit(3)', 'bit(3)', '1560'],
    ['varbit(3)', 'bit varying(3)', '1562'],
    ['text', 'text', '25'],
    ['oid', 'oid', '26'],
    ['int8', 'bigint', '20'],
    ['regtype', 'regtype', '2206'],
    ['int4range', 'int4range', '3904'],
    ['int4multirange', 'int4multirange', '4451'],
    ['double precision', 'double precision', '701'],
    ['character varying(7)', 'character varying(7)', '1043'],
    ['name', 'name', '19'],
    ['json', 'json', '114'],
  ])('%s means %s, number %s', (text, name, oid) => {
    expect(typeName(typeOf(text))).toBe(name)
    expect(String(typeOid(typeOf(text)))).toBe(oid)
  })

  it.each([
    ['numeric(0)', '22023 NUMERIC precision 0 must be between 1 and 1000'],
    ['numeric(1001)', '22023 NUMERIC precision 1001 must be between 1 and 1000'],
    ['numeric(3,1001)', '22023 NUMERIC scale 1001 must be between -1000 and 1000'],
    ['varchar(0)', '22023 length for type varchar must be at least 1'],
    ['varchar(99999999)', '22023 length for type varchar cannot exceed 10485760'],
    ['char(0)', '22023 length for type char must be at least 1'],
    ['bit(0)', '22023 length for type bit must be at least 1'],
    ['float(0)', '22023 precision for type float must be at least 1 bit'],
    ['float(54)', '22023 precision for type float must be less than 54 bits'],
    ['text(3)', '42601 type modifier is not allowed for type "text"'],
    ['int4(3)', '42601 type modifier is not allowed for type "int4"'],
    ['foo', '42704 type "foo" does not exist'],
    ['numeric(1,2,3)', '22023 invalid NUMERIC type modifier'],
  ])('%s is refused: %s', (text, expected) => {
    expect(outcome(() => typeOf(text))).toBe(expected)
  })

  it.each([
    ['hugeint', 'hugeint'],
    ['tinyint', 'tinyint'],
    ['ubigint', 'ubigint'],
    ['string', 'text'],
    ['blob', 'bytea'],
    ['double', 'double precision'],
    ['timestamp_ms', 'timestamp(3) without time zone'],
    ['datetime', 'timestamp without time zone'],
    ['_int4', 'integer[]'],
    ['pg_catalog.int4', 'integer'],
  ])('of other systems, %s is %s', (text, expected) => {
    expect(typeName(typeOf(text))).toBe(expected)
  })

  it('says that a type of PostgreSQL is missing rather than unknown', () => {
    expect(outcome(() => typeOf('xml'))).toBe('0A000 type "xml" is not supported')
  })

  it('in quotes is a name of the catalog', () => {
    expect(resolveTypeName({ parts: ['int4'], quoted: true })).toEqual(INTEGER)
    expect(outcome(() => resolveTypeName({ parts: ['integer'], quoted: true }))).toBe(
      '42704 type "integer" does not exist',
    )
  })

  it('may be a user’s', () => {
    const mood: DataType = { kind: 'enum', name: 'Mood', labels: ['ok'] }
    const lookup = (parts: readonly string[]): DataType | undefined => (parts.join('.') === 'Mood' ? mood : undefined)
    expect(resolveTypeName({ parts: ['Mood'], arrayBounds: [null, 3] }, lookup)).toEqual(arrayOf(mood))
    expect(typeName(arrayOf(mood))).toBe('"Mood"[]')
    expect(outcome(() => resolveTypeName({ parts: ['s', 'mood'] }, lookup))).toBe('42704 type "s.mood" does not exist')
  })

  it('of an interval carries its fields, of a struct and a map what they hold', () => {
    expect(typeName(resolveTypeName({ parts: ['interval'], intervalFields: 'day to second', modifiers: [3] }))).toBe(
      'interval day to second(3)',
    )
    expect(resolveTypeName({ parts: ['struct'], fields: [{ name: 'a', type: TEXT }] })).toEqual({
      kind: 'record',
      fields: [{ name: 'a', type: TEXT }],
    })
    expect(typeName(resolveTypeName({ parts: ['map'], typeArguments: [TEXT, INTEGER] }))).toBe('map(text, integer)')
  })

  it('of a serial column stands for an integer', () => {
    expect([isSerial(['serial']), isSerial(['smallserial']), isSerial(['integer'])]).toEqual([
      INTEGER,
      SMALLINT,
      undefined,
    ])
  })
})

describe('two types', () => {
  it('are equal with their modifiers, or the same without', () => {
    const [short, long] = [typeOf('varchar(3)'), typeOf('varchar(5)')]
    expect(typeEquals(short, typeOf('character varying(3)'))).toBe(true)
    expect(typeEquals(arrayOf(short), arrayOf(long))).toBe(false)
    expect(sameBaseType(arrayOf(short), arrayOf(long))).toBe(true)
    expect(typeEquals(typeOf('numeric(4)'), typeOf('numeric(4,0)'))).toBe(true)
    expect(withoutModifiers(arrayOf(short))).toEqual(arrayOf({ kind: 'varchar' }))
  })
})
