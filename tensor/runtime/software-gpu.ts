import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Debian's chromium package brings a Vulkan driver (SwiftShader) that computes on the processor. */
const DRIVER = '/usr/lib/chromium/vk_swiftshader_icd.json'
const LOADER = 'libvulkan.so.1'
/** RTLD_NOW | RTLD_NODELETE (dlfcn.h): the library stays although it is no addon. */
const KEEP_LOADED = 0x1002

/**
 * Lets `webgpu` run on a software GPU where there is no other: slow, for tests. Call it in the main thread, before a
 * webgpu device is opened; KINOGRAPH_SOFTWARE_GPU=1 does. A driver that VK_ICD_FILENAMES names is left as it is. False
 * where chromium isn't installed.
 */
export function useSoftwareGpu(): boolean {
  if (!process.env['VK_ICD_FILENAMES'] && !existsSync(DRIVER)) return false
  process.env['VK_ICD_FILENAMES'] ||= DRIVER
  loadVulkan()
  return true
}

/** What webgpu needs done in the main thread before the runtime looks for a GPU. KINOGRAPH_SOFTWARE_GPU=1 is for tests. */
export function prepareWebGpu(): void {
  if (process.env['KINOGRAPH_SOFTWARE_GPU'] === '1') useSoftwareGpu()
  else loadVulkan()
}

/**
 * Where a Vulkan loader may be: the system's, then the one beside the driver that VK_ICD_FILENAMES names (chromium has
 * both in one folder). Empty where no driver is named, or the loader could not be missing.
 */
export function vulkanLoaders(): string[] {
  const [driver] = process.env['VK_ICD_FILENAMES']?.split(':') ?? []
  return driver && process.platform === 'linux' ? [LOADER, join(dirname(driver), LOADER)] : []
}

/** Loads the first loader that is there; the runtime finds it from then on by its name. */
const loadVulkan = (): boolean => vulkanLoaders().some(load)

/** True when the library is there: Node then complains only that it "did not self-register", as addons do. */
function load(library: string): boolean {
  try {
    process.dlopen({ exports: {} }, library, KEEP_LOADED)
  } catch (error) {
    return error instanceof Error && !error.message.includes('cannot open')
  }
  return true
}
