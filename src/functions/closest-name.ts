/** Which name was meant by one that does not exist. */

/** The name nearest to one that was not found, if it is near enough to be what was meant. */
export function closestName(name: string, names: Iterable<string>): string | undefined {
  let closest: string | undefined
  let least = Math.max(1, Math.floor(name.length / 3)) + 1
  for (const candidate of names) {
    if (Math.abs(candidate.length - name.length) >= least) continue
    const distance = editDistance(name, candidate, least)
    if (distance < least) {
      least = distance
      closest = candidate
    }
  }
  return closest
}

/** Insertions, deletions, substitutions and swaps of neighbours that turn one name into another, up to a limit. */
function editDistance(from: string, to: string, limit: number): number {
  let before: number[] = []
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    let least = row
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1]
      let cost = Math.min(previous[column] + 1, current[column - 1] + 1, previous[column - 1] + (same ? 0 : 1))
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        cost = Math.min(cost, before[column - 2] + 1)
      }
      current.push(cost)
      if (cost < least) least = cost
    }
    if (least >= limit) return limit
    before = previous
    previous = current
  }
  return previous[to.length]
}
