/**
 * What a conjunct says about a column: who has rows may use it to skip those that cannot match, and need not apply it exactly.
 * Bounds are inclusive, in stored form: the stored integer (traits.toInteger) or the double.
 */
export interface ColumnRange {
  readonly column: number
  readonly low?: number
  readonly high?: number
}
