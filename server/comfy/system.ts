/** What clients ask of the machine and of the server's make. */
import { freemem, totalmem } from 'node:os'
import { Router } from 'express'
import packageJson from '../../package.json' with { type: 'json' }
import type { JsonObject } from '../../core/types/json.ts'
import type { DeviceName } from '../../worker/protocol.ts'
import type { Services } from '../services.ts'
import { featureFlags } from './features.ts'

/** The version of ComfyUI whose interface this is. */
export const COMFY_VERSION = '0.3.64'

/** `/system_stats`, `/features`, and what there is nothing of: embeddings, extensions, templates, translations. */
export function systemRoutes(services: Services): Router {
  return Router()
    .get('/system_stats', (_request, response) => {
      response.json({ system: system(services), devices: services.config.devices.map(device) })
    })
    .get('/features', (_request, response) => {
      response.json(featureFlags(services))
    })
    .get(['/embeddings', '/extensions'], (_request, response) => {
      response.json([])
    })
    .get(['/workflow_templates', '/i18n', '/global_subgraphs'], (_request, response) => {
      response.json({})
    })
}

/** Names of ComfyUI's fields are kept where there is something else behind them. */
function system({ config }: Services): JsonObject {
  return {
    os: process.platform,
    ram_total: totalmem(),
    ram_free: freemem(),
    comfyui_version: COMFY_VERSION,
    required_frontend_version: '',
    installed_templates_version: '',
    required_templates_version: '',
    python_version: `none (Node.js ${process.version})`,
    pytorch_version: 'none (ONNX Runtime)',
    embedded_python: false,
    argv: ['kinograph', 'serve', ...(config.safe ? ['--safe'] : [])],
    kinograph_version: packageJson.version,
  }
}

/** The processor uses the machine's memory; of other devices only a worker could say, and none is asked for this. */
function device(name: DeviceName, index: number): JsonObject {
  const [total, free] = name === 'cpu' ? [totalmem(), freemem()] : [0, 0]
  return { name, type: name, index, vram_total: total, vram_free: free, torch_vram_total: total, torch_vram_free: free }
}
