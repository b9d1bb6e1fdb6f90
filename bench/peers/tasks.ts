/** OLTP and load tasks, written once for every peer that has prepared statements. Each returns its milliseconds, without the making of its input. */

import { keyTask } from './key-tasks.ts'

export interface TaskApi {
  exec(sql: string): unknown
  prepare(sql: string): {
    get(...args: unknown[]): unknown
    run(...args: unknown[]): unknown
    all(...args: unknown[]): unknown
  }
  /** Runs a text with parameters; the first row of what it returns, or what it tells of a change. */
  query(sql: string, parameters: readonly unknown[]): unknown
  transaction(body: () => void): unknown
  insertObjects?(table: string, rows: Record<string, unknown>[]): unknown
  insertColumns?(table: string, columns: Record<string, ArrayLike<unknown>>): unknown
}

const names = ['ant', 'bee', 'cat', 'dog', 'eel', 'fox', 'gnu', 'hen']

/**
 *   insert-objects  `size` row objects in bulk
 *   insert-columns  the same as columns
 *
 * and those of key-tasks.ts.
 */
export function oltpTask(task: string, size: number, api: TaskApi): number | undefined {
  switch (task) {
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
      return keyTask(task, size, api)
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
