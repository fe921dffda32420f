import { existsSync } from 'node:fs'

/** Debian's chromium package brings a Vulkan loader and a driver (SwiftShader) that computes on the processor. */
const FOLDER = '/usr/lib/chromium'
const LOADER = `${FOLDER}/libvulkan.so.1`
const DRIVER = `${FOLDER}/vk_swiftshader_icd.json`

/** RTLD_NOW | RTLD_NODELETE (dlfcn.h): the library stays although it is no addon. */
const KEEP_LOADED = 0x1002

/**
 * Lets `webgpu` run on a software GPU where there is no other: slow, for tests. Call it in the main thread, before a
 * webgpu device is opened; KINOGRAPH_SOFTWARE_GPU=1 does. A driver that VK_ICD_FILENAMES names is left as it is. False
 * where chromium isn't installed.
 */
export function useSoftwareGpu(): boolean {
  if (process.env['VK_ICD_FILENAMES']) return true
  if (!existsSync(LOADER) || !existsSync(DRIVER)) return false
  try {
    process.dlopen({ exports: {} }, LOADER, KEEP_LOADED)
  } catch {
    // "did not self-register": loaded all the same, and found from now on by its name, libvulkan.so.1
  }
  process.env['VK_ICD_FILENAMES'] = DRIVER
  return true
}
