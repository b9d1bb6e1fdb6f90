import { failing, holds } from './facts.ts'

holds('window functions', [
  [
    'row_number() over (order by x), rank() over (order by x), dense_rank() over (order by x), percent_rank() over (order by x), cume_dist() over (order by x), ntile(2) over (order by x), lag(x) over (order by x), lead(x,2,0) over (order by x), first_value(x) over (order by x), last_value(x) over (order by x), nth_value(x,2) over (order by x), sum(x) over (order by x rows 1 preceding), avg(x) over (order by x rows between 1 preceding and 1 following) from (values (1),(2),(2),(5)) t(x)',
    `1|1|1|0|0.25|1|NULL|2|1|1|NULL|1|1.5000000000000000\n2|2|2|0.3333333333333333|0.75|1|1|5|1|2|2|3|1.6666666666666667\n3|2|2|0.3333333333333333|0.75|2|2|0|1|2|2|4|3.0000000000000000\n4|4|3|1|1|2|2|0|1|5|2|7|3.5000000000000000`,
  ],
  ['sum(x) over (order by i rows 1 preceding) from (values (1,1.5),(2,2),(3,3.25)) t(i,x)', `1.5\n3.5\n5.25`],
  [
    "min(x) over (order by x rows 1 preceding), bool_and(x>1) over (order by x rows 1 preceding), string_agg(x::text,',') over (order by x rows 1 preceding), stddev(x) over (order by x rows 2 preceding) from (values (1),(2),(4)) t(x)",
    `1|f|1|NULL\n1|f|1,2|0.70710678118654752440\n2|t|2,4|1.5275252316519467`,
  ],
])

failing('window functions: errors', [
  ['ntile(0) over (order by x) from (values (1)) t(x)', '22014 argument of ntile must be greater than zero'],
  ['nth_value(x,0) over (order by x) from (values (1)) t(x)', '22016 argument of nth_value must be greater than zero'],
])
