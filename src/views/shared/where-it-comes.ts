import { type ComponentType, lazy } from 'react';

/**
 * A component in a chunk of its own that the rest can do without: where the chunk does not come nothing stands in its place, and
 * the page says that a part is gone, as of every rejection that nobody waits for (public/disk.js).
 */
export const whereItComes = <P extends object>(load: () => Promise<ComponentType<P>>) =>
  lazy(() =>
    load().then(
      (component) => ({ default: component }),
      (error: unknown) => {
        void Promise.reject(error);
        return { default: (() => null) as ComponentType<P> };
      },
    ),
  );
