// GoogleTest includes this file wherever it is included itself: it is its place for printers.
#pragma once
#include "tests/support/printers.hpp"
