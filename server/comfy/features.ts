/** What this server tells clients that it can do: `GET /features`, and the answer to a client's `feature_flags`. */
import type { JsonObject } from '../../core/types/json.ts'
import type { Services } from '../services.ts'

/** The flags, by ComfyUI's names. */
export function featureFlags({ config }: Pick<Services, 'config'>): JsonObject {
  return { supports_preview_metadata: true, max_upload_size: config.limits.uploadBytes }
}
