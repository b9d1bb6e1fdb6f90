/** ClickHouse in the process, through chdb. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Peer } from '../protocol.ts'

interface Session {
  query(sql: string, format?: string): string
}

export async function open(): Promise<Peer> {
  const packageName = 'chdb'
  const { Session } = (await import(packageName)) as { Session: new () => Session }
  const session = new Session()
  const settings = `max_threads = ${process.env.BENCH_THREADS ?? 1}, output_format_json_quote_64bit_integers = 0`
  return {
    load(directory, schema, tables) {
      session.query('CREATE DATABASE IF NOT EXISTS bench ENGINE = Atomic')
      session.query('USE bench')
      for (const statement of readFileSync(schema, 'utf8').split(';')) {
        if (statement.trim()) session.query(`${statement} ENGINE = MergeTree ORDER BY tuple()`)
      }
      for (const table of tables) {
        const file = join(directory, `${table}.csv`)
        session.query(
          `INSERT INTO ${table} SELECT * FROM file('${file}', 'CSV') SETTINGS format_csv_delimiter = '|', max_threads = 1`,
        )
      }
    },
    run(sql) {
      const text = session.query(`${clickhouseWords(sql)} SETTINGS ${settings}`, 'JSONCompactEachRow')
      return text === '' ? [] : (JSON.parse(`[${text.trim().replaceAll('\n', ',')}]`) as unknown[][])
    },
  }
}

function clickhouseWords(sql: string): string {
  return sql
    .replace(/;\s*$/, '')
    .replace(/quantile_cont\((\w+), ([\d.]+)\)/g, 'quantileExactInclusive($2)($1)')
    .replace(/\bstddev\(/g, 'stddevSamp(')
}
