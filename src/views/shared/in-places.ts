/** A list whose rows have no state of their own, each with its place as its key: another moment writes into the rows that are there. */
export const inPlaces = <One>(list: readonly One[]): readonly { readonly one: One; readonly place: number }[] =>
  list.map((one, place) => ({ one, place }));
