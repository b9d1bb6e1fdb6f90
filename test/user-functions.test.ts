/** JavaScript functions that SQL calls: scalar, aggregate, table; what their errors become, and statements that they run. */
import { describe, expect, it } from 'vitest'
import { Database, SqlError } from '../src/index.ts'

function errorOf(body: () => unknown): SqlError {
  try {
    body()
  } catch (error) {
    if (error instanceof SqlError) return error
    throw error
  }
  throw new Error('it did not fail')
}

const numbers = (db: Database): void => {
  db.exec('CREATE TABLE n (g text, x integer)')
  db.insert('n', [
    ['a', 1],
    ['a', 2],
    ['b', 3],
    ['b', null],
  ])
}

describe('scalar functions', () => {
  it('are called with JavaScript values and return them', () => {
    const db = new Database()
    db.createFunction(
      'area',
      { parameters: ['integer', 'double precision'], returns: 'double precision' },
      (a, b) => a * b,
    )
    expect(db.query('SELECT area(3, 1.5) AS a').rows).toEqual([{ a: 4.5 }])
    db.createFunction('parts', { parameters: ['text'], returns: 'text[]' }, (text: string) => text.split(','))
    expect(db.query("SELECT parts('x,y') AS p, cardinality(parts('x,y,z')) AS n").rows).toEqual([
      { p: ['x', 'y'], n: 3 },
    ])
  })

  it('run for every row, in conditions and keys of groups too', () => {
    const db = new Database()
    numbers(db)
    db.createFunction(
      'half',
      { parameters: ['integer'], returns: 'integer', strict: true, volatility: 'immutable' },
      (x) => Math.floor(x / 2),
    )
    const { rows } = db.query(
      'SELECT half(x) AS h, count(*) AS n FROM n WHERE half(x) >= 0 GROUP BY half(x) ORDER BY 1',
    )
    expect(rows).toEqual([
      { h: 0, n: 1 },
      { h: 1, n: 2 },
    ])
  })

  it('receive NULL unless they are strict', () => {
    const db = new Database()
    db.createFunction('seen', { parameters: ['integer'], returns: 'text' }, (x) => String(x))
    db.createFunction('unseen', { parameters: ['integer'], returns: 'text', strict: true }, (x) => String(x))
    expect(db.query('SELECT seen(NULL) AS a, unseen(NULL) AS b').rows).toEqual([{ a: 'null', b: null }])
  })

  it('have overloads, chosen as those of PostgreSQL are', () => {
    const db = new Database()
    db.createFunction('kind', { parameters: ['integer'], returns: 'text' }, () => 'integer')
    db.createFunction('kind', { parameters: ['text'], returns: 'text' }, () => 'text')
    expect(db.query("SELECT kind(1) AS a, kind('x') AS b, kind(1::smallint) AS c").rows).toEqual([
      { a: 'integer', b: 'text', c: 'integer' },
    ])
    expect(errorOf(() => db.query('SELECT kind(now())')).code).toBe('42883')
  })

  it('are replaced only when that is asked for, and dropped by SQL', () => {
    const db = new Database()
    db.createFunction('f', { parameters: [], returns: 'integer' }, () => 1)
    expect(errorOf(() => db.createFunction('f', { parameters: [], returns: 'integer' }, () => 2)).code).toBe('42723')
    db.createFunction('f', { parameters: [], returns: 'integer', replace: true }, () => 2)
    expect(db.query('SELECT f()').rows).toEqual([{ f: 2 }])
    db.exec('DROP FUNCTION f()')
    expect(errorOf(() => db.query('SELECT f()')).code).toBe('42883')
  })

  it('go with the transaction in which they were made', () => {
    const db = new Database()
    db.exec('BEGIN')
    db.createFunction('f', { parameters: [], returns: 'integer' }, () => 1)
    expect(db.query('SELECT f()').rows).toEqual([{ f: 1 }])
    db.exec('ROLLBACK')
    expect(errorOf(() => db.query('SELECT f()')).code).toBe('42883')
  })

  it('are seen by other sessions', () => {
    const db = new Database()
    db.createFunction('f', { parameters: [], returns: 'integer' }, () => 1)
    expect(db.connect().query('SELECT f()').rows).toEqual([{ f: 1 }])
  })

  it('turn what they throw into 38000 with its cause, and what does not fit into 42804', () => {
    const db = new Database()
    const cause = new RangeError('too much')
    db.createFunction('throws', { parameters: [], returns: 'integer' }, () => {
      throw cause
    })
    const error = errorOf(() => db.query('SELECT throws()'))
    expect(error.code).toBe('38000')
    expect(error.message).toBe('function "throws" failed: too much')
    expect(error.cause).toBe(cause)
    db.createFunction('wrong', { parameters: [], returns: 'integer' }, () => ({ a: 1 }))
    expect(errorOf(() => db.query('SELECT wrong()')).code).toBe('42804')
  })

  it('may run statements of their own, which see what was written before them', () => {
    const db = new Database()
    numbers(db)
    db.createFunction(
      'rows',
      { parameters: [], returns: 'bigint' },
      () => db.query('SELECT count(*) AS c FROM n').rows[0].c,
    )
    db.createFunction('add', { parameters: ['integer'], returns: 'integer' }, (x) => {
      db.query('INSERT INTO n VALUES ($1, $2)', ['c', x])
      return x
    })
    expect(db.query('SELECT add(7) AS a, rows() AS r').rows).toEqual([{ a: 7, r: 5 }])
    expect(db.query("SELECT add(x) AS a FROM n WHERE g = 'a' ORDER BY x").rows).toEqual([{ a: 1 }, { a: 2 }])
    expect(db.query('SELECT count(*) AS c FROM n').rows).toEqual([{ c: 7 }])
    db.exec('BEGIN')
    expect(db.query('SELECT add(8) AS a, rows() AS r').rows).toEqual([{ a: 8, r: 8 }])
    db.exec('ROLLBACK')
    expect(db.query('SELECT rows() AS r').rows).toEqual([{ r: 7 }])
  })

  it('cannot end the transaction around them', () => {
    const db = new Database()
    db.createFunction('ends', { parameters: [], returns: 'integer' }, () => {
      db.exec('COMMIT')
      return 1
    })
    expect(errorOf(() => db.query('SELECT ends()')).code).toBe('2D000')
  })

  it('call themselves through SQL', () => {
    const db = new Database()
    db.createFunction('down', { parameters: ['integer'], returns: 'integer' }, (n) =>
      n === 0 ? 0 : 1 + Number(db.query('SELECT down($1) AS d', [n - 1]).rows[0].d),
    )
    expect(db.query('SELECT down(5) AS d').rows).toEqual([{ d: 5 }])
  })
})

describe('aggregates', () => {
  const withProduct = (): Database => {
    const db = new Database()
    numbers(db)
    db.createAggregate('product', {
      parameters: ['integer'],
      returns: 'bigint',
      strict: true,
      start: () => 1,
      step: (state: number, x: number) => state * x,
      finish: (state) => state,
    })
    return db
  }

  it('run per group, with DISTINCT and FILTER', () => {
    const db = withProduct()
    expect(db.query('SELECT g, product(x) AS p FROM n GROUP BY g ORDER BY g').rows).toEqual([
      { g: 'a', p: 2 },
      { g: 'b', p: 3 },
    ])
    expect(db.query('SELECT product(x) FILTER (WHERE x > 1) AS p, product(DISTINCT x) AS d FROM n').rows).toEqual([
      { p: 6, d: 6 },
    ])
  })

  it('run over windows', () => {
    const db = withProduct()
    expect(db.query('SELECT x, product(x) OVER (ORDER BY x) AS p FROM n WHERE x > 0').rows).toEqual([
      { x: 1, p: 1 },
      { x: 2, p: 2 },
      { x: 3, p: 6 },
    ])
  })

  it('may change their state in place, and see NULLs when they are not strict', () => {
    const db = new Database()
    numbers(db)
    db.createAggregate('seen', {
      parameters: ['integer'],
      returns: 'text',
      start: (): unknown[] => [],
      step: (state, x) => {
        state.push(x)
      },
      finish: (state) => JSON.stringify(state),
    })
    expect(db.query('SELECT g, seen(x ORDER BY x DESC) AS s FROM n GROUP BY g ORDER BY g').rows).toEqual([
      { g: 'a', s: '[2,1]' },
      { g: 'b', s: '[null,3]' },
    ])
    db.exec('DROP AGGREGATE seen(integer)')
    expect(errorOf(() => db.query('SELECT seen(x) FROM n')).code).toBe('42883')
  })
})

describe('table functions', () => {
  it('yield arrays, objects or single values', () => {
    const db = new Database()
    db.createTableFunction(
      'pairs',
      { parameters: ['integer'], columns: { i: 'integer', square: 'bigint' } },
      function* (n) {
        for (let i = 1; i <= n; i++) yield i % 2 ? [i, i * i] : { i, square: i * i }
      },
    )
    expect(db.query('SELECT * FROM pairs(3)').rows).toEqual([
      { i: 1, square: 1 },
      { i: 2, square: 4 },
      { i: 3, square: 9 },
    ])
    db.createTableFunction('words', { parameters: ['text'], columns: { word: 'text' } }, (text: string) =>
      text.split(' '),
    )
    expect(db.query("SELECT word, o FROM words('to be') WITH ORDINALITY AS w(word, o)").rows).toEqual([
      { word: 'to', o: 1 },
      { word: 'be', o: 2 },
    ])
    expect(db.query("SELECT words('a b') AS w").rows).toEqual([{ w: 'a' }, { w: 'b' }])
  })

  it('read the entries to their left', () => {
    const db = new Database()
    numbers(db)
    db.createTableFunction('upto', { parameters: ['integer'], columns: { i: 'integer' }, strict: true }, (n) =>
      Array.from({ length: n }, (_, i) => i + 1),
    )
    expect(db.query('SELECT x, i FROM n, upto(x) ORDER BY x, i').rows).toHaveLength(6)
  })

  it('fail with 38000 while they are read', () => {
    const db = new Database()
    db.createTableFunction('broken', { parameters: [], columns: { i: 'integer' } }, function* () {
      yield 1
      throw new Error('torn')
    })
    expect(errorOf(() => db.query('SELECT * FROM broken()')).message).toBe('function "broken" failed: torn')
  })
})

describe('trigger functions', () => {
  const withAccounts = (): Database => {
    const db = new Database()
    db.exec('CREATE TABLE account (id integer PRIMARY KEY, owner text, balance numeric(10,2))')
    return db
  }

  it('change rows before they are written, or leave them out', () => {
    const db = withAccounts()
    db.createTriggerFunction('tidy', (event) => {
      if (event.new?.owner === null) return null
      return { ...event.new, owner: String(event.new?.owner).toUpperCase() }
    })
    db.exec('CREATE TRIGGER tidy BEFORE INSERT OR UPDATE ON account FOR EACH ROW EXECUTE FUNCTION tidy()')
    expect(
      db.query("INSERT INTO account VALUES (1, 'ann', 1), (2, NULL, 2), (3, 'cid', 3) RETURNING id, owner").rows,
    ).toEqual([
      { id: 1, owner: 'ANN' },
      { id: 3, owner: 'CID' },
    ])
    db.exec("UPDATE account SET owner = CASE id WHEN 1 THEN 'dan' END")
    expect(db.query('SELECT id, owner FROM account ORDER BY id').rows).toEqual([
      { id: 1, owner: 'DAN' },
      { id: 3, owner: 'CID' },
    ])
    db.insert('account', [[4, 'eve', 4]])
    expect(db.query('SELECT owner FROM account WHERE id = 4').rows).toEqual([{ owner: 'EVE' }])
  })

  it('may change the new row in place, keep rows from deletion, and stop a statement', () => {
    const db = withAccounts()
    db.createTriggerFunction('rise', (event) => {
      if (event.new) event.new.balance = Number(event.new.balance) + 1
    })
    db.createTriggerFunction('keep', (event) => (event.old?.id === 1 ? null : undefined))
    db.createTriggerFunction('refuse', ({ args }) => {
      throw new Error(args[0])
    })
    db.exec(`
      CREATE TRIGGER rise BEFORE INSERT ON account FOR EACH ROW EXECUTE FUNCTION rise();
      CREATE TRIGGER keep BEFORE DELETE ON account FOR EACH ROW EXECUTE FUNCTION keep();
      CREATE TRIGGER refuse BEFORE UPDATE ON account FOR EACH ROW EXECUTE FUNCTION refuse('not now');
      INSERT INTO account VALUES (1, 'ann', 1.25), (2, 'bob', 2);
      DELETE FROM account;
    `)
    expect(db.query('SELECT id, balance FROM account').rows).toEqual([{ id: 1, balance: 2.25 }])
    const error = errorOf(() => db.exec('UPDATE account SET balance = 0'))
    expect([error.code, error.message]).toEqual(['38000', 'function "refuse" failed: not now'])
  })

  it('stand for a view, row by row', () => {
    const db = withAccounts()
    db.exec("INSERT INTO account VALUES (1, 'ann', 1), (2, 'bob', 2)")
    db.exec('CREATE VIEW owners AS SELECT DISTINCT owner FROM account')
    const seen: unknown[] = []
    db.createTriggerFunction('stand', ({ timing, event, old, new: row }) => {
      seen.push([timing, event, old?.owner, row?.owner])
      if (row?.owner === 'nobody') return null
      return row && { owner: String(row.owner).toUpperCase() }
    })
    db.exec('CREATE TRIGGER stand INSTEAD OF INSERT OR UPDATE ON owners FOR EACH ROW EXECUTE FUNCTION stand()')
    expect(db.query("INSERT INTO owners VALUES ('cid'), ('nobody') RETURNING owner").rows).toEqual([{ owner: 'CID' }])
    expect(db.exec("UPDATE owners SET owner = owner || '!' WHERE owner = 'bob'").rowCount).toBe(1)
    expect(seen).toEqual([
      ['instead of', 'insert', undefined, 'cid'],
      ['instead of', 'insert', undefined, 'nobody'],
      ['instead of', 'update', 'bob', 'bob!'],
    ])
  })

  it('of rows are given transition tables when they name them; generated columns follow changed rows', () => {
    const db = new Database()
    db.exec('CREATE TABLE t (a integer, b integer GENERATED ALWAYS AS (a * 2) STORED)')
    const seen: unknown[] = []
    db.createTriggerFunction('add', ({ new: row }) => ({ ...row, a: Number(row?.a) + 1 }))
    db.createTriggerFunction('see', ({ new: row, newRows }) => {
      seen.push([row?.a, newRows?.map(({ a, b }) => [a, b])])
    })
    db.exec(`
      CREATE TRIGGER add BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION add();
      CREATE TRIGGER see AFTER INSERT ON t REFERENCING NEW TABLE AS n FOR EACH ROW EXECUTE FUNCTION see();
      INSERT INTO t VALUES (1), (2);
    `)
    const rows = [
      [2, 4],
      [3, 6],
    ]
    expect(seen).toEqual([
      [2, rows],
      [3, rows],
    ])
  })

  it('see all rows of the statement afterwards, and what it has done', () => {
    const db = withAccounts()
    const seen: unknown[] = []
    db.createTriggerFunction('watch', ({ event, level, old, new: row, oldRows, newRows }) => {
      const { rows } = db.query('SELECT count(*) AS n FROM account')
      seen.push([event, level, old?.id, row?.id, oldRows?.length, newRows?.length, rows[0].n])
    })
    db.exec(`
      CREATE TRIGGER one AFTER INSERT OR DELETE ON account FOR EACH ROW EXECUTE FUNCTION watch();
      CREATE TRIGGER whole AFTER INSERT OR UPDATE OR DELETE ON account EXECUTE FUNCTION watch();
      INSERT INTO account VALUES (1, 'ann', 1), (2, 'bob', 2);
      UPDATE account SET balance = 3;
      DELETE FROM account WHERE id = 2;
    `)
    expect(seen).toEqual([
      ['insert', 'row', undefined, 1, undefined, undefined, 2],
      ['insert', 'row', undefined, 2, undefined, undefined, 2],
      ['insert', 'statement', undefined, undefined, undefined, 2, 2],
      ['update', 'statement', undefined, undefined, 2, 2, 2],
      ['delete', 'row', 2, undefined, undefined, undefined, 1],
      ['delete', 'statement', undefined, undefined, 1, undefined, 1],
    ])
  })
})

describe('what SQL makes of JavaScript functions', () => {
  it('is an aggregate, an operator, a cast', () => {
    const db = new Database()
    numbers(db)
    const integers = { parameters: ['integer', 'integer'], returns: 'integer', strict: true }
    db.createFunction('larger', integers, (a: number, b: number) => Math.max(a, b))
    db.createFunction('measure', { parameters: ['text'], returns: 'integer' }, (text: string) => text.length)
    db.exec(`
      CREATE AGGREGATE largest (integer) (sfunc = larger, stype = integer);
      CREATE OPERATOR <@@> (function = larger, leftarg = integer, rightarg = integer);
      CREATE CAST (text AS integer) WITH FUNCTION measure(text) AS ASSIGNMENT
    `)
    expect(db.query('SELECT g, largest(x) AS x FROM n GROUP BY g ORDER BY g').rows).toEqual([
      { g: 'a', x: 2 },
      { g: 'b', x: 3 },
    ])
    expect(db.query("SELECT 3 <@@> 2 AS a, 'four'::text::integer AS b").rows).toEqual([{ a: 3, b: 4 }])
    expect(errorOf(() => db.exec('DROP FUNCTION larger')).code).toBe('2BP01')
  })
})
