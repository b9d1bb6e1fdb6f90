/** The four query sets that come without data, with data made for them: `size` 1 is what a laptop's databases take seconds for. */
import { readFileSync } from 'node:fs'
import { corpus, filesBelow } from '../corpora.ts'
import { makeH2oai } from './h2oai.ts'
import { makeHits } from './hits.ts'
import { makeJob } from './job.ts'
import type { MadeData } from './tables.ts'
import { makeTpcds } from './tpcds.ts'

export interface Query {
  readonly name: string
  readonly sql: string
  /** PostgreSQL's wording, where it differs. */
  readonly postgres: string
}

export interface QuerySet {
  readonly name: string
  queries(): Query[]
  make(size: number): MadeData
}

function folder(name: string): Query[] {
  return filesBelow(corpus(name, 'queries'), '.sql').map((file) => {
    const sql = readFileSync(corpus(name, 'queries', file), 'utf8').replace(/;\s*$/, '')
    return { name: `${name} ${file.replace('.sql', '')}`, sql, postgres: sql }
  })
}

function schemaOf(name: string): string {
  return readFileSync(corpus(name, 'schema.sql'), 'utf8')
}

const texts = (queries: readonly Query[]): string[] => queries.map(({ sql }) => sql)

export const querySets: readonly QuerySet[] = [
  {
    name: 'tpcds',
    queries: () => folder('tpcds'),
    make: (size) => makeTpcds(schemaOf('tpcds'), texts(folder('tpcds')), size * 0.1),
  },
  {
    name: 'job',
    queries: () => folder('job'),
    make: (size) => makeJob(schemaOf('job'), texts(folder('job')), Math.max(200, Math.round(size * 60_000))),
  },
  {
    name: 'clickbench',
    queries: hits,
    make: (size) => makeHits(schemaOf('clickbench'), texts(hits()), Math.round(size * 250_000)),
  },
  { name: 'h2oai', queries: h2oai, make: (size) => makeH2oai(Math.round(size * 500_000)) },
]

function hits(): Query[] {
  const lines = readFileSync(corpus('clickbench', 'queries.sql'), 'utf8').split('\n')
  return lines
    .filter((line) => line.trim() !== '')
    .map((line, index) => {
      const sql = line.replace(/;\s*$/, '')
      return { name: `clickbench ${String(index).padStart(2, '0')}`, sql, postgres: sql }
    })
}

function h2oai(): Query[] {
  const found: Query[] = []
  for (const part of readFileSync(corpus('h2oai', 'queries.sql'), 'utf8').split(/^-- /m).slice(1)) {
    const [title, ...lines] = part.split('\n')
    const sql = lines.join('\n').trim().replace(/;$/, '')
    const postgres = sql.replace(/quantile_cont\((\w+), ([\d.]+)\)/, 'percentile_cont($2) WITHIN GROUP (ORDER BY $1)')
    found.push({ name: `h2oai ${title.trim()}`, sql, postgres })
  }
  return found
}
