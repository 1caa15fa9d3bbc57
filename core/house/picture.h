// SPDX-License-Identifier: Apache-2.0
// Pictures of people: whatever comes in is decoded, cut square, made small and written anew as JPEG, so that no byte of a
// foreign file reaches anybody else (security: T30). PNG, JPEG and WebP by their first bytes; nothing animated, no SVG. Pure; any
// thread; bytes from outside: fuzzed.
#pragma once

#include <cstddef>

#include "core/base/byte_io.h"
#include "core/base/error.h"

namespace parlour::house {

inline constexpr int kMaxPictureSide = 4096;   ///< pixels
inline constexpr int kPictureSide = 256;       ///< of what is kept; smaller ones stay as small as they are

/// A JPEG of at most kPictureSide × kPictureSide. Errors: invalidInput "picture_kind" (not one of the three), "picture_large" (bytes
/// or pixels), "picture_damaged".
base::Result<base::Bytes> normalizedPicture(base::ByteView file);

}  // namespace parlour::house
