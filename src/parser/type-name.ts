/** Type names: `numeric(10, 2)[]`, `timestamp(3) with time zone`, `STRUCT(a int)`, `MAP(text, int)`, `interval day to second`. */
import type { Expression, Identifier, TypeName } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { parseExpression } from './expression.ts'
import { NUMBER, QUOTED, WORD } from './scanner.ts'

export function parseTypeName(p: Cursor): TypeName {
  p.enter()
  const start = p.start
  const setOf = p.acceptWord('setof')
  const type = parseSimpleType(p)
  const arrayBounds = parseBounds(p)
  p.leave()
  return { ...type, arrayBounds, setOf, span: p.span(start) }
}

type SimpleType = Pick<
  TypeName,
  'parts' | 'quoted' | 'modifiers' | 'intervalFields' | 'fields' | 'typeArguments' | 'percentType'
>

const plain = (name: string, modifiers: readonly Expression[] = []): SimpleType => ({
  parts: [name],
  quoted: false,
  modifiers,
})

function parseSimpleType(p: Cursor): SimpleType {
  if (p.kind !== WORD) {
    if (p.kind === QUOTED) return parseNamedType(p)
    return p.fail('a type name')
  }
  switch (p.value) {
    case 'double':
      if (!p.peekIsWord('precision')) break
      p.next()
      p.next()
      return plain('double precision')
    case 'timestamp':
    case 'time': {
      const name = p.value
      p.next()
      const modifiers = parseModifiers(p)
      return plain(parseZone(p) ? `${name} with time zone` : name, modifiers)
    }
    case 'interval': {
      p.next()
      const modifiers = parseModifiers(p)
      return { ...plain('interval', modifiers), ...(modifiers.length === 0 ? parseIntervalFields(p) : {}) }
    }
    case 'bit':
      p.next()
      return p.acceptWord('varying') ? plain('bit varying', parseModifiers(p)) : plain('bit', parseModifiers(p))
    case 'national':
      p.next()
      if (!p.isWord('character') && !p.isWord('char')) p.fail('CHARACTER')
      return parseCharacter(p, 'character')
    case 'character':
      return parseCharacter(p, 'character')
    case 'char':
      return parseCharacter(p, 'char')
    case 'nchar':
      return parseCharacter(p, 'nchar')
    case 'struct':
    case 'row':
    case 'union':
      if (p.peekIsSymbol('(')) return parseStruct(p)
      break
    case 'map':
    case 'list':
      if (p.peekIsSymbol('(')) return parseGeneric(p)
      break
  }
  return parseNamedType(p)
}

function parseNamedType(p: Cursor): SimpleType {
  const quoted = p.kind === QUOTED
  const parts = [p.functionName('a type name').name]
  while (p.acceptSymbol('.')) parts.push(p.label().name)
  if (p.isSymbol('%') && p.peekIsWord('type')) {
    p.next()
    p.next()
    return { parts, quoted, modifiers: [], percentType: true }
  }
  return { parts, quoted, modifiers: parseModifiers(p) }
}

function parseCharacter(p: Cursor, name: string): SimpleType {
  p.next()
  return plain(p.acceptWord('varying') ? 'character varying' : name, parseModifiers(p))
}

function parseModifiers(p: Cursor): Expression[] {
  const modifiers: Expression[] = []
  if (!p.acceptSymbol('(')) return modifiers
  do modifiers.push(parseExpression(p))
  while (p.acceptSymbol(','))
  p.expectSymbol(')', 'a comma or ")"')
  return modifiers
}

/** WITH TIME ZONE is true; WITHOUT TIME ZONE, or nothing, is false. */
function parseZone(p: Cursor): boolean {
  if (p.isWord('with') && p.peekIsWord('time')) {
    p.next()
    p.expectWords('time', 'zone')
    return true
  }
  if (p.acceptWord('without')) p.expectWords('time', 'zone')
  return false
}

const units: ReadonlySet<string> = new Set(['year', 'month', 'day', 'hour', 'minute', 'second'])

const finerUnits: Readonly<Record<string, readonly string[]>> = {
  year: ['month'],
  day: ['hour', 'minute', 'second'],
  hour: ['minute', 'second'],
  minute: ['second'],
}

/** `day`, `year to month`, `second(3)` after INTERVAL. */
export function parseIntervalFields(p: Cursor): { intervalFields?: string; modifiers?: readonly Expression[] } {
  if (!p.isAnyWord(units)) return {}
  let fields = p.value
  p.next()
  const finest = finerUnits[fields]
  if (finest !== undefined && p.acceptWord('to')) fields += ` to ${p.expectOneOf(finest)}`
  const modifiers = fields.endsWith('second') ? parseModifiers(p) : []
  return modifiers.length > 0 ? { intervalFields: fields, modifiers } : { intervalFields: fields }
}

/** `STRUCT(a int, b text)`, `UNION(num int, str text)` */
function parseStruct(p: Cursor): SimpleType {
  const name = p.value
  p.next()
  p.expectSymbol('(')
  const fields: { name: Identifier; type: TypeName }[] = []
  do {
    const field = p.label('a field name')
    fields.push({ name: field, type: parseTypeName(p) })
  } while (p.acceptSymbol(','))
  p.expectSymbol(')', 'a comma or ")"')
  return { ...plain(name), fields }
}

/** `MAP(text, int)`, `LIST(int)` */
function parseGeneric(p: Cursor): SimpleType {
  const name = p.value
  p.next()
  p.expectSymbol('(')
  const typeArguments = [parseTypeName(p)]
  while (p.acceptSymbol(',')) typeArguments.push(parseTypeName(p))
  p.expectSymbol(')', 'a comma or ")"')
  return { ...plain(name), typeArguments }
}

/** `[]`, `[3]`, `ARRAY`, `ARRAY[3]` */
function parseBounds(p: Cursor): (number | null)[] {
  const bounds: (number | null)[] = []
  const array = p.acceptWord('array')
  if (array && !p.isSymbol('[')) bounds.push(null)
  while (p.isSymbol('[')) {
    if (p.peekIsSymbol(']')) bounds.push(null)
    else if (p.peekKind() === NUMBER && p.peekIsSymbol(']', 2)) {
      bounds.push(Number(p.peekValue()))
      p.next()
    } else break
    p.next()
    p.next()
  }
  return bounds
}
