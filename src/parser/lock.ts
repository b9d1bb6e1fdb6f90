/** LOCK TABLE and DISCARD. */
import type { Discard, Lock } from './ast.ts'
import { parseTableNames } from './change.ts'
import type { Cursor } from './cursor.ts'

const modes: readonly (readonly string[])[] = [
  ['access', 'share'],
  ['row', 'share'],
  ['row', 'exclusive'],
  ['share', 'update', 'exclusive'],
  ['share', 'row', 'exclusive'],
  ['share'],
  ['exclusive'],
  ['access', 'exclusive'],
]

/** `LOCK [TABLE] [ONLY] a [*], b [IN mode MODE] [NOWAIT]` */
export function parseLock(p: Cursor): Lock {
  const start = p.start
  p.expectWord('lock')
  p.acceptWord('table')
  const tables = parseTableNames(p)
  let mode = 'access exclusive'
  if (p.acceptWord('in')) {
    const found = modes.find((words) => words.every((word, n) => (n === 0 ? p.isWord(word) : p.peekIsWord(word, n))))
    if (!found) p.fail('a lock mode')
    p.expectWords(...found)
    p.expectWord('mode')
    mode = found.join(' ')
  }
  return { kind: 'lock', tables, mode, nowait: p.acceptWord('nowait'), span: p.span(start) }
}

/** `DISCARD ALL | PLANS | SEQUENCES | TEMP` */
export function parseDiscard(p: Cursor): Discard {
  const start = p.start
  p.expectWord('discard')
  const word = p.expectOneOf(['all', 'plans', 'sequences', 'temp', 'temporary'])
  return { kind: 'discard', target: word === 'temporary' ? 'temp' : word, span: p.span(start) }
}
