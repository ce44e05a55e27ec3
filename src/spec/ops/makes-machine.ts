/** A rule of the op language that a page needs before it has the rest of it. */

/** Does an op of this name make a machine? The first of a scene does, and no other. */
export const makesMachine = (name: unknown): boolean => name === 'create' || name === 'create_vm';
