/** What expressions of and over the rarer types and functions are made of, written as in `signatures.ts`. */
export const rareSignatures = `
integer: ({pair}).x
text: ({pair}).y
pair: ROW({integer}, {text})::pair
boolean: {pair} IS NULL
boolean: {pair} IS NOT NULL
boolean: {pair} = ROW({integer}, {text})::pair
text: {pair}::text
json: row_to_json({pair})
!pair: jsonb_populate_record(NULL::pair, {jsonb})
!pair: {text}::pair
bit varying: {bit varying} || {bit varying}
bit varying: ~{bit varying}
bit varying: {bit varying} << {0..5}
bit varying: {bit varying} >> {0..5}
bit varying: substring({bit varying} FROM {1..3} FOR {0..3})
bit varying: overlay({bit varying} PLACING B'11' FROM {1..2})
bit varying: {integer}::bit(8)::bit varying
bit varying: set_bit(B'1010', {0..3}, {0..1})::bit varying
!bit varying: {bit varying} & {bit varying}
!bit varying: {bit varying} | {bit varying}
!bit varying: {bit varying} # {bit varying}
!bit varying: {text}::bit varying
integer: length({bit varying})
integer: position(B'1' IN {bit varying})
integer: {bit varying}::bit(8)::integer
!integer: get_bit({bit varying}, {0..3})
bigint: bit_count({bit varying})
bigint: bit_count({bytea})
text: {bit varying}::text
boolean: {numrange} @> {numeric}
boolean: {numrange} && {numrange}
boolean: {numrange} <@ {numrange}
boolean: {numrange} -|- {numrange}
boolean: {numrange} >> {numrange}
boolean: {tsrange} @> {timestamp}
boolean: {tsrange} && {tsrange}
boolean: {tsrange} &> {tsrange}
boolean: isempty({numrange})
boolean: upper_inc({tsrange})
numeric: lower({numrange})
numeric: upper({numrange})
timestamp: upper({tsrange})
numrange: {numrange} * {numrange}
numrange: range_merge({numrange}, {numrange})
tsrange: {tsrange} * {tsrange}
!numrange: numrange({numeric}, {numeric}, '[]')
!numrange: {numrange} - {numrange}
!tsrange: tsrange({timestamp}, {timestamp})
int4multirange: {int4multirange} + {int4multirange}
int4multirange: {int4multirange} - {int4multirange}
int4multirange: {int4multirange} * {int4multirange}
!int4multirange: int4multirange({int4range}, {int4range})
int4multirange: {int4range}::int4multirange
!int4multirange: multirange({int4range})
boolean: {int4multirange} @> {integer}
boolean: {int4multirange} @> {int4range}
boolean: {int4range} <@ {int4multirange}
boolean: {int4multirange} && {int4multirange}
boolean: {int4multirange} << {int4range}
boolean: {int4multirange} -|- {int4multirange}
boolean: {int4multirange} &< {int4multirange}
boolean: isempty({int4multirange})
boolean: upper_inf({int4multirange})
integer: lower({int4multirange})
int4range: range_merge({int4multirange})
text: {int4multirange}::text
timetz: {timetz} + {interval}
timetz: {timetz} - {interval}
timetz: {time}::timetz
timetz: {timestamptz}::timetz
timetz: {timetz} AT TIME ZONE 'Asia/Tokyo'
timetz: {timetz} AT TIME ZONE INTERVAL '-03:30'
time: {timetz}::time
text: {timetz}::text
numeric: extract(timezone FROM {timetz})
numeric: extract(epoch FROM {timetz})
boolean: ({time}, {time}) OVERLAPS ({time}, {time})
boolean: ({timestamp}, {timestamp}) OVERLAPS ({timestamp}, {timestamp})
boolean: {inet} << {inet}
boolean: {inet} >>= {inet}
boolean: {inet} && {inet}
boolean: inet_same_family({inet}, {inet})
text: host({inet})
text: abbrev({inet})
text: {inet}::text
integer: masklen({inet})
integer: family({inet})
inet: network({inet})::inet
inet: broadcast({inet})
inet: netmask({inet})
inet: hostmask({inet})
inet: ~{inet}
!inet: {inet} + {integer}
!inet: {inet} & {inet}
!inet: set_masklen({inet}, {0..32})
!inet: {text}::inet
!bigint: {inet} - {inet}
date: ({date[]})[{0..3}]
date[]: ARRAY[{date}, {date}]
date[]: array_append({date[]}, {date})
date[]: array_remove({date[]}, {date})
boolean: {date} = ANY ({date[]})
boolean: {date[]} && {date[]}
numeric: ({numeric[]})[{0..2}]
numeric[]: ARRAY[{numeric}, {integer}]
!numeric[]: {numeric[]} || {numeric}::numeric
numeric[]: {integer[]}::numeric[]
boolean: {numeric} < ANY ({numeric[]})
boolean: {numeric[]} @> {numeric[]}
text: {numeric[]}::text
text: array_dims({integer[]})
text: array_to_string({numeric[]}, ';', 'none')
integer: array_lower({integer[]}, 1)
integer: array_length({integer[]}, 2)
integer[]: array_cat(ARRAY[{integer}], ARRAY[{integer}, {integer}])
integer[]: ARRAY[ARRAY[{integer}, {integer}], ARRAY[{integer}, {integer}]]
integer[]: ({integer[]})[{0..2}:{1..3}]
integer[]: ({integer[]})[:{1..3}]
jsonb: to_jsonb({integer[]})
text: regexp_replace({text}, 'a|b', '<\\&>', {1..2}, {0..2})
text: regexp_replace({text}, '^(.)(.*)$', '\\2\\1')
text: regexp_replace({text}, '\\s+', '_', 'g')
boolean: regexp_like({text}, '^a.*[0-9]', 'i')
boolean: {text} ~ '\\mab?\\M'
boolean: {text} COLLATE "C" < {text}
boolean: {text} SIMILAR TO '%(a|[0-9]{1,2})'
text: substring({text} SIMILAR '%#"[a-z]#"%' ESCAPE '#')
text: substring({text} FROM '(.)[0-9]')
text: normalize({text}, NFD)
text: unistr('\\0061\\00e9')
text: string_to_array({text}, NULL)::text
text: string_to_array({text}, 'a', 'b')::text
text: array_to_string(string_to_array({text}, ''), '|')
text: overlay({text} PLACING {text} FROM {1..4})
text: to_char({timestamptz}, 'YYYY-MM-DD HH24:MI:SS.US')
text: to_char({timestamptz}, 'HH12:MI AM TZH:TZM')
text: to_char({timestamp}, 'FMMonth FMDDth, YYYY "at" FMHH12am')
text: to_char({date}, 'CC WW W DDD D RM Y,YYY')
text: to_char({interval}, 'YYYY MM DD HH24 MI SS')
text: to_char({numeric} % 10000, '0000.99PR')
text: to_char({integer} % 1000, 'SG999')
text: to_char({bigint} % 100000, 'FM99,999')
text: to_char({double precision}, '9.999EEEE')
text: to_char({smallint}, '99999MI')
!numeric: to_number({text}, '999D99')
!date: to_date({text}, 'YYYY MM DD')
!timestamptz: to_timestamp({text}, 'YYYY-MM-DD HH24:MI:SS')
numeric: extract(century FROM {timestamp})
numeric: extract(millennium FROM {date})
numeric: extract(isoyear FROM {timestamp})
numeric: extract(week FROM {date})
numeric: extract(isodow FROM {timestamptz})
numeric: extract(julian FROM {timestamp})
numeric: extract(quarter FROM {timestamptz})
numeric: extract(microseconds FROM {time})
numeric: extract(milliseconds FROM {interval})
numeric: extract(decade FROM {interval})
numeric: extract(timezone_hour FROM {timestamptz})
double precision: date_part('dow', {timestamptz})
numeric: {numeric}::numeric ^ 2
numeric: power(abs({integer} % 100)::numeric, 0.5)
numeric: exp(-({integer} % 10)::numeric)
numeric: sqrt(abs({numeric} % 1000)::numeric)
numeric: width_bucket({integer}::numeric % 50, 0, 10, 4)
numeric: gcd({bigint}::numeric, {integer}::numeric)
numeric: lcm({integer}::numeric % 50, {integer}::numeric % 30)
numeric: {numeric} % NULLIF({numeric}::numeric, 0)
!numeric: {numeric}::numeric(6,-2)
!numeric: {numeric}::numeric(3,4)
!numeric: {numeric} ^ {numeric}
!numeric: log({numeric}::numeric, {numeric})
!numeric: div({numeric}, {numeric})
!numeric: {numeric} * {numeric} * {numeric}
!integer: width_bucket({numeric}, {numeric}, {numeric}, {1..5})
!integer: width_bucket({integer}, '{1,5,9}'::integer[])
~double precision: power({double precision} , 0.5)
~double precision: log(abs({double precision}::double precision) + 1)
~double precision: tanh({integer}::double precision)
~double precision: degrees({integer}::double precision)
~double precision: asinh({integer}::double precision)
double precision: {integer}::double precision / NULLIF({double precision}, 0)
!~double precision: {double precision} ^ {double precision}
!~double precision: ln({double precision})
!~double precision: exp({double precision})
!real: {text}::real
!real: {real} - {integer}::real
!smallint: {smallint} - {smallint}
!smallint: {smallint} / {smallint}
!smallint: {text}::smallint
!bigint: {bigint} % {bigint}
!bigint: factorial({integer})::bigint
!bigint: lcm({bigint}, {bigint})
!integer: lcm({integer}, {integer})
!boolean: {text}::boolean
interval: justify_days({interval})
interval: {interval} / {2..9}
interval: make_interval(secs => {integer} % 100000)
interval: {timestamptz} - TIMESTAMPTZ '2020-01-01 00:00+00'
interval: {interval}::interval(0)
interval: {interval}::interval hour to minute
interval: age({date} , DATE '2001-03-31')
interval: date_trunc('month', {interval})
!interval: {interval} * {numeric}
!interval: {interval} / {double precision}
!interval: {timestamptz} - {timestamptz}
timestamp: {timestamptz} AT TIME ZONE 'Australia/Lord_Howe'
timestamp: {timestamptz} AT TIME ZONE INTERVAL '05:45'
timestamp: date_bin('7 days', {timestamp}, TIMESTAMP '2000-01-01')
timestamp: date_trunc('century', {timestamp})
timestamp: date_trunc('millennium', {timestamp})
timestamptz: date_trunc('month', {timestamptz}, 'America/Sao_Paulo')
timestamptz: date_trunc('week', {timestamptz})
timestamptz: make_timestamptz({1990..2020}, {1..12}, {1..28}, {0..23}, {0..59}, {0..59}, 'Europe/Paris')
timestamptz: {timestamp}::timestamptz
timestamptz: {date} + {timetz}
!timestamptz: {timestamptz} - {interval}
!timestamptz: {text}::timestamptz
jsonb: {jsonb} -> -1
jsonb: {jsonb} #- '{a,b}'
jsonb: jsonb_path_query_array({jsonb}, '$.a[*] ? (@ > 1)')
jsonb: jsonb_path_query_array({jsonb}, '$.**')
jsonb: jsonb_path_query_array({jsonb}, '$.*.type()')
jsonb: jsonb_path_query_array({jsonb}, '$[*] ? (@.a > 0 || exists(@.b))')
jsonb: jsonb_path_query_array({jsonb}, '$.a.size()')
jsonb: jsonb_path_query_array({jsonb}, '$[last]')
jsonb: jsonb_path_query_array({jsonb}, '$[0 to 1] ? (@ like_regex "^x" || @ == 1)')
jsonb: jsonb_path_query_first({jsonb}, '$x', jsonb_build_object('x', {integer}))
!jsonb: jsonb_build_object({text} || 'k', {T})
jsonb: jsonb_set_lax('{"a": 1}'::jsonb, ARRAY['a'], {jsonb})
jsonb: ({jsonb})['a']
jsonb: jsonb_strip_nulls(jsonb_build_object('a', {integer}, 'b', {text}))
!jsonb: jsonb_path_query_first({jsonb}, 'strict $.a')
!jsonb: {jsonb} - ARRAY['a', 'b']
!jsonb: jsonb_path_query_array({jsonb}, '$.a + 1')
!boolean: jsonb_path_match({jsonb}, '$.a > 1')
!boolean: {jsonb}::boolean
!integer: {jsonb}::integer
!numeric: ({jsonb} -> 'a')::numeric
!integer: jsonb_array_length({jsonb})
!integer: json_array_length({json})
text: jsonb_pretty({jsonb})
text: {json} #>> '{a,b}'
text: {json} ->> -1
json: {json} -> 0
json: json_strip_nulls({json})
json: to_json(ARRAY[{integer}, {integer}])
json: json_object(ARRAY['a', COALESCE({text}, 'n')])
bytea: overlay({bytea} PLACING '\\x01' FROM 1)
bytea: set_byte('\\x0102', {0..1}, {0..255})
bytea: sha512({bytea})
bytea: {text}::bytea
text: encode(sha224({bytea}), 'hex')
!text: convert_from({bytea}, 'UTF8')
!bytea: decode({text}, 'base64')
boolean: ({integer}, {text}) IS DISTINCT FROM ({integer}, {text})
boolean: ROW({integer}, {date}) >= ROW({integer}, {date})
boolean: {integer} IN ({integer}, {bigint}, {smallint})
boolean: {text} LIKE ANY (ARRAY['a%', '%b'])
boolean: to_tsvector('simple', {text}) @@ to_tsquery('simple', 'a | b')
text: to_tsvector('simple', {text})::text
text: ({integer} % 100)::small::text
text: to_char({timestamp}, 'Day, DD Mon YY; J; SSSS; Q')
text: to_char({timestamptz}, 'IYYY-"W"IW-ID BC A.M. FF3 OF')
text: to_char({interval}, 'FMHH24:FMMI:FMSS DDD')
text: to_char({numeric} % 1000, 'FM9G990D0099')
text: to_char({integer} % 1000, '0999S')
text: to_char({numeric} % 10, '99V99')
text: to_char({bigint} % 1000, 'RN L999')
text: to_char({double precision} / 1000, 'FM000.0')
!date: to_date({text}, 'DDD YYYY')
!date: to_date({date}::text, 'YYYY-MM-DD')
date: to_date(to_char(make_date({1990..2020}, {1..12}, {1..28}), 'IYYY-IW-ID'), 'IYYY-IW-ID')
timestamptz: to_timestamp(to_char({timestamp}, 'DD Month YYYY HH12:MI:SS AM'), 'DD Month YYYY HH12:MI:SS AM')
!numeric: to_number(to_char({numeric} % 1000, 'S999D99'), 'S999D99')
numeric: to_number(to_char({integer} % 100000, 'FM99,999'), '99,999')
text: regexp_replace({text}, '([a-z])|([0-9])', '[\\1\\2]', 'g')
text: regexp_replace({text}, '(?<=a)b', '!')
text: regexp_substr({text}, '[a-z]([0-9])', 1, 1, 'i', 1)
integer: regexp_count({text}, '[[:alpha:]]', 1, 'i')
integer: regexp_instr({text}, '(.)([0-9])', 1, 1, 1, 'c', 2)
text: array_to_string(regexp_split_to_array({text}, '(?=[0-9])'), '/')
text[]: regexp_match({text}, '^(\\w*?)(\\d*)$')
boolean: {text} ~ '(a|b)\\1'
boolean: {text} ~ '^\\S+\\s\\S+$'
boolean: {text} ~* '[[:<:]]AB'
jsonb: jsonb_path_query_array({jsonb}, '$.keyvalue().key', '{}', true)
jsonb: jsonb_path_query_array({jsonb}, '$.a[*] ? (@.type() == "number").abs()')
jsonb: jsonb_path_query_array({jsonb}, '$.** ? (@ starts with "x")')
jsonb: jsonb_path_query_array({jsonb}, '$ ? (@.a == 1 && !(@.b == "x"))')
jsonb: jsonb_path_query_array({jsonb}, '$.**{1 to 2}')
jsonb: jsonb_path_query_array({jsonb}, '-$.a', '{}', true)
!jsonb: jsonb_path_query_first({jsonb}, '$.a.double()')
!jsonb: jsonb_path_query_array({jsonb}, 'lax $.a[*] % 2')
boolean: {jsonb} @? '$.** ? (@ > 2)'
jsonb: to_jsonb(ROW({integer}, {T}))
jsonb: to_jsonb({numeric[]})
jsonb: jsonb_build_array({integer[]}, {date[]})
jsonb: to_jsonb(ARRAY[{pair}, {pair}])
text: (ARRAY[{pair}, {pair}])::text
integer: ((ARRAY[{pair}, NULL])[{0..2}]).x
boolean: {pair} = ANY (ARRAY[{pair}, {pair}])
boolean: ARRAY[{pair}] @> ARRAY[{pair}]
boolean: ARRAY[{pair}, {pair}] < ARRAY[{pair}]
text: ({numrange}::nummultirange + {numrange}::nummultirange)::text
!text: (nummultirange({numrange}) - nummultirange({numrange}))::text
!text: range_merge(datemultirange({daterange}, {daterange}))::text
!text: (datemultirange({daterange}, {daterange}) * datemultirange({daterange}))::text
!boolean: datemultirange({daterange}) @> {date}
!text: (tsmultirange({tsrange}) + tsmultirange({tsrange}))::text
text: to_tsvector('english', {text})::text
text: to_tsvector('simple', {text} || '-' || {text} || '.' || {text})::text
text: plainto_tsquery('simple', {text} || ' ' || {text})::text
text: phraseto_tsquery('english', {text} || ' cats ' || {text})::text
text: array_to_string(tsvector_to_array(to_tsvector('simple', {text} || '@' || {text} || '/' || {text})), ' ')
text: ({integer} % 100)::small::text
!boolean: ({integer} % 2000)::small IS NULL
text: enum_first(NULL::mood)::text || {mood}::text
text: array_to_string(enum_range({mood}, NULL), ',')
integer: array_position(enum_range(NULL::mood), {mood})
`
