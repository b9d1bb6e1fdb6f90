/** Leaving: thrown by `.quit`, caught by whoever opened the shell. */
export class Quit extends Error {
  readonly status: number

  constructor(status = 0) {
    super('quit')
    this.status = status
  }
}
