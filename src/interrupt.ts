/**
 * Where long loops ask whether the statement may go on. One statement runs at a time, so what may end it (a time limit, a
 * signal) need not be handed to every function that could take long.
 */
const allowance = 1 << 16

let check: () => void = () => {}
let left = allowance

/** Counts steps of some nanoseconds each; now and then it throws what cancels the running statement. */
export function heedInterrupt(steps = 1): void {
  left -= steps
  if (left > 0) return
  left = allowance
  check()
}

/** Runs a body whose long loops ask `own`. */
export function interruptible<T>(own: () => void, body: () => T): T {
  const outer = check
  check = own
  try {
    return body()
  } finally {
    check = outer
  }
}
