/**
 * Kernels of join tables over keys that lie neither close together nor far apart: a bit per possible key says which keys
 * there are, and a key's rank, the number of bits before its own, is where its first row stands. An array by key takes 4
 * bytes per possible key, this a fifth of a byte, so that what is looked up stays in the caches near a core.
 *
 *   bits      01000100 …            one per key from the lowest on
 *   ranks     0, 2, 5 …             how many bits are set before each word of 64
 *   heads     first row by rank     left out where the rows are in the order of their keys, one of each: rank + 1
 *
 * (Rank of a bit vector: G. Jacobson, Space-efficient static trees and graphs, FOCS 1989.)
 */
import type { ModuleBuilder } from './assembler.ts'
import type { FunctionBuilder } from './builder.ts'
import { buildParameters, entriesPerStripe, keyAccesses, rowsOfPart } from './join-library.ts'
import type { LibraryPart } from './library.ts'
import { eitherLoop, element } from './move-library.ts'
import { type Access, accessBytes, i32, i64, load, type Term } from './term.ts'

export const joinRanks: LibraryPart = {
  name: 'join ranks',
  write(module) {
    writeRanks(module)
    for (const access of keyAccesses) {
      writeAscends(module, access)
      writeEnter(module, access)
      writeLook(module, access)
    }
  },
}

function writeRanks(module: ModuleBuilder): void {
  // ranks(bits, words, ranks): how many bits are set before each word of 64.
  module.function('ranks', { bits: 'i32', words: 'i32', ranks: 'i32' }, null, (f, { bits, words, ranks }) => {
    const before = f.local('i32')
    f.forRange(words, (word) => {
      f.store('u32', element(ranks, word, 4), before)
      f.set(
        before,
        before.add(
          load('i64', element(bits, word, 8))
            .popcnt()
            .to('i32'),
        ),
      )
    })
  })
}

function writeAscends(module: ModuleBuilder, access: Access): void {
  // ascends_A(source, rows) → whether each value is above the one before it.
  module.function(`ascends_${access}`, { source: 'i32', rows: 'i32' }, 'i32', (f, { source, rows }) => {
    const at = (row: Term): Term => load(access, element(source, row, accessBytes[access]), 0, 'i64')
    const before = f.let(at(i32(0)))
    f.forRange(rows.sub(1), (row) => {
      const value = f.let(at(row.add(1)))
      f.if(value.le(before), () => f.return(0))
      f.set(before, value)
    })
    f.return(1)
  })
}

/** The word that a place's bit is in, the bit itself (0 or 1, i32), and the place's rank. */
function rankOf(f: FunctionBuilder, place: Term, bits: Term, ranks: Term): { readonly bit: Term; readonly rank: Term } {
  const at = f.let(place.shrU(6))
  const shift = f.let(place.and(63).toU('i64'))
  const word = f.let(load('i64', element(bits, at, 8)))
  const below = word.and(i64(1).shl(shift).sub(1)).popcnt().to('i32')
  return {
    bit: word.shrU(shift).to('i32').and(1),
    rank: load('u32', element(ranks, at, 4)).add(below),
  }
}

function writeEnter(module: ModuleBuilder, access: Access): void {
  // As buildDirect_A of the join library; a key's place in `heads` is its rank.
  module.function(
    `enter_${access}`,
    { ...buildParameters, low: 'f64', bits: 'i32', ranks: 'i32', heads: 'i32', next: 'i32' },
    'i32',
    (f, { low, bits, ranks, heads, next, ...rows }) => {
      const { source, part, partBits } = rows
      const first = f.let(low.to('i64'))
      const parts = f.let(i32(1).shl(partBits).sub(1))
      const repeats = f.local('i32')
      const placeOf = (row: Term): Term =>
        load(access, element(source, row, accessBytes[access]), 0, 'i64')
          .sub(first)
          .to('i32')
      rowsOfPart(
        f,
        rows,
        (row) => placeOf(row).shrU(entriesPerStripe).and(parts).eq(part),
        (row) => {
          const { rank } = rankOf(f, f.let(placeOf(row)), bits, ranks)
          const head = f.let(element(heads, rank, 4))
          const before = f.let(load('u32', head))
          f.if(before, () => f.store('u32', element(next, row, 4), before))
          f.set(repeats, repeats.add(before.ne(0)))
          f.store('u32', head, row.add(1))
        },
      )
      f.return(repeats)
    },
  )
}

function writeLook(module: ModuleBuilder, access: Access): void {
  // look_A(source, validity, selection, count, low, size, bits, ranks, heads, target), as lookDirect_A of the join library.
  module.function(
    `look_${access}`,
    {
      source: 'i32',
      validity: 'i32',
      selection: 'i32',
      count: 'i32',
      low: 'f64',
      size: 'f64',
      bits: 'i32',
      ranks: 'i32',
      heads: 'i32',
      target: 'i32',
    },
    null,
    (f, { source, validity, selection, count, low, size, bits, ranks, heads, target }) => {
      const first = f.let(low.to('i64'))
      const range = f.let(size.to('i64'))
      eitherLoop(f, selection, count, (row, n) => {
        const place = f.let(load(access, element(source, row, accessBytes[access]), 0, 'i64').sub(first))
        const inside = f.let(place.ltU(range))
        f.if(validity, () => f.set(inside, inside.and(load('u8', validity.add(row)))))
        const { bit, rank } = rankOf(f, f.let(inside.select(place.to('i32'), 0)), bits, ranks)
        const found = f.let(inside.and(bit))
        const head = f.let(rank)
        f.if(
          heads,
          () => f.set(head, load('u32', element(heads, head, 4))),
          () => f.set(head, head.add(1)),
        )
        f.store('u32', element(target, n, 4), found.select(head, 0))
      })
    },
  )
}
