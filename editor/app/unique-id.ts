/** Ids of documents and the like: random, also in pages that the browser calls insecure, where `crypto.randomUUID` is missing. */
export function uniqueId(): string {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
