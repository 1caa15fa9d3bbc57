// SPDX-License-Identifier: Apache-2.0
// How one person wants to hear the others. Plain values.
#pragma once

#include <cstdint>
#include <string_view>

namespace parlour::audio {

/// Where the voices come from. Off: all from the same place, as one channel.
enum class Seats { off, headphones, loudspeakers };

struct ListeningSettings {
    bool levelling = true;  ///< quiet and loud speakers are brought to one loudness, slowly
    Seats seats = Seats::off;
    bool operator==(const ListeningSettings&) const = default;
};

/// A person's number for what is remembered of them: the same on every start and computer (FNV-1a), never 0.
inline std::uint64_t personKey(std::string_view identity) {
    std::uint64_t hash = 0xcbf29ce484222325u;
    for (const char c : identity) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    return hash == 0 ? 1 : hash;
}

}  // namespace parlour::audio
