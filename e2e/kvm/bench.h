#ifndef IRQSCOPE_BENCH_H
#define IRQSCOPE_BENCH_H

#include <stdint.h>

/* Times `ops` KVM_IRQ_LINE ioctls and prints one JSON object; returns the exit status. */
int bench(uint64_t ops);

#endif
