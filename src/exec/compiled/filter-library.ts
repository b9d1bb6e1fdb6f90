/** Row filters that consumers push into scans: keeping the rows whose integer is in a set given by bits. */

import type { LibraryPart } from './library.ts'
import { eitherLoop, element } from './move-library.ts'
import type { Access } from './term.ts'
import { accessBytes, load } from './term.ts'

export const filterLibrary: LibraryPart = {
  name: 'filter',
  write(module) {
    for (const access of ['i8', 'i16', 'i32', 'i64'] as Access[]) {
      // filter_A(values, validity, selection, count, low, size, bits, target) → rows written to target (u16).
      module.function(
        `filter_${access}`,
        {
          values: 'i32',
          validity: 'i32',
          selection: 'i32',
          count: 'i32',
          low: 'f64',
          size: 'f64',
          bits: 'i32',
          target: 'i32',
        },
        'i32',
        (f, { values, validity, selection, count, low, size, bits, target }) => {
          const first = f.let(low.to('i64'))
          const range = f.let(size.to('i64'))
          const end = f.let(target)
          eitherLoop(f, selection, count, (row) => {
            const place = f.let(load(access, element(values, row, accessBytes[access]), 0, 'i64').sub(first))
            const inside = f.let(place.ltU(range))
            f.if(validity, () => f.set(inside, inside.and(load('u8', validity.add(row)))))
            const index = f.let(inside.select(place.to('i32'), 0))
            f.if(bits, () => f.set(inside, inside.and(load('u8', bits.add(index.shrU(3))).shrU(index.and(7)))))
            f.store('u16', end, row)
            f.set(end, end.add(inside.shl(1)))
          })
          f.return(end.sub(target).shrU(1))
        },
      )
    }
  },
}
