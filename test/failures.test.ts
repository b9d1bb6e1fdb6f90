/** Failures of ours reach users as SqlErrors; the statement is taken back, and the database goes on. */
import { expect, test } from 'vitest'
import { AssertionError, asReported, SqlError } from '../src/error.ts'
import { Database } from '../src/index.node.ts'

function trap(): unknown {
  // A module whose one function is `unreachable`.
  const bytes = [
    0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 5, 1, 3, 0, 0, 11,
  ]
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(bytes)))
  try {
    return (exports.f as () => unknown)()
  } catch (error) {
    return error
  }
}

test.each([
  ['XX000', () => trap()],
  ['XX000', () => new TypeError('x is undefined')],
  ['XX000', () => new AssertionError('never')],
  ['53200', () => new RangeError('Array buffer allocation failed')],
  ['53200', () => new RangeError('Invalid array length')],
  ['53200', () => new RangeError('WebAssembly.Memory.grow(): Maximum memory size exceeded')],
  ['54001', () => new RangeError('Maximum call stack size exceeded')],
])('a failure is %s', (code, make) => {
  const cause = make()
  const error = asReported(cause)
  expect(error).toBeInstanceOf(SqlError)
  expect((error as SqlError).code).toBe(code)
  expect((error as SqlError).cause).toBe(cause)
})

test('errors of others stay theirs', () => {
  const error = Object.assign(new Error('no such file'), { code: 'ENOENT' })
  expect(asReported(error)).toBe(error)
})

test('a statement that fails within is taken back', () => {
  const db = new Database()
  db.exec('CREATE TABLE t (a integer); INSERT INTO t VALUES (1)')
  const { session } = db
  const run = session.execute
  session.execute = (executable, parameters, transaction, options) => {
    run.call(session, executable, parameters, transaction, options)
    throw trap()
  }
  expect(() => db.exec('INSERT INTO t VALUES (2)')).toThrow(SqlError)
  expect(() => db.prepare('INSERT INTO t VALUES (3)').run()).toThrow(SqlError)
  session.execute = run
  expect(db.exec('SELECT a FROM t').values).toEqual([[1]])
})
