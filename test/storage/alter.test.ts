import { describe, expect, it } from 'vitest'
import type { SqlError } from '../../src/error.ts'
import type { TableDefinition } from '../../src/storage/interface.ts'
import { Storage } from '../../src/storage/storage.ts'
import { BIGINT, INTEGER, TEXT } from '../../src/types/data-type.ts'
import type { Value } from '../../src/types/value.ts'
import { batchOf, committed, currentRows, indexOf, primaryKey, tableOf } from './helpers.ts'

const count = 70000
const t = tableOf('t', { id: INTEGER, name: TEXT, other: TEXT }, { constraints: [primaryKey('t', 0)] })
const rows: Value[][] = Array.from({ length: count }, (_, i) => [i, `name ${i % 10}`, `other ${i}`])

function filled(): { storage: Storage; definition: TableDefinition } {
  const storage = new Storage()
  committed(storage, (transaction) => {
    transaction.createTable(t)
    transaction.table(t).append(transaction, batchOf(t, rows))
  })
  committed(storage, (transaction) => transaction.table(t).remove(transaction, [0, count - 1]))
  return {
    storage,
    definition: committed(storage, (transaction) => transaction.catalog.findRelation('t') as TableDefinition),
  }
}

const living = rows.slice(1, -1)

describe('ALTER TABLE', () => {
  it('adds a column with its fill and shares the others', () => {
    const { storage, definition } = filled()
    const { used } = storage.pool
    const column = { name: 'extra', type: BIGINT, notNull: false }
    const wider = { ...definition, columns: [column, ...definition.columns], constraints: [], indexes: [] }
    committed(storage, (transaction) =>
      transaction.replaceTable(definition, wider, [-1, 0, 1, 2], [7n, null, null, null]),
    )
    expect(currentRows(storage, wider)).toEqual(living.map((row) => [7n, ...row]))
    expect(storage.pool.used - used).toBeLessThan(count * 3)
    committed(storage, (transaction) => {
      transaction.table(wider).append(transaction, batchOf(wider, [[8n, -1, 'new', 'row']]))
    })
    expect(currentRows(storage, wider).at(-1)).toEqual([8n, -1, 'new', 'row'])
    committed(storage, (transaction) => transaction.drop(wider))
    expect(storage.pool.used).toBe(0)
  })

  it('drops a column and gives its memory back', () => {
    const { storage, definition } = filled()
    const { used } = storage.pool
    const narrower = { ...definition, columns: definition.columns.slice(0, 2) }
    committed(storage, (transaction) => transaction.replaceTable(definition, narrower, [0, 1], [null, null]))
    expect(currentRows(storage, narrower)).toEqual(living.map(([id, name]) => [id, name]))
    expect(used - storage.pool.used).toBeGreaterThan(count * 10)
    committed(storage, (transaction) => {
      const table = transaction.table(narrower)
      const [index] = narrower.indexes
      expect(table.lookup(transaction, index, [1234]).map((row) => table.readValue(row, 0))).toEqual([1234])
      expect(table.lookup(transaction, index, [0])).toEqual([])
    })
  })

  it('is undone by a rollback, with the rows that came after it', () => {
    const { storage, definition } = filled()
    const { used } = storage.pool
    const wider = { ...definition, columns: [...definition.columns, { name: 'extra', type: INTEGER, notNull: false }] }
    const transaction = storage.begin()
    transaction.beginStatement()
    transaction.table(definition).append(transaction, batchOf(definition, [[-1, 'before', 'it']]))
    const mark = transaction.mark()
    transaction.replaceTable(definition, wider, [0, 1, 2, -1], [null, null, null, 5])
    transaction.beginStatement()
    transaction.table(wider).append(transaction, batchOf(wider, [[-2, 'after', 'it', 6]]))
    transaction.beginStatement()
    expect(transaction.table(wider).countRows(transaction)).toBe(count)
    transaction.rollbackTo(mark)
    transaction.beginStatement()
    expect(transaction.table(definition).countRows(transaction)).toBe(count - 1)
    transaction.commit()
    expect(currentRows(storage, definition)).toEqual([...living, [-1, 'before', 'it']])
    expect(storage.pool.used).toBeLessThan(used + 20000)
  })

  it('changes a type by a conversion', () => {
    const { storage, definition } = filled()
    const columns = [{ ...definition.columns[0], type: TEXT }, { ...definition.columns[1] }, definition.columns[2]]
    const changed = { ...definition, columns, constraints: [], indexes: [] }
    committed(storage, (transaction) =>
      transaction.replaceTable(definition, changed, [0, 1, 2], [null, null, null], (_, value) => `#${value}`),
    )
    expect(currentRows(storage, changed)).toEqual(living.map(([id, ...rest]) => [`#${id}`, ...rest]))
  })

  it('widens integers without one', () => {
    const { storage, definition } = filled()
    const changed = {
      ...definition,
      columns: [{ ...definition.columns[0], type: BIGINT }, ...definition.columns.slice(1)],
    }
    committed(storage, (transaction) => transaction.replaceTable(definition, changed, [0, 1, 2], []))
    expect(currentRows(storage, changed)).toEqual(living.map(([id, ...rest]) => [BigInt(id), ...rest]))
  })

  it('renames without touching a row', () => {
    const { storage, definition } = filled()
    const renamed = { ...definition, name: 'u' }
    const { used } = storage.pool
    committed(storage, (transaction) => transaction.replaceTable(definition, renamed, [0, 1, 2], []))
    expect(storage.pool.used).toBe(used)
    committed(storage, (transaction) => {
      expect(transaction.catalog.findRelation('t')).toBeUndefined()
      expect(transaction.table(renamed).countRows(transaction)).toBe(count - 2)
    })
  })
})

describe('CREATE INDEX', () => {
  it('finds rows that were there and rows that come later', () => {
    const { storage, definition } = filled()
    const index = indexOf('t', 't_name', [1])
    committed(storage, (transaction) => transaction.createIndex(definition, index))
    committed(storage, (transaction) => {
      const table = transaction.table(definition)
      expect(table.lookup(transaction, index, ['name 3'])).toHaveLength(count / 10)
      expect(table.lookup(transaction, index, ['name 0'])).toHaveLength(count / 10 - 1)
      table.append(transaction, batchOf(definition, [[-5, 'name 3', null]]))
    })
    committed(storage, (transaction) => {
      const table = transaction.table(definition)
      const found = table.lookup(transaction, index, ['name 3'])
      expect(found).toHaveLength(count / 10 + 1)
      expect([...found].sort((a, b) => a - b)).toEqual(found)
      const { used } = storage.pool
      transaction.dropIndex(definition, 't_name')
      expect(storage.pool.used).toBe(used)
    })
    expect(storage.pool.usage().owners.some(({ kind, name }) => kind === 'index' && name === 't.t_name')).toBe(false)
  })

  it('refuses a unique index over rows that are not', () => {
    const { storage, definition } = filled()
    const { used } = storage.pool
    const attempt = (): void =>
      committed(storage, (transaction) => transaction.createIndex(definition, indexOf('t', 'u', [1], { unique: true })))
    let error: SqlError | undefined
    try {
      attempt()
    } catch (caught) {
      error = caught as SqlError
    }
    expect([error?.code, error?.message]).toEqual(['23505', 'could not create unique index "u"'])
    expect(error?.detail).toMatch(/^Key \(name\)=\(name \d\) is duplicated\.$/)
    expect(storage.pool.used).toBe(used)
  })

  it('is undone by a rollback', () => {
    const { storage, definition } = filled()
    const { used } = storage.pool
    const transaction = storage.begin()
    transaction.beginStatement()
    transaction.createIndex(definition, indexOf('t', 'x', [1], { method: 'btree' }))
    transaction.rollback()
    expect(storage.pool.used).toBe(used)
    const [only] = committed(storage, (own) => (own.catalog.findRelation('t') as TableDefinition).indexes)
    expect(only.name).toBe('t_pkey')
  })

  it('orders texts and numbers, NULLs last', () => {
    const { storage, definition } = filled()
    const index = indexOf('t', 'o', [2, 0], { method: 'btree' })
    committed(storage, (transaction) => {
      transaction.table(definition).append(transaction, batchOf(definition, [[-1, 'x', null]]))
      transaction.createIndex(definition, index)
    })
    committed(storage, (transaction) => {
      const table = transaction.table(definition)
      const texts = [...table.range(transaction, index, undefined, undefined, false)].map((row) =>
        table.readValue(row, 2),
      )
      expect(texts).toEqual([...living.map(([, , other]) => other).sort(), null])
      const low = { value: 'other 5', inclusive: true }
      const high = { value: 'other 500', inclusive: true }
      const some = [...table.range(transaction, index, low, high, true)].map((row) => table.readValue(row, 2))
      expect(some).toEqual(
        living
          .map(([, , other]) => other)
          .filter((other) => other >= low.value && other <= high.value)
          .sort()
          .reverse(),
      )
      expect(table.lookup(transaction, index, ['other 77', 77]).map((row) => table.readValue(row, 0))).toEqual([77])
      expect(table.lookup(transaction, index, ['other 77', 78])).toEqual([])
    })
  })
})
