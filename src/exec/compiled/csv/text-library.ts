/**
 * Texts: into a heap, or as codes of a dictionary.
 *
 *   heap    target: offsets of a heap segment; spec: address of the heap, bytes used (updated), bytes there are, most bytes of a text
 *   codes   target: u32 codes; spec: address of the book, its slots − 1, the dictionary's refs
 *   remember(address, length, code, book, mask)   puts a code into the book, which must have room
 *
 * The book is a hash table of its own beside the dictionary's: a word of hash and a code + 1 per slot, filled when a text is
 * met for the first time, which is refused and goes through the builder. Its hash takes eight bytes at a time.
 */
import type { FunctionReference, ModuleBuilder } from '../assembler.ts'
import type { LibraryPart } from '../library.ts'
import { element } from '../move-library.ts'
import { i32, i64, lanes, load, simd, type Term } from '../term.ts'
import { textEquals } from '../text-code.ts'
import { defineFieldLoop } from './field-loop.ts'

export const csvTextLibrary: LibraryPart = {
  name: 'csv texts',
  write(module) {
    writeHeap(module)
    writeCodes(module)
    module.function(
      'remember',
      { address: 'i32', length: 'i32', code: 'i32', book: 'i32', mask: 'i32' },
      null,
      (f, { address, length, code, book, mask }) => {
        const hash = f.let(f.call(bookHash(module), address, length))
        const slot = f.let(hash.and(mask))
        f.while(load('i32', element(book, slot, 8), 4).ne(0), () => f.set(slot, slot.add(1).and(mask)))
        f.store('i32', element(book, slot, 8), hash)
        f.store('i32', element(book, slot, 8), code.add(1), 4)
      },
    )
  },
}

function writeHeap(module: ModuleBuilder): void {
  const valid = isUtf8(module)
  defineFieldLoop(module, 'heap', (f, { target, spec }) => {
    const heap = f.let(load('i32', spec))
    const used = f.let(load('i32', spec, 4))
    const capacity = f.let(load('i32', spec, 8))
    const longest = f.let(load('i32', spec, 12))
    return {
      field({ address, length, row, refuse }) {
        f.if(length.gtU(longest).or(used.add(length).gtU(capacity)), refuse)
        const to = f.let(heap.add(used))
        f.if(f.call(copyAscii(module), address, length, to).eqz(), () => {
          f.if(f.call(valid, address, length).eqz(), refuse)
          f.copy(to, address, length)
        })
        f.set(used, used.add(length))
        f.store('i32', element(target, row, 4), used, 4)
      },
      gap: (row) => f.store('i32', element(target, row, 4), used, 4),
      end: () => f.store('i32', spec, used, 4),
    }
  })
}

/** Copies a text by words of sixteen, over its end; 0 when there is a byte beyond ASCII, or a zero. */
function copyAscii(module: ModuleBuilder): FunctionReference {
  return module.helper('copyAscii', { from: 'i32', length: 'i32', to: 'i32' }, 'i32', (f, { from, length, to }) => {
    const rest = f.let(length)
    const zero = lanes(new Array(16).fill(0))
    const odd = (bytes: Term): Term => simd('i8x16.bitmask', simd('v128.or', bytes, simd('i8x16.eq', bytes, zero)))
    f.while(rest.gt(16), () => {
      const bytes = f.let(load('v128', from))
      f.if(odd(bytes), () => f.return(0))
      f.store('v128', to, bytes)
      f.set(from, from.add(16))
      f.set(to, to.add(16))
      f.set(rest, rest.sub(16))
    })
    const bytes = f.let(load('v128', from))
    f.store('v128', to, bytes)
    f.return(odd(bytes).and(i32(1).shl(rest).sub(1)).eqz())
  })
}

/** Whether bytes are UTF-8, and none is zero. */
function isUtf8(module: ModuleBuilder): FunctionReference {
  return module.helper('isUtf8', { address: 'i32', length: 'i32' }, 'i32', (f, { address, length }) => {
    const at = f.let(address)
    const end = f.let(address.add(length))
    const refuse = (): void => f.return(0)
    f.while(at.ltU(end), () => {
      const lead = f.let(load('u8', at))
      f.if(lead.eqz(), refuse)
      f.set(at, at.add(1))
      f.if(lead.ge(0x80), () => {
        // The second byte rules out overlong forms, surrogates and what lies beyond U+10FFFF.
        const low = f.let(i32(0x80))
        const high = f.let(i32(0xbf))
        const following = f.let(lead.ge(0xf0).select(i32(3), lead.ge(0xe0).select(i32(2), 1)))
        f.if(lead.lt(0xc2).or(lead.gt(0xf4)), refuse)
        f.if(lead.eq(0xe0), () => f.set(low, 0xa0))
        f.if(lead.eq(0xed), () => f.set(high, 0x9f))
        f.if(lead.eq(0xf0), () => f.set(low, 0x90))
        f.if(lead.eq(0xf4), () => f.set(high, 0x8f))
        f.if(end.sub(at).lt(following), refuse)
        f.while(following.gt(0), () => {
          const byte = f.let(load('u8', at))
          f.if(byte.lt(low).or(byte.gt(high)), refuse)
          f.set(low, 0x80)
          f.set(high, 0xbf)
          f.set(at, at.add(1))
          f.set(following, following.sub(1))
        })
      })
    })
    f.return(1)
  })
}

function writeCodes(module: ModuleBuilder): void {
  const hashOf = bookHash(module)
  const equals = textEquals(module)
  defineFieldLoop(module, 'codes', (f, { target, spec }) => {
    const book = f.let(load('i32', spec))
    const mask = f.let(load('i32', spec, 4))
    const refs = f.let(load('i32', spec, 8))
    return {
      field({ address, length, row, refuse }) {
        const hash = f.let(f.call(hashOf, address, length))
        const slot = f.let(hash.and(mask))
        const code = f.local('i32')
        f.block((found) => {
          f.loop((again) => {
            const place = f.let(element(book, slot, 8))
            f.set(code, load('i32', place, 4).sub(1))
            f.if(code.lt(0), refuse)
            f.if(load('i32', place).eq(hash), () => {
              const ref = f.let(element(refs, code, 8))
              f.branchIf(f.call(equals, address, length, load('i32', ref), load('i32', ref, 4)), found)
            })
            f.set(slot, slot.add(1).and(mask))
            f.branch(again)
          })
        })
        f.store('i32', element(target, row, 4), code)
      },
      gap: (row) => f.store('i32', element(target, row, 4), i32(0)),
      end: () => {},
    }
  })
}

/** Eight bytes at a time, the last of them shifted so that nothing beyond the text counts. */
function bookHash(module: ModuleBuilder): FunctionReference {
  return module.helper('bookHash', { address: 'i32', length: 'i32' }, 'i32', (f, { address, length }) => {
    const hash = f.let(length.toU('i64'))
    const rest = f.let(length)
    const mix = (word: Term): void => {
      f.set(hash, hash.xor(word).mul(i64(-7046029254386353131n)))
      f.set(hash, hash.xor(hash.shrU(32)))
    }
    f.while(rest.ge(8), () => {
      mix(load('i64', address))
      f.set(address, address.add(8))
      f.set(rest, rest.sub(8))
    })
    f.if(rest, () => mix(load('i64', address).shl(i32(64).sub(rest.shl(3)).toU('i64'))))
    f.return(hash.to('i32'))
  })
}
