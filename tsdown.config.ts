import { defineConfig } from 'tsdown'

export default defineConfig({
  entry: { index: 'src/index.ts', 'index.node': 'src/index.node.ts', node: 'src/node.ts', cli: 'repl/main.ts' },
  format: 'esm',
  platform: 'neutral',
  target: 'es2023',
  dts: true,
  clean: true,
  minify: true,
  deps: { neverBundle: [/^node:/, 'ink', 'react', 'react/jsx-runtime', 'string-width'] },
})
