/**
 * A thread that runs parts of queries. It has the same code as the calling thread, and of the database the memory alone:
 * it builds the operators of a fragment's plan, gives them the sides of joins and the morsels that the job names, and
 * leaves what comes of it in shared memory.
 */
import { AssertionError } from '../../error.ts'
import type { FunctionContext } from '../../functions/function.ts'
import type { HashJoin, PhysicalPlan } from '../../planner/physical-plan.ts'
import { defaultSettings } from '../../settings.ts'
import type { Transaction } from '../../storage/interface.ts'
import { LinearMemory } from '../../types/linear-memory.ts'
import type { Batch, Dictionary, Vector } from '../../types/vector.ts'
import { decodeUtf8 } from '../../types/vector-reader.ts'
import { buildPlan } from '../build.ts'
import { compiledOperators } from '../compiled/compiled.ts'
import { type FinishedSide, lookUpKeys, validityByRow } from '../compiled/join-build.ts'
import { JoinKeys } from '../compiled/join-keys.ts'
import { sharedRowTable } from '../compiled/join-table.ts'
import { QueryMemory, ScratchBlock } from '../compiled/memory.ts'
import type { ExecutionContext, Operator } from '../operator.ts'
import { Arena } from './arena.ts'
import { ControlLine, readText, State, Word, writeText } from './control.ts'
import { readGroups } from './group-table.ts'
import { type Answer, type DictionaryList, type Job, pipelineOf, type SharedSide } from './job.ts'
import { keepRows } from './kept-rows.ts'
import { type CallsJob, runCalls } from './kernel-calls.ts'
import { CannotShare, decodeMessage, encodeMessage } from './message.ts'
import { MorselPipeline, type ScanSource } from './pipeline.ts'
import type { DictionaryNumbers } from './stores.ts'

/** What a thread gets when it is started. It can be sent to one. */
export interface ThreadStart {
  readonly memory: WebAssembly.Memory
  /** Address of the words of control. */
  readonly control: number
  readonly thread: number
}

const keptFragments = 200

/** Runs jobs until the database is closed. */
export function runThread({ memory, control, thread }: ThreadStart): void {
  const bell = new ControlLine(memory, control, -1)
  const line = new ControlLine(memory, control, thread)
  const worker = new ThreadWorker(memory, line, bell)
  line.swap(Word.state, State.starting, State.idle)
  ring(bell)
  for (;;) {
    const state = line.get(Word.state)
    if (state === State.closed) return
    if (state === State.offered && line.swap(Word.state, State.offered, State.running)) {
      const end = worker.run()
      line.swap(Word.state, State.running, end)
      ring(bell)
    } else line.sleep(Word.state, state, 60_000)
  }
}

function ring(bell: ControlLine): void {
  bell.next(Word.state)
  bell.wake(Word.state)
}

class ThreadWorker {
  private readonly memory: LinearMemory
  private readonly line: ControlLine
  private readonly bell: ControlLine
  private readonly fragments = new Map<number, Operator>()
  private readonly dictionaries = new WorkerDictionaries()

  constructor(memory: WebAssembly.Memory, line: ControlLine, bell: ControlLine) {
    this.memory = new LinearMemory(0, 0, true, memory)
    this.line = line
    this.bell = bell
  }

  run(): number {
    const { line, memory } = this
    memory.refresh()
    const arena = new Arena(memory, (bytes) => this.ask(bytes))
    const chunk = line.get(Word.chunk)
    if (chunk !== 0) arena.takeUp(chunk, line.get(Word.chunkBytes))
    let end: number = State.done
    let text: string
    try {
      text = this.work(new QueryMemory(arena, 'thread'))
    } catch (error) {
      end = State.failed
      text = error instanceof Error ? error.message : String(error)
    }
    line.set(Word.textLength, 0)
    if (text === '') return end
    try {
      const address = arena.allocate(text.length * 2 + 16, { kind: 'query', name: 'thread' })
      writeText(memory.u16, address, text)
      line.set(Word.text, address)
      line.set(Word.textLength, text.length)
    } catch {
      return State.failed
    }
    return end
  }

  private work(queryMemory: QueryMemory): string {
    const { memory, line } = this
    const whole = readText(memory.u16, line.get(Word.text), line.get(Word.textLength))
    if (whole.startsWith('{')) {
      runCalls(JSON.parse(whole) as CallsJob, memory, () => line.next(Word.beats))
      return ''
    }
    const split = whole.indexOf('\n')
    this.dictionaries.learn(JSON.parse(whole.slice(0, split)) as DictionaryList, memory)
    const messages = { memory: queryMemory, dictionaries: this.dictionaries }
    const job = decodeMessage(whole.slice(split + 1), messages) as Job
    const operator = this.operator(job)
    const pipeline = new WorkerPipeline(job, queryMemory, this.dictionaries)
    const context: ExecutionContext = {
      transaction: refusing<Transaction>('the transaction'),
      pool: queryMemory.pool,
      settings: defaultSettings,
      functions: refusing<FunctionContext>('the session'),
      parameters: job.parameters,
      mode: 'compiled',
      batchSize: job.scan.batchSize,
      outer: new Map(job.outer),
      ctes: new Map(),
      changedRows: 0,
      checkInterrupt: () => {
        line.next(Word.beats)
        if (line.get(Word.stop) !== 0) throw new CannotShare('called off')
      },
      pipeline,
      ...(job.counts ? { statistics: new Map() } : {}),
    }
    const part =
      operator.part && !job.keepsRows
        ? operator.part(context, job.request, queryMemory)
        : keepRows(operator, context, job.request, queryMemory)
    const top = operator.part && !job.keepsRows ? operator.inputs[0] : operator
    const counts = pipelineOf(top).map((each) => {
      const { rows = 0, batches = 0 } = context.statistics?.get(each) ?? {}
      return [rows, batches] as const
    })
    return encodeMessage({ part, counts } satisfies Answer<unknown>, messages)
  }

  /** The operators of a fragment, built when it is new. */
  private operator({ fragment, plan: [address, length] }: Job): Operator {
    let operator = this.fragments.get(fragment)
    if (operator === undefined) {
      const plan = decodeMessage(readText(this.memory.u16, address, length)) as PhysicalPlan
      operator = buildPlan(plan, { compiled: compiledOperators })
      if (this.fragments.size >= keptFragments) this.fragments.delete(this.fragments.keys().next().value!)
      this.fragments.set(fragment, operator)
    }
    return operator
  }

  /** Waits for the calling thread to hand out a chunk. */
  private ask(bytes: number): { address: number; bytes: number } {
    const { line } = this
    line.set(Word.wanted, bytes)
    ring(this.bell)
    for (let wanted = line.get(Word.wanted); wanted !== 0; wanted = line.get(Word.wanted)) {
      if (line.get(Word.state) === State.closed) break
      line.sleep(Word.wanted, wanted, 1000)
    }
    const address = line.get(Word.chunk)
    if (address === 0) throw new CannotShare('out of memory')
    return { address, bytes: line.get(Word.chunkBytes) }
  }
}

/** Stands for what a thread does not have. */
function refusing<T extends object>(name: string): T {
  return new Proxy({} as T, {
    get(_target, property) {
      throw new CannotShare(`${name} (${String(property)})`)
    },
  })
}

class WorkerPipeline extends MorselPipeline {
  private readonly job: Job
  private readonly sides = new Map<HashJoin, FinishedSide>()
  private readonly read: ScanSource

  constructor(job: Job, memory: QueryMemory, dictionaries: DictionaryNumbers) {
    super(memory)
    this.job = job
    this.read = {
      ...job.scan,
      groups: readGroups(job.groups, memory.memory.u32),
      dictionaries: job.scanDictionaries.map((number) => dictionaries.dictionaryOf(number)),
    }
  }

  side(plan: HashJoin): FinishedSide {
    let side = this.sides.get(plan)
    if (side === undefined) {
      const shared = this.job.sides[this.sides.size]
      if (shared === undefined) throw new AssertionError('a join that the calling thread did not open')
      side = new WorkerSide(shared, this.memory)
      this.sides.set(plan, side)
    }
    return side
  }

  protected source(): { scan: ScanSource; morselBatches: number; counter: number } {
    const { morselBatches, counter } = this.job
    return { scan: this.read, morselBatches, counter }
  }
}

/** A build side that the calling thread has made. */
class WorkerSide implements FinishedSide {
  readonly payload: SharedSide['payload']
  readonly rowCount: number
  readonly hasNullKey: boolean
  readonly probeFilters: SharedSide['probeFilters']
  private readonly memory: QueryMemory
  private readonly keys: JoinKeys
  private readonly table: ReturnType<typeof sharedRowTable>
  private readonly validity: ScratchBlock

  constructor(shared: SharedSide, memory: QueryMemory) {
    this.payload = shared.payload
    this.rowCount = shared.rowCount
    this.hasNullKey = shared.hasNullKey
    this.probeFilters = shared.probeFilters
    this.memory = memory
    this.keys = new JoinKeys(shared.keyTypes, shared.nullsEqual, memory)
    this.keys.adopt(shared.keys)
    this.table = sharedRowTable(shared.table, memory)
    this.validity = new ScratchBlock(memory)
  }

  get isUnique(): boolean {
    return this.table.isUnique
  }

  get next(): number {
    return this.table.next
  }

  get lengths(): number {
    return this.table.lengths
  }

  look(vectors: readonly Vector[], batch: Batch, target: number): void {
    lookUpKeys(this.keys, this.table, vectors, batch, target)
  }

  validityOf(vector: Vector, batch: Batch): number {
    return validityByRow(vector, batch, this.validity, this.memory)
  }
}

class WorkerDictionaries implements DictionaryNumbers {
  private readonly known = new Map<number, WorkerDictionary>()
  private readonly numbers = new WeakMap<Dictionary, number>()

  learn(list: DictionaryList, memory: LinearMemory): void {
    for (const [number, size, refs] of list) {
      let dictionary = this.known.get(number)
      if (dictionary === undefined) {
        dictionary = new WorkerDictionary(memory)
        this.known.set(number, dictionary)
        this.numbers.set(dictionary, number)
      }
      dictionary.size = size
      dictionary.refs = refs
    }
  }

  numberOf(dictionary: Dictionary): number {
    const number = this.numbers.get(dictionary)
    if (number === undefined) throw new CannotShare('a dictionary of a thread')
    return number
  }

  dictionaryOf(number: number): Dictionary {
    const dictionary = this.known.get(number)
    if (dictionary === undefined) throw new CannotShare('an unknown dictionary')
    return dictionary
  }
}

/** A column's dictionary, read from shared memory. */
class WorkerDictionary implements Dictionary {
  size = 0
  refs = 0
  private readonly memory: LinearMemory
  private readonly texts: string[] = []
  private codes: Map<string, number> | undefined

  constructor(memory: LinearMemory) {
    this.memory = memory
  }

  text(code: number): string {
    const { u8, u32 } = this.memory
    const at = (this.refs >>> 2) + 2 * code
    return (this.texts[code] ??= decodeUtf8(u8, u32[at], u32[at + 1]))
  }

  find(text: string): number {
    if (this.codes === undefined || this.codes.size < this.size) {
      this.codes = new Map()
      for (let code = 0; code < this.size; code++) this.codes.set(this.text(code), code)
    }
    return this.codes.get(text) ?? -1
  }
}
