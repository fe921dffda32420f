import { expect, test } from 'vitest'
import { definitionMap, describeNode } from '../core/types/index.ts'
import { loaderOf } from '../editor/files/loader.ts'
import { builtIn } from '../nodes/index.ts'

const definitions = definitionMap(builtIn.nodes.map((node) => describeNode(node)))

test('files that are dropped get the loader that people expect; what nothing loads gets none', () => {
  const typeOf = (kind: Parameters<typeof loaderOf>[1]) => loaderOf(definitions, kind)?.definition.type
  expect([typeOf('image'), typeOf('video'), typeOf('other')]).toEqual(['LoadImage', 'LoadVideo', undefined])
})
