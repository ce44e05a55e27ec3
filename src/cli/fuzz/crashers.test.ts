/** Inputs that the fuzz found, each through what it broke. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { analyse } from '../../trace/analyse.ts';
import { bytesSource } from '../../trace/source.ts';

test('SEED=78: an exit reason cut off in an excerpt leaves a hole among the reasons seen', async () => {
  const text = [
    '       CPU 0/KVM-168   [003]    26.525299: kvm_exit:             reason EXIT_MSArip 0xffffffff8107e914 info 1 0',
    '          <idle>-0     [000]    26.525312: local_timer_exit:     vector=236',
  ].join('\n');
  const { paste } = await analyse(bytesSource(new TextEncoder().encode(text)));
  expect(paste?.read.exits).toBeTypeOf('object');
});

test('SEED=20261201: a trace.dat that ends within the head of a record is read up to there', async () => {
  const path = join(import.meta.dirname, '../../trace/trace-dat/recordings/svm-2vcpu-boot-v6.dat.gz');
  const whole = Uint8Array.from(gunzipSync(readFileSync(path)));
  // Pages lie at multiples of their size: sixteen bytes of one and half a record's head.
  for (const pages of [2, 3, 9]) {
    const { summary } = await analyse(
      bytesSource(whole.subarray(0, (Math.floor(whole.length / 4096) - pages) * 4096 + 18)),
    );
    expect(summary).toBeTypeOf('object');
  }
});
