/** Event on the document with which another part opens the list of terms. */
export const OPEN_LIST = 'irqscope-glossary';

/** Event on the document with which another part has the focused thing explained. */
export const EXPLAIN_FOCUS = 'irqscope-explain';
