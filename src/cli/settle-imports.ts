/** Set up before each test file whose process has more of them: what it began to import and did not wait for ends with it. */
import { afterAll, vi } from 'vitest';

afterAll(() => vi.dynamicImportSettled());
