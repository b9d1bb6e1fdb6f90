/** What was entered, kept between runs in a file: one JSON string a line. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const kept = 1000

/** COLONNADE_HISTORY, or a file in the home folder. */
function historyPath(): string {
  return process.env.COLONNADE_HISTORY ?? join(homedir(), '.colonnade_history')
}

export class History {
  private readonly path: string
  private readonly entries: string[]
  /** The entry that is shown; entries.length while it is none. */
  private at: number
  /** What was being written when browsing began. */
  private draft = ''

  constructor(path: string = historyPath()) {
    this.path = path
    this.entries = readEntries(path)
    this.at = this.entries.length
  }

  add(entry: string): void {
    if (entry.trim() !== '' && entry !== this.entries[this.entries.length - 1]) {
      this.entries.push(entry)
      this.append(entry)
    }
    this.at = this.entries.length
    this.draft = ''
  }

  /** The entry before, or undefined at the oldest. */
  previous(current: string): string | undefined {
    if (this.at === 0) return undefined
    if (this.at === this.entries.length) this.draft = current
    return this.entries[--this.at]
  }

  /** The entry after, or at last what was being written. */
  next(): string | undefined {
    if (this.at === this.entries.length) return undefined
    return ++this.at === this.entries.length ? this.draft : this.entries[this.at]
  }

  /** A history that cannot be written is not worth an error. */
  private append(entry: string): void {
    try {
      if (this.entries.length > 2 * kept) {
        this.entries.splice(0, this.entries.length - kept)
        writeFileSync(this.path, this.entries.map((each) => `${JSON.stringify(each)}\n`).join(''), { mode: 0o600 })
      } else appendFileSync(this.path, `${JSON.stringify(entry)}\n`, { mode: 0o600 })
    } catch {
      return
    }
  }
}

function readEntries(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').flatMap(readEntry).slice(-kept)
  } catch {
    return []
  }
}

function readEntry(line: string): string[] {
  try {
    const entry: unknown = JSON.parse(line)
    return typeof entry === 'string' ? [entry] : []
  } catch {
    return []
  }
}
