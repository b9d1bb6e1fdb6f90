/** Least-recently-used map from statement text to what was made of it; use is noted once it is half full. */
export class PlanCache<Entry> {
  private readonly entries = new Map<string, Entry>()
  private readonly capacity: number

  constructor(capacity: number) {
    this.capacity = capacity
  }

  get(text: string): Entry | undefined {
    const entry = this.entries.get(text)
    if (entry === undefined || this.entries.size * 2 <= this.capacity) return entry
    this.entries.delete(text)
    this.entries.set(text, entry)
    return entry
  }

  set(text: string, entry: Entry): void {
    if (this.entries.size >= this.capacity) this.entries.delete(this.entries.keys().next().value as string)
    this.entries.set(text, entry)
  }

  clear(): void {
    this.entries.clear()
  }
}
