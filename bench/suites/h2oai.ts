/**
 * The group-by and join questions of db-benchmark. The queries are read from the shared corpora, the data is made to their
 * description: 100 groups, uniform and independent; nine of ten rows of x find a partner.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { randomNumbers, writeLines } from '../generate.ts'
import type { QuerySuite } from '../suite.ts'

const corpus = resolve(import.meta.dirname, '../../../shared/corpora/h2oai/queries.sql')
const groups = 100

const schema = `CREATE TABLE x_group (id1 VARCHAR NOT NULL, id2 VARCHAR NOT NULL, id3 VARCHAR NOT NULL, id4 INTEGER NOT NULL, id5 INTEGER NOT NULL, id6 INTEGER NOT NULL, v1 INTEGER NOT NULL, v2 INTEGER NOT NULL, v3 DOUBLE PRECISION NOT NULL);
CREATE TABLE x (id1 INTEGER NOT NULL, id2 INTEGER NOT NULL, id3 INTEGER NOT NULL, id4 VARCHAR NOT NULL, id5 VARCHAR NOT NULL, id6 VARCHAR NOT NULL, v1 DOUBLE PRECISION NOT NULL);
CREATE TABLE small (id1 INTEGER NOT NULL, id4 VARCHAR NOT NULL, v2 DOUBLE PRECISION NOT NULL);
CREATE TABLE medium (id1 INTEGER NOT NULL, id2 INTEGER NOT NULL, id4 VARCHAR NOT NULL, id5 VARCHAR NOT NULL, v2 DOUBLE PRECISION NOT NULL);
CREATE TABLE big (id1 INTEGER NOT NULL, id2 INTEGER NOT NULL, id3 INTEGER NOT NULL, id4 VARCHAR NOT NULL, id5 VARCHAR NOT NULL, id6 VARCHAR NOT NULL, v2 DOUBLE PRECISION NOT NULL);
`

/** Undefined when the queries are not here. Each query's result is fetched whole. */
export function h2oaiSuite(rows: number): QuerySuite | undefined {
  if (!existsSync(corpus)) return undefined
  const directory = join(import.meta.dirname, '..', 'data', `h2oai-${rows}`)
  return {
    title: `h2o.ai's questions, ${rows / 1e6} M rows`,
    data: { directory, schema: join(directory, 'schema.sql'), tables: ['x_group', 'x', 'small', 'medium', 'big'] },
    make: () => make(directory, rows),
    queries: readFileSync(corpus, 'utf8')
      .split(/^-- /m)
      .slice(1)
      .map((part) => {
        const [name, ...lines] = part.split('\n')
        return [name.trim(), lines.join('\n').trim().replace(/;$/, '')]
      }),
  }
}

function make(directory: string, rows: number): void {
  if (existsSync(join(directory, 'schema.sql'))) return
  mkdirSync(directory, { recursive: true })
  const random = randomNumbers(11)
  const any = (count: number): number => 1 + Math.floor(random() * count)
  const value = (): string => (random() * 100).toFixed(6)
  const text = (n: number, width: number): string => `id${String(n).padStart(width, '0')}`
  const many = rows / groups
  writeLines(join(directory, 'x_group.csv'), rows, () => {
    const texts = `${text(any(groups), 3)}|${text(any(groups), 3)}|${text(any(many), 10)}`
    return `${texts}|${any(groups)}|${any(groups)}|${any(many)}|${any(5)}|${any(15)}|${value()}`
  })
  // Keys are drawn from a tenth more than there are; a table has each of its own once, in no order.
  const small = Math.max(1, rows / 1e6)
  const medium = rows / 1e3
  const domain = (size: number): number => Math.ceil(size * 1.1)
  const own = (n: number, size: number): number => 1 + ((n * 6700417) % domain(size))
  const key = (size: number): number => any(domain(size))
  writeLines(join(directory, 'x.csv'), rows, () => {
    const [one, two, three] = [key(small), key(medium), key(rows)]
    return `${one}|${two}|${three}|id${one}|id${two}|id${three}|${value()}`
  })
  writeLines(join(directory, 'small.csv'), small, (n) => `${own(n, small)}|id${own(n, small)}|${value()}`)
  writeLines(join(directory, 'medium.csv'), medium, (n) => {
    const [one, two] = [key(small), own(n, medium)]
    return `${one}|${two}|id${one}|id${two}|${value()}`
  })
  writeLines(join(directory, 'big.csv'), rows, (n) => {
    const [one, two, three] = [key(small), key(medium), own(n, rows)]
    return `${one}|${two}|${three}|id${one}|id${two}|id${three}|${value()}`
  })
  writeFileSync(join(directory, 'schema.sql'), schema)
}
