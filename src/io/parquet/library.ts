/**
 * The synchronous parts of hyparquet and its decompressors that our Parquet reader is built on. The host loads them, so that
 * a program that never reads Parquet does not pay for them (some 30 ms and 60 KB).
 */

type Untyped = any

export interface PageHeader {
  readonly type: string
  readonly uncompressed_page_size: number
  readonly compressed_page_size: number
  readonly data_page_header?: {
    readonly num_values: number
    readonly encoding: string
    readonly definition_level_encoding: string
  }
  readonly dictionary_page_header?: { readonly num_values: number }
  readonly data_page_header_v2?: {
    readonly num_values: number
    readonly encoding: string
    readonly definition_levels_byte_length: number
    readonly repetition_levels_byte_length: number
    readonly is_compressed: boolean
  }
}

type Compressors = Readonly<Record<string, (input: Uint8Array, length: number) => Uint8Array>>

export interface ParquetLibrary {
  parquetMetadata(
    buffer: ArrayBuffer,
    options: { readonly geoparquet: boolean; readonly parsers: Readonly<Record<string, Untyped>> },
  ): Untyped
  parquetSchema(metadata: Untyped): Untyped
  readColumn(reader: Untyped, selection: Untyped, decoder: Untyped): { readonly data: readonly ArrayLike<unknown>[] }
  assembleNested(data: Untyped, schema: Untyped, parsers: Untyped): void
  readonly DEFAULT_PARSERS: Readonly<Record<string, Untyped>>
  parquetHeader(reader: { readonly view: DataView; offset: number }): PageHeader
  decompressPage(bytes: Uint8Array, length: number, codec: string, compressors: Compressors): Uint8Array
  readonly compressors: Compressors
}
