// SPDX-License-Identifier: Apache-2.0
#include "audio/seating.h"

#include <algorithm>
#include <cstdlib>

namespace parlour::audio {
namespace {

constexpr int kWell = 3;  // places between two people where there is room: 45 degrees

}  // namespace

Seating::Person& Seating::person(std::uint64_t key) {
    auto* oldest = m_people.data();
    for (auto& p : m_people) {
        if (p.key == key) {
            p.used = ++m_turn;
            return p;
        }
        if (p.used < oldest->used) oldest = &p;
    }
    *oldest = {key, {}, -1, ++m_turn};
    return *oldest;
}

/// Places to the nearest neighbour.
int Seating::farFromAll(int place) const {
    int nearest = kPlaces;
    for (int other = 0; other < kPlaces; ++other)
        if (m_taken[static_cast<std::size_t>(other)] > 0) nearest = std::min(nearest, std::abs(other - place));
    return nearest;
}

int Seating::take(std::uint64_t key) {
    auto& who = person(key);
    const auto taken = [&](int place) -> int& { return m_taken[static_cast<std::size_t>(place)]; };
    int chosen = who.place;
    if (chosen < 0 || taken(chosen) > 0) {
        if (m_seated == 0) {
            chosen = kPlaces / 2;
        } else {
            int best = 0;
            for (int place = 0; place < kPlaces; ++place) best = std::max(best, farFromAll(place));
            const int enough = std::min(best, kWell);
            std::array<int, kPlaces> fit{};
            std::size_t count = 0;
            const int least = *std::min_element(m_taken.begin(), m_taken.end());
            for (int place = 0; place < kPlaces; ++place)
                if (farFromAll(place) >= enough && taken(place) == least) fit[count++] = place;
            chosen = fit[key % count];
        }
    }
    who.place = chosen;
    ++taken(chosen);
    ++m_seated;
    return chosen;
}

void Seating::leave(int place) {
    if (place < 0 || place >= kPlaces || m_taken[static_cast<std::size_t>(place)] == 0) return;
    --m_taken[static_cast<std::size_t>(place)];
    --m_seated;
}

}  // namespace parlour::audio
