// SPDX-License-Identifier: Apache-2.0
// Catch2 version 3 where it is installed, version 2 on Debian 12. Use only what both have.
#pragma once
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif
