/**
 * Moving values between vectors. A selection of 0 stands for all rows.
 *
 *   copy_S_D(source, target, selection, count)   target[n] = source[selection[n]], widened from S to D
 *   take_W(source, target, rows, count)          target[n] = source[rows[n]], rows as u32 counted from 1; 0 takes what
 *                                                lies before row 1, which a validity says is NULL
 *   scatter_W(source, target, at, rows, count)   target[at[n]] = source[rows[n]]
 *   …Valid                                       the same for validity bytes, where 0 as the source means none is NULL
 */
import type { ModuleBuilder } from './assembler.ts'
import type { FunctionBuilder } from './builder.ts'
import type { LibraryPart } from './library.ts'
import { forRows } from './loop.ts'
import { type Access, accessBytes, i32, load, type Term } from './term.ts'

const copies: readonly (readonly [source: Access, target: Access])[] = [
  ['u8', 'u8'],
  ['u16', 'u16'],
  ['i32', 'i32'],
  ['i64', 'i64'],
  ['i8', 'i16'],
  ['i8', 'i32'],
  ['i8', 'i64'],
  ['i16', 'i32'],
  ['i16', 'i64'],
  ['i32', 'i64'],
  ['u8', 'u16'],
  ['u8', 'u32'],
  ['u16', 'u32'],
]

const widths: readonly (readonly [bytes: number, access: Access])[] = [
  [1, 'u8'],
  [2, 'u16'],
  [4, 'i32'],
  [8, 'i64'],
]

export const moveLibrary: LibraryPart = {
  name: 'move',
  write(module) {
    for (const [source, target] of copies) writeCopy(module, source, target)
    for (const [bytes, access] of widths) {
      module.function(
        `take_${bytes}`,
        { source: 'i32', target: 'i32', rows: 'i32', count: 'i32' },
        null,
        (f, { source, target, rows, count }) => {
          const first = f.let(source.sub(bytes))
          f.forRange(count, (n) => {
            const value = load(access, element(first, load('u32', rows.add(n.shl(2))), bytes))
            f.store(access, element(target, n, bytes), value)
          })
        },
      )
      module.function(
        `scatter_${bytes}`,
        { source: 'i32', target: 'i32', at: 'i32', rows: 'i32', count: 'i32' },
        null,
        (f, { source, target, at, rows, count }) => {
          const first = f.let(source.sub(bytes))
          f.forRange(count, (n) => {
            const value = load(access, element(first, load('u32', rows.add(n.shl(2))), bytes))
            f.store(access, element(target, load('u16', at.add(n.shl(1))), bytes), value)
          })
        },
      )
    }
    writeValidity(module)
    writeTexts(module)
    writeBounds(module)
  },
}

export function element(base: Term, index: Term, bytes: number): Term {
  return base.add(index.shl(Math.log2(bytes)))
}

/** Emits two loops, for a selection and for all rows. */
export function eitherLoop(f: FunctionBuilder, selection: Term, count: Term, body: (row: Term, n: Term) => void): void {
  f.if(
    selection,
    () => forRows(f, false, count, selection, body),
    () => forRows(f, true, count, selection, body),
  )
}

function writeCopy(module: ModuleBuilder, source: Access, target: Access): void {
  module.function(
    `copy_${source}_${target}`,
    { from: 'i32', to: 'i32', selection: 'i32', count: 'i32' },
    null,
    (f, { from, to, selection, count }) => {
      const type = target === 'i64' ? 'i64' : 'i32'
      const move = (row: Term, n: Term): void => {
        f.store(
          target,
          element(to, n, accessBytes[target]),
          load(source, element(from, row, accessBytes[source]), 0, type),
        )
      }
      if (accessBytes[source] !== accessBytes[target]) eitherLoop(f, selection, count, move)
      else {
        f.if(
          selection,
          () => forRows(f, false, count, selection, move),
          () => f.copy(to, from, count.mul(accessBytes[source])),
        )
      }
    },
  )
}

function writeValidity(module: ModuleBuilder): void {
  /** Of a row counted from 1: 0 for row 0; else the source's byte, or 1 without a source. */
  const validAt = (source: Term, row: Term): Term => {
    const address = source.select(source.sub(1).add(row), 1024)
    return load('u8', address).or(source.eqz()).and(1).and(row.ne(0))
  }
  module.function(
    'takeValid',
    { source: 'i32', target: 'i32', rows: 'i32', count: 'i32' },
    null,
    (f, { source, target, rows, count }) => {
      f.forRange(count, (n) => {
        const row = f.let(load('u32', rows.add(n.shl(2))))
        f.store('u8', target.add(n), validAt(source, row))
      })
    },
  )
  module.function(
    'scatterValid',
    { source: 'i32', target: 'i32', at: 'i32', rows: 'i32', count: 'i32' },
    null,
    (f, { source, target, at, rows, count }) => {
      f.forRange(count, (n) => {
        const row = f.let(load('u32', rows.add(n.shl(2))))
        f.store('u8', target.add(load('u16', at.add(n.shl(1)))), validAt(source, row))
      })
    },
  )
}

function writeTexts(module: ModuleBuilder): void {
  for (const width of ['u8', 'u16', 'u32'] as const) {
    // What stands for a NULL may be no code at all, so only valid rows are looked up.
    module.function(
      `codesToRefs_${width}`,
      { codes: 'i32', validity: 'i32', dictionary: 'i32', target: 'i32', selection: 'i32', count: 'i32' },
      null,
      (f, { codes, validity, dictionary, target, selection, count }) => {
        eitherLoop(f, selection, count, (row, n) => {
          const pair = f.local('i64')
          f.set(pair, 0)
          const valid = load('u8', validity.select(validity.add(row), 1024)).or(validity.eqz())
          f.if(valid, () =>
            f.set(pair, load('i64', dictionary.add(load(width, element(codes, row, accessBytes[width])).shl(3)))),
          )
          f.store('i64', target.add(n.shl(3)), pair)
        })
      },
    )
  }
  module.function(
    'textBytes',
    { refs: 'i32', validity: 'i32', selection: 'i32', count: 'i32' },
    'f64',
    (f, { refs, validity, selection, count }) => {
      const total = f.local('i64')
      eitherLoop(f, selection, count, (row) => {
        const valid = load('u8', validity.select(validity.add(row), 1024)).or(validity.eqz())
        const length = load('u32', refs.add(row.shl(3)), 4).toU('i64')
        f.set(total, total.add(valid.and(1).eqz().select(i32(0).toU('i64'), length)))
      })
      f.return(total.to('f64'))
    },
  )
  // Copies the bytes one after the other to `heap`, and the pairs that point to them.
  module.function(
    'copyTexts',
    { refs: 'i32', validity: 'i32', target: 'i32', heap: 'i32', selection: 'i32', count: 'i32' },
    null,
    (f, { refs, validity, target, heap, selection, count }) => {
      eitherLoop(f, selection, count, (row, n) => {
        const length = f.local('i32')
        f.set(length, 0)
        f.if(load('u8', validity.select(validity.add(row), 1024)).or(validity.eqz()), () => {
          f.set(length, load('u32', refs.add(row.shl(3)), 4))
          f.copy(heap, load('u32', refs.add(row.shl(3))), length)
        })
        f.store('u32', target.add(n.shl(3)), heap)
        f.store('u32', target.add(n.shl(3)), length, 4)
        f.set(heap, heap.add(length))
      })
    },
  )
}

/** bounds_A(source, validity, selection, count, target): the least and the greatest value that is not NULL, as two i64. */
function writeBounds(module: ModuleBuilder): void {
  for (const access of ['i8', 'i16', 'i32', 'i64'] as const) {
    module.function(
      `bounds_${access}`,
      { source: 'i32', validity: 'i32', selection: 'i32', count: 'i32', target: 'i32' },
      null,
      (f, { source, validity, selection, count, target }) => {
        const least = f.local('i64')
        const greatest = f.local('i64')
        f.set(least, 2n ** 63n - 1n)
        f.set(greatest, -(2n ** 63n))
        eitherLoop(f, selection, count, (row) => {
          const value = f.let(load(access, element(source, row, accessBytes[access]), 0, 'i64'))
          f.if(load('u8', validity.select(validity.add(row), 1024)).or(validity.eqz()), () => {
            f.set(least, value.lt(least).select(value, least))
            f.set(greatest, value.gt(greatest).select(value, greatest))
          })
        })
        f.store('i64', target, least)
        f.store('i64', target, greatest, 8)
      },
    )
  }
}
