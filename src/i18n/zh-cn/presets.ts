import type { presets as en } from '../en/presets.ts';

export const presets: Record<keyof typeof en, string> = {};
