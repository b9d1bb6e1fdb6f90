/**
 * The synchronous parts of hyparquet and its decompressors that our Parquet reader is built on. The host loads them, so that
 * a program that never reads Parquet does not pay for them (some 30 ms and 60 KB).
 */

// biome-ignore lint/suspicious/noExplicitAny: hyparquet types these parts for its own use; parquet.ts states what it relies on.
type Untyped = any

export interface ParquetLibrary {
  parquetMetadata(buffer: ArrayBuffer, options: { geoparquet: boolean }): Untyped
  parquetSchema(metadata: Untyped): Untyped
  readColumn(reader: Untyped, selection: Untyped, decoder: Untyped): { readonly data: readonly ArrayLike<unknown>[] }
  assembleNested(data: Untyped, schema: Untyped, parsers: Untyped): void
  readonly DEFAULT_PARSERS: Readonly<Record<string, Untyped>>
  readonly compressors: Readonly<Record<string, (input: Uint8Array, length: number) => Uint8Array>>
}
