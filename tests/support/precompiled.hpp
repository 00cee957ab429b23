#pragma once
// What every test includes, compiled once.
#include "common/precompiled.hpp"

#include <gtest/gtest.h>
