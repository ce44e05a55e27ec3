/** What is wrong with something from outside: the code of its sentence (`error.<code>`), where it is, what the sentence needs. */
export interface Problem {
  readonly code: string;
  /** Of the input: "ops[3].gsi", "s.h", a file and its field; '' where it is the whole. */
  readonly place: string;
  readonly params: Readonly<Record<string, string | number>>;
}
