/** Jobs as the API describes them. The types are those of server/job; what differs does not compile. */
import { Type } from '@sinclair/typebox'
import type { ResolvedPrompt } from '../../../core/run/resolve-inputs.ts'
import type { Json } from '../../../core/types/json.ts'
import type { SocketType } from '../../../core/types/socket.ts'
import type { UiResult } from '../../../core/types/node-type.ts'
import type { ResolvedSeed } from '../../../core/workflow/seeds.ts'
import { JOB_STATES } from '../../job/states.ts'
import type { Job, JobResult, NodeOutcome, PublishedFile } from '../../job/job.ts'
import { AnyJson, Milliseconds, ProblemSchema, SocketTypeSchema } from './common.ts'
import { loose, oneOf, typed } from './typed.ts'

export const JobState = oneOf(JOB_STATES, '`queued` and `running` jobs are alive; the other states are final.')
export const Device = oneOf(['cpu', 'cuda', 'webgpu'] as const, 'The server\'s first device when left out.')

export const JobSchema = typed<Job>()(Type.Object(
  {
    id: Type.String(),
    seq: Type.Integer({ description: 'The order of submission, from 1.' }),
    rank: Type.Number({ description: 'Lower runs first; of equal ones the older.' }),
    state: JobState,
    title: Type.String(),
    nodes: Type.Integer({ description: 'How many nodes the workflow has.' }),
    device: Type.Optional(Device),
    api: oneOf(['kinograph', 'comfy'] as const),
    client: Type.Optional(Type.String()),
    owner: Type.Optional(Type.String()),
    attempts: Type.Integer({ description: 'How often it was started.' }),
    deaths: Type.Integer({ description: 'How many workers died while it ran.' }),
    created: Milliseconds,
    started: Type.Optional(Milliseconds),
    ended: Type.Optional(Milliseconds),
    notBefore: Type.Optional(Milliseconds),
    problem: Type.Optional(ProblemSchema),
  },
  { $id: 'Job', description: 'A job, without its workflow and its result.' },
))

export const FileSchema = typed<PublishedFile>()(Type.Object(
  {
    node: Type.String({ description: 'Path of the node that made it.' }),
    index: Type.Integer(),
    filename: Type.String(),
    subfolder: Type.String({ description: 'Below the output folder.' }),
    bytes: Type.Integer(),
    sha256: Type.String(),
  },
  { $id: 'File', description: 'A file below the output folder: /api/assets/output/{subfolder}/{filename}.' },
))

const NodeOutcomeSchema = typed<NodeOutcome>()(Type.Object(
  {
    node: Type.String(),
    shown: Type.String({ description: 'The node of the file that it belongs to.' }),
    state: oneOf(['done', 'cached', 'failed', 'skipped', 'cancelled'] as const),
    seconds: Type.Optional(Type.Number()),
    ui: Type.Optional(loose<UiResult>(Type.Any({ description: 'What it shows.' }))),
  },
  { $id: 'NodeOutcome' },
))

const NamedOutputSchema = Type.Object(
  {
    name: Type.String(),
    node: Type.String(),
    output: Type.String(),
    socket: loose<SocketType>(SocketTypeSchema),
    value: Type.Optional(AnyJson),
  },
  { $id: 'NamedOutput', description: 'What came out at an output that the workflow names.' },
)

export const ResultSchema = typed<JobResult>()(Type.Object(
  {
    seconds: Type.Number(),
    files: Type.Array(FileSchema),
    outputs: Type.Array(NamedOutputSchema),
    nodes: Type.Array(NodeOutcomeSchema),
    ran: Type.Integer({ description: 'How many nodes ran.' }),
    cached: Type.Array(Type.String()),
    seeds: Type.Array(loose<ResolvedSeed>(Type.Any({ description: 'A seed that was drawn or given: node, input, value.' }))),
    prompts: Type.Array(loose<ResolvedPrompt>(Type.Any({ description: 'A text whose choices were resolved.' }))),
    dropped: Type.Optional(Type.Integer({ description: 'Outputs that were left out, since something is wrong with them.' })),
    made: Type.Object({
      engine: Type.String(), runtime: Type.Optional(Type.String()), node: Type.String(), device: Device,
    }),
  },
  { $id: 'Result', description: 'What a job left.' },
))

export const JobDetail = Type.Object(
  {
    job: JobSchema,
    result: Type.Optional(ResultSchema),
    ahead: Type.Optional(Type.Integer({ description: 'How many jobs wait before it, while it is queued; at most 1000 are counted.' })),
  },
  { $id: 'JobDetail' },
)

export const JobPageSchema = Type.Object(
  {
    jobs: Type.Array(JobSchema),
    next: Type.Optional(Type.String({ description: 'For `after` of the next page; absent on the last.' })),
    total: Type.Integer(),
  },
  { $id: 'JobPage' },
)

/** Where a job goes in the queue. */
export const Place = Type.Union(
  [Type.Literal('front'), Type.Literal('end'), Type.Object({ before: Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' }) }, { additionalProperties: false })],
  { $id: 'Place', expects: '"front", "end" or {"before": id}', description: '`front`, `end`, or before another job.' },
)

const Inputs = loose<Readonly<Record<string, Json>>>(Type.Record(Type.String(), AnyJson, {
  description: 'Values for the workflow\'s parameters, by name.', expects: 'an object of values by the names of parameters',
}))

/** What can be said beside the workflow. */
export const OVERRIDES = {
  inputs: Type.Optional(Inputs),
  set: Type.Optional(Type.Array(Type.String({ maxLength: 1_000_000 }), { maxItems: 1000, description: '`node.input=value`, each.' })),
  targets: Type.Optional(Type.Array(Type.String(), { maxItems: 10_000, description: 'Run up to these nodes; all output nodes when left out.' })),
  device: Type.Optional(Device),
}

export const SUBMIT_OPTIONS = {
  ...OVERRIDES,
  id: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$', description: 'Chosen by the client.', expects: 'an id: 1 to 64 letters, digits, - and _' })),
  title: Type.Optional(Type.String({ maxLength: 500 })),
  strict: Type.Optional(Type.Boolean({ description: 'Refuse the whole when a part of it can\'t be made.' })),
  place: Type.Optional(Place),
  client: Type.Optional(Type.String({ maxLength: 200, description: 'A name for whoever wants its events.' })),
}

export const SubmitOptions = Type.Object(SUBMIT_OPTIONS, { additionalProperties: false })

const source = {
  workflow: Type.Optional(Type.Union([Type.Object({}), Type.String({ maxLength: 500 })], {
    description: 'A workflow in any format, or the name of a saved one.', expects: 'a workflow, or the name of a saved one',
  })),
}

/** A job to be submitted: a workflow or the name of a saved one, and what is to be other than the file says. */
export const SubmitSchema = Type.Object({ ...source, ...SUBMIT_OPTIONS }, { $id: 'Submit', additionalProperties: false })
/** A question about a workflow: what would it do, is it right. */
export const QuestionSchema = Type.Object({ ...source, ...OVERRIDES }, { $id: 'Question', additionalProperties: false })

export const SubmittedSchema = Type.Object(
  {
    job: JobSchema,
    ahead: Type.Integer({ description: 'Jobs that wait before it.' }),
    problems: Type.Optional(Type.Array(ProblemSchema, { description: 'What is wrong with outputs that are left out.' })),
  },
  { $id: 'Submitted' },
)
