/**
 * Runs sqllogictest scripts from the command line:
 *
 *   npm run corpora -- [-v] [-m MASK.json] [-s STATEMENT] [PATH…]
 *
 * Prints a line per file and a total; -v prints every failure, -s runs a statement before each file. Without a path it runs
 * all of ../shared/corpora that is of this kind.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { runFile } from './run.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    verbose: { type: 'boolean', short: 'v' },
    mask: { type: 'string', short: 'm' },
    setup: { type: 'string', short: 's', multiple: true },
    limit: { type: 'string', short: 'n' },
  },
})

const shared = resolve(import.meta.dirname, '../../../shared/corpora')
const maskFile = values.mask ?? join(shared, 'sqllogictest', 'postgresql-15.mask.json')
const mask: Record<string, number[]> = existsSync(maskFile) ? JSON.parse(readFileSync(maskFile, 'utf8')) : {}
const corpora = ['risinglight-bustub', 'datafusion', 'duckdb', 'pg-regress', 'sqllogictest'].map((name) =>
  join(shared, name),
)
const paths = positionals.length > 0 ? positionals : corpora.filter(existsSync)
if (paths.length === 0) console.log(`there is nothing to run: no path is given, and ${shared} is not here`)

function scriptsBelow(path: string): string[] {
  if (statSync(path).isFile()) return [path]
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(slt|test)(_slow)?$/.test(name) && !/(^|\/)_setup/.test(name))
    .map((name) => join(path, name))
    .sort()
}

const total = { passed: 0, failed: 0, skipped: 0, crashes: 0, queries: 0, queriesPassed: 0, errors: 0, errorsPassed: 0 }
for (const file of paths.flatMap(scriptsBelow)) {
  const masked = new Set(Object.entries(mask).find(([name]) => file.endsWith(name))?.[1])
  const start = performance.now()
  const report = runFile(file, { masked, setup: values.setup })
  const seconds = (performance.now() - start) / 1000
  const crashed = report.crashes > 0 ? `, ${report.crashes} CRASHED` : ''
  console.log(`${file}: ${report.passed} passed, ${report.failures.length} failed, ${seconds.toFixed(1)} s${crashed}`)
  if (values.verbose) {
    for (const failure of report.failures.slice(0, Number(values.limit ?? 1000))) {
      console.log(
        `  ${file}:${failure.line}: ${failure.message}\n    ${failure.sql.slice(0, 300).replaceAll('\n', '\n    ')}`,
      )
    }
  }
  total.passed += report.passed
  total.failed += report.failures.length
  total.skipped += report.skipped
  total.crashes += report.crashes
  total.queries += report.queries
  total.queriesPassed += report.queriesPassed
  total.errors += report.errors
  total.errorsPassed += report.errorsPassed
}
console.log(
  `${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped, ${total.crashes} crashed; ` +
    `queries ${total.queriesPassed}/${total.queries}, errors ${total.errorsPassed}/${total.errors}`,
)
process.exitCode = total.failed > 0 ? 1 : 0
