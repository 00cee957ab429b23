#pragma once
// What every test includes, compiled once.
#include <gtest/gtest.h>

#include "common/precompiled.hpp"
