// What target_precompile_headers needs to have a header precompiled.
#include "torch_headers.h"
