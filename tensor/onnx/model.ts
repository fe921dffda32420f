/** ONNX files in memory (onnx.proto): graph, initializers inline or lying in other files. */
import type { DType, TensorArray } from '../graph/dtype.ts'
import type { Dim } from '../graph/dim.ts'
import { dimText } from '../graph/dim.ts'
import { Message } from './protobuf.ts'

/** An operator's attribute; the kind is spelled out because JavaScript has one type of number. */
export type Attribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly ints: readonly number[] }

export interface OnnxNode {
  readonly name: string
  readonly op: string
  readonly domain: string
  /** Names of values; '' for an optional input left out. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Readonly<Record<string, Attribute>>
}

export interface OnnxValue {
  readonly name: string
  readonly dtype: DType
  readonly shape: readonly Dim[]
}

export interface OnnxInitializer {
  readonly name: string
  readonly dtype: DType
  readonly shape: readonly number[]
  /** The elements, or where they lie; `location` is relative to the folder given to the session. */
  readonly data: TensorArray | { readonly location: string; readonly offset: number; readonly length: number }
}

export interface OnnxGraph {
  readonly name: string
  readonly inputs: readonly OnnxValue[]
  readonly outputs: readonly OnnxValue[]
  readonly initializers: readonly OnnxInitializer[]
  readonly nodes: readonly OnnxNode[]
}

/** ai.onnx 20 is the newest set for which the WebGPU provider has every kernel that the models use. */
const OPSETS = { '': 20, 'com.microsoft': 1 }
const IR_VERSION = 9

/** TensorProto.DataType. */
export const TYPE_CODE: Readonly<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  bfloat16: 16,
}

/** Encodes a graph as an ONNX ModelProto. */
export function encodeModel(graph: OnnxGraph): Uint8Array {
  const model = new Message().int(1, IR_VERSION).string(2, 'kinograph').message(7, graphProto(graph))
  for (const [domain, version] of Object.entries(OPSETS))
    model.message(8, new Message().string(1, domain).int(2, version))
  return model.finish()
}

function graphProto(graph: OnnxGraph): Message {
  const out = new Message()
  for (const node of graph.nodes) out.message(1, nodeProto(node))
  out.string(2, graph.name)
  for (const initializer of graph.initializers) out.message(5, tensorProto(initializer))
  for (const input of graph.inputs) out.message(11, valueInfo(input))
  for (const output of graph.outputs) out.message(12, valueInfo(output))
  return out
}

function nodeProto(node: OnnxNode): Message {
  const out = new Message()
  for (const input of node.inputs) out.string(1, input)
  for (const output of node.outputs) out.string(2, output)
  out.string(3, node.name).string(4, node.op)
  for (const [name, attribute] of Object.entries(node.attributes)) out.message(5, attributeProto(name, attribute))
  return node.domain ? out.string(7, node.domain) : out
}

function attributeProto(name: string, attribute: Attribute): Message {
  const out = new Message().string(1, name)
  if ('float' in attribute) return out.float(2, attribute.float).int(20, 1)
  if ('int' in attribute) return out.int(3, attribute.int).int(20, 2)
  if ('string' in attribute) return out.string(4, attribute.string).int(20, 3)
  return out.ints(8, attribute.ints).int(20, 7)
}

function tensorProto({ name, dtype, shape, data }: OnnxInitializer): Message {
  const out = new Message().ints(1, shape).int(2, TYPE_CODE[dtype]).string(8, name)
  if (ArrayBuffer.isView(data)) return out.bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  for (const [key, value] of Object.entries(data))
    out.message(13, new Message().string(1, key).string(2, String(value)))
  return out.int(14, 1)
}

function valueInfo({ name, dtype, shape }: OnnxValue): Message {
  const dims = new Message()
  for (const dim of shape) {
    dims.message(1, typeof dim === 'number' ? new Message().int(1, dim) : new Message().string(2, dimText(dim)))
  }
  const tensor = new Message().int(1, TYPE_CODE[dtype]).message(2, dims)
  return new Message().string(1, name).message(2, new Message().message(1, tensor))
}
