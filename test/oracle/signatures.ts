import { rareSignatures } from './signatures-rare.ts'

/**
 * What expressions are made of: `result: template`, in which `{type}` is an expression of the type, `{T}` one of every
 * orderable type in turn, `{1..5}` a whole number. A line that starts with `!` may raise an error; with `~`, its last digits
 * may differ between two libraries of mathematics.
 */
const text = `
boolean: {T} = {T}
boolean: {T} <> {T}
boolean: {T} < {T}
boolean: {T} <= {T}
boolean: {T} > {T}
boolean: {T} >= {T}
boolean: {T} IS NULL
boolean: {T} IS NOT NULL
boolean: {T} IS DISTINCT FROM {T}
boolean: {T} IS NOT DISTINCT FROM {T}
boolean: {T} BETWEEN {T} AND {T}
boolean: {T} NOT BETWEEN {T} AND {T}
boolean: {T} BETWEEN SYMMETRIC {T} AND {T}
boolean: {T} IN ({T}, {T})
boolean: {T} NOT IN ({T}, {T}, {T})
boolean: {T} = ANY (ARRAY[{T}, {T}])
boolean: {T} <> ALL (ARRAY[{T}, {T}])
boolean: {T} < ANY (ARRAY[{T}, {T}, NULL])
boolean: ({T}, {integer}) = ({T}, {integer})
boolean: ({integer}, {T}) < ({integer}, {T})
boolean: ROW({T}, {text}) IS NULL
boolean: ({integer}, {T}) IN (({integer}, {T}), ({integer}, {T}))
T: COALESCE({T}, {T})
T: NULLIF({T}, {T})
T: CASE WHEN {boolean} THEN {T} ELSE {T} END
T: CASE WHEN {boolean} THEN {T} WHEN {boolean} THEN {T} END
T: CASE {integer} WHEN {integer} THEN {T} ELSE {T} END
T: GREATEST({T}, {T})
T: LEAST({T}, {T}, {T})
T: (ARRAY[{T}, {T}])[{0..3}]
boolean: {boolean} AND {boolean}
boolean: {boolean} OR {boolean}
boolean: {boolean} AND {boolean}
boolean: {boolean} OR {boolean}
boolean: NOT {boolean}
boolean: NOT {boolean}
boolean: {boolean} IS TRUE
boolean: {boolean} IS NOT FALSE
boolean: {boolean} IS UNKNOWN
boolean: {boolean} IS NOT TRUE
boolean: {text} LIKE {text}
boolean: {text} LIKE 'a%'
boolean: {text} LIKE '%b%'
boolean: {text} LIKE '_b%'
boolean: {text} NOT LIKE '%1'
boolean: {text} ILIKE '%A%'
boolean: {text} ~ '^[a-c]+'
boolean: {text} ~* 'B|1'
boolean: {text} !~ '[0-9]$'
boolean: {text} SIMILAR TO '(a|b)%'
boolean: starts_with({text}, {text})
boolean: {text} ^@ 'a'
boolean: {mood} = {mood}
boolean: {mood} < {mood}
boolean: {mood} >= 'ok'
mood: COALESCE({mood}, {mood})
mood: CASE WHEN {boolean} THEN {mood} ELSE {mood} END
text[]: enum_range(NULL::mood, {mood})::text[]
mood: GREATEST({mood}, {mood})
text: {mood}::text
boolean: {integer[]} @> {integer[]}
boolean: {integer[]} <@ {integer[]}
boolean: {integer[]} && {integer[]}
boolean: {integer} = ANY ({integer[]})
boolean: {integer} > ALL ({integer[]})
boolean: {text} = ANY ({text[]})
boolean: {text[]} @> {text[]}
boolean: {text[]} && ARRAY[{text}]
boolean: {int4range} @> {integer}
boolean: {int4range} && {int4range}
boolean: {int4range} <@ {int4range}
boolean: {int4range} << {int4range}
boolean: {int4range} -|- {int4range}
boolean: {int4range} &< {int4range}
boolean: {daterange} @> {date}
boolean: {daterange} && {daterange}
boolean: isempty({int4range})
boolean: lower_inc({int4range})
boolean: upper_inf({daterange})
boolean: ({date}, {date}) OVERLAPS ({date}, {date})
boolean: isfinite({date})
boolean: isfinite({timestamp})
boolean: {jsonb} @> {jsonb}
boolean: {jsonb} <@ {jsonb}
boolean: {jsonb} ? 'a'
boolean: {jsonb} ?| ARRAY['a', 'b']
boolean: {jsonb} ?& ARRAY['a', 'b']
boolean: {jsonb} = {jsonb}
boolean: {jsonb} < {jsonb}
boolean: {jsonb} @? '$.a'
boolean: {jsonb} @@ '$.a == 1'
boolean: {json} IS NULL
boolean: jsonb_path_exists({jsonb}, '$.a[*] ? (@ > 1)')
boolean: {uuid} = {uuid}
boolean: {bytea} < {bytea}
boolean: {boolean}::text = 'true'
!boolean: {integer} / {integer} > {integer}
smallint: {smallint} & {smallint}
smallint: {smallint} # {smallint}
smallint: ~{smallint}
!smallint: {smallint} + {smallint}
!smallint: {smallint} * {smallint}
!smallint: -{smallint}
!smallint: {integer}::smallint
!integer: {integer} + {integer}
!integer: {integer} - {integer}
!integer: {integer} * {integer}
!integer: {integer} / {integer}
!integer: {integer} % {integer}
!integer: -{integer}
!integer: abs({integer})
!integer: {bigint}::integer
!integer: {numeric}::integer
!integer: {double precision}::integer
!integer: {text}::integer
!integer: {smallint} + {integer}
integer: {integer} % 7
integer: {integer} % 100 + {smallint}
integer: {integer} % 1000 * ({integer} % 1000)
integer: {integer} / 3
integer: {integer} / {2..9}
integer: {integer} / NULLIF({integer} % 5, 0)
integer: mod({integer}, {2..9})
integer: {integer} & {integer}
integer: {integer} | {integer}
integer: {integer} # {integer}
integer: ~{integer}
integer: {integer} << {0..40}
integer: {integer} >> {0..40}
integer: sign({integer} % 3)::integer
integer: div({integer}, {2..9})::integer
integer: gcd({integer} % 100, {integer} % 60)
integer: lcm({integer} % 100, {integer} % 60)
integer: length({text})
integer: char_length({text})
integer: octet_length({text})
integer: bit_length({text})
integer: position({text} IN {text})
integer: strpos({text}, {text})
integer: ascii({text})
integer: length({bytea})
integer: array_length({integer[]}, 1)
integer: cardinality({text[]})
!integer: array_position({integer[]}, {integer})
integer: array_ndims({integer[]})
integer: array_upper({integer[]}, 1)
integer: ({integer[]})[{0..3}]
integer: lower({int4range})
integer: upper({int4range})
integer: {boolean}::integer
integer: {smallint}::integer
integer: num_nulls({integer}, {text}, {date})
integer: num_nonnulls({integer}, {text})
!integer: date_part('month', {date})::integer
!integer: extract(year FROM {timestamp})::integer
integer: regexp_count({text}, 'a|b')
integer: regexp_instr({text}, '[0-9]')
integer: width_bucket({integer} % 100, 0, 100, 5)
integer: jsonb_array_length(CASE WHEN jsonb_typeof({jsonb}) = 'array' THEN '[1, 2]'::jsonb END)
integer: get_byte(NULLIF({bytea}, ''), 0)
!integer: {date} - {date}
bigint: {integer}::bigint * {integer}
bigint: {integer}::bigint + {integer}
bigint: {bigint} / {2..9}
bigint: {bigint} % 1000
bigint: {bigint} # {bigint}
bigint: {bigint} >> {0..70}
bigint: {bigint} & {bigint}
bigint: {integer}
bigint: factorial({0..15})::bigint
!bigint: {bigint} + {bigint}
!bigint: {bigint} - {integer}
!bigint: {bigint} * {bigint}
!bigint: {bigint} / {bigint}
!bigint: {numeric}::bigint
!bigint: {double precision}::bigint
!bigint: {text}::bigint
!bigint: abs({bigint})
numeric: {numeric}::numeric + {numeric}
numeric: {numeric}::numeric - {numeric}
numeric: {numeric}::numeric * {numeric}
numeric: {numeric} / NULLIF({integer}, 0)
numeric: {numeric} / {2..9}
numeric: {numeric} % {2..9}
numeric: -({numeric}::numeric)
numeric: abs({numeric}::numeric)
numeric: sign({numeric}::numeric)
numeric: round({numeric}::numeric)
numeric: round({numeric}::numeric, {0..4})
numeric: round({numeric}::numeric, -{1..3})
numeric: trunc({numeric}::numeric, {0..3})
numeric: ceil({numeric}::numeric)
numeric: floor({numeric}::numeric)
numeric: {bigint}
numeric: {integer}
numeric: {bigint}::numeric / 7
numeric: {integer} * 0.5
numeric: {numeric}::numeric + {integer}
numeric: sqrt(abs({integer}::numeric))
numeric: trim_scale({numeric})
numeric: div({numeric}, {2..9})
numeric: mod({numeric}, 2.5)
numeric: extract(epoch FROM {timestamp})
numeric: extract(second FROM {time})
numeric: extract(epoch FROM {interval})
numeric: extract(doy FROM {date})
numeric: ({integer} % 100)::numeric ^ 2
integer: scale({numeric})
integer: min_scale({numeric})
!numeric: {numeric} / {numeric}
!numeric: {numeric} % {numeric}
!numeric: {numeric}::numeric(10,2)
!numeric: {text}::numeric
!numeric: {double precision}::numeric
!numeric: sqrt({numeric}::numeric)
!numeric: ln({numeric}::numeric)
!numeric: exp({numeric}::numeric)
!numeric: power({numeric}::numeric, {0..3})
!numeric: factorial({integer})
!numeric: log({numeric}::numeric)
numeric: ln(abs({integer}::numeric) + 1)
numeric: exp(({integer} % 10)::numeric)
numeric: log(abs({integer}::numeric) + 1)
numeric: power(1.5, {integer} % 10)
numeric: log(2, abs({integer}::numeric) + 1)
real: {smallint}
real: {integer}::real
!real: {real} + {real}
!real: {real} * {real}
!real: {real} / {real}
!real: {double precision}::real
real: -({real}::real)
real: abs({real}::real)
double precision: {integer}::double precision
double precision: {real}
double precision: {integer}::double precision / 4
double precision: {integer}::double precision * 0.5
double precision: -({double precision}::double precision)
double precision: abs({double precision}::double precision)
double precision: floor({double precision})
double precision: ceil({double precision})
double precision: round({double precision})
double precision: trunc({double precision})
double precision: sign({double precision})
double precision: sqrt(abs({double precision}::double precision))
double precision: {double precision} / 2
double precision: date_part('day', {timestamp})
double precision: date_part('epoch', {interval})
~double precision: sin({integer}::double precision)
~double precision: atan2({integer}, {integer})
~double precision: ln(abs({integer}::double precision) + 1)
~double precision: exp({integer}::double precision / 1e10)
~double precision: cbrt({integer}::double precision)
~double precision: power({integer}::double precision, 2)
!double precision: {double precision} + {double precision}
!double precision: {double precision} - {double precision}
!double precision: {double precision} * {double precision}
!double precision: {double precision} / {double precision}
!double precision: {text}::double precision
!double precision: {numeric}::double precision
!double precision: sqrt({double precision})
text: {text} || {text}
text: {text} || {integer}
text: {integer} || {text}
text: lower({text})
text: upper({text})
text: initcap({text})
text: reverse({text})
text: trim({text})
text: ltrim({text}, 'a ')
text: rtrim({text}, {text})
text: btrim({text}, 'xa')
text: trim(LEADING 'a' FROM {text})
text: substr({text}, {0..4})
text: substring({text} FROM {1..3} FOR {0..3})
text: substring({text} FROM '[a-z]+')
text: substring({text}, {1..4})
text: left({text}, {0..3})
text: left({text}, -{0..3})
text: right({text}, {0..3})
text: lpad({text}, {0..8}, {text})
text: rpad({text}, {0..8}, '*')
text: repeat({text}, {0..3})
text: replace({text}, {text}, {text})
text: translate({text}, 'ab1', 'xy')
text: split_part({text}, 'a', {1..3})
text: overlay({text} PLACING 'zz' FROM {1..3} FOR {0..2})
text: concat({text}, {integer}, {boolean})
text: concat_ws('-', {text}, {integer}, {text})
text: format('%s-%I-%L', {text}, COALESCE({text}, 'q'), {text})
text: format('%5s|%-5s|', {integer}, {text})
text: quote_literal({text})
text: quote_nullable({text})
text: quote_ident({text})
text: md5({text})
text: regexp_replace({text}, '[ab]', 'X')
text: regexp_replace({text}, '([a-z])([0-9])', '\\2\\1', 'g')
text: (regexp_match({text}, '([a-z]+)'))[1]
text: regexp_substr({text}, '[0-9]+')
text: to_hex({integer})
text: to_hex({bigint})
text: {integer}::text
text: {bigint}::text
text: {numeric}::text
text: {double precision}::text
text: {real}::text
text: {date}::text
text: {time}::text
text: {timestamp}::text
text: {timestamptz}::text
text: {interval}::text
text: {uuid}::text
text: {bytea}::text
text: {boolean}::text
text: {jsonb}::text
text: {json}::text
text: {integer[]}::text
text: {text[]}::text
text: {int4range}::text
text: {text}::varchar(3)
text: {text}::char(3)
text: {integer}::char(2)
text: encode({bytea}, 'hex')
text: encode({bytea}, 'base64')
text: encode({bytea}, 'escape')
text: {jsonb} ->> 'a'
text: {json} ->> 'a'
text: {jsonb} #>> '{a,b}'
text: {jsonb} ->> 0
text: jsonb_typeof({jsonb})
text: json_typeof({json})
text: array_to_string({text[]}, ',')
text: array_to_string({integer[]}, ',', '*')
text: ({text[]})[1]
text: to_char({integer}, '999999')
text: to_char({numeric} % 1000, 'FM9990.00')
text: to_char({date}, 'YYYY-MM-DD Dy')
text: to_char({timestamp}, 'YYYY Month DD HH24:MI:SS.MS')
text: to_char({timestamp}, 'IYYY-IW-ID Q J')
text: to_char({interval}, 'DD HH24:MI:SS')
text: to_char({integer} % 4000, 'RN')
text: to_char({numeric} % 100000, 'S99G999D99')
text: {boolean}::text
text: {mood}::text
text: pg_typeof({T})::text
text: nullif({text}, '')
text: chr({32..200})
text: string_to_array({text}, 'a')::text
!text: chr({integer})
!text: repeat({text}, {smallint} % 100)
!text: split_part({text}, 'a', {smallint} % 3)
!text: substring({text}, {smallint}, {smallint})
date: {date} + {0..40}
date: {date} - {0..40}
date: COALESCE({date}, DATE '2020-02-29')
date: ({timestamp})::date
date: lower({daterange})
date: make_date({1990..2020}, {1..12}, {1..28})
date: ({timestamptz})::date
date: greatest({date}, {date})
!date: {date} + {smallint}
!date: {text}::date
!date: make_date({smallint}, {smallint} % 13, {smallint} % 32)
!date: to_date({text}, 'YYYY-MM-DD')
time: {time} + {interval}
time: {time} - {interval}
time: ({timestamp})::time
time: make_time({0..23}, {0..59}, {0..59})
time: date_trunc('hour', {time})::time
time: {time}::time(2)
!time: {text}::time
timestamp: {date}::timestamp
timestamp: {date} + {time}
timestamp: date_trunc('month', {timestamp})
timestamp: date_trunc('week', {timestamp})
timestamp: date_trunc('quarter', {timestamp})
timestamp: date_trunc('decade', {timestamp})
timestamp: make_timestamp({1990..2020}, {1..12}, {1..28}, {0..23}, {0..59}, {0..59})
timestamp: {timestamptz} AT TIME ZONE 'UTC'
timestamp: {timestamptz} AT TIME ZONE 'Europe/Berlin'
timestamp: {timestamp}::timestamp(0)
timestamp: date_bin('15 minutes', TIMESTAMP '2020-02-11 15:44:17', TIMESTAMP '2001-01-01')
!timestamp: {timestamp} + {interval}
!timestamp: {timestamp} - {interval}
!timestamp: {date} + {interval}
!timestamp: {text}::timestamp
timestamptz: {timestamp} AT TIME ZONE 'UTC'
timestamptz: {timestamp} AT TIME ZONE 'America/New_York'
timestamptz: {date}::timestamptz
timestamptz: date_trunc('day', {timestamptz})
timestamptz: date_trunc('day', {timestamptz}, 'Asia/Tokyo')
timestamptz: to_timestamp({integer})
timestamptz: to_timestamp({integer}::double precision / 8)
!timestamptz: {timestamptz} + {interval}
!timestamptz: to_timestamp({double precision})
interval: {time} - {time}
interval: {time}::interval
interval: make_interval(days => {0..40}, hours => {0..60})
interval: make_interval({0..5}, {0..14}, {0..5}, {0..40})
interval: INTERVAL '1 day' * {0..20}
interval: INTERVAL '1 month 2 days' / {2..9}
interval: justify_hours(INTERVAL '1 day' * {0..20} + {time}::interval)
interval: date_trunc('hour', {time}::interval)
interval: age(DATE '2024-02-29', DATE '2000-01-31')
!interval: {interval} + {interval}
!interval: {interval} - {interval}
!interval: -{interval}
!interval: {interval} * {double precision}
!interval: {interval} * {0..5}
!interval: {timestamp} - {timestamp}
!interval: age({timestamp}, {timestamp})
!interval: {text}::interval
!interval: justify_interval({interval})
uuid: COALESCE({uuid}, {uuid})
uuid: md5({text})::uuid
!uuid: {text}::uuid
bytea: {bytea} || {bytea}
bytea: decode(md5({text}), 'hex')
bytea: convert_to({text}, 'UTF8')
bytea: substring({bytea}, {1..3}, {0..2})
bytea: sha256({bytea})
bytea: trim(both '\\x00' from {bytea})
json: to_json({T})
json: json_build_object('k', {T}, 'j', {integer})
json: json_build_array({T}, {text})
json: {json} -> 'a'
json: {jsonb}::json
json: row_to_json(ROW({integer}, {text}))
json: array_to_json({integer[]})
jsonb: to_jsonb({T})
jsonb: to_jsonb({text})
jsonb: jsonb_build_object('k', {T}, 'j', {integer})
jsonb: jsonb_build_array({T}, {boolean})
jsonb: {jsonb} -> 'a'
jsonb: {jsonb} -> 0
jsonb: {jsonb} #> '{a,0}'
jsonb: {json}::jsonb
jsonb: jsonb_strip_nulls({jsonb})
jsonb: jsonb_path_query_first({jsonb}, '$.a')
jsonb: jsonb_path_query_array({jsonb}, '$.*')
jsonb: CASE WHEN jsonb_typeof({jsonb}) = 'object' THEN {jsonb} END
jsonb: jsonb_object(ARRAY['a', COALESCE({text}, 'n')])
!jsonb: {jsonb} || {jsonb}
!jsonb: {jsonb} - 'a'
!jsonb: {jsonb} - 0
!jsonb: jsonb_set({jsonb}, ARRAY['a'], {jsonb})
!jsonb: jsonb_insert({jsonb}, '{a,0}', '1')
!jsonb: {text}::jsonb
integer[]: {integer[]} || {integer}
integer[]: ARRAY[{integer}, {integer}]
integer[]: array_remove('{1,2,3,1}'::integer[], {integer})
integer[]: array_replace({integer[]}, {integer}, {integer})
integer[]: ('{1,2,3,4,5}'::integer[])[{0..3}:{2..6}]
integer[]: string_to_array('1,2,3', ',')::integer[]
integer[]: array_fill({integer}, ARRAY[{0..3}])
!integer[]: array_positions({integer[]}, {integer})
integer[]: trim_array('{1,2,3}'::integer[], {0..3})
!integer[]: {integer[]} || {integer[]}
!integer[]: array_append({integer[]}, {integer})
!integer[]: array_prepend({integer}, {integer[]})
!integer[]: array_remove({integer[]}, {integer})
text[]: ARRAY[{text}, {text}]
text[]: string_to_array({text}, {text})
text[]: string_to_array({text}, ' ')
text[]: regexp_split_to_array({text}, '[0-9 ]+')
text[]: {text[]} || {text[]}
text[]: array_append({text[]}, {text})
text[]: {integer[]}::text[]
text[]: regexp_match({text}, '([a-z])(.)?')
int4range: {int4range} * {int4range}
int4range: int4range({0..5}, {5..9})
int4range: int4range({0..5}, {5..9}, '(]')
int4range: range_merge({int4range}, {int4range})
!int4range: {int4range} + {int4range}
!int4range: {int4range} - {int4range}
!int4range: int4range({integer}, {integer})
daterange: {daterange} * {daterange}
daterange: COALESCE({daterange}, {daterange})
!daterange: daterange({date}, {date}, '[]')
`

export interface Signature {
  readonly result: string
  /** Text and slots in turn, beginning with text. */
  readonly pieces: readonly string[]
  readonly mayFail: boolean
  readonly isInexact: boolean
}

/** Types that have an order and an equality. */
export const orderable: readonly string[] = [
  'integer',
  'text',
  'numeric',
  'bigint',
  'date',
  'smallint',
  'double precision',
  'timestamp',
  'boolean',
  'real',
  'interval',
  'time',
  'timestamptz',
  'uuid',
  'bytea',
  'jsonb',
  'integer[]',
  'text[]',
  'int4range',
  'daterange',
  'timetz',
  'bit varying',
  'inet',
  'int4multirange',
  'numrange',
  'tsrange',
  'date[]',
  'numeric[]',
  'pair',
]

let byResult: Map<string, Signature[]> | undefined

/** All signatures with a result of the type. */
export function signaturesOf(result: string): readonly Signature[] {
  byResult ??= readSignatures()
  return byResult.get(result) ?? []
}

/**
 * Leaves out what an engine has no function or operator for, and returns its names: features that are missing as a whole are
 * no differences. `knows` runs a query of the signature over NULLs.
 */
export function leaveOutUnknown(knows: (query: string) => boolean): string[] {
  byResult ??= readSignatures()
  const absent: string[] = []
  for (const [result, signatures] of byResult) {
    const known = signatures.filter((signature) => {
      const query = signature.pieces.map((piece, at) =>
        at % 2 === 0 ? piece : /^\d/.test(piece) ? '3' : `NULL::${piece}`,
      )
      const isKnown = knows(`SELECT ${query.join('')}`)
      if (!isKnown) absent.push(signature.pieces.join(' '))
      return isKnown
    })
    byResult.set(result, known)
  }
  return absent
}

function readSignatures(): Map<string, Signature[]> {
  const signatures = new Map<string, Signature[]>()
  for (const line of (text + rareSignatures).split('\n')) {
    const match = /^([!~]*)([^:]+): (.*)$/.exec(line)
    if (!match) continue
    const [, mark, result, template] = match
    const types = /\{T\}/.test(template) ? orderable : ['']
    for (const type of types) {
      if (type.endsWith('[]') && template.includes('ARRAY[')) continue
      const own = result === 'T' ? type : result
      const signature = {
        result: own,
        pieces: template.replaceAll('{T}', `{${type}}`).split(/\{([a-z][a-z0-9 ]*(?:\[\])?|\d+\.\.\d+)\}/),
        mayFail: mark.includes('!'),
        isInexact: mark.includes('~'),
      }
      const known = signatures.get(own)
      if (known) known.push(signature)
      else signatures.set(own, [signature])
    }
  }
  return signatures
}
