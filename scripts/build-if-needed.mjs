/** Builds `dist` unless it is newer than every source. */
import { execFileSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const newest = Math.max(
  ...['src', 'repl'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs),
  ),
  statSync(join(root, 'package.json')).mtimeMs,
)
const built = statSync(join(root, 'dist', 'cli.js'), { throwIfNoEntry: false })?.mtimeMs ?? 0
if (built < newest) execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' })
