/** Nodes that any graph needs: values, logic, lists, pictures, masks, videos. A new family is a file and a line here. */
import { LOOP_NODES } from '../../core/run/index.ts'
import { formatText } from './format-text.ts'
import { imageBatches } from './image-batch.ts'
import { imageFilters } from './image-filter.ts'
import { imagePlaces } from './image-place.ts'
import { imageSizes } from './image-size.ts'
import { lists } from './lists.ts'
import { loadVideo } from './load-video.ts'
import { masks } from './masks.ts'
import { mathExpression } from './math-expression.ts'
import { numbers } from './numbers.ts'
import { previews } from './previews.ts'
import { primitives } from './primitives.ts'
import { regexes } from './regex.ts'
import { saveAnimations } from './save-animations.ts'
import { switches } from './switches.ts'
import { texts } from './text.ts'
import { videos } from './videos.ts'
import { virtual } from './virtual.ts'

export const general = [
  ...primitives, ...numbers, mathExpression, ...texts, formatText, ...regexes, ...switches, ...lists,
  ...imageSizes, ...imagePlaces, ...imageBatches, ...imageFilters, ...masks, loadVideo, ...videos, ...saveAnimations,
  ...previews, ...virtual, ...LOOP_NODES,
]
