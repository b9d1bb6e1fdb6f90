/** Random calls of aggregates and window functions: the leaves of expressions in grouped and windowed queries. */
import { ExpressionMaker, isOrderable, type Reference, type Traits } from './expression.ts'
import type { Random } from './random.ts'
import { optional, type Sql, sql } from './tree.ts'

/** `{x}` is an argument of the type; `D` marks what DISTINCT changes; `~` what rounds. */
const aggregateForms: Readonly<Record<string, readonly string[]>> = {
  bigint: [
    'count(*)',
    'D count({integer})',
    'D count({text})',
    'count({boolean})',
    'D sum({integer})',
    'sum({smallint})',
    'regr_count({double precision}, {double precision})',
    'bit_or({bigint})',
  ],
  integer: ['min({integer})', 'max({integer})', 'bit_and({integer})', 'bit_xor({integer})', 'max({integer}) - 0'],
  smallint: ['min({smallint})', 'max({smallint})', 'bit_or({smallint})'],
  numeric: [
    'D sum({bigint})',
    'D sum({numeric})',
    'avg({integer})',
    'D avg({numeric})',
    'avg({bigint})',
    'var_samp({integer})',
    'var_pop({numeric})',
    'stddev({integer})',
    'stddev_pop({smallint})',
    'min({numeric})',
    'max({numeric})',
    'percentile_disc(0.5) WITHIN GROUP (ORDER BY {numeric})',
  ],
  'double precision': [
    '~sum({double precision})',
    '~avg({double precision})',
    '~avg({real})',
    'min({double precision})',
    'max({double precision})',
    '~stddev({double precision})',
    '~var_pop({double precision})',
    '~corr({double precision}, {integer})',
    '~covar_pop({integer}, {integer})',
    '~regr_slope({integer}, {smallint})',
    '~percentile_cont(0.25) WITHIN GROUP (ORDER BY {double precision})',
    '~percentile_cont(0.5) WITHIN GROUP (ORDER BY {integer})',
  ],
  real: ['~sum({real})', 'min({real})', 'max({real})'],
  text: [
    'min({text})',
    'max({text})',
    "string_agg({text}, ',' ORDER BY {same})",
    "string_agg(DISTINCT {text}, ',' ORDER BY {same})",
    "string_agg(DISTINCT {text}, ',')",
    'mode() WITHIN GROUP (ORDER BY {text})',
    'percentile_disc(0.7) WITHIN GROUP (ORDER BY {text})',
  ],
  boolean: ['bool_and({boolean})', 'bool_or({boolean})', 'every({boolean})'],
  date: ['min({date})', 'max({date})', 'percentile_disc(0.5) WITHIN GROUP (ORDER BY {date} DESC)'],
  time: ['min({time})', 'max({time})'],
  timestamp: ['min({timestamp})', 'max({timestamp})'],
  timestamptz: ['min({timestamptz})', 'max({timestamptz})'],
  interval: ['min({interval})', 'max({interval})'],
  mood: ['min({mood})', 'max({mood})', 'mode() WITHIN GROUP (ORDER BY {mood})'],
  'integer[]': [
    'array_agg({integer}::integer ORDER BY {same})',
    'array_agg(DISTINCT {integer} ORDER BY {same} DESC)',
    'array_agg(DISTINCT {integer})',
    'min({integer[]})',
  ],
  'text[]': ['array_agg({text} ORDER BY {same} NULLS FIRST)', 'max({text[]})'],
  jsonb: ['jsonb_agg({integer}::integer ORDER BY {same})', 'jsonb_agg({text} ORDER BY {same} DESC)'],
  json: ['json_agg({integer}::integer ORDER BY {same})', 'json_agg({boolean} ORDER BY {same})'],
}

/** An aggregate that gives the type, over the columns in reach. */
export function aggregate(
  type: string,
  random: Random,
  traits: Traits,
  reach: readonly Reference[],
  depth: number,
): Sql | undefined {
  const forms = aggregateForms[type]
  if (!forms) return undefined
  traits.hasRepresentatives = true
  let form = random.pick(forms)
  if (form.startsWith('~')) {
    traits.isInexact = true
    form = form.slice(1)
  }
  const maker = new ExpressionMaker(random, traits, { mayFail: false })
  const isDistinct = form.startsWith('D ')
  if (isDistinct) form = form.slice(2)
  if (isDistinct && random.chance(0.25)) form = form.replace('(', '(DISTINCT ')
  const call = fillForm(form, (inner) => maker.of(inner, reach, random.pick([0, 0, depth])))
  return random.chance(0.15) ? sql`${call}${optional(sql` FILTER (WHERE ${maker.of('boolean', reach, 1)})`)}` : call
}

function fillForm(form: string, make: (type: string) => Sql): Sql {
  let last: Sql = ''
  const parts = form.split(/\{([a-z][a-z0-9 ]*(?:\[\])?)\}/).map((piece, index) => {
    if (index % 2 === 0) return piece
    if (piece !== 'same') last = make(piece)
    return last
  })
  return { parts }
}

/** Functions of windows: `total` ones want an order without ties. */
const windowForms: Readonly<Record<string, { readonly total: readonly string[]; readonly free: readonly string[] }>> = {
  bigint: { total: ['row_number()'], free: ['rank()', 'dense_rank()', 'count(*)', 'count({text})', 'sum({integer})'] },
  integer: { total: ['ntile({n})'], free: ['min({integer})', 'max({integer})'] },
  numeric: {
    total: [],
    free: ['sum({numeric})', 'avg({integer})', 'sum({bigint})', 'max({numeric})', 'avg({numeric})'],
  },
  'double precision': {
    total: [],
    free: ['percent_rank()', 'cume_dist()', '~sum({double precision})', '~avg({real})'],
  },
  text: { total: ["string_agg({text}, ',')"], free: ['min({text})', 'max({text})'] },
  boolean: { total: [], free: ['bool_and({boolean})', 'bool_or({boolean})'] },
  'integer[]': { total: ['array_agg({integer})'], free: [] },
}

const valueForms = [
  'lag({x})',
  'lead({x})',
  'lag({x}, {n})',
  'lead({x}, {n}, {x})',
  'first_value({x})',
  'last_value({x})',
  'nth_value({x}, {n})',
]

/** A window function that gives the type. `keys` tell the rows apart; without them only what ties cannot change is made. */
export function windowFunction(
  type: string,
  random: Random,
  traits: Traits,
  reach: readonly Reference[],
  keys: readonly string[] | undefined,
): Sql | undefined {
  traits.hasRepresentatives = true
  const forms = windowForms[type]
  const isTotal = keys !== undefined && random.chance(0.6)
  const choices = [
    ...(forms?.free ?? []),
    ...(isTotal ? (forms?.total ?? []) : []),
    ...(isTotal && type !== 'json' ? valueForms : []),
  ]
  if (choices.length === 0) return undefined
  let form = random.pick(choices)
  if (form.startsWith('~')) {
    traits.isInexact = true
    form = form.slice(1)
  }
  const maker = new ExpressionMaker(random, traits, { mayFail: false })
  const call = fillForm(form, (inner) =>
    inner === 'n' ? String(random.between(1, 4)) : maker.of(inner === 'x' ? type : inner, reach, random.pick([0, 1])),
  )
  const able = reach.filter((column) => isOrderable(column.type))
  const partition = random.chance(0.5) && able.length > 0 ? `PARTITION BY ${random.pick(able).sql}` : ''
  const orderKeys =
    able.length > 0 && random.chance(isTotal ? 0.7 : 0.8) ? [direction(random.pick(able).sql, random)] : []
  const order = isTotal ? [...orderKeys, ...keys] : orderKeys
  const isFrameable = !/^(row_number|rank|dense_rank|ntile|percent_rank|cume_dist|lag|lead)/.test(form)
  const frame = isFrameable && random.chance(0.6) ? windowFrame(random, isTotal, order.length > 0, reach) : undefined
  const orderText = frame?.order ?? order
  const orderBy = orderText.length > 0 ? `ORDER BY ${orderText.join(', ')}` : ''
  if (orderBy === '' && /^(rank|dense_rank)/.test(form)) return undefined
  const filter =
    isFrameable && /^(count|sum|avg|min|max|bool|string_agg|array_agg)/.test(form) && random.chance(0.1)
      ? optional(sql` FILTER (WHERE ${maker.of('boolean', reach, 1)})`)
      : ''
  return sql`${call}${filter} OVER (${optional(partition)} ${orderBy} ${optional(frame?.text ?? '')})`
}

function direction(key: string, random: Random): string {
  return key + random.pick(['', '', ' DESC', ' NULLS FIRST', ' DESC NULLS LAST'])
}

interface Frame {
  readonly text: string
  /** Where the frame dictates the order: a single column for offsets of RANGE. */
  readonly order?: readonly string[]
}

function windowFrame(
  random: Random,
  isTotal: boolean,
  hasOrder: boolean,
  reach: readonly Reference[],
): Frame | undefined {
  const exclude = random.pick([
    '',
    '',
    '',
    ' EXCLUDE CURRENT ROW',
    ' EXCLUDE GROUP',
    ' EXCLUDE TIES',
    ' EXCLUDE NO OTHERS',
  ])
  const bounds = (offset: () => string): string => {
    const start = random.pick(['UNBOUNDED PRECEDING', `${offset()} PRECEDING`, 'CURRENT ROW'])
    const end = random.pick(['CURRENT ROW', `${offset()} FOLLOWING`, 'UNBOUNDED FOLLOWING'])
    return `BETWEEN ${start} AND ${end}`
  }
  const small = (): string => String(random.between(0, 3))
  const kind = random.next()
  if (isTotal && kind < 0.5) return { text: `ROWS ${bounds(small)}${exclude}` }
  if (!hasOrder) return undefined
  const safe = isTotal ? exclude : exclude.replace(' EXCLUDE CURRENT ROW', '').replace(' EXCLUDE TIES', '')
  if (kind < 0.75) return { text: `GROUPS ${bounds(small)}${safe}` }
  const numbers = reach.filter((column) => /^(integer|bigint|numeric|date)$/.test(column.type))
  if (isTotal || numbers.length === 0)
    return {
      text: `RANGE ${random.pick(['UNBOUNDED PRECEDING', 'BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING'])}${safe}`,
    }
  const key = random.pick(numbers)
  const offset = key.type === 'date' ? (): string => `INTERVAL '${random.between(0, 40)} days'` : small
  return { text: `RANGE ${bounds(offset)}${safe}`, order: [direction(key.sql, random)] }
}
