/**
 * Kernels over the records of groups, which lie one after the other, `stride` bytes each.
 *
 *   start           writes the initial record to new ones
 *   carry           moves what a 64-bit sum holds above 32 bits into its carry
 *   gather          one slot of many records as a vector; gatherByte the same as bytes
 *   gatherTotal     sums and carries as 64-bit totals → 1 when one does not fit
 *   gatherValid     validity from counts → how many are NULL
 *   countBits_A     count(DISTINCT x) by bits: see `distinct-count.ts`
 *   divideFloats    sums of floats, divided by counts unless the address of those is 0
 *   anyInfinite     1 when a sum is infinite or no number
 */
import type { ModuleBuilder } from './assembler.ts'
import { validAt } from './key-library.ts'
import type { LibraryPart } from './library.ts'
import { eitherLoop, element } from './move-library.ts'
import { type Access, accessBytes, f64, i32, load, type Term } from './term.ts'

export const aggregateLibrary: LibraryPart = {
  name: 'aggregate',
  write(module) {
    module.function(
      'start',
      { records: 'i32', stride: 'i32', from: 'i32', to: 'i32', initial: 'i32' },
      null,
      (f, { records, stride, from, to, initial }) => {
        const word = f.let(records.add(from.mul(stride)))
        const end = f.let(records.add(to.mul(stride)))
        const source = f.local('i32')
        f.while(word.ltU(end), () => {
          f.set(source, initial)
          f.while(source.ltU(initial.add(stride)), () => {
            f.store('i64', word, load('i64', source))
            f.set(word, word.add(8))
            f.set(source, source.add(8))
          })
        })
      },
    )
    module.function(
      'carry',
      { records: 'i32', stride: 'i32', count: 'i32', sum: 'i32', carry: 'i32' },
      null,
      (f, { records, stride, count, sum, carry }) => {
        const record = f.let(records)
        f.forRange(count, () => {
          const value = f.let(load('i64', record.add(sum)))
          f.store('i64', record.add(carry), load('i64', record.add(carry)).add(value.shr(32)))
          f.store('i64', record.add(sum), value.and(0xffffffffn))
          f.set(record, record.add(stride))
        })
      },
    )
    module.function(
      'gather',
      { slot: 'i32', stride: 'i32', count: 'i32', target: 'i32' },
      null,
      (f, { slot, stride, count, target }) => {
        f.forRange(count, (n) => {
          f.store('i64', element(target, n, 8), load('i64', slot))
          f.set(slot, slot.add(stride))
        })
      },
    )
    module.function(
      'gatherByte',
      { slot: 'i32', stride: 'i32', count: 'i32', target: 'i32' },
      null,
      (f, { slot, stride, count, target }) => {
        f.forRange(count, (n) => {
          f.store('u8', target.add(n), load('u8', slot))
          f.set(slot, slot.add(stride))
        })
      },
    )
    module.function(
      'gatherReal',
      { slot: 'i32', stride: 'i32', count: 'i32', target: 'i32' },
      null,
      (f, { slot, stride, count, target }) => {
        f.forRange(count, (n) => {
          f.store('f32', element(target, n, 4), load('f64', slot).to('f32'))
          f.set(slot, slot.add(stride))
        })
      },
    )
    module.function(
      'gatherTotal',
      { sum: 'i32', carry: 'i32', stride: 'i32', count: 'i32', target: 'i32' },
      'i32',
      (f, { sum, carry, stride, count, target }) => {
        const unfit = f.local('i32')
        f.forRange(count, (n) => {
          const high = f.let(load('i64', carry).add(load('i64', sum).shr(32)))
          f.set(unfit, unfit.or(high.add(0x40000000n).geU(0x80000000n)))
          f.store('i64', element(target, n, 8), load('i64', carry).shl(32).add(load('i64', sum)))
          f.set(sum, sum.add(stride))
          f.set(carry, carry.add(stride))
        })
        f.return(unfit)
      },
    )
    module.function(
      'gatherValid',
      { slot: 'i32', stride: 'i32', count: 'i32', target: 'i32' },
      'i32',
      (f, { slot, stride, count, target }) => {
        const nulls = f.local('i32')
        f.forRange(count, (n) => {
          const missing = f.let(load('i64', slot).eqz())
          f.store('u8', target.add(n), missing.eqz())
          f.set(nulls, nulls.add(missing))
          f.set(slot, slot.add(stride))
        })
        f.return(nulls)
      },
    )
    // Adds 1 to the count of the groups of the rows, where the rows' value is not NULL. Groups are numbered by row.
    module.function(
      'countRows',
      { selection: 'i32', count: 'i32', numbers: 'i32', validity: 'i32', slot: 'i32', stride: 'i32' },
      null,
      (f, { selection, count, numbers, validity, slot, stride }) => {
        f.forRange(count, (n) => {
          const row = f.let(load('u16', element(selection, n, 2)))
          const record = f.let(slot.add(load('u32', element(numbers, row, 4)).mul(stride)))
          f.store('i64', record, load('i64', record).add(validAt(validity, row).toU('i64')))
        })
      },
    )
    for (const access of ['i8', 'i16', 'i32', 'i64'] as const) writeCountBits(module, access)
    // numbersByRow[selection[n]] = numbers[n]
    module.function(
      'byRow',
      { numbers: 'i32', selection: 'i32', count: 'i32', target: 'i32' },
      null,
      (f, { numbers, selection, count, target }) => {
        f.forRange(count, (n) => {
          f.store('u32', element(target, load('u16', element(selection, n, 2)), 4), load('u32', element(numbers, n, 4)))
        })
      },
    )
    module.function(
      'divideFloats',
      { sum: 'i32', countSlot: 'i32', stride: 'i32', count: 'i32', target: 'i32' },
      null,
      (f, { sum, countSlot, stride, count, target }) => {
        const divide = (divisor: (total: Term) => Term): void => {
          f.forRange(count, (n) => {
            f.store('f64', element(target, n, 8), divisor(load('f64', sum)))
            f.set(sum, sum.add(stride))
            f.set(countSlot, countSlot.add(stride))
          })
        }
        f.if(
          countSlot,
          () => divide((total) => total.div(load('i64', countSlot).to('f64'))),
          () => divide((total) => total),
        )
      },
    )
    // Texts that records point to within [from, from + length) go to `heap`; the heap's new end.
    module.function(
      'keepTexts',
      { numbers: 'i32', count: 'i32', slot: 'i32', stride: 'i32', from: 'i32', length: 'i32', heap: 'i32' },
      'i32',
      (f, { numbers, count, slot, stride, from, length, heap }) => {
        const record = f.local('i32')
        f.forRange(count, (n) => {
          f.set(record, slot)
          f.if(numbers, () => f.set(record, slot.add(load('u32', element(numbers, n, 4)).mul(stride))))
          const address = f.let(load('u32', record))
          f.if(address.sub(from).ltU(length), () => {
            const size = f.let(load('u32', record, 4))
            f.copy(heap, address, size)
            f.store('u32', record, heap)
            f.set(heap, heap.add(size))
          })
        })
        f.return(heap)
      },
    )
    module.function(
      'anyInfinite',
      { slot: 'i32', stride: 'i32', count: 'i32' },
      'i32',
      (f, { slot, stride, count }) => {
        const odd = f.local('i32')
        f.forRange(count, () => {
          const value = f.let(load('f64', slot))
          f.set(odd, odd.or(value.sub(value).ne(f64(0))))
          f.set(slot, slot.add(stride))
        })
        f.return(odd)
      },
    )
  },
}

/**
 * countBits_A(values, validity, selection, count, numbers, groups, low, size, bits, bytesPerGroup, slot, stride, rest) → how many
 * rows are left over, in `rest`: those whose group has no bits, or whose value lies outside [low, low + size).
 */
function writeCountBits(module: ModuleBuilder, access: Access): void {
  module.function(
    `countBits_${access}`,
    {
      values: 'i32',
      validity: 'i32',
      selection: 'i32',
      count: 'i32',
      numbers: 'i32',
      groups: 'i32',
      low: 'f64',
      size: 'f64',
      bits: 'i32',
      bytesPerGroup: 'i32',
      slot: 'i32',
      stride: 'i32',
      rest: 'i32',
    },
    'i32',
    (f, parameters) => {
      const { values, validity, selection, count, numbers, groups, bits, bytesPerGroup, slot, stride, rest } =
        parameters
      const low = f.let(parameters.low.to('i64'))
      const size = f.let(parameters.size.to('i64'))
      const left = f.local('i32')
      eitherLoop(f, selection, count, (row) => {
        f.if(validAt(validity, row), () => {
          const group = f.let(load('u32', element(numbers, row, 4)))
          const place = f.let(load(access, element(values, row, accessBytes[access]), 0, 'i64').sub(low))
          f.if(
            group.ltU(groups).and(place.ltU(size)),
            () => {
              const bit = f.let(place.to('i32'))
              const address = f.let(bits.add(group.mul(bytesPerGroup)).add(bit.shrU(3)))
              const byte = f.let(load('u8', address))
              const mask = f.let(i32(1).shl(bit.and(7)))
              f.if(byte.and(mask).eqz(), () => {
                f.store('u8', address, byte.or(mask))
                const record = f.let(slot.add(group.mul(stride)))
                f.store('i64', record, load('i64', record).add(1))
              })
            },
            () => {
              f.store('u16', element(rest, left, 2), row)
              f.set(left, left.add(1))
            },
          )
        })
      })
      f.return(left)
    },
  )
}
