/*
 * calc for C programs. `docs/embedding-in-c.md` has a whole program, and how to link it.
 *
 * Every function but mimeo_calc_abi_version returns a status; what is wrong can then be read from the handle, with
 * mimeo_calc_last_error, until the next call with it. Text that a function hands out is valid as long.
 *
 * What the library trusts its caller in, because it cannot check it:
 *
 * 1. A handle is null, or comes from mimeo_calc_create and was not destroyed since.
 * 2. A handle is used by one thread at a time. It may move to another, with the synchronisation that C asks of shared
 *    memory. Different handles are independent of each other: they may run in different threads at once.
 * 3. Where bytes and a length are handed over, so many bytes can be read until the function returns.
 * 4. A pointer for a result is null, or one value can be written there. With a failure nothing is written there, but by
 *    mimeo_calc_create.
 * 5. The output function comes back by returning: no longjmp, no C++ exception. It may call with the handle that is
 *    running: settings and errors are to be had, everything else is refused as busy.
 *
 * Everything else is checked. A panic of the library never reaches the caller: it is a status. Its message is also
 * written to standard error.
 */

#ifndef MIMEO_CALC_H
#define MIMEO_CALC_H

/* Made from the Rust functions: MIMEO_BLESS=1 cargo test -p mimeo-calc-capi header makes it anew. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Version of this interface. Another version is another interface: compare with mimeo_calc_abi_version.
 */
#define MIMEO_CALC_ABI_VERSION 1

/**
 * What became of a call.
 */
typedef enum {
  /**
   * It did what it should.
   */
  MIMEO_CALC_STATUS_OK = 0,
  /**
   * A pointer is null that must not be.
   */
  MIMEO_CALC_STATUS_NULL_POINTER = 1,
  /**
   * A number is none of those that the parameter can have.
   */
  MIMEO_CALC_STATUS_BAD_VALUE = 2,
  /**
   * An environment variable has a value that it cannot have.
   */
  MIMEO_CALC_STATUS_BAD_SETTING = 3,
  /**
   * The program's text is not UTF-8.
   */
  MIMEO_CALC_STATUS_NOT_UTF8 = 4,
  /**
   * The program is wrong: see the errors, of which there may be several.
   */
  MIMEO_CALC_STATUS_COMPILE_ERROR = 5,
  /**
   * The program ended with an error. What it wrote before is written.
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
   * A defect of the language, or a panic of an output function written in Rust. The handle can be used further; a
   * program that was running is gone.
   */
  MIMEO_CALC_STATUS_PANIC = 9,
} MimeoCalcStatus;

/**
 * When functions are compiled to native code.
 */
typedef enum {
  /**
   * When they are called often: see the threshold.
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
   * None: no statistics are asked for.
   */
  MIMEO_CALC_STATS_FORMAT_OFF = 0,
  /**
   * A table for people.
   */
  MIMEO_CALC_STATS_FORMAT_SUMMARY = 1,
  /**
   * A line for each event of a function's life, if recording was on when the program was loaded.
   */
  MIMEO_CALC_STATS_FORMAT_TRACE = 2,
  /**
   * For programs.
   */
  MIMEO_CALC_STATS_FORMAT_JSON = 3,
} MimeoCalcStatsFormat;

/**
 * calc in a C program: settings, and at most one loaded program. Made by mimeo_calc_create, freed by
 * mimeo_calc_destroy.
 */
typedef struct MimeoCalc MimeoCalc;

/**
 * Takes what a program writes: `len` bytes, and `user` as it was given. Returns 0, or any other number when it could
 * not write: the program then ends with an error. Text comes in pieces of no particular size, all of them before the
 * run returns, in the thread that runs the program.
 */
typedef int (*MimeoCalcWriteFn)(void *user, const char *bytes, size_t len);

/**
 * Text in UTF-8. A zero byte follows it, which is not counted. It is valid until the next call with the handle that
 * it came from.
 */
typedef struct {
  /**
   * The first byte. Never null.
   */
  const char *bytes;
  /**
   * How many bytes.
   */
  size_t len;
} MimeoCalcText;

/**
 * What the native tier can do here, and why not more.
 */
typedef struct {
  /**
   * There is native code to be had. Whether functions are compiled is up to the mode.
   */
  bool available;
  /**
   * When functions are compiled.
   */
  MimeoCalcMode mode;
  /**
   * In mode auto, the call at which a function is compiled.
   */
  uint32_t threshold;
  /**
   * Version of the convention between native code and the machine.
   */
  uint32_t stencil_abi;
  /**
   * How many of the language's ops have native code.
   */
  uint32_t ops_with_stencil;
  /**
   * How many have none, and are interpreted.
   */
  uint32_t ops_without_stencil;
  /**
   * Why there is no native code: the diagnostic's stable code. Empty when there is.
   */
  MimeoCalcText reason_code;
  /**
   * The code again, and a sentence.
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
   * All of this and the names of the ops without native code, for people.
   */
  MimeoCalcText text;
} MimeoCalcCapability;

/**
 * An error, and where in the program it is.
 */
typedef struct {
  /**
   * What became of the call. With the status for success the message is empty.
   */
  MimeoCalcStatus status;
  /**
   * The line in the program's text, counted from 1; 0 when the error is in none.
   */
  uint32_t line;
  /**
   * The character in the line, counted from 1; 0 when the error is in none.
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
 * The version of the interface that the library has. A program works with it when it is MIMEO_CALC_ABI_VERSION.
 */
uint32_t mimeo_calc_abi_version(void);

/**
 * Makes a handle, with the settings of the environment: MIMEO_JIT, MIMEO_JIT_THRESHOLD, MIMEO_STATS, MIMEO_PERF.
 *
 * When one of them has a value that it cannot have, the status says so, and there is a handle all the same: it has the
 * default settings, its last error is the message, and it must be destroyed as any other. After a panic it is null.
 */
MimeoCalcStatus mimeo_calc_create(MimeoCalc **calc);

/**
 * Frees a handle. Null is fine. The handle's own output function cannot do it: busy.
 */
MimeoCalcStatus mimeo_calc_destroy(MimeoCalc *calc);

/**
 * Sends what programs write to a function, and `user` with it; null is standard output, where the handle starts.
 *
 * What goes to standard output does not pass through stdio: flush what printf has before a run.
 */
MimeoCalcStatus mimeo_calc_set_output(MimeoCalc *calc, MimeoCalcWriteFn write, void *user);

/**
 * Loads a program's text, `len` bytes of UTF-8, in the place of the program that is there. The text is not used after
 * the function has returned. When it cannot be loaded, the program that is there stays.
 */
MimeoCalcStatus mimeo_calc_load(MimeoCalc *calc, const char *text, size_t len);

/**
 * Runs the loaded program to its end. It can be run again, and starts from the beginning.
 */
MimeoCalcStatus mimeo_calc_run(MimeoCalc *calc);

/**
 * Asks when functions are compiled.
 */
MimeoCalcStatus mimeo_calc_get_mode(MimeoCalc *calc, MimeoCalcMode *mode);

/**
 * Changes when functions are compiled: a MimeoCalcMode. The parameter is an int so that a wrong number is an error.
 *
 * The output function may do it too. With mode off, code that is there is kept but not entered.
 */
MimeoCalcStatus mimeo_calc_set_mode(MimeoCalc *calc, int mode);

/**
 * Asks for the threshold: in mode auto, the call or round of a loop at which a function is compiled.
 */
MimeoCalcStatus mimeo_calc_get_threshold(MimeoCalc *calc, uint32_t *threshold);

/**
 * Changes the threshold. Every number is one; 0 is the first call, as 1.
 */
MimeoCalcStatus mimeo_calc_set_threshold(MimeoCalc *calc, uint32_t threshold);

/**
 * Says what the native tier can do here: that of the loaded program, or of one that would be loaded now.
 */
MimeoCalcStatus mimeo_calc_capability(MimeoCalc *calc, MimeoCalcCapability *capability);

/**
 * Turns the recording of events on (not 0) or off (0), for the programs that are loaded from now on. The trace form of
 * the statistics consists of them.
 */
MimeoCalcStatus mimeo_calc_set_trace(MimeoCalc *calc, int trace);

/**
 * Asks which form of the statistics the user wants, by MIMEO_STATS: to show them is up to the program.
 */
MimeoCalcStatus mimeo_calc_wanted_stats(MimeoCalc *calc, MimeoCalcStatsFormat *format);

/**
 * Says what the native tier did for the loaded program, in the form asked for: a MimeoCalcStatsFormat, but not off.
 */
MimeoCalcStatus mimeo_calc_stats(MimeoCalc *calc, int format, MimeoCalcText *text);

/**
 * The first error of the last call, or that there was none. This and the next two are no calls in that sense.
 */
MimeoCalcStatus mimeo_calc_last_error(const MimeoCalc *calc, MimeoCalcError *error);

/**
 * How many errors the last call had. Only a program that cannot be compiled has more than one.
 */
MimeoCalcStatus mimeo_calc_error_count(const MimeoCalc *calc, size_t *count);

/**
 * One of the errors of the last call, counted from 0, in the order of the program's text. Without such an error, the
 * status is that of a bad value.
 */
MimeoCalcStatus mimeo_calc_error(const MimeoCalc *calc, size_t index, MimeoCalcError *error);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* MIMEO_CALC_H */
