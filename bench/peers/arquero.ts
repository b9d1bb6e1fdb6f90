/** Arquero, which does not speak SQL: the items of the micro suite that it has verbs for. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Peer } from '../protocol.ts'
import { isNumeric, schemaTables } from '../schema.ts'

// Typed by hand nowhere: arquero is installed beside the project, so its types are not here.
type Arquero = any

export async function open(): Promise<Peer> {
  const packageName = 'arquero'
  const aq: Arquero = await import(packageName)
  const tables: Record<string, Arquero> = {}
  const sumOf = (column: string): Arquero => aq.op.sum(column)
  const values = (result: Arquero): unknown[][] =>
    result.objects().map((row: Record<string, unknown>) => Object.values(row))

  const items: Readonly<Record<string, () => Arquero>> = {
    'filtered sum': () =>
      tables.fact
        .filter((d: Arquero) => d.amount >= 100 && d.amount <= 499 && d.price < 500)
        .rollup({ total: sumOf('amount') }),
    'group by 100 keys': () =>
      tables.fact.groupby('k100').rollup({ n: aq.op.count(), total: sumOf('amount'), mean: aq.op.mean('price') }),
    'group by 1 M keys': () =>
      tables.fact
        .groupby('k1m')
        .rollup({ n: aq.op.count(), total: sumOf('amount') })
        .rollup({ groups: aq.op.count(), most: aq.op.max('n'), largest: aq.op.max('total') }),
    'group by text': () => tables.fact.groupby('word').rollup({ n: aq.op.count(), total: sumOf('amount') }),
    'group by long text': () =>
      tables.fact
        .groupby('note')
        .rollup({ n: aq.op.count() })
        .rollup({ groups: aq.op.count(), most: aq.op.max('n') }),
    'join, small build': () =>
      tables.fact
        .join(tables.small, ['s', 's'], [['amount'], ['label']])
        .groupby('label')
        .rollup({ total: sumOf('amount') }),
    'join, large build': () =>
      tables.fact
        .join(tables.big, ['b', 'b'], [['amount'], ['weight']])
        .rollup({ n: aq.op.count(), weight: sumOf('weight'), amount: sumOf('amount') }),
    'count distinct': () => tables.fact.rollup({ n: aq.op.distinct('b') }),
    'count distinct by group': () => tables.fact.groupby('k100').rollup({ n: aq.op.distinct('k1m') }),
    'count distinct text': () => tables.fact.rollup({ n: aq.op.distinct('note') }),
    'top 10': () => tables.fact.select('id', 'amount', 'price').orderby(aq.desc('price'), 'id').slice(0, 10),
  }
  return {
    load(directory, schema, names) {
      const columns = schemaTables(readFileSync(schema, 'utf8'))
      for (const name of names) {
        const lines = readFileSync(join(directory, `${name}.csv`), 'utf8').split('\n')
        if (lines.at(-1) === '') lines.pop()
        const data = columns
          .get(name)!
          .map(({ type }) => (isNumeric(type) ? new Float64Array(lines.length) : new Array<string>(lines.length)))
        for (const [row, line] of lines.entries()) {
          const fields = line.split('|')
          for (const [i, column] of data.entries()) column[row] = Array.isArray(column) ? fields[i] : Number(fields[i])
        }
        tables[name] = aq.table(columns.get(name)!.map((column, i) => [column.name, data[i]]))
      }
    },
    run(_sql, item = '') {
      const run = items[item]
      if (!run) throw new Error('not among its verbs')
      return values(run())
    },
  }
}
