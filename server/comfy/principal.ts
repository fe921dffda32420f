/** Whose request it is, and which jobs are theirs to see and to stop. */
import type { Response } from 'express'
import type { Job } from '../job/job.ts'
import { LOCAL } from '../security/tokens.ts'
import type { Principal, Services } from '../services.ts'

/** Who a request comes from, as security/ found it. */
export function principalOf(response: Response): Principal {
  return response.locals['principal'] as Principal // set by security/ before any route
}

/** The name that a job is kept under: none where no tokens tell people apart. */
export function ownerOf({ config }: Pick<Services, 'config'>, { name }: Principal): string | undefined {
  return config.tokens.length === 0 && name === LOCAL.name ? undefined : name // tokens may come while it runs
}

/** Whether a job may be looked at and stopped: one's own, and all of them by administrators. */
export function isTheirs({ owner }: Pick<Job, 'owner'>, { name, scopes }: Principal): boolean {
  return owner === undefined || owner === name || scopes.has('admin')
}

/** For lists: the owner whose jobs they are to be held to; `undefined` for those who may see all. */
export function onlyOf(services: Pick<Services, 'config'>, principal: Principal): string | undefined {
  return principal.scopes.has('admin') ? undefined : ownerOf(services, principal)
}
