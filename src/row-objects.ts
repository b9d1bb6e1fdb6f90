/**
 * Makers of row objects. One that is written as a literal is several times faster than one that sets a property after the
 * other; where making code of text is forbidden, the loop does it. Worth its making from some dozens of rows on.
 */
export type Row = Record<string, unknown>

/** The object of the current row, whose values stand in an array in the order of the names. */
export type RowMaker = (cells: readonly unknown[]) => Row
/** The object of a row of columns. */
export type ColumnRowMaker = (columns: readonly ArrayLike<unknown>[], row: number) => Row

/** Wider rows than this are made by the loop: V8 keeps objects with more properties in another way. */
const widestLiteral = 128

/** A later column of the same name replaces an earlier one. */
export function rowMaker(names: readonly string[]): RowMaker {
  const literal = literalOf(names, (column) => `c[${column}]`)
  const made = literal && compile<RowMaker>('c', `return { ${literal} }`)
  if (made) return made
  return (cells) => {
    const object: Row = {}
    for (let column = 0; column < names.length; column++) setOwn(object, names[column], cells[column])
    return object
  }
}

/**
 * V8 learns that what a literal makes lasts, and makes it where lasting objects are. That costs more than to move them there
 * later, unless they hold numbers that need boxes of their own (`hasBoxes`): 100,000 rows of integers, bigints or booleans take
 * a third to a half of the processor time when a constructor makes them, and rows of doubles a fifth more.
 */
export function columnRowMaker(names: readonly string[], rows: number, hasBoxes: boolean): ColumnRowMaker {
  const made = rows < fewRows ? undefined : hasBoxes ? columnLiteral(names) : columnConstructor(names)
  if (made) return made
  return (columns, row) => {
    const object: Row = {}
    for (let column = 0; column < names.length; column++) setOwn(object, names[column], columns[column][row])
    return object
  }
}

const fewRows = 64

function columnLiteral(names: readonly string[]): ColumnRowMaker | undefined {
  const literal = literalOf(names, (column) => `c[${column}][r]`)
  return literal === undefined ? undefined : compile('c, r', `return { ${literal} }`)
}

/** Constructors by names, kept so that rows of the same names have the same shape. */
const constructors = new Map<string, ColumnRowMaker>()
const mostConstructors = 500

function columnConstructor(names: readonly string[]): ColumnRowMaker | undefined {
  // Assigning to __proto__ would set the prototype.
  if (names.length > widestLiteral || names.includes('__proto__')) return columnLiteral(names)
  const key = JSON.stringify(names)
  let maker = constructors.get(key)
  if (maker === undefined) {
    const statements = names.map((name, column) => `this[${JSON.stringify(name)}] = c[${column}][r]`).join('; ')
    const code = `function Row(c, r) { ${statements} } Row.prototype = Object.prototype; return (c, r) => new Row(c, r)`
    maker = compile<() => ColumnRowMaker>('', code)?.()
    if (maker === undefined) return undefined
    if (constructors.size >= mostConstructors) constructors.delete(constructors.keys().next().value!)
    constructors.set(key, maker)
  }
  return maker
}

function literalOf(names: readonly string[], value: (column: number) => string): string | undefined {
  if (names.length > widestLiteral) return undefined
  // A computed key makes the property __proto__ rather than setting the prototype, and the literal slower.
  const key = (name: string): string => (name === '__proto__' ? `['${name}']` : JSON.stringify(name))
  return names.map((name, column) => `${key(name)}: ${value(column)}`).join(', ')
}

function compile<T>(parameters: string, body: string): T | undefined {
  try {
    return new Function(parameters, body) as T
  } catch {
    return undefined
  }
}

/** Sets a property of the object itself, also when it is called __proto__. */
function setOwn(object: Row, name: string, value: unknown): void {
  if (name === '__proto__') {
    Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true })
  } else object[name] = value
}
