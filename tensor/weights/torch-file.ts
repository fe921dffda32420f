import { DTYPE_BYTES, elementCount, type DType } from '../graph/dtype.ts'
import type { TensorEntry } from '../graph/entry.ts'
import { withFile, type WeightsFile } from './file.ts'
import { PickledDict, PickledGlobal, PickledList, readPickle, type Pickled } from './pickle.ts'
import { byteCount, type WeightsIndex } from './safetensors.ts'
import { looksLikeZip, readRecord, readZip, type ZipRecord } from './zip.ts'

/** Largest pickle that is read: 10⁵ tensors take about 20 MB. */
const MAX_PICKLE_BYTES = 100_000_000
const MAX_TENSORS = 1_000_000

const STORAGES: ReadonlyMap<string, DType> = new Map([
  ['torch.FloatStorage', 'float32'],
  ['torch.HalfStorage', 'float16'],
  ['torch.BFloat16Storage', 'bfloat16'],
  ['torch.DoubleStorage', 'float64'],
  ['torch.LongStorage', 'int64'],
  ['torch.IntStorage', 'int32'],
  ['torch.CharStorage', 'int8'],
  ['torch.ByteStorage', 'uint8'],
  ['torch.BoolStorage', 'bool'],
])

const REBUILD_TENSOR = 'torch._utils._rebuild_tensor_v2'
const REBUILD_PARAMETER = 'torch._utils._rebuild_parameter'
const ORDERED_DICT = 'collections.OrderedDict'

/** A tensor's storage: one record of the zip file. */
class Storage {
  readonly made = 'storage'
  readonly dtype: DType
  readonly record: ZipRecord
  constructor(dtype: DType, record: ZipRecord) {
    this.dtype = dtype
    this.record = record
  }
}

/** A view into a storage, sizes and strides in elements. */
class TensorView {
  readonly made = 'tensor'
  readonly storage: Storage
  readonly start: number
  readonly shape: readonly number[]
  readonly stride: readonly number[]
  constructor(storage: Storage, start: number, shape: readonly number[], stride: readonly number[]) {
    this.storage = storage
    this.start = start
    this.shape = shape
    this.stride = stride
  }
}

/**
 * Reads the index of a checkpoint that PyTorch's `torch.save` wrote (1.6 and later: a zip file of a pickle and raw
 * storages). Tensors stay in place in the zip file. The state dict may be the pickle's root, lie under `state_dict`, or
 * be the only dict of tensors in it; tensors may share a storage. Nothing is run (see `readPickle`). Throws
 * CheckpointError.
 */
export const readTorchFile = (path: string): Promise<WeightsIndex> =>
  withFile(path, 'Download or copy the file again, or use its .safetensors version.', async (file) => {
    await checkStart(file)
    const records = await readZip(file)
    const folder = pickleFolder(file, records)
    await checkByteOrder(file, records.get(`${folder}byteorder`))
    const pickle = await readRecord(file, records.get(`${folder}data.pkl`)!, MAX_PICKLE_BYTES)
    const root = readPickle(pickle, tensorRules(file, folder, records), file.fail)
    return { entries: toEntries(file, findStateDict(file, root)), metadata: {} }
  })

async function checkStart(file: WeightsFile): Promise<void> {
  const start = await file.read(0, Math.min(file.size, 4))
  if (looksLikeZip(start)) return
  const what =
    start[0] === 0x80
      ? 'a pickle without a zip file around it (PyTorch before 1.6)'
      : 'not the zip file that torch.save writes'
  throw file.fail(`expected a PyTorch checkpoint, found ${what}`, {
    remedy: 'Save it again with a current torch.save, or use its .safetensors version.',
  })
}

/** The archive's one folder, as `name/`; where the pickle lies. */
function pickleFolder(file: WeightsFile, records: ReadonlyMap<string, ZipRecord>): string {
  const pickles = [...records.keys()].filter((name) => /^([^/]+\/)?data\.pkl$/.test(name))
  if (pickles.length !== 1) throw file.fail(`expected one data.pkl in the zip file, found ${pickles.length}`)
  return pickles[0]!.slice(0, -'data.pkl'.length)
}

async function checkByteOrder(file: WeightsFile, record: ZipRecord | undefined): Promise<void> {
  if (!record) return // written before PyTorch 2.1
  const order = (await readRecord(file, record, 64)).toString()
  if (order !== 'little') throw file.fail(`expected little-endian tensors, found "${order}"`)
}

function tensorRules(file: WeightsFile, folder: string, records: ReadonlyMap<string, ZipRecord>) {
  return {
    globals: new Set([...STORAGES.keys(), REBUILD_TENSOR, REBUILD_PARAMETER, ORDERED_DICT]),
    persistent: (id: Pickled) => toStorage(file, folder, records, id),
    call(name: string, args: readonly Pickled[]): Pickled {
      if (name === REBUILD_TENSOR) return toView(file, args)
      if (name === REBUILD_PARAMETER && args[0] instanceof TensorView) return args[0]
      if (name === ORDERED_DICT) return toDict(file, args)
      throw file.fail(`the pickle calls ${name} with something that tensors never need`)
    },
  }
}

/** `('storage', torch.FloatStorage, key, location, element count)` */
function toStorage(file: WeightsFile, folder: string, records: ReadonlyMap<string, ZipRecord>, id: Pickled): Storage {
  const [kind, type, key, , count] = id instanceof PickledList ? id.items : []
  if (kind !== 'storage' || !(type instanceof PickledGlobal) || typeof key !== 'string' || typeof count !== 'number') {
    throw file.fail('the pickle refers to something that is no storage')
  }
  const dtype = STORAGES.get(type.name)
  if (!dtype) throw file.fail(`the pickle uses ${type.name} as a storage`)
  const record = records.get(`${folder}data/${key}`)
  if (!record) throw file.fail(`the storage "${folder}data/${key}" is not in the zip file`)
  if (record.bytes !== count * DTYPE_BYTES[dtype]) {
    throw file.fail(
      `the storage "${record.name}" should have ${count} elements of ${dtype}, it has ${record.bytes} bytes`,
    )
  }
  return new Storage(dtype, record)
}

/** `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks)` (torch/_utils.py) */
function toView(file: WeightsFile, [storage, start, size, stride]: readonly Pickled[]): TensorView {
  const shape = toSizes(size)
  const steps = toSizes(stride)
  if (!(storage instanceof Storage) || !isSize(start) || !shape || !steps || shape.length !== steps.length) {
    throw file.fail('the pickle builds a tensor from something that is no storage, offset, size and stride')
  }
  return new TensorView(storage, start, shape, steps)
}

/** `OrderedDict()` or, by Python 2, `OrderedDict([[key, value], …])` */
function toDict(file: WeightsFile, [pairs]: readonly Pickled[]): PickledDict {
  const dict = new PickledDict()
  if (pairs === undefined) return dict
  if (!(pairs instanceof PickledList))
    throw file.fail('the pickle builds a dict from something that is no list of pairs')
  for (const pair of pairs.items) {
    if (!(pair instanceof PickledList) || pair.items.length !== 2)
      throw file.fail('the pickle builds a dict from something that is no pair')
    dict.items.set(pair.items[0]!, pair.items[1]!)
  }
  return dict
}

const isSize = (value: Pickled | undefined): value is number => Number.isSafeInteger(value) && Number(value) >= 0

function toSizes(value: Pickled | undefined): readonly number[] | null {
  return value instanceof PickledList && value.items.length <= 64 && value.items.every(isSize) ? value.items : null
}

/** The value as a dict, where a tensor lies directly in it. */
const dictOfTensors = (value: Pickled): PickledDict | null =>
  value instanceof PickledDict && [...value.items.values()].some((item) => item instanceof TensorView) ? value : null

/** The dict of tensors: under `state_dict`, else the root, else the only one that lies in the root. */
function findStateDict(file: WeightsFile, root: Pickled): PickledDict {
  const remedy = 'Save the state dict alone: torch.save(model.state_dict(), file).'
  if (!(root instanceof PickledDict)) throw file.fail('expected a dict of tensors, found something else', { remedy })
  const direct = dictOfTensors(root.items.get('state_dict') ?? null) ?? dictOfTensors(root)
  if (direct) return direct
  const [only, ...others] = [...root.items.values()].flatMap((value) => dictOfTensors(value) ?? [])
  if (only && others.length === 0) return only
  throw file.fail(`expected one dict of tensors, found ${only ? 1 + others.length : 'none'}`, { remedy })
}

function toEntries(file: WeightsFile, dict: PickledDict): ReadonlyMap<string, TensorEntry> {
  if (dict.items.size > MAX_TENSORS) throw file.fail(`the state dict has ${dict.items.size} entries`)
  const entries = new Map<string, TensorEntry>()
  for (const [name, view] of dict.items) {
    if (typeof name === 'string' && view instanceof TensorView) entries.set(name, toEntry(file, name, view))
  }
  return entries
}

function toEntry(file: WeightsFile, name: string, { storage, start, shape, stride }: TensorView): TensorEntry {
  const { dtype, record } = storage
  const bytes = byteCount(shape, dtype)
  const first = start * DTYPE_BYTES[dtype]
  if (bytes === null || first + bytes > record.bytes) {
    throw file.fail(
      `${dtype} [${shape.join(', ')}] from element ${start} lies outside of its storage of ${record.bytes} bytes`,
      { key: name },
    )
  }
  if (!isContiguous(shape, stride)) {
    throw file.fail(`[${shape.join(', ')}] is not stored row by row (strides ${stride.join(', ')})`, {
      key: name,
      remedy: 'Save it again after .contiguous(), or as .safetensors.',
    })
  }
  return { name, dtype, shape, file: file.path, offset: record.offset + first, bytes }
}

/** Row-major without gaps; strides of axes of one element don't matter. */
function isContiguous(shape: readonly number[], stride: readonly number[]): boolean {
  if (elementCount(shape) === 0) return true
  let step = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && stride[axis] !== step) return false
    step *= shape[axis]!
  }
  return true
}
