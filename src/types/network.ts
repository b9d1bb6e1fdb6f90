/**
 * Network addresses: inet, a host with the bits of its network, and cidr, a network alone. Both are an address, the
 * bits of which the first `bits` name the network. The MAC addresses are kept as their text.
 */
import { SqlError } from '../error.ts'

export interface Inet {
  readonly family: 4 | 6
  readonly address: bigint
  readonly bits: number
}

type NetworkType = 'inet' | 'cidr'

/** How many bits addresses of a family have. */
export function addressBits(family: 4 | 6): number {
  return family === 4 ? 32 : 128
}

/** A mask of the first bits of an address. */
export function networkMask({ family, bits }: Inet): bigint {
  const size = BigInt(addressBits(family))
  return ((1n << size) - 1n) ^ ((1n << (size - BigInt(bits))) - 1n)
}

function invalid(text: string, type: NetworkType): SqlError {
  return new SqlError('invalid_text_representation', `invalid input syntax for type ${type}: "${text}"`)
}

export function parseInet(text: string, type: NetworkType): Inet {
  const [, host, mask] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  if (host === undefined) throw invalid(text, type)
  const value = host.includes(':') ? parseV6(host, mask) : parseV4(host, mask, type)
  if (!value) throw invalid(text, type)
  if (type === 'cidr' && (value.address & ~networkMask(value)) !== 0n) {
    throw new SqlError('invalid_text_representation', `invalid cidr value: "${text}"`, {
      detail: 'Value has bits set to right of mask.',
    })
  }
  return value
}

/** Four numbers; a cidr may leave out the last ones, and has then as many bits as its class and numbers say. */
function parseV4(host: string, mask: string | undefined, type: NetworkType): Inet | undefined {
  const parts = host.split('.')
  if (parts.length > 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)) return undefined
  if (type === 'inet' && parts.length < 4 && mask === undefined) return undefined
  let address = 0n
  for (let i = 0; i < 4; i++) address = (address << 8n) | BigInt(parts[i] ?? 0)
  let bits = mask === undefined ? undefined : Number(mask)
  if (bits === undefined) {
    if (type === 'inet') bits = 32
    else {
      const first = Number(parts[0])
      const ofClass = first >= 240 ? 32 : first >= 224 ? 8 : first >= 192 ? 24 : first >= 128 ? 16 : 8
      bits = Math.max(ofClass, parts.length * 8)
      if (bits === 8 && first === 224) bits = 4
    }
  }
  if (bits > 32) return undefined
  return { family: 4, address, bits }
}

function parseV6(host: string, mask: string | undefined): Inet | undefined {
  const halves = host.split('::')
  if (halves.length > 2) return undefined
  const words = (half: string): number[] | undefined => {
    if (half === '') return []
    const found: number[] = []
    const parts = half.split(':')
    for (const [i, part] of parts.entries()) {
      if (part.includes('.') && i === parts.length - 1) {
        const v4 = parseV4(part, undefined, 'inet')
        if (!v4) return undefined
        found.push(Number(v4.address >> 16n), Number(v4.address & 0xffffn))
      } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) found.push(Number.parseInt(part, 16))
      else return undefined
    }
    return found
  }
  const head = words(halves[0])
  const tail = halves.length === 2 ? words(halves[1]) : []
  if (!head || !tail) return undefined
  const missing = 8 - head.length - tail.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  const all = [...head, ...new Array<number>(missing).fill(0), ...tail]
  const bits = mask === undefined ? 128 : Number(mask)
  if (bits > 128) return undefined
  return { family: 6, address: all.reduce((sum, word) => (sum << 16n) | BigInt(word), 0n), bits }
}

/** The address alone. */
export function formatAddress({ family, address }: Inet): string {
  if (family === 4) return formatV4(address)
  const words = Array.from({ length: 8 }, (_, i) => Number((address >> BigInt(112 - 16 * i)) & 0xffffn))
  let best = { start: -1, length: 0 }
  for (let i = 0; i < 8; i++) {
    let end = i
    while (end < 8 && words[end] === 0) end++
    if (end - i > best.length) best = { start: i, length: end - i }
    if (end > i) i = end
  }
  if (best.length < 2) best = { start: -1, length: 0 }
  const embedded =
    best.start === 0 &&
    (best.length === 6 || (best.length === 7 && words[7] !== 1) || (best.length === 5 && words[5] === 0xffff))
  let text = ''
  for (let i = 0; i < 8; i++) {
    if (best.start >= 0 && i >= best.start && i < best.start + best.length) {
      if (i === best.start) text += ':'
      continue
    }
    if (i !== 0) text += ':'
    if (i === 6 && embedded) return text + formatV4(address & 0xffffffffn)
    text += words[i].toString(16)
  }
  return best.start >= 0 && best.start + best.length === 8 ? `${text}:` : text
}

function formatV4(address: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (address >> shift) & 255n).join('.')
}

export function formatInet(value: Inet): string {
  return value.bits === addressBits(value.family) ? formatAddress(value) : formatCidr(value)
}

export function formatCidr(value: Inet): string {
  return `${formatAddress(value)}/${value.bits}`
}

/** IPv4 first; then by network, by its size, and by host. */
export function compareInet(a: Inet, b: Inet): number {
  if (a.family !== b.family) return a.family - b.family
  const shift = BigInt(addressBits(a.family) - Math.min(a.bits, b.bits))
  return (
    compareBigints(a.address >> shift, b.address >> shift) || a.bits - b.bits || compareBigints(a.address, b.address)
  )
}

function compareBigints(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Reads a MAC address of 6 or 8 bytes in any of its spellings; one of 6 is widened where 8 are wanted. */
export function parseMac(text: string, type: 'macaddr' | 'macaddr8'): string {
  const trimmed = text.trim()
  const bytes = type === 'macaddr' ? macBytes(trimmed) : mac8Bytes(trimmed)
  if (!bytes) throw new SqlError('invalid_text_representation', `invalid input syntax for type ${type}: "${text}"`)
  if (bytes === 'range')
    throw new SqlError('numeric_value_out_of_range', `invalid octet value in "macaddr" value: "${text}"`)
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':')
}

function macBytes(text: string): number[] | 'range' | undefined {
  const six = /^([0-9a-f]+)([:-])([0-9a-f]+)\2([0-9a-f]+)\2([0-9a-f]+)\2([0-9a-f]+)\2([0-9a-f]+)$/i.exec(text)
  if (six) {
    const bytes = [six[1], ...six.slice(3)].map((part) => Number.parseInt(part, 16))
    return bytes.some((byte) => byte > 255) ? 'range' : bytes
  }
  const grouped =
    /^([0-9a-f]{6})[:-]([0-9a-f]{6})$/i.exec(text) ??
    /^([0-9a-f]{4})([.-])([0-9a-f]{4})\2([0-9a-f]{4})$/i.exec(text) ??
    /^([0-9a-f]{12})$/i.exec(text)
  if (!grouped) return undefined
  const digits = grouped.slice(1).join('').replace(/[.-]/g, '')
  return digits.match(/../g)!.map((pair) => Number.parseInt(pair, 16))
}

/** Pairs of digits, with one and the same separator between any of them. */
function mac8Bytes(text: string): number[] | undefined {
  const separator = /[^0-9a-f]/i.exec(text)?.[0]
  if (separator !== undefined && !':-.'.includes(separator)) return undefined
  const parts = separator === undefined ? [text] : text.split(separator)
  if (!parts.every((part) => /^(?:[0-9a-f]{2})+$/i.test(part))) return undefined
  const bytes = parts
    .join('')
    .match(/../g)!
    .map((pair) => Number.parseInt(pair, 16))
  if (bytes.length === 6) return [...bytes.slice(0, 3), 0xff, 0xfe, ...bytes.slice(3)]
  return bytes.length === 8 ? bytes : undefined
}
