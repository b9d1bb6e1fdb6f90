/** Random calls of aggregates: the leaves of expressions in grouped queries. */
import { ExpressionMaker, type Reference, type Traits } from './expression.ts'
import type { Random } from './random.ts'
import { optional, type Sql, sql } from './tree.ts'

/** `{x}` is an argument of the type; `D` marks what DISTINCT changes; `~` what rounds. */
const aggregateForms: Readonly<Record<string, readonly string[]>> = {
  bigint: [
    'rank({integer}::integer) WITHIN GROUP (ORDER BY {integer})',
    'dense_rank({n}) WITHIN GROUP (ORDER BY {integer} DESC)',
    'D count({pair})',
    'count(({integer}, {text}))',
    'sum(DISTINCT {integer}) FILTER (WHERE {boolean})',
    'bit_xor({bigint})',
    'count(*)',
    'D count({integer})',
    'D count({text})',
    'count({boolean})',
    'D sum({integer})',
    'sum({smallint})',
    'regr_count({double precision}, {double precision})',
    'bit_or({bigint})',
  ],
  integer: [
    'percentile_disc(0.5) WITHIN GROUP (ORDER BY {integer})',
    'mode() WITHIN GROUP (ORDER BY {integer})',
    'min({integer})',
    'max({integer})',
    'bit_and({integer})',
    'bit_xor({integer})',
    'max({integer}) - 0',
  ],
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
    'percent_rank({n}) WITHIN GROUP (ORDER BY {integer})',
    'cume_dist({n}) WITHIN GROUP (ORDER BY {integer} NULLS FIRST)',
    '~regr_r2({integer}, {smallint})',
    '~regr_intercept({double precision}, {integer})',
    '~regr_avgx({integer}, {integer})',
    '~regr_sxy({integer}, {integer})',
    '~stddev_pop({real})',
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
    "string_agg({text}, '' ORDER BY {same} DESC NULLS LAST)",
    "string_agg({text}, '+' ORDER BY {same}) FILTER (WHERE {boolean})",
    'max({text}) FILTER (WHERE {boolean})',
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
    'percentile_disc(ARRAY[0.1, 0.9, NULL]) WITHIN GROUP (ORDER BY {integer}::integer)',
    'array_agg({integer}::integer ORDER BY {same}) FILTER (WHERE {boolean})',
    'array_agg({integer}::integer ORDER BY {same})',
    'array_agg(DISTINCT {integer} ORDER BY {same} DESC)',
    'array_agg(DISTINCT {integer})',
    'min({integer[]})',
  ],
  'text[]': ['array_agg({text} ORDER BY {same} NULLS FIRST)', 'max({text[]})'],
  jsonb: [
    'to_jsonb(array_agg({date} ORDER BY {same}))',
    'jsonb_agg({integer}::integer ORDER BY {same})',
    'jsonb_agg({text} ORDER BY {same} DESC)',
  ],
  timetz: ['min({timetz})', 'max({timetz})'],
  inet: ['min({inet})', 'max({inet})'],
  'bit varying': ['bit_or({integer}::bit(8))::bit varying'],
  int4range: ['range_intersect_agg({int4range})'],
  int4multirange: ['range_agg({int4range})', 'range_intersect_agg({int4multirange})'],
  'date[]': ['array_agg(DISTINCT {date} ORDER BY {same})', 'max({date[]})'],
  'numeric[]': ['array_agg({numeric}::numeric ORDER BY {same} DESC)', 'min({numeric[]})'],
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
  const call = fillForm(form, (inner) =>
    inner === 'n' ? String(random.between(-1, 4)) : maker.of(inner, reach, random.pick([0, 0, depth])),
  )
  return random.chance(0.15) && !form.includes(' FILTER ')
    ? sql`${call}${optional(sql` FILTER (WHERE ${maker.of('boolean', reach, 1)})`)}`
    : call
}

/** A call whose arguments `make` makes. */
export function fillForm(form: string, make: (type: string) => Sql): Sql {
  let last: Sql = ''
  const parts = form.split(/\{([a-z][a-z0-9 ]*(?:\[\])?)\}/).map((piece, index) => {
    if (index % 2 === 0) return piece
    if (piece !== 'same') last = make(piece)
    return last
  })
  return { parts }
}
