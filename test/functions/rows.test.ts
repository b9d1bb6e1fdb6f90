import { failing, holds } from './facts.ts'

holds('functions that yield rows', [
  ['* from generate_series(1,5)', `1\n2\n3\n4\n5`],
  ['* from generate_series(5,1,-2)', `5\n3\n1`],
  ['* from generate_series(1.5,3,0.5)', `1.5\n2.0\n2.5\n3.0`],
  [
    "* from generate_series(timestamp '2020-01-01', '2020-01-03', '1 day')",
    `2020-01-01 00:00:00\n2020-01-02 00:00:00\n2020-01-03 00:00:00`,
  ],
  [
    "* from generate_series(date '2020-01-31', date '2020-03-31', '1 month')",
    `2020-01-31 00:00:00+00\n2020-02-29 00:00:00+00\n2020-03-29 00:00:00+00`,
  ],
  ['* from generate_series(null,1)', ''],
  ['* from unnest(array[1,2,null])', `1\n2\nNULL`],
  ["* from unnest(array[1,2],array['a','b','c'])", `1|a\n2|b\nNULL|c`],
  ['* from unnest(array[[1,2],[3,4]]) with ordinality', `1|1\n2|2\n3|3\n4|4`],
  ['* from generate_subscripts(array[[1,2],[3,4]],1)', `1\n2`],
  ["* from generate_subscripts('[0:2]={1,2,3}'::int[],1,true)", `2\n1\n0`],
  [`* from json_each('{"a":1,"b":"x"}')`, `a|1\nb|"x"`],
  [`* from json_each_text('{"a":1,"b":"x","c":null}')`, `a|1\nb|x\nc|NULL`],
  [`* from jsonb_each('{"b":1,"a":"x"}')`, `a|"x"\nb|1`],
  [`* from json_array_elements('[1,"a",null]')`, `1\n"a"\nnull`],
  [`* from json_array_elements_text('[1,"a",null]')`, `1\na\nNULL`],
  [`* from jsonb_array_elements_text('[1,"a",null]')`, `1\na\nNULL`],
  [`* from json_object_keys('{"b":1,"a":2}')`, `b\na`],
  ["* from regexp_matches('foobarbequebazilbarfbonk','(b[^b]+)(b[^b]+)','g')", `{bar,beque}\n{bazil,barf}`],
  [`* from regexp_split_to_table('a b  c','\\s+')`, `a\nb\nc`],
  ["* from string_to_table('a,b,,c',',','b')", `a\nNULL\n\nc`],
  ["* from string_to_table(null,',')", ''],
])

failing('functions that yield rows: errors', [
  ['* from generate_series(1,2,0)', '22023 step size cannot equal zero'],
  ["* from json_each('[1]')", '22023 cannot deconstruct an array as an object'],
  ["* from jsonb_each('1')", '22023 cannot call jsonb_each on a non-object'],
  ["* from json_array_elements('{}')", '22023 cannot call json_array_elements on a non-array'],
  ["* from jsonb_array_elements('1')", '22023 cannot extract elements from a scalar'],
])
