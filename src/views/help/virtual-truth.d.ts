declare module 'virtual:truth' {
  /** Made by src/cli/truth-data.mjs when the app is built. */
  const truth: {
    readonly compared: readonly {
      readonly kind: 'random' | 'fresh' | 'directed' | 'restore' | 'bsp' | 'create' | 'roads' | 'cases';
      readonly sequences: number;
      readonly ops: number;
    }[];
  };
  export default truth;
}
