/** bench/RESULTS.md: a section per suite, each of one run. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const path = join(import.meta.dirname, 'RESULTS.md')
const head =
  "# Results\n\nRatios are our median over the peer's, in one run: lower is better. Figures derived from TPC-H's data and queries are not TPC-H results.\n"

/** Puts a report in the place of the section with the same title, or at the end. */
export function writeResults(report: string, source: string): void {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : head
  const [first, ...sections] = text.split(/^(?=## )/m)
  const section = `${report}\n\n${source}\n`
  const title = report.split('\n')[0]
  const place = sections.findIndex((known) => known.split('\n')[0] === title)
  if (place === -1) sections.push(section)
  else sections[place] = section
  writeFileSync(path, [first, ...sections].map((part) => `${part.trimEnd()}\n`).join('\n'))
}
