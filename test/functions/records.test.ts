import { expect, test } from 'vitest'
import { Database, SqlError } from '../../src/index.ts'

const db = new Database()

function rows(query: string): (string | null)[][] {
  return [...db.query(query).text].map((row) => [...row])
}

function failure(query: string): string {
  try {
    rows(query)
  } catch (error) {
    if (error instanceof SqlError) return `${error.code} ${error.message}`
    throw error
  }
  return 'no error'
}

test('json_to_record reads members as the types of the columns', () => {
  expect(
    rows(`SELECT * FROM json_to_record('{"a":1,"b":"x","c":[1,2]}') AS x(a int, b text, c int[], d text)`),
  ).toEqual([['1', 'x', '{1,2}', null]])
  expect(rows(`SELECT * FROM jsonb_to_recordset('[{"a":1},{"a":2,"b":"z"}]') AS x(a int, b text)`)).toEqual([
    ['1', null],
    ['2', 'z'],
  ])
})

test('what does not fit a column is an error', () => {
  expect(failure(`SELECT * FROM json_to_record('{"a":123}') AS x(a int[])`)).toBe('22P02 expected JSON array')
  expect(failure(`SELECT * FROM json_to_record('{"a":[[1],2]}') AS x(a int[])`)).toBe('22P02 expected JSON array')
  expect(failure(`SELECT * FROM json_to_record('{"a":[[1],[2,3]]}') AS x(a int[])`)).toBe('22P02 malformed JSON array')
  expect(failure(`SELECT * FROM json_to_record('{"a":"x"}') AS x(a int)`)).toBe(
    '22P02 invalid input syntax for type integer: "x"',
  )
  expect(failure(`SELECT * FROM json_to_recordset('{"a":1}') AS x(a int)`)).toBe(
    '22023 cannot call json_to_recordset on an object',
  )
})
