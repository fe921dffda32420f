/**
 * What stands in a produced file, a record or a message in the place of something secret. A workflow that has it is asked
 * for the value before it runs.
 */
export const WITHHELD = '[withheld-by-kinograph]'
