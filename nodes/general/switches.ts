import { commonFacts, defineNode, variadicFacts } from '../../core/types/index.ts'
import { WorkflowError } from '../../core/workflow/index.ts'
import { port } from '../types/index.ts'

const choice = () => port.any({ tooltip: 'computed only when it is chosen' }).optional().lazy()

/** Names as ComfyUI's node has them. */
export const switchNode = defineNode({
  type: 'ComfySwitchNode',
  category: 'logic',
  title: 'Switch',
  summary: 'Passes one of two values on; the other is not computed.',
  inputs: { switch: port.boolean({ default: false }), on_false: choice(), on_true: choice() },
  outputs: { output: port.any() },
  needs: ({ switch: on }) => on === undefined ? [] : [on ? 'on_true' : 'on_false'],
  constant: true,
  facts({ switch: on }, { facts: { on_false: no, on_true: yes } }) {
    return { outputs: { output: on === undefined ? commonFacts([no, yes]) : on ? yes : no } }
  },
  run({ switch: on, on_false: no, on_true: yes }) {
    return { output: chosen(on ? yes : no, on ? 'on_true' : 'on_false', `switch is ${on}`) }
  },
})

export const indexSwitch = defineNode({
  type: 'IndexSwitch',
  category: 'logic',
  title: 'Switch by number',
  summary: 'Passes one of several values on, counted from 0; the others are not computed.',
  inputs: {
    index: port.int({ default: 0, min: 0, max: 99 }),
    values: port.variadic(port.any(), { min: 1, tooltip: 'computed only when it is chosen' }).lazy(),
  },
  outputs: { output: port.any() },
  needs: ({ index }) => index === undefined ? [] : [`values.${index}`],
  constant: true,
  facts({ index, values }, { facts }) {
    const all = variadicFacts(facts, 'values', values?.length ?? 0)
    return { outputs: { output: index === undefined ? commonFacts(all) : facts[`values.${index}`] } }
  },
  run: ({ index, values }) => ({ output: chosen(values?.[index], 'values', `there is no value ${index}`) }),
})

function chosen(value: unknown, input: string, because: string): unknown {
  if (value !== undefined) return value
  throw new WorkflowError({
    code: 'required_input_missing', input, problem: `${because}, but this input has neither a link nor a value`,
    remedy: 'Connect it, or choose another one.',
  })
}

export const switches = [switchNode, indexSwitch]
