/** A short tour: a few statements over the data that ships in `examples`, each with a sentence on what it shows. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Shell } from './shell.ts'

interface Stop {
  readonly say: string
  readonly sql: string
}

const stops: readonly Stop[] = [
  {
    say: 'A file is a table: its delimiter, header and types are found out.',
    sql: "FROM 'examples/weather.csv' LIMIT 4;",
  },
  {
    say: 'Keep it as columns in memory, and ask as you would ask PostgreSQL.',
    sql: `CREATE TABLE weather AS FROM 'examples/weather.csv';

SELECT city, count(*) AS readings, round(avg(temperature)::numeric, 1) AS mean, min(temperature), max(temperature)
FROM weather
GROUP BY city
ORDER BY mean DESC;`,
  },
  {
    say: 'Windows, named subqueries and dates: the warmest reading of each year, and where.',
    sql: `WITH ranked AS (
  SELECT extract(year FROM day)::int AS year, day, city, temperature,
         rank() OVER (PARTITION BY extract(year FROM day) ORDER BY temperature DESC NULLS LAST) AS place
  FROM weather
)
SELECT year, day, city, temperature FROM ranked WHERE place = 1 ORDER BY year;`,
  },
  {
    say: 'Transactions undo what they should undo.',
    sql: `BEGIN;
DELETE FROM weather WHERE city = 'Oslo';
SELECT count(*) AS left_over FROM weather WHERE city = 'Oslo';
ROLLBACK;
SELECT count(*) AS back_again FROM weather WHERE city = 'Oslo';`,
  },
  {
    say: 'How a query is computed, with rows and times for each step.',
    sql: "EXPLAIN ANALYZE SELECT country, sum(rain) FROM weather WHERE day >= '2024-01-01' GROUP BY country ORDER BY 2 DESC LIMIT 3;",
  },
]

/** Runs the tour from the folder that holds `examples`: this one, or the package's own. */
export function tour(shell: Shell): void {
  const folder = [process.cwd(), join(import.meta.dirname, '..')].find((each) =>
    existsSync(join(each, 'examples', 'weather.csv')),
  )
  if (folder === undefined) {
    shell.write('The example data is not here; the tour needs the folder "examples".')
    return
  }
  for (const { say, sql } of stops) {
    shell.write(`\n-- ${say}\n${sql}`)
    shell.run(sql.replaceAll("'examples/", `'${join(folder, 'examples').replaceAll("'", "''")}/`), undefined)
  }
  shell.write('\nEnter .help at the prompt for its commands; \\q leaves.')
}
