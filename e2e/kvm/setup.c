/* A VM put together step by step: the ioctls that `create` does in one. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include "recorder.h"

void op_create_vm(void)
{
	const char *failed = machine_create_vm();
	if (failed)
		out_error(failed);
	else
		out_rc(0);
}

static void op_enable_cap(const struct json *op)
{
	const char *cap = json_text(op, "cap");
	int rc;
	if (!strcmp(cap, "split_irqchip")) {
		rc = machine_enable_cap(KVM_CAP_SPLIT_IRQCHIP, json_field(op, "routes", 0));
		if (!rc)
			machine.split = machine.in_kernel = true;
	} else if (!strcmp(cap, "x2apic_api")) {
		rc = machine_enable_cap(KVM_CAP_X2APIC_API, json_field(op, "flags", 0));
	} else if (!strcmp(cap, "max_vcpu_id")) {
		rc = machine_enable_cap(KVM_CAP_MAX_VCPU_ID, json_field(op, "id", 0));
	} else {
		out_error("enable_cap: cap is split_irqchip, x2apic_api or max_vcpu_id");
		return;
	}
	out_rc(rc);
}

static void op_create_vcpu(const struct json *op)
{
	const char *failed = machine_add_vcpu(json_field(op, "id", 0));
	if (failed && strcmp(failed, "KVM_CREATE_VCPU"))
		out_error(failed);
	else
		out_rc(failed ? -1 : 0);
}

bool answer_setup_op(const char *name, const struct json *op)
{
	if (!strcmp(name, "create_irqchip")) {
		int rc = ioctl(machine.vm, KVM_CREATE_IRQCHIP, 0ul);
		if (!rc)
			machine.in_kernel = true;
		out_rc(rc);
	} else if (!strcmp(name, "enable_cap")) {
		op_enable_cap(op);
	} else if (!strcmp(name, "create_vcpu")) {
		op_create_vcpu(op);
	} else if (!strcmp(name, "create_pit")) {
		struct kvm_pit_config pit = { .flags = (uint32_t)json_field(op, "flags", 0) };
		out_rc(ioctl(machine.vm, KVM_CREATE_PIT2, &pit));
	} else if (!strcmp(name, "set_boot_cpu_id")) {
		out_rc(ioctl(machine.vm, KVM_SET_BOOT_CPU_ID, json_field(op, "id", 0)));
	} else {
		return false;
	}
	return true;
}
