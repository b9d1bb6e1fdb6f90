/**
 * The part of the build that makes two chunks of the engine: `engine.js`, what a first statement needs, and
 * `engine.late.js`, the rest, which is run when first called: compiled queries, most functions, most definitions, files,
 * system catalogs. Import to first result took 40 % less so (`src/node/code-cache.ts`).
 *
 * The source knows nothing of it. What it imports from a late module resolves to a module of stand-ins, which call the
 * real functions in the late chunk. So only functions, and classes that are made with `new` alone, can be imported from a
 * late module by others, and not at the top level; the build fails where anything else is.
 */
import { readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import ts from 'typescript'
import { earlyModules, lateModules } from './late-modules.ts'

interface Context {
  emitFile(file: { type: 'chunk'; id: string; name: string }): unknown
}

interface Plugin {
  readonly name: string
  buildStart(this: Context): void
  resolveId(source: string, importer: string | undefined): string | undefined
  load(id: string): string | undefined
}

const source = resolve(import.meta.dirname, '../src')
const STAND_IN = '\0late:'
const ENTRY = '\0late-entry'
const LOADER = '\0late-loader'

/** A free name in the engine's chunk; `code-cache.ts` gives it a meaning. */
export const LOAD_LATE = '__loadLate'
export const ENGINE = 'engine.js'
export const LATE = 'engine.late.js'

export function isLate(path: string): boolean {
  const name = relative(source, path).replaceAll('\\', '/')
  if (name.endsWith('.d.ts')) return false
  const isIn = (parts: readonly string[]): boolean =>
    parts.some((part) => (part.endsWith('/') ? name.startsWith(part) : name === part))
  return isIn(lateModules) && !isIn(earlyModules)
}

/** For Rolldown's `codeSplitting`: the engine is one chunk; what only the late chunk's entry reaches is that chunk. */
export const engineGroup: { readonly name: string; readonly test: (id: string) => boolean } = {
  name: 'engine',
  test: isEngine,
}

function isEngine(id: string): boolean {
  if (id.startsWith(STAND_IN) || id === LOADER || id.includes('rolldown/runtime')) return true
  const name = relative(source, id)
  return !/^(\.\.|node\/|index\.node\.|node\.)|\.d\.ts$/.test(name) && !isLate(id)
}

/** A plug-in for Rolldown. */
export function lateChunk(): Plugin {
  let names: ReadonlyMap<string, string> = new Map()
  return {
    name: 'late-chunk',
    buildStart() {
      names = outerNames()
      this.emitFile({ type: 'chunk', id: ENTRY, name: 'engine.late' })
    },
    resolveId(imported, importer) {
      if (imported === ENTRY || imported === LOADER) return imported
      if (!importer || !imported.startsWith('.') || importer.startsWith('\0') || isLate(importer)) return undefined
      const target = join(dirname(importer), imported)
      return isLate(target) ? STAND_IN + target : undefined
    },
    load(id) {
      if (id === LOADER) return `let exports\nexport const late = () => (exports ??= ${LOAD_LATE}())`
      if (id === ENTRY) return entry(names)
      return id.startsWith(STAND_IN) ? standIns(id.slice(STAND_IN.length), names) : undefined
    },
  }
}

/** The exports of late modules that others import, each under a short name of its own: `path name` → name. */
function outerNames(): ReadonlyMap<string, string> {
  const keys = sources().flatMap((file) =>
    [...importsOf(file)].flatMap(([target, names]) => names.map((name) => `${target} ${name}`)),
  )
  return new Map([...new Set(keys)].sort().map((key, i) => [key, `l${i.toString(36)}`]))
}

function entry(names: ReadonlyMap<string, string>): string {
  return [...names]
    .map(([key, outer]) => {
      const [path, name] = key.split(' ')
      return `export { ${name} as ${outer} } from ${JSON.stringify(path)}`
    })
    .join('\n')
}

/** A module with the functions of a late module, which call the real ones. */
function standIns(path: string, names: ReadonlyMap<string, string>): string {
  const lines = [`import { late } from ${JSON.stringify(LOADER)}`]
  for (const statement of parse(path).statements) {
    if (!ts.canHaveModifiers(statement)) continue
    if (!ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) continue
    const name = 'name' in statement && statement.name ? statement.name.getText() : ''
    const outer = names.get(`${path} ${name}`)
    if (outer === undefined) continue
    if (ts.isFunctionDeclaration(statement) && statement.body) {
      lines.push(standIn(name, outer, statement.parameters, ''))
    } else if (ts.isClassDeclaration(statement)) {
      const made = statement.members.find(ts.isConstructorDeclaration)
      lines.push(standIn(name, outer, made?.parameters ?? [], 'new '))
    }
  }
  return lines.join('\n')
}

function standIn(name: string, outer: string, parameters: readonly ts.ParameterDeclaration[], prefix: string): string {
  const list = parameters.map(({ dotDotDotToken }, i) => `${dotDotDotToken ? '...' : ''}a${i}`).join(', ')
  return `export function ${name}(${list}) { return ${prefix}(late().${outer})(${list}) }`
}

function sources(): string[] {
  return ts.sys.readDirectory(source, ['.ts']).filter((file) => !isLate(file))
}

/** What a module imports from late modules, types aside. */
function importsOf(file: string): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const statement of parse(file).statements) {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) continue
    const specifier = statement.moduleSpecifier
    if (!specifier || !ts.isStringLiteral(specifier) || !specifier.text.startsWith('.')) continue
    const target = join(dirname(file), specifier.text)
    const clause = ts.isImportDeclaration(statement) ? statement.importClause : statement
    const isType = ts.isImportDeclaration(statement) ? statement.importClause?.isTypeOnly : statement.isTypeOnly
    if (!clause || isType || !isLate(target)) continue
    const bindings = ts.isImportDeclaration(statement) ? statement.importClause?.namedBindings : statement.exportClause
    if (!bindings || !(ts.isNamedImports(bindings) || ts.isNamedExports(bindings))) {
      throw new Error(`${file} imports more than names from ${target}, which is late`)
    }
    const names = bindings.elements
      .filter((each) => !each.isTypeOnly)
      .map((each) => (each.propertyName ?? each.name).text)
    found.set(target, [...(found.get(target) ?? []), ...names])
  }
  return found
}

function parse(path: string): ts.SourceFile {
  return ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
}
