/**
 * The kernels that add a batch's rows to their groups' records.
 *
 *   numbered   the groups' numbers were found before; they come as a u32 per row
 *   direct     keys of a small domain: their codes are computed here and index an array of numbers
 *   ascending  one key: its codes are computed here and compared with the last; stops where one is smaller
 *   single     one group of all rows
 */
import type { Expression, OutputColumn } from '../../planner/expression.ts'
import { emitUpdates, initialBits, isCarried, type StateSlot, type SumFacts } from './aggregate-states.ts'
import type { ModuleBuilder } from './assembler.ts'
import { cannotCompile } from './code.ts'
import { ExpressionCompiler } from './expression.ts'
import type { InputMap } from './inputs.ts'
import { finite } from './integers.ts'
import { KernelSite } from './kernel.ts'
import { forRows } from './loop.ts'
import { element } from './move-library.ts'
import type { Shape } from './shape.ts'
import { i64, load, type Term } from './term.ts'
import { KernelWriter, type Slot } from './writer.ts'

export type UpdateMode = 'numbered' | 'direct' | 'ascending' | 'single'

export interface UpdateDescription extends SumFacts {
  /** Arguments may overflow: the function `check` must have found that those of the batch do not, before `run`. */
  readonly mayOverflow: boolean
  /** direct, ascending: the bounds of each key, unless it is a dictionary column. */
  readonly keys: readonly ({ readonly low: number; readonly high: number; readonly scale: number } | undefined)[]
}

/** @param slots those that the kernel updates, of `allSlots` that a record has */
export function updateSite(
  mode: UpdateMode,
  columns: readonly OutputColumn[],
  groups: readonly Expression[],
  slots: readonly StateSlot[],
  allSlots: readonly StateSlot[],
): KernelSite<UpdateDescription> {
  const numbersKeys = mode === 'direct' || mode === 'ascending'
  const keys = numbersKeys ? groups : []
  const expressions = [...keys, ...slots.flatMap(expressionsOf)]
  return new KernelSite(columns, expressions, (map) => {
    const describe = (slot: StateSlot): string =>
      `${slot.kind} ${slot.argument ? map.key(slot.argument) : ''}${slot.second ? `, ${map.key(slot.second)}` : ''}${slot.filter ? ` if ${map.key(slot.filter)}` : ''}`
    return {
      key: `aggregate ${mode} ${allSlots.length} by ${keys.map((group) => map.key(group)).join(';')} of ${slots.map(describe).join(';')}`,
      write: (module, shapes, memorySlots, dense) =>
        writeUpdate(module, mode, map, keys, slots, allSlots, shapes, memorySlots, dense),
    }
  })
}

function writeUpdate(
  module: ModuleBuilder,
  mode: UpdateMode,
  map: InputMap,
  keys: readonly Expression[],
  slots: readonly StateSlot[],
  allSlots: readonly StateSlot[],
  shapes: readonly Shape[],
  memorySlots: Slot[],
  dense: boolean,
): UpdateDescription {
  let facts: SumFacts | undefined
  let mayOverflow = false
  const bounds: { low: number; high: number; scale: number }[] = []
  const stride = allSlots.length * 8
  module.function('run', { frame: 'i32', count: 'i32', selection: 'i32' }, 'i32', (f, { frame, count, selection }) => {
    const writer = new KernelWriter(f, frame, shapes, memorySlots)
    const records = writer.argument('records')
    const known = f.let(keys.length > 0 ? writer.argument('known') : i64(0).to('i32'))
    const ascent = mode === 'ascending' ? startAscent() : undefined
    forRows(f, dense, count, selection, (row, n) => {
      const compiler = new ExpressionCompiler(writer, map, row, () => {
        mayOverflow = true
      })
      const record = f.let(recordOf(row, n))
      facts = emitUpdates(compiler, slots, record)

      function recordOf(at: Term, place: Term): Term {
        switch (mode) {
          case 'single':
            return records
          case 'numbered':
            return records.add(load('u32', element(writer.argument('numbers'), place, 4)).mul(stride))
          case 'ascending':
            return ascent!.recordOf(keyCode(compiler, keys, bounds), at, place)
          default: {
            const slot = f.let(element(writer.argument('slots'), keyCode(compiler, keys, bounds), 4))
            const number = f.let(load('u32', slot))
            f.if(number.eqz(), () => {
              startGroup(at)
              f.set(number, known)
              f.store('u32', slot, number)
            })
            return records.add(number.sub(1).mul(stride))
          }
        }
      }
    })
    ascent?.stop(count)
    f.return(known)

    function startGroup(at: Term): Term {
      const start = f.let(records.add(known.mul(stride)))
      for (const { kind, offset } of allSlots) f.store('i64', start, i64(initialBits(kind)), offset)
      f.store('u16', writer.argument('fresh').add(known.sub(writer.argument('known')).shl(1)), at)
      f.set(known, known.add(1))
      return start
    }

    function startAscent(): { recordOf(code: Term, at: Term, n: Term): Term; stop(n: Term): void } {
      const state = writer.argument('last')
      const last = f.let(load('i64', state).to('i32'))
      const current = f.let(records.add(known.sub(1).mul(stride)))
      const stop = (n: Term): void => {
        f.store('i64', state, last.to('i64'))
        f.store('u32', state, n, 8)
      }
      const recordOf = (code: Term, at: Term, n: Term): Term => {
        f.if(code.ne(last), () => {
          f.if(code.lt(last), () => {
            stop(n)
            f.return(known)
          })
          f.set(last, code)
          f.set(current, startGroup(at))
        })
        return current
      }
      return { recordOf, stop }
    }
  })
  if (mayOverflow) writeCheck(module, map, keys, slots, shapes, memorySlots, dense)
  return { ...(facts ?? { sums: new Map(), scales: new Map() }), keys: bounds, mayOverflow }
}

/** Half a batch that was added could not be taken back, so what may overflow is computed once before: 0 when nothing does. */
function writeCheck(
  module: ModuleBuilder,
  map: InputMap,
  keys: readonly Expression[],
  slots: readonly StateSlot[],
  shapes: readonly Shape[],
  memorySlots: Slot[],
  dense: boolean,
): void {
  module.function(
    'check',
    { frame: 'i32', count: 'i32', selection: 'i32' },
    'i32',
    (f, { frame, count, selection }) => {
      const writer = new KernelWriter(f, frame, shapes, memorySlots)
      forRows(f, dense, count, selection, (row) => {
        const compiler = new ExpressionCompiler(writer, map, row, () => f.return(-1))
        for (const expression of [...keys, ...slots.flatMap(expressionsOf)]) compiler.compile(expression)
        for (const { kind, argument } of slots) if (isCarried(kind)) finite(compiler, compiler.integer(argument!))
      })
      f.return(0)
    },
  )
}

function expressionsOf(slot: StateSlot): Expression[] {
  return [slot.argument, slot.second, slot.filter].filter((part) => part !== undefined)
}

/** The combined code of the keys, as `key-columns.ts` codes them: (code of the first × range of the second) + … */
function keyCode(
  compiler: ExpressionCompiler,
  keys: readonly Expression[],
  bounds: ({ low: number; high: number; scale: number } | undefined)[],
): Term {
  const { f, writer } = compiler
  let combined: Term | undefined
  for (const [i, key] of keys.entries()) {
    const code = singleCode(compiler, key, i, bounds)
    combined = combined === undefined ? code : combined.mul(writer.argument(`range${i}`)).add(code)
  }
  return f.let(combined!)
}

function singleCode(
  compiler: ExpressionCompiler,
  key: Expression,
  i: number,
  bounds: ({ low: number; high: number; scale: number } | undefined)[],
): Term {
  const { f, writer, inputs } = compiler
  if (key.kind === 'column') {
    const input = inputs.indexOf(key)
    if (writer.shapes[input].layout.startsWith('dictionary')) {
      const { valid } = compiler.compile(key)
      const code = compiler.dictionaryCode(input).add(1)
      return f.let(valid === null ? code : valid.select(code, 0))
    }
  }
  const code = compiler.compile(key)
  if (code.class !== 'integer' && code.class !== 'boolean') return cannotCompile('keys that are no integers')
  if (code.class === 'integer') {
    if (code.displayScale) return cannotCompile('keys of varying scales')
    bounds[i] = { low: code.low, high: code.high, scale: code.scale }
  } else bounds[i] = { low: 0, high: 1, scale: 0 }
  const shifted = code.term
    .to('i64')
    .sub(writer.argument(`before${i}`, 'i64'))
    .to('i32')
  return f.let(code.valid === null ? shifted : code.valid.select(shifted, 0))
}

/** A kernel without effect, by which an operator learns whether an expression can be compiled for a batch. */
export function probeSite(columns: readonly OutputColumn[], expression: Expression): KernelSite<undefined> {
  return new KernelSite<undefined>(columns, [expression], (map) => ({
    key: `probe ${map.key(expression)}`,
    write(module, shapes, slots, dense) {
      module.function(
        'run',
        { frame: 'i32', count: 'i32', selection: 'i32' },
        'i32',
        (f, { frame, count, selection }) => {
          const writer = new KernelWriter(f, frame, shapes, slots)
          forRows(f, dense, count, selection, (row) => {
            new ExpressionCompiler(writer, map, row, () => f.return(-1)).compile(expression)
          })
          f.return(0)
        },
      )
      return undefined
    },
  }))
}
