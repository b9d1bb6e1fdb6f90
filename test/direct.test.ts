/**
 * Statements of one row take a short way when they are run again. Here random histories of three sessions run on two
 * databases, on one of which every statement takes the long way: results, errors, rows and memory must be the same.
 */
import { describe, expect, test, vi } from 'vitest'
import { DirectStatement } from '../src/direct-statement.ts'
import { type Connection, Database, SqlError } from '../src/index.ts'
import { randomFrom } from './storage/helpers.ts'

const schema = `
  CREATE TABLE plain (id integer PRIMARY KEY, name text, price double precision, stock integer);
  CREATE TABLE bare (a integer, b text);
  CREATE TABLE keyed (id integer PRIMARY KEY, k integer, v text, w smallint);
  CREATE INDEX keyed_k ON keyed (k);
  CREATE INDEX keyed_v ON keyed USING btree (v);
  CREATE TABLE coded (code text PRIMARY KEY, n bigint, d numeric(6, 2), at timestamp, UNIQUE (n));
  CREATE TABLE pair (a integer, b text, c smallint NOT NULL DEFAULT 7, g integer GENERATED ALWAYS AS (a * 2) STORED,
    PRIMARY KEY (a, b), CHECK (c < 30), CONSTRAINT small CHECK (a < 40 OR c > 3));
  CREATE TABLE word (id integer PRIMARY KEY, t text, active boolean);
  CREATE UNIQUE INDEX word_t ON word (lower(t));
  CREATE UNIQUE INDEX word_active ON word (id) WHERE active;
  CREATE TABLE late (id integer PRIMARY KEY, u integer UNIQUE DEFERRABLE INITIALLY DEFERRED, n integer UNIQUE NULLS NOT DISTINCT);
  CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
  CREATE TABLE made (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, p positive, d date DEFAULT '2020-02-02', r real, x jsonb);
  CREATE TABLE parent (id integer PRIMARY KEY, v integer);
  CREATE TABLE child (id integer PRIMARY KEY, parent integer REFERENCES parent ON DELETE CASCADE, v integer);
`
const tables = ['plain', 'bare', 'keyed', 'coded', 'pair', 'word', 'late', 'made', 'parent', 'child']

type Kind = 'key' | 'int' | 'small' | 'big' | 'text' | 'double' | 'decimal' | 'time' | 'boolean' | 'json'

const statements: readonly (readonly [sql: string, ...kinds: Kind[]])[] = [
  ['INSERT INTO plain VALUES ($1, $2, $3, $4)', 'key', 'text', 'double', 'int'],
  ['INSERT INTO plain (id, name) VALUES ($1, upper($2)) RETURNING *, id + 1 AS next', 'key', 'text'],
  ['UPDATE plain SET stock = stock + 1 WHERE id = $1', 'key'],
  ['UPDATE plain SET stock = stock * $2, name = name || $3 WHERE id = $1 RETURNING stock, name', 'key', 'int', 'text'],
  ['UPDATE plain SET id = $2 WHERE id = $1', 'key', 'key'],
  ['UPDATE plain SET price = 100 / stock WHERE id = $1 AND name IS NOT NULL', 'key'],
  ['DELETE FROM plain WHERE id = $1', 'key'],
  ['SELECT * FROM plain WHERE id = $1', 'key'],
  ['SELECT name, price * 2 AS twice, id FROM plain WHERE id = $1 AND stock > $2', 'key', 'int'],
  ['INSERT INTO bare VALUES ($1, $2) RETURNING b', 'int', 'text'],
  ['INSERT INTO bare VALUES ($1 + 1, $2)', 'int', 'text'],
  ['INSERT INTO keyed VALUES ($1, $2, $3, $4)', 'key', 'small', 'text', 'small'],
  ['UPDATE keyed SET k = $2 WHERE id = $1', 'key', 'small'],
  ['UPDATE keyed SET v = $2 WHERE k = $1 RETURNING id', 'small', 'text'],
  ['DELETE FROM keyed WHERE k = $1 AND v > $2 RETURNING id, v', 'small', 'text'],
  ['SELECT id, v FROM keyed WHERE k = $1', 'small'],
  ['SELECT id, w FROM keyed WHERE v = $1', 'text'],
  ['INSERT INTO coded VALUES ($1, $2, $3, $4)', 'text', 'big', 'decimal', 'time'],
  ["UPDATE coded SET d = d * 1.5, at = at + interval '1 day' WHERE code = $1 RETURNING d, at", 'text'],
  ['UPDATE coded SET n = n + $2 WHERE code = $1', 'text', 'big'],
  ['DELETE FROM coded WHERE n = $1', 'big'],
  ['SELECT code, d, at, n FROM coded WHERE code = $1', 'text'],
  ['INSERT INTO pair (a, b, c) VALUES ($1, $2, $3)', 'key', 'text', 'small'],
  ['INSERT INTO pair (a, b) VALUES ($1, $2) RETURNING c, g', 'key', 'text'],
  ['UPDATE pair SET a = a + $3 WHERE a = $1 AND b = $2 RETURNING *', 'key', 'text', 'small'],
  ['UPDATE pair SET c = $3 WHERE a = $1 AND b = $2', 'key', 'text', 'small'],
  ['DELETE FROM pair WHERE b = $2 AND a = $1 RETURNING g', 'key', 'text'],
  ['SELECT * FROM pair WHERE a = $1 AND b = $2', 'key', 'text'],
  ['INSERT INTO word VALUES ($1, $2, $3)', 'key', 'text', 'boolean'],
  ['UPDATE word SET t = $2, active = NOT active WHERE id = $1', 'key', 'text'],
  ['DELETE FROM word WHERE id = $1', 'key'],
  ['SELECT * FROM word WHERE lower(t) = $1', 'text'],
  ['INSERT INTO late VALUES ($1, $2, $3)', 'key', 'small', 'small'],
  ['UPDATE late SET u = $2 WHERE id = $1', 'key', 'small'],
  ['UPDATE late SET n = $2 WHERE id = $1', 'key', 'small'],
  ['DELETE FROM late WHERE u = $1', 'small'],
  ['INSERT INTO made (p, r) VALUES ($1, $2) RETURNING id, p, d, r', 'small', 'double'],
  ['INSERT INTO made (p, x) VALUES ($1, $2)', 'small', 'json'],
  ['UPDATE made SET p = p - 3 WHERE id = $1 RETURNING p', 'key'],
  ['DELETE FROM made WHERE id = $1', 'key'],
  ['INSERT INTO parent VALUES ($1, $2)', 'key', 'int'],
  ['UPDATE parent SET v = v + 1 WHERE id = $1', 'key'],
  ['UPDATE parent SET id = $2 WHERE id = $1', 'key', 'key'],
  ['DELETE FROM parent WHERE id = $1', 'key'],
  ['INSERT INTO child VALUES ($1, $2, 0)', 'key', 'key'],
  ['UPDATE child SET v = v + 1 WHERE id = $1', 'key'],
  ['UPDATE child SET parent = $2 WHERE id = $1', 'key', 'key'],
  ['SELECT $1::integer + 1 AS n, $2 AS t', 'int', 'text'],
  ['SELECT count(*), sum(w), min(v), avg(k) AS mean FROM keyed WHERE k = $1', 'small'],
  [
    'SELECT v, count(*), max(w) FILTER (WHERE w > $2) FROM keyed WHERE k = $1 GROUP BY v HAVING count(*) > 1',
    'small',
    'small',
  ],
  ['SELECT id, w * 2 AS twice FROM keyed WHERE k = $1 ORDER BY w DESC, id LIMIT 3', 'small'],
  ['SELECT child.id, parent.v FROM child JOIN parent ON parent.id = child.parent WHERE child.id = $1', 'key'],
  ['SELECT child.id, p.v FROM child LEFT JOIN parent p ON p.id = child.parent AND p.v > $1 ORDER BY child.id', 'int'],
  ['SELECT p.v, count(*) FROM parent p JOIN child ON p.id = child.parent GROUP BY p.v ORDER BY 2, 1'],
  ['SELECT id FROM parent WHERE NOT EXISTS (SELECT FROM child WHERE parent = parent.id AND v > $1) ORDER BY id', 'int'],
  ['SELECT id FROM parent WHERE id IN (SELECT parent FROM child WHERE v < $1) ORDER BY id', 'int'],
  ['SELECT stock, count(*), sum(price) FROM plain GROUP BY stock ORDER BY stock NULLS FIRST LIMIT $1', 'int'],
  ['SELECT DISTINCT c FROM pair WHERE a < $1 ORDER BY c DESC OFFSET 1', 'key'],
  ['SELECT avg(100 / stock), corr(price, stock), bool_or(name IS NULL) FROM plain WHERE id < $1', 'key'],
  ['SELECT b, a FROM bare ORDER BY a, b LIMIT 5'],
]

const control = [
  'BEGIN',
  'BEGIN',
  'BEGIN ISOLATION LEVEL REPEATABLE READ',
  'BEGIN READ ONLY',
  'COMMIT',
  'COMMIT',
  'ROLLBACK',
  'SAVEPOINT s',
  'ROLLBACK TO SAVEPOINT s',
  'ROLLBACK TO SAVEPOINT s',
  'RELEASE SAVEPOINT s',
]
const definitions = [
  'CREATE INDEX plain_name ON plain (name)',
  'DROP INDEX plain_name',
  'ALTER TABLE bare ADD COLUMN extra integer DEFAULT 5',
  'ALTER TABLE bare DROP COLUMN extra',
  'TRUNCATE plain',
  'ALTER TABLE keyed ALTER COLUMN w TYPE integer',
  'DELETE FROM bare WHERE a > 0',
  'UPDATE plain SET stock = 0',
  'SET bytea_output = escape',
]

interface Side {
  readonly db: Database
  readonly sessions: readonly Connection[]
  readonly prepared: ReadonlyMap<string, ReturnType<Connection['prepare']>>[]
}

function side(longWay: boolean): Side {
  const db = new Database()
  db.exec(schema)
  const sessions = [db as Connection, db.connect(), db.connect()]
  if (longWay) for (const session of sessions) session.exec("SET execution = 'interpreted'")
  else for (const session of sessions) session.exec("SET execution = 'auto'")
  const prepared = sessions.map((session) => new Map(statements.map(([sql]) => [sql, session.prepare(sql)])))
  return { db, sessions, prepared }
}

/** What came of it, with all that an error says. */
function outcome(body: () => unknown): unknown {
  try {
    return body()
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    const { code, message, detail, hint, position, schema, table, column, constraint } = error
    return { code, message, detail, hint, position, schema, table, column, constraint }
  }
}

function run(seed: number, steps: number): void {
  const random = randomFrom(seed)
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]
  const whole = (size: number): number => Math.floor(random() * size)
  // A value that does not suit a parameter's type gives it another, which a text that comes later is read by.
  const odd = (text: string, number: unknown): unknown => (seed % 2 === 0 ? text : number)
  const value: Record<Kind, () => unknown> = {
    key: () => (random() < 0.95 ? whole(50) : pick([null, odd('7', 2 ** 31), odd('x', 1.5), odd(' 8 ', 8n)])),
    int: () => (random() < 0.9 ? whole(1000) - 100 : pick([2147483647, null, odd('17', 3n)])),
    small: () => (random() < 0.93 ? whole(12) : pick([odd('6', 40000), null])),
    big: () =>
      random() < 0.8 ? whole(20) : pick([9007199254740993n, -5n, 2n ** 63n - 1n, null, odd('12', 2n ** 63n), 2 ** 40]),
    text: () => pick(['a', 'b', 'A', 'ab', 'é', '', 'x'.repeat(70), `c${whole(30)}`, random() < 0.2 ? null : 'z']),
    double: () => pick([random() * 100, 0.1, -0, NaN, Infinity, 3, null]),
    decimal: () => pick([1.25, 12, 17.5, random() < 0.1 ? 99999.5 : 3.999, null, odd('1.005', 1)]),
    time: () =>
      pick([new Date(1e12 + whole(1e6)), odd('2024-02-29 12:00', null), random() < 0.1 ? odd('never', 5) : null]),
    boolean: () => pick([true, false, null, odd('on', 1)]),
    json: () => pick([{ a: 1 }, [1, 2], '{"b": null}', null, random() < 0.2 ? '{' : '3']),
  }
  const shortWay = vi.spyOn(DirectStatement.prototype, 'run')
  const short = side(false)
  const long = side(true)
  for (let step = 0; step < steps; step++) {
    const at = whole(3)
    const kind = random()
    let act: (side: Side) => unknown
    let what: string
    if (kind < 0.08 || (kind < 0.5 && short.sessions[at].transactionState === 'failed')) {
      what = pick(control)
      act = ({ sessions }) => sessions[at].exec(what).command
    } else if (kind < 0.083) {
      what = pick(definitions)
      act = ({ sessions }) => sessions[at].exec(what).rowCount
    } else {
      const [sql, ...kinds] = pick(statements)
      const values = kinds.map((name) => value[name]())
      const how = whole(5)
      what = `${sql} ${JSON.stringify(values, (_, item) => (typeof item === 'bigint' ? `${item}n` : item))} ${how}`
      act = ({ sessions, prepared }) => {
        const statement = prepared[at].get(sql)!
        if (how === 0) return statement.run(...values)
        if (how === 1) return statement.get(...values)
        if (how === 2) return statement.all(values)
        if (how === 3) return statement.query(...values).text
        const result = sessions[at].query(sql, values, { decimal: 'string', bigint: 'bigint' })
        return [result.rowCount, result.command, result.columns, result.rows]
      }
    }
    const where = `seed ${seed}, step ${step}, session ${at}: ${what}`
    const got = outcome(() => act(short))
    expect(got, where).toEqual(outcome(() => act(long)))
    if (step % 50 !== 0) continue
    for (const table of tables) {
      const rows = (of: Side): unknown => outcome(() => of.sessions[at].query(`SELECT * FROM ${table}`).text)
      expect(rows(short), `${table} after ${where}`).toEqual(rows(long))
    }
  }
  for (const { sessions } of [short, long]) for (const session of sessions) session.exec('ROLLBACK')
  for (const table of tables) {
    const rows = (of: Side): unknown => of.db.query(`SELECT * FROM ${table}`).text
    expect(rows(short), table).toEqual(rows(long))
  }
  const taken = shortWay.mock.results.filter(({ type, value: count }) => type === 'throw' || count! >= 0).length
  shortWay.mockRestore()
  const [used, expected] = [short, long].map(({ db }) => db.memory().used)
  expect(Math.abs(used - expected), 'bytes more or less').toBeLessThan(expected / 20)
  expect(taken, 'statements that took the short way').toBeGreaterThan(steps / 5)
  short.db.close()
  long.db.close()
}

describe('the short way of statements of one row', () => {
  test.each([1, 2, 3, 4, 5, 6])('agrees with the long one, seed %i', (seed) => run(seed, 2000))

  test.each([
    ['a queue of none', 0],
    ['a queue of a hundred', 100],
  ])('gives the memory of rows back that come and go: %s', (_, length) => {
    const db = new Database()
    db.exec('CREATE TABLE job (id integer PRIMARY KEY, what text, done boolean)')
    const add = db.prepare('INSERT INTO job VALUES ($1, $2, false)')
    const change = db.prepare('UPDATE job SET done = true WHERE id = $1')
    const remove = db.prepare('DELETE FROM job WHERE id = $1')
    for (let id = 0; id < 20_000; id++) {
      add.run(id, `job ${id}`)
      change.run(id)
      remove.run(id - length)
    }
    expect(db.query('SELECT count(*) AS n FROM job').first()).toEqual({ n: length })
    expect(db.memory().used).toBeLessThan(100_000)
    db.close()
  })
})
