/** Made at build (src/cli/build-embed.mjs) by running every preset. */
declare module 'virtual:irqscope-presets' {
  const presets: Readonly<Record<string, import('./host/fragments.ts').PresetFacts>>;
  export default presets;
}
