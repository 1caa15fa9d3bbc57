// SPDX-License-Identifier: Apache-2.0
// The figures a house lives by (rooms and invitations, section 1; security, section 1.2). Set once from the settings.
#pragma once

#include <chrono>
#include <cstddef>

#include "core/base/time.h"

namespace parlour::house {

/// For how many days the house remembers; 0 = for good. Swept every hour.
struct Retention {
    int auditDays = 0;
    int chatDays = 0;
    int reportDays = 0;      ///< after a report was answered; open ones stay
    int endedRoomDays = 0;   ///< a room with its links, members and chat, after its end
};

struct Policy {
    // Stage
    std::size_t maxOnStage = 32;                          ///< speakers and open offers together
    std::size_t maxPeople = 5000;                         ///< per room, listeners included
    std::size_t maxHands = 1000;                          ///< per room
    base::Duration offerTime = std::chrono::seconds(30);  ///< to answer an invitation to speak
    base::Duration grace = std::chrono::seconds(60);      ///< seat and hand after a lost connection
    base::Duration hostGrace = std::chrono::seconds(60);  ///< before the host's chair goes on
    base::Duration listenerLock = std::chrono::minutes(5);  ///< waiting for a moderator, then the session ends
    base::Duration departure = std::chrono::seconds(20);  ///< after the last person's grace
    base::Duration empty = std::chrono::seconds(300);     ///< when nobody ever came
    base::Duration handPause = std::chrono::milliseconds(500);   ///< between two raises of one person
    base::Duration refusalPause = std::chrono::seconds(10);      ///< before a dismissed hand may rise again
    // Commands per person
    double commandBurst = 10;
    double commandsPerSecond = 2;
    // House
    std::size_t maxRooms = 500;
    std::size_t roomsPerPerson = 2;                       ///< live at once
    std::chrono::seconds joinToken{600};
    std::chrono::seconds refreshToken{600};
    std::chrono::seconds session{24 * 3600};
    std::chrono::seconds nonce{60};
    std::size_t maxNonces = 10'000;                       ///< outstanding challenges; the oldest goes first
    Retention retention;
};

}  // namespace parlour::house
