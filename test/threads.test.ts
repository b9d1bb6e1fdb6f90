/**
 * Several threads give the answers of one: over the scripts, over random queries, and when something goes wrong in a thread.
 * With `shared_scan_rows = 0` every scan is shared, and small batches make many morsels of few rows.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { State, Word } from '../src/exec/parallel/control.ts'
import type { StartThread } from '../src/exec/parallel/thread-pool.ts'
import { Database } from '../src/index.node.ts'
import { Database as EngineDatabase } from '../src/index.ts'
import { startScript, startThread } from '../src/node/threads.ts'
import { runFile } from './sqllogictest/run.ts'

const shareAll = ["SET execution = 'compiled'", 'SET shared_scan_rows = 0', 'SET batch_size = 3']

describe('scripts, on three threads', () => {
  const folder = join(import.meta.dirname, 'sql')
  const scripts = ['queries', 'conveniences', 'changes', 'expressions', 'types'].flatMap((room) =>
    readdirSync(join(folder, room))
      .filter((name) => name.endsWith('.slt'))
      .map((name) => `${room}/${name}`),
  )

  test.each(scripts)('%s', (script) => {
    const { failures } = runFile(join(folder, script), {
      setup: shareAll,
      exact: true,
      database: () => new Database({ threads: 3 }),
    })
    expect(failures.map(({ line, sql, message }) => `${script}:${line}: ${message}\n${sql}`)).toEqual([])
  })
})

/** A generator of numbers with a seed. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

describe('queries over some thousand rows', () => {
  let db: Database
  const connections: { run: (sql: string) => unknown; explain: (sql: string) => string }[] = []

  beforeAll(() => {
    db = new Database({ threads: 3 })
    db.exec(`
      CREATE TABLE fact AS SELECT i AS id, i % 97 AS a, nullif(i * 31 % 1013, 7) AS b, (i * 7 % 501)::numeric(10,2) AS price,
        'name ' || (i * 13 % 41) AS name, 'comment number ' || i * 17 % 30011 AS remark, i % 50 / 8.0::double precision AS weight,
        date '2020-01-01' + (i % 700) AS day, nullif(i % 3 = 0, i % 11 = 0) AS flag FROM generate_series(1, 30000) s(i);
      CREATE TABLE dim AS SELECT i AS a, 'group ' || i % 9 AS label, nullif(i % 13, 5) AS n FROM generate_series(0, 120) s(i);
      DELETE FROM fact WHERE id % 101 = 0;
      UPDATE fact SET b = b + 1 WHERE id % 103 = 0`)
    for (const threads of [1, 2, 3]) {
      const connection = db.connect()
      for (const statement of ["SET execution = 'compiled'", 'SET shared_scan_rows = 0', 'SET batch_size = 512'])
        connection.exec(statement)
      connection.exec(`SET threads = ${threads}`)
      connections.push({
        run: (sql) => connection.query(sql).text,
        explain: (sql) => connection.query(`EXPLAIN ANALYZE ${sql}`).text.flat().join('\n'),
      })
    }
  })
  afterAll(() => db.close())

  const aggregates = [
    'count(*)',
    'sum(price)',
    'avg(b)',
    'min(name)',
    'max(remark)',
    'sum(b)',
    'count(DISTINCT b)',
    'min(day)',
    'max(price)',
    'bool_and(flag)',
    'sum(weight)',
    'count(b) FILTER (WHERE flag)',
    'sum(CASE WHEN flag THEN price ELSE 0.5 END)',
    "string_agg(name, ',' ORDER BY id)",
    'first(remark)',
  ]
  const sources = [
    'fact',
    'fact JOIN dim USING (a)',
    'fact LEFT JOIN dim ON fact.a = dim.a AND dim.n > 4',
    "(SELECT * FROM fact WHERE remark LIKE '%7%3%') fact",
    'fact JOIN (SELECT a, count(*) AS many FROM fact GROUP BY a) counted USING (a)',
    'dim JOIN fact USING (a)',
    'dim RIGHT JOIN fact USING (a)',
    '(SELECT f.* FROM fact f WHERE EXISTS (SELECT FROM fact g WHERE g.id = f.id + 1 AND g.b < 500)) fact',
    '(SELECT f.* FROM fact f WHERE b NOT IN (SELECT n FROM dim WHERE n IS NOT NULL)) fact',
    '(SELECT f.* FROM fact f JOIN fact g ON f.id = g.b AND f.name = g.name) fact',
  ]
  const groups = ['', 'flag', 'name', 'day', 'name, flag', 'remark', 'b']
  const filters = [
    'true',
    'id < 9000',
    "name <> 'name 5'",
    'b IS NOT NULL AND price > 100',
    "day > date '2021-03-01'",
    'id < 0',
  ]

  test.each(Array.from({ length: 120 }, (_, seed) => seed + 1))('random aggregation %i', (seed) => {
    const random = randomNumbers(seed * 7919)
    const pick = (list: readonly string[]): string => list[random(list.length)]
    const group = pick(groups)
    const calls = [pick(aggregates), pick(aggregates), pick(aggregates)]
    const columns = [...(group === '' ? [] : [group]), ...calls.map((call, i) => `${call} AS c${i}`)].join(', ')
    const sql = `SELECT ${columns} FROM ${pick(sources)} WHERE ${pick(filters)}${group === '' ? '' : ` GROUP BY ${group}`}`
    const [one, two, three] = connections.map(({ run }) => run(sql))
    expect(two, sql).toEqual(one)
    expect(three, sql).toEqual(one)
  })

  test.each([
    'SELECT id, remark, price FROM fact WHERE b = 44',
    "SELECT * FROM fact WHERE name LIKE '%1%' ORDER BY remark DESC, id LIMIT 20",
    'SELECT name, day FROM fact WHERE b < 40 ORDER BY day, name, id',
    'SELECT DISTINCT name, flag FROM fact WHERE price > 200',
    "SELECT f.id, d.label FROM fact f JOIN dim d ON f.b = d.n WHERE f.remark LIKE '%99%' ORDER BY 1, 2 LIMIT 50",
    'SELECT id FROM fact WHERE id < 400 AND b NOT IN (SELECT n FROM dim)',
    'WITH t AS (SELECT a, sum(price) AS s FROM fact GROUP BY a) SELECT * FROM t WHERE s > (SELECT avg(s) FROM t)',
    'SELECT count(*) FROM fact f FULL JOIN dim d ON f.b = d.a',
    'SELECT label, row_number() OVER (ORDER BY sum(price), label) FROM fact JOIN dim USING (a) GROUP BY label',
  ])('%s', (sql) => {
    const [one, two, three] = connections.map(({ run }) => run(sql))
    expect(two).toEqual(one)
    expect(three).toEqual(one)
  })

  test('EXPLAIN ANALYZE says how many threads took part, and counts the rows of all', () => {
    const text = connections[1].explain('SELECT name, sum(price) FROM fact GROUP BY name')
    expect(text).toMatch(/Aggregate .*compiled, [12] threads/)
    expect(text).toMatch(/Scan fact .*actual 29703 rows.*on several threads/)
    expect(connections[0].explain('SELECT name, sum(price) FROM fact GROUP BY name')).not.toMatch(/threads/)
    expect(connections[1].explain("SELECT string_agg(name, '') FROM fact")).toMatch(
      /one thread \(string_agg is interpreted\)/,
    )
  })

  test('errors are those of one thread', () => {
    for (const sql of [
      'SELECT sum(1 / (a - 96)) FROM fact',
      'SELECT sum(id::smallint) FROM fact WHERE id > 29000 * 2 OR id > 5',
    ]) {
      const messages = connections.map(({ run }) => {
        try {
          run(sql)
          return 'no error'
        } catch (error) {
          return (error as Error).message
        }
      })
      expect(new Set(messages).size).toBe(1)
    }
  })

  test('what threads used is given back', () => {
    connections[2].run('SELECT remark, count(*) FROM fact GROUP BY remark')
    expect(db.memory().owners.filter(({ kind }) => kind === 'query')).toEqual([])
  })
})

describe('joins with large build sides', () => {
  const tables = `
    CREATE TABLE l AS SELECT i AS id, i * 7919::bigint % 40009 AS many, nullif(i % 5000, 4) AS few, CASE WHEN i % 2 = 0 THEN 77 ELSE i END AS skewed,
      i::bigint * i * 1000003 AS wide, 'name ' || i % 9000 AS name FROM generate_series(1, 30000) s(i);
    CREATE TABLE r AS SELECT * FROM l WHERE id % 7 > 0`
  const queries = [
    'SELECT count(*), sum(l.id), sum(r.id) FROM l JOIN r ON l.many = r.many',
    'SELECT count(*), sum(l.id), sum(r.id::bigint * l.id % 1000) FROM l JOIN r ON l.few = r.few WHERE l.id < 9000',
    'SELECT count(*), sum(l.id), sum(r.id) FROM l JOIN r ON l.id = r.skewed',
    'SELECT count(*), sum(l.id), sum(r.id) FROM l LEFT JOIN r ON l.wide = r.wide',
    'SELECT count(*), sum(l.id), sum(r.id) FROM l RIGHT JOIN r ON l.few = r.id',
    'SELECT count(*), sum(l.id), sum(r.id) FROM l FULL JOIN r ON l.few = r.few + 4900 AND l.name = r.name',
    'SELECT count(*) FROM l WHERE few NOT IN (SELECT skewed FROM r)',
    'SELECT count(*), min(name) FROM l WHERE EXISTS (SELECT FROM r WHERE r.skewed = l.id AND r.name > l.name)',
    'SELECT l.id, r.id, r.name FROM l JOIN r ON r.few = l.few WHERE l.id < 40',
    'SELECT l.id, r.id FROM l JOIN r ON r.wide + 1 = l.wide + 1 WHERE l.name < r.name || 0 ORDER BY l.id LIMIT 100',
    'SELECT l.id, a.label, b.label FROM l JOIN (SELECT id, upper(name) AS label FROM r) a ON a.id = l.few JOIN (SELECT id, name || id AS label FROM r) b ON b.id = l.skewed',
  ]
  const answersOf = (db: Database, threads: number): unknown[] => {
    db.exec(`SET threads = ${threads}; SET execution = 'compiled'; SET shared_scan_rows = 0`)
    return queries.map((sql) => db.query(sql).text)
  }

  test('are those of one thread, row by row', () => {
    const db = new Database({ threads: 3 })
    db.exec(tables)
    const one = answersOf(db, 1)
    for (const threads of [2, 3, 3]) expect(answersOf(db, threads)).toEqual(one)
    expect(db.memory().owners.filter(({ kind }) => kind === 'query')).toEqual([])
    db.close()
  })

  test('one thread does what others fail at', () => {
    const code = `
      const { memory, control, thread } = require('node:worker_threads').workerData
      const words = new Int32Array(memory.buffer)
      const own = (control >>> 2) + 16 * (thread + 1)
      const ring = (state) => {
        Atomics.store(words, own, state)
        Atomics.add(words, control >>> 2, 1)
        Atomics.notify(words, control >>> 2)
      }
      ring(${State.idle})
      for (;;) {
        const state = Atomics.load(words, own)
        if (state === ${State.closed}) break
        if (Atomics.compareExchange(words, own, ${State.offered}, ${State.running}) === ${State.offered}) {
          Atomics.store(words, own + ${Word.textLength}, 0)
          ring(${State.failed})
        } else Atomics.wait(words, own, state, 1000)
      }`
    const failing: StartThread = (workerData) => {
      const worker = new Worker(code, { eval: true, workerData })
      worker.unref()
      return { stop: () => void worker.terminate() }
    }
    const db = new Database({ threads: 2, startThread: failing })
    db.exec(tables)
    expect(answersOf(db, 2)).toEqual(answersOf(db, 1))
    expect(db.memory().owners.filter(({ kind }) => kind === 'query')).toEqual([])
    db.close()
  })

  test('one that dies is missed at once', () => {
    const code = `
      const { memory, control, thread } = require('node:worker_threads').workerData
      const words = new Int32Array(memory.buffer)
      const own = (control >>> 2) + 16 * (thread + 1)
      Atomics.store(words, own, ${State.idle})
      for (let state = ${State.idle}; state !== ${State.offered}; state = Atomics.load(words, own)) Atomics.wait(words, own, state)
      Atomics.store(words, own, ${State.running})
      throw new Error('dies')`
    const db = new Database({ threads: 2, startThread: (start) => startScript(code, start) })
    db.exec(tables)
    for (const statement of shareAll) db.exec(statement)
    const start = performance.now()
    db.query('SELECT sum(id) FROM l')
    expect(performance.now() - start).toBeLessThan(10_000)
    expect(db.query('EXPLAIN ANALYZE SELECT sum(id) FROM l').text.join()).toContain('one thread (a thread has died)')
    db.close()
  })
})

describe('without threads', () => {
  const answer = (db: EngineDatabase): unknown => {
    db.exec('SET shared_scan_rows = 0; CREATE TABLE t AS SELECT i, i % 3 AS k FROM generate_series(1, 9000) s(i)')
    return db.query('SELECT k, sum(i) FROM t GROUP BY k').values
  }
  const right = [
    [1, 13498500],
    [2, 13501500],
    [0, 13504500],
  ]

  test('a host that starts none has one', () => {
    expect(answer(new EngineDatabase({ threads: 4 }))).toEqual(right)
  })

  test('without SharedArrayBuffer there is one', () => {
    const known = globalThis.SharedArrayBuffer
    try {
      // @ts-expect-error: as in a page that is not isolated
      globalThis.SharedArrayBuffer = undefined
      expect(answer(new Database({ threads: 4 }))).toEqual(right)
    } finally {
      globalThis.SharedArrayBuffer = known
    }
  })

  test('threads that never start are not waited for', () => {
    const none: StartThread = () => ({ stop() {} })
    const db = new Database({ threads: 2, startThread: none })
    db.exec('CREATE TABLE t AS SELECT i FROM generate_series(1, 300000) s(i)')
    expect(db.query('SELECT sum(i) FROM t').values).toEqual([[45000150000]])
  })

  test('a closed database ends its threads', () => {
    let stopped = 0
    const counting: StartThread = (start) => {
      const handle = startThread(start)
      return {
        stop() {
          stopped++
          handle.stop()
        },
      }
    }
    const db = new Database({ threads: 3, startThread: counting })
    answer(db)
    db.close()
    expect(stopped).toBe(2)
  })
})
