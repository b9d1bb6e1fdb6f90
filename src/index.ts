/** The public API, for every platform. Under Node, `index.node.ts` stands in for it and adds files. */

export type { ColumnInfo, ConstraintInfo, IndexInfo, RelationInfo } from './catalog-info.ts'
export { type AsyncQueryOptions, Connection, Database, type MemoryReport } from './database.ts'
export type { DatabaseOptions } from './database-core.ts'
export { type ErrorFields, SqlError } from './error.ts'
export { errorPlace, formatError, placeOf } from './error-report.ts'
export type { StartThread, ThreadHandle } from './exec/parallel/thread-pool.ts'
export { runThread, type ThreadStart } from './exec/parallel/worker.ts'
export type { FileAccess, Host } from './host.ts'
export type { InsertData } from './insert-data.ts'
export type { Parameters } from './parameters.ts'
export { type Token, tokenize } from './parser/scanner.ts'
export { isComplete, type StatementText, splitStatements } from './parser/script.ts'
export type { ColumnData, QueryOptions, Result, ResultColumn, Row } from './result.ts'
export type { RunResult, Statement } from './statement.ts'
export type {
  AggregateOptions,
  FunctionBody,
  FunctionOptions,
  TableFunctionOptions,
  TriggerBody,
  TriggerEvent,
} from './user-functions.ts'
export type { ColumnValues, VectorisedBody } from './vectorised-function.ts'
export { version } from './version.ts'
