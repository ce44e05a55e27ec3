/** Event on the document with which another part opens the list of terms. */
export const OPEN_LIST = 'irqscope-glossary';
