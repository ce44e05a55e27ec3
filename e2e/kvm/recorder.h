/* What the files of the recorder share: answers, and the ops that stand in files of their own. */
#ifndef IRQSCOPE_RECORDER_H
#define IRQSCOPE_RECORDER_H

#include <stdbool.h>

#include "json.h"
#include "machine.h"

void out_error(const char *text);
/* {"rc":0} or {"rc":-1,"errno":n} */
void out_rc(int rc);
/* Members common to all guest ops; false where there is nothing more to say. */
bool out_outcome(const struct outcome *outcome);
void out_exits(const struct outcome *outcome);

/* roads.c: memory slots, ioeventfds, coalesced zones, string accesses. */
void roads_reset(void);
bool answer_road_op(const char *name, const struct json *op);
void op_pio_string(int vcpu, const struct json *op);

/* setup.c: a VM step by step. */
void op_create_vm(void);
bool answer_setup_op(const char *name, const struct json *op);

/* state.c: parts saved and restored, single MSRs, time. */
bool answer_state_op(const char *name, const struct json *op);

#endif
