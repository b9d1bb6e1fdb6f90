/**
 * Operators under the names that PostgreSQL's catalog gives the functions behind them: int4pl, texteq, timestamp_lt,
 * range_overlaps … A name is the type's and the operation's put together, so nothing is listed: it is taken apart when
 * it is called.
 */
import type { DataType } from '../../types/data-type.ts'
import { sameType } from '../coercion.ts'
import type { Pattern, ScalarFunction } from '../function.ts'

const operations: ReadonlyMap<string, string> = new Map(
  `eq = ne <> lt < le <= gt > ge >= pl + mi - mul * div / add + sub - um - uminus - up + uplus + abs @ mod % and & or |
  xor # not ~ shl << shr >> contains @> contained_by <@ contain @> contained <@ overlaps && overlap && before << after >>
  overleft &< overright &> left << right >> below <<| above |>> overbelow &<| overabove |&> adjacent -|- union +
  minus - intersect * same ~= distance <-> concat || exists ? exists_any ?| exists_all ?& like ~~ nlike !~~ iclike ~~*
  icnlike !~~* regexeq ~ regexne !~ icregexeq ~* icregexne !~* shiftleft << shiftright >> cat ||`
    .trim()
    .split(/\s+/)
    .reduce<[string, string][]>((pairs, word, i) => {
      if (i % 2 === 0) pairs.push([word, ''])
      else pairs[pairs.length - 1][1] = word
      return pairs
    }, []),
)

/** Of two types of numbers the wider one: arguments become it by themselves. */
const kinds: ReadonlyMap<string, DataType['kind']> = new Map(
  Object.entries({
    int2: 'smallint',
    int4: 'integer',
    int8: 'bigint',
    int24: 'integer',
    int42: 'integer',
    int28: 'bigint',
    int82: 'bigint',
    int48: 'bigint',
    int84: 'bigint',
    float4: 'real',
    float8: 'double',
    float48: 'double',
    float84: 'double',
    numeric: 'numeric',
    bool: 'boolean',
    text: 'text',
    name: 'name',
    bpchar: 'char',
    char: 'singlebyte',
    bytea: 'bytea',
    date: 'date',
    time: 'time',
    timetz: 'timetz',
    timestamp: 'timestamp',
    timestamptz: 'timestamptz',
    interval: 'interval',
    uuid: 'uuid',
    oid: 'oid',
    bit: 'bit',
    varbit: 'varbit',
    network: 'inet',
    inet: 'inet',
    macaddr: 'macaddr',
    macaddr8: 'macaddr8',
    cash: 'money',
    pg_lsn: 'pg_lsn',
    xid: 'xid',
    xid8: 'xid8',
    tid: 'tid',
    jsonb: 'jsonb',
    point: 'point',
    box: 'box',
    lseg: 'lseg',
    line: 'line',
    path: 'path',
    poly: 'polygon',
    circle: 'circle',
    tsvector: 'tsvector',
    tsquery: 'tsquery',
  } as const),
)

const patterns: ReadonlyMap<string, Pattern> = new Map<string, Pattern>([
  ['array', 'anyarray'],
  ['enum', 'anyenum'],
  ['record', 'anyrecord'],
  ['range', 'anyrange'],
  ['multirange', 'anymultirange'],
])

const known = new Map<string, ScalarFunction | undefined>()

/** The function of a name that is a type and an operation, if there is such an operator. */
export function namedOperator(name: string, operators: readonly ScalarFunction[]): ScalarFunction | undefined {
  if (!known.has(name)) {
    if (known.size > 1000) known.clear()
    known.set(name, takeApart(name, operators))
  }
  return known.get(name)
}

function takeApart(name: string, operators: readonly ScalarFunction[]): ScalarFunction | undefined {
  for (let end = name.length - 2; end > 2; end--) {
    const symbol = operations.get(name.slice(end))
    const type = symbol && name.slice(0, end).replace(/_$/, '')
    if (!type) continue
    const overloads = operators
      .filter((operator) => operator.name === symbol)
      .flatMap((operator) => operator.overloads)
      .filter(({ parameters }) => takes(parameters, type))
    if (overloads.length === 0) continue
    return {
      kind: 'scalar',
      name,
      category: 'operators as functions',
      doc: `The operator ${symbol} as a function.`,
      examples: [],
      overloads,
    }
  }
  return undefined
}

function takes(parameters: readonly Pattern[], type: string): boolean {
  const pattern = patterns.get(type)
  if (pattern) return parameters.every((parameter) => parameter === pattern)
  const kind = kinds.get(type)
  if (!kind) return false
  return parameters.every((parameter, i) => {
    if (typeof parameter !== 'object') return false
    // A shift counts in integers, whatever it shifts.
    return sameType(parameter, { kind } as DataType) || (i > 0 && parameter.kind === 'integer')
  })
}
