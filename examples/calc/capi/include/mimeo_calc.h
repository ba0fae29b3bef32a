/*
 * calc for C programs. `docs/embedding-in-c.md` has a complete program, and how to link it.
 *
 * Every function except mimeo_calc_abi_version returns a status. mimeo_calc_last_error gets the error of the last call
 * with a handle. Errors and texts are valid until the next call with the handle.
 *
 * The library cannot check the following requirements, which the caller must uphold:
 *
 * 1. A handle is null, or comes from mimeo_calc_create and has not been destroyed.
 * 2. A handle is used by one thread at a time, except by mimeo_calc_interrupt. It may move to another, with the synchronisation that C requires for
 *    shared memory. Different handles are independent of each other: they may run in different threads at once.
 * 3. A pointer to bytes is valid for reads of the length passed with it, until the function returns.
 * 4. A pointer for a result is null, or valid for writing one value. On failure nothing is written, except by
 *    mimeo_calc_create.
 * 5. The output function and the hook always return normally: no longjmp, no C++ exception. They may use the running handle: settings
 *    and errors are available, and all other calls are refused as busy.
 *
 * Everything else is checked. A panic of the library never reaches the caller: it becomes a status. Its message is also
 * written to standard error.
 */

#ifndef MIMEO_CALC_H
#define MIMEO_CALC_H

/* Generated from the Rust functions by UPDATE_EXPECT=1 cargo test -p mimeo-calc-capi header */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Version of this interface. Versions are incompatible; compare with mimeo_calc_abi_version.
 */
#define MIMEO_CALC_ABI_VERSION 2

/**
 * The result of a call.
 */
typedef enum {
  /**
   * The call succeeded.
   */
  MIMEO_CALC_STATUS_OK = 0,
  /**
   * A pointer that must not be null is null.
   */
  MIMEO_CALC_STATUS_NULL_POINTER = 1,
  /**
   * A number is not a valid value of the parameter.
   */
  MIMEO_CALC_STATUS_BAD_VALUE = 2,
  /**
   * An environment variable has an invalid value.
   */
  MIMEO_CALC_STATUS_BAD_SETTING = 3,
  /**
   * The program's text is not UTF-8.
   */
  MIMEO_CALC_STATUS_NOT_UTF8 = 4,
  /**
   * The program cannot be compiled. There can be several errors.
   */
  MIMEO_CALC_STATUS_COMPILE_ERROR = 5,
  /**
   * The program ended with an error. Earlier output has been written.
   */
  MIMEO_CALC_STATUS_RUNTIME_ERROR = 6,
  /**
   * No program is loaded.
   */
  MIMEO_CALC_STATUS_NO_PROGRAM = 7,
  /**
   * The handle's program is running: the call came from its own output function.
   */
  MIMEO_CALC_STATUS_BUSY = 8,
  /**
   * A defect of the language, or a panic of an output function written in Rust. The handle remains usable; a program
   * that was running has been dropped.
   */
  MIMEO_CALC_STATUS_PANIC = 9,
  /**
   * The program was interrupted, or its hook ended it.
   */
  MIMEO_CALC_STATUS_INTERRUPTED = 10,
  /**
   * The program has used its fuel.
   */
  MIMEO_CALC_STATUS_OUT_OF_FUEL = 11,
  /**
   * The program has reached its limit on memory, or there is not enough.
   */
  MIMEO_CALC_STATUS_OUT_OF_MEMORY = 12,
  /**
   * The program's calls are nested too deeply.
   */
  MIMEO_CALC_STATUS_STACK_OVERFLOW = 13,
} MimeoCalcStatus;

/**
 * When functions are compiled to native code.
 */
typedef enum {
  /**
   * When they have been called often: see the threshold.
   */
  MIMEO_CALC_MODE_AUTO = 0,
  /**
   * At their first call.
   */
  MIMEO_CALC_MODE_ON = 1,
  /**
   * Never.
   */
  MIMEO_CALC_MODE_OFF = 2,
} MimeoCalcMode;

/**
 * A form of the statistics.
 */
typedef enum {
  /**
   * No statistics.
   */
  MIMEO_CALC_STATS_FORMAT_OFF = 0,
  /**
   * A table for people.
   */
  MIMEO_CALC_STATS_FORMAT_SUMMARY = 1,
  /**
   * A line for each event, if recording was on when the program was loaded.
   */
  MIMEO_CALC_STATS_FORMAT_TRACE = 2,
  /**
   * JSON, for programs.
   */
  MIMEO_CALC_STATS_FORMAT_JSON = 3,
} MimeoCalcStatsFormat;

/**
 * A handle of calc: settings, and at most one loaded program. Created by mimeo_calc_create, freed by
 * mimeo_calc_destroy.
 */
typedef struct MimeoCalc MimeoCalc;

/**
 * Receives output of a program: `len` bytes, and the `user` pointer that was registered. Returns 0 on success; any
 * other number ends the program with an error. Output arrives in chunks of any size, all of them before the run
 * returns, in the thread that runs the program.
 */
typedef int (*MimeoCalcWriteFn)(void *user, const char *bytes, size_t len);

/**
 * Is called after a number of calls and backward jumps of a program, with the `user` pointer that was registered.
 * Returns 0 to continue; any other number ends the program as if it were interrupted.
 */
typedef int (*MimeoCalcHookFn)(void *user);

/**
 * Text in UTF-8, followed by a zero byte that `len` does not count. It is valid until the next call with the handle
 * that it came from.
 */
typedef struct {
  /**
   * The first byte. Never null.
   */
  const char *bytes;
  /**
   * Number of bytes.
   */
  size_t len;
} MimeoCalcText;

/**
 * The capability of the native tier on this machine, with the reason if native code is unavailable.
 */
typedef struct {
  /**
   * Whether native code is available. The mode decides whether functions are compiled.
   */
  bool available;
  /**
   * When functions are compiled.
   */
  MimeoCalcMode mode;
  /**
   * Number of the call at which a function is compiled in mode auto.
   */
  uint32_t threshold;
  /**
   * Version of the convention between native code and the machine.
   */
  uint32_t stencil_abi;
  /**
   * Number of the language's ops that have native code.
   */
  uint32_t ops_with_stencil;
  /**
   * Number of ops that have none, and are interpreted.
   */
  uint32_t ops_without_stencil;
  /**
   * Stable code of the reason why native code is unavailable. Empty if it is available.
   */
  MimeoCalcText reason_code;
  /**
   * The same code, followed by a sentence.
   */
  MimeoCalcText reason;
  /**
   * The architecture that the library was built for.
   */
  MimeoCalcText arch;
  /**
   * The operating system that the library was built for.
   */
  MimeoCalcText os;
  /**
   * The name of the language's instruction set.
   */
  MimeoCalcText instruction_set;
  /**
   * All of the above and the names of the ops without native code, for people.
   */
  MimeoCalcText text;
} MimeoCalcCapability;

/**
 * An error, and its position in the program.
 */
typedef struct {
  /**
   * The status of the call. If it is that of success, the message is empty.
   */
  MimeoCalcStatus status;
  /**
   * The line in the program's text, starting at 1; 0 if the error has no position.
   */
  uint32_t line;
  /**
   * The character in the line, starting at 1; 0 if the error has no position.
   */
  uint32_t column;
  /**
   * What is wrong.
   */
  MimeoCalcText message;
} MimeoCalcError;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Returns the version of the library's interface. It is compatible if it equals MIMEO_CALC_ABI_VERSION.
 */
uint32_t mimeo_calc_abi_version(void);

/**
 * Creates a handle with the settings of the environment: MIMEO_JIT, MIMEO_JIT_THRESHOLD, MIMEO_STATS, MIMEO_PERF.
 *
 * If one of them has an invalid value, the function returns an error and creates a handle with the default settings,
 * from which the message can be read, and which must be destroyed. After a panic the handle is null.
 */
MimeoCalcStatus mimeo_calc_create(MimeoCalc **calc);

/**
 * Frees a handle, which may be null. Returns busy if the handle's own output function calls it.
 */
MimeoCalcStatus mimeo_calc_destroy(MimeoCalc *calc);

/**
 * Sets the function that receives the output of programs, and its argument `user`. Null means standard output, which
 * is the default.
 *
 * Output to standard output does not go through stdio: flush the output of printf before a run.
 */
MimeoCalcStatus mimeo_calc_set_output(MimeoCalc *calc, MimeoCalcWriteFn write, void *user);

/**
 * Loads a program's text, `len` bytes of UTF-8, and replaces the current program. The text is not used after the
 * function has returned. If it cannot be loaded, the current program stays.
 */
MimeoCalcStatus mimeo_calc_load(MimeoCalc *calc, const char *text, size_t len);

/**
 * Runs the loaded program to completion. Each run starts from the beginning.
 */
MimeoCalcStatus mimeo_calc_run(MimeoCalc *calc);

/**
 * Interrupts the program that runs, or the next one, which ends with MIMEO_CALC_STATUS_INTERRUPTED.
 *
 * Any thread and any signal handler may call it while the handle exists. It does not count as a call.
 */
MimeoCalcStatus mimeo_calc_interrupt(const MimeoCalc *calc);

/**
 * Gets the fuel: the number of calls and backward jumps that are left to the loaded program, or that the next one gets.
 * UINT64_MAX means no limit.
 */
MimeoCalcStatus mimeo_calc_get_fuel(MimeoCalc *calc, uint64_t *events);

/**
 * Sets the fuel of the loaded program, and of programs that are loaded from now on. UINT64_MAX means no limit, which is
 * the default. A program that has used its fuel ends with MIMEO_CALC_STATUS_OUT_OF_FUEL.
 */
MimeoCalcStatus mimeo_calc_set_fuel(MimeoCalc *calc, uint64_t events);

/**
 * Limits the bytes of memory of the loaded program, and of programs that are loaded from now on. SIZE_MAX means no
 * limit, which is the default. A program that reaches its limit ends with MIMEO_CALC_STATUS_OUT_OF_MEMORY.
 */
MimeoCalcStatus mimeo_calc_set_memory_limit(MimeoCalc *calc, size_t bytes);

/**
 * Sets the function that is called after every `interval` calls and backward jumps of the program, and its argument
 * `user`. Null removes it. If it returns anything but 0, the program ends with MIMEO_CALC_STATUS_INTERRUPTED.
 */
MimeoCalcStatus mimeo_calc_set_hook(MimeoCalc *calc, uint32_t interval, MimeoCalcHookFn hook, void *user);

/**
 * Gets the mode, which determines when functions are compiled.
 */
MimeoCalcStatus mimeo_calc_get_mode(MimeoCalc *calc, MimeoCalcMode *mode);

/**
 * Sets the mode to a MimeoCalcMode. The parameter is an int so that an invalid number is an error.
 *
 * The output function may call it too. In mode off, existing code is kept but not entered.
 */
MimeoCalcStatus mimeo_calc_set_mode(MimeoCalc *calc, int mode);

/**
 * Gets the threshold: the number of the call or loop iteration at which a function is compiled in mode auto.
 */
MimeoCalcStatus mimeo_calc_get_threshold(MimeoCalc *calc, uint32_t *threshold);

/**
 * Sets the threshold. Every number is valid; 0 means the first call, like 1.
 */
MimeoCalcStatus mimeo_calc_set_threshold(MimeoCalc *calc, uint32_t threshold);

/**
 * Gets the capability of the native tier: that of the loaded program, or of a program that would be loaded now.
 */
MimeoCalcStatus mimeo_calc_capability(MimeoCalc *calc, MimeoCalcCapability *capability);

/**
 * Turns the recording of events on (not 0) or off (0), for programs that are loaded from now on. The trace form of the
 * statistics prints them.
 */
MimeoCalcStatus mimeo_calc_set_trace(MimeoCalc *calc, int trace);

/**
 * Gets the form of the statistics that MIMEO_STATS requests. The embedding program decides whether to print them.
 */
MimeoCalcStatus mimeo_calc_wanted_stats(MimeoCalc *calc, MimeoCalcStatsFormat *format);

/**
 * Gets the statistics of the native tier for the loaded program, in a form other than off of MimeoCalcStatsFormat.
 */
MimeoCalcStatus mimeo_calc_stats(MimeoCalc *calc, int format, MimeoCalcText *text);

/**
 * Gets the first error of the last call; its status is that of success if there was none. This function and the next
 * two do not count as calls.
 */
MimeoCalcStatus mimeo_calc_last_error(const MimeoCalc *calc, MimeoCalcError *error);

/**
 * Gets the number of errors of the last call. Only a program that cannot be compiled has more than one.
 */
MimeoCalcStatus mimeo_calc_error_count(const MimeoCalc *calc, size_t *count);

/**
 * Gets an error of the last call. Errors are numbered from 0, in the order of the program's text. Returns the status
 * for a bad value if there is no such error.
 */
MimeoCalcStatus mimeo_calc_error(const MimeoCalc *calc, size_t index, MimeoCalcError *error);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* MIMEO_CALC_H */
