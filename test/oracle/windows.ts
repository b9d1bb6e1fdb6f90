/** Random calls of window functions: the leaves of expressions in windowed queries. */
import { fillForm } from './aggregates.ts'
import { ExpressionMaker, isOrderable, type Reference, type Traits } from './expression.ts'
import type { Random } from './random.ts'
import { optional, type Sql, sql } from './tree.ts'

/** Functions of windows: `total` ones want an order without ties. */
const windowForms: Readonly<Record<string, { readonly total: readonly string[]; readonly free: readonly string[] }>> = {
  bigint: { total: ['row_number()'], free: ['rank()', 'dense_rank()', 'count(*)', 'count({text})', 'sum({integer})'] },
  integer: { total: ['ntile({n})'], free: ['min({integer})', 'max({integer})'] },
  numeric: {
    total: [],
    free: [
      'sum({numeric})',
      'avg({integer})',
      'sum({bigint})',
      'max({numeric})',
      'avg({numeric})',
      'var_samp({integer})',
      'stddev_pop({numeric})',
    ],
  },
  'double precision': {
    total: [],
    free: [
      'percent_rank()',
      'cume_dist()',
      '~sum({double precision})',
      '~avg({real})',
      '~var_pop({double precision})',
      '~regr_slope({integer}, {smallint})',
    ],
  },
  jsonb: { total: ['jsonb_agg({text})'], free: [] },
  date: { total: [], free: ['min({date})', 'max({date})'] },
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

/** A window function that gives the type. `keys` tell the rows apart; without them only what ties cannot change is made. Windows with names are added to `named`. */
export function windowFunction(
  type: string,
  random: Random,
  traits: Traits,
  reach: readonly Reference[],
  keys: readonly string[] | undefined,
  named: string[],
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
  if (random.chance(0.2))
    return sql`${call}${filter} OVER ${throughName(partition, orderBy, frame?.text, named, random)}`
  return sql`${call}${filter} OVER (${optional(partition)} ${orderBy} ${optional(frame?.text ?? '')})`
}

/** A window that the WINDOW clause defines, as a whole or but for what the call adds. */
function throughName(
  partition: string,
  order: string,
  frame: string | undefined,
  named: string[],
  random: Random,
): Sql {
  const name = `n${named.length + 1}`
  if (frame === undefined && random.chance(0.5)) {
    named.push(`${name} AS (${partition} ${order})`)
    return name
  }
  if (random.chance(0.5)) {
    named.push(`${name} AS (${partition})`)
    return `(${name} ${order} ${frame ?? ''})`
  }
  named.push(`${name} AS (${partition} ${order})`)
  return `(${name} ${frame ?? ''})`
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
    if (random.chance(0.15)) return `BETWEEN ${offset()} PRECEDING AND ${offset()} PRECEDING`
    if (random.chance(0.15)) return `BETWEEN ${offset()} FOLLOWING AND ${offset()} FOLLOWING`
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
  const numbers = reach.filter((column) => column.type in rangeOffsets)
  if (isTotal || numbers.length === 0)
    return {
      text: `RANGE ${random.pick(['UNBOUNDED PRECEDING', 'BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING'])}${safe}`,
    }
  const key = random.pick(numbers)
  const offset = (): string => rangeOffsets[key.type](random)
  return { text: `RANGE ${bounds(offset)}${safe}`, order: [direction(key.sql, random)] }
}

/** What may stand before PRECEDING in a RANGE over keys of a type. */
const rangeOffsets: Readonly<Record<string, (random: Random) => string>> = {
  smallint: (random) => `${random.between(0, 3)}::smallint`,
  integer: (random) => String(random.between(0, 3)),
  bigint: (random) => String(random.between(0, 3)),
  numeric: (random) => random.pick(['0', '1', '0.5', '2.25']),
  'double precision': (random) => random.pick(['0', '0.5', '2']),
  real: (random) => random.pick(['0', '0.5', '2']),
  date: (random) => `INTERVAL '${random.between(0, 40)} days'`,
  timestamp: (random) => `INTERVAL '${random.pick(['1 month', '40 days', '1 year', '2 hours'])}'`,
  timestamptz: (random) => `INTERVAL '${random.pick(['1 month', '40 days', '1 year', '2 hours'])}'`,
  interval: (random) => `INTERVAL '${random.pick(['1 day', '1 month', '3 hours'])}'`,
  time: (random) => `INTERVAL '${random.pick(['1 hour', '90 minutes', '0'])}'`,
}
