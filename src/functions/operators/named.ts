/**
 * Operators under the names that PostgreSQL's catalog gives the functions behind them: int4pl, texteq, timestamp_lt,
 * range_overlaps … A name is the type's and the operation's put together, so nothing is listed: it is taken apart when
 * it is called.
 */
import { type DataType, INTEGER } from '../../types/data-type.ts'
import { traits } from '../../types/traits.ts'
import { sameType } from '../coercion.ts'
import { mustSpecialise, type Overload, overload, type Pattern, type ScalarFunction } from '../function.ts'

const operations: ReadonlyMap<string, string> = new Map(
  `eq = ne <> lt < le <= gt > ge >= pl + mi - mul * div / add + sub - um - uminus - up + uplus + abs @ mod % and & or |
  xor # not ~ shl << shr >> contains @> contained_by <@ contain @> contained <@ overlaps && overlap && before << after >>
  overleft &< overright &> left << right >> below <<| above |>> overbelow &<| overabove |&> adjacent -|- union +
  minus - intersect * same ~= distance <-> concat || exists ? exists_any ?| exists_all ?& like ~~ nlike !~~ iclike ~~*
  icnlike !~~* regexeq ~ regexne !~ icregexeq ~* icregexne !~* shiftleft << shiftright >> cat || delete -
  delete_path #- object_field -> object_field_text ->> array_element -> array_element_text ->>`
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
    json: 'json',
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

/** Types of which an operator's right side may be of another type. */
const leading: ReadonlySet<string> = new Set(['json', 'jsonb', 'box', 'path', 'circle'])

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
    return asFunction(name, `The operator ${symbol} as a function.`, overloads)
  }
  return ofTwoTypes(name, operators) ?? ofAnOrder(name, operators)
}

function asFunction(name: string, doc: string, overloads: readonly Overload[]): ScalarFunction {
  return { kind: 'scalar', name, category: 'operators as functions', doc, examples: [], overloads }
}

/** timestamp_mi_interval, int4_mul_cash: an operation between the two types that it works on. */
function ofTwoTypes(name: string, operators: readonly ScalarFunction[]): ScalarFunction | undefined {
  const [, left, word, right] = /^([a-z0-9]+)_([a-z]+)_([a-z0-9]+)$/.exec(name) ?? []
  const symbol = word && operations.get(word)
  const types = [kinds.get(left), kinds.get(right)]
  if (!symbol || types.includes(undefined)) return undefined
  const overloads = operators
    .filter((operator) => operator.name === symbol)
    .flatMap((operator) => operator.overloads)
    .filter(({ parameters }) => types.every((kind, i) => isKind(parameters[i], kind)))
  return overloads.length === 0 ? undefined : asFunction(name, `The operator ${symbol} as a function.`, overloads)
}

/** int4larger, text_smaller, btint4cmp, numeric_cmp: what is made of the order of a type. */
function ofAnOrder(name: string, operators: readonly ScalarFunction[]): ScalarFunction | undefined {
  const [, type, word] = /^(?:bt)?([a-z0-9_]+?)_?(cmp|larger|smaller)$/.exec(name) ?? []
  const kind = kinds.get(type)
  const parameter = patterns.get(type) ?? (kind && ({ kind } as DataType))
  if (!parameter) return undefined
  const isOrdered = operators.some(
    (operator) => operator.name === '<' && operator.overloads.some(({ parameters }) => takes(parameters, type)),
  )
  if (!isOrdered) return undefined
  const specialise: Overload['specialise'] = ([first, second]) => {
    const ordered = first.kind === 'unknown' ? second : first
    const { compare } = traits(ordered)
    if (word === 'cmp') return (left, right) => Math.sign(compare(left, right, ordered))
    const sign = word === 'larger' ? 1 : -1
    return (left, right) => (compare(left, right, ordered) * sign >= 0 ? left : right)
  }
  const result = word === 'cmp' ? INTEGER : parameter
  const doc =
    word === 'cmp' ? 'Negative, zero or positive as the first sorts before, with or after the second.' : `The ${word}.`
  return asFunction(name, doc, [overload([parameter, parameter], result, mustSpecialise, { specialise })])
}

function isKind(parameter: Pattern | undefined, kind: DataType['kind'] | undefined): boolean {
  return typeof parameter === 'object' && sameType(parameter, { kind } as DataType)
}

function takes(parameters: readonly Pattern[], type: string): boolean {
  const pattern = patterns.get(type)
  if (pattern) return parameters.every((parameter) => parameter === pattern)
  const kind = kinds.get(type)
  if (!kind) return false
  return parameters.every((parameter, i) => {
    if (isKind(parameter, kind)) return true
    if (i > 0 && leading.has(type)) return true
    // A shift counts in integers, whatever it shifts.
    if (i > 0 && isKind(parameter, 'integer')) return true
    return kind === 'bit' && isKind(parameter, 'varbit')
  })
}
