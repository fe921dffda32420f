/** Which runtime the workers compute with. */
import { createRequire } from 'node:module'

let known: string | undefined

/** `onnxruntime 1.24.3`: that of the package which is installed. */
export function runtimeVersion(): string {
  known ??= `onnxruntime ${(createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string }).version}` // the file is npm's
  return known
}
