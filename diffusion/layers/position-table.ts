/** Fixed position tables, computed here as the references compute them and fed to the graph. */

/** What the 2-D table of a PixArt patch embedding depends on. */
export interface Sincos2dOptions {
  readonly rows: number
  readonly columns: number
  readonly width: number
  /** Patches along a side at the native size: sample_size / patch_size. */
  readonly base: number
  /** max(sample_size // 64, 1): 1 for the 512 kind, 2 for the 1024 kind. */
  readonly scale: number
}

/**
 * The 2-D sine-cosine table (diffusers: `get_2d_sincos_pos_embed`): the first half of the channels encodes the column,
 * the second half the row; each half is all sines, then all cosines. Positions are float32, angles float64. A size
 * other than the native one is stretched onto the native range.
 * @returns [rows·columns, width], float32
 */
export function sincos2d({ rows, columns, width, base, scale }: Sincos2dOptions): Float32Array {
  const half = width / 2
  const columnCodes = sincos1d(gridPositions(columns, base, scale), half)
  const rowCodes = sincos1d(gridPositions(rows, base, scale), half)
  const table = new Float32Array(rows * columns * width)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = (row * columns + column) * width
      table.set(columnCodes.subarray(column * half, (column + 1) * half), at)
      table.set(rowCodes.subarray(row * half, (row + 1) * half), at + half)
    }
  }
  return table
}

/**
 * 0 … count-1, stretched onto the native range; every division rounds to float32 (a NumPy float32 array by a float).
 */
function gridPositions(count: number, base: number, scale: number): Float32Array {
  const stretch = Math.fround(count / base)
  return Float32Array.from({ length: count }, (_, i) => Math.fround(Math.fround(i / stretch) / scale))
}

/** Sines, then cosines, of position · 10000^(-i / (width/2)): [positions, width]. */
function sincos1d(positions: Float32Array, width: number): Float32Array {
  const half = width / 2
  const table = new Float32Array(positions.length * width)
  for (let i = 0; i < half; i++) {
    const frequency = 1 / 10_000 ** (i / half)
    for (const [p, position] of positions.entries()) {
      table[p * width + i] = Math.sin(position * frequency)
      table[p * width + half + i] = Math.cos(position * frequency)
    }
  }
  return table
}

/**
 * The table of frames (EasyAnimate v1: motion_module.py `PositionalEncoding`): sines in the even channels, cosines in
 * the odd ones, frequency 10000^(-2i / width), float32 throughout. Motion-module files hold the same numbers as
 * `pos_encoder.pe`.
 * @returns [frames, width]
 */
export function frameTable(frames: number, width: number): Float32Array {
  const table = new Float32Array(frames * width)
  const step = Math.fround(-Math.log(10_000) / width)
  for (let channel = 0; channel < width; channel += 2) {
    const frequency = Math.fround(Math.exp(Math.fround(channel * step)))
    for (let frame = 0; frame < frames; frame++) {
      const angle = Math.fround(frame * frequency)
      table[frame * width + channel] = Math.sin(angle)
      if (channel + 1 < width) table[frame * width + channel + 1] = Math.cos(angle)
    }
  }
  return table
}
