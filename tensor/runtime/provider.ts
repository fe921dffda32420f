import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

import type { DeviceKind } from './device.ts'

/** What a device lacks, and the step that mends it. */
export interface Missing {
  readonly problem: string
  readonly remedy: string
}

/** Folder of the installed onnxruntime-node package. */
export const runtimeFolder = (): string =>
  dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'))

/** What can be known to be missing without loading anything; null where trying is the way to know. */
export function missingFor(kind: DeviceKind): Missing | null {
  if (kind === 'cuda') return missingForCuda()
  const driver = process.env['VK_ICD_FILENAMES']
  if (kind !== 'webgpu' || !driver || driver.split(':').some((path) => existsSync(path))) return null
  return {
    problem: `VK_ICD_FILENAMES names a Vulkan driver that is not there (${driver})`,
    remedy: "Correct its path, or unset it to use the system's driver.",
  }
}

function missingForCuda(): Missing | null {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return {
      problem: `ONNX Runtime has no CUDA provider for Node on ${process.platform}-${process.arch}`,
      remedy: 'Use --device webgpu or cpu.',
    }
  }
  if (!existsSync('/proc/driver/nvidia/version') && !existsSync('/dev/dxg')) {
    return {
      problem: 'there is no NVIDIA driver',
      remedy: 'Install it (https://www.nvidia.com/drivers; `nvidia-smi` must work), or use --device cpu.',
    }
  }
  const provider = join(runtimeFolder(), 'bin', 'napi-v6', 'linux', 'x64', 'libonnxruntime_providers_cuda.so')
  if (existsSync(provider)) return null
  return {
    problem: "ONNX Runtime's CUDA provider is not installed (it is not on npm, so `npm install` leaves it out)",
    remedy: CUDA_INSTALL,
  }
}

/** The package's own install script, which .npmrc turns off, fetches the provider from NuGet. */
const CUDA_INSTALL = 'Run `ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node --foreground-scripts`.'

/** The step that mends a device that could not run, by what ONNX Runtime said. */
export function remedyFor(kind: DeviceKind, message: string): string {
  const library = message.match(/(lib[\w.+-]+\.so[\w.]*): cannot open/)?.[1]
  if (kind === 'cuda') {
    if (library) return `Install the CUDA and cuDNN version that has ${library}, and put its folder on LD_LIBRARY_PATH.`
    return 'Check `nvidia-smi`, and that the installed CUDA and cuDNN are those that ONNX Runtime asks for.'
  }
  if (kind === 'cpu') return 'Run `npm install` again.'
  if (process.platform !== 'linux') return 'Update the graphics driver.'
  return (
    'Run `sudo apt install libvulkan1 mesa-vulkan-drivers` (an NVIDIA driver brings its own). Without a GPU: ' +
    '`sudo apt install chromium` and VK_ICD_FILENAMES=/usr/lib/chromium/vk_swiftshader_icd.json (slow).'
  )
}
