/** How the benchmark's driver and a peer's process talk: one message each way at a time. */

/** A cell as text that compares between engines: numbers by value, dates as ISO text, NULL as null. */
export type Cell = string | number | null

export type Request =
  | { readonly kind: 'load'; readonly directory: string; readonly schema: string; readonly tables: readonly string[] }
  /** `item` is the query's name, for peers that do not speak SQL. */
  | { readonly kind: 'run'; readonly sql: string; readonly item?: string; readonly wantRows: boolean }
  /** A query whose rows are fetched as objects, `rows` of them. */
  | { readonly kind: 'objects'; readonly sql: string; readonly rows: number }
  | { readonly kind: 'task'; readonly name: string; readonly size: number }

export type Response =
  | { readonly kind: 'done'; readonly milliseconds: number; readonly rows?: readonly (readonly Cell[])[] }
  | { readonly kind: 'failed'; readonly message: string }

/** A database under measurement. Times are taken inside its own process, around what a user would call. */
export interface Peer {
  load(directory: string, schema: string, tables: readonly string[]): Promise<void> | void
  /** Runs a query and fetches all rows as JavaScript values. */
  run(sql: string, item?: string): Promise<readonly (readonly unknown[])[]> | readonly (readonly unknown[])[]
  /** Runs a query and fetches all rows as objects, values as the peer's users get them. */
  objects?(sql: string): Promise<readonly object[]> | readonly object[]
  /** Named tasks of the OLTP and load benchmarks; returns milliseconds ('memory': bytes in use), or undefined when it has no such task. */
  task?(name: string, size: number): Promise<number | undefined> | number | undefined
}
