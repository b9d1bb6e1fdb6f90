/** Parts of indexes and of EXCLUDE constraints. */
import type { IndexColumn } from './ast.ts'
import { splitCollation } from './change.ts'
import type { Cursor } from './cursor.ts'
import { parseExpression } from './expression.ts'
import { COLUMN_NAME, FUNCTION_NAME } from './keywords.ts'
import { parseOptions } from './options.ts'
import { parseDirection } from './window.ts'

/** `a COLLATE "C" text_ops DESC NULLS LAST` */
export function parseIndexColumn(p: Cursor): IndexColumn {
  const { expression, collation } = splitCollation(parseExpression(p))
  let operatorClass: IndexColumn['operatorClass']
  if (p.flags & (COLUMN_NAME | FUNCTION_NAME) && !p.isWord('nulls')) {
    operatorClass = p.anyQualifiedName('an operator class')
    if (p.isSymbol('(')) parseOptions(p)
  }
  const { descending, nulls } = parseDirection(p)
  return { expression, collation, operatorClass, descending, nulls }
}
