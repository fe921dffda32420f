/** ComfyUI's routes, for clients and front ends that were made for it. Mounted at the root and below `/api`. */
import { Router } from 'express'
import type { Services } from '../services.ts'
import { comfyErrors } from './errors.ts'
import { historyRoutes } from './history.ts'
import { logRoutes } from './logs.ts'
import { modelRoutes } from './models.ts'
import { objectInfoRoutes } from './object-info/routes.ts'
import { promptRoutes } from './prompt/routes.ts'
import { queueRoutes } from './queue.ts'
import { settingsRoutes } from './settings.ts'
import { systemRoutes } from './system.ts'
import { uploadRoutes } from './files/upload.ts'
import { userdataRoutes } from './files/userdata.ts'
import { viewRoutes } from './files/view.ts'

/** All of them; those that are asked for most come first. */
export function comfyRoutes(services: Services): Router {
  return Router()
    .use(promptRoutes(services))
    .use(historyRoutes(services))
    .use(queueRoutes(services))
    .use(viewRoutes(services))
    .use(uploadRoutes(services))
    .use(objectInfoRoutes(services))
    .use(systemRoutes(services))
    .use(modelRoutes(services))
    .use(userdataRoutes(services))
    .use(settingsRoutes(services))
    .use(logRoutes(services))
    .use(comfyErrors(services))
}
