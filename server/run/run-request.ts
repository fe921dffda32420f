/** What a worker is asked for a job, in a message that is small enough: a large workflow goes by path. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Json } from '../../core/types/json.ts'
import type { Workflow } from '../../core/workflow/workflow.ts'
import type { DeviceName, Folders, RunRequest, WorkflowSource } from '../../worker/protocol.ts'
import type { ServerConfig } from '../config/config.ts'
import type { Job, JobRequest } from '../job/job.ts'
import { roughSize } from './rough-size.ts'

/** A workflow that takes about this much goes into a file. */
const LARGE = 200_000

/** Seconds between two previews of a node. */
const PREVIEW_SECONDS = 1

/** Where the states of a job's nodes are kept until it ends. */
export function checkpointFolder(data: string, job: string): string {
  return join(data, 'checkpoints', job)
}

/** Where workers leave the pictures that show what they are about to make. */
export function previewFolder(data: string): string {
  return join(data, 'previews')
}

/** A workflow on its way to a worker. */
export interface Carried {
  readonly source: WorkflowSource
  /** Removes what was written for it. */
  remove(): void
}

/** Puts a workflow into the message, or into a file of the temporary folder where it is too large for that. */
export function carry(id: string, workflow: Workflow, { temp }: Pick<Folders, 'temp'>): Carried {
  // A workflow is what was read from JSON, with nothing else in it.
  if (roughSize(workflow, LARGE) <= LARGE) return { source: { json: workflow as unknown as Json }, remove: () => {} }
  const path = join(temp, `${CARRIED}${id}.json`)
  mkdirSync(temp, { recursive: true })
  writeFileSync(path, JSON.stringify(workflow))
  return { source: { path }, remove: () => void rm(path, { force: true }).catch(() => {}) }
}

/** How files begin that `carry` writes: what is left of them at start is removed. */
export const CARRIED = 'job-'

/** The request for a run of a job. */
export function runRequest(
  { id, created }: Pick<Job, 'id' | 'created'>, job: JobRequest, workflow: WorkflowSource, device: DeviceName, folders: Folders, config: ServerConfig,
): RunRequest {
  const { data } = config.folders
  const { checkpointSteps: steps, checkpointSeconds: seconds } = config.queue
  return {
    type: 'run', id, device, folders, workflow, cache: config.cache,
    ...(job.parameters && { parameters: job.parameters }),
    ...(job.set && { set: job.set }),
    ...(job.targets && { targets: job.targets }),
    ...(job.strict && { strict: true }),
    draws: `${id} ${created}`, // every attempt makes the same
    publishes: true,
    checkpoints: { folder: checkpointFolder(data, id), steps, seconds },
    previews: { folder: previewFolder(data), seconds: PREVIEW_SECONDS },
  }
}
