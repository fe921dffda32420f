/** Jobs and folders for tests of the store. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { JobResult } from '../../job/job.ts'
import type { NewJob } from '../store.ts'

/** A job of two nodes. */
export function newJob(id: string, more: Partial<NewJob> = {}): NewJob {
  return {
    id, title: `title of ${id}`, nodes: 2, created: 1000,
    request: { workflow: { kinograph: 1, nodes: [{ id: '1', type: 'Text', inputs: { text: id } }] } as never }, // the store only keeps it
    origin: { api: 'kinograph', client: 'a client' },
    ...more,
  }
}

/** What a job may have left. */
export const RESULT: JobResult = {
  seconds: 1.25, files: [], outputs: [], nodes: [], ran: 2, cached: [], seeds: [], prompts: [], made: { engine: '0.1.0', node: 'v20', device: 'cpu' },
}

/** Why a job may have to run again. */
export const PROBLEM = { code: 'execution_failed', problem: 'the worker ended' } as const

/** A new folder, removed when the file's tests are over. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kinograph-store-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  return folder
}
