export const presets = {} as const;
