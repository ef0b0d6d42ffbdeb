#include "cquickfix.h"
