/**
 * Kernels of sorting. What is sorted are pairs of 16 bytes: a key word (u64) and a row (u32, counted from 0). Words compare
 * as unsigned numbers in the order that is wanted: signs flipped, descending keys inverted.
 *
 *   wordInteger_A, wordFloat_A, wordRank_A, wordText, wordNull   the key words of the rows of pairs
 *   sortRuns  each run by word, stable: by bytes from the lowest (those that all words share are passed over), small runs by
 *             insertion; a run is a pair of u32, its start and its end
 *   nextRuns  the stretches of equal words within runs
 *   markRuns  clears bits of the bytes of rows that are not the first of their run
 */
import type { ModuleBuilder } from './assembler.ts'
import type { FunctionBuilder } from './builder.ts'
import { validAt } from './key-library.ts'
import type { LibraryPart } from './library.ts'
import { eitherLoop, element } from './move-library.ts'
import { type Access, accessBytes, f64, i32, i64, load, type Term } from './term.ts'

const sign = -(2n ** 63n)

export const sortLibrary: LibraryPart = {
  name: 'sort',
  write(module) {
    for (const access of ['i8', 'i16', 'i32', 'i64'] as const) {
      writeWord(module, `wordInteger_${access}`, access, (_, value) => value.xor(sign))
    }
    for (const access of ['f32', 'f64'] as const) writeWordFloat(module, access)
    writeWordRank(module)
    writeWordText(module)
    writeWordNull(module)
    writeSort(module)
    writeRuns(module)
    writeBounds(module)
  },
}

/** The pair at an address, and loops over pairs [from, to). */
function forPairs(f: FunctionBuilder, pairs: Term, from: Term, to: Term, body: (pair: Term, row: Term) => void): void {
  f.forRange(
    to,
    (i) => {
      const pair = f.let(element(pairs, i, 16))
      body(pair, f.let(load('u32', pair, 8)))
    },
    from,
  )
}

const rangeParameters = { pairs: 'i32', from: 'i32', to: 'i32' } as const

/** name(pairs, from, to, source, validity, inverted): what stands for NULLs is 0 and does not matter. */
function writeWord(
  module: ModuleBuilder,
  name: string,
  access: Access,
  word: (f: FunctionBuilder, value: Term) => Term,
): void {
  module.function(
    name,
    { ...rangeParameters, source: 'i32', validity: 'i32', inverted: 'i32' },
    null,
    (f, { pairs, from, to, source, validity, inverted }) => {
      const mask = f.let(i32(0).sub(inverted).to('i64'))
      forPairs(f, pairs, from, to, (pair, row) => {
        const value = load(access, element(source, row, accessBytes[access]), 0, 'i64')
        f.store('i64', pair, validAt(validity, row).select(word(f, value).xor(mask), 0))
      })
    },
  )
}

/** A float as a signed integer of the same order: both zeros are equal, and NaN, whatever its bits, is the greatest. */
export function floatOrder(f: FunctionBuilder, float: Term): Term {
  const value = f.let(float.add(f64(0)))
  const bits = f.let(value.eq(value).select(value.bits(), i64(2n ** 63n - 1n)))
  return bits.xor(bits.shr(63).and(2n ** 63n - 1n))
}

function writeWordFloat(module: ModuleBuilder, access: 'f32' | 'f64'): void {
  module.function(
    `wordFloat_${access}`,
    { ...rangeParameters, source: 'i32', validity: 'i32', inverted: 'i32' },
    null,
    (f, { pairs, from, to, source, validity, inverted }) => {
      const mask = f.let(i32(0).sub(inverted).to('i64'))
      forPairs(f, pairs, from, to, (pair, row) => {
        const ordered = floatOrder(f, load(access, element(source, row, accessBytes[access])).to('f64'))
        f.store('i64', pair, validAt(validity, row).select(ordered.xor(sign).xor(mask), 0))
      })
    },
  )
}

/** wordRank_A(pairs, from, to, codes, validity, inverted, ranks): the rank (u32) of a dictionary code. */
function writeWordRank(module: ModuleBuilder): void {
  for (const access of ['u8', 'u16', 'u32'] as const) {
    module.function(
      `wordRank_${access}`,
      { ...rangeParameters, codes: 'i32', validity: 'i32', inverted: 'i32', ranks: 'i32' },
      null,
      (f, { pairs, from, to, codes, validity, inverted, ranks }) => {
        const mask = f.let(i32(0).sub(inverted).to('i64'))
        forPairs(f, pairs, from, to, (pair, row) => {
          const word = f.local('i64')
          f.set(word, 0)
          f.if(validAt(validity, row), () => {
            const code = load(access, element(codes, row, accessBytes[access]))
            f.set(word, load('u32', element(ranks, code, 4), 0, 'i64').xor(mask))
          })
          f.store('i64', pair, word)
        })
      },
    )
  }
}

/**
 * wordText(pairs, from, to, refs, validity, inverted, offset): the eight bytes from an offset on, the first the highest;
 * 0 for each beyond the end. Returns whether a text goes on after them.
 */
function writeWordText(module: ModuleBuilder): void {
  module.function(
    'wordText',
    { ...rangeParameters, refs: 'i32', validity: 'i32', inverted: 'i32', offset: 'i32' },
    'i32',
    (f, { pairs, from, to, refs, validity, inverted, offset }) => {
      const mask = f.let(i32(0).sub(inverted).to('i64'))
      const goesOn = f.local('i32')
      forPairs(f, pairs, from, to, (pair, row) => {
        const word = f.local('i64')
        f.set(word, 0)
        f.if(validAt(validity, row), () => {
          const ref = f.let(element(refs, row, 8))
          const rest = f.let(load('u32', ref, 4).sub(offset))
          f.if(rest.gt(0), () => {
            f.set(word, textWord(f, load('u32', ref).add(offset), rest))
          })
          f.set(goesOn, goesOn.or(rest.gt(8)))
        })
        f.store('i64', pair, word.xor(mask))
      })
      f.return(goesOn)
    },
  )
  // commonPrefix(refs, validity, rows) → how many bytes the first text that is not NULL shares with all others.
  module.function(
    'commonPrefix',
    { refs: 'i32', validity: 'i32', rows: 'i32' },
    'i32',
    (f, { refs, validity, rows }) => {
      const first = f.local('i32')
      const common = f.let(i32(-1))
      f.forRange(rows, (row, leave) => {
        f.if(validAt(validity, row), () => {
          const ref = f.let(element(refs, row, 8))
          const address = f.let(load('u32', ref))
          const length = f.let(load('u32', ref, 4))
          f.if(
            common.eq(-1),
            () => {
              f.set(first, address)
              f.set(common, length)
            },
            () => {
              f.if(length.lt(common), () => f.set(common, length))
              const at = f.local('i32')
              f.set(at, 0)
              f.while(at.lt(common), (stop) => {
                f.branchIf(load('u8', first.add(at)).ne(load('u8', address.add(at))), stop)
                f.set(at, at.add(1))
              })
              f.set(common, at)
            },
          )
          f.branchIf(common.eqz(), leave)
        })
      })
      f.return(common.lt(0).select(i32(0), common))
    },
  )
}

/** The first eight bytes of a text, the first the highest; 0 for each beyond its end. The text is not empty. */
function textWord(f: FunctionBuilder, address: Term, length: Term): Term {
  const bytes = f.let(load('i64', address))
  f.if(length.lt(8), () => f.set(bytes, bytes.and(i64(1).shl(length.shl(3).toU('i64')).sub(1))))
  return swapBytes(f, bytes)
}

function swapBytes(f: FunctionBuilder, value: Term): Term {
  const pairs = f.let(value.and(0x00ff00ff00ff00ffn).shl(8).or(value.shrU(8).and(0x00ff00ff00ff00ffn)))
  const quads = f.let(pairs.and(0x0000ffff0000ffffn).shl(16).or(pairs.shrU(16).and(0x0000ffff0000ffffn)))
  return quads.rotl(32)
}

/** wordNull(pairs, from, to, validity, nullsFirst): 1 for what comes second. */
function writeWordNull(module: ModuleBuilder): void {
  module.function(
    'wordNull',
    { ...rangeParameters, validity: 'i32', nullsFirst: 'i32' },
    null,
    (f, { pairs, from, to, validity, nullsFirst }) => {
      forPairs(f, pairs, from, to, (pair, row) =>
        f.store('i64', pair, validAt(validity, row).eq(nullsFirst).toU('i64')),
      )
    },
  )
  module.function('start', { pairs: 'i32', rows: 'i32' }, null, (f, { pairs, rows }) => {
    f.forRange(rows, (row) => f.store('u32', element(pairs, row, 16), row, 8))
  })
  // takeRows(pairs, from, count, target): the rows, counted from 1.
  module.function(
    'takeRows',
    { pairs: 'i32', from: 'i32', count: 'i32', target: 'i32' },
    null,
    (f, { pairs, from, count, target }) => {
      f.forRange(count, (i) =>
        f.store('u32', element(target, i, 4), load('u32', element(pairs, from.add(i), 16), 8).add(1)),
      )
    },
  )
}

const insertionLimit = 24

/** `other` has room for as many pairs, `counts` for 8 × 256 u32. */
function writeSort(module: ModuleBuilder): void {
  const insertion = module.helper('insertion', rangeParameters, null, (f, { pairs, from, to }) => {
    const first = f.let(element(pairs, from, 16))
    const end = f.let(element(pairs, to, 16))
    const current = f.let(first.add(16))
    f.while(current.ltU(end), () => {
      const word = f.let(load('i64', current))
      const row = f.let(load('i64', current, 8))
      const place = f.let(current)
      f.while(place.gtU(first), (leave) => {
        f.branchIf(load('i64', place.sub(16)).leU(word), leave)
        f.store('v128', place, load('v128', place.sub(16)))
        f.set(place, place.sub(16))
      })
      f.store('i64', place, word)
      f.store('i64', place, row, 8)
      f.set(current, current.add(16))
    })
  })
  const sort = module.helper(
    'sort',
    { pairs: 'i32', other: 'i32', from: 'i32', to: 'i32', counts: 'i32' },
    null,
    (f, { pairs, other, from, to, counts }) => {
      const count = f.let(to.sub(from))
      f.if(count.le(insertionLimit), () => {
        f.do(f.call(insertion, pairs, from, to))
        f.return()
      })
      const source = f.let(element(pairs, from, 16))
      const target = f.let(element(other, from, 16))
      const home = f.let(source)
      f.fill(counts, i32(0), i32(8 * 1024))
      const before = f.local('i64')
      const isUnsorted = f.local('i32')
      f.set(before, 0)
      f.set(isUnsorted, 0)
      f.forRange(count, (i) => {
        const word = f.let(load('i64', element(source, i, 16)))
        f.set(isUnsorted, isUnsorted.or(word.ltU(before)))
        f.set(before, word)
        for (let digit = 0; digit < 8; digit++) {
          const slot = f.let(
            counts.add(digit * 1024).add(
              word
                .shrU(digit * 8)
                .to('i32')
                .and(255)
                .shl(2),
            ),
          )
          f.store('u32', slot, load('u32', slot).add(1))
        }
      })
      f.if(isUnsorted.eqz(), () => f.return())
      const digit = f.local('i32')
      f.while(digit.lt(8), () => {
        const own = f.let(counts.add(digit.shl(10)))
        const shift = f.let(digit.shl(3).toU('i64'))
        // A byte that all words share needs no pass.
        const anyByte = load('i64', source).shrU(shift).to('i32').and(255)
        f.if(load('u32', element(own, anyByte, 4)).ne(count), () => {
          const sum = f.local('i32')
          f.set(sum, 0)
          f.forRange(i32(256), (value) => {
            const slot = f.let(element(own, value, 4))
            const size = f.let(load('u32', slot))
            f.store('u32', slot, sum)
            f.set(sum, sum.add(size))
          })
          f.forRange(count, (i) => {
            const pair = f.let(element(source, i, 16))
            const slot = f.let(element(own, load('i64', pair).shrU(shift).to('i32').and(255), 4))
            const place = f.let(load('u32', slot))
            f.store('u32', slot, place.add(1))
            f.store('v128', element(target, place, 16), load('v128', pair))
          })
          const swap = f.let(source)
          f.set(source, target)
          f.set(target, swap)
        })
        f.set(digit, digit.add(1))
      })
      f.if(source.ne(home), () => f.copy(home, source, count.shl(4)))
    },
  )
  // sortRuns(pairs, other, runs, count, counts)
  module.function(
    'sortRuns',
    { pairs: 'i32', other: 'i32', runs: 'i32', count: 'i32', counts: 'i32' },
    null,
    (f, { pairs, other, runs, count, counts }) => {
      f.forRange(count, (n) => {
        const run = f.let(element(runs, n, 8))
        f.do(f.call(sort, pairs, other, load('u32', run), load('u32', run, 4), counts))
      })
    },
  )
}

/**
 * nextRuns(pairs, runs, count, goesOn, wanted, target) → how many stretches of at least two equal words lie within the runs
 * whose byte of `goesOn` is `wanted` (all, when `goesOn` is 0).
 */
function writeRuns(module: ModuleBuilder): void {
  module.function(
    'nextRuns',
    { pairs: 'i32', runs: 'i32', count: 'i32', goesOn: 'i32', wanted: 'i32', target: 'i32' },
    'i32',
    (f, { pairs, runs, count, goesOn, wanted, target }) => {
      const found = f.local('i32')
      const start = f.local('i32')
      const at = f.local('i32')
      const word = f.local('i64')
      const next = f.local('i64')
      const close = (): void => {
        f.if(at.sub(start).gt(1), () => {
          const place = f.let(element(target, found, 8))
          f.store('u32', place, start)
          f.store('u32', place, at, 4)
          f.set(found, found.add(1))
        })
        f.set(start, at)
      }
      f.forRange(count, (n) => {
        const isWanted = goesOn.eqz().or(load('u8', goesOn.select(goesOn.add(n), 1024)).eq(wanted))
        f.if(isWanted, () => {
          const run = f.let(element(runs, n, 8))
          const to = f.let(load('u32', run, 4))
          f.set(start, load('u32', run))
          f.set(at, start.add(1))
          f.set(word, load('i64', element(pairs, start, 16)))
          f.while(at.lt(to), () => {
            f.set(next, load('i64', element(pairs, at, 16)))
            f.if(next.ne(word), close)
            f.set(word, next)
            f.set(at, at.add(1))
          })
          close()
        })
      })
      f.return(found)
    },
  )
  module.function('markRuns', { runs: 'i32', count: 'i32', marks: 'i32', kept: 'i32' }, null, (f, parameters) => {
    const { runs, count, marks, kept } = parameters
    f.forRange(count, (n) => {
      const run = f.let(element(runs, n, 8))
      const at = f.let(load('u32', run).add(1))
      const to = f.let(load('u32', run, 4))
      f.while(at.lt(to), () => {
        const mark = f.let(marks.add(at))
        f.store('u8', mark, load('u8', mark).and(kept))
        f.set(at, at.add(1))
      })
    })
  })
}

/**
 * within_A(values, validity, selection, count, refs, bound, descending, nulls, target) → the rows whose value does not come after
 * the i64 at `bound`; NULLs are kept or not as `nulls` says. Of floats it is their `floatOrder`, of texts their first eight
 * bytes, the sign turned over; u8, u16 and u32 are codes of texts at `refs`.
 */
function writeBounds(module: ModuleBuilder): void {
  const define = (name: string, valueOf: (f: FunctionBuilder, values: Term, row: Term, refs: Term) => Term): void => {
    module.function(
      name,
      {
        values: 'i32',
        validity: 'i32',
        selection: 'i32',
        count: 'i32',
        refs: 'i32',
        bound: 'i32',
        descending: 'i32',
        nulls: 'i32',
        target: 'i32',
      },
      'i32',
      (f, { values, validity, selection, count, refs, bound, descending, nulls, target }) => {
        const mask = f.let(i32(0).sub(descending).to('i64'))
        const limit = f.let(load('i64', bound).xor(mask))
        const found = f.local('i32')
        eitherLoop(f, selection, count, (row) => {
          const keep = f.let(nulls)
          f.if(validAt(validity, row), () => f.set(keep, valueOf(f, values, row, refs).xor(mask).le(limit)))
          f.store('u16', element(target, found, 2), row)
          f.set(found, found.add(keep))
        })
        f.return(found)
      },
    )
  }
  for (const access of ['i8', 'i16', 'i32', 'i64'] as const) {
    define(`within_${access}`, (_, values, row) => load(access, element(values, row, accessBytes[access]), 0, 'i64'))
  }
  for (const access of ['f32', 'f64'] as const) {
    define(`within_${access}`, (f, values, row) =>
      floatOrder(f, load(access, element(values, row, accessBytes[access])).to('f64')),
    )
  }
  const wordAt = (f: FunctionBuilder, ref: Term): Term => {
    const word = f.local('i64')
    const length = f.let(load('u32', ref, 4))
    f.set(word, 0)
    f.if(length, () => f.set(word, textWord(f, load('u32', ref), length)))
    return word.xor(sign)
  }
  define('within_refs', (f, values, row) => wordAt(f, f.let(element(values, row, 8))))
  for (const access of ['u8', 'u16', 'u32'] as const) {
    define(`within_${access}`, (f, values, row, refs) =>
      wordAt(f, f.let(element(refs, load(access, element(values, row, accessBytes[access])), 8))),
    )
  }
}
