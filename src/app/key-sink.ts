/** Who gets the keys of the page in place of the scene; null: nobody does. */
export const keySink: { take: ((key: string) => boolean) | null } = { take: null };
