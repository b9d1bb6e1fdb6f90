/** `npm run oracle -- --queries 1000 --seed 1 [--size small|medium|large] [--kind select] [--seconds 500] [--no-shrink] [--maximum 50]` */
import { appendFileSync } from 'node:fs'
import { Theirs } from './engines.ts'
import { explanations, furtherExplanations } from './explained.ts'
import { type Report, runOracle } from './oracle.ts'
import { Postgres } from './postgres.ts'
import type { Size } from './schema.ts'

const flags = process.argv.slice(2)
const flag = (name: string): string | undefined => {
  const at = flags.indexOf(`--${name}`)
  return at === -1 ? undefined : flags[at + 1]
}
const seed = Number(flag('seed') ?? Date.now() % 1_000_000)
const client = await Theirs.connect()
if (!(client instanceof Postgres)) console.log(`PostgreSQL is not here (${client.absent}): self-checks only`)

const start = performance.now()
const report = await runOracle(
  {
    seed,
    queries: Number(flag('queries') ?? 1000),
    size: flag('size') as Size | undefined,
    kind: flag('kind'),
    seconds: flag('seconds') === undefined ? undefined : Number(flag('seconds')),
    round: flag('round') === undefined ? undefined : Number(flag('round')),
    shrink: !flags.includes('--no-shrink'),
    maximum: Number(flag('maximum') ?? 50),
    perSchema: Number(flag('per-schema') ?? 300),
    log: flags.includes('--progress') ? (text) => console.error(text) : undefined,
  },
  client instanceof Postgres ? client : undefined,
)
if (client instanceof Postgres) client.close()
for (const text of report.differences) console.log(`${text}\n`)
const summary = summarise(report, (performance.now() - start) / 1000)
console.log(summary)
const ledger = flag('ledger')
if (ledger)
  appendFileSync(
    ledger,
    `${JSON.stringify({ ...report, kinds: [...report.kinds], explained: [...report.explained] })}\n`,
  )
if (report.differences.length > 0) process.exitCode = 1

function summarise(found: Report, seconds: number): string {
  const share = (count: number): string => `${((100 * count) / Math.max(1, found.compared)).toFixed(1)} %`
  const reasons = [...explanations, ...Object.values(furtherExplanations)]
  const explained = [...found.explained].map(([name, count]) => {
    return `  ${count} × ${name}: ${reasons.find((entry) => entry.name === name)?.reason}`
  })
  return [
    `seed ${found.seed}: ${found.compared} statements compared with PostgreSQL, ${found.selfChecked} self-checked, in ${seconds.toFixed(0)} s`,
    `  ${[...found.kinds].map(([kind, count]) => `${kind} ${count}`).join(', ')}`,
    `  ${share(found.withRows)} returned rows, ${share(found.errors)} were errors`,
    `explained differences: ${explained.length === 0 ? 'none' : ''}`,
    ...explained,
    `not here, so not asked for: ${found.absent.length}${found.absent.map((text) => `\n  ${text}`).join('')}`,
    `over 50 times slower: ${found.slow.length}`,
    ...found.slow.slice(0, 10).map((text) => `  ${text}`),
    `differences: ${found.differences.length}`,
  ].join('\n')
}
