/** A seed drawn at random, of 32 bits as far as the bounds let it: people read and copy them. */
export function drawSeed({ min, max }: { readonly min: number; readonly max: number }, random: () => number = Math.random): number {
  const span = Math.min(max - min + 1, 2 ** 32)
  return min + Math.floor(random() * span)
}
