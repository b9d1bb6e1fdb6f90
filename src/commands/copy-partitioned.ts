/** COPY … TO 'folder' (PARTITION_BY (a, b)): a folder for each value, named as Hive names them, `a=1/b=x`, with a file in each. */
import { SqlError } from '../error.ts'
import { bufferBatches, materialise, RowBuffer } from '../exec/rows.ts'
import { castValue } from '../functions/casts.ts'
import { filesOf } from '../open-file.ts'
import type * as ast from '../parser/ast.ts'
import type { Session } from '../session.ts'
import type { Transaction } from '../storage/interface.ts'
import { TEXT } from '../types/data-type.ts'
import type { ExternalSource } from '../types/external-source.ts'
import type { Value } from '../types/value.ts'

export interface Partitioning {
  readonly columns: readonly string[]
  /** The ending of files: csv, json, parquet. */
  readonly ending: string
  /** Whether files may stand in the folder already. */
  readonly overwrite: boolean
  /** Whether the partitions' columns are in the files, too. */
  readonly writesColumns: boolean
}

/** Hands on the rows of each partition with the path of its file; returns how many rows there are. */
export function copyPartitioned(
  session: Session,
  folder: string,
  partitioning: Partitioning,
  query: NonNullable<ast.Copy['query']>,
  transaction: Transaction,
  write: (source: ExternalSource, path: string) => void,
): number {
  const { host } = session.database
  const files = filesOf(host)
  if (!partitioning.overwrite && files.glob(`${folder}/**`).length > 0) {
    throw new SqlError('duplicate_file', `the folder "${folder}" is not empty`, {
      hint: 'OVERWRITE_OR_IGNORE writes into it.',
    })
  }
  const executable = session.prepareUncached(query, transaction)
  const { columns } = executable
  const keys = partitioning.columns.map((name) => {
    const index = columns.findIndex((column) => column.name === name)
    if (index >= 0) return index
    throw new SqlError('undefined_column', `column "${name}" does not exist`)
  })
  const written = columns
    .map((_, index) => index)
    .filter((index) => partitioning.writesColumns || !keys.includes(index))
  if (written.length === 0) throw new SqlError('invalid_parameter_value', 'PARTITION_BY leaves no column for the files')
  const context = session.executionContext(transaction, [])
  const rows = materialise(executable.operator, context)
  const label = (row: number): string =>
    keys.map((key) => `${encodeURIComponent(columns[key].name)}=${valueLabel(rows.columns[key][row], key)}`).join('/')
  const valueLabel = (value: Value, key: number): string =>
    value === null
      ? '__HIVE_DEFAULT_PARTITION__'
      : encodeURIComponent(castValue(value, columns[key].type, TEXT, 'explicit', session.functions.during(transaction)))
  const parts = new Map<string, RowBuffer>()
  for (let row = 0; row < rows.rowCount; row++) {
    const path = label(row)
    const part = parts.get(path) ?? new RowBuffer(written.length)
    part.push(written.map((column) => rows.columns[column][row]))
    parts.set(path, part)
  }
  const outputs = written.map((column) => columns[column])
  for (const [path, part] of parts) {
    files.makeFolder?.(`${folder}/${path}`)
    write(
      {
        name: folder,
        columns: outputs,
        read: (wanted) =>
          bufferBatches(
            wanted.map((column) => outputs[column]),
            wanted.map((column) => part.columns[column]),
            part.rowCount,
            context,
          ),
      },
      `${folder}/${path}/data_0.${partitioning.ending}`,
    )
  }
  return rows.rowCount
}
