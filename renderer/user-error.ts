// The line between what was asked and what broke. A `UserError` is about the asking or the given: the command line
// shows its one sentence and ends with 2, the page shows it in a banner. Anything else that is thrown is a fault of ours.

export class UserError extends Error {
  override readonly name = 'UserError'
}

/** Thrown where work notices that the person has stopped it. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled'
  constructor() { super('cancelled') }
}
