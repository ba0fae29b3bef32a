#include "cached.h"

/* The cell is not filled. */
STENCIL op_cached(Vm *vm, Slot *base, Frame *frame) {
  struct Runs *cell = (struct Runs *)HOLE_64(HOLE_cell);
  WRITE_SLOT(HOLE_dst, f64_to_bits(cell->count_ == 0 ? 0.0 : 1.0));
  TAIL CONTINUE(vm, base, frame);
}
