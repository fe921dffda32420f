/** What went wrong, for people. */
import { thrownText } from '../../core/types/json.ts'
import { problemText } from '../../core/workflow/problem.ts'
import { WorkflowError } from '../../core/workflow/workflow-error.ts'
import { KinographError } from '../../server/client/index.ts'
import { t } from '../i18n/index.ts'

/** A message of anything that was thrown. */
export function errorText(error: unknown): string {
  if (error instanceof WorkflowError) return error.problems.map(problemText).join('\n')
  if (error instanceof KinographError && error.status === 0) return t('app.error.unreachable')
  if (error instanceof KinographError && error.status === 401) return t('app.error.token')
  if (error instanceof KinographError && error.status === 403) return t('app.error.forbidden', { message: error.message })
  return thrownText(error)
}
