import { jobs } from './0001-jobs.ts'
import { files } from './0002-files.ts'
import { workflows } from './0003-workflows.ts'

/** What makes a database of version n of one of version n - 1, at index n - 1. Never changed once released; only added to. */
export const MIGRATIONS: readonly string[] = [jobs, files, workflows]
