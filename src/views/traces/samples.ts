/** Recordings of ours that lie beside the page, for who has no host to record. A page opened from a disk cannot fetch them: it offers none. */

const BESIDE = [
  { id: 'svm', file: 'traces/svm-2vcpu-v7.3.txt.gz' },
  { id: 'apicv', file: 'traces/vmx-1vcpu-apicv-v6.1.txt.gz' },
] as const;

export const SAMPLES: readonly (typeof BESIDE)[number][] =
  globalThis.document?.baseURI.startsWith('file:') === true ? [] : BESIDE;

/** @returns null where it cannot be loaded */
export async function fetchSample({ file }: (typeof SAMPLES)[number]): Promise<Blob | null> {
  const answer = await fetch(file).catch(() => null);
  return answer?.ok ? answer.blob().catch(() => null) : null;
}
