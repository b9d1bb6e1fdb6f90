/** What every node has, and names. */
/** Offsets into the script's text, in UTF-16 units: [start, end). */
export interface Span {
  readonly start: number
  readonly end: number
}

export interface Node {
  readonly span: Span
}

/** A name as the catalog compares it: unquoted names are folded to lower case. */
export interface Identifier extends Node {
  readonly name: string
  readonly quoted: boolean
}

/** `a`, `schema.a` or `database.schema.a`, outermost first. */
export interface QualifiedName extends Node {
  readonly parts: readonly Identifier[]
}
