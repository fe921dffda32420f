import { LruCache } from '../run/cache.ts'

/**
 * What the last run made or used, and nothing else (ComfyUI's classic cache): when a run begins, all results go that
 * none of its nodes can use. No limit of bytes: for one graph that is worked on.
 */
export class LastRunCache extends LruCache {
  constructor() {
    super(Infinity, () => 0)
  }

  planned(keys: Iterable<string>): void {
    this.keepOnly(keys)
  }
}
