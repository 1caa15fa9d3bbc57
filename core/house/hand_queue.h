// SPDX-License-Identifier: Apache-2.0
// Order keys of raised hands: fixed-width text that sorts as it was handed out. Normal keys grow; a missed offer returns
// in front of all. Only the server makes keys; no time of a client is ever looked at. Pure.
#pragma once

#include <cstdint>
#include <string>

namespace parlour::house {

/// The n-th hand of a session, n >= 1.
std::string handKey(std::uint64_t n);
/// The n-th hand put in front, n >= 1; sorts before every handKey and every earlier front key.
std::string frontHandKey(std::uint64_t n);
/// The n-th hand pinned, n >= 1; sorts before all that are not pinned and after earlier pinned ones.
std::string pinnedHandKey(std::uint64_t n);

}  // namespace parlour::house
