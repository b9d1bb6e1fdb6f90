/**
 * Kernels that put the records of threads together: slot by slot, the n-th record of `source` into record numbers[n] of
 * `target`, both `stride` bytes apart.
 */

import type { FunctionBuilder } from './builder.ts'
import type { LibraryPart } from './library.ts'
import { element } from './move-library.ts'
import { load, type Term } from './term.ts'
import { textCompare } from './text-code.ts'

const parameters = { target: 'i32', source: 'i32', numbers: 'i32', stride: 'i32', count: 'i32' } as const

export const mergeLibrary: LibraryPart = {
  name: 'merge',
  write(module) {
    const merge = (name: string, body: (f: FunctionBuilder, target: Term, source: Term) => void): void => {
      module.function(name, parameters, null, (f, { target, source, numbers, stride, count }) => {
        f.forRange(count, (n) => {
          const record = f.let(target.add(load('u32', element(numbers, n, 4)).mul(stride)))
          body(f, record, source)
          f.set(source, source.add(stride))
        })
      })
    }
    merge('add', (f, target, source) => f.store('i64', target, load('i64', target).add(load('i64', source))))
    merge('addFloats', (f, target, source) => f.store('f64', target, load('f64', target).add(load('f64', source))))
    merge('addReals', (f, target, source) =>
      f.store('f64', target, load('f64', target).add(load('f64', source)).to('f32').to('f64')),
    )
    merge('min', (f, target, source) => {
      const [old, value] = [f.let(load('i64', target)), f.let(load('i64', source))]
      f.store('i64', target, value.lt(old).select(value, old))
    })
    merge('max', (f, target, source) => {
      const [old, value] = [f.let(load('i64', target)), f.let(load('i64', source))]
      f.store('i64', target, value.gt(old).select(value, old))
    })
    // NaN is greater than every number.
    merge('minFloats', (f, target, source) => {
      const [old, value] = [f.let(load('f64', target)), f.let(load('f64', source))]
      f.store('f64', target, value.lt(old).or(old.ne(old)).select(value, old))
    })
    merge('maxFloats', (f, target, source) => {
      const [old, value] = [f.let(load('f64', target)), f.let(load('f64', source))]
      f.store('f64', target, value.gt(old).or(value.ne(value)).select(value, old))
    })
    const texts = (name: string, better: (order: Term) => Term): void =>
      merge(name, (f, target, source) => {
        const address = f.let(load('u32', source))
        f.if(address, () => {
          const old = f.let(load('u32', target))
          const order = f.call(textCompare(f.module), address, load('u32', source, 4), old, load('u32', target, 4))
          f.if(old.eqz().or(better(order)), () => f.store('i64', target, load('i64', source)))
        })
      })
    texts('minTexts', (order) => order.lt(0))
    texts('maxTexts', (order) => order.gt(0))
    module.function(
      'carryAll',
      { records: 'i32', stride: 'i32', count: 'i32', sum: 'i32', carry: 'i32' },
      null,
      (f, { records, stride, count, sum, carry }) => {
        f.forRange(count, () => {
          const value = f.let(load('i64', records.add(sum)))
          f.store('i64', records.add(carry), load('i64', records.add(carry)).add(value.shr(32)))
          f.store('i64', records.add(sum), value.and(0xffffffffn))
          f.set(records, records.add(stride))
        })
      },
    )
  },
}
