/** A rehearsal that could not run: it says nothing about the stack. */
export class Inconclusive extends Error {}
