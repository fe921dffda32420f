/** The answer to `doctor`. */
import { execFile } from 'node:child_process'
import { access, constants, mkdir } from 'node:fs/promises'
import { availableParallelism, cpus } from 'node:os'
import { promisify } from 'node:util'
import { findFfmpeg } from '../media/index.ts'
import { availableMemory, probeDevices } from '../tensor/runtime/index.ts'
import { modelRows } from './list-models.ts'
import type { DoctorRow, Folders } from './protocol.ts'

/** Below this even the embedded model gets tight. */
const LITTLE_MEMORY = 1e9

export async function diagnose(folders: Folders): Promise<DoctorRow[]> {
  const rows = await Promise.all([node(), processor(), memory(), devices(), ffmpeg(), pictures(), writable('temporary folder', folders.temp), models(folders)])
  return rows.flat()
}

function node(): DoctorRow {
  const [major, minor] = process.versions.node.split('.').map(Number)
  const ok = major > 20 || (major === 20 && minor >= 19)
  return { what: 'Node.js', ok, optional: false, found: process.versions.node, ...(!ok && { remedy: 'Install Node.js 20.19 or newer.' }) }
}

function processor(): DoctorRow {
  return { what: 'processor', ok: true, optional: false, found: `${cpus()[0]?.model.trim() ?? process.arch}, ${availableParallelism()} threads` }
}

function memory(): DoctorRow {
  const bytes = availableMemory()
  const ok = bytes >= LITTLE_MEMORY
  return {
    what: 'memory', ok, optional: true, found: `${(bytes / 1e9).toFixed(1)} GB can be had`,
    ...(!ok && { remedy: 'Close other programs, or give this container more memory.' }),
  }
}

async function devices(): Promise<DoctorRow[]> {
  const reports = await probeDevices()
  return reports.map(({ kind, available, detail, remedy }) => ({
    what: `device ${kind}`, ok: available, optional: kind !== 'cpu', found: detail, ...(remedy !== null && { remedy }),
  }))
}

/** Starts ffmpeg: a binary for another machine would be found, but not run. */
async function ffmpeg(): Promise<DoctorRow> {
  const what = 'ffmpeg (saves videos)'
  const remedy = 'Run "npm install" again, or install ffmpeg with libx264 and set FFMPEG_PATH to its path.'
  try {
    const { path, source } = await findFfmpeg()
    const { stdout } = await promisify(execFile)(path, ['-hide_banner', '-encoders'], { timeout: 20_000, maxBuffer: 2 ** 22 })
    const ok = stdout.includes('libx264')
    return { what, ok, optional: false, found: `${path} (${source})${ok ? '' : ' has no libx264'}`, ...(!ok && { remedy }) }
  } catch (error) {
    return { what, ok: false, optional: false, found: messageOf(error), remedy }
  }
}

async function pictures(): Promise<DoctorRow> {
  const what = 'sharp (reads and saves pictures)'
  try {
    const { default: sharp } = await import('sharp')
    return { what, ok: true, optional: false, found: `${sharp.versions.sharp ?? 'there'}, libvips ${sharp.versions.vips}` }
  } catch (error) {
    return { what, ok: false, optional: false, found: messageOf(error), remedy: 'Run "npm install" again: its binary for this machine is missing.' }
  }
}

async function writable(what: string, folder: string): Promise<DoctorRow> {
  try {
    await mkdir(folder, { recursive: true })
    await access(folder, constants.W_OK)
    return { what, ok: true, optional: false, found: folder }
  } catch (error) {
    return { what, ok: false, optional: false, found: messageOf(error), remedy: 'Set TMPDIR to a folder that may be written.' }
  }
}

async function models({ models: folder }: Folders): Promise<DoctorRow> {
  const there = (await modelRows(folder)).filter(({ path }) => path !== undefined)
  const ok = there.length > 0
  const found = ok ? there.map(({ name }) => name).join(', ') : `none in ${folder}`
  return { what: 'models', ok, optional: false, found, ...(!ok && { remedy: '"kinograph models" lists where they can be had.' }) }
}

const messageOf = (error: unknown) => error instanceof Error ? error.message.split('\n')[0] : String(error)
