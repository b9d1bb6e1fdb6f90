/** db-benchmark's tables: independent, uniform columns. */
import { DataRandom } from './random.ts'
import type { MadeData, MadeTable, MadeValue, Maker } from './tables.ts'

const schema = `
CREATE TABLE x_group (id1 text, id2 text, id3 text, id4 integer, id5 integer, id6 integer, v1 integer, v2 integer, v3 double precision);
CREATE TABLE x (id1 integer, id2 integer, id3 integer, id4 text, id5 text, id6 text, v1 double precision);
CREATE TABLE small (id1 integer, id4 text, v2 double precision);
CREATE TABLE medium (id1 integer, id2 integer, id4 text, id5 text, v2 double precision);
CREATE TABLE big (id1 integer, id2 integer, id3 integer, id4 text, id5 text, id6 text, v2 double precision);
`

export function makeH2oai(rows: number): MadeData {
  const random = new DataRandom(rows)
  const groups = 100
  const many = Math.max(1, Math.floor(rows / groups))
  const table = (name: string, count: number, makers: Readonly<Record<string, Maker>>): MadeTable => {
    const columns = new Map<string, MadeValue[]>()
    for (const [column, make] of Object.entries(makers))
      columns.set(
        column,
        Array.from({ length: count }, (_, row) => make(row)),
      )
    return { name, rowCount: count, columns }
  }
  const text = (number: number, digits = 3): string => `id${String(number).padStart(digits, '0')}`
  const orNull = (value: MadeValue): MadeValue => (random.chance(0.02) ? null : value)
  const uniform = (high: number): Maker => {
    return () => random.between(1, high)
  }
  const value: Maker = () => Math.round(random.next() * 1e8) / 1e6
  const small = Math.max(3, Math.round(rows / 1e5))
  const medium = Math.max(20, Math.round(rows / 1e3))
  const textOf =
    (numbers: () => readonly MadeValue[]): Maker =>
    (row) =>
      text(numbers()[row] as number)
  const keyed = (name: string, count: number, sizes: readonly number[], unique: number, measure: string): MadeTable => {
    const makers: Record<string, Maker> = {}
    const made = new Map<number, MadeValue[]>()
    const order = random.shuffled(Array(count).keys())
    sizes.forEach((size, index) => {
      made.set(
        index,
        Array.from({ length: count }, (_, row) =>
          index === unique ? order[row] + 1 : random.between(1, Math.round(size * 1.1)),
        ),
      )
      makers[`id${index + 1}`] = (row) => (made.get(index) as MadeValue[])[row]
    })
    sizes.forEach((_, index) => {
      makers[`id${index + 4}`] = textOf(() => made.get(index) as MadeValue[])
    })
    makers[measure] = value
    return table(name, count, makers)
  }
  return {
    schema,
    tables: [
      table('x_group', rows, {
        id1: () => orNull(text(random.between(1, groups))),
        id2: () => orNull(text(random.between(1, groups))),
        id3: () => orNull(text(random.between(1, many), 10)),
        id4: () => orNull(random.between(1, groups)),
        id5: () => orNull(random.between(1, groups)),
        id6: () => orNull(random.between(1, many)),
        v1: uniform(5),
        v2: uniform(15),
        v3: () => orNull(value(0)),
      }),
      keyed('x', rows, [small, medium, rows], -1, 'v1'),
      keyed('small', small, [small], 0, 'v2'),
      keyed('medium', medium, [small, medium], 1, 'v2'),
      keyed('big', rows, [small, medium, rows], 2, 'v2'),
    ],
    keys: {},
    indexes: [],
  }
}
