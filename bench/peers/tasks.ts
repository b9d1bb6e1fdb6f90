/** OLTP and load tasks, written once for every peer that has prepared statements. Each returns its milliseconds, without the making of its input. */

export interface TaskApi {
  exec(sql: string): unknown
  prepare(sql: string): {
    get(...args: unknown[]): unknown
    run(...args: unknown[]): unknown
    all(...args: unknown[]): unknown
  }
  transaction(body: () => void): unknown
  insertObjects?(table: string, rows: Record<string, unknown>[]): unknown
  insertColumns?(table: string, columns: Record<string, ArrayLike<unknown>>): unknown
}

const names = ['ant', 'bee', 'cat', 'dog', 'eel', 'fox', 'gnu', 'hen']

/** A number that depends on n alone, spread over [0, size). */
function scatter(n: number, size: number): number {
  return (Math.imul(n, 2654435761) >>> 0) % size
}

/**
 *   setup           a table of `size` rows with a primary key
 *   lookup          `size` lookups by key through a prepared statement
 *   insert-rows     `size` single-row inserts through a prepared statement, in one transaction
 *   update, delete  `size` changes by key, in one transaction
 *   insert-objects  `size` row objects in bulk
 *   insert-columns  the same as columns
 */
export function oltpTask(task: string, size: number, api: TaskApi): number | undefined {
  switch (task) {
    case 'setup': {
      api.exec('CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, price DOUBLE PRECISION, stock INTEGER)')
      const insert = api.prepare('INSERT INTO item VALUES ($1, $2, $3, $4)')
      return timed(() =>
        api.transaction(() => {
          for (let id = 0; id < size; id++) insert.run(id, names[id % names.length], id / 4, id % 100)
        }),
      )
    }
    case 'lookup': {
      const lookup = api.prepare('SELECT id, name, price, stock FROM item WHERE id = $1')
      let found = 0
      const milliseconds = timed(() => {
        for (let n = 0; n < size; n++)
          found += (lookup.get(scatter(n, 100_000)) as { stock: number }).stock >= 0 ? 1 : 0
      })
      if (found !== size) throw new Error(`found ${found} of ${size}`)
      return milliseconds
    }
    case 'insert-rows': {
      api.exec('DROP TABLE IF EXISTS log')
      api.exec('CREATE TABLE log (id INTEGER PRIMARY KEY, name TEXT, price DOUBLE PRECISION, stock INTEGER)')
      const insert = api.prepare('INSERT INTO log VALUES ($1, $2, $3, $4)')
      return timed(() =>
        api.transaction(() => {
          for (let id = 0; id < size; id++) insert.run(id, names[id % names.length], id / 4, id % 100)
        }),
      )
    }
    case 'update': {
      const update = api.prepare('UPDATE item SET stock = stock + 1 WHERE id = $1')
      return timed(() =>
        api.transaction(() => {
          for (let n = 0; n < size; n++) update.run(scatter(n, 100_000))
        }),
      )
    }
    case 'delete': {
      oltpTask('insert-rows', size, api)
      const remove = api.prepare('DELETE FROM log WHERE id = $1')
      return timed(() =>
        api.transaction(() => {
          for (let id = 0; id < size; id++) remove.run(id)
        }),
      )
    }
    case 'insert-objects': {
      const rows = Array.from({ length: size }, (_, id) => ({
        id,
        name: names[id % names.length],
        price: id / 4,
        stock: id % 100,
      }))
      api.exec('DROP TABLE IF EXISTS bulk')
      api.exec('CREATE TABLE bulk (id INTEGER, name TEXT, price DOUBLE PRECISION, stock INTEGER)')
      return timed(() => (api.insertObjects ? api.insertObjects('bulk', rows) : insertPrepared(api, rows)))
    }
    case 'insert-columns': {
      const id = new Int32Array(size).map((_, i) => i)
      const price = new Float64Array(size).map((_, i) => i / 4)
      const stock = new Int32Array(size).map((_, i) => i % 100)
      const name = Array.from({ length: size }, (_, i) => names[i % names.length])
      api.exec('DROP TABLE IF EXISTS bulk')
      api.exec('CREATE TABLE bulk (id INTEGER, name TEXT, price DOUBLE PRECISION, stock INTEGER)')
      if (api.insertColumns) return timed(() => api.insertColumns?.('bulk', { id, name, price, stock }))
      const rows = Array.from(id, (_, i) => ({ id: id[i], name: name[i], price: price[i], stock: stock[i] }))
      return timed(() => insertPrepared(api, rows))
    }
    default:
      return undefined
  }
}

function timed(body: () => unknown): number {
  const start = performance.now()
  body()
  return performance.now() - start
}

function insertPrepared(
  api: TaskApi,
  rows: readonly { id: number; name: string; price: number; stock: number }[],
): void {
  const insert = api.prepare('INSERT INTO bulk VALUES ($1, $2, $3, $4)')
  api.transaction(() => {
    for (const row of rows) insert.run(row.id, row.name, row.price, row.stock)
  })
}
