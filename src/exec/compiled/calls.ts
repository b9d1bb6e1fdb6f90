/**
 * Functions and operators that kernels know, by name and parameter kinds. Each entry turns the codes of the arguments
 * into the code of the result; all are strict. What has no entry is left to the reference evaluator.
 */

import { findPart } from '../../functions/scalar/date-parts.ts'
import type { CallExpression } from '../../planner/expression.ts'
import type { DataType } from '../../types/data-type.ts'
import type { Interval } from '../../types/value.ts'
import { datePart, safeDay, splitTimestamp, truncateDay } from './calendar-code.ts'
import { bothValid, type Code, cannotCompile, type FloatCode, type IntegerCode, type TextCode } from './code.ts'
import { type Comparison, compareCodes, isComparison } from './comparisons.ts'
import type { ExpressionCompiler } from './expression.ts'
import { patternKey } from './expression-key.ts'
import { absolute, add, divide, multiply, negate, remainder, subtract } from './integers.ts'
import { i32, i64, type Term } from './term.ts'
import { isWellFormed, matchesPattern, simplePattern, textLength, textOffset } from './text-code.ts'

type Translation = (compiler: ExpressionCompiler, call: CallExpression) => Code

export function compileCall(compiler: ExpressionCompiler, call: CallExpression): Code {
  const { name } = call.function
  const kinds = call.overload.parameters.map(patternKey)
  if (isComparison(name) && call.function.category === 'comparison') return compare(compiler, call, name, kinds)
  const translate = translations.get(`${name}(${kinds.join()})`)
  return translate ? translate(compiler, call) : cannotCompile(`function ${name}(${kinds.join(', ')})`)
}

const comparableKinds: ReadonlySet<string> = new Set([
  'boolean',
  'smallint',
  'integer',
  'bigint',
  'oid',
  'numeric',
  'real',
  'double',
  'text',
  'date',
  'time',
  'timestamp',
  'timestamptz',
])

function compare(
  compiler: ExpressionCompiler,
  call: CallExpression,
  comparison: Comparison,
  kinds: readonly string[],
): Code {
  if (!kinds.every((kind) => comparableKinds.has(kind))) return cannotCompile(`comparison of ${kinds[0]}`)
  const [left, right] = call.args.map((arg) => compiler.compile(arg))
  return compareCodes(compiler, comparison, left, right, call.type)
}

const translations = new Map<string, Translation>()

function define(names: readonly string[], signatures: readonly string[], translation: Translation): void {
  for (const name of names) for (const signature of signatures) translations.set(`${name}(${signature})`, translation)
}

function integerArgument(compiler: ExpressionCompiler, call: CallExpression, index: number): IntegerCode {
  return compiler.integer(call.args[index])
}

const integers = ['smallint', 'integer', 'bigint']
const pairs = (kinds: readonly string[]): string[] => kinds.map((kind) => `${kind},${kind}`)

type BinaryInteger = (
  compiler: ExpressionCompiler,
  left: IntegerCode,
  right: IntegerCode,
  type: DataType,
) => IntegerCode

function binary(operation: BinaryInteger): Translation {
  return (compiler, call) =>
    operation(compiler, integerArgument(compiler, call, 0), integerArgument(compiler, call, 1), call.type)
}

function unary(
  operation: (compiler: ExpressionCompiler, operand: IntegerCode, type: DataType) => IntegerCode,
): Translation {
  return (compiler, call) => operation(compiler, integerArgument(compiler, call, 0), call.type)
}

define(['+'], pairs([...integers, 'numeric']), binary(add))
define(['-'], pairs([...integers, 'numeric']), binary(subtract))
define(['*'], pairs([...integers, 'numeric']), binary(multiply))
define(['/', '//', 'div'], pairs(integers), binary(divide))
define(['%', 'mod'], pairs([...integers, 'numeric']), binary(remainder))
define(['-'], [...integers, 'numeric'], unary(negate))
define(
  ['+'],
  [...integers, 'numeric'],
  unary((_, operand) => operand),
)
define(['@', 'abs'], [...integers, 'numeric'], unary(absolute))

/** Bits of the wider operand decide the bounds of the result. */
function bitwise(operation: 'and' | 'or' | 'xor'): Translation {
  return (compiler, call) => {
    const left = integerArgument(compiler, call, 0)
    const right = integerArgument(compiler, call, 1)
    const largest = Math.max(Math.abs(left.low), Math.abs(left.high), Math.abs(right.low), Math.abs(right.high))
    const bound = largest === Infinity ? Infinity : 2 ** Math.ceil(Math.log2(largest + 1))
    return {
      class: 'integer',
      type: call.type,
      valid: bothValid(left.valid, right.valid),
      scale: 0,
      term: left.term[operation](right.term),
      low: -bound,
      high: bound,
    }
  }
}

define(['&'], pairs(integers), bitwise('and'))
define(['|'], pairs(integers), bitwise('or'))
define(['#', 'xor'], pairs(integers), bitwise('xor'))

function floatArgument(compiler: ExpressionCompiler, call: CallExpression, index: number): FloatCode {
  const code = compiler.compile(call.args[index])
  return code.class === 'float' ? code : cannotCompile('a float was expected')
}

const floatPairs = ['double,double', 'real,real', 'real,double', 'double,real']

/** Results that are infinite without an infinite operand, or vanish without a zero, are errors: the batch is given up. */
function floatOperation(operation: 'add' | 'sub' | 'mul' | 'div'): Translation {
  return (compiler, call) => {
    const { f } = compiler
    const left = floatArgument(compiler, call, 0)
    const right = floatArgument(compiler, call, 1)
    const valid = bothValid(left.valid, right.valid)
    const guard = (condition: Term): Term => (valid === null ? condition : condition.and(valid))
    if (operation === 'div') compiler.bailIf(guard(right.term.eq(0)))
    const exact = left.term[operation](right.term)
    const term = f.let(call.type.kind === 'real' ? exact.to('f32').to('f64') : exact)
    compiler.bailIf(guard(term.abs().eq(Infinity)))
    if (operation === 'mul' || operation === 'div') compiler.bailIf(guard(term.eq(0).and(left.term.ne(0))))
    return { class: 'float', type: call.type, term, valid }
  }
}

define(['+'], floatPairs, floatOperation('add'))
define(['-'], floatPairs, floatOperation('sub'))
define(['*'], floatPairs, floatOperation('mul'))
define(['/'], floatPairs, floatOperation('div'))
define(['-'], ['real', 'double'], (compiler, call) => {
  const operand = floatArgument(compiler, call, 0)
  return { ...operand, type: call.type, term: operand.term.neg() }
})
define(['+'], ['real', 'double'], (compiler, call) => floatArgument(compiler, call, 0))
define(['@', 'abs'], ['real', 'double'], (compiler, call) => {
  const operand = floatArgument(compiler, call, 0)
  return { ...operand, type: call.type, term: operand.term.abs() }
})
define(['floor'], ['double'], (compiler, call) => {
  const operand = floatArgument(compiler, call, 0)
  return { ...operand, type: call.type, term: operand.term.floor() }
})
define(['ceil', 'ceiling'], ['double'], (compiler, call) => {
  const operand = floatArgument(compiler, call, 0)
  return { ...operand, type: call.type, term: operand.term.ceil() }
})

// Dates: whatever is not within the days that kernels know is given up.
const firstDate = -2440588
const endOfDates = 2145042906

function plusDays(negative: boolean): Translation {
  return (compiler, call) => {
    const swapped = patternKey(call.overload.parameters[0]) === 'integer'
    const date = integerArgument(compiler, call, swapped ? 1 : 0)
    const days = integerArgument(compiler, call, swapped ? 0 : 1)
    const day = safeDay(compiler, date).to('i64')
    const valid = bothValid(date.valid, days.valid)
    const term = compiler.f.let(negative ? day.sub(days.term) : day.add(days.term))
    const low = Math.max(date.low, -719162) + (negative ? -days.high : days.low)
    const high = Math.min(date.high, 16777216) + (negative ? -days.low : days.high)
    if (low < firstDate || high >= endOfDates) {
      const outside = term.lt(i64(firstDate)).or(term.ge(i64(endOfDates)))
      compiler.bailIf(valid === null ? outside : outside.and(valid))
    }
    return {
      class: 'integer',
      type: call.type,
      term,
      valid,
      scale: 0,
      low: Math.max(low, firstDate),
      high: Math.min(high, endOfDates),
    }
  }
}

define(['+'], ['date,integer', 'integer,date'], plusDays(false))
define(['-'], ['date,integer'], plusDays(true))
define(['-'], ['date,date'], (compiler, call) => {
  const left = integerArgument(compiler, call, 0)
  const right = integerArgument(compiler, call, 1)
  const term = safeDay(compiler, left).sub(safeDay(compiler, right)).to('i64')
  return {
    class: 'integer',
    type: call.type,
    term,
    valid: bothValid(left.valid, right.valid),
    scale: 0,
    low: -2147483648,
    high: 2147483647,
  }
})

const microsPerDay = 86400000000n

/** A constant interval without months, in microseconds. */
function constantMicros(call: CallExpression, index: number): bigint {
  const interval = call.args[index]
  if (interval.kind !== 'constant' || interval.value === null) return cannotCompile('an interval that is not constant')
  const { months, days, micros } = interval.value as Interval
  if (months !== 0) return cannotCompile('months added to a column')
  const total = BigInt(days) * microsPerDay + micros
  return total < 10n ** 17n && total > -(10n ** 17n) ? total : cannotCompile('a long interval')
}

function plusInterval(sign: bigint, dateIndex: number): Translation {
  return (compiler, call) => {
    const shift = constantMicros(call, 1 - dateIndex) * sign
    const start = integerArgument(compiler, call, dateIndex)
    let micros: Term
    if (call.args[dateIndex].type.kind === 'date') micros = safeDay(compiler, start).to('i64').mul(microsPerDay)
    else {
      splitTimestamp(compiler, start)
      micros = start.term
    }
    const limit = 2 ** 62
    return {
      class: 'integer',
      type: call.type,
      term: micros.add(shift),
      valid: start.valid,
      scale: 0,
      low: -limit,
      high: limit,
    }
  }
}

// PostgreSQL's range of timestamps begins before and ends after all days that kernels know, shifted by 10^17 at most.
define(['+'], ['date,interval', 'timestamp,interval'], plusInterval(1n, 0))
define(['+'], ['interval,date', 'interval,timestamp'], plusInterval(1n, 1))
define(['-'], ['date,interval', 'timestamp,interval'], plusInterval(-1n, 0))

/** The unit that a constant first argument names. */
function constantUnit(call: CallExpression): string {
  const [unit] = call.args
  if (unit.kind !== 'constant' || typeof unit.value !== 'string') return cannotCompile('a unit that is not constant')
  return findPart(unit.value) ?? cannotCompile(`unit ${unit.value}`)
}

function extract(compiler: ExpressionCompiler, call: CallExpression): Code {
  const part = constantUnit(call)
  const source = integerArgument(compiler, call, 1)
  const { f } = compiler
  const give = (term: Term, low: number, high: number): Code => {
    if (call.type.kind === 'double')
      return { class: 'float', type: call.type, term: term.to('f64'), valid: source.valid }
    return { class: 'integer', type: call.type, term: term.to('i64'), valid: source.valid, scale: 0, low, high }
  }
  const isDate = call.args[1].type.kind === 'date'
  if (!isDate && (part === 'hour' || part === 'minute')) {
    const { micros } = splitTimestamp(compiler, source)
    if (part === 'hour') return give(micros.divU(3600000000n).to('i32'), 0, 23)
    return give(micros.divU(60000000n).remU(60n).to('i32'), 0, 59)
  }
  const bounds = isDate ? source : { low: source.low / 86400000000, high: source.high / 86400000000 }
  const day = isDate ? safeDay(compiler, source) : splitTimestamp(compiler, source).day
  const result = datePart(f, part, day, bounds)
  return result ? give(result.term, result.low, result.high) : cannotCompile(`unit ${part}`)
}

define(['extract', 'date_part'], ['text,date', 'text,timestamp'], extract)

define(['date_trunc'], ['text,timestamp'], (compiler, call) => {
  const unit = constantUnit(call)
  const source = integerArgument(compiler, call, 1)
  const { day, micros } = splitTimestamp(compiler, source)
  const give = (term: Term): Code => ({
    class: 'integer',
    type: call.type,
    term,
    valid: source.valid,
    scale: 0,
    low: Math.max(source.low - 4e15, -(2 ** 62)),
    high: source.high,
  })
  const sizes: Readonly<Record<string, bigint>> = {
    hour: 3600000000n,
    minute: 60000000n,
    second: 1000000n,
    milliseconds: 1000n,
  }
  if (unit in sizes) return give(source.term.sub(micros.remU(sizes[unit])))
  const first = truncateDay(compiler.f, unit, day)
  return first ? give(first.to('i64').mul(microsPerDay)) : cannotCompile(`unit ${unit}`)
})

function textArgument(compiler: ExpressionCompiler, call: CallExpression, index: number): TextCode {
  const code = compiler.compile(call.args[index])
  return code.class === 'text' ? code : cannotCompile('a text was expected')
}

function constantText(call: CallExpression, index: number): string {
  const arg = call.args[index]
  return arg.kind === 'constant' && typeof arg.value === 'string'
    ? arg.value
    : cannotCompile('a pattern that is not constant')
}

function like(negated: boolean): Translation {
  return (compiler, call) => {
    const pattern = simplePattern(constantText(call, 1)) ?? cannotCompile('a pattern with _')
    const text = textArgument(compiler, call, 0)
    const { address, length } = text.bytes()
    const matches = matchesPattern(compiler.f, address, length, pattern)
    return { class: 'boolean', type: call.type, term: negated ? matches.eqz() : matches, valid: text.valid }
  }
}

define(['~~'], ['text,text'], like(false))
define(['!~~'], ['text,text'], like(true))

/** A pattern of constant text and `%`s, for functions that are cases of LIKE. */
function partOfText(make: (part: string) => { prefix: string; middle: string[]; suffix: string }): Translation {
  return (compiler, call) => {
    const part = constantText(call, 1)
    if (!isWellFormed(part)) return cannotCompile('a text that is not well formed')
    const text = textArgument(compiler, call, 0)
    const { address, length } = text.bytes()
    return {
      class: 'boolean',
      type: call.type,
      valid: text.valid,
      term: matchesPattern(compiler.f, address, length, { ...make(part), exact: false }),
    }
  }
}

define(
  ['starts_with', '^@'],
  ['text,text'],
  partOfText((prefix) => ({ prefix, middle: [], suffix: '' })),
)
define(
  ['ends_with'],
  ['text,text'],
  partOfText((suffix) => ({ prefix: '', middle: [], suffix })),
)
define(
  ['contains'],
  ['text,text'],
  partOfText((part) => ({ prefix: '', middle: part === '' ? [] : [part], suffix: '' })),
)

define(['length', 'char_length'], ['text'], (compiler, call) => {
  const text = textArgument(compiler, call, 0)
  const { address, length } = text.bytes()
  const term = compiler.f.call(textLength(compiler.f.module), address, length).to('i64')
  return { class: 'integer', type: call.type, term, valid: text.valid, scale: 0, low: 0, high: 2 ** 30 }
})

define(['octet_length'], ['text'], (compiler, call) => {
  const text = textArgument(compiler, call, 0)
  return {
    class: 'integer',
    type: call.type,
    term: text.bytes().length.to('i64'),
    valid: text.valid,
    scale: 0,
    low: 0,
    high: 2 ** 30,
  }
})

/** substring(text, start[, count]): positions count characters from 1, those before the text have none. */
function substring(compiler: ExpressionCompiler, call: CallExpression): Code {
  const numbers = call.args
    .slice(1)
    .map((arg) => (arg.kind === 'constant' && arg.value !== null ? (arg.value as number) : NaN))
  if (numbers.some(Number.isNaN)) return cannotCompile('positions that are not constant')
  const [start, count] = numbers
  if (count < 0) return cannotCompile('a negative length')
  const text = textArgument(compiler, call, 0)
  const { f } = compiler
  const first = Math.max(0, start - 1)
  const end = count === undefined ? undefined : Math.max(first, start - 1 + count)
  const compute = (): { address: Term; length: Term } => {
    const { address, length } = text.bytes()
    const skipped = first === 0 ? i32(0) : f.let(f.call(textOffset(f.module), address, length, first))
    const from = f.let(address.add(skipped))
    const rest = f.let(length.sub(skipped))
    if (end === undefined) return { address: from, length: rest }
    return { address: from, length: f.let(f.call(textOffset(f.module), from, rest, end - first)) }
  }
  const bytes = compute()
  return { class: 'text', type: call.type, valid: text.valid, bytes: () => bytes }
}

define(['substring', 'substr'], ['text,integer', 'text,integer,integer'], substring)
