import { describe, expect, it } from 'vitest'
import type { SqlError } from '../../src/error.ts'
import type { SequenceDefinition, TableDefinition, ViewDefinition } from '../../src/storage/interface.ts'
import { Storage } from '../../src/storage/storage.ts'
import type { StorageTransaction } from '../../src/storage/transaction.ts'
import { BIGINT, BOOLEAN, INTEGER, TEXT } from '../../src/types/data-type.ts'
import { batchOf, committed, currentRows, indexOf, primaryKey, scanAll, tableOf } from './helpers.ts'

const t = tableOf('t', { id: INTEGER, name: TEXT }, { notNull: ['id'], constraints: [primaryKey('t', 0)] })

function begin(storage: Storage, options: Parameters<Storage['begin']>[0] = {}): StorageTransaction {
  const transaction = storage.begin(options)
  transaction.beginStatement()
  return transaction
}

function errorOf(body: () => void): SqlError {
  try {
    body()
  } catch (error) {
    return error as SqlError
  }
  throw new Error('no error')
}

function newTable(rows: readonly (readonly [number, string | null])[] = []): Storage {
  const storage = new Storage()
  committed(storage, (transaction) => {
    transaction.createTable(t)
    if (rows.length > 0) transaction.table(t).append(transaction, batchOf(t, rows))
  })
  return storage
}

describe('what others see', () => {
  it('is nothing before the commit, and everything after', () => {
    const storage = newTable()
    const writer = begin(storage)
    const reader = begin(storage)
    writer.table(t).append(writer, batchOf(t, [[1, 'a']]))
    expect(scanAll(storage, writer, writer.table(t))).toEqual([])
    writer.beginStatement()
    expect(scanAll(storage, writer, writer.table(t))).toEqual([[1, 'a']])
    reader.beginStatement()
    expect(scanAll(storage, reader, reader.table(t))).toEqual([])
    writer.commit()
    expect(scanAll(storage, reader, reader.table(t))).toEqual([])
    reader.beginStatement()
    expect(scanAll(storage, reader, reader.table(t))).toEqual([[1, 'a']])
    reader.commit()
  })

  it('stays as it was in REPEATABLE READ, and a write to a changed row is refused', () => {
    const storage = newTable([[1, 'a']])
    const reader = begin(storage, { isolation: 'repeatable read' })
    committed(storage, (transaction) => transaction.table(t).replace(transaction, [0], batchOf(t, [[1, 'b']])))
    reader.beginStatement()
    expect(scanAll(storage, reader, reader.table(t))).toEqual([[1, 'a']])
    const error = errorOf(() => reader.table(t).remove(reader, [0]))
    expect([error.code, error.message]).toEqual(['40001', 'could not serialize access due to concurrent update'])
    reader.rollback()
    expect(currentRows(storage, t)).toEqual([[1, 'b']])
  })

  it('keeps two from changing one row', () => {
    const storage = newTable([[1, 'a']])
    const first = begin(storage)
    const second = begin(storage)
    first.table(t).replace(first, [0], batchOf(t, [[1, 'first']]))
    const mark = second.mark()
    expect(errorOf(() => second.table(t).remove(second, [0])).code).toBe('40001')
    second.rollbackTo(mark)
    first.rollback()
    second.beginStatement()
    expect(second.table(t).remove(second, [0])).toBe(1)
    second.commit()
    expect(currentRows(storage, t)).toEqual([])
  })
})

describe('unique keys', () => {
  it('refuse a second row, with the key in the detail', () => {
    const storage = newTable([[1, 'a']])
    const error = errorOf(() =>
      committed(storage, (transaction) =>
        transaction.table(t).append(
          transaction,
          batchOf(t, [
            [2, 'b'],
            [1, 'c'],
          ]),
        ),
      ),
    )
    expect(error.message).toBe('duplicate key value violates unique constraint "t_pkey"')
    expect(error.detail).toBe('Key (id)=(1) already exists.')
    expect([error.code, error.table, error.constraint, error.schema]).toEqual(['23505', 't', 't_pkey', 'public'])
    expect(currentRows(storage, t)).toEqual([[1, 'a']])
  })

  it('may be used again once deleted, in the same transaction too', () => {
    const storage = newTable([[1, 'a']])
    const transaction = begin(storage)
    transaction.table(t).remove(transaction, [0])
    transaction.beginStatement()
    transaction.table(t).append(transaction, batchOf(t, [[1, 'again']]))
    transaction.commit()
    expect(currentRows(storage, t)).toEqual([[1, 'again']])
  })

  it('come free again when a statement is undone', () => {
    const storage = newTable()
    const transaction = begin(storage)
    const mark = transaction.mark()
    transaction.table(t).append(transaction, batchOf(t, [[1, 'a']]))
    transaction.rollbackTo(mark)
    transaction.beginStatement()
    transaction.table(t).append(transaction, batchOf(t, [[1, 'b']]))
    transaction.commit()
    expect(currentRows(storage, t)).toEqual([[1, 'b']])
  })

  it('are checked at the end of an update that moves them all', () => {
    const rows = Array.from({ length: 10 }, (_, i): [number, string] => [i, `row ${i}`])
    const storage = newTable(rows)
    committed(storage, (transaction) => {
      const table = transaction.table(t)
      for (let at = 0; at < 10; at += 2) {
        const moved = rows.slice(at, at + 2).map(([id, name]) => [id + 1, name])
        table.replace(transaction, [at, at + 1], batchOf(t, moved))
      }
    })
    expect(currentRows(storage, t).map(([id]) => id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    const error = errorOf(() =>
      committed(storage, (transaction) => transaction.table(t).replace(transaction, [10], batchOf(t, [[5, 'x']]))),
    )
    expect([error.code, error.detail]).toEqual(['23505', 'Key (id)=(5) already exists.'])
    expect(currentRows(storage, t).map(([id]) => id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  it('let NULLs be many unless told otherwise', () => {
    const constraint = (name: string, nullsNotDistinct: boolean): TableDefinition =>
      tableOf(
        name,
        { a: INTEGER, b: TEXT },
        {
          constraints: [
            {
              kind: 'unique',
              name: `${name}_key`,
              columns: [0, 1],
              nullsNotDistinct,
              deferrable: false,
              initiallyDeferred: false,
            },
          ],
        },
      )
    const many = constraint('many', false)
    const one = constraint('one', true)
    const storage = new Storage()
    committed(storage, (transaction) => {
      transaction.createTable(many)
      transaction.createTable(one)
      const rows = [
        [null, 'x'],
        [null, 'x'],
      ]
      transaction.table(many).append(transaction, batchOf(many, rows))
      transaction.table(one).append(transaction, batchOf(one, rows.slice(0, 1)))
    })
    const error = errorOf(() =>
      committed(storage, (transaction) => transaction.table(one).append(transaction, batchOf(one, [[null, 'x']]))),
    )
    expect(error.detail).toBe('Key (a, b)=(null, x) already exists.')
    expect(
      errorOf(() =>
        committed(storage, (transaction) => {
          transaction.table(many).append(
            transaction,
            batchOf(many, [
              [1, 'x'],
              [1, 'x'],
            ]),
          )
        }),
      ).code,
    ).toBe('23505')
  })

  it('that are deferred are checked at commit', () => {
    const definition = tableOf(
      'd',
      { id: INTEGER },
      {
        constraints: [
          { ...primaryKey('d', 0), deferrable: true, initiallyDeferred: true } as ReturnType<typeof primaryKey>,
        ],
      },
    )
    const storage = new Storage()
    committed(storage, (transaction) => {
      transaction.createTable(definition)
      transaction.table(definition).append(transaction, batchOf(definition, [[1]]))
    })
    const transaction = begin(storage)
    transaction.table(definition).append(transaction, batchOf(definition, [[1]]))
    transaction.beginStatement()
    transaction.table(definition).remove(transaction, [0])
    transaction.commit()
    expect(currentRows(storage, definition)).toEqual([[1]])
    const failing = begin(storage)
    failing.table(definition).append(failing, batchOf(definition, [[1]]))
    failing.endStatement()
    expect(errorOf(() => failing.commit()).code).toBe('23505')
    expect(currentRows(storage, definition)).toEqual([[1]])
  })

  it('of an open transaction make others wait their turn', () => {
    const storage = newTable()
    const first = begin(storage)
    first.table(t).append(first, batchOf(t, [[1, 'a']]))
    const second = begin(storage)
    expect(errorOf(() => second.table(t).append(second, batchOf(t, [[1, 'b']]))).code).toBe('40001')
    second.rollback()
    first.commit()
    expect(currentRows(storage, t)).toEqual([[1, 'a']])
  })
})

describe('NOT NULL', () => {
  it('names the column and shows the row', () => {
    const storage = newTable()
    const error = errorOf(() =>
      committed(storage, (transaction) => transaction.table(t).append(transaction, batchOf(t, [[null as never, 'x']]))),
    )
    expect(error.message).toBe('null value in column "id" of relation "t" violates not-null constraint')
    expect([error.code, error.column, error.detail]).toEqual(['23502', 'id', 'Failing row contains (null, x).'])
    expect(currentRows(storage, t)).toEqual([])
  })
})

describe('definitions', () => {
  it('are undone by a rollback, and hidden from others until the commit', () => {
    const storage = new Storage()
    const transaction = begin(storage)
    transaction.createTable(t)
    transaction.table(t).append(transaction, batchOf(t, [[1, 'a']]))
    const other = begin(storage)
    expect(other.catalog.findRelation('t')).toBeUndefined()
    expect(transaction.catalog.findRelation('t')?.name).toBe('t')
    transaction.rollback()
    other.commit()
    expect(storage.pool.used).toBe(0)
    expect(begin(storage).catalog.findRelation('t')).toBeUndefined()
  })

  it('go back to a mark with the rows', () => {
    const storage = newTable([[1, 'a']])
    const transaction = begin(storage)
    const { version } = transaction.catalog
    const mark = transaction.mark()
    transaction.table(t).append(transaction, batchOf(t, [[2, 'b']]))
    transaction.drop(transaction.catalog.findRelation('t')!)
    transaction.createTable({ ...t, columns: t.columns.slice(0, 1) })
    expect(transaction.catalog.version).not.toBe(version)
    transaction.rollbackTo(mark)
    expect(transaction.catalog.version).toBe(version)
    transaction.beginStatement()
    expect(scanAll(storage, transaction, transaction.table(t))).toEqual([[1, 'a']])
    transaction.commit()
    expect(currentRows(storage, t)).toEqual([[1, 'a']])
  })

  it('of one name cannot be made twice', () => {
    const storage = newTable()
    expect(errorOf(() => begin(storage).createTable(t))).toMatchObject({
      code: '42P07',
      message: 'relation "t" already exists',
    })
    const u = { ...t, name: 'u', constraints: [] }
    const first = begin(storage)
    const second = begin(storage)
    first.createTable(u)
    second.createTable(u)
    first.commit()
    expect(errorOf(() => second.commit()).code).toBe('42P07')
    expect(errorOf(() => begin(storage).createTable({ ...u, name: 'v', schema: 'nowhere' })).code).toBe('3F000')
  })

  it('of different names can be made side by side', () => {
    const storage = new Storage()
    const first = begin(storage)
    const second = begin(storage)
    first.createTable({ ...t, name: 'a', constraints: [] })
    second.createTable({ ...t, name: 'b', constraints: [] })
    first.commit()
    second.commit()
    expect([...begin(storage).catalog.relations()].map(({ name }) => name)).toEqual(['a', 'b'])
  })

  it('TRUNCATE empties a table, or does not', () => {
    const storage = newTable([[1, 'a']])
    const used = storage.pool.used
    const transaction = begin(storage)
    transaction.table(t).truncate(transaction)
    expect(scanAll(storage, transaction, transaction.table(t))).toEqual([])
    transaction.beginStatement()
    transaction.table(t).append(transaction, batchOf(t, [[1, 'again']]))
    expect(currentRows(storage, t)).toEqual([[1, 'a']])
    transaction.rollback()
    expect(currentRows(storage, t)).toEqual([[1, 'a']])
    expect(storage.pool.used).toBe(used)
    committed(storage, (own) => own.table(t).truncate(own))
    expect(currentRows(storage, t)).toEqual([])
    expect(storage.pool.used).toBeLessThan(used)
  })

  it('cannot be changed under others who write', () => {
    const storage = newTable([[1, 'a']])
    const writer = begin(storage)
    writer.table(t).remove(writer, [0])
    const other = begin(storage)
    expect(errorOf(() => other.drop(other.catalog.findRelation('t')!)).code).toBe('40001')
    writer.commit()
    other.drop(other.catalog.findRelation('t')!)
    const late = begin(storage)
    expect(errorOf(() => late.table(t).append(late, batchOf(t, [[2, 'b']]))).code).toBe('40001')
    other.commit()
    late.rollback()
    expect(storage.pool.used).toBe(0)
  })

  it('hold views, sequences, types and schemas', () => {
    const storage = new Storage()
    const view = {
      kind: 'view',
      schema: 's',
      name: 'v',
      temporary: false,
      columns: [],
      queryText: '',
    } as unknown as ViewDefinition
    const sequence: SequenceDefinition = {
      kind: 'sequence',
      schema: 'public',
      name: 'q',
      temporary: false,
      type: BIGINT,
      start: 5n,
      increment: 2n,
      minimum: 1n,
      maximum: 9n,
      cycle: false,
      cache: 1n,
    }
    committed(storage, (transaction) => {
      transaction.createSchema('s')
      transaction.createView(view)
      transaction.createSequence(sequence)
      transaction.createType('mood', 'public', { kind: 'enum', name: 'mood', labels: ['sad'] })
    })
    committed(storage, (transaction) => {
      expect([...transaction.catalog.schemas()]).toEqual(['public', 's'])
      expect(transaction.catalog.findRelation('v')).toBeUndefined()
      expect(transaction.catalog.findRelation('v', 's')).toBe(view)
      expect(transaction.catalog.findType('mood')?.kind).toBe('enum')
      transaction.drop(view)
      transaction.dropSchema('s')
      transaction.dropType('mood', 'public')
    })
    const undone = begin(storage)
    expect([undone.nextSequenceValue(sequence), undone.nextSequenceValue(sequence)]).toEqual([5n, 7n])
    undone.rollback()
    committed(storage, (transaction) => {
      expect(transaction.catalog.hasSchema('s')).toBe(false)
      expect(transaction.nextSequenceValue(sequence)).toBe(9n)
      const error = errorOf(() => transaction.nextSequenceValue(sequence))
      expect([error.code, error.message]).toEqual(['2200H', 'nextval: reached maximum value of sequence "q" (9)'])
      transaction.setSequenceValue(sequence, 3n, false)
      expect(transaction.nextSequenceValue(sequence)).toBe(3n)
    })
  })

  it('of temporary tables come first', () => {
    const storage = newTable()
    committed(storage, (transaction) => {
      transaction.createTable({ ...t, schema: 'pg_temp', temporary: true, constraints: [] })
      expect(transaction.catalog.findRelation('t')?.schema).toBe('pg_temp')
      expect(transaction.catalog.findRelation('t', 'public')?.schema).toBe('public')
    })
  })
})

describe('a transaction that may only read', () => {
  it('refuses to write', () => {
    const storage = newTable([[1, 'a']])
    const transaction = begin(storage, { readOnly: true })
    const table = transaction.table(t)
    for (const [command, body] of [
      ['INSERT', () => table.append(transaction, batchOf(t, [[2, 'b']]))],
      ['UPDATE', () => table.replace(transaction, [0], batchOf(t, [[2, 'b']]))],
      ['DELETE', () => table.remove(transaction, [0])],
      ['TRUNCATE TABLE', () => table.truncate(transaction)],
      ['DROP TABLE', () => transaction.drop(t)],
      ['CREATE TABLE', () => transaction.createTable({ ...t, name: 'u' })],
    ] as const) {
      expect(errorOf(body)).toMatchObject({
        code: '25006',
        message: `cannot execute ${command} in a read-only transaction`,
      })
    }
  })

  it('can be chosen only before the first query', () => {
    const transaction = new Storage().begin()
    transaction.setCharacteristics('serializable', true)
    transaction.setCharacteristics(undefined, false)
    transaction.beginStatement()
    expect(errorOf(() => transaction.setCharacteristics('read committed', undefined)).code).toBe('25001')
  })
})

describe('dead rows', () => {
  it('are cleared away when a table is updated for ever', () => {
    const storage = newTable(Array.from({ length: 100 }, (_, i): [number, string] => [i, `name ${i}`]))
    const update = (round: number): void =>
      committed(storage, (transaction) => {
        const table = transaction.table(t)
        const { indexes } = transaction.catalog.findRelation('t') as TableDefinition
        const [row] = table.lookup(transaction, indexes[0], [round % 100])
        table.replace(transaction, [row], batchOf(t, [[round % 100, `round ${round}`]]))
      })
    for (let round = 0; round < 5000; round++) update(round)
    const { used } = storage.pool
    for (let round = 5000; round < 40000; round++) update(round)
    expect(storage.pool.used).toBeLessThan(used * 1.5)
    const rows = currentRows(storage, t).sort(([a], [b]) => a - b)
    expect(rows).toEqual(Array.from({ length: 100 }, (_, i) => [i, `round ${39900 + i}`]))
  })

  it('go with their row group when all of it is deleted', () => {
    const storage = new Storage()
    const plain = tableOf('plain', { a: INTEGER, b: BOOLEAN }, { indexes: [indexOf('plain', 'plain_b', [1])] })
    committed(storage, (transaction) => {
      transaction.createTable(plain)
      transaction.table(plain).append(
        transaction,
        batchOf(
          plain,
          Array.from({ length: 140000 }, (_, i) => [i, i % 2 === 0]),
        ),
      )
    })
    const { used } = storage.pool
    const deleteFrom = (first: number, last: number): void =>
      committed(storage, (transaction) => {
        const table = transaction.table(plain)
        const rows: number[] = []
        for (const batch of table.scan(transaction, { columns: [0] })) {
          for (let row = batch.firstRowId!; row < batch.firstRowId! + batch.rowCount; row++) {
            const value = table.readValue(row, 0)
            if (value >= first && value < last) rows.push(row)
          }
        }
        expect(table.remove(transaction, rows)).toBe(last - first)
      })
    deleteFrom(0, 70000)
    expect(storage.pool.used).toBeLessThan(used * 0.75)
    expect(currentRows(storage, plain)).toHaveLength(70000)
    deleteFrom(70000, 139990)
    expect(storage.pool.used).toBeLessThan(used * 0.15)
    expect(currentRows(storage, plain).map(([a]) => a)).toEqual(Array.from({ length: 10 }, (_, i) => 139990 + i))
  })

  it('stay as long as somebody may look at them', () => {
    const rows = Array.from({ length: 3000 }, (_, i): [number, string] => [i, `name ${i}`])
    const storage = newTable(rows)
    const reader = begin(storage, { isolation: 'repeatable read' })
    committed(storage, (transaction) =>
      transaction.table(t).remove(
        transaction,
        rows.map(([id]) => id),
      ),
    )
    reader.beginStatement()
    expect(scanAll(storage, reader, reader.table(t))).toEqual(rows)
    expect(currentRows(storage, t)).toEqual([])
    reader.commit()
    committed(storage, (transaction) => transaction.drop(t))
    expect(storage.pool.used).toBe(0)
  })
})
