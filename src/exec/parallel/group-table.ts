/** The row groups of a scan as words in shared memory, since as text they would take longer to write and read than a small query does. */

import type { SegmentEncoding } from '../../storage/segment.ts'
import type { SharedGroup, SharedSegment } from '../../storage/shared-scan.ts'
import type { QueryMemory } from '../compiled/memory.ts'

/** Where the words lie. */
export interface GroupTable {
  readonly address: number
  readonly groups: number
  readonly segments: number
}

const encodings: readonly SegmentEncoding[] = ['i8', 'i16', 'i32', 'i64', 'f32', 'f64', 'dictionary', 'heap']
const groupWords = 4
const segmentWords = 7

export function writeGroups(groups: readonly SharedGroup[], segments: number, memory: QueryMemory): GroupTable {
  const stride = groupWords + segments * segmentWords
  const visible = groups.map((group) => (group.visible ? writeVisible(group.visible, memory) : 0))
  const address = memory.allocate(groups.length * stride * 4 + 16)
  const { u32 } = memory.memory
  let at = address >>> 2
  for (const [i, { firstRow, rowCount, segments: own }] of groups.entries()) {
    u32[at] = firstRow >>> 0
    u32[at + 1] = Math.floor(firstRow / 2 ** 32)
    u32[at + 2] = rowCount
    u32[at + 3] = visible[i]
    at += groupWords
    for (const { encoding, pointer, width, validity, nullCount, heap, dictionary } of own) {
      u32[at] = encodings.indexOf(encoding)
      u32[at + 1] = pointer
      u32[at + 2] = width
      u32[at + 3] = validity
      u32[at + 4] = nullCount
      u32[at + 5] = heap
      u32[at + 6] = dictionary
      at += segmentWords
    }
  }
  return { address, groups: groups.length, segments }
}

/** Its length, then the pairs. */
function writeVisible(visible: NonNullable<SharedGroup['visible']>, memory: QueryMemory): number {
  const address = memory.allocate(visible.length * 8 + 16)
  const { u32 } = memory.memory
  u32[address >>> 2] = visible.length
  for (const [i, [pointer, count]] of visible.entries()) {
    u32[(address >>> 2) + 1 + 2 * i] = pointer
    u32[(address >>> 2) + 2 + 2 * i] = count
  }
  return address
}

export function readGroups({ address, groups, segments }: GroupTable, u32: Uint32Array): SharedGroup[] {
  const read: SharedGroup[] = []
  let at = address >>> 2
  for (let i = 0; i < groups; i++) {
    const firstRow = u32[at] + u32[at + 1] * 2 ** 32
    const [rowCount, visible] = [u32[at + 2], u32[at + 3]]
    at += groupWords
    const own: SharedSegment[] = []
    for (let segment = 0; segment < segments; segment++) {
      own.push({
        encoding: encodings[u32[at]],
        pointer: u32[at + 1],
        width: u32[at + 2] as SharedSegment['width'],
        validity: u32[at + 3],
        nullCount: u32[at + 4],
        heap: u32[at + 5],
        dictionary: u32[at + 6],
      })
      at += segmentWords
    }
    read.push({
      firstRow,
      rowCount,
      segments: own,
      visible: visible === 0 ? undefined : readVisible(visible >>> 2, u32),
    })
  }
  return read
}

function readVisible(at: number, u32: Uint32Array): [pointer: number, count: number][] {
  return Array.from({ length: u32[at] }, (_, i) => [u32[at + 1 + 2 * i], u32[at + 2 + 2 * i]])
}
