// Runs a script by Lua's interpreter, which it is linked with.
#include "lauxlib.h"
#include "lualib.h"

int main(int argc, char **argv) {
  lua_State *lua = luaL_newstate();
  luaL_openlibs(lua);
  lua_createtable(lua, argc, 0);
  for (int at = 1; at < argc; at++) {
    lua_pushstring(lua, argv[at]);
    lua_rawseti(lua, -2, at - 1);
  }
  lua_setglobal(lua, "arg");
  if (argc < 2 || luaL_loadfile(lua, argv[1])) return 1;
  lua_call(lua, 0, 0);
  lua_close(lua);
  return 0;
}
