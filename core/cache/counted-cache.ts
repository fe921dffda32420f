import { LruCache } from '../run/cache.ts'

/** The last so many results that were used, whatever their size. */
export class CountedCache extends LruCache {
  /** @param limit how many results there may be */
  constructor(limit: number) {
    super(limit, () => 1)
  }
}
