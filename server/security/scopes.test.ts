import { expect, test } from 'vitest'
import { API_ROUTES } from '../api/routes.ts'
import { partsOf } from '../api/spec.ts'
import type { Scope } from '../services.ts'
import { scopeFor } from './scopes.ts'

const RANK: Readonly<Record<Scope, number>> = { run: 0, edit: 1, admin: 2 }

test.each(Object.entries(API_ROUTES))('%s is not held back from those that it is for, and asks at least for edit where it does', (key, { scope }) => {
  const { method, path } = partsOf(key)
  const needed = scopeFor(method, `/api${path.replace(/\{[^}]+\}/g, 'x')}`)
  expect(RANK[needed]).toBeLessThanOrEqual(RANK[scope])
  if (scope === 'edit') expect(needed).toBe('edit')
})

test.each([
  ['POST', '/prompt', 'run'], ['POST', '/api/prompt', 'run'], ['POST', '/api/interrupt', 'run'], ['PATCH', '/internal/logs/subscribe', 'run'], ['POST', '/upload/mask', 'edit'], ['DELETE', '/userdata/a%2Fb', 'edit'],
  ['POST', '/userdata/a/move/b', 'edit'], ['POST', '/free', 'admin'], ['POST', '/settings', 'admin'], ['POST', '/api/settings/x', 'admin'], ['POST', '/users', 'admin'],
  ['POST', '/manager/reboot', 'admin'], ['POST', '/', 'admin'], ['POST', '', 'admin'], ['POST', '/promptx', 'admin'], ['POST', '/prompt/x', 'admin'], ['POST', '/api/api/prompt', 'admin'],
  ['PROPFIND', '/prompt', 'run'], ['GET', '/settings', 'run'], ['get', '/settings', 'admin'], [undefined, '/x', 'admin'],
] as const)('%s %s needs %s', (method, path, scope) => expect(scopeFor(method, path)).toBe(scope))
