/** Inputs that the fuzz found, each through what it broke. */
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
