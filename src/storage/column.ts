/** What the segments of one column share: type, layout while open, the dictionary of texts, and who pays for the memory. */
import type { DataType } from '../types/data-type.ts'
import type { Owner, Pool } from './allocator.ts'
import { ColumnDictionary } from './dictionary.ts'
import type { Reclaimer } from './reclaimer.ts'
import { naturalEncoding, type SegmentEncoding, storedScale } from './segment.ts'
import { createSketch, type Sketch } from './sketch.ts'

/** More distinct texts than this do not go into a dictionary. */
const largestDictionary = 65536
const mostExpected: number = largestDictionary / 2
const firstDictionaryCheck = 1024
const smallDictionary = 65536

export class Column {
  readonly type: DataType
  readonly owner: Owner
  readonly encoding: SegmentEncoding
  readonly isText: boolean
  readonly scale: number
  readonly reclaimer: Reclaimer
  readonly pool: Pool
  /** Where new texts go; undefined for other types and once there were too many different ones. */
  dictionary: ColumnDictionary | undefined
  /** Rows that went into the dictionary. */
  dictionaryRows = 0
  private nextCheck = firstDictionaryCheck
  /** Distinct values of the sealed segments. */
  readonly sketch: Sketch = createSketch()

  constructor(pool: Pool, reclaimer: Reclaimer, type: DataType, isText: boolean, owner: Owner) {
    this.pool = pool
    this.reclaimer = reclaimer
    this.type = type
    this.owner = owner
    this.isText = isText
    this.encoding = naturalEncoding(type)
    this.scale = storedScale(type)
    this.dictionary = isText ? new ColumnDictionary(pool, owner, reclaimer) : undefined
  }

  /** The same column in a table that is derived from this one: the dictionary is shared. */
  derive(owner: Owner): Column {
    const column = new Column(this.pool, this.reclaimer, this.type, this.isText, owner)
    column.dictionary?.release()
    column.dictionary = this.dictionary?.retain()
    column.dictionaryRows = this.dictionaryRows
    column.nextCheck = this.nextCheck
    column.sketch.set(this.sketch)
    return column
  }

  /** Asked after each new text: gives the dictionary up when it no longer pays. */
  reconsiderDictionary(): void {
    const dictionary = this.dictionary
    if (dictionary === undefined || dictionary.size < this.nextCheck) return
    if (dictionary.size >= largestDictionary || !this.repeatsTexts(dictionary.size)) {
      this.dictionary = undefined
      dictionary.release()
    } else {
      this.nextCheck = Math.min(largestDictionary, this.nextCheck * 2)
    }
  }

  /**
   * Whether the rows so far let expect that texts come again and again. Where most have been new, how many have not tells how many
   * there are to draw from: of n rows over d texts about n² / 2d repeat one.
   */
  private repeatsTexts(distinct: number): boolean {
    const rows = this.dictionaryRows
    return distinct * 2 <= rows || rows ** 2 <= (rows - distinct) * 2 * mostExpected
  }

  /** Begins a new dictionary, for a table that has become empty, where the old one is large or was given up. */
  renewDictionary(): void {
    if (!this.isText || (this.dictionary !== undefined && this.dictionary.byteLength < smallDictionary)) return
    this.dictionary?.release()
    this.dictionary = new ColumnDictionary(this.pool, this.owner, this.reclaimer)
    this.dictionaryRows = 0
    this.nextCheck = firstDictionaryCheck
  }

  /** Lets go of the dictionary; segments that use it keep it. */
  release(): void {
    this.dictionary?.release()
    this.dictionary = undefined
  }
}
