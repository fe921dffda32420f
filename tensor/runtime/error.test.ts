import { expect, test } from 'vitest'

import { DeviceError, errorData, errorFrom, MemoryError, runtimeMessage } from './error.ts'

test.each([
  new DeviceError({ problem: 'it broke', remedy: 'Mend it.' }),
  new MemoryError({ problem: 'too large', remedy: 'Use less.', needed: 5, available: 3 }),
  new TypeError('x is not a function'),
])('%s crosses threads', (error) => {
  const crossed = errorFrom(structuredClone(errorData(error)))
  expect(String(crossed)).toBe(String(error))
  expect(crossed.name).toBe(error.name)
  if (error instanceof DeviceError) expect(crossed).toBeInstanceOf(error.constructor)
  expect({ ...crossed }).toMatchObject({ ...error })
})

test.each([
  [
    '[ONNXRuntimeError] : 2 : INVALID_ARGUMENT : Got invalid dimensions for input: x.',
    'Got invalid dimensions for input: x',
  ],
  [
    "Non-zero status code returned while running MatMul node. Name:'blocks.0/MatMul' Status Message: /onnxruntime_src/onnxruntime/core/providers/cpu/math/matmul_helper.h:143 onnxruntime::common::Status onnxruntime::MatMulComputeHelper::Compute(const onnxruntime::TensorShape&, const onnxruntime::TensorShape&, bool, bool, bool, bool) left operand cannot broadcast on dim 0\n",
    'MatMul "blocks.0/MatMul": left operand cannot broadcast on dim 0',
  ],
  [
    'onnxruntime::webgpu::WebGpuContext::Initialize(const onnxruntime::webgpu::WebGpuContextConfig&)::<lambda()> adapter_result.status == wgpu::RequestAdapterStatus::Success was false. Failed to get a WebGPU adapter: No supported adapters.',
    'Failed to get a WebGPU adapter: No supported adapters',
  ],
])('the useful part of %j', (message, useful) => {
  expect(runtimeMessage(new Error(message))).toBe(useful)
})
