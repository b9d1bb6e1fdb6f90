/** The script of a thread. */
import { workerData } from 'node:worker_threads'
import { runThread, type ThreadStart } from '../index.ts'

runThread(workerData as ThreadStart)
