// SPDX-License-Identifier: Apache-2.0
// The offline twin's queue, door and raids: the verbs of core/house/stage_crowd.cpp, as simple as pages need them.
#include <algorithm>
#include <cstdio>

#include "ui/models/offline_client.h"

namespace parlour::ui {

namespace {
std::string pinnedKey(int n) {
    char key[20];
    std::snprintf(key, sizeof key, "%016d", n);
    return key;
}
}  // namespace

bool OfflineClient::crowdCommand(const room::Command& command) {
    using api::StageVerb;
    const auto queue = [this] {
        std::vector<std::pair<std::string, base::Identity>> keys;
        for (const auto& hand : m_state.hands)
            if (const auto* person = edit(hand.identity)) keys.emplace_back(person->handKey, hand.identity);
        return keys;
    };
    switch (command.verb) {
        case StageVerb::pin:
            if (auto* person = edit(command.target); person && !person->handKey.empty())
                person->handKey = command.on ? pinnedKey(static_cast<int>(commands.size())) : "00000100000009" + std::to_string(10 + commands.size() % 90);
            return true;
        case StageVerb::move: {
            auto order = queue();
            const auto from = std::find_if(order.begin(), order.end(), [&](const auto& one) { return one.second == command.target; });
            if (from == order.end() || !command.place) return true;
            const auto who = from->second;
            std::vector<std::string> keys;
            for (const auto& one : order) keys.push_back(one.first);
            const auto place = static_cast<std::size_t>(std::clamp(*command.place, 1, static_cast<int>(order.size()))) - 1;
            order.erase(from);
            order.insert(order.begin() + static_cast<std::ptrdiff_t>(place), {"", who});
            for (std::size_t i = 0; i < order.size(); ++i) edit(order[i].second)->handKey = keys[i];
            return true;
        }
        case StageVerb::clearHands:
            for (const auto& [key, who] : queue()) edit(who)->handKey.clear();
            return true;
        case StageVerb::next:
            if (const auto order = queue(); !order.empty()) edit(order.front().second)->invitedUntil = m_clock.wallNow() + std::chrono::seconds(30);
            return true;
        case StageVerb::muteAll: {
            std::vector<base::Identity> all;
            for (const auto& person : m_state.participants)
                if (person->power == api::Power::none && person->microphoneOpen) all.push_back(person->identity);
            for (const auto& who : all) edit(who)->microphoneOpen = false;
            return true;
        }
        case StageVerb::admit: {
            if (!m_state.door) return true;
            auto door = *m_state.door;
            door.people += static_cast<int>(std::erase_if(door.waiting, [&](const auto& w) { return command.target.empty() || w.identity == command.target; }));
            door.waitingCount = static_cast<int>(door.waiting.size());
            m_state.door = std::make_shared<const room::DoorView>(std::move(door));
            return true;
        }
        case StageVerb::lockDoor: m_state.doorLocked = command.on; return true;
        case StageVerb::removeMany:
        case StageVerb::banMany: {
            auto& people = m_state.participants;
            people.erase(std::remove_if(people.begin(), people.end(), [&](const auto& person) {
                const auto came = arrivals.find(person->identity.str());
                if (came == arrivals.end() || person->power != api::Power::none) return false;
                return command.sinceMinutes ? came->second.minutesAgo <= *command.sinceMinutes : came->second.link == command.link.str();
            }), people.end());
            return true;
        }
        default: return false;
    }
}

void OfflineClient::tellHouse() {
    houses.inside.clear();
    for (const auto& person : m_state.participants)
        if (const auto came = arrivals.find(person->identity.str()); came != arrivals.end())
            houses.inside.push_back({came->second.link, came->second.minutesAgo});
}

}  // namespace parlour::ui
