/* The only function of bcryptprimitives.dll that Rust's standard library uses; Wine 8 lacks the file. */
#include <windows.h>

BOOLEAN WINAPI SystemFunction036(PVOID bytes, ULONG length);

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T length) {
  return SystemFunction036(bytes, (ULONG)length);
}
