/**
 * Films, people and companies in the proportions of IMDB. Films have a country, a year and a popularity that no table
 * holds, from which the rows about them follow: so columns of different tables are correlated, and popular films have more of
 * everything.
 */
import { asked, literalsOf } from './literals.ts'
import { DataRandom } from './random.ts'
import { fill, type MadeData, type MadeTable, type Maker, schemaColumns } from './tables.ts'

const countries = [
  ['USA', '[us]', 40],
  ['UK', '[gb]', 10],
  ['Germany', '[de]', 9],
  ['Japan', '[jp]', 8],
  ['France', '[fr]', 8],
  ['Sweden', '[se]', 5],
  ['Norway', '[no]', 3],
  ['Denmark', '[dk]', 3],
  ['Russia', '[ru]', 4],
  ['Poland', '[pl]', 3],
  ['Spain', '[es]', 7],
] as const

const kinds = ['movie', 'tv series', 'tv movie', 'video movie', 'tv mini series', 'video game', 'episode']
const roles =
  'actor,actress,producer,writer,cinematographer,composer,costume designer,director,editor,miscellaneous crew,production designer,guest'.split(
    ',',
  )
const links =
  'follows,followed by,remake of,remade as,references,referenced in,spoofs,spoofed in,features,featured in,spin off from,spin off,version of,similar to,edited into,edited from,alternate language version of,unknown link'.split(
    ',',
  )
const genres = 'Drama,Comedy,Documentary,Short,Horror,Action,Thriller,Sci-Fi,Western,Romance,Crime,Family'.split(',')
const months = 'January February March April May June July August September October November December'.split(' ')

/** `films`: IMDB has 2.5 million. */
export function makeJob(schema: string, queries: readonly string[], films: number): MadeData {
  const columns = schemaColumns(schema)
  const literals = literalsOf(queries, columns)
  const random = new DataRandom(films)
  const tables: MadeTable[] = []
  const add = (name: string, rows: number, makers: Readonly<Record<string, Maker>>): MadeTable => {
    const all = { id: (row: number) => row + 1, ...makers }
    const made = fill(name, columns.get(name) ?? [], Math.max(1, Math.round(rows)), all, random)
    tables.push(made)
    return made
  }
  const some = (table: string, column: string, part: number, other: () => string | null): Maker =>
    asked(literals, table, column, part, other, random)
  const listed = (table: string, column: string, values: readonly string[], rows = values.length): MadeTable =>
    add(table, rows, { [column]: (row) => values[row] ?? `${column} ${row}` })

  listed('kind_type', 'kind', kinds)
  listed('role_type', 'role', roles)
  listed('link_type', 'link', links)
  listed('comp_cast_type', 'kind', ['cast', 'crew', 'complete', 'complete+verified'])
  listed('company_type', 'kind', ['distributors', 'production companies', 'special effects companies', 'miscellaneous'])
  const infos = [...new Set([...literals.texts('info_type', 'info'), 'runtimes', 'languages'])]
  listed('info_type', 'info', infos, 113)
  const infoType = (info: string): number => infos.indexOf(info) + 1

  const country = Uint8Array.from({ length: films }, () => weighted(random))
  const kind = Uint8Array.from({ length: films }, () => (random.chance(0.5) ? 0 : random.between(0, 6)))
  const year = Uint16Array.from({ length: films }, () => 2015 - random.skewed(100, 2.2))
  const popular = random.shuffled(Array(films).keys())
  /** A film, popular ones more often. */
  const film = (): number => popular[random.skewed(films, 1.6)] + 1

  add('title', films, {
    title: some('title', 'title', 0.06, () => random.title(random.between(1, 5))),
    kind_id: (row) => kind[row] + 1,
    production_year: (row) => (random.chance(0.03) ? null : year[row]),
    episode_of_id: (row) => (kind[row] === 6 ? random.between(1, films) : null),
    season_nr: (row) => (kind[row] === 6 ? random.between(1, 12) : null),
    episode_nr: (row) => (kind[row] === 6 ? random.skewed(200, 2) + 1 : null),
  })
  const people = Math.round(films * 1.6)
  const isWoman = Uint8Array.from({ length: people }, () => (random.chance(0.37) ? 1 : 0))
  add('name', people, {
    name: some('name', 'name', 0.3, () => `${random.title(1)}, ${random.title(1)}`),
    gender: (row) => (random.chance(0.15) ? null : isWoman[row] === 1 ? 'f' : 'm'),
    name_pcode_cf: some('name', 'name_pcode_cf', 0.2, () => `${random.title(1)[0]}${random.between(100, 650)}`),
  })
  const characters = Math.round(films * 1.2)
  add('char_name', characters, {
    name: some('char_name', 'name', 0.15, () => random.title(2)),
  })
  const companyCountry: number[] = []
  const companies = add('company_name', Math.max(40, films * 0.09), {
    name: some(
      'company_name',
      'name',
      0.15,
      () => `${random.title(2)} ${random.pick(['Film', 'Pictures', 'TV', 'Inc.'])}`,
    ),
    country_code: () => {
      const of = weighted(random)
      companyCountry.push(of)
      return random.chance(0.05) ? null : countries[of][1]
    },
  })
  const companiesOf = countries.map((_, of) =>
    companyCountry.flatMap((each, index) => (each === of ? [index + 1] : [])),
  )
  const keywordTexts = literals.texts('keyword', 'keyword')
  const keywords = Math.max(60, Math.round(films * 0.053))
  add('keyword', keywords, {
    keyword: (row) => (row % 2 === 0 && keywordTexts[row / 2]) || `${random.word()}-${random.word()}-${row}`,
  })
  const person = (): number => random.skewed(people, 1.5) + 1

  add('aka_name', films * 0.36, {
    person_id: person,
    name: some('aka_name', 'name', 0.1, () => `${random.title(1)}, ${random.title(2)}`),
  })
  add('aka_title', films * 0.14, { movie_id: film, kind_id: () => random.between(1, 7), title: () => random.title(3) })
  const castRoles: number[] = []
  add('cast_info', films * 14, {
    person_id: (row) => {
      const of = person()
      castRoles[row] = random.chance(0.6) ? (isWoman[of - 1] === 1 ? 2 : 1) : random.between(3, 12)
      return of
    },
    movie_id: film,
    person_role_id: (row) => (castRoles[row] > 2 || random.chance(0.2) ? null : random.skewed(characters, 1.5) + 1),
    note: some('cast_info', 'note', 0.35, () => (random.chance(0.6) ? null : `(as ${random.title(2)})`)),
    nr_order: (row) => (castRoles[row] > 2 ? null : random.skewed(60, 2) + 1),
    role_id: (row) => castRoles[row],
  })
  add('complete_cast', films * 0.08, {
    movie_id: film,
    subject_id: () => random.between(1, 2),
    status_id: () => random.between(3, 4),
  })
  let current = 0
  add('movie_companies', films * 1.1, {
    movie_id: () => {
      current = film()
      return current
    },
    company_id: () => random.between(1, companies.rowCount),
    company_type_id: () => random.skewed(4, 2.5) + 1,
    note: some('movie_companies', 'note', 0.35, () =>
      random.chance(0.5)
        ? null
        : `(${random.between(1990, 2012)}) (${random.pickSkewed(countries)[0]}) (${random.pick(['TV', 'theatrical', 'VHS', 'DVD', 'worldwide'])})`,
    ),
  })
  const companyFilms = tables[tables.length - 1].columns
  const filmsOfCompanies = companyFilms.get('movie_id') as number[]
  const companyIds = companyFilms.get('company_id') as number[]
  for (let row = 0; row < companyIds.length; row++) {
    const own = companiesOf[country[filmsOfCompanies[row] - 1]]
    if (own.length > 0 && random.chance(0.8)) companyIds[row] = random.pickSkewed(own)
  }
  let of = 0
  let type = ''
  add('movie_info', films * 5.9, {
    movie_id: () => {
      of = film()
      return of
    },
  })
  const infoFilms = tables.pop()?.columns.get('movie_id') as number[]
  const infoTypes: number[] = []
  add('movie_info', infoFilms.length, {
    movie_id: (row) => infoFilms[row],
    info_type_id: (row) => {
      const found = random.chance(0.9)
        ? infoType(random.pick(['genres', 'countries', 'release dates', 'languages', 'runtimes', 'budget']))
        : random.between(1, 113)
      infoTypes[row] = Math.max(1, found)
      return infoTypes[row]
    },
    info: (row) => {
      of = infoFilms[row] - 1
      type = infos[infoTypes[row] - 1] ?? ''
      const name = countries[country[of]][0]
      if (type === 'countries') return name
      if (type === 'genres') return random.pickSkewed(genres)
      if (type === 'release dates')
        return `${random.chance(0.7) ? name : random.pick(countries)[0]}: ${random.between(1, 28)} ${random.pick(months)} ${year[of] + random.between(0, 1)}`
      if (type === 'languages') return random.pick(['English', 'German', 'Swedish', 'Danish', 'Norwegian'])
      if (type === 'runtimes') return String(random.between(5, 180))
      return random.title(6)
    },
    note: some('movie_info', 'note', 0.25, () => (random.chance(0.7) ? null : `(${random.title(2)})`)),
  })
  const ratingTypes: number[] = []
  add('movie_info_idx', films, {
    movie_id: film,
    info_type_id: (row) => {
      ratingTypes[row] = Math.max(1, infoType(random.pick(['rating', 'votes', 'top 250 rank', 'bottom 10 rank'])))
      return ratingTypes[row]
    },
    info: (row) =>
      infos[ratingTypes[row] - 1] === 'rating'
        ? `${random.between(1, 9)}.${random.between(0, 9)}`
        : String(random.skewed(9999, 3) + 1),
  })
  add('movie_keyword', films * 1.8, { movie_id: film, keyword_id: () => random.skewed(keywords, 3) + 1 })
  add('movie_link', films * 0.05, {
    movie_id: film,
    linked_movie_id: film,
    link_type_id: () => random.between(1, links.length),
  })
  add('person_info', films * 1.17, {
    person_id: person,
    info_type_id: () =>
      random.chance(0.5)
        ? Math.max(1, infoType(random.pick(['mini biography', 'trivia', 'height'])))
        : random.between(1, 113),
    note: some('person_info', 'note', 0.4, () => (random.chance(0.8) ? null : random.title(2))),
    info: () => random.title(8),
  })
  return { schema, tables, keys: Object.fromEntries(tables.map(({ name }) => [name, 'id'])), indexes }
}

const indexes: MadeData['indexes'] = [
  ['aka_name', 'person_id'],
  ['aka_title', 'movie_id'],
  ['cast_info', 'movie_id'],
  ['cast_info', 'person_id'],
  ['cast_info', 'person_role_id'],
  ['complete_cast', 'movie_id'],
  ['movie_companies', 'movie_id'],
  ['movie_companies', 'company_id'],
  ['movie_info', 'movie_id'],
  ['movie_info', 'info_type_id'],
  ['movie_info_idx', 'movie_id'],
  ['movie_info_idx', 'info_type_id'],
  ['movie_keyword', 'movie_id'],
  ['movie_keyword', 'keyword_id'],
  ['movie_link', 'movie_id'],
  ['movie_link', 'linked_movie_id'],
  ['person_info', 'person_id'],
  ['title', 'kind_id'],
]

function weighted(random: DataRandom): number {
  let rest = random.between(1, 100)
  for (let index = 0; index < countries.length; index++) {
    rest -= countries[index][2]
    if (rest <= 0) return index
  }
  return 0
}
