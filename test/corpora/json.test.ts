/** JSON texts that a parser must accept, must refuse, and may do either with. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Database, SqlError } from '../../src/index.ts'
import { corpus, describeCorpus, filesBelow } from './corpora.ts'

describeCorpus('json', () => {
  const files = filesBelow(corpus('json'), '.json')
  const database = new Database()

  /** The error's SQLSTATE, or undefined when the bytes are read as the type. */
  function refusal(file: string, type: 'json' | 'jsonb'): string | undefined {
    try {
      database.query(`SELECT convert_from($1::bytea, 'UTF8')::${type}`, [readFileSync(corpus('json', file))]).text
    } catch (error) {
      if (error instanceof SqlError) return error.code
      throw error
    }
    return undefined
  }

  test.each(files.filter((file) => file.includes('/y_')))('%s is accepted', (file) => {
    expect(refusal(file, 'json')).toBeUndefined()
    // What JSON allows and jsonb cannot hold: the character U+0000.
    expect([undefined, '22P05']).toContain(refusal(file, 'jsonb'))
  })

  test.each(files.filter((file) => file.includes('/n_')))('%s is refused', (file) => {
    for (const type of ['json', 'jsonb'] as const) expect(['22P02', '22021', '54001']).toContain(refusal(file, type))
  })

  test.each(files.filter((file) => file.includes('/i_')))('%s is accepted or refused', (file) => {
    for (const type of ['json', 'jsonb'] as const) refusal(file, type)
    expect(database.query('SELECT 1 AS one').rows).toEqual([{ one: 1 }])
  })
})
