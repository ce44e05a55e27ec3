import type { registers as en } from '../en/registers.ts';

export const registers: Record<keyof typeof en, string> = {};
