/**
 * Kernels of joins. Rows of the build side count from 1; 0 is "none".
 *
 *   buildDirect_A, buildHash_A   enter the rows of a key column into a table: the first row of each key, and per row the
 *                                next of the same key → how many rows have one before them
 *   lookDirect_A, lookHash_A     per row that takes part, the first build row of its key
 *   matches, select              from those: pairs of rows where a key is unique; the rows with a match, or without
 *   expand                       all pairs, some thousands at a time
 *
 * A table is an array by key where keys lie close together, an array by the rank of the key where they lie not too far apart
 * (`join-ranks.ts`), or else open addressing with the key beside its first row: slots of 8 bytes (i32, u32) for narrow
 * keys, of 16 (i64, u32, unused) for others. Several threads may make one together, each a part of its slots: stripes of the
 * array, or a range of hashes within which the search for a free slot goes round. Where `next` is not written it stays 0.
 */
import type { ModuleBuilder } from './assembler.ts'
import type { FunctionBuilder } from './builder.ts'
import { hashSlot, validAt } from './key-library.ts'
import type { LibraryPart } from './library.ts'
import { eitherLoop, element } from './move-library.ts'
import { type Access, accessBytes, i32, load, type Term } from './term.ts'

export const keyAccesses: readonly Access[] = ['i8', 'i16', 'i32', 'u32', 'i64']

/** Of the kernels that write pairs: which rows take part, how many pairs there is room for, where they go. */
export const pairParameters = {
  selection: 'i32',
  count: 'i32',
  outer: 'i32',
  capacity: 'i32',
  rows: 'i32',
  builds: 'i32',
  state: 'i32',
} as const

export const joinLibrary: LibraryPart = {
  name: 'join',
  write(module) {
    for (const access of keyAccesses) {
      writeDirect(module, access)
      for (const slotBytes of access === 'i64' ? [16] : [8, 16]) writeBuildHash(module, access, slotBytes)
      for (const slotBytes of [8, 16]) writeLookHash(module, access, slotBytes)
      writeKey(module, access)
    }
    writePairs(module)
    writeFlags(module)
  },
}

/** Rows from the last to the first, so that chains lead from the first to the last. */
export function backwards(f: FunctionBuilder, rows: Term, until: Term, body: (row: Term) => void): void {
  const row = f.let(rows)
  f.while(row.gtU(until), () => {
    f.set(row, row.sub(1))
    body(row)
  })
}

/** Rows that are gathered at a time, in a block of so many times 4 bytes. */
export const gatheredRows = 1024

/** Of the rows that have a key those of one part: first gathered, since whether the next one is among them cannot be foretold. */
export function rowsOfPart(
  f: FunctionBuilder,
  { validity, rows, partBits, scratch }: Readonly<Record<'validity' | 'rows' | 'partBits' | 'scratch', Term>>,
  isMine: (row: Term) => Term,
  body: (row: Term) => void,
): void {
  f.if(
    partBits.eqz(),
    () => backwards(f, rows, i32(0), (row) => f.if(validAt(validity, row), () => body(row))),
    () => {
      const end = f.let(rows)
      f.while(end, () => {
        const start = f.let(end.gtU(gatheredRows).select(end.sub(gatheredRows), 0))
        const count = f.let(i32(0))
        backwards(f, end, start, (row) => {
          f.store('u32', element(scratch, count, 4), row)
          f.set(count, count.add(isMine(row).and(validAt(validity, row))))
        })
        f.forRange(count, (n) => body(f.let(load('u32', element(scratch, n, 4)))))
        f.set(end, start)
      })
    },
  )
}

/** What the kernels that enter rows into tables begin with. `scratch` has room for the rows that are gathered at a time. */
export const buildParameters = {
  source: 'i32',
  validity: 'i32',
  rows: 'i32',
  part: 'i32',
  partBits: 'i32',
  scratch: 'i32',
} as const

/** Two to this power: neighbouring keys of a range that belong to the same part. */
export const entriesPerStripe = 12

function writeDirect(module: ModuleBuilder, access: Access): void {
  const bytes = accessBytes[access]
  module.function(
    `buildDirect_${access}`,
    { ...buildParameters, low: 'f64', heads: 'i32', next: 'i32' },
    'i32',
    (f, { low, heads, next, ...rows }) => {
      const { source, part, partBits } = rows
      const first = f.let(low.to('i64'))
      const parts = f.let(i32(1).shl(partBits).sub(1))
      const repeats = f.local('i32')
      const placeOf = (row: Term): Term =>
        load(access, element(source, row, bytes), 0, 'i64')
          .sub(first)
          .to('i32')
      rowsOfPart(
        f,
        rows,
        (row) => placeOf(row).shrU(entriesPerStripe).and(parts).eq(part),
        (row) => {
          const head = f.let(element(heads, placeOf(row), 4))
          const before = f.let(load('u32', head))
          f.if(before, () => f.store('u32', element(next, row, 4), before))
          f.set(repeats, repeats.add(before.ne(0)))
          f.store('u32', head, row.add(1))
        },
      )
      f.return(repeats)
    },
  )
  module.function(
    `lookDirect_${access}`,
    {
      source: 'i32',
      validity: 'i32',
      selection: 'i32',
      count: 'i32',
      low: 'f64',
      size: 'f64',
      heads: 'i32',
      target: 'i32',
    },
    null,
    (f, { source, validity, selection, count, low, size, heads, target }) => {
      const first = f.let(low.to('i64'))
      const range = f.let(size.to('i64'))
      const look = (valid: (row: Term) => Term | null): void => {
        eitherLoop(f, selection, count, (row, n) => {
          const place = f.let(load(access, element(source, row, bytes), 0, 'i64').sub(first))
          const isValid = valid(row)
          const inside = f.let(isValid === null ? place.ltU(range) : place.ltU(range).and(isValid))
          const head = load('u32', element(heads, inside.select(place.to('i32'), 0), 4))
          f.store('u32', element(target, n, 4), inside.select(head, 0))
        })
      }
      f.if(
        validity,
        () => look((row) => load('u8', validity.add(row))),
        () => look(() => null),
      )
    },
  )
}

/** The key of a slot, widened, and where its first row stands. */
function slotOf(
  table: Term,
  index: Term,
  slotBytes: number,
): { readonly key: Term; readonly head: Term; readonly address: Term; readonly headOffset: number } {
  const address = element(table, index, slotBytes)
  const headOffset = slotBytes / 2
  return {
    key: load(slotBytes === 8 ? 'i32' : 'i64', address, 0, 'i64'),
    head: load('u32', address, headOffset),
    address,
    headOffset,
  }
}

function writeBuildHash(module: ModuleBuilder, access: Access, slotBytes: number): void {
  module.function(
    `buildHash${slotBytes}_${access}`,
    { ...buildParameters, bits: 'i32', table: 'i32', next: 'i32' },
    'i32',
    (f, { bits, table, next, ...rows }) => {
      const { source, part, partBits } = rows
      const partShift = f.let(bits.sub(partBits))
      const last = f.let(i32(1).shl(partShift).sub(1))
      const start = f.let(part.shl(partShift))
      const shift = f.let(i32(64).sub(bits).toU('i64'))
      const taken = f.local('i32')
      const repeats = f.local('i32')
      const keyOf = (row: Term): Term => load(access, element(source, row, accessBytes[access]), 0, 'i64')
      rowsOfPart(
        f,
        rows,
        (row) =>
          hashSlot(f.let(keyOf(row)), shift)
            .shrU(partShift)
            .eq(part),
        (row) => {
          const key = f.let(keyOf(row))
          const index = f.let(hashSlot(key, shift))
          const before = f.local('i32')
          f.block((leave) => {
            f.loop((again) => {
              const slot = slotOf(table, index, slotBytes)
              f.set(before, slot.head)
              f.branchIf(before.eqz().or(slot.key.eq(key)), leave)
              f.set(index, index.add(1).and(last).or(start))
              f.branch(again)
            })
          })
          f.if(
            before,
            () => {
              f.store('u32', element(next, row, 4), before)
              f.set(repeats, repeats.add(1))
            },
            () => {
              // One slot stays free, where looking up ends.
              f.if(taken.eq(last), () => f.return(-1))
              f.set(taken, taken.add(1))
            },
          )
          const slot = slotOf(table, index, slotBytes)
          f.store(slotBytes === 8 ? 'i32' : 'i64', slot.address, key)
          f.store('u32', slot.address, row.add(1), slot.headOffset)
        },
      )
      f.return(repeats)
    },
  )
}

function writeLookHash(module: ModuleBuilder, access: Access, slotBytes: number): void {
  module.function(
    `lookHash${slotBytes}_${access}`,
    {
      source: 'i32',
      validity: 'i32',
      selection: 'i32',
      count: 'i32',
      table: 'i32',
      bits: 'i32',
      partBits: 'i32',
      target: 'i32',
    },
    null,
    (f, { source, validity, selection, count, table, bits, partBits, target }) => {
      const last = f.let(i32(1).shl(bits.sub(partBits)).sub(1))
      const shift = f.let(i32(64).sub(bits).toU('i64'))
      const head = f.local('i32')
      eitherLoop(f, selection, count, (row, n) => {
        f.set(head, 0)
        f.if(validAt(validity, row), () => {
          const key = f.let(load(access, element(source, row, accessBytes[access]), 0, 'i64'))
          const index = f.let(hashSlot(key, shift))
          f.block((leave) => {
            f.loop((again) => {
              const slot = slotOf(table, index, slotBytes)
              f.set(head, slot.head)
              f.branchIf(head.eqz().or(slot.key.eq(key)), leave)
              f.set(
                index,
                index
                  .add(1)
                  .and(last)
                  .or(index.and(last.xor(-1))),
              )
              f.branch(again)
            })
          })
        })
        f.store('u32', element(target, n, 4), head)
      })
    },
  )
}

/**
 * key_A(source, validity, selection, count, low, range, nullsEqual, target, valid, combine): codes of one key column of
 * several, 0 for NULL, value - low + 1 for others; what has no code, or is a NULL that equals nothing, is not valid.
 */
function writeKey(module: ModuleBuilder, access: Access): void {
  module.function(
    `key_${access}`,
    {
      source: 'i32',
      validity: 'i32',
      selection: 'i32',
      count: 'i32',
      low: 'f64',
      range: 'f64',
      nullsEqual: 'i32',
      target: 'i32',
      valid: 'i32',
      combine: 'i32',
    },
    null,
    (f, { source, validity, selection, count, low, range, nullsEqual, target, valid, combine }) => {
      const before = f.let(low.to('i64').sub(1))
      const size = f.let(range.to('i64'))
      eitherLoop(f, selection, count, (row, n) => {
        const code = f.let(load(access, element(source, row, accessBytes[access]), 0, 'i64').sub(before))
        const isNull = f.let(validAt(validity, row).eqz())
        const usable = f.let(code.sub(1).ltU(size.sub(1)))
        f.if(isNull, () => {
          f.set(code, 0)
          f.set(usable, nullsEqual)
        })
        const at = f.let(element(target, n, 8))
        f.if(combine, () => {
          f.set(code, code.add(load('i64', at).mul(size)))
          f.set(usable, usable.and(load('u8', valid.add(n))))
        })
        f.store('i64', at, code)
        f.store('u8', valid.add(n), usable)
      })
    },
  )
}

function writePairs(module: ModuleBuilder): void {
  // matches(heads, selection, count, rows, builds) → pairs of the rows that have a match.
  module.function(
    'matches',
    { heads: 'i32', selection: 'i32', count: 'i32', rows: 'i32', builds: 'i32' },
    'i32',
    (f, { heads, selection, count, rows, builds }) => {
      const found = f.local('i32')
      eitherLoop(f, selection, count, (row, n) => {
        const head = f.let(load('u32', element(heads, n, 4)))
        f.store('u16', element(rows, found, 2), row)
        f.store('u32', element(builds, found, 4), head)
        f.set(found, found.add(head.ne(0)))
      })
      f.return(found)
    },
  )
  // select(heads, selection, count, wanted, rows) → the rows with a match (wanted 1) or without (0).
  module.function(
    'select',
    { heads: 'i32', selection: 'i32', count: 'i32', wanted: 'i32', rows: 'i32' },
    'i32',
    (f, { heads, selection, count, wanted, rows }) => {
      const found = f.local('i32')
      eitherLoop(f, selection, count, (row, n) => {
        f.store('u16', element(rows, found, 2), row)
        f.set(
          found,
          found.add(
            load('u32', element(heads, n, 4))
              .ne(0)
              .eq(wanted),
          ),
        )
      })
      f.return(found)
    },
  )
  // expand(heads, next, selection, count, outer, capacity, rows, builds, state) → pairs. `state` holds the place to go on
  // from: n, and the build row that is next (0 at the start of n). With `outer`, a row without a match pairs with 0.
  module.function(
    'expand',
    { heads: 'i32', next: 'i32', ...pairParameters },
    'i32',
    (f, { heads, next, selection, count, outer, capacity, rows, builds, state }) => {
      const n = f.let(load('u32', state))
      const chain = f.let(load('u32', state, 4))
      const found = f.local('i32')
      const row = f.local('i32')
      f.while(n.ltU(count).and(found.ltU(capacity)), () => {
        f.set(row, n)
        f.if(selection, () => f.set(row, load('u16', element(selection, n, 2))))
        f.if(chain.eqz(), () => f.set(chain, load('u32', element(heads, n, 4))))
        const emit = (): void => {
          f.store('u16', element(rows, found, 2), row)
          f.store('u32', element(builds, found, 4), chain)
          f.set(found, found.add(1))
        }
        f.if(
          chain,
          () => {
            f.while(chain.ne(0).and(found.ltU(capacity)), () => {
              emit()
              f.set(chain, load('u32', element(next, chain.sub(1), 4)))
            })
          },
          () => f.if(outer, emit),
        )
        f.if(chain.eqz(), () => f.set(n, n.add(1)))
      })
      f.store('u32', state, n)
      f.store('u32', state, chain, 4)
      f.return(found)
    },
  )
  // compress(rows, builds, selection, count): keeps the selected pairs.
  module.function(
    'compress',
    { rows: 'i32', builds: 'i32', selection: 'i32', count: 'i32' },
    null,
    (f, { rows, builds, selection, count }) => {
      f.forRange(count, (i) => {
        const pair = f.let(load('u16', element(selection, i, 2)))
        f.store('u16', element(rows, i, 2), load('u16', element(rows, pair, 2)))
        f.store('u32', element(builds, i, 4), load('u32', element(builds, pair, 4)))
      })
    },
  )
  // repeats(rows, count, last) → 1 when a row comes twice in a row; `last` is the row before the first.
  module.function('repeats', { rows: 'i32', count: 'i32', last: 'i32' }, 'i32', (f, { rows, count, last }) => {
    const result = f.local('i32')
    f.forRange(count, (i) => {
      const row = f.let(load('u16', element(rows, i, 2)))
      f.set(result, result.or(row.eq(last)))
      f.set(last, row)
    })
    f.return(result)
  })
}

function writeFlags(module: ModuleBuilder): void {
  // A byte per row of the batch: set for the rows of pairs; then selected by.
  module.function('flagRows', { rows: 'i32', count: 'i32', flags: 'i32' }, null, (f, { rows, count, flags }) => {
    f.forRange(count, (i) => f.store('u8', flags.add(load('u16', element(rows, i, 2))), i32(1)))
  })
  module.function(
    'selectFlagged',
    { flags: 'i32', selection: 'i32', count: 'i32', wanted: 'i32', rows: 'i32' },
    'i32',
    (f, { flags, selection, count, wanted, rows }) => {
      const found = f.local('i32')
      eitherLoop(f, selection, count, (row) => {
        f.store('u16', element(rows, found, 2), row)
        f.set(found, found.add(load('u8', flags.add(row)).eq(wanted)))
      })
      f.return(found)
    },
  )
  // flagHeads(heads, selection, count, flags): 1 at the rows with a match, 0 at the others that take part.
  module.function(
    'flagHeads',
    { heads: 'i32', selection: 'i32', count: 'i32', flags: 'i32' },
    null,
    (f, { heads, selection, count, flags }) => {
      eitherLoop(f, selection, count, (row, n) =>
        f.store('u8', flags.add(row), load('u32', element(heads, n, 4)).ne(0)),
      )
    },
  )
  // A byte per build row, counted from 1.
  module.function('flagBuilds', { builds: 'i32', count: 'i32', flags: 'i32' }, null, (f, { builds, count, flags }) => {
    f.forRange(count, (i) => f.store('u8', flags.add(load('u32', element(builds, i, 4))), i32(1)))
  })
  // flagChains(heads, count, next, flags): the build rows of all keys found; a chain whose first row has a flag has all.
  module.function(
    'flagChains',
    { heads: 'i32', count: 'i32', next: 'i32', flags: 'i32' },
    null,
    (f, { heads, count, next, flags }) => {
      f.forRange(count, (n) => {
        const row = f.let(load('u32', element(heads, n, 4)))
        f.if(load('u8', flags.add(row)).eqz(), () => {
          f.while(row, () => {
            f.store('u8', flags.add(row), i32(1))
            f.set(row, load('u32', element(next, row.sub(1), 4)))
          })
        })
      })
    },
  )
  // flagged(flags, wanted, rows, capacity, builds, state) → build rows with a flag (wanted 1) or without (0); the row to go
  // on from stands in `state`.
  module.function(
    'flagged',
    { flags: 'i32', wanted: 'i32', rows: 'i32', capacity: 'i32', builds: 'i32', state: 'i32' },
    'i32',
    (f, { flags, wanted, rows, capacity, builds, state }) => {
      const row = f.let(load('u32', state))
      const found = f.local('i32')
      f.while(row.leU(rows).and(found.ltU(capacity)), () => {
        f.store('u32', element(builds, found, 4), row)
        f.set(found, found.add(load('u8', flags.add(row)).eq(wanted)))
        f.set(row, row.add(1))
      })
      f.store('u32', state, row)
      f.return(found)
    },
  )
  // setBits_A(source, validity, rows, low, bits) → how many different values there are; a bit per value from `low` on.
  for (const access of keyAccesses) {
    module.function(
      `setBits_${access}`,
      { source: 'i32', validity: 'i32', rows: 'i32', low: 'f64', bits: 'i32' },
      'i32',
      (f, { source, validity, rows, low, bits }) => {
        const first = f.let(low.to('i64'))
        const present = f.local('i32')
        f.forRange(rows, (row) => {
          f.if(validAt(validity, row), () => {
            const place = f.let(
              load(access, element(source, row, accessBytes[access]), 0, 'i64')
                .sub(first)
                .to('i32'),
            )
            const at = f.let(bits.add(place.shrU(3)))
            const byte = f.let(load('u8', at))
            const bit = f.let(i32(1).shl(place.and(7)))
            f.set(present, present.add(byte.and(bit).eqz()))
            f.store('u8', at, byte.or(bit))
          })
        })
        f.return(present)
      },
    )
  }
  // translate_A(codes, validity, selection, count, map, target): map[code], or 0xffffffff for NULL.
  for (const access of ['u8', 'u16', 'u32'] as const) {
    module.function(
      `translate_${access}`,
      { codes: 'i32', validity: 'i32', selection: 'i32', count: 'i32', map: 'i32', target: 'i32' },
      null,
      (f, { codes, validity, selection, count, map, target }) => {
        eitherLoop(f, selection, count, (row, n) => {
          const number = f.local('i32')
          f.set(number, -1)
          f.if(validAt(validity, row), () => {
            f.set(number, load('u32', element(map, load(access, element(codes, row, accessBytes[access])), 4)))
          })
          f.store('u32', element(target, n, 4), number)
        })
      },
    )
  }
}
