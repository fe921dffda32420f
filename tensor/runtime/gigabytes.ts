/** Bytes as people read them: `21.3 GB` (10⁹), `96 MB` below one. */
export const gigabytes = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`
