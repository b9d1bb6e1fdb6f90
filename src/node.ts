/** What only Node has: its files, for a database made from the engine's own entry. */
export { Database } from './index.node.ts'
export { nodeFiles } from './node/files.ts'
export { startThread } from './node/threads.ts'
