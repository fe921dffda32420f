/** /api/nodes: what can stand in a workflow. */
import { Type } from '@sinclair/typebox'
import type { Router } from 'express'
import type { Definitions, NodeDefinition } from '../../core/types/definition.ts'
import type { JsonObject } from '../../core/types/json.ts'
import { didYouMean } from '../../core/workflow/suggest.ts'
import type { Services } from '../services.ts'
import { missing } from './errors.ts'
import { ANSWERED, implement } from './implement.ts'
import { nodeInputsSchema, nodeTypes } from './input-schema.ts'
import { NodeSchema } from './schema/node.ts'
import { loose } from './schema/typed.ts'
import type { Routes } from './spec.ts'

const FRESH = Type.Optional(Type.Boolean({ default: false, description: 'Look choices (files of a folder) up again.' }))
const TYPE = Type.Object({ type: Type.String({ maxLength: 500, description: 'The type of a node.' }) })

export const nodeRoutes = {
  'GET /nodes': {
    operation: 'listNodes', tag: 'nodes', scope: 'run', summary: 'Definitions of all node types',
    query: Type.Object({ fresh: FRESH }, { additionalProperties: false }),
    replies: { 200: Type.Object({ nodes: Type.Array(NodeSchema) }) },
    errors: [503],
  },
  'GET /nodes/types.d.ts': {
    operation: 'getNodeTypes', tag: 'nodes', scope: 'run', summary: 'TypeScript declarations of all node types',
    replies: { 200: { content: { 'text/plain': Type.String() } } },
    errors: [503],
  },
  'GET /nodes/{type}': {
    operation: 'getNode', tag: 'nodes', scope: 'run', summary: 'One definition, with a JSON Schema of its inputs and their TypeScript types',
    params: TYPE,
    query: Type.Object({ fresh: FRESH }, { additionalProperties: false }),
    replies: {
      200: Type.Object({
        node: NodeSchema,
        schema: loose<JsonObject>(Type.Object({}, { description: 'JSON Schema of `inputs`.' })),
        types: Type.String({ description: 'TypeScript declarations.' }),
      }),
    },
    errors: [404, 503],
  },
} as const satisfies Routes

export function nodeRouter(services: Services): Router {
  const { desk } = services
  return implement(nodeRoutes, services, {
    'GET /nodes': async ({ query }) => ({ nodes: shown(await desk.definitions(query.fresh === true)) }),
    'GET /nodes/types.d.ts': async ({ response }) => {
      response.type('text/plain').send(nodeTypes(shown(await desk.definitions())))
      return ANSWERED
    },
    'GET /nodes/{type}': async ({ params, query }) => {
      const node = await definitionOf(services, params.type, query.fresh === true)
      return { node, schema: nodeInputsSchema(node), types: nodeTypes([node]) }
    },
  })
}

/** Without those that only expansions hold: nobody writes them into a workflow. */
const shown = (definitions: Definitions) => [...definitions.values()].filter(({ internal }) => !internal)

async function definitionOf({ desk }: Services, type: string, fresh: boolean): Promise<NodeDefinition> {
  const definitions = await desk.definitions(fresh)
  const node = definitions.get(type)
  if (node === undefined || node.internal) throw missing(`the node type "${type}"`, didYouMean(type, shown(definitions).map((one) => one.type)) ?? 'GET /api/nodes lists them.')
  return node
}
