/** Single operators over made-up tables: filters, groups, joins, sorts, text, windows. Results are small, so what is measured is the work. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomNumbers, skewed, word, writeLines } from '../generate.ts'
import type { QuerySuite } from '../suite.ts'

/**
 *   fact    k100, k1m, s, b are keys of 100, 1,000,000, 1,000 and `rows` values; word has 1,000 values, skewed; note is
 *           three to six words; amount and price are uniform
 *   small   each s once            big   half of all b once, in no order
 *   one, other   every key some ten times in each, a tenth as many rows as fact
 */
const schema = `CREATE TABLE fact (id INTEGER NOT NULL, k100 INTEGER NOT NULL, k1m INTEGER NOT NULL, s INTEGER NOT NULL, b INTEGER NOT NULL, word VARCHAR NOT NULL, note VARCHAR NOT NULL, amount INTEGER NOT NULL, price DOUBLE PRECISION NOT NULL);
CREATE TABLE small (s INTEGER NOT NULL, label VARCHAR NOT NULL);
CREATE TABLE big (b INTEGER NOT NULL, weight INTEGER NOT NULL);
CREATE TABLE one (m INTEGER NOT NULL, v INTEGER NOT NULL);
CREATE TABLE other (m INTEGER NOT NULL, v INTEGER NOT NULL);
`

export function microSuite(rows: number): QuerySuite {
  const directory = join(import.meta.dirname, '..', 'data', `micro-${rows}`)
  return {
    title: `Micro analytics, ${rows / 1e6} M rows`,
    data: { directory, schema: join(directory, 'schema.sql'), tables: ['fact', 'small', 'big', 'one', 'other'] },
    make: () => make(directory, rows),
    queries: [
      ['filtered sum', 'SELECT sum(amount) FROM fact WHERE amount BETWEEN 100 AND 499 AND price < 500'],
      ['group by 100 keys', 'SELECT k100, count(*), sum(amount), avg(price) FROM fact GROUP BY k100'],
      [
        'group by 1 M keys',
        'SELECT count(*), max(n), max(total) FROM (SELECT k1m, count(*) AS n, sum(amount) AS total FROM fact GROUP BY k1m) AS groups',
      ],
      ['group by text', 'SELECT word, count(*), sum(amount) FROM fact GROUP BY word'],
      [
        'group by long text',
        'SELECT count(*), max(n) FROM (SELECT note, count(*) AS n FROM fact GROUP BY note) AS groups',
      ],
      ['join, small build', 'SELECT label, sum(amount) FROM fact JOIN small ON fact.s = small.s GROUP BY label'],
      ['join, large build', 'SELECT count(*), sum(weight), sum(amount) FROM fact JOIN big ON fact.b = big.b'],
      ['join, many to many', 'SELECT count(*), sum(one.v), sum(other.v) FROM one JOIN other ON one.m = other.m'],
      ['top 10', 'SELECT id, amount, price FROM fact ORDER BY price DESC, id LIMIT 10'],
      ['full sort', `SELECT id, amount, price FROM fact ORDER BY price, id LIMIT 10 OFFSET ${rows - 10}`],
      ['full sort by text', `SELECT note, id FROM fact ORDER BY note, id LIMIT 10 OFFSET ${rows - 10}`],
      ['like %..%', "SELECT count(*) FROM fact WHERE note LIKE '%torlin%'"],
      ['count distinct', 'SELECT count(DISTINCT b) FROM fact'],
      ['count distinct by group', 'SELECT k100, count(DISTINCT k1m) FROM fact GROUP BY k100'],
      ['count distinct text', 'SELECT count(DISTINCT note) FROM fact'],
      [
        'row_number',
        'SELECT max(rn), sum(rn * amount) FROM (SELECT amount, row_number() OVER (PARTITION BY k1m ORDER BY price, id) AS rn FROM fact) AS numbered',
      ],
      [
        'running sum',
        'SELECT max(total), min(total), sum(total % 1000) FROM (SELECT sum(amount) OVER (PARTITION BY k100 ORDER BY id) AS total FROM fact) AS running',
      ],
    ],
  }
}

function make(directory: string, rows: number): void {
  if (existsSync(join(directory, 'schema.sql'))) return
  mkdirSync(directory, { recursive: true })
  const file = (name: string): string => join(directory, `${name}.csv`)
  const words = Array.from({ length: 2000 }, (_, n) => word(n))
  const random = randomNumbers(1)
  const any = (count: number): number => Math.floor(random() * count)
  writeLines(file('fact'), rows, (id) => {
    let note = words[any(2000)]
    for (let more = 2 + any(4); more > 0; more--) note += ` ${words[any(2000)]}`
    const keys = `${any(100)}|${any(1_000_000)}|${any(1000)}|${any(rows)}`
    return `${id}|${keys}|${words[skewed(random, 1000, 3)]}|${note}|${any(1000)}|${any(100_000) / 100}`
  })
  writeLines(file('small'), 1000, (s) => `${s}|${words[s]}`)
  writeLines(file('big'), rows / 2, (n) => `${(n * 6700417) % rows}|${any(100)}`)
  for (const name of ['one', 'other']) writeLines(file(name), rows / 10, () => `${any(rows / 100)}|${any(1000)}`)
  writeFileSync(join(directory, 'schema.sql'), schema)
}
