/** "0x34": no padding, whatever it is. By itself, since the first drawing needs no other number (`numbers.ts`). */
export const hex = (n: number): string => `0x${(n >>> 0).toString(16)}`;
