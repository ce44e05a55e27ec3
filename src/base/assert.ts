/** Our own bugs throw. Bad input is answered with its place, a guest's oddity is recorded. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}
