/**
 * The part of the build that lets Node start from V8's code cache (`src/node/code-cache.ts`). The engine is one chunk without
 * imports, `engine.js`. What imports it, other than the platform-neutral entry, does so as `#engine`, which package.json resolves:
 * to `engine.node.js` under Node, to the chunk itself in bundlers and under other runtimes.
 */
import { createHash } from 'node:crypto'

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

const ENGINE = 'engine.js'

/** For Rolldown's `chunkFileNames`: the chunk with the engine has a name that package.json knows. */
export function chunkName(chunk: { readonly moduleIds: readonly string[] }): string {
  return chunk.moduleIds.some((id) => id.endsWith('/src/database.ts')) ? ENGINE : '[name]-[hash].js'
}

/** A plug-in for Rolldown, the last one, since it states what the files finally are. */
export function codeCache(): Plugin {
  return {
    name: 'code-cache',
    generateBundle(_options, bundle) {
      const engine = bundle[ENGINE]
      // The declarations are a build of their own, without chunks that run.
      if (!engine || engine.type !== 'chunk') return
      if (engine.imports.length + engine.dynamicImports.length > 0) throw new Error('the engine imports something')
      this.emitFile({ type: 'asset', fileName: 'engine.node.js', source: cachedEntry(engine.code) })
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk' || chunk.fileName === ENGINE || chunk.fileName === 'index.js') continue
        chunk.code = chunk.code.replaceAll(`"./${ENGINE}"`, '"#engine"')
      }
    },
  }
}

/** The module that exports what the engine's chunk exports, by way of the cache. */
export function cachedEntry(code: string): string {
  const clause = /export\s*\{([^{}]*)\};?\s*$/.exec(code)
  if (!clause) throw new Error('the engine does not end in one export clause')
  const body = code.slice(0, clause.index)
  const names = clause[1].split(',').map((entry) => {
    const [local, exported = local] = entry.trim().split(/\s+as\s+/)
    return { local, exported }
  })
  const fields = names.map(({ local, exported }) => `${exported}:${local}`).join()
  const hash = createHash('sha256').update(code).digest('base64url').slice(0, 12)
  return `import{loadEngine}from"./code-cache.js";import{fileURLToPath}from"node:url";
export const{${names.map(({ exported }) => exported).join()}}=loadEngine({path:fileURLToPath(new URL("${ENGINE}",import.meta.url)),hash:"${hash}",bodyLength:${body.length},fields:"${fields}"});
`
}
