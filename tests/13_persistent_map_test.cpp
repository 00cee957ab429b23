// PersistentMap: a map that is never changed. The one that is on the include path.
#include "13_context_variables/persistent_map.hpp"
#include "tests/support/persistent_map_laws.hpp"
