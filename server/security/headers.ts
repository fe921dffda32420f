/** Headers of every answer: what a browser may do with what we send. */
import type { RequestHandler } from 'express'

/** Pages of ours: scripts and styles from files of ours only; nothing may frame them. */
const PAGES = [
  "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob:", "media-src 'self' blob:",
  "font-src 'self'", "connect-src 'self'", "worker-src 'self' blob:", "manifest-src 'self'", "form-action 'self'",
  "base-uri 'none'", "frame-ancestors 'none'",
].join('; ')

/** Files that people made or uploaded: shown, never run, as if from nowhere. */
const FILES = "default-src 'none'; img-src 'self'; media-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"

/** Where files of people are served. */
const FILE_PATHS = /^(?:(?:\/api)?\/(?:v2\/)?(?:view|userdata)|\/api\/(?:assets|previews))(?:[/?]|$)/i

const ALWAYS = Object.entries({
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  // Not no-referrer: with it, browsers send "Origin: null" from our own forms.
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), display-capture=(), geolocation=(), hid=(), microphone=(), midi=(), payment=(), serial=(), usb=()',
})

/** Sets them. */
export const safeHeaders: RequestHandler = (request, response, next) => {
  for (const [name, value] of ALWAYS) response.setHeader(name, value) // not set(): this is on the way of every request
  response.setHeader('Content-Security-Policy', FILE_PATHS.test(request.url) ? FILES : PAGES)
  next()
}
