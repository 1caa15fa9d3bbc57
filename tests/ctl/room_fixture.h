// SPDX-License-Identifier: Apache-2.0
// Snapshots of a room, made by hand.
#pragma once

#include <memory>
#include <string>

#include "core/room/room_state.h"

namespace parlour::tests {

/// A copy-and-change builder: every change() makes the next snapshot.
class RoomFixture {
  public:
    RoomFixture() {
        state.session = room::SessionState::joined;
        state.room = base::RoomId("room1");
        state.title = "Boats";
        state.self = base::Identity("me00000000000000000000000a");
        add("me00000000000000000000000a", "Me");
    }

    room::Participant& add(const std::string& identity, const std::string& name) {
        auto p = std::make_shared<room::Participant>();
        p->identity = base::Identity(identity);
        p->name = name;
        p->isSelf = p->identity == state.self;
        state.participants.push_back(p);
        return *p;
    }
    /// A private copy to change.
    room::Participant& edit(const std::string& identity) {
        for (auto& p : state.participants) {
            if (p->identity.str() != identity) continue;
            auto copy = std::make_shared<room::Participant>(*p);
            p = copy;
            return *copy;
        }
        throw std::logic_error("nobody: " + identity);
    }
    room::Participant& me() { return edit(state.self.str()); }
    void remove(const std::string& identity) {
        std::erase_if(state.participants, [&](const auto& p) { return p->identity.str() == identity; });
    }
    room::HandInQueue& queue(const std::string& identity) {
        room::HandInQueue hand;
        hand.identity = base::Identity(identity);
        state.hands.push_back(hand);
        return state.hands.back();
    }
    room::RoomStatePtr snapshot() {
        ++state.revision;
        return std::make_shared<const room::RoomState>(state);
    }

    room::RoomState state;
};

}  // namespace parlour::tests
