import { describe, expect, it } from 'vitest'
import { ModuleBuilder } from '../../src/exec/compiled/assembler.ts'
import { Bytes } from '../../src/exec/compiled/bytes.ts'
import { f64, i32, i64, load, simd } from '../../src/exec/compiled/term.ts'

function instantiate(module: ModuleBuilder, memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 })): any {
  const bytes = module.bytes(false)
  expect(WebAssembly.validate(bytes)).toBe(true)
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } }).exports
}

describe('LEB128', () => {
  it.each([0n, 1n, -1n, 63n, 64n, -64n, -65n, 0x7fffffffn, -0x80000000n, 2n ** 62n, -(2n ** 63n), 2n ** 63n - 1n])(
    'writes %s so that a constant reads back the same',
    (value) => {
      const module = new ModuleBuilder()
      module.function('get', {}, 'i64', (f) => f.return(i64(value)))
      expect(instantiate(module).get()).toBe(value)
    },
  )

  it('grows its buffer', () => {
    const bytes = new Bytes(1)
    for (let i = 0; i < 1000; i++) bytes.u32(i)
    expect(bytes.toUint8Array().length).toBe(128 + 2 * 872)
  })
})

describe('terms', () => {
  it('computes on integers, signed unless marked', () => {
    const module = new ModuleBuilder()
    const cases: [string, (a: any, b: any) => any, number][] = [
      ['add', (a, b) => a.add(b), -4],
      ['sub', (a, b) => a.sub(b), -10],
      ['mul', (a, b) => a.mul(b), -21],
      ['div', (a, b) => a.div(b), -2],
      ['rem', (a, b) => a.rem(b), -1],
      ['lt', (a, b) => a.lt(b), 1],
      ['ltU', (a, b) => a.ltU(b), 0],
      ['shrU', (a, b) => a.shrU(b), (-7 >>> 3) | 0],
      ['select', (a, b) => a.gt(b).select(a, b), 3],
      ['neg', (a) => a.neg(), 7],
    ]
    for (const [name, make] of cases)
      module.function(name, { a: 'i32', b: 'i32' }, 'i32', (f, { a, b }) => f.return(make(a, b)))
    const exports = instantiate(module)
    for (const [name, , expected] of cases) expect([name, exports[name](-7, 3)]).toEqual([name, expected])
  })

  it('converts between types', () => {
    const module = new ModuleBuilder()
    module.function('toLong', { a: 'f64' }, 'i64', (f, { a }) => f.return(a.to('i64')))
    module.function('toDouble', { a: 'i64' }, 'f64', (f, { a }) => f.return(a.to('f64')))
    module.function('bits', { a: 'f64' }, 'i64', (f, { a }) => f.return(a.bits()))
    module.function('half', { a: 'f64' }, 'f64', (f, { a }) => f.return(a.mul(f64(0.5))))
    const exports = instantiate(module)
    expect(exports.toLong(-2.9)).toBe(-2n)
    expect(exports.toLong(Number.NaN)).toBe(0n)
    expect(exports.toDouble(7n)).toBe(7)
    expect(exports.bits(1)).toBe(0x3ff0000000000000n)
    expect(exports.half(3)).toBe(1.5)
  })

  it('refuses to mix types', () => {
    expect(() => i32(1).add(i64(1))).toThrow('expected i32, got i64')
  })
})

describe('functions', () => {
  it('loops, branches and stores', () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 })
    const module = new ModuleBuilder()
    module.function('keepEven', { count: 'i32', out: 'i32' }, 'i32', (f, { count, out }) => {
      const found = f.local('i32')
      f.forRange(count, (row, leave) => {
        f.branchIf(row.gt(7), leave)
        f.if(row.and(1).eqz(), () => {
          f.store('u16', out.add(found.shl(1)), row)
          f.set(found, found.add(1))
        })
      })
      f.return(found)
    })
    const { keepEven } = instantiate(module, memory)
    expect(keepEven(100, 64)).toBe(4)
    expect([...new Uint16Array(memory.buffer, 64, 4)]).toEqual([0, 2, 4, 6])
    expect(keepEven(0, 64)).toBe(0)
  })

  it('calls helpers, each defined once', () => {
    const module = new ModuleBuilder()
    const square = () =>
      module.helper('square', { x: 'i64' }, 'i64', (f, { x }) => {
        f.return(x.mul(x))
      })
    module.function('sum', { a: 'i64', b: 'i64' }, 'i64', (f, { a, b }) =>
      f.return(f.call(square(), a).add(f.call(square(), b))),
    )
    const exports = instantiate(module)
    expect(exports.sum(3n, 4n)).toBe(25n)
    expect(Object.keys(exports)).toEqual(['sum'])
  })

  it('works on 128 bits', () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 })
    new Uint8Array(memory.buffer).set([5, 1, 5, 5], 32)
    const module = new ModuleBuilder()
    module.function('mask', { at: 'i32', byte: 'i32' }, 'i32', (f, { at, byte }) =>
      f.return(simd('i8x16.bitmask', simd('i8x16.eq', load('v128', at), simd('i8x16.splat', byte)))),
    )
    module.function('copy', { at: 'i32', to: 'i32' }, null, (f, { at, to }) => {
      f.store('v128', to, load('v128', at))
      f.copy(to.add(16), at, i32(2))
      f.fill(to.add(18), i32(9), i32(2))
    })
    const exports = instantiate(module, memory)
    expect(exports.mask(32, 5)).toBe(0b1101)
    exports.copy(32, 64)
    expect([...new Uint8Array(memory.buffer, 64, 4)]).toEqual([5, 1, 5, 5])
    expect([...new Uint8Array(memory.buffer, 80, 4)]).toEqual([5, 1, 9, 9])
  })

  it('imports a shared memory too', () => {
    const module = new ModuleBuilder()
    module.function('get', { at: 'i32' }, 'i32', (f, { at }) => f.return(load('u8', at)))
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true })
    const bytes = module.bytes(true)
    expect(WebAssembly.validate(bytes)).toBe(true)
    // The module allows more pages than the memory may have, which a link accepts.
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } })
    new Uint8Array(memory.buffer)[3] = 77
    expect((instance.exports as any).get(3)).toBe(77)
  })
})
