import { DiffusionError } from '../error.ts'
import { floatOf, ProtobufError, protobufFields } from './protobuf.ts'

/** Kinds of pieces, with the numbers of sentencepiece_model.proto (ModelProto.SentencePiece.Type). */
export const PieceType = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const

export interface SentencePieceModel {
  /** UTF-8 text of each piece, by id; views into the file. */
  readonly pieces: readonly Uint8Array[]
  /** Log probability of each piece, by id. */
  readonly scores: Float32Array
  /** A `PieceType` for each piece, by id. */
  readonly types: Uint8Array
  readonly unknownId: number
  readonly byteFallback: boolean
  readonly normalizer: NormalizerSpec
}

/** How text is prepared before it is split (NormalizerSpec and part of TrainerSpec, with their defaults). */
export interface NormalizerSpec {
  readonly charsmap: Uint8Array
  readonly addDummyPrefix: boolean
  readonly removeExtraWhitespaces: boolean
  readonly escapeWhitespaces: boolean
  /** The space mark goes behind a word instead of before it. */
  readonly whitespaceAsSuffix: boolean
}

/** No published model comes near these; a file beyond them is not a tokenizer. */
const LIMITS = { fileBytes: 64 * 2 ** 20, pieces: 2 ** 21, pieceBytes: 1024, allPieceBytes: 2 ** 23 }
const UNIGRAM = 1

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/**
 * Read a serialized SentencePiece unigram model (`spiece.model`).
 * @param source the file, for messages. @throws DiffusionError when it is damaged, of another kind, or beyond limits.
 */
export function readSentencePieceModel(file: Uint8Array, source: string): SentencePieceModel {
  if (file.length > LIMITS.fileBytes) throw modelError(source, `at most ${LIMITS.fileBytes} bytes`, `${file.length}`)
  try {
    // A plain view: taking parts of a Buffer is slow, and there are as many parts as pieces.
    return checked(readModel(new Uint8Array(file.buffer, file.byteOffset, file.length)), source)
  } catch (error) {
    if (error instanceof ProtobufError) throw modelError(source, 'a SentencePiece model', error.message, error)
    throw error
  }
}

interface RawPiece {
  text: Uint8Array
  score: number
  type: number
}

interface RawModel {
  pieces: RawPiece[]
  normalizer: Mutable<NormalizerSpec>
  modelType: number
  byteFallback: boolean
}

function readModel(file: Uint8Array): RawModel {
  const model: RawModel = {
    pieces: [],
    normalizer: {
      charsmap: new Uint8Array(0),
      addDummyPrefix: true,
      removeExtraWhitespaces: true,
      escapeWhitespaces: true,
      whitespaceAsSuffix: false,
    },
    modelType: UNIGRAM,
    byteFallback: false,
  }
  for (const field of protobufFields(file)) {
    if (field.wire !== 2) continue
    if (field.number === 1) model.pieces.push(readPiece(field.bytes))
    if (field.number === 2) readTrainer(field.bytes, model)
    if (field.number === 3) readNormalizer(field.bytes, model.normalizer)
  }
  return model
}

function readPiece(message: Uint8Array): RawPiece {
  const piece: RawPiece = { text: new Uint8Array(0), score: 0, type: PieceType.normal }
  for (const field of protobufFields(message)) {
    if (field.number === 1 && field.wire === 2) piece.text = field.bytes
    if (field.number === 2 && field.wire === 5) piece.score = floatOf(field)
    if (field.number === 3 && field.wire === 0) piece.type = field.varint
  }
  return piece
}

function readTrainer(message: Uint8Array, model: RawModel): void {
  for (const { number, wire, varint } of protobufFields(message)) {
    if (wire !== 0) continue
    if (number === 3) model.modelType = varint
    if (number === 24) model.normalizer.whitespaceAsSuffix = varint !== 0
    if (number === 35) model.byteFallback = varint !== 0
  }
}

function readNormalizer(message: Uint8Array, spec: Mutable<NormalizerSpec>): void {
  for (const { number, wire, varint, bytes } of protobufFields(message)) {
    if (number === 2 && wire === 2) spec.charsmap = bytes
    if (wire !== 0) continue
    if (number === 3) spec.addDummyPrefix = varint !== 0
    if (number === 4) spec.removeExtraWhitespaces = varint !== 0
    if (number === 5) spec.escapeWhitespaces = varint !== 0
  }
}

function checked({ pieces, normalizer, modelType, byteFallback }: RawModel, source: string): SentencePieceModel {
  if (modelType !== UNIGRAM) throw modelError(source, 'a unigram model (model_type 1)', `model_type ${modelType}`)
  if (pieces.length === 0) throw modelError(source, 'a vocabulary', 'a file without pieces')
  if (pieces.length > LIMITS.pieces) throw modelError(source, `at most ${LIMITS.pieces} pieces`, `${pieces.length}`)
  const odd = pieces.findIndex(({ text }) => text.length === 0 || text.length > LIMITS.pieceBytes)
  if (odd >= 0) {
    throw modelError(source, `pieces of 1 to ${LIMITS.pieceBytes} bytes`, `${pieces[odd]!.text.length} in piece ${odd}`)
  }
  const total = pieces.reduce((sum, { text }) => sum + text.length, 0)
  if (total > LIMITS.allPieceBytes) throw modelError(source, `at most ${LIMITS.allPieceBytes} piece bytes`, `${total}`)
  const badScore = pieces.findIndex(({ score }) => !Number.isFinite(score))
  if (badScore >= 0) throw modelError(source, 'finite scores', `${pieces[badScore]!.score} for piece ${badScore}`)
  const unknown = pieces.flatMap(({ type }, id) => (type === PieceType.unknown ? [id] : []))
  if (unknown.length !== 1) throw modelError(source, 'one unknown piece', `${unknown.length}`)
  return {
    pieces: pieces.map(({ text }) => text),
    scores: Float32Array.from(pieces, ({ score }) => score),
    types: Uint8Array.from(pieces, ({ type }) => type),
    unknownId: unknown[0]!,
    byteFallback,
    normalizer,
  }
}

/** A model file that can't be used. */
export const modelError = (source: string, expected: string, found: string, cause?: unknown) =>
  new DiffusionError(
    { field: source, expected, found, remedy: 'Use the spiece.model of a T5 encoder; download a damaged one again.' },
    cause === undefined ? undefined : { cause },
  )
