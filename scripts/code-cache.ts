/**
 * The part of the build that lets Node start from V8's code cache (`src/node/code-cache.ts`), and ties the late chunk to the
 * engine's (`late-chunk.ts`). What imports the engine, other than the platform-neutral entry, does so as `#engine`, which
 * package.json resolves: to `engine.node.js` under Node, to the chunk itself in bundlers and under other runtimes.
 *
 *   engine.js       the code, a function that runs the late chunk, one export clause
 *   engine.late.js  export default, a function: what the engine's chunk exports → what the late one does
 *   engine.node.js  runs the code of both as scripts, the late one when it is first asked for
 */
import { createHash } from 'node:crypto'
import { ENGINE, LATE, LOAD_LATE } from './late-chunk.ts'

interface Chunk {
  readonly type: string
  readonly fileName: string
  readonly imports: readonly string[]
  readonly dynamicImports: readonly string[]
  code: string
}

interface Plugin {
  readonly name: string
  generateBundle(
    this: { emitFile(file: { type: 'asset'; fileName: string; source: string }): unknown },
    options: unknown,
    bundle: Record<string, Chunk>,
  ): void
}

/** For Rolldown's `chunkFileNames`: the chunks of the engine have names that package.json and this file know. */
export function chunkName(chunk: { readonly name: string; readonly moduleIds: readonly string[] }): string {
  if (chunk.moduleIds.some((id) => id.endsWith('/src/database.ts'))) return ENGINE
  return `${chunk.name}.js` === LATE ? LATE : '[name]-[hash].js'
}

/** A plug-in for Rolldown, the last one, since it states what the files finally are. */
export function codeCache(): Plugin {
  return {
    name: 'code-cache',
    generateBundle(_options, bundle) {
      const engine = bundle[ENGINE]
      const late = bundle[LATE]
      // The declarations are a build of their own, without chunks that run.
      if (engine?.type !== 'chunk') return
      if (!late) throw new Error('the engine has no late chunk')
      if (engine.imports.length + engine.dynamicImports.length > 0) throw new Error('the engine imports something')
      if (late.imports.join() !== ENGINE) throw new Error(`the late chunk imports ${late.imports.join(', ')}`)
      const users = Object.values(bundle).filter(
        ({ type, fileName }) => type === 'chunk' && ![ENGINE, LATE].includes(fileName),
      )
      const built = builtEngine(engine.code, late.code, importedNames(users))
      engine.code = built.engine
      late.code = built.late
      this.emitFile({ type: 'asset', fileName: 'engine.node.js', source: built.node })
      for (const user of users) {
        if (user.fileName !== 'index.js') user.code = user.code.replaceAll(`"./${ENGINE}"`, '"#engine"')
      }
    },
  }
}

/** What the chunks import from the engine. */
function importedNames(chunks: readonly Chunk[]): string[] {
  const clauses = chunks.flatMap(({ code }) => [...code.matchAll(/import\s*\{([^{}]*)\}\s*from\s*"\.\/engine\.js"/g)])
  return [...new Set(clauses.flatMap(([, list]) => listed(list).map(([name]) => name)))].sort()
}

/** The three files, from the two chunks and the names that others import from the engine. */
export function builtEngine(
  engine: string,
  late: string,
  used: readonly string[],
): { engine: string; late: string; node: string } {
  const { body, names } = withoutExports(engine)
  const fields = `{${names.map(({ local, exported }) => `${exported}:${local}`).join()}}`
  const clause = engine.slice(body.length)
  const lateFile = `${LATE_HEAD}${lateFunction(late)}\n`
  const node = `import{loadScript}from"./code-cache.js";import{fileURLToPath}from"node:url";
const locate=(name)=>fileURLToPath(new URL(name,${HERE}));
const engine=loadScript({path:locate("${ENGINE}"),hash:"${hash(engine)}",start:0,length:${body.length},head:${JSON.stringify(`(function(${LOAD_LATE}){"use strict";`)},tail:${JSON.stringify(`\nreturn${fields}})`)}})(()=>loadScript({path:locate("${LATE}"),hash:"${hash(lateFile)}",start:${LATE_HEAD.length},length:${lateFile.length - LATE_HEAD.length},head:"(",tail:")"})(engine));
const{${used.map((name, i) => `${name}:e${i}`).join()}}=engine;
export{${used.map((name, i) => `e${i} as ${name}`).join()}};
`
  const engineFile = `${body}import $late from"./${LATE}";function ${LOAD_LATE}(){return $late(${fields})}${clause}`
  return { engine: engineFile, late: lateFile, node }
}

const LATE_HEAD = 'export default '
/** In two parts, as what runs the build's configuration replaces it even within text. */
const HERE = `import${'.meta.url'}`

/** A module that imports from the engine alone, as a function of the engine's exports. */
function lateFunction(code: string): string {
  const clause = /^import\s*\{([^{}]*)\}\s*from\s*"\.\/[^"]*";?/.exec(code)
  if (!clause) throw new Error('the late chunk does not begin with one import')
  const { body, names } = withoutExports(code)
  const inner = listed(clause[1]).map(([imported, local]) => `${imported}:${local}`)
  const outer = names.map(({ local, exported }) => `${exported}:${local}`)
  return `function(engine){"use strict";const{${inner.join()}}=engine;${body.slice(clause[0].length)}\nreturn{${outer.join()}}}`
}

function withoutExports(code: string): { body: string; names: { local: string; exported: string }[] } {
  const clause = /export\s*\{([^{}]*)\};?\s*$/.exec(code)
  if (!clause) throw new Error('a chunk of the engine does not end in one export clause')
  const names = listed(clause[1]).map(([local, exported]) => ({ local, exported }))
  return { body: code.slice(0, clause.index), names }
}

/** The pairs of `a as b, c`. */
function listed(list: string): (readonly [string, string])[] {
  return list.split(',').map((entry) => {
    const [name, alias = name] = entry.trim().split(/\s+as\s+/)
    return [name, alias]
  })
}

function hash(code: string): string {
  return createHash('sha256').update(code).digest('base64url').slice(0, 12)
}
