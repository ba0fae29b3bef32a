/* mimeo: what every stencil assumes. The same layouts are asserted in Rust by mimeo-def, frame.rs. */
typedef signed char int8_t;
typedef short int16_t;
typedef int int32_t;
typedef long long int64_t;
typedef unsigned char uint8_t;
typedef unsigned short uint16_t;
typedef unsigned int uint32_t;
typedef unsigned long long uint64_t;
typedef __UINTPTR_TYPE__ uintptr_t;
#define offsetof(type, field) __builtin_offsetof(type, field)

_Static_assert(sizeof(void *) == 8 && sizeof(float) == 4 && sizeof(double) == 8, "stencils need a 64-bit target");

/* The convention for calls between stencils and Rust: one per architecture, whatever the system's own is. */
#if defined(_WIN32) && defined(__x86_64__)
#define PLATFORM __attribute__((sysv_abi))
#else
#define PLATFORM
#endif
#ifdef MIMEO_PRESERVE_NONE
#define CONVENTION __attribute__((preserve_none))
#else
#define CONVENTION PLATFORM
#endif
/* A tail call between functions of one signature; the audit checks that it became a jump. */
#ifdef MIMEO_MUSTTAIL
#define TAIL __attribute__((musttail)) return
#else
#define TAIL return
#endif
#define STENCIL CONVENTION void
#define OUTLINED __attribute__((cold, noinline)) static CONVENTION void
#define HELPER __attribute__((always_inline, unused)) static inline
#define COLD __attribute__((cold))
/* What the author of an op expects of a condition. */
#define LIKELY(condition) __builtin_expect(condition, 1)
#define UNLIKELY(condition) __builtin_expect(condition, 0)

typedef struct Vm Vm;
typedef struct Frame Frame;
typedef struct Function Function;
typedef struct Window Window;
typedef uint64_t Slot;
typedef CONVENTION void Continuation(Vm *vm, Slot *base, Frame *frame);

struct Frame {
  const Function *function;
  Slot *base;
  uint64_t pc;
  Continuation *ret;
};
struct Function {
  Continuation *entry;
  uint64_t frame_bytes;
  uint64_t arity;
};
typedef struct __attribute__((aligned(16))) {
  Frame *frame;
  Slot *stack_limit;
  Frame *frame_limit;
  uint32_t exit;
  int32_t budget;
  void *return_marker;
  void *finish_marker;
  uint32_t fault;
  uint32_t exit_before;
  const Function *fault_callee;
  Slot *fault_base;
  uint64_t moves;
} Core;
/* mimeo-def, frame.rs: `Fault`. */
enum { CALL = 1, ARITY = 2, TAIL_CALL = 3 };
typedef struct {
  uint64_t status;
  uint64_t value;
} Outcome;
/* Runtime functions can move the stack, so the frame must be reloaded after a call. */
#define RELOAD (frame = vm->core.frame, base = frame->base)
/* Whether a runtime function panicked, so that native code must be left (`guard` in mimeo-interp, vm.rs). */
#define PANICKED (vm->core.exit == 127)
struct Window {
  uint64_t offset_bytes;
  uint64_t len;
};

_Static_assert(offsetof(Frame, base) == 8 && offsetof(Frame, pc) == 16 && offsetof(Frame, ret) == 24, "Frame");
_Static_assert(sizeof(Frame) == 32 && offsetof(Function, frame_bytes) == 8, "Frame, Function");
_Static_assert(offsetof(Function, arity) == 16 && offsetof(Core, fault_callee) == 56, "Function, Core");
_Static_assert(offsetof(Core, stack_limit) == 8 && offsetof(Core, frame_limit) == 16, "Core");
_Static_assert(offsetof(Core, exit) == 24 && offsetof(Core, budget) == 28 && offsetof(Core, fault) == 48 && offsetof(Core, exit_before) == 52 && sizeof(Core) == 80, "Core");

/* Holes. A slot's offset is folded into the load or store. A number goes through `asm`, so that the
 * compiler cannot conclude anything from its being an address (that it is not 0, or below 2^31). */
#if defined(MIMEO_HOSTED)
/* Ordinary C, in which a function returns the value of a hole: for sanitizers, under which stencils cannot run. */
extern uint64_t hosted_hole(const char *name);
#define READ_SLOT(hole) (*(const Slot *)((const char *)base + hosted_hole(#hole)))
#define WRITE_SLOT(hole, bits) (*(Slot *)((char *)base + hosted_hole(#hole)) = (bits))
#define HOLE_OFFSET(hole) hosted_hole(#hole)
#define HOLE_32(hole) ((uint32_t)hosted_hole(#hole))
#define HOLE_64(hole) hosted_hole(#hole)
#define HOLE_CODE(symbol) ((void *)(symbol))
#elif defined(__APPLE__) && defined(__x86_64__)
/* Mach-O has no 32-bit addresses: a number is written as an address, which extraction turns back into a
 * number. C names have an underscore in assembly. */
#define READ_SLOT(hole) (*(const Slot *)((const char *)base + (uintptr_t)(hole)))
#define WRITE_SLOT(hole, bits) (*(Slot *)((char *)base + (uintptr_t)(hole)) = (bits))
#define HOLE_OFFSET(hole) ((uint64_t)(uintptr_t)(hole))
#define HOLE_32(hole) ({ uint32_t value_; __asm__("leal _" #hole "(%%rip), %k0" : "=r"(value_)); value_; })
#define HOLE_64(hole) ({ uint64_t value_; __asm__("movabsq $_" #hole ", %0" : "=r"(value_)); value_; })
#define HOLE_CODE(hole) ({ void *value_; __asm__("leaq _" #hole "(%%rip), %0" : "=r"(value_)); value_; })
#elif defined(__APPLE__) && defined(__aarch64__)
/* The same, with pages; two `movk` of 0 are the upper half of a number. */
#define READ_SLOT(hole) \
  ({ uint64_t value_; __asm__("ldr %0, [%1, _" #hole "@PAGEOFF]" : "=r"(value_) : "r"(base), "m"(*(const Slot(*)[4096])base)); value_; })
#define WRITE_SLOT(hole, bits) \
  ({ uint64_t value_ = (bits); __asm__("str %1, [%2, _" #hole "@PAGEOFF]" : "+m"(*(Slot(*)[4096])base) : "r"(value_), "r"(base)); })
#define HOLE_OFFSET(hole) \
  ({ uint64_t value_; __asm__("adrp %0, _" #hole "@PAGE\n\tadd %0, %0, _" #hole "@PAGEOFF" : "=r"(value_)); value_; })
#define HOLE_32(hole) ((uint32_t)HOLE_OFFSET(hole))
#define HOLE_64(hole) \
  ({ uint64_t value_; __asm__("adrp %0, _" #hole "@PAGE\n\tadd %0, %0, _" #hole "@PAGEOFF\n\tmovk %0, #0, lsl #32\n\tmovk %0, #0, lsl #48" : "=r"(value_)); value_; })
#define HOLE_CODE(hole) \
  ({ void *value_; __asm__("adrp %0, _" #hole "@PAGE\n\tadd %0, %0, _" #hole "@PAGEOFF" : "=r"(value_)); value_; })
#elif defined(_WIN32) && defined(__x86_64__)
/* An address is computed and not folded, as programs may lie above 4 GiB: only assembly has the short form. */
#define READ_SLOT(hole) \
  ({ uint64_t value_; __asm__("movq " #hole "(%1), %0" : "=r"(value_) : "r"(base), "m"(*(const Slot(*)[4096])base)); value_; })
#define WRITE_SLOT(hole, bits) \
  ({ uint64_t value_ = (bits); __asm__("movq %1, " #hole "(%2)" : "+m"(*(Slot(*)[4096])base) : "r"(value_), "r"(base)); })
#define HOLE_OFFSET(hole) ((uint64_t)HOLE_32(hole))
#define HOLE_32(hole) ({ uint32_t value_; __asm__("movl $" #hole ", %k0" : "=r"(value_)); value_; })
#define HOLE_64(hole) ({ uint64_t value_; __asm__("movabsq $" #hole ", %0" : "=r"(value_)); value_; })
#define HOLE_CODE(hole) ({ void *value_; __asm__("leaq " #hole "(%%rip), %0" : "=r"(value_)); value_; })
#elif defined(__x86_64__)
#define READ_SLOT(hole) (*(const Slot *)((const char *)base + (uintptr_t)(hole)))
#define WRITE_SLOT(hole, bits) (*(Slot *)((char *)base + (uintptr_t)(hole)) = (bits))
#define HOLE_OFFSET(hole) ((uint64_t)(uintptr_t)(hole))
#define HOLE_32(hole) ({ uint32_t value_; __asm__("movl $" #hole ", %k0" : "=r"(value_)); value_; })
#define HOLE_64(hole) ({ uint64_t value_; __asm__("movabsq $" #hole ", %0" : "=r"(value_)); value_; })
#define HOLE_CODE(hole) ({ void *value_; __asm__("leaq " #hole "(%%rip), %0" : "=r"(value_)); value_; })
#elif defined(__aarch64__)
#define READ_SLOT(hole) \
  ({ uint64_t value_; __asm__("ldr %0, [%1, :lo12:" #hole "]" : "=r"(value_) : "r"(base), "m"(*(const Slot(*)[4096])base)); value_; })
#define WRITE_SLOT(hole, bits) \
  ({ uint64_t value_ = (bits); __asm__("str %1, [%2, :lo12:" #hole "]" : "+m"(*(Slot(*)[4096])base) : "r"(value_), "r"(base)); })
#define HOLE_OFFSET(hole) ((uint64_t)HOLE_32(hole))
#define HOLE_32(hole) \
  ({ uint32_t value_; __asm__("movz %w0, #:abs_g0_nc:" #hole "\n\tmovk %w0, #:abs_g1_nc:" #hole : "=r"(value_)); value_; })
#define HOLE_64(hole) \
  ({ uint64_t value_; __asm__("movz %0, #:abs_g0_nc:" #hole "\n\tmovk %0, #:abs_g1_nc:" #hole "\n\tmovk %0, #:abs_g2_nc:" #hole "\n\tmovk %0, #:abs_g3:" #hole : "=r"(value_)); value_; })
#define HOLE_CODE(hole) ({ void *value_; __asm__("adr %0, " #hole : "=r"(value_)); value_; })
#else
#error "mimeo has stencils for x86-64 and aarch64"
#endif

/* Holes are symbols, and a compiler assumes that different symbols are different memory: it could reorder accesses to
 * what turns out to be one slot. Needed before every write to a slot, except a stencil's only one. */
#define IN_ORDER __asm__ volatile("" ::: "memory")

/* A slot of a window. Accesses to it and to other slots of the frame are in order in the same way. */
#define WINDOW_SLOT(base, window, index) (((Slot *)((char *)(base) + (window).offset_bytes))[index])

extern char HOLE_pc[], HOLE_next_pc[], HOLE_function_word[];
extern Continuation CONTINUE;
extern Continuation EXIT_deopt COLD, EXIT_leave COLD, EXIT_throw COLD, EXIT_poll COLD;

/* Memory at any address: a member of a packed struct has no alignment. */
#define UNALIGNED(type, pointer) (((struct __attribute__((packed)) { type value; } *)(pointer))->value)

/* Without an instruction for it, compilers call the library. AArch64 has one, and compilers know this form. */
#if defined(__POPCNT__)
#define count_ones(value) ((uint32_t)__builtin_popcountll(value))
#else
HELPER uint32_t count_ones(uint64_t value) {
  value -= value >> 1 & 0x5555555555555555ULL;
  value = (value & 0x3333333333333333ULL) + (value >> 2 & 0x3333333333333333ULL);
  value = (value + (value >> 4)) & 0x0f0f0f0f0f0f0f0fULL;
  return (uint32_t)(value * 0x0101010101010101ULL >> 56);
}
#endif
#define FLOAT(name, type, word, nan) \
  HELPER word name##_to_bits(type value) { \
    union { type value; word bits; } both = {.value = value}; \
    return both.bits; \
  } \
  HELPER type name##_from_bits(word bits) { \
    union { word bits; type value; } both = {.bits = bits}; \
    return both.value; \
  } \
  /* Every NaN becomes the one quiet NaN. The same as `QuietNan` in mimeo-interp, quiet_nan.rs. */ \
  HELPER word name##_canonical_bits(type value) { \
    return value != value ? (nan) : name##_to_bits(value); \
  } \
  HELPER type name##_quiet(type value) { \
    return name##_from_bits(name##_canonical_bits(value)); \
  }
FLOAT(f32, float, uint32_t, 0x7fc00000u)
FLOAT(f64, double, uint64_t, 0x7ff8000000000000ULL)
/* The same as `MinMax` in mimeo-interp, min_max.rs. Equal floats differ in the sign of 0 only. */
#define EXTREME(name, type, which, less, both) \
  HELPER type name##_##which##_number(type a, type b) { \
    if (a less b || b != b) return a; \
    if (b less a || a != a) return b; \
    return name##_from_bits(name##_to_bits(a) both name##_to_bits(b)); \
  } \
  HELPER type name##_##which(type a, type b) { \
    return a != a || b != b ? a + b : name##_##which##_number(a, b); \
  }
EXTREME(f32, float, minimum, <, |)
EXTREME(f32, float, maximum, >, &)
EXTREME(f64, double, minimum, <, |)
EXTREME(f64, double, maximum, >, &)
/* Rounding to integers. x86-64 has instructions for it from SSE4.1 on; without them compilers call the library. `rint`
 * rounds ties to even, unless another mode was set, which nothing does. */
#if defined(__aarch64__) || defined(__SSE4_1__)
#define f32_trunc(value) __builtin_truncf(value)
#define f32_floor(value) __builtin_floorf(value)
#define f32_ceil(value) __builtin_ceilf(value)
#define f64_trunc(value) __builtin_trunc(value)
#define f64_floor(value) __builtin_floor(value)
#define f64_ceil(value) __builtin_ceil(value)
#define f32_round_ties_even(value) __builtin_rintf(value)
#define f64_round_ties_even(value) __builtin_rint(value)
#else
/* From `integers` on every float is an integer, and has no room for half of one: the sum is rounded. */
#define ROUND_TIES_EVEN(name, type, suffix, integers) \
  HELPER type name##_round_ties_even(type value) { \
    type magnitude = __builtin_fabs##suffix(value); \
    if (!(magnitude < (integers))) return value; \
    return __builtin_copysign##suffix(magnitude + (integers) - (integers), value); \
  }
ROUND_TIES_EVEN(f32, float, f, 8388608.0f)
ROUND_TIES_EVEN(f64, double, , 4503599627370496.0)
/* From `integers` on every float is an integer. Every comparison with NaN is false. */
#define ROUNDING(name, type, suffix, word, integers) \
  HELPER type name##_trunc(type value) { \
    if (!(__builtin_fabs##suffix(value) < (integers))) return value; \
    return __builtin_copysign##suffix((type)(word)value, value); \
  } \
  HELPER type name##_floor(type value) { \
    type integer = name##_trunc(value); \
    return integer > value ? integer - 1 : integer; \
  } \
  HELPER type name##_ceil(type value) { \
    type integer = name##_trunc(value); \
    return integer < value ? integer + 1 : integer; \
  }
ROUNDING(f32, float, f, int32_t, 8388608.0f)
ROUNDING(f64, double, , int64_t, 4503599627370496.0)
#endif
/* Casts of a float to an integer saturate, and turn a NaN into 0, as in Rust. `above` is the first value too large. */
#define SATURATING_CAST(from, type_of, to, type, min, max, above) \
  HELPER type from##_to_##to(type_of value) { \
    if (value != value) return 0; \
    if (value <= (type_of)(min)) return (min); \
    if (value >= (above)) return (max); \
    return (type)value; \
  }
#define SATURATING_CASTS(to, type, min, max, above) \
  SATURATING_CAST(f32, float, to, type, min, max, above##f) \
  SATURATING_CAST(f64, double, to, type, min, max, above)
SATURATING_CASTS(i8, int8_t, -128, 127, 128.0)
SATURATING_CASTS(i16, int16_t, -32768, 32767, 32768.0)
SATURATING_CASTS(i32, int32_t, -2147483647 - 1, 2147483647, 2147483648.0)
SATURATING_CASTS(i64, int64_t, -9223372036854775807LL - 1, 9223372036854775807LL, 9223372036854775808.0)
SATURATING_CASTS(u8, uint8_t, 0, 255, 256.0)
SATURATING_CASTS(u16, uint16_t, 0, 65535, 65536.0)
SATURATING_CASTS(u32, uint32_t, 0, 4294967295u, 4294967296.0)
SATURATING_CASTS(u64, uint64_t, 0, 18446744073709551615ULL, 18446744073709551616.0)
