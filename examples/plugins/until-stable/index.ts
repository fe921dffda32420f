import { copyBody, defineNode, definePlugin, loopBody, port, type ExpansionBuilder, type Prompt, type RawLink } from 'kinograph'

/*
 *   UntilStable ─value─► … body … ─► UntilStableEnd
 *        └────────────loop───────────►
 */
const start = defineNode({
  type: 'UntilStable',
  category: 'logic/loops',
  summary: 'Begins a loop that goes round until its value hardly changes.',
  inputs: { initial: port.float() },
  outputs: { loop: port.float(), value: port.float() },
  run: ({ initial }) => ({ loop: initial, value: initial }),
})

/** What all rounds are given. The links come as they are, so that the body does not run outside of the rounds. */
const given = {
  next: port.rawLink(port.float()),
  tolerance: port.float({ default: 1e-6, min: 0 }),
  max_rounds: port.int({ default: 100, min: 1, max: 10_000 }),
  prompt: port.hidden('prompt'),
}
const outputs = { value: port.float(), rounds: port.int() }

interface Loop { loop: RawLink; next: RawLink; tolerance: number; max_rounds: number; prompt: Prompt }

/** Puts a copy of the body in place that starts from `before`, and behind it the node that compares. */
function nextRound(builder: ExpansionBuilder, { prompt, ...loop }: Loop, before: unknown, index: number) {
  const body = loopBody(prompt, loop.loop.from, [loop.next])
  const after = copyBody(builder, body, index, { loop: before, value: before })(loop.next)
  const round = builder.node('UntilStableRound', { ...loop, before, after, index }, { id: `${index}` })
  return { value: round.out('value'), rounds: round.out('rounds') }
}

const end = defineNode({
  type: 'UntilStableEnd',
  category: 'logic/loops',
  summary: 'Ends a loop that UntilStable began; gives the last value.',
  inputs: { loop: port.rawLink(), ...given },
  outputs,
  run: (loop, { expand }) => expand((builder) =>
    nextRound(builder, loop, loop.prompt.node(loop.loop.from)?.inputs.get('initial'), 0)),
})

const round = defineNode({
  type: 'UntilStableRound',
  category: 'logic/loops',
  summary: 'Compares the values before and after a round; UntilStableEnd puts it in place.',
  inputs: { loop: port.rawLink(), ...given, before: port.float(), after: port.float(), index: port.int() },
  outputs,
  run({ before, after, index, ...loop }, { expand }) {
    if (Math.abs(after - before) <= loop.tolerance) return { value: after, rounds: index + 1 }
    if (index + 1 >= loop.max_rounds) throw new Error(`still changing after ${index + 1} rounds: from ${before} to ${after}`)
    return expand((builder) => nextRound(builder, loop, after, index + 1), { continues: true })
  },
})

/** A body to try it with: Newton's step towards the square root of a number. */
const newtonStep = defineNode({
  type: 'NewtonRootStep',
  category: 'math',
  inputs: { guess: port.float(), number: port.float({ default: 2, min: 0 }) },
  outputs: { guess: port.float() },
  run: ({ guess, number }) => ({ guess: (guess + number / guess) / 2 }),
})

export default definePlugin({ apiVersion: '1.0', nodes: [start, end, round, newtonStep] })
