// SPDX-License-Identifier: Apache-2.0
// Mailboxes in which two computers of one person talk before they share a key (core/room/device_link.h). In memory only:
// they die with the process and after ten minutes. Bounded in number, messages and bytes. House thread; time is an argument.
#pragma once

#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/api/people_types.h"
#include "core/base/error.h"
#include "core/base/time.h"

namespace parlour::server {

class LinkMailboxes {
  public:
    static constexpr std::size_t kMaxSlots = 1000;
    static constexpr std::size_t kSlotsPerPerson = 3;
    static constexpr std::size_t kMaxMessages = 8;
    static constexpr std::size_t kMaxMessageBytes = 1024;
    static constexpr base::Duration kLife = std::chrono::minutes(10);

    /// exhausted "links_full" when there are too many; a person's oldest goes first.
    base::Result<std::string> open(const base::Identity& owner, base::TimePoint now);
    /// notFound "link_unknown" for unknown and expired ones alike; exhausted "link_full"; invalidInput "bad_field".
    base::Result<void> put(const std::string& slot, const api::LinkMessage& message, base::TimePoint now);
    base::Result<std::vector<api::LinkMessage>> after(const std::string& slot, std::size_t count, base::TimePoint now);

  private:
    struct Slot {
        base::Identity owner;
        base::TimePoint until;
        std::vector<api::LinkMessage> messages;
    };
    Slot* find(const std::string& slot, base::TimePoint now);
    void forget(base::TimePoint now);

    std::unordered_map<std::string, Slot> m_slots;
    std::deque<std::string> m_order;
};

}  // namespace parlour::server
