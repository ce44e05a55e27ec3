/** Ids of the presets, in the order of the menu, and of the scenes that show a real bug. Not in the first load. */
export { BUG_IDS as bugIds, PRESET_IDS as presetIds } from '../scenes/files.ts';
