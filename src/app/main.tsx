import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { assert } from '../base/assert.ts';

const root = document.getElementById('root');
assert(root, 'index.html has a #root');

createRoot(root).render(
  <StrictMode>
    <main>
      <h1>irqscope</h1>
    </main>
  </StrictMode>,
);
