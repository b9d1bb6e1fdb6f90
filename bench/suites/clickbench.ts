/**
 * ClickBench's 43 queries over made-up page views. The schema and the queries are read from the shared corpora; the rows are
 * ours, with the skew that the queries are about: most views belong to few counters, regions and users; most have no search
 * phrase, no phone and no advertisement.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { randomNumbers, skewed, word, writeLines } from '../generate.ts'
import { schemaTables } from '../schema.ts'
import type { QuerySuite } from '../suite.ts'

const corpus = resolve(import.meta.dirname, '../../../shared/corpora/clickbench')

/** Undefined when the queries are not here. */
export function clickbenchSuite(rows: number): QuerySuite | undefined {
  if (!existsSync(join(corpus, 'queries.sql'))) return undefined
  const directory = join(import.meta.dirname, '..', 'data', `clickbench-${rows}`)
  const lines = readFileSync(join(corpus, 'queries.sql'), 'utf8').split('\n')
  return {
    title: `ClickBench's queries, ${rows / 1e6} M made-up rows`,
    data: { directory, schema: join(directory, 'schema.sql'), tables: ['hits'] },
    make() {
      mkdirSync(directory, { recursive: true })
      copyFileSync(join(corpus, 'schema.sql'), join(directory, 'schema.sql'))
      const schema = readFileSync(join(corpus, 'schema.sql'), 'utf8')
      const columns = schemaTables(schema).get('hits')!
      const view = pageViews(columns, rows)
      writeLines(join(directory, 'hits.csv'), rows, view)
    },
    queries: lines.filter((line) => line.trim() !== '').map((sql, i) => [`Q${i + 1}`, sql.trim().replace(/;$/, '')]),
  }
}

type Columns = readonly { readonly name: string; readonly type: string }[]

/** A line per page view. Columns that no query reads are small and mostly 0, or empty. */
function pageViews(columns: Columns, rows: number): (n: number) => string {
  const random = randomNumbers(7)
  const any = (count: number): number => Math.floor(random() * count)
  const chance = (share: number): boolean => random() < share
  const words = Array.from({ length: 5000 }, (_, n) => word(n))
  const some = (): string => words[skewed(random, words.length, 2)]
  const phrase = (least: number, more: number): string => {
    let text = some()
    for (let n = least - 1 + any(more + 1); n > 0; n--) text += ` ${some()}`
    return text
  }
  const phrases = Array.from({ length: rows / 10 }, () => phrase(1, 4))
  const hosts = Array.from({ length: 3000 }, (_, n) =>
    n % 400 === 7 ? `maps.google.${words[n % 9].slice(0, 2)}` : `${words[n]}.${chance(0.5) ? 'ru' : 'com'}`,
  )
  const address = (): string => {
    const start = `http${chance(0.1) ? 's' : ''}://${chance(0.3) ? 'www.' : ''}${hosts[skewed(random, hosts.length, 3)]}/`
    const path = `${some()}/${chance(0.5) ? `${some()}-${some()}/` : ''}${some()}`
    return start + path + (chance(0.4) ? `?${some()}=${any(100_000)}` : '.html')
  }
  const addresses = Array.from({ length: rows / 5 }, address)
  const titles = Array.from({ length: rows / 8 }, () => `${phrase(3, 7)}${chance(0.01) ? ' - Google Search' : ''}`)
  const wide = (): bigint => (BigInt(any(2 ** 31)) << 32n) | BigInt(any(2 ** 32))
  const users = Array.from({ length: Math.ceil(rows / 6) }, wide)
  const two = (n: number): string => String(n).padStart(2, '0')
  const hash = (n: number): string => String((BigInt(n) * 0x9e3779b97f4a7c15n) & 0x7fffffffffffffffn)
  const clock = (seconds: number): string =>
    `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
  users[0] = 435090932899640449n

  return () => {
    const user = skewed(random, users.length, 2.5)
    const url = skewed(random, addresses.length, 2)
    const counter = chance(0.08) ? 62 : 1 + skewed(random, 6000, 3)
    const day = `2013-07-${two(1 + any(31))}`
    const time = `${day} ${clock(any(86400))}`
    const searched = chance(0.13)
    const phone = chance(0.06)
    const referred = chance(0.6)
    const refresh = chance(0.12)
    const values: Record<string, string | number | bigint> = {
      WatchID: wide(),
      JavaEnable: chance(0.6) ? 1 : 0,
      Title: chance(0.12) ? '' : titles[skewed(random, titles.length, 2)],
      GoodEvent: 1,
      EventTime: time,
      EventDate: day,
      CounterID: counter,
      ClientIP: Math.imul(user + any(3), 2654435761),
      RegionID: 1 + skewed(random, 5000, 3),
      UserID: users[user],
      OS: any(90),
      UserAgent: any(80),
      URL: addresses[url],
      Referer: referred ? addresses[skewed(random, addresses.length, 3)] : '',
      IsRefresh: refresh ? 1 : 0,
      ResolutionWidth: [1368, 1280, 1024, 1920, 1638, 1440, 320, 0][skewed(random, 8, 1.5)],
      ResolutionHeight: [768, 1024, 800, 1080, 0][any(5)],
      ResolutionDepth: 24,
      MobilePhone: phone ? 1 + any(90) : 0,
      MobilePhoneModel: phone ? words[skewed(random, 160, 2)] : '',
      TraficSourceID: chance(0.3) ? -1 : any(10),
      SearchEngineID: searched ? 1 + skewed(random, 60, 3) : 0,
      SearchPhrase: searched ? phrases[skewed(random, phrases.length, 2)] : '',
      AdvEngineID: chance(0.006) ? 1 + skewed(random, 40, 3) : 0,
      WindowClientWidth: 300 + any(1700),
      WindowClientHeight: 200 + any(900),
      ClientEventTime: time,
      LocalEventTime: time,
      IsLink: chance(0.02) ? 1 : 0,
      IsDownload: chance(0.001) ? 1 : 0,
      DontCountHits: chance(0.05) ? 1 : 0,
      HitColor: 'TESDRH'[any(6)],
      Age: any(60),
      RefererHash: referred ? (chance(0.02) ? '3594120000172545465' : hash(any(rows))) : 0,
      URLHash: chance(0.01) ? '2868770270353813622' : hash(url),
      FUniqID: users[user],
      HID: any(2 ** 30),
      RemoteIP: any(2 ** 30),
      PageCharset: 'utf-8',
      BrowserLanguage: 'ru',
      BrowserCountry: 'RU',
    }
    return columns.map(({ name, type }) => values[name] ?? (/TEXT|CHAR/.test(type) ? '' : 0)).join('|')
  }
}
