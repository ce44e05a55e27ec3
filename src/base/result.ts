/** Bad input (link, trace, preset, op): a reason a person can read, and the place where it stands. */
export type InputError = { readonly reason: string; readonly place: string };

export type Result<T, E = InputError> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E };

export function ok<T>(value: T): Result<T, never> {
  return { ok: true, value };
}

export function err(reason: string, place: string): Result<never> {
  return { ok: false, error: { reason, place } };
}
