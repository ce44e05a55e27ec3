/** Longest film, s: what is longer is for the page itself. Apart, for a dialog that makes none yet. */
export const LONGEST_FILM_S = 600;
