/**
 * Kernels of window functions, over rows in the order of their windows. Places count from 0; `rows` (u32) says which row
 * stands at each, counted from 1, and `marks` where partitions and peers begin (`row-order.ts`). A frame is the places
 * [starts, ends). A row of 0 stands for NULL.
 *
 *   numbers, ranks, denseRanks                 row_number() and its kin, as i64
 *   starts, ends                               of the partition or peers that a place lies in
 *   shifted                                    places at a distance, within the partition
 *   prefix_A, differences, counted, notEmpty   sums and counts of frames, from running ones
 *   floats_A                                   sums of floats, each frame added up from its start
 *   tree_A, treeSums, finishFloats             the same of wide frames, and what is made of sums
 *   extremes_A, better_A                       the row of each frame's least or greatest value; of two such rows
 *   neighbours, picks                          the row at a distance, or the n-th of the frame
 */
import type { ModuleBuilder } from './assembler.ts'
import type { FunctionBuilder } from './builder.ts'
import { validAt } from './key-library.ts'
import type { LibraryPart } from './library.ts'
import { element } from './move-library.ts'
import { partitionStart, peerStart } from './row-order.ts'
import { floatOrder } from './sort-library.ts'
import { type Access, accessBytes, f64, i32, load, type Term } from './term.ts'

const integers: readonly Access[] = ['i8', 'i16', 'i32', 'i64']
const floats: readonly Access[] = ['f32', 'f64']

export const windowLibrary: LibraryPart = {
  name: 'window',
  write(module) {
    writeRanks(module)
    writePlaces(module)
    for (const access of integers) writePrefix(module, access)
    writeDifferences(module)
    for (const access of floats) writeFloats(module, access)
    writeTreeSums(module)
    for (const access of [...integers, ...floats]) writeExtremes(module, access)
    writePicks(module)
  },
}

function at32(list: Term, place: Term): Term {
  return load('u32', element(list, place, 4))
}

function writeRanks(module: ModuleBuilder): void {
  const parameters = { marks: 'i32', count: 'i32', target: 'i32' } as const
  const define = (
    name: string,
    next: (f: FunctionBuilder, place: Term, result: Term, mark: Term, first: Term) => void,
  ) =>
    module.function(name, parameters, null, (f, { marks, count, target }) => {
      const result = f.local('i32')
      const first = f.local('i32')
      f.forRange(count, (place) => {
        const mark = f.let(load('u8', marks.add(place)))
        f.if(mark.and(partitionStart), () => {
          f.set(first, place)
          f.set(result, 0)
        })
        next(f, place, result, mark, first)
        f.store('i64', element(target, place, 8), result.toU('i64'))
      })
    })
  define('numbers', (f, _place, result) => f.set(result, result.add(1)))
  define('ranks', (f, place, result, mark, first) => {
    f.if(mark.and(peerStart), () => f.set(result, place.sub(first).add(1)))
  })
  define('denseRanks', (f, _place, result, mark) => f.set(result, result.add(mark.and(peerStart).ne(0))))
}

function writePlaces(module: ModuleBuilder): void {
  const parameters = { marks: 'i32', count: 'i32', bit: 'i32', target: 'i32' } as const
  module.function('starts', parameters, null, (f, { marks, count, bit, target }) => {
    const start = f.local('i32')
    f.forRange(count, (place) => {
      f.if(load('u8', marks.add(place)).and(bit), () => f.set(start, place))
      f.store('u32', element(target, place, 4), start)
    })
  })
  module.function('ends', parameters, null, (f, { marks, count, bit, target }) => {
    const end = f.let(count)
    const place = f.let(count)
    f.while(place.gt(0), () => {
      f.set(place, place.sub(1))
      f.store('u32', element(target, place, 4), end)
      f.if(load('u8', marks.add(place)).and(bit), () => f.set(end, place))
    })
  })
  // shifted(starts, ends, count, distance, least, target): place + distance within [start, end], and not below `least`.
  module.function(
    'shifted',
    { starts: 'i32', ends: 'i32', count: 'i32', distance: 'i32', least: 'i32', target: 'i32' },
    null,
    (f, { starts, ends, count, distance, least, target }) => {
      f.forRange(count, (place) => {
        const result = f.let(place.add(distance))
        const start = f.let(at32(starts, place))
        const end = f.let(at32(ends, place))
        f.if(result.lt(start), () => f.set(result, start))
        f.if(result.gt(end), () => f.set(result, end))
        f.if(least, () => {
          const lowest = f.let(at32(least, place))
          f.if(result.lt(lowest), () => f.set(result, lowest))
        })
        f.store('u32', element(target, place, 4), result)
      })
    },
  )
}

/** prefix_A(source, validity, rows, count, sums, counts): before each place and after the last, the sum (i64) and number of values. */
function writePrefix(module: ModuleBuilder, access: Access): void {
  module.function(
    `prefix_${access}`,
    { source: 'i32', validity: 'i32', rows: 'i32', count: 'i32', sums: 'i32', counts: 'i32' },
    null,
    (f, { source, validity, rows, count, sums, counts }) => {
      const sum = f.local('i64')
      const found = f.local('i32')
      f.store('i64', sums, sum)
      f.store('u32', counts, found)
      f.forRange(count, (place) => {
        const row = f.let(at32(rows, place).sub(1))
        f.if(validAt(validity, row), () => {
          f.set(sum, sum.add(load(access, element(source, row, accessBytes[access]), 0, 'i64')))
          f.set(found, found.add(1))
        })
        f.store('i64', element(sums, place, 8), sum, 8)
        f.store('u32', element(counts, place, 4), found, 4)
      })
    },
  )
}

function writeDifferences(module: ModuleBuilder): void {
  // `adds`: to what `target` holds.
  const frames = { starts: 'i32', ends: 'i32', count: 'i32', adds: 'i32', target: 'i32' } as const
  module.function('differences', { sums: 'i32', ...frames }, null, (f, { sums, starts, ends, count, adds, target }) => {
    f.forRange(count, (place) => {
      const total = load('i64', element(sums, at32(ends, place), 8)).sub(
        load('i64', element(sums, at32(starts, place), 8)),
      )
      f.store('i64', element(target, place, 8), total.add(adds.select(load('i64', element(target, place, 8)), 0)))
    })
  })
  // counted(counts, …): the number of values in each frame; without counts, of rows.
  module.function('counted', { counts: 'i32', ...frames }, null, (f, { counts, starts, ends, count, adds, target }) => {
    f.forRange(count, (place) => {
      const start = f.let(at32(starts, place))
      const end = f.let(at32(ends, place))
      f.if(counts, () => {
        f.set(start, at32(counts, start))
        f.set(end, at32(counts, end))
      })
      const before = adds.select(load('i64', element(target, place, 8)), 0)
      f.store('i64', element(target, place, 8), end.sub(start).toU('i64').add(before))
    })
  })
  // notEmpty(numbers, count, target): a validity byte per i64 → how many are 0.
  module.function(
    'notEmpty',
    { numbers: 'i32', count: 'i32', target: 'i32' },
    'i32',
    (f, { numbers, count, target }) => {
      const empty = f.local('i32')
      f.forRange(count, (place) => {
        const isSome = f.let(load('i64', element(numbers, place, 8)).ne(0))
        f.store('u8', target.add(place), isSome)
        f.set(empty, empty.add(isSome.eqz()))
      })
      f.return(empty)
    },
  )
}

/** Calls `enter` for the values that come into the frame of each place, `restart` where it does not continue the one before. */
function forFrames(
  f: FunctionBuilder,
  { starts, ends, count, rows, validity }: Readonly<Record<'starts' | 'ends' | 'count' | 'rows' | 'validity', Term>>,
  restart: () => void,
  enter: (row: Term) => void,
  finish: (place: Term) => void,
): void {
  const from = f.local('i32')
  const to = f.local('i32')
  f.forRange(count, (place) => {
    const start = f.let(at32(starts, place))
    const end = f.let(at32(ends, place))
    f.if(start.ne(from).or(end.lt(to)), () => {
      f.set(from, start)
      f.set(to, start)
      restart()
    })
    f.while(to.lt(end), () => {
      const row = f.let(at32(rows, to).sub(1))
      f.if(validAt(validity, row), () => enter(row))
      f.set(to, to.add(1))
    })
    finish(place)
  })
}

/**
 * floats_A(source, validity, rows, starts, ends, second…, third…, count, target): sums, each from the frame's start on. The second and third
 * stretch of a frame, where there are any (not 0), are added up anew for each place.
 */
function writeFloats(module: ModuleBuilder, access: Access): void {
  const valueOf = (source: Term, row: Term): Term => load(access, element(source, row, accessBytes[access])).to('f64')
  module.function(
    `floats_${access}`,
    {
      source: 'i32',
      validity: 'i32',
      rows: 'i32',
      starts: 'i32',
      ends: 'i32',
      secondStarts: 'i32',
      secondEnds: 'i32',
      thirdStarts: 'i32',
      thirdEnds: 'i32',
      count: 'i32',
      target: 'i32',
    },
    null,
    (f, parameters) => {
      const { source, validity, rows, target } = parameters
      // Minus zero leaves the first value as it is.
      const sum = f.let(f64(-0))
      const total = f.local('f64')
      const addStretch = (starts: Term, ends: Term, place: Term): void => {
        f.if(starts, () => {
          const other = f.let(at32(starts, place))
          const end = f.let(at32(ends, place))
          f.while(other.lt(end), () => {
            const row = f.let(at32(rows, other).sub(1))
            f.if(validAt(validity, row), () => f.set(total, total.add(valueOf(source, row))))
            f.set(other, other.add(1))
          })
        })
      }
      forFrames(
        f,
        parameters,
        () => f.set(sum, f64(-0)),
        (row) => f.set(sum, sum.add(valueOf(source, row))),
        (place) => {
          f.set(total, sum)
          addStretch(parameters.secondStarts, parameters.secondEnds, place)
          addStretch(parameters.thirdStarts, parameters.thirdEnds, place)
          f.store('f64', element(target, place, 8), total)
        },
      )
    },
  )
  // tree_A(source, validity, rows, count, width, tree): node n is the sum of nodes 2n and 2n + 1; places are nodes `width` and on.
  module.function(
    `tree_${access}`,
    { source: 'i32', validity: 'i32', rows: 'i32', count: 'i32', width: 'i32', tree: 'i32' },
    null,
    (f, { source, validity, rows, count, width, tree }) => {
      const at = f.let(element(tree, width, 8))
      f.forRange(width, (place) => {
        const value = f.let(f64(-0))
        f.if(place.lt(count), () => {
          const row = f.let(at32(rows, place).sub(1))
          f.if(validAt(validity, row), () => f.set(value, valueOf(source, row)))
        })
        f.store('f64', at, value)
        f.set(at, at.add(8))
      })
      const node = f.let(width)
      f.while(node.gt(1), () => {
        f.set(node, node.sub(1))
        const children = f.let(element(tree, node, 16))
        f.store('f64', element(tree, node, 8), load('f64', children).add(load('f64', children, 8)))
      })
    },
  )
}

function writeTreeSums(module: ModuleBuilder): void {
  // treeSums(tree, width, starts, ends, count, adds, target): of a few nodes for each frame.
  module.function(
    'treeSums',
    { tree: 'i32', width: 'i32', starts: 'i32', ends: 'i32', count: 'i32', adds: 'i32', target: 'i32' },
    null,
    (f, { tree, width, starts, ends, count, adds, target }) => {
      f.forRange(count, (place) => {
        const from = f.let(at32(starts, place).add(width))
        const to = f.let(at32(ends, place).add(width))
        const left = f.let(adds.select(load('f64', element(target, place, 8)), f64(-0)))
        const right = f.let(f64(-0))
        f.while(from.lt(to), () => {
          f.if(from.and(1), () => {
            f.set(left, left.add(load('f64', element(tree, from, 8))))
            f.set(from, from.add(1))
          })
          f.if(to.and(1), () => {
            f.set(to, to.sub(1))
            f.set(right, load('f64', element(tree, to, 8)).add(right))
          })
          f.set(from, from.shrU(1))
          f.set(to, to.shrU(1))
        })
        f.store('f64', element(target, place, 8), left.add(right))
      })
    },
  )
  // finishFloats(numbers, count, average, target) → 1 when a sum is not finite; averages where `average`.
  module.function(
    'finishFloats',
    { numbers: 'i32', count: 'i32', average: 'i32', target: 'i32' },
    'i32',
    (f, { numbers, count, average, target }) => {
      const isInfinite = f.local('i32')
      f.forRange(count, (place) => {
        const sum = f.let(load('f64', element(target, place, 8)))
        f.set(isInfinite, isInfinite.or(sum.sub(sum).eq(0).eqz()))
        f.if(average, () => {
          f.store('f64', element(target, place, 8), sum.div(load('i64', element(numbers, place, 8)).to('f64')))
        })
      })
      f.return(isInfinite)
    },
  )
}

/**
 * extremes_A(source, validity, rows, starts, ends, count, greatest, queue, target): the first of the rows, where several are
 * equal. The queue (16 bytes a place) has the rows of the frame that are better than all after them: words, rows, places.
 */
function writeExtremes(module: ModuleBuilder, access: Access): void {
  const isFloat = access === 'f32' || access === 'f64'
  /** The order of values as that of words; of a greatest value the negated order is the least: its bits are turned over. */
  const wordOf = (f: FunctionBuilder, source: Term, row: Term, mask: Term): Term => {
    const place = element(source, row, accessBytes[access])
    const word = isFloat ? floatOrder(f, load(access, place).to('f64')) : load(access, place, 0, 'i64')
    return word.xor(mask)
  }
  const maskOf = (greatest: Term): Term => i32(0).sub(greatest).to('i64')
  module.function(
    `extremes_${access}`,
    {
      source: 'i32',
      validity: 'i32',
      rows: 'i32',
      starts: 'i32',
      ends: 'i32',
      count: 'i32',
      greatest: 'i32',
      queue: 'i32',
      target: 'i32',
    },
    null,
    (f, { source, validity, rows, starts, ends, count, greatest, queue, target }) => {
      const mask = f.let(maskOf(greatest))
      const first = f.let(queue)
      const last = f.let(queue)
      const from = f.local('i32')
      const to = f.local('i32')
      f.forRange(count, (place) => {
        const start = f.let(at32(starts, place))
        const end = f.let(at32(ends, place))
        f.if(start.lt(from).or(end.lt(to)).or(start.ge(to)), () => {
          f.set(to, start)
          f.set(first, queue)
          f.set(last, queue)
        })
        f.set(from, start)
        f.while(to.lt(end), () => {
          const row = f.let(at32(rows, to).sub(1))
          f.if(validAt(validity, row), () => {
            const word = f.let(wordOf(f, source, row, mask))
            f.while(last.gtU(first).and(word.lt(load('i64', last.sub(16)))), () => f.set(last, last.sub(16)))
            f.store('i64', last, word)
            f.store('u32', last, row.add(1), 8)
            f.store('u32', last, to, 12)
            f.set(last, last.add(16))
          })
          f.set(to, to.add(1))
        })
        f.while(first.ltU(last).and(load('u32', first, 12).lt(start)), () => f.set(first, first.add(16)))
        f.store('u32', element(target, place, 4), first.ltU(last).select(load('u32', first, 8), 0))
      })
    },
  )
  // better_A(source, others, count, greatest, target): of two rows per place, the one in `target` where they are equal.
  module.function(
    `better_${access}`,
    { source: 'i32', others: 'i32', count: 'i32', greatest: 'i32', target: 'i32' },
    null,
    (f, { source, others, count, greatest, target }) => {
      const mask = f.let(maskOf(greatest))
      f.forRange(count, (place) => {
        const other = f.let(at32(others, place))
        f.if(other, () => {
          const own = f.let(at32(target, place))
          const isBetter = f.let(own.eqz())
          f.if(own, () => {
            const word = f.let(wordOf(f, source, own.sub(1), mask))
            f.set(isBetter, wordOf(f, source, other.sub(1), mask).lt(word))
          })
          f.if(isBetter, () => f.store('u32', element(target, place, 4), other))
        })
      })
    },
  )
}

function writePicks(module: ModuleBuilder): void {
  const frames = { rows: 'i32', starts: 'i32', ends: 'i32', count: 'i32' } as const
  // neighbours(rows, starts, ends, count, distance, otherwise, target): `otherwise` where the partition has no such place.
  module.function(
    'neighbours',
    { ...frames, distance: 'i32', otherwise: 'i32', target: 'i32' },
    null,
    (f, { rows, starts, ends, count, distance, otherwise, target }) => {
      f.forRange(count, (place) => {
        const other = f.let(place.add(distance))
        const row = f.let(otherwise)
        const isInside = other.ge(at32(starts, place)).and(other.lt(at32(ends, place)))
        f.if(isInside, () => f.set(row, at32(rows, other)))
        f.store('u32', element(target, place, 4), row)
      })
    },
  )
  // picks(rows, starts, ends, count, n, fromEnd, target): the n-th row of each frame, from 0.
  module.function(
    'picks',
    { ...frames, n: 'i32', fromEnd: 'i32', target: 'i32' },
    null,
    (f, { rows, starts, ends, count, n, fromEnd, target }) => {
      f.forRange(count, (place) => {
        const start = f.let(at32(starts, place))
        const end = f.let(at32(ends, place))
        const other = f.let(fromEnd.select(end.sub(1).sub(n), start.add(n)))
        const row = f.local('i32')
        f.set(row, 0)
        f.if(other.ge(start).and(other.lt(end)), () => f.set(row, at32(rows, other)))
        f.store('u32', element(target, place, 4), row)
      })
    },
  )
  // shares(starts, ends, marked, count, cumulative, target): cume_dist() where `cumulative`, else percent_rank(), as f64.
  module.function(
    'shares',
    { starts: 'i32', ends: 'i32', marked: 'i32', count: 'i32', cumulative: 'i32', target: 'i32' },
    null,
    (f, { starts, ends, marked, count, cumulative, target }) => {
      f.forRange(count, (place) => {
        const start = f.let(at32(starts, place))
        const size = f.let(at32(ends, place).sub(start))
        const before = f.let(at32(marked, place).sub(start))
        const whole = f.let(cumulative.select(size, size.sub(1)))
        f.store('f64', element(target, place, 8), whole.eqz().select(f64(0), before.to('f64').div(whole.to('f64'))))
      })
    },
  )
}
