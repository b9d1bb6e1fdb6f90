/** Suites that are tasks rather than queries: work by key, and bulk inserts. */
import { type Measurement, measure, table } from '../measure.ts'
import type { PeerProcess } from '../peer.ts'

export interface TaskSuite {
  readonly title: string
  readonly items: readonly (readonly [task: string, size: number])[]
}

export const oltp: TaskSuite = {
  title: 'By key, through prepared statements',
  items: [
    ['lookup', 200_000],
    ['insert-rows', 100_000],
    ['update', 100_000],
    ['delete', 100_000],
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
  for (const peer of peers) await peer.ask({ kind: 'task', name: 'setup', size: 100_000 }, timeout)
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
