/** The page on ComfyUI's interface lists the routes that there are. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Router } from 'express'
import { expect, test } from 'vitest'
import { defaultConfig } from '../config/defaults.ts'
import { openFeed } from '../events/open-feed.ts'
import type { Services } from '../services.ts'
import { comfyRoutes } from './routes.ts'

interface Layer {
  readonly route?: { readonly path: string | readonly string[]; readonly methods: Readonly<Record<string, boolean>> }
  readonly handle?: { readonly stack?: readonly Layer[] }
}

/** `GET /history/{id}` for each route of a router and of those in it. */
function routesOf(layers: readonly Layer[]): string[] {
  return layers.flatMap(({ route, handle }) => {
    if (route === undefined) return routesOf(handle?.stack ?? [])
    const methods = Object.keys(route.methods).map((method) => method.toUpperCase())
    return [route.path].flat().flatMap((path) => methods.map((method) => `${method} ${path.replace(/:(\w+)/g, '{}')}`))
  })
}

/** The same out of the page's table: `GET`, `POST /a`, `/b`. */
function routesIn(page: string): string[] {
  const rows = page.split('## Routes')[1]!.split('\n').filter((line) => line.startsWith('| `'))
  return rows.flatMap((row) => {
    let methods: string[] = []
    let isNew = true
    return [...row.split('|')[1]!.matchAll(/`([^`]+)`/g)].flatMap(([, text]) => {
      const [, method, path] = /^([A-Z]+)? ?(\/.*)?$/.exec(text!) ?? []
      if (method !== undefined) methods = isNew ? [method] : [...methods, method]
      isNew = path !== undefined
      return path === undefined || path.startsWith('?') ? [] : methods.map((one) => `${one} ${path.split('?')[0]!.replace(/\{\w+\}/g, '{}')}`)
    })
  })
}

test('every route is on the page, and the page names no other', () => {
  const config = defaultConfig('/nowhere')
  // Routes look at nothing but these before they are asked.
  const services = { config, folders: { ...config.folders, temp: '/nowhere/temp' }, feed: openFeed({ waiting: () => [] }) } as unknown as Services
  const there = routesOf((comfyRoutes(services) as Router & { readonly stack: readonly Layer[] }).stack as readonly Layer[])
  const page = readFileSync(join(import.meta.dirname, '../../docs/comfyui-api.md'), 'utf8')
  expect(new Set(routesIn(page).filter((route) => route !== 'GET /ws'))).toEqual(new Set(there))
})
