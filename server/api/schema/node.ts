/** Node definitions as the API describes them. */
import { Type } from '@sinclair/typebox'
import type { InputDefinition, NodeDefinition, OutputDefinition } from '../../../core/types/definition.ts'
import { SocketTypeSchema } from './common.ts'
import { loose } from './typed.ts'

const InputSchema = loose<InputDefinition>(Type.Object(
  { name: Type.String(), socket: SocketTypeSchema, required: Type.Boolean() },
  { $id: 'InputDefinition', additionalProperties: true, description: 'An input, with its default, range and choices.' },
))

const OutputSchema = loose<OutputDefinition>(Type.Object(
  { name: Type.String(), socket: SocketTypeSchema, tooltip: Type.Optional(Type.String()), each: Type.Optional(Type.Literal(true)) },
  { $id: 'OutputDefinition' },
))

export const NodeSchema = loose<NodeDefinition>(Type.Object(
  {
    type: Type.String(),
    version: Type.Integer(),
    title: Type.String(),
    category: Type.String(),
    summary: Type.Optional(Type.String()),
    resource: Type.String(),
    output: Type.Boolean({ description: 'Whether a run asks for this node on its own.' }),
    idempotent: Type.Boolean(),
    plugin: Type.Optional(Type.String()),
    inputs: Type.Array(InputSchema),
    outputs: Type.Array(OutputSchema),
    hooks: Type.Object({ validate: Type.Boolean(), fingerprint: Type.Boolean() }),
  },
  { $id: 'NodeDefinition', additionalProperties: true },
))
