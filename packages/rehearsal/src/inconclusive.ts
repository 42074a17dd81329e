/** A rehearsal that could not run, for example because a tool is missing: it says nothing about the stack. */
export class Inconclusive extends Error {}
