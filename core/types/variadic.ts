const SLOT_NUMBER = /^(0|[1-9]\d{0,5})$/

/** Which inputs of a node belong to a variadic port, in the order of their numbers: `image.0`, `image.1`, … */
export function variadicSlots(name: string, inputs: Iterable<string>): string[] {
  const slots: [number, string][] = []
  for (const slot of inputs) {
    if (!slot.startsWith(name) || slot[name.length] !== '.') continue
    const digits = slot.slice(name.length + 1)
    if (SLOT_NUMBER.test(digits)) slots.push([Number(digits), slot])
  }
  return slots.sort(([a], [b]) => a - b).map(([, slot]) => slot)
}
