/** A document that is wrong in one way, and the one mistake that is to be told of it. */
export type WrongModel = readonly [model: unknown, path: string, message: string];
