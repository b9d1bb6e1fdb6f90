/** ClickBench's one wide table: visits of pages, most of them to few sites by few people. */
import { DataRandom } from './random.ts'
import { fill, isoDate, type MadeData, type Maker, schemaColumns } from './tables.ts'

export function makeHits(schema: string, queries: readonly string[], rows: number): MadeData {
  const columns = schemaColumns(schema)
  const random = new DataRandom(rows)
  const hits = columns.get('hits') ?? []
  const users = Math.max(10, Math.round(rows / 6))
  const sites = ['google.com', 'www.google.ru', 'yandex.ru', 'example.com', 'mail.ru', ...names(random, 400)]
  const pages = Array.from({ length: Math.max(20, Math.round(rows / 12)) }, () => {
    const scheme = random.chance(0.8) ? 'http' : 'https'
    return `${scheme}://${random.pickSkewed(sites, 5)}/${random.word()}/${random.between(1, 9999)}.html`
  })
  const titles = pages.map(() => random.title(random.between(2, 6)))
  const phrases = names(random, Math.max(20, Math.round(rows / 25)))
  const second = new Uint32Array(rows)
  const page = new Uint32Array(rows)
  const asked = (column: string): string[] => {
    const found = queries.flatMap((query) => [...query.matchAll(new RegExp(`\\b${column} = (-?\\d+)`, 'g'))])
    return [...new Set(found.map(([, value]) => value))]
  }
  const hash = (base: bigint, known: readonly string[]): Maker => {
    return (row) =>
      known.length > 0 && random.chance(0.02)
        ? random.pick(known)
        : String(BigInt.asIntN(64, BigInt(page[row] + 1) * base))
  }
  const known = asked('UserID')
  const rarely = (part: number, make: Maker): Maker => {
    return (row) => (random.chance(part) ? make(row) : 0)
  }
  const makers: Record<string, Maker> = {
    watchid: () => String(4_611_686_018_427_387_904n + BigInt(random.between(0, 2 ** 40))),
    eventtime: (row) => {
      second[row] = Math.floor((row / rows) * 31 * 86_400 * 0.98) + random.between(0, 3000)
      return stamp(second[row])
    },
    eventdate: (row) => stamp(second[row]).slice(0, 10),
    clienteventtime: (row) => stamp(second[row] + random.between(-100, 100)),
    localeventtime: (row) => stamp(second[row] + 3600),
    counterid: () => (random.chance(0.42) ? 62 : random.skewed(5000, 3) + 1),
    clientip: () => random.skewed(users, 2) * 7919 - 1_000_000_000,
    regionid: () => random.skewed(200, 3),
    userid: () =>
      random.chance(0.001) && known.length > 0
        ? random.pick(known)
        : String(BigInt(random.skewed(users, 2) + 1) * 1_234_567_890_123n),
    url: (row) => {
      page[row] = random.skewed(pages.length, 2.5)
      return random.chance(0.01) ? '' : pages[page[row]]
    },
    title: () =>
      random.chance(0.1) ? '' : random.chance(0.02) ? `Google ${random.pick(titles)}` : random.pickSkewed(titles),
    referer: () => (random.chance(0.2) ? '' : random.pickSkewed(pages)),
    searchphrase: () => (random.chance(0.8) ? '' : random.pickSkewed(phrases, 3)),
    searchengineid: rarely(0.2, () => random.between(1, 30)),
    advengineid: rarely(0.05, () => random.between(1, 60)),
    mobilephone: rarely(0.1, () => random.between(1, 90)),
    mobilephonemodel: () => (random.chance(0.9) ? '' : random.pickSkewed(['iPad', 'iPhone', 'A500', 'N8-00', 'X7'])),
    isrefresh: rarely(0.1, () => 1),
    dontcounthits: rarely(0.1, () => 1),
    islink: rarely(0.3, () => 1),
    isdownload: rarely(0.02, () => 1),
    traficsourceid: () => random.between(-1, 9),
    resolutionwidth: () => random.pick([0, 1024, 1280, 1366, 1638, 1920]),
    windowclientwidth: () => random.between(0, 1920),
    windowclientheight: () => random.between(0, 1080),
    refererhash: hash(987_654_321_987_654_321n, asked('RefererHash')),
    urlhash: hash(123_456_789_123_456_789n, asked('URLHash')),
    hitcolor: () => random.pick(['D', 'E', 'F', 'T', 'g', '5']),
  }
  for (const { name, type } of hits) {
    if (type === 'text') makers[name] ??= () => (random.chance(0.9) ? '' : random.word())
  }
  return { schema, tables: [fill('hits', hits, rows, makers, random)], keys: {}, indexes: [] }
}

function stamp(second: number): string {
  const day = 15_887 + Math.floor(second / 86_400)
  const rest = second % 86_400
  const two = (number: number): string => String(number).padStart(2, '0')
  return `${isoDate(day)} ${two(Math.floor(rest / 3600))}:${two(Math.floor(rest / 60) % 60)}:${two(rest % 60)}`
}

function names(random: DataRandom, count: number): string[] {
  return Array.from({ length: count }, () => `${random.word()}${random.chance(0.5) ? ` ${random.word()}` : ''}`)
}
