/** CREATE, by what is created. */
import type { Statement } from './ast.ts'
import { parseCreateTable } from './create-table.ts'
import type { Cursor } from './cursor.ts'

export function parseCreate(p: Cursor): Statement {
  const start = p.start
  p.expectWord('create')
  const orReplace = p.acceptWords('or', 'replace')
  if ((p.isWord('local') || p.isWord('global')) && (p.peekIsWord('temp') || p.peekIsWord('temporary'))) p.next()
  const temporary = p.acceptWord('temp') || p.acceptWord('temporary')
  const unlogged = p.acceptWord('unlogged')
  p.expectWord('table')
  return parseCreateTable(p, { start, temporary, unlogged, orReplace })
}
