// SPDX-License-Identifier: Apache-2.0
// Who sits where around the listener, and what is known of people whose track is gone. The first to speak sits straight
// ahead; later ones sit well apart from the others, by their own number among the free places; nobody moves because
// somebody comes or goes, and who comes back finds the old place if it is free. Thread: the pump. No allocation.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "audio/speaker_level.h"

namespace parlour::audio {

class Seating {
  public:
    static constexpr int kPlaces = 11;   ///< every 15 degrees from -75 to 75
    static constexpr float kApart = 15.0f;

    /// A place for this person; more people than places share them.
    int take(std::uint64_t person);
    void leave(int place);
    static float azimuthOf(int place) { return kApart * static_cast<float>(place - kPlaces / 2); }
    int seated() const { return m_seated; }

    /// What is remembered of a person; made when new, the one not used longest makes room.
    struct Person {
        std::uint64_t key = 0;
        VoiceLoudness voice;
        int place = -1;
        std::uint32_t used = 0;
    };
    Person& person(std::uint64_t key);

  private:
    int farFromAll(int place) const;

    std::array<int, kPlaces> m_taken{};
    int m_seated = 0;
    std::array<Person, 256> m_people{};
    std::uint32_t m_turn = 0;
};

}  // namespace parlour::audio
