/** What the planner learns by trying conditions on samples of tables. */
import { beforeAll, describe, expect, test } from 'vitest'
import { Database } from '../../src/index.node.ts'

const database = new Database()

function explain(sql: string): string {
  return database
    .exec(`EXPLAIN ${sql}`)
    .text.map(([line]) => line)
    .join('\n')
}

function expectAbout(sql: string, rows: number, factor = 1.5): void {
  const estimated = Number(/~(\d+) row/.exec(explain(sql))?.[1])
  expect(estimated, sql).toBeGreaterThanOrEqual(rows / factor)
  expect(estimated, sql).toBeLessThanOrEqual(rows * factor)
}

beforeAll(() => {
  database.exec(`
    CREATE TABLE kind (id integer PRIMARY KEY, name text);
    INSERT INTO kind SELECT i, 'kind ' || i FROM generate_series(1, 100) g(i);
    CREATE TABLE thing (id integer PRIMARY KEY, kind_id integer, town text, country text, note text);
    INSERT INTO thing SELECT i, CASE WHEN i % 10 < 9 THEN 1 ELSE i / 10 % 99 + 2 END, 'town ' || i % 50, 'country ' || i % 50 / 10,
      CASE WHEN i % 4 = 0 THEN 'made in Lyon ' || i END FROM generate_series(1, 100000) g(i);
    CREATE INDEX ON thing (kind_id);
    CREATE TABLE mention (thing_id integer, page integer);
    INSERT INTO mention SELECT 1 + (i::bigint * i) % 100000 / (1 + i % 7 * 20), i FROM generate_series(1, 50000) g(i);
  `)
})

describe('conditions', () => {
  test('patterns, functions and dependent columns are estimated as they are', () => {
    expectAbout("SELECT * FROM thing WHERE note LIKE '%Lyon%'", 25_000)
    expectAbout('SELECT * FROM thing WHERE length(town) = 6', 20_000)
    expectAbout("SELECT * FROM thing WHERE town = 'town 7' AND country = 'country 0'", 2000)
    expectAbout('SELECT * FROM thing WHERE kind_id = 1', 90_000)
    expectAbout('SELECT * FROM thing WHERE id % 2 = 0 AND note IS NOT NULL', 25_000)
  })

  test('what no row of the sample passes is rare, and not more common than its values', () => {
    expectAbout('SELECT * FROM thing WHERE kind_id = 57', 101, 3)
    expectAbout("SELECT * FROM thing WHERE note = 'made in Lyon 44'", 1, 20)
  })

  test('what fails on a row of the sample, reads the outside or has effects is not tried', () => {
    let calls = 0
    database.createFunction('noticed', { returns: 'boolean', parameters: ['integer'], volatility: 'immutable' }, () => {
      calls++
      return true
    })
    explain('SELECT * FROM thing WHERE noticed(id)')
    expect(calls).toBe(0)
    expectAbout('SELECT * FROM thing WHERE 1 / (id - id) = 1', 5000, 30)
    expect(database.query('SELECT count(*) FROM thing WHERE id < $1', [5]).text).toEqual([['4']])
  })

  test('a sample follows its table', () => {
    database.exec('CREATE TABLE growing AS SELECT i AS v FROM generate_series(1, 10) g(i)')
    expectAbout('SELECT * FROM growing WHERE v % 2 = 0', 5)
    database.exec('INSERT INTO growing SELECT 2 * i FROM generate_series(1, 20000) g(i)')
    expectAbout('SELECT * FROM growing WHERE v % 2 = 0', 20_005)
    database.exec('DELETE FROM growing WHERE v % 2 = 0 AND v > 100')
    expect(database.exec('SELECT count(*) FROM growing WHERE v % 2 = 0').text).toEqual([['55']])
    database.exec('VACUUM growing')
    expect(database.exec('SELECT count(*) FROM growing WHERE v % 2 = 0').text).toEqual([['55']])
  })
})

describe('joins', () => {
  test('a small table picks a frequent or a rare value of another by its name', () => {
    const sql = (name: string): string =>
      `SELECT * FROM kind k JOIN thing t ON t.kind_id = k.id WHERE k.name = '${name}' AND t.town < 'u'`
    expectAbout(sql('kind 1'), 90_000)
    expect(explain(sql('kind 1'))).not.toContain('(index')
    expect(explain(sql('kind 57'))).toContain('(index thing_kind_id_idx)')
  })

  test('values that are frequent on both sides make many pairs', () => {
    const sql = 'SELECT count(*) FROM mention a JOIN mention b ON a.thing_id = b.thing_id'
    const [[actual]] = database.exec(sql).text
    expectAbout(sql.replace('count(*)', '*'), Number(actual), 4)
  })

  test('columns of a key of several columns are one condition, by whichever of equal columns they are equated', () => {
    database.exec(`
      CREATE TABLE item (id integer PRIMARY KEY, colour text);
      INSERT INTO item SELECT i, 'colour ' || i % 20 FROM generate_series(1, 5000) g(i);
      CREATE TABLE place (id integer PRIMARY KEY, name text);
      INSERT INTO place SELECT i, 'place ' || i FROM generate_series(1, 500) g(i);
      CREATE TABLE stock (item_id integer, place_id integer, price integer, PRIMARY KEY (item_id, place_id));
      INSERT INTO stock SELECT i, 1 + (i * 7 + j * 125) % 500, j FROM generate_series(1, 5000) g(i), generate_series(1, 4) h(j);
      CREATE TABLE sale (item_id integer NOT NULL, place_id integer NOT NULL, amount integer);
      INSERT INTO sale SELECT item_id, place_id, i FROM stock, generate_series(1, 5) g(i);
    `)
    const all = 'FROM sale a, stock b WHERE a.item_id = b.item_id AND a.place_id = b.place_id'
    expectAbout(`SELECT * ${all}`, 100_000)
    expectAbout(`SELECT * ${all} AND b.price = 1`, 25_000)
    const coloured =
      "FROM item i, place p, sale a, stock b WHERE i.colour = 'colour 3' AND i.id = a.item_id AND p.id = a.place_id"
    expectAbout(`SELECT * ${coloured} AND b.item_id = i.id AND b.place_id = p.id`, 5000)
    expectAbout(`SELECT * ${coloured} AND b.item_id = a.item_id AND b.place_id = p.id`, 5000)
    const exists =
      'SELECT * FROM sale a WHERE EXISTS (SELECT FROM stock b WHERE b.item_id = a.item_id AND b.place_id = a.place_id'
    expectAbout(`${exists})`, 100_000)
    expectAbout(`${exists} AND b.price = 1)`, 25_000)
    expectAbout(`${exists.replace('EXISTS', 'NOT EXISTS')} AND b.price = 1)`, 75_000)
  })

  test('tables that are combined freely are no reference to a key of both', () => {
    expectAbout(
      'SELECT * FROM (item i CROSS JOIN place p) LEFT JOIN stock s ON s.item_id = i.id AND s.place_id = p.id',
      2_500_000,
    )
    expectAbout(
      'SELECT * FROM item i, place p WHERE EXISTS (SELECT FROM stock s WHERE s.item_id = i.id AND s.place_id = p.id)',
      20_000,
    )
  })
})
