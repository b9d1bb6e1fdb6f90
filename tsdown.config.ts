import { defineConfig } from 'tsdown'
import { chunkName, codeCache } from './scripts/code-cache.ts'
import { engineGroup, lateChunk } from './scripts/late-chunk.ts'
import { leanBundle } from './scripts/lean-bundle.ts'
import { readyLibraries } from './scripts/ready-libraries.ts'

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    'index.node': 'src/index.node.ts',
    node: 'src/node.ts',
    'code-cache': 'src/node/code-cache.ts',
    thread: 'src/node/thread.ts',
    cli: 'repl/main.ts',
  },
  format: 'esm',
  platform: 'neutral',
  target: 'es2023',
  dts: true,
  clean: true,
  logLevel: 'warn',
  minify: true,
  plugins: [lateChunk(), readyLibraries(), leanBundle(), codeCache()],
  outputOptions: { chunkFileNames: chunkName, codeSplitting: { groups: [engineGroup] } },
  deps: { neverBundle: [/^node:/, 'ink', 'react', 'react/jsx-runtime', 'string-width'] },
})
