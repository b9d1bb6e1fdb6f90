/**
 * Kernels of joins whose build side has many rows to a key: rows get numbers anew, those of a key one after the other, so that
 * where they begin and how many there are is all that is kept of them.
 *
 *   group_A      counts, sums up and distributes, for an array by key
 *   regroup      walks the chains of a finished table, for others
 *   runsOf       per row that takes part, how many build rows its key has
 *   expandRuns   all pairs, some thousands at a time
 *
 * `order` gets the old numbers of the rows that have a key, and `lengths`, for the first row of each key, how many there are.
 */
import type { ModuleBuilder } from './assembler.ts'
import { backwards, keyAccesses, pairParameters } from './join-library.ts'
import { validAt } from './key-library.ts'
import type { LibraryPart } from './library.ts'
import { element } from './move-library.ts'
import { type Access, accessBytes, i32, load, type Term } from './term.ts'

export const joinGroups: LibraryPart = {
  name: 'join groups',
  write(module) {
    for (const access of keyAccesses) writeGroup(module, access)
    writeRegroup(module)
    writeRuns(module)
  },
}

function writeRegroup(module: ModuleBuilder): void {
  // regroup(heads, count, stride, next, order, lengths) → how many rows chains have; heads are `stride` bytes apart.
  module.function(
    'regroup',
    { heads: 'i32', count: 'i32', stride: 'i32', next: 'i32', order: 'i32', lengths: 'i32' },
    'i32',
    (f, { heads, count, stride, next, order, lengths }) => {
      const n = f.local('i32')
      f.forRange(count, () => {
        const row = f.let(load('u32', heads))
        f.if(row, () => {
          const first = f.let(n)
          f.store('u32', heads, n.add(1))
          f.while(row, () => {
            f.store('u32', element(order, n, 4), row)
            f.set(row, load('u32', element(next, row.sub(1), 4)))
            f.set(n, n.add(1))
          })
          f.store('u32', element(lengths, first, 4), n.sub(first))
        })
        f.set(heads, heads.add(stride))
      })
      f.return(n)
    },
  )
}

function writeRuns(module: ModuleBuilder): void {
  module.function(
    'runsOf',
    { heads: 'i32', count: 'i32', lengths: 'i32', runs: 'i32' },
    null,
    (f, { heads, count, lengths, runs }) => {
      f.forRange(count, (n) => {
        const head = f.let(load('u32', element(heads, n, 4)))
        const length = load('u32', element(lengths, head.sub(head.ne(0)), 4))
        f.store('u32', element(runs, n, 4), head.ne(0).select(length, 0))
      })
    },
  )
  // As `expand`; the second word of `state` says how many pairs of the row there have been.
  module.function(
    'expandRuns',
    { heads: 'i32', runs: 'i32', ...pairParameters },
    'i32',
    (f, { heads, runs, selection, count, outer, capacity, rows, builds, state }) => {
      const n = f.let(load('u32', state))
      const done = f.let(load('u32', state, 4))
      const found = f.local('i32')
      const row = f.local('i32')
      f.while(n.ltU(count).and(found.ltU(capacity)), () => {
        f.set(row, n)
        f.if(selection, () => f.set(row, load('u16', element(selection, n, 2))))
        const length = f.let(load('u32', element(runs, n, 4)))
        const build = f.let(load('u32', element(heads, n, 4)).add(done))
        const left = f.let(length.eqz().and(outer).select(i32(1), length.sub(done)))
        const room = f.let(capacity.sub(found))
        const end = f.let(found.add(left.ltU(room).select(left, room)))
        f.set(done, done.add(end.sub(found)))
        f.while(found.ltU(end), () => {
          f.store('u16', element(rows, found, 2), row)
          f.store('u32', element(builds, found, 4), build)
          f.set(build, build.add(1))
          f.set(found, found.add(1))
        })
        f.if(done.geU(length), () => {
          f.set(n, n.add(1))
          f.set(done, i32(0))
        })
      })
      f.store('u32', state, n)
      f.store('u32', state, done, 4)
      f.return(found)
    },
  )
}

/** group_A(source, validity, rows, low, heads, size, order, lengths) → how many rows have a key. `heads` has room for one more. */
function writeGroup(module: ModuleBuilder, access: Access): void {
  module.function(
    `group_${access}`,
    {
      source: 'i32',
      validity: 'i32',
      rows: 'i32',
      low: 'f64',
      heads: 'i32',
      size: 'i32',
      order: 'i32',
      lengths: 'i32',
    },
    'i32',
    (f, { source, validity, rows, low, heads, size, order, lengths }) => {
      const first = f.let(low.to('i64'))
      const total = f.local('i32')
      const headOf = (row: Term): Term =>
        element(
          heads,
          load(access, element(source, row, accessBytes[access]), 0, 'i64')
            .sub(first)
            .to('i32'),
          4,
        )
      f.fill(heads, i32(0), size.shl(2))
      f.forRange(rows, (row) => {
        f.if(validAt(validity, row), () => {
          const head = f.let(headOf(row))
          f.store('u32', head, load('u32', head).add(1))
        })
      })
      f.forRange(size, (key) => {
        const head = f.let(element(heads, key, 4))
        f.set(total, total.add(load('u32', head)))
        f.store('u32', head, total)
      })
      f.store('u32', element(heads, size, 4), total)
      backwards(f, rows, i32(0), (row) => {
        f.if(validAt(validity, row), () => {
          const head = f.let(headOf(row))
          const place = f.let(load('u32', head).sub(1))
          f.store('u32', head, place)
          f.store('u32', element(order, place, 4), row.add(1))
        })
      })
      f.forRange(size, (key) => {
        const head = f.let(element(heads, key, 4))
        const place = f.let(load('u32', head))
        const length = f.let(load('u32', head, 4).sub(place))
        f.store('u32', head, length.ne(0).select(place.add(1), 0))
        f.if(length, () => f.store('u32', element(lengths, place, 4), length))
      })
      f.return(total)
    },
  )
}
