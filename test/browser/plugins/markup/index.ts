/** A node whose every word is markup that would run, if a page took it for markup. */
import { defineNode, definePlugin, port } from 'kinograph'

const markup = (place: string) => `<img src=x onerror="globalThis.hasRun='${place}'"><script>globalThis.hasRun='${place}'</script>`

const node = defineNode({
  type: 'Markup', category: markup('category'), title: markup('title'), summary: markup('summary'), output: true,
  inputs: {
    text: port.string({ default: markup('default'), tooltip: markup('tooltip') }),
    choice: port.choice([markup('choice'), 'b'], { default: 'b', tooltip: markup('choice tooltip') }),
  },
  outputs: { text: port.string() },
  run({ text }, { ui }) {
    if (text === 'fail') throw new Error(markup('error'))
    ui({ text: [markup('shown')] })
    return { text }
  },
})

export default definePlugin({ nodes: [node] })
