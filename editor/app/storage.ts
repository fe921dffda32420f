/** Where the editor keeps what must not be lost between two visits: a key-value store of structured clones. */
export interface Storage {
  read(key: string): Promise<unknown>
  /** All of them, or none. */
  write(entries: readonly (readonly [key: string, value: unknown])[]): Promise<void>
  remove(keys: readonly string[]): Promise<void>
  keys(): Promise<readonly string[]>
}
