/** MAXPHYADDR of the model CPU. */
export const MAX_PHYS_ADDR = 48;
