/** The loop over one column's fields that every reader of fields is: NULLs, validity, and where to go on after a field it cannot read. */
import type { ModuleBuilder } from '../assembler.ts'
import type { FunctionBuilder } from '../builder.ts'
import { i32, load, type Term } from '../term.ts'
import { textEquals } from '../text-code.ts'

export interface Field {
  /** Where its bytes lie, and how many there are. */
  readonly address: Term
  readonly length: Term
  readonly row: Term
  /** Leaves the loop before this field: it is for somebody else to read. */
  refuse(): void
}

/**
 * name(bytes, starts, stride, first, count, target, validity, nullLength, nullText, nullQuoted, spec, out) → row
 *
 * Reads fields [first, count) of a column (see scan-library) to `target`, whose place 0 belongs to field 0; stops before a
 * field that it cannot read, or a NULL while there is no validity. `nullLength` of −1 says that nothing is NULL. `out`
 * receives the number of NULLs as i32; what else, `begin` and `end` say.
 */
export function defineFieldLoop(
  module: ModuleBuilder,
  name: string,
  write: (
    f: FunctionBuilder,
    parameters: Readonly<Record<'target' | 'spec' | 'out' | 'bytes', Term>>,
  ) => { field(field: Field): void; gap(row: Term): void; end(): void },
): void {
  const equals = textEquals(module)
  module.function(
    name,
    {
      bytes: 'i32',
      starts: 'i32',
      stride: 'i32',
      first: 'i32',
      count: 'i32',
      target: 'i32',
      validity: 'i32',
      nullLength: 'i32',
      nullText: 'i32',
      nullQuoted: 'i32',
      spec: 'i32',
      out: 'i32',
    },
    'i32',
    (f, parameters) => {
      const { bytes, starts, stride, first, count, validity, nullLength, nullText, nullQuoted, out } = parameters
      const body = write(f, parameters)
      const row = f.let(first)
      const nulls = f.local('i32')
      f.block((stop) => {
        f.branchIf(row.ge(count), stop)
        f.loop((again) => {
          f.block((next) => {
            const cell = f.let(starts.add(row.shl(2)))
            const marked = f.let(load('i32', cell))
            const start = f.let(marked.and(0x7fffffff))
            const length = f.let(load('i32', cell.add(stride)).sub(start))
            const address = f.let(bytes.add(start))
            f.if(length.eq(nullLength).and(marked.ge(0).or(nullQuoted)), () => {
              f.if(f.call(equals, address, length, nullText, nullLength), () => {
                f.branchIf(validity.eqz(), stop)
                f.store('u8', validity.add(row), i32(0))
                f.set(nulls, nulls.add(1))
                body.gap(row)
                f.branch(next)
              })
            })
            body.field({ address, length, row, refuse: () => f.branch(stop) })
            f.if(validity, () => f.store('u8', validity.add(row), i32(1)))
          })
          f.set(row, row.add(1))
          f.branchIf(row.lt(count), again)
        })
      })
      f.store('i32', out, nulls)
      body.end()
      f.return(row)
    },
  )
}
