/** Operators and functions on network addresses. The six comparisons stand with the others. */
import { SqlError } from '../../error.ts'
import { BIGINT, BOOLEAN, type DataType, INTEGER, TEXT } from '../../types/data-type.ts'
import { addressBits, formatAddress, formatCidr, formatInet, type Inet, networkMask } from '../../types/network.ts'
import { invalidParameter } from '../errors.ts'
import { overload, type ScalarFunction, scalar } from '../function.ts'

const INET: DataType = { kind: 'inet' }
const CIDR: DataType = { kind: 'cidr' }
const MACADDR: DataType = { kind: 'macaddr' }
const MACADDR8: DataType = { kind: 'macaddr8' }

function full({ family }: Inet): bigint {
  return (1n << BigInt(addressBits(family))) - 1n
}

/** Whether the network of the second lies within that of the first, or is the same. */
function includes(outer: Inet, inner: Inet): boolean {
  if (outer.family !== inner.family || outer.bits > inner.bits) return false
  const mask = networkMask(outer)
  return (outer.address & mask) === (inner.address & mask)
}

function overlap(a: Inet, b: Inet): boolean {
  return includes(a, b) || includes(b, a)
}

function sameSize(a: Inet, b: Inet, operation: string): void {
  if (a.family !== b.family) throw invalidParameter(`cannot ${operation} inet values of different sizes`)
}

function bitwise(operation: string, combine: (a: bigint, b: bigint) => bigint): (a: Inet, b: Inet) => Inet {
  return (a, b) => {
    sameSize(a, b, operation)
    return { family: a.family, address: combine(a.address, b.address), bits: Math.max(a.bits, b.bits) }
  }
}

function plus(value: Inet, distance: bigint): Inet {
  const address = value.address + distance
  if (address < 0n || address > full(value)) throw new SqlError('numeric_value_out_of_range', 'result is out of range')
  return { ...value, address }
}

function minus(a: Inet, b: Inet): bigint {
  if (a.family !== b.family) throw invalidParameter('cannot subtract inet values of different sizes')
  // Counted around the 128 bits, as PostgreSQL does: ffff:…:ffff is the one before ::.
  const distance = BigInt.asIntN(128, a.address - b.address)
  if (BigInt.asIntN(64, distance) === distance) return distance
  throw new SqlError('numeric_value_out_of_range', 'result is out of range')
}

function operator(
  name: string,
  doc: string,
  example: readonly [string, string],
  overloads: ScalarFunction['overloads'],
): ScalarFunction {
  return scalar({ name, category: 'network', doc, examples: [example], overloads })
}

/** A MAC address, byte by byte. */
function macBytes(text: string): number[] {
  return text.split(':').map((pair) => Number.parseInt(pair, 16))
}

function macText(bytes: readonly number[]): string {
  return bytes.map((byte) => (byte & 255).toString(16).padStart(2, '0')).join(':')
}

function macBitwise(combine: (a: number, b: number) => number): ScalarFunction['overloads'] {
  return [MACADDR, MACADDR8].map((type) =>
    overload([type, type], type, (a: string, b: string) => {
      const other = macBytes(b)
      return macText(macBytes(a).map((byte, i) => combine(byte, other[i])))
    }),
  )
}

export const networkOperators: readonly ScalarFunction[] = [
  operator(
    '<<',
    'Whether the left network lies within the right one and is not the same.',
    ["inet '192.168.1.5' << inet '192.168.1/24'", 't'],
    [overload([INET, INET], BOOLEAN, (a: Inet, b: Inet) => a.bits > b.bits && includes(b, a))],
  ),
  operator(
    '<<=',
    'Whether the left network lies within the right one or is the same.',
    ["inet '192.168.1/24' <<= inet '192.168.1/24'", 't'],
    [overload([INET, INET], BOOLEAN, (a: Inet, b: Inet) => includes(b, a))],
  ),
  operator(
    '>>',
    'Whether the right network lies within the left one and is not the same.',
    ["inet '192.168.1/24' >> inet '192.168.1.5'", 't'],
    [overload([INET, INET], BOOLEAN, (a: Inet, b: Inet) => b.bits > a.bits && includes(a, b))],
  ),
  operator(
    '>>=',
    'Whether the right network lies within the left one or is the same.',
    ["inet '192.168.1/24' >>= inet '192.168.1/24'", 't'],
    [overload([INET, INET], BOOLEAN, includes)],
  ),
  operator(
    '&&',
    'Whether one of two networks lies within the other.',
    ["inet '192.168.1/24' && inet '192.168.1.80/28'", 't'],
    [overload([INET, INET], BOOLEAN, overlap)],
  ),
  operator(
    '~',
    'The address with each bit turned.',
    ["~ inet '192.168.1.6'", '63.87.254.249'],
    [
      overload([INET], INET, (value: Inet) => ({ ...value, address: ~value.address & full(value) })),
      ...[MACADDR, MACADDR8].map((type) =>
        overload([type], type, (text: string) => macText(macBytes(text).map((byte) => ~byte))),
      ),
    ],
  ),
  operator(
    '&',
    'The bits that both addresses have.',
    ["inet '192.168.1.6' & inet '0.0.0.255'", '0.0.0.6'],
    [
      overload(
        [INET, INET],
        INET,
        bitwise('AND', (a, b) => a & b),
      ),
      ...macBitwise((a, b) => a & b),
    ],
  ),
  operator(
    '|',
    'The bits that any of the addresses has.',
    ["inet '192.168.1.6' | inet '0.0.0.255'", '192.168.1.255'],
    [
      overload(
        [INET, INET],
        INET,
        bitwise('OR', (a, b) => a | b),
      ),
      ...macBitwise((a, b) => a | b),
    ],
  ),
  operator(
    '+',
    'The address so many further on.',
    ["inet '192.168.1.6' + 25", '192.168.1.31'],
    [overload([INET, BIGINT], INET, plus), overload([BIGINT, INET], INET, (n: bigint, value: Inet) => plus(value, n))],
  ),
  operator(
    '-',
    'The address so many before, or how many lie between two.',
    ["inet '192.168.1.43' - 36", '192.168.1.7'],
    [
      overload([INET, BIGINT], INET, (value: Inet, n: bigint) => plus(value, -n)),
      overload([INET, INET], BIGINT, minus),
    ],
  ),
]

function abbreviated(value: Inet): string {
  if (value.family === 6) return formatCidr(value)
  const octets = Math.max(1, Math.ceil(value.bits / 8))
  return `${formatAddress(value).split('.').slice(0, octets).join('.')}/${value.bits}`
}

function withBits(value: Inet, bits: number): Inet {
  const most = addressBits(value.family)
  if (bits < -1 || bits > most) throw invalidParameter(`invalid mask length: ${bits}`)
  return { ...value, bits: bits === -1 ? most : bits }
}

/** The network alone: host bits are 0. */
export function networkOf(value: Inet): Inet {
  return { ...value, address: value.address & networkMask(value) }
}

/** The smallest network that has both. */
function merged(a: Inet, b: Inet): Inet {
  if (a.family !== b.family) throw invalidParameter('cannot merge addresses from different families')
  let bits = Math.min(a.bits, b.bits)
  while (bits > 0 && !includes({ ...a, bits }, { ...b, bits })) bits--
  return networkOf({ ...a, bits })
}

function host(value: Inet): Inet {
  return { ...value, bits: addressBits(value.family) }
}

export const networkFunctions: readonly ScalarFunction[] = [
  operator(
    'abbrev',
    'The address in its short form.',
    ["abbrev(cidr '10.1.0.0/16')", '10.1/16'],
    [overload([INET], TEXT, formatInet), overload([CIDR], TEXT, abbreviated)],
  ),
  operator(
    'broadcast',
    'The last address of the network.',
    ["broadcast(inet '192.168.1.5/24')", '192.168.1.255/24'],
    [
      overload([INET], INET, (value: Inet) => ({
        ...value,
        address: value.address | (full(value) ^ networkMask(value)),
      })),
    ],
  ),
  operator(
    'family',
    '4 or 6, for IPv4 and IPv6.',
    ["family(inet '::1')", '6'],
    [overload([INET], INTEGER, (value: Inet) => value.family)],
  ),
  operator(
    'host',
    'The address as text, without the network.',
    ["host(inet '192.168.1.0/24')", '192.168.1.0'],
    [overload([INET], TEXT, formatAddress)],
  ),
  operator(
    'hostmask',
    'The bits that tell hosts of the network apart.',
    ["hostmask(inet '192.168.23.20/30')", '0.0.0.3'],
    [overload([INET], INET, (value: Inet) => host({ ...value, address: full(value) ^ networkMask(value) }))],
  ),
  operator(
    'masklen',
    'How many bits name the network.',
    ["masklen(inet '192.168.1.5/24')", '24'],
    [overload([INET], INTEGER, (value: Inet) => value.bits)],
  ),
  operator(
    'netmask',
    'The bits that name the network.',
    ["netmask(inet '192.168.1.5/24')", '255.255.255.0'],
    [overload([INET], INET, (value: Inet) => host({ ...value, address: networkMask(value) }))],
  ),
  operator(
    'network',
    'The network of an address.',
    ["network(inet '192.168.1.5/24')", '192.168.1.0/24'],
    [overload([INET], CIDR, networkOf)],
  ),
  operator(
    'set_masklen',
    'The address with so many bits for its network.',
    ["set_masklen(inet '192.168.1.5/24', 16)", '192.168.1.5/16'],
    [
      overload([INET, INTEGER], INET, withBits),
      overload([CIDR, INTEGER], CIDR, (value: Inet, bits: number) => networkOf(withBits(value, bits))),
    ],
  ),
  operator(
    'inet_same_family',
    'Whether both are IPv4 or both IPv6.',
    ["inet_same_family(inet '192.168.1.5/24', inet '::1')", 'f'],
    [overload([INET, INET], BOOLEAN, (a: Inet, b: Inet) => a.family === b.family)],
  ),
  operator(
    'inet_merge',
    'The smallest network that has both.',
    ["inet_merge(inet '192.168.1.5/24', inet '192.168.2.5/24')", '192.168.0.0/22'],
    [overload([INET, INET], CIDR, merged)],
  ),
  operator(
    'trunc',
    'The MAC address with all but its first three bytes 0.',
    ["trunc(macaddr '12:34:56:78:90:ab')", '12:34:56:00:00:00'],
    [MACADDR, MACADDR8].map((type) =>
      overload([type], type, (text: string) => macText(macBytes(text).map((byte, i) => (i < 3 ? byte : 0)))),
    ),
  ),
  operator(
    'macaddr8_set7bit',
    'The MAC address with the seventh bit set, as IPv6 has it.',
    ["macaddr8_set7bit(macaddr8 '00:34:56:ab:cd:ef')", '02:34:56:ff:fe:ab:cd:ef'],
    [
      overload([MACADDR8], MACADDR8, (text: string) =>
        macText(macBytes(text).map((byte, i) => (i === 0 ? byte | 2 : byte))),
      ),
    ],
  ),
]
