import { failing, holds } from './facts.ts'

holds('aggregates', [
  [
    'count(*), count(x), count(distinct x), sum(x), avg(x), min(x), max(x), sum(x::bigint), avg(x::numeric), sum(x::real), sum(x::float8), avg(x::float8) from (values (1),(2),(2),(null)) t(x)',
    '4|3|2|5|1.6666666666666667|1|2|5|1.6666666666666667|5|5|1.6666666666666667',
  ],
  [
    "count(*), count(x), sum(x), avg(x), min(x), max(x), sum(x::float8), string_agg(x::text,','), array_agg(x), bool_and(x>0), stddev(x), var_pop(x), bit_and(x), json_agg(x), every(x>0), corr(x,x), regr_count(x,x), mode() within group (order by x), percentile_cont(0.5) within group (order by x) from (select 1 x where false) t",
    '0|0|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|0|NULL|NULL',
  ],
  [
    'sum(x), avg(x), stddev(x), stddev_pop(x), variance(x), var_pop(x), var_samp(x), stddev_samp(x) from (values (1.5),(2.25),(3)) t(x)',
    '6.75|2.2500000000000000|0.75000000000000000000|0.61237243569579452455|0.56250000000000000000|0.37500000000000000000|0.56250000000000000000|0.75000000000000000000',
  ],
  [
    'stddev(x), stddev_pop(x), variance(x), var_pop(x), avg(x) from (values (1),(2),(4),(7)) t(x)',
    '2.6457513110645906|2.2912878474779200|7.0000000000000000|5.2500000000000000|3.5000000000000000',
  ],
  [
    'stddev(x), stddev_pop(x), variance(x), var_pop(x), avg(x), sum(x) from (values (1.1::float8),(2.2),(4.4),(7.7)) t(x)',
    '2.91032644217105|2.520416632225712|8.47|6.3525|3.8500000000000005|15.400000000000002',
  ],
  ['stddev(x), variance(x), var_pop(x) from (values (5)) t(x)', 'NULL|NULL|0'],
  ['stddev(x), variance(x), var_pop(x) from (values (5),(5)) t(x)', '0|0|0'],
  [
    'stddev(x::bigint), variance(x::int2), var_pop(x::real) from (values (5),(6),(9)) t(x)',
    '2.0816659994661327|4.3333333333333333|2.888888888888889',
  ],
  [
    'corr(y,x), covar_pop(y,x), covar_samp(y,x), regr_avgx(y,x), regr_avgy(y,x), regr_count(y,x), regr_intercept(y,x), regr_r2(y,x), regr_slope(y,x), regr_sxx(y,x), regr_sxy(y,x), regr_syy(y,x) from (values (1.0,2.0),(2.0,4.5),(3.5,6.0),(null,1)) t(y,x)',
    '0.9668234498830817|1.6388888888888886|2.458333333333333|4.166666666666667|2.1666666666666665|3|-0.3418367346938774|0.9347475832438237|0.6020408163265306|8.166666666666666|4.916666666666666|3.1666666666666665',
  ],
  ['avg(x) from (values (1::bigint),(2),(4)) t(x)', '2.3333333333333333'],
  ["avg(x), sum(x) from (values (interval '1 day'),(interval '2 hours')) t(x)", '13:00:00|1 day 02:00:00'],
  ['sum(x) from (values (9223372036854775807),(9223372036854775807)) t(x)', '18446744073709551614'],
  ["avg(x), sum(x) from (values ('NaN'::numeric),(1)) t(x)", 'NaN|NaN'],
  ["sum(x) from (values ('Infinity'::numeric),('-Infinity')) t(x)", 'NaN'],
  ["min(x), max(x) from (values ('a'::varchar(3)),('b'),('B')) t(x)", 'B|b'],
  ["min(x), max(x) from (values (date '2020-01-01'),(date '2019-01-01')) t(x)", '2019-01-01|2020-01-01'],
  ['min(x), max(x) from (values (array[1,2]),(array[1,1])) t(x)', '{1,1}|{1,2}'],
  ["min(x), max(x) from (values ('NaN'::float8),(1),('inf')) t(x)", '1|NaN'],
  ['bool_and(x), bool_or(x), every(x) from (values (true),(false),(null)) t(x)', 'f|t|f'],
  ['bit_and(x), bit_or(x), bit_xor(x) from (values (5),(3),(6)) t(x)', '0|7|0'],
  [
    "string_agg(x, ',' order by x desc), string_agg(distinct x, '-'), array_agg(x order by x), array_agg(distinct x), string_agg(x, null) from (values ('a'),('b'),('a')) t(x)",
    'b,a,a|a-b|{a,a,b}|{a,b}|aba',
  ],
  ['array_agg(array[x,x]) from (values (1),(2)) t(x)', '{{1,1},{2,2}}'],
  [
    'json_agg(x), jsonb_agg(x), json_object_agg(x,x+1), jsonb_object_agg(x,x) from (values (1),(2)) t(x)',
    '[1, 2]|[1, 2]|{ "1" : 2, "2" : 3 }|{"1": 1, "2": 2}',
  ],
  ["json_agg(t) from (values (1,'x'),(2,'y')) t(a,b)", `[{"a":1,"b":"x"}, \n {"a":2,"b":"y"}]`],
  ['json_agg(x) from (values (null),(1)) t(x)', '[null, 1]'],
  [
    'percentile_cont(0.5) within group (order by x), percentile_disc(0.5) within group (order by x), percentile_cont(array[0.25,0.75]) within group (order by x), percentile_disc(array[0,1]) within group (order by x), mode() within group (order by x), percentile_cont(0.3) within group (order by x desc) from (values (1),(2),(2),(10)) t(x)',
    '2|2|{1.75,4}|{1,10}|2|2.8000000000000007',
  ],
  [
    "percentile_cont(0.5) within group (order by x) from (values (interval '1 day'),(interval '3 days')) t(x)",
    '2 days',
  ],
  ["percentile_disc(0.5) within group (order by x) from (values ('a'),('b'),('c')) t(x)", 'b'],
  [
    'rank(3) within group (order by x), dense_rank(3) within group (order by x), percent_rank(3) within group (order by x), cume_dist(3) within group (order by x) from (values (1),(1),(5),(3)) t(x)',
    '3|2|0.5|0.8',
  ],
  [
    'rank(3) within group (order by x desc), dense_rank(3) within group (order by x desc) from (values (1),(1),(5),(5)) t(x)',
    '3|2',
  ],
  ['count(*) filter (where x>1), sum(x) filter (where x>10) from (values (1),(2)) t(x)', '1|NULL'],
])

failing('aggregates: errors', [
  [
    'array_agg(x) from (values (array[1]),(array[1,2])) t(x)',
    '2202E cannot accumulate arrays of different dimensionality',
  ],
  ['json_object_agg(null,1)', '22023 field name must not be null'],
  [
    'percentile_cont(1.5) within group (order by x) from (values (1)) t(x)',
    '22003 percentile value 1.5 is not between 0 and 1',
  ],
])
