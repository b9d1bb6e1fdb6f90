/** Work by key over tables of several shapes, each operation through a prepared statement or from its text. */
import type { TaskApi } from './tasks.ts'

const names = ['ant', 'bee', 'cat', 'dog', 'eel', 'fox', 'gnu', 'hen']

/** The numbers below `size`, each once, in an order that jumps about. */
function scatter(n: number, size: number): number {
  return (n * 61_583) % size
}

interface Shape {
  /** The table's columns and constraints, and what else belongs to it; `T` stands for its name. */
  readonly create: string
  readonly insert: string
  row(id: number): unknown[]
  readonly where: string
  key(id: number): unknown[]
  readonly set: string
}

const four = 'id INTEGER PRIMARY KEY, name TEXT, price DOUBLE PRECISION, stock INTEGER'
const fourValues = (id: number): unknown[] => [id, names[id % names.length], id / 4, id % 100]

const shapes: Readonly<Record<string, Shape>> = {
  keyed: {
    create: `CREATE TABLE T (${four})`,
    insert: 'INSERT INTO T VALUES ($1, $2, $3, $4)',
    row: fourValues,
    where: 'id = $1',
    key: (id) => [id],
    set: 'stock = stock + 1',
  },
  indexed: {
    create: `CREATE TABLE T (${four}); CREATE INDEX T_stock ON T (stock)`,
    insert: 'INSERT INTO T VALUES ($1, $2, $3, $4)',
    row: fourValues,
    where: 'id = $1',
    key: (id) => [id],
    set: 'stock = stock + 1',
  },
  coded: {
    create: 'CREATE TABLE T (code TEXT PRIMARY KEY, n INTEGER)',
    insert: 'INSERT INTO T VALUES ($1, $2)',
    row: (id) => [`code-${id}`, id],
    where: 'code = $1',
    key: (id) => [`code-${id}`],
    set: 'n = n + 1',
  },
  paired: {
    create: 'CREATE TABLE T (a INTEGER, b INTEGER, n INTEGER, PRIMARY KEY (a, b))',
    insert: 'INSERT INTO T VALUES ($1, $2, $3)',
    row: (id) => [id >> 4, id & 15, id],
    where: 'a = $1 AND b = $2',
    key: (id) => [id >> 4, id & 15],
    set: 'n = n + 1',
  },
  checked: {
    create:
      'CREATE TABLE T (id INTEGER PRIMARY KEY, name TEXT NOT NULL, stock INTEGER CHECK (stock >= 0), state INTEGER DEFAULT 1, twice INTEGER GENERATED ALWAYS AS (stock * 2) STORED)',
    insert: 'INSERT INTO T (id, name, stock) VALUES ($1, $2, $3)',
    row: (id) => [id, names[id % names.length], id % 100],
    where: 'id = $1',
    key: (id) => [id],
    set: 'stock = stock + 1',
  },
  bare: {
    create: 'CREATE TABLE T (a INTEGER, name TEXT)',
    insert: 'INSERT INTO T VALUES ($1, $2)',
    row: (id) => [id, names[id % names.length]],
    where: 'a = $1',
    key: (id) => [id],
    set: 'name = name',
  },
}

/** `OPERATION SHAPE [alone | returning | text]`: alone, every operation is a transaction; text, it comes as text each time. */
export function keyTask(task: string, size: number, api: TaskApi): number | undefined {
  const [operation, name, how] = task.split(' ')
  const shape = shapes[name]
  if (shape === undefined) return undefined
  const table = operation === 'insert' || operation === 'delete' ? `${name}_log` : name
  const of = (sql: string): string => sql.replaceAll(/\bT(?=\b|_)/g, table)
  const fill = (): void => {
    api.exec(`DROP TABLE IF EXISTS ${table}`)
    api.exec(of(shape.create))
  }
  const load = (): void => {
    const insert = api.prepare(of(shape.insert))
    api.transaction(() => {
      for (let id = 0; id < size; id++) insert.run(...shape.row(id))
    })
  }
  const suffix = how === 'returning' ? ' RETURNING *' : ''
  const all = how === 'alone' || operation === 'lookup' ? (body: () => void) => body() : api.transaction
  const many = (sql: string, values: (n: number) => unknown[]): number => {
    const inputs = Array.from({ length: size }, (_, n) => values(n))
    const statement = api.prepare(of(sql + suffix))
    const isRead = operation === 'lookup' || how === 'returning'
    const start = performance.now()
    let found = 0
    all(() => {
      if (how === 'text') for (const input of inputs) found += api.query(of(sql), input) === undefined ? 0 : 1
      else if (isRead) for (const input of inputs) found += statement.get(...input) === undefined ? 0 : 1
      else for (const input of inputs) statement.run(...input)
    })
    const milliseconds = performance.now() - start
    if ((isRead || how === 'text') && found !== size) throw new Error(`found ${found} of ${size}`)
    return milliseconds
  }
  const anyKey = (n: number): unknown[] => shape.key(scatter(n, size))
  switch (operation) {
    case 'insert':
      fill()
      return many(shape.insert, shape.row)
    case 'lookup':
    case 'update':
      if (!filled.has(table)) {
        filled.add(table)
        fill()
        load()
      }
      return operation === 'lookup'
        ? many(`SELECT * FROM T WHERE ${shape.where}`, anyKey)
        : many(`UPDATE T SET ${shape.set} WHERE ${shape.where}`, anyKey)
    case 'delete':
      fill()
      load()
      return many(`DELETE FROM T WHERE ${shape.where}`, anyKey)
    default:
      return undefined
  }
}

const filled = new Set<string>()
