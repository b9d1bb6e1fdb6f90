/**
 * Code on UTF-8 bytes in memory. Texts are read in words of eight or sixteen bytes, which may run over a text's end by up
 * to fifteen bytes: every block of the pool is padded for that.
 */
import type { FunctionReference, ModuleBuilder } from './assembler.ts'
import type { FunctionBuilder } from './builder.ts'
import { i32, load, simd, type Term } from './term.ts'

const encoder = new TextEncoder()

export function utf8(text: string): Uint8Array {
  return encoder.encode(text)
}

/** Whether a text has no half of a surrogate pair, which UTF-8 cannot say. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text)
}

/** Whether the bytes at an address are those of a constant; the text there must be at least as long. */
export function matchesBytes(address: Term, bytes: Uint8Array, offset = 0): Term {
  let result: Term = i32(1)
  let at = 0
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const and = (term: Term): void => {
    result = at === 0 ? term : result.and(term)
  }
  while (at < bytes.length) {
    const rest = bytes.length - at
    if (rest >= 8) {
      and(load('i64', address, offset + at).eq(view.getBigInt64(at, true)))
      at += 8
    } else if (rest >= 4) {
      and(load('i32', address, offset + at).eq(view.getInt32(at, true)))
      at += 4
    } else if (rest >= 2) {
      and(load('u16', address, offset + at).eq(view.getUint16(at, true)))
      at += 2
    } else {
      and(load('u8', address, offset + at).eq(view.getUint8(at)))
      at += 1
    }
  }
  return result
}

/** Whether a text equals a constant. Texts longer than the padding are read only when the length agrees. */
export function equalsConstant(f: FunctionBuilder, address: Term, length: Term, constant: string): Term {
  const bytes = utf8(constant)
  const sameLength = length.eq(bytes.length)
  if (bytes.length === 0) return sameLength
  if (bytes.length <= 16) return sameLength.and(matchesBytes(address, bytes))
  const result = f.let(sameLength)
  f.if(result, () => f.set(result, matchesBytes(address, bytes)))
  return result
}

/** (address, length, address, length) → 1 when the texts are the same. */
export function textEquals(module: ModuleBuilder): FunctionReference {
  return module.helper(
    'textEquals',
    { a: 'i32', aLength: 'i32', b: 'i32', bLength: 'i32' },
    'i32',
    (f, { a, aLength, b, bLength }) => {
      f.if(aLength.ne(bLength), () => f.return(0))
      f.while(aLength.ge(8), () => {
        f.if(load('i64', a).ne(load('i64', b)), () => f.return(0))
        f.set(a, a.add(8))
        f.set(b, b.add(8))
        f.set(aLength, aLength.sub(8))
      })
      f.if(aLength.eqz(), () => f.return(1))
      const unusedBits = i32(64).sub(aLength.shl(3)).toU('i64')
      f.return(load('i64', a).xor(load('i64', b)).shl(unusedBits).eqz())
    },
  )
}

/** (address, length, address, length) → negative, 0 or positive: the order of the bytes, which is that of the characters. */
export function textCompare(module: ModuleBuilder): FunctionReference {
  return module.helper(
    'textCompare',
    { a: 'i32', aLength: 'i32', b: 'i32', bLength: 'i32' },
    'i32',
    (f, { a, aLength, b, bLength }) => {
      const common = f.let(aLength.lt(bLength).select(aLength, bLength))
      const at = f.local('i32')
      const difference = f.local('i64')
      f.while(at.lt(common), () => {
        f.set(difference, load('i64', a.add(at)).xor(load('i64', b.add(at))))
        f.if(difference.ne(0), () => {
          const first = f.let(at.add(difference.ctz().to('i32').shrU(3)))
          f.if(first.ge(common), () => f.return(aLength.sub(bLength)))
          f.return(load('u8', a.add(first)).sub(load('u8', b.add(first))))
        })
        f.set(at, at.add(8))
      })
      f.return(aLength.sub(bLength))
    },
  )
}

/** (address, length) → a hash of the bytes, all 64 bits of it mixed. */
export function textHash(module: ModuleBuilder): FunctionReference {
  return module.helper('textHash', { a: 'i32', length: 'i32' }, 'i64', (f, { a, length }) => {
    const hash = f.let(length.toU('i64').mul(0x9e3779b97f4a7c15n))
    const mix = (word: Term): void => {
      f.set(hash, hash.xor(word).mul(0xff51afd7ed558ccdn))
      f.set(hash, hash.xor(hash.shrU(32)))
    }
    f.while(length.ge(8), () => {
      mix(load('i64', a))
      f.set(a, a.add(8))
      f.set(length, length.sub(8))
    })
    f.if(length.gt(0), () => mix(load('i64', a).shl(i32(64).sub(length.shl(3)).toU('i64'))))
    f.return(hash.xor(hash.shrU(29)).mul(0xc4ceb9fe1a85ec53n))
  })
}

/**
 * (address, length) → where the needle begins for the first time, or -1. Sixteen places at once: those where both the
 * needle's first and its last byte stand are candidates, whose middle is then compared. In its simple form:
 *
 *   for (at = 0; at <= length - needle.length; at++) if (text.startsWith(needle, at)) return at
 */
export function textFind(module: ModuleBuilder, needle: Uint8Array): FunctionReference {
  return module.helper(`textFind ${needle.join()}`, { a: 'i32', length: 'i32' }, 'i32', (f, { a, length }) => {
    const size = needle.length
    const last = f.let(length.sub(size))
    const at = f.local('i32')
    const first = simd('i8x16.splat', i32(needle[0]))
    const final = simd('i8x16.splat', i32(needle[size - 1]))
    const mask = f.local('i32')
    const found = f.local('i32')
    f.while(at.le(last), () => {
      const place = a.add(at)
      const starts = simd('i8x16.eq', load('v128', place), first)
      const both =
        size === 1 ? starts : simd('v128.and', starts, simd('i8x16.eq', load('v128', place, size - 1), final))
      f.set(mask, simd('i8x16.bitmask', both))
      f.while(mask, () => {
        f.set(found, at.add(mask.ctz()))
        f.if(found.gt(last), () => f.return(-1))
        if (size <= 2) f.return(found)
        else {
          f.if(matchesBytes(a.add(found), needle.subarray(1, size - 1), 1), () => f.return(found))
          f.set(mask, mask.and(mask.sub(1)))
        }
      })
      f.set(at, at.add(16))
    })
    f.return(-1)
  })
}

/** (address, length, n) → the bytes that the first n characters take; all of them when there are fewer. */
export function textOffset(module: ModuleBuilder): FunctionReference {
  return module.helper(
    'textOffset',
    { a: 'i32', length: 'i32', characters: 'i32' },
    'i32',
    (f, { a, length, characters }) => {
      const at = f.local('i32')
      f.while(at.lt(length), () => {
        f.if(startsCharacter(load('u8', a.add(at))), () => {
          f.if(characters.le(0), () => f.return(at))
          f.set(characters, characters.sub(1))
        })
        f.set(at, at.add(1))
      })
      f.return(length)
    },
  )
}

/** (address, length) → the number of characters. */
export function textLength(module: ModuleBuilder): FunctionReference {
  return module.helper('textLength', { a: 'i32', length: 'i32' }, 'i32', (f, { a, length }) => {
    const at = f.local('i32')
    const characters = f.local('i32')
    const continuation = simd('i8x16.splat', i32(-65))
    f.while(at.add(16).le(length), () => {
      const starts = simd('i8x16.gt', load('v128', a.add(at)), continuation)
      f.set(characters, characters.add(simd('i8x16.bitmask', starts).popcnt()))
      f.set(at, at.add(16))
    })
    f.while(at.lt(length), () => {
      f.set(characters, characters.add(startsCharacter(load('u8', a.add(at)))))
      f.set(at, at.add(1))
    })
    f.return(characters)
  })
}

/** Every byte but 10xxxxxx begins a character. */
function startsCharacter(byte: Term): Term {
  return byte.and(0xc0).ne(0x80)
}

/** A LIKE pattern without `_`: what the text must start and end with, and what must stand between, in order. */
export interface SimplePattern {
  readonly prefix: string
  readonly middle: readonly string[]
  readonly suffix: string
  /** No `%`: the text is the prefix. */
  readonly exact: boolean
}

/** Takes a pattern apart; undefined when it has `_` or ends within an escape. */
export function simplePattern(pattern: string, escape = '\\'): SimplePattern | undefined {
  const parts = ['']
  for (let at = 0; at < pattern.length; at++) {
    let character = pattern[at]
    if (character === escape) {
      if (++at === pattern.length) return undefined
      character = pattern[at]
    } else if (character === '%') {
      parts.push('')
      continue
    } else if (character === '_') return undefined
    parts[parts.length - 1] += character
  }
  if (!isWellFormed(pattern)) return undefined
  if (parts.length === 1) return { prefix: parts[0], middle: [], suffix: '', exact: true }
  return {
    prefix: parts[0],
    middle: parts.slice(1, -1).filter((part) => part !== ''),
    suffix: parts.at(-1)!,
    exact: false,
  }
}

/** Whether a text matches a pattern, as a variable. */
export function matchesPattern(f: FunctionBuilder, address: Term, length: Term, pattern: SimplePattern): Term {
  if (pattern.exact) return equalsConstant(f, address, length, pattern.prefix)
  const prefix = utf8(pattern.prefix)
  const suffix = utf8(pattern.suffix)
  const result = f.let(length.ge(prefix.length + suffix.length))
  if (prefix.length > 0) f.if(result, () => f.set(result, matchesBytes(address, prefix)))
  if (suffix.length > 0) {
    f.if(result, () => f.set(result, matchesBytes(address.add(length).sub(suffix.length), suffix)))
  }
  if (pattern.middle.length === 0) return result
  f.if(result, () => {
    const start = f.let(address.add(prefix.length))
    const rest = f.let(length.sub(prefix.length + suffix.length))
    const at = f.local('i32')
    f.block((leave) => {
      for (const part of pattern.middle) {
        const needle = utf8(part)
        f.set(at, f.call(textFind(f.module, needle), start, rest))
        f.if(at.lt(0), () => {
          f.set(result, 0)
          f.branch(leave)
        })
        f.set(start, start.add(at).add(needle.length))
        f.set(rest, rest.sub(at).sub(needle.length))
      }
    })
  })
  return result
}
