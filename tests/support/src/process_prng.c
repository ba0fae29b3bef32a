/* The one function of bcryptprimitives.dll that Rust's standard library asks for; Wine 8 does not have the file. */
#include <windows.h>

BOOLEAN WINAPI SystemFunction036(PVOID bytes, ULONG length);

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T length) {
  return SystemFunction036(bytes, (ULONG)length);
}
