// expect: result<T>: T is an object type
#include <xenos/core/result.hpp>

#ifdef XENOS_TWIN
using element = float;
#else
using element = float&;
#endif

xenos::result<element> read();

bool reads();
bool reads() { return read().has_value(); }
