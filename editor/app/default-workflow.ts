/** What a first visit opens. */
import textToVideo from '../../workflows/text-to-video.json' with { type: 'json' }
import type { Workflow } from '../../core/workflow/workflow.ts'

/** The text-to-video workflow that the tiny model of Kinograph runs; a test parses it. */
export const defaultWorkflow = textToVideo as unknown as Workflow // TypeScript reads the tuples of JSON as lists
