// SPDX-License-Identifier: Apache-2.0
// Words of overflow rooms that both ends share. They are parts of one talk: the same room of the API, a roster of their own.
#pragma once

#include <string_view>

namespace parlour::api {

inline constexpr std::string_view kAttrOverflow = "parlour.overflow";  ///< of a participant: the overflow room, "" = main room
// Members of a room's metadata, as its participants get it.
inline constexpr const char* kMetaOverflow = "overflow";       ///< the number of this overflow room; absent in the main room
inline constexpr const char* kMetaOverflowOf = "overflow_of";  ///< the title of the talk
inline constexpr const char* kMetaElsewhere = "elsewhere";     ///< people in the other rooms of the talk whom the roster leaves out

}  // namespace parlour::api
