/** The entries of types that few tables have: money, network addresses, and the numbers of PostgreSQL's own catalogs. */
import { decodeText, encodeText } from './byte-codec.ts'
import { formatMoney, parseMoney } from './money.ts'
import { compareInet, formatCidr, formatInet, parseInet, parseMac } from './network.ts'
import {
  compareTids,
  formatLsn,
  formatSingleByte,
  parseLsn,
  parseSingleByte,
  parseTid,
  parseUnsigned,
} from './system-numbers.ts'
import { BIG_INTEGER, entry, type Of, PLAIN_TEXT, SMALL_INTEGER } from './trait-entry.ts'
import type { TypeTraits } from './type-traits.ts'

type RareKind =
  | 'money'
  | 'inet'
  | 'cidr'
  | 'macaddr'
  | 'macaddr8'
  | 'singlebyte'
  | 'xid'
  | 'cid'
  | 'xid8'
  | 'pg_lsn'
  | 'tid'

/** Unsigned numbers of 64 bits stand in columns as signed ones of the same order. */
const UNSIGNED = {
  ...BIG_INTEGER,
  toInteger: (value: bigint) => value - 9223372036854775808n,
  fromInteger: (stored: number | bigint) => BigInt(stored) + 9223372036854775808n,
}

export const rareTraits: { readonly [K in RareKind]: TypeTraits<Of<K>> } = {
  money: entry<Of<'money'>>({
    names: ['money'],
    internalName: 'money',
    oid: 790,
    arrayOid: 791,
    category: 'N',
    ...BIG_INTEGER,
    parse: parseMoney,
    format: formatMoney,
  }),
  inet: entry<Of<'inet'>>({
    names: ['inet'],
    internalName: 'inet',
    oid: 869,
    arrayOid: 1041,
    category: 'I',
    preferred: true,
    storage: 'bytes',
    parse: (text) => parseInet(text, 'inet'),
    format: formatInet,
    compare: compareInet,
    hashKey: formatCidr,
    encode: (value) => encodeText(formatCidr(value)),
    decode: (bytes) => parseInet(decodeText(bytes), 'inet'),
  }),
  cidr: entry<Of<'cidr'>>({
    names: ['cidr'],
    internalName: 'cidr',
    oid: 650,
    arrayOid: 651,
    category: 'I',
    storage: 'bytes',
    parse: (text) => parseInet(text, 'cidr'),
    format: formatCidr,
    compare: compareInet,
    hashKey: formatCidr,
    encode: (value) => encodeText(formatCidr(value)),
    decode: (bytes) => parseInet(decodeText(bytes), 'cidr'),
  }),
  macaddr: entry<Of<'macaddr'>>({
    names: ['macaddr'],
    internalName: 'macaddr',
    oid: 829,
    arrayOid: 1040,
    category: 'U',
    ...PLAIN_TEXT,
    parse: (text) => parseMac(text, 'macaddr'),
  }),
  macaddr8: entry<Of<'macaddr8'>>({
    names: ['macaddr8'],
    internalName: 'macaddr8',
    oid: 774,
    arrayOid: 775,
    category: 'U',
    ...PLAIN_TEXT,
    parse: (text) => parseMac(text, 'macaddr8'),
  }),
  singlebyte: entry<Of<'singlebyte'>>({
    names: ['"char"'],
    internalName: 'char',
    oid: 18,
    arrayOid: 1002,
    category: 'Z',
    ...PLAIN_TEXT,
    parse: parseSingleByte,
    format: formatSingleByte,
  }),
  xid: entry<Of<'xid'>>({
    names: ['xid'],
    internalName: 'xid',
    oid: 28,
    arrayOid: 1011,
    category: 'U',
    ...SMALL_INTEGER,
    width: 8,
    parse: (text) => Number(parseUnsigned(text, 32)),
  }),
  cid: entry<Of<'cid'>>({
    names: ['cid'],
    internalName: 'cid',
    oid: 29,
    arrayOid: 1012,
    category: 'U',
    ...SMALL_INTEGER,
    width: 8,
    parse: (text) => Number(parseUnsigned(text, 32)),
  }),
  xid8: entry<Of<'xid8'>>({
    names: ['xid8'],
    internalName: 'xid8',
    oid: 5069,
    arrayOid: 271,
    category: 'U',
    ...UNSIGNED,
    parse: (text) => parseUnsigned(text, 64),
  }),
  pg_lsn: entry<Of<'pg_lsn'>>({
    names: ['pg_lsn'],
    internalName: 'pg_lsn',
    oid: 3220,
    arrayOid: 3221,
    category: 'U',
    ...UNSIGNED,
    parse: parseLsn,
    format: formatLsn,
  }),
  tid: entry<Of<'tid'>>({
    names: ['tid'],
    internalName: 'tid',
    oid: 27,
    arrayOid: 1010,
    category: 'U',
    ...PLAIN_TEXT,
    parse: parseTid,
    compare: compareTids,
  }),
}
