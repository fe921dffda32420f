/** The text of the piece that stands for one byte in models with byte fallback. */
export const bytePiece = (byte: number): string => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`
