/**
 * Kernels that turn keys into numbers.
 *
 *   encode_A      values of a column → codes: 0 for NULL, value - low + 1 for others; combined with the codes of columns before
 *   widen_A       values of a column → i64 and validity bytes, row after row
 *   number        i64 keys → numbers that count from 0 as keys arrive (open addressing, linear probing)
 *   numberTexts   the same for texts
 *   numberDirect  the same for codes of a small domain, which index an array
 *   numberAscending  the same for codes that never fall; -1 when one does
 *   find…         the numbers of keys that are known, 0xffffffff for others
 *
 * A table of i64 keys has 16 bytes a slot: the key, its number + 1 (0 when the slot is free), four bytes unused. One of
 * texts has 8: 32 bits of the hash, the number + 1; the texts stand in an array of (address, length) by number.
 *
 * Where a table is larger than the nearer caches, the slots of all keys are read once before the first is looked up:
 * those reads do not wait for each other, so most of what follows finds its slot in the cache (10 M different texts: 1.0 s,
 * not 2.5).
 */
import type { ModuleBuilder } from './assembler.ts'
import type { FunctionBuilder } from './builder.ts'
import type { LibraryPart } from './library.ts'
import { eitherLoop, element } from './move-library.ts'
import { type Access, accessBytes, f64, i32, i64, load, type Term } from './term.ts'
import { textEquals, textHash } from './text-code.ts'

export const keyLibrary: LibraryPart = {
  name: 'keys',
  write(module) {
    for (const access of ['i8', 'u8', 'i16', 'u16', 'i32', 'u32', 'i64'] as const) writeEncode(module, access)
    for (const access of ['i8', 'i16', 'i32', 'i64', 'f32', 'f64'] as const) writeWiden(module, access)
    writeNumber(module)
    writeNumberTexts(module)
    writeNumberDirect(module)
    writeNumberAscending(module)
    writeFind(module)
    writeCounts(module)
  },
}

/** The hash's upper bits are the best mixed: the slot is the product shifted right by 64 - bits. */
export function hashSlot(key: Term, shift: Term): Term {
  return key.xor(key.shrU(32)).mul(0x9e3779b97f4a7c15n).shrU(shift).to('i32')
}

/** Whether the row is not NULL; a validity of 0 says that none is. */
export function validAt(validity: Term, row: Term): Term {
  return load('u8', validity.select(validity.add(row), 1024))
    .or(validity.eqz())
    .and(1)
}

/**
 * encode_A(source, validity, selection, count, low, range, target, combine) → 1 when a value was outside.
 * Codes lie in [0, range); with `combine`, target = target × range + code.
 */
function writeEncode(module: ModuleBuilder, access: Access): void {
  module.function(
    `encode_${access}`,
    {
      source: 'i32',
      validity: 'i32',
      selection: 'i32',
      count: 'i32',
      low: 'f64',
      range: 'f64',
      target: 'i32',
      combine: 'i32',
    },
    'i32',
    (f, { source, validity, selection, count, low, range, target, combine }) => {
      const before = f.let(low.to('i64').sub(1))
      const size = f.let(range.to('i64'))
      const outside = f.local('i32')
      const emit = (valid: (row: Term) => Term | null): void => {
        eitherLoop(f, selection, count, (row, n) => {
          const shifted = f.let(load(access, element(source, row, accessBytes[access]), 0, 'i64').sub(before))
          const isValid = valid(row)
          const wrong = shifted.sub(1).geU(size.sub(1))
          f.set(outside, outside.or(isValid === null ? wrong : wrong.and(isValid)))
          const code = f.let(isValid === null ? shifted : isValid.select(shifted, 0))
          const at = f.let(element(target, n, 8))
          f.if(combine, () => f.set(code, code.add(load('i64', at).mul(size))))
          f.store('i64', at, code)
        })
      }
      f.if(
        validity,
        () => emit((row) => f.let(load('u8', validity.add(row)))),
        () => emit(() => null),
      )
      f.return(outside)
    },
  )
}

/** widen_A(source, validity, selection, count, values, valid): equal floats get equal bits. */
function writeWiden(module: ModuleBuilder, access: Access): void {
  module.function(
    `widen_${access}`,
    { source: 'i32', validity: 'i32', selection: 'i32', count: 'i32', values: 'i32', valid: 'i32' },
    null,
    (f, { source, validity, selection, count, values, valid }) => {
      eitherLoop(f, selection, count, (row, n) => {
        const address = element(source, row, accessBytes[access])
        f.store(
          'i64',
          element(values, n, 8),
          access.startsWith('f') ? floatBits(f, load(access, address).to('f64')) : load(access, address, 0, 'i64'),
        )
        f.store('u8', valid.add(n), validAt(validity, row))
      })
    },
  )
}

/** The bits of a float, one pattern for both zeros and one for all NaNs. */
function floatBits(f: FunctionBuilder, value: Term): Term {
  const plain = f.let(value.add(f64(0)))
  return plain.eq(plain).select(plain.bits(), i64(0x7ff8000000000000n))
}

/**
 * number(keys, valid, count, table, shift, known, nullNumber, numbers, fresh) → how many keys are known then.
 * The address `nullNumber` holds the number of NULL + 1; places n of keys that were new go to `fresh` (u32).
 */
function writeNumber(module: ModuleBuilder): void {
  const insert = (
    f: FunctionBuilder,
    key: Term,
    table: Term,
    mask: Term,
    shift: Term,
    found: (slot: Term) => void,
    missing: (slot: Term) => void,
  ): void => {
    const slot = f.let(table.add(hashSlot(key, shift).shl(4)))
    const end = table.add(mask.shl(4))
    f.block((leave) => {
      f.loop((again) => {
        const taken = f.let(load('u32', slot, 8))
        f.if(taken.eqz(), () => {
          missing(slot)
          f.branch(leave)
        })
        f.if(load('i64', slot).eq(key), () => {
          found(taken)
          f.branch(leave)
        })
        f.set(slot, slot.eq(end).select(table, slot.add(16)))
        f.branch(again)
      })
    })
  }
  module.function(
    'number',
    {
      keys: 'i32',
      valid: 'i32',
      count: 'i32',
      table: 'i32',
      bits: 'i32',
      known: 'i32',
      nullNumber: 'i32',
      numbers: 'i32',
      fresh: 'i32',
    },
    'i32',
    (f, { keys, valid, count, table, bits, known, nullNumber, numbers, fresh }) => {
      const mask = f.let(i32(1).shl(bits).sub(1))
      const shift = f.let(i32(64).sub(bits).toU('i64'))
      const result = f.local('i32')
      const addNew = (n: Term): void => {
        f.set(result, known)
        f.set(known, known.add(1))
        f.store('u32', fresh, n)
        f.set(fresh, fresh.add(4))
      }
      f.if(bits.gt(nearBits), () => {
        const touched = f.local('i32')
        f.forRange(count, (n) => {
          const key = f.let(load('i64', element(keys, n, 8)))
          f.set(touched, touched.xor(load('u32', table.add(hashSlot(key, shift).shl(4)), 8)))
        })
        f.store('u32', nullNumber, touched, 8)
      })
      f.forRange(count, (n) => {
        f.if(
          validAt(valid, n),
          () => {
            const key = f.let(load('i64', element(keys, n, 8)))
            insert(
              f,
              key,
              table,
              mask,
              shift,
              (taken) => f.set(result, taken.sub(1)),
              (slot) => {
                addNew(n)
                f.store('i64', slot, key)
                f.store('u32', slot, known, 8)
              },
            )
          },
          () => {
            f.set(result, load('u32', nullNumber).sub(1))
            f.if(result.eq(-1), () => {
              addNew(n)
              f.store('u32', nullNumber, known)
            })
          },
        )
        f.store('u32', element(numbers, n, 4), result)
      })
      f.return(known)
    },
  )
  // rehash(from, slots, table, bits): puts all keys of a table into a larger one.
  module.function(
    'rehash',
    { from: 'i32', slots: 'i32', table: 'i32', bits: 'i32' },
    null,
    (f, { from, slots, table, bits }) => {
      const mask = f.let(i32(1).shl(bits).sub(1))
      const shift = f.let(i32(64).sub(bits).toU('i64'))
      f.forRange(slots, (i) => {
        const old = f.let(element(from, i, 16))
        const number = f.let(load('u32', old, 8))
        f.if(number, () => {
          const key = f.let(load('i64', old))
          insert(
            f,
            key,
            table,
            mask,
            shift,
            () => {},
            (slot) => {
              f.store('i64', slot, key)
              f.store('u32', slot, number, 8)
            },
          )
        })
      })
    },
  )
}

/** The upper half of a text's hash, whose first bits are its slot: so a table grows without its texts, from end to end. */
function tagOf(module: ModuleBuilder, f: FunctionBuilder, address: Term, length: Term): Term {
  return f.call(textHash(module), address, length).shrU(32).to('i32')
}

/** Tables of more slots are larger than the nearer caches. */
const nearBits = 14

/**
 * numberTexts(refs, validity, selection, count, table, bits, known, nullNumber, numbers, fresh, texts, heap) → known.
 * `texts` are (address, length) by number; bytes of new texts are copied to `heap`, whose address is kept at `heapAt`,
 * unless that is 0: then the texts stay where they are.
 */
function writeNumberTexts(module: ModuleBuilder): void {
  module.function(
    'numberTexts',
    {
      refs: 'i32',
      validity: 'i32',
      selection: 'i32',
      count: 'i32',
      table: 'i32',
      bits: 'i32',
      known: 'i32',
      nullNumber: 'i32',
      numbers: 'i32',
      fresh: 'i32',
      texts: 'i32',
      heapAt: 'i32',
    },
    'i32',
    (f, { refs, validity, selection, count, table, bits, known, nullNumber, numbers, fresh, texts, heapAt }) => {
      const mask = f.let(i32(1).shl(bits).sub(1))
      const result = f.local('i32')
      const addNew = (n: Term): void => {
        f.set(result, known)
        f.set(known, known.add(1))
        f.store('u32', fresh, n)
        f.set(fresh, fresh.add(4))
      }
      const shift = f.let(i32(32).sub(bits))
      eitherLoop(f, selection, count, (row, n) => {
        f.if(validAt(validity, row), () => {
          const ref = f.let(element(refs, row, 8))
          f.store('u32', element(numbers, n, 4), tagOf(f.module, f, load('u32', ref), load('u32', ref, 4)))
        })
      })
      f.if(bits.gt(nearBits), () => {
        const touched = f.local('i32')
        f.forRange(count, (n) => {
          const taken = f.let(load('u32', element(table, load('u32', element(numbers, n, 4)).shrU(shift), 8), 4))
          const address = taken.select(load('u32', element(texts.sub(8), taken, 8)), texts)
          f.set(touched, touched.xor(load('u8', address)))
        })
        f.store('u32', nullNumber, touched, 8)
      })
      eitherLoop(f, selection, count, (row, n) => {
        f.if(
          validAt(validity, row),
          () => {
            const address = f.let(load('u32', element(refs, row, 8)))
            const length = f.let(load('u32', element(refs, row, 8), 4))
            const tag = f.let(load('u32', element(numbers, n, 4)))
            const index = f.let(tag.shrU(shift))
            f.block((leave) => {
              f.loop((again) => {
                const slot = f.let(element(table, index, 8))
                const taken = f.let(load('u32', slot, 4))
                f.if(taken.eqz(), () => {
                  f.if(heapAt, () => {
                    const heap = f.let(load('u32', heapAt))
                    f.copy(heap, address, length)
                    f.set(address, heap)
                    f.store('u32', heapAt, heap.add(length))
                  })
                  f.store('u32', element(texts, known, 8), address)
                  f.store('u32', element(texts, known, 8), length, 4)
                  addNew(n)
                  f.store('u32', slot, tag)
                  f.store('u32', slot, known, 4)
                  f.branch(leave)
                })
                f.if(load('u32', slot).eq(tag), () => {
                  const known_ = f.let(element(texts, taken.sub(1), 8))
                  f.if(
                    f.call(textEquals(f.module), load('u32', known_), load('u32', known_, 4), address, length),
                    () => {
                      f.set(result, taken.sub(1))
                      f.branch(leave)
                    },
                  )
                })
                f.set(index, index.add(1).and(mask))
                f.branch(again)
              })
            })
          },
          () => {
            f.set(result, load('u32', nullNumber).sub(1))
            f.if(result.eq(-1), () => {
              addNew(n)
              f.store('u32', nullNumber, known)
            })
          },
        )
        f.store('u32', element(numbers, n, 4), result)
      })
      f.return(known)
    },
  )
  module.function(
    'rehashTexts',
    { from: 'i32', slots: 'i32', table: 'i32', bits: 'i32' },
    null,
    (f, { from, slots, table, bits }) => {
      const mask = f.let(i32(1).shl(bits).sub(1))
      const shift = f.let(i32(32).sub(bits))
      f.forRange(slots, (i) => {
        const old = f.let(element(from, i, 8))
        const number = f.let(load('u32', old, 4))
        f.if(number, () => {
          const tag = f.let(load('u32', old))
          const index = f.let(tag.shrU(shift))
          f.while(load('u32', element(table, index, 8), 4), () => f.set(index, index.add(1).and(mask)))
          f.store('u32', element(table, index, 8), tag)
          f.store('u32', element(table, index, 8), number, 4)
        })
      })
    },
  )
}

/** numberAscending(keys, count, last, known, numbers, fresh) → known, or -1: `last` is the address of the last key. */
function writeNumberAscending(module: ModuleBuilder): void {
  module.function(
    'numberAscending',
    { keys: 'i32', count: 'i32', last: 'i32', known: 'i32', numbers: 'i32', fresh: 'i32' },
    'i32',
    (f, { keys, count, last, known, numbers, fresh }) => {
      const before = f.let(load('i64', last))
      f.forRange(count, (n) => {
        const key = f.let(load('i64', element(keys, n, 8)))
        f.if(key.ne(before), () => {
          f.if(key.lt(before), () => f.return(-1))
          f.set(before, key)
          f.set(known, known.add(1))
          f.store('u32', fresh, n)
          f.set(fresh, fresh.add(4))
        })
        f.store('u32', element(numbers, n, 4), known.sub(1))
      })
      f.store('i64', last, before)
      f.return(known)
    },
  )
}

/** numberDirect(keys, count, slots, known, numbers, fresh) → known: `slots` holds number + 1 by key. */
function writeNumberDirect(module: ModuleBuilder): void {
  module.function(
    'numberDirect',
    { keys: 'i32', count: 'i32', slots: 'i32', known: 'i32', numbers: 'i32', fresh: 'i32' },
    'i32',
    (f, { keys, count, slots, known, numbers, fresh }) => {
      f.forRange(count, (n) => {
        const slot = f.let(element(slots, load('u32', element(keys, n, 8)), 4))
        const taken = f.let(load('u32', slot))
        f.if(taken.eqz(), () => {
          f.set(known, known.add(1))
          f.set(taken, known)
          f.store('u32', slot, taken)
          f.store('u32', fresh, n)
          f.set(fresh, fresh.add(4))
        })
        f.store('u32', element(numbers, n, 4), taken.sub(1))
      })
      f.return(known)
    },
  )
  // rows(fresh, selection, count, target): places among the rows that take part become row numbers (u16).
  module.function(
    'rows',
    { fresh: 'i32', selection: 'i32', count: 'i32', target: 'i32' },
    null,
    (f, { fresh, selection, count, target }) => {
      f.forRange(count, (i) => {
        const place = f.let(load('u32', element(fresh, i, 4)))
        f.if(selection, () => f.set(place, load('u16', element(selection, place, 2))))
        f.store('u16', element(target, i, 2), place)
      })
    },
  )
}

function writeFind(module: ModuleBuilder): void {
  module.function(
    'find',
    { keys: 'i32', valid: 'i32', count: 'i32', table: 'i32', bits: 'i32', numbers: 'i32' },
    null,
    (f, { keys, valid, count, table, bits, numbers }) => {
      const end = f.let(table.add(i32(16).shl(bits)))
      const shift = f.let(i32(64).sub(bits).toU('i64'))
      const result = f.local('i32')
      f.forRange(count, (n) => {
        f.set(result, 0)
        f.if(validAt(valid, n), () => {
          const key = f.let(load('i64', element(keys, n, 8)))
          const slot = f.let(table.add(hashSlot(key, shift).shl(4)))
          f.block((leave) => {
            f.loop((again) => {
              f.set(result, load('u32', slot, 8))
              f.branchIf(result.eqz().or(load('i64', slot).eq(key)), leave)
              f.set(slot, slot.add(16))
              f.if(slot.eq(end), () => f.set(slot, table))
              f.branch(again)
            })
          })
        })
        f.store('u32', element(numbers, n, 4), result.sub(1))
      })
    },
  )
  module.function(
    'findTexts',
    {
      refs: 'i32',
      validity: 'i32',
      selection: 'i32',
      count: 'i32',
      table: 'i32',
      bits: 'i32',
      numbers: 'i32',
      texts: 'i32',
    },
    null,
    (f, { refs, validity, selection, count, table, bits, numbers, texts }) => {
      const mask = f.let(i32(1).shl(bits).sub(1))
      const result = f.local('i32')
      eitherLoop(f, selection, count, (row, n) => {
        f.set(result, 0)
        f.if(validAt(validity, row), () => {
          const address = f.let(load('u32', element(refs, row, 8)))
          const length = f.let(load('u32', element(refs, row, 8), 4))
          const tag = f.let(tagOf(f.module, f, address, length))
          const index = f.let(tag.shrU(i32(32).sub(bits)))
          f.block((leave) => {
            f.loop((again) => {
              const slot = f.let(element(table, index, 8))
              f.set(result, load('u32', slot, 4))
              f.branchIf(result.eqz(), leave)
              f.if(load('u32', slot).eq(tag), () => {
                const text = f.let(element(texts, result.sub(1), 8))
                f.branchIf(
                  f.call(textEquals(f.module), load('u32', text), load('u32', text, 4), address, length),
                  leave,
                )
              })
              f.set(index, index.add(1).and(mask))
              f.branch(again)
            })
          })
        })
        f.store('u32', element(numbers, n, 4), result.sub(1))
      })
    },
  )
}

/** What INTERSECT and EXCEPT keep, by counts per number; in 0xffffffff a number notes that it was dealt with. */
function writeCounts(module: ModuleBuilder): void {
  module.function(
    'countNumbers',
    { numbers: 'i32', count: 'i32', counts: 'i32' },
    null,
    (f, { numbers, count, counts }) => {
      f.forRange(count, (n) => {
        const slot = f.let(element(counts, load('u32', element(numbers, n, 4)), 4))
        f.store('u32', slot, load('u32', slot).add(1))
      })
    },
  )
  // name(numbers, selection, count, counts, rows) → the rows that are kept.
  const keep = (name: string, decide: (f: FunctionBuilder, slot: Term, left: Term) => Term): void => {
    module.function(
      name,
      { numbers: 'i32', selection: 'i32', count: 'i32', counts: 'i32', rows: 'i32' },
      'i32',
      (f, { numbers, selection, count, counts, rows }) => {
        const found = f.local('i32')
        eitherLoop(f, selection, count, (row, n) => {
          const slot = f.let(element(counts, load('u32', element(numbers, n, 4)), 4))
          const left = f.let(load('u32', slot))
          f.store('u16', element(rows, found, 2), row)
          f.set(found, found.add(decide(f, slot, left)))
        })
        f.return(found)
      },
    )
  }
  const once = (f: FunctionBuilder, slot: Term, isWanted: Term): Term => {
    const wanted = f.let(isWanted)
    f.if(wanted, () => f.store('u32', slot, i32(-1)))
    return wanted
  }
  keep('intersect', (f, slot, left) => once(f, slot, left.add(1).gtU(1)))
  keep('except', (f, slot, left) => once(f, slot, left.eqz()))
  const countDown = (f: FunctionBuilder, slot: Term, left: Term): Term => {
    const any = f.let(left.ne(0))
    f.store('u32', slot, left.sub(any))
    return any
  }
  keep('intersectAll', countDown)
  keep('exceptAll', (f, slot, left) => countDown(f, slot, left).eqz())
}
