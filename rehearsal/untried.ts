/** A rehearsal could not be tried, which says nothing about the stack. */
export class Untried extends Error {}
