/**
 * What the built engine goes without: the prose, examples and chapters of the function records, which only the manual and the
 * tests read (from the source), and characters beyond ASCII, which would make the runtime hold the whole file in two bytes a
 * character.
 */
import ts from 'typescript'

interface Plugin {
  readonly name: string
  transform(code: string, id: string): string | undefined
  generateBundle(options: unknown, bundle: Record<string, { readonly type: string; code?: string }>): void
}

const PROSE = new Set(['doc', 'example', 'examples'])

/** What the engine asks of a function's category; the others are chapters of the manual. */
const CATEGORIES = new Set(['comparison', 'user-defined'])

/** A plug-in for Rolldown. */
export function leanBundle(): Plugin {
  return {
    name: 'lean-bundle',
    transform(code, id) {
      return /\/src\/functions\/.*\.ts$/.test(id) ? withoutProse(code) : undefined
    },
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) if (file.code !== undefined) file.code = escaped(file.code)
    },
  }
}

/** The source of a file of functions without docs and examples: as properties, and as arguments of its helpers. */
export function withoutProse(code: string): string {
  const file = ts.createSourceFile('functions.ts', code, ts.ScriptTarget.Latest, true)
  const helpers = new Map<string, readonly number[]>()
  const cuts: { readonly start: number; readonly end: number; readonly by: string }[] = []

  for (const statement of file.statements) {
    if (!ts.isFunctionDeclaration(statement) || !statement.name) continue
    const places = statement.parameters.flatMap(({ name }, i) => (PROSE.has(name.getText()) ? [i] : []))
    if (places.length > 0) helpers.set(statement.name.text, places)
  }
  visit(file)
  let lean = code
  for (const { start, end, by } of cuts.reverse()) lean = lean.slice(0, start) + by + lean.slice(end)
  return lean

  function visit(node: ts.Node): void {
    if (isProse(node)) {
      const comma = /^\s*,/.exec(code.slice(node.end))?.[0].length ?? 0
      cuts.push({ start: node.getStart(), end: node.end + comma, by: '' })
      return
    }
    const places = ts.isCallExpression(node) ? helpers.get(node.expression.getText()) : undefined
    node.forEachChild((child) => {
      const isCut = places?.some((place) => (node as ts.CallExpression).arguments[place] === child)
      if (isCut && isLiteral(child)) cuts.push({ start: child.getStart(), end: child.end, by: '0 as never' })
      else visit(child)
    })
  }
}

function isProse(node: ts.Node): boolean {
  if (!ts.isPropertyAssignment(node) && !ts.isShorthandPropertyAssignment(node)) return false
  const name = node.name.getText()
  if (PROSE.has(name)) return true
  if (name !== 'category' || !ts.isPropertyAssignment(node)) return false
  return ts.isStringLiteral(node.initializer) && !CATEGORIES.has(node.initializer.text)
}

function isLiteral(node: ts.Node): boolean {
  return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node) || ts.isArrayLiteralExpression(node)
}

/** The code with `\u` escapes, which mean the same in strings, templates and regular expressions. */
function escaped(code: string): string {
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
