/** Suites that are tasks rather than queries: work by key, and bulk inserts. */
import { type Measurement, measure, table } from '../measure.ts'
import type { PeerProcess } from '../peer.ts'

export interface TaskSuite {
  readonly title: string
  readonly items: readonly (readonly [task: string, size: number])[]
}

export const oltp: TaskSuite = {
  title:
    'By key, 100,000 times: through prepared statements in one transaction, each alone, with RETURNING, from its text',
  items: [
    ...['keyed', 'coded', 'paired'].map((shape) => [`lookup ${shape}`, 100_000] as const),
    ...['keyed', 'indexed', 'coded', 'paired', 'checked', 'bare'].map((shape) => [`insert ${shape}`, 100_000] as const),
    ...['keyed', 'indexed', 'coded', 'paired', 'checked'].flatMap((shape) => [
      [`update ${shape}`, 100_000] as const,
      [`delete ${shape}`, 100_000] as const,
    ]),
    ...['insert', 'update', 'delete'].flatMap((operation) => [
      [`${operation} keyed alone`, 100_000] as const,
      [`${operation} keyed returning`, 100_000] as const,
      [`${operation} keyed text`, 100_000] as const,
    ]),
    ['lookup keyed text', 100_000],
  ],
}

export const bulk: TaskSuite = {
  title: 'Bulk insert',
  items: [
    ['insert-objects', 1_000_000],
    ['insert-columns', 1_000_000],
  ],
}

export async function runTasks(
  { title, items }: TaskSuite,
  peers: readonly PeerProcess[],
  rounds: number,
  timeout: number,
): Promise<string> {
  const measurements: Measurement[] = []
  for (const [name, size] of items) {
    measurements.push(
      await measure({ name: `${name} ${size}`, request: { kind: 'task', name, size } }, peers, rounds, timeout),
    )
  }
  return table(
    title,
    measurements,
    peers.map((peer) => peer.name),
  )
}
