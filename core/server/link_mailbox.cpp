// SPDX-License-Identifier: Apache-2.0
#include "core/server/link_mailbox.h"

#include <algorithm>

#include "core/crypto/random.h"

namespace parlour::server {

using base::ErrorKind;

namespace {
base::Unexpected<base::Error> unknown() {
    return base::fail(ErrorKind::notFound, "link_unknown", "This linking code is not valid any more.",
                      "Make a new one on the other computer; it lasts ten minutes.");
}
}  // namespace

void LinkMailboxes::forget(base::TimePoint now) {
    while (!m_order.empty()) {
        const auto it = m_slots.find(m_order.front());
        if (it != m_slots.end() && it->second.until > now) return;   // in order of their ends
        if (it != m_slots.end()) m_slots.erase(it);
        m_order.pop_front();
    }
}

LinkMailboxes::Slot* LinkMailboxes::find(const std::string& slot, base::TimePoint now) {
    forget(now);
    const auto it = m_slots.find(slot);
    return it == m_slots.end() ? nullptr : &it->second;
}

base::Result<std::string> LinkMailboxes::open(const base::Identity& owner, base::TimePoint now) {
    forget(now);
    std::vector<std::string> own;
    for (const auto& slot : m_order)
        if (const auto it = m_slots.find(slot); it != m_slots.end() && it->second.owner == owner) own.push_back(slot);
    if (own.size() >= kSlotsPerPerson) m_slots.erase(own.front());
    if (m_slots.size() >= kMaxSlots)
        return base::fail(ErrorKind::exhausted, "links_full", "Too many computers are being linked at the moment.", "Try again in ten minutes.");
    const std::string slot = crypto::randomToken(16);
    m_slots.emplace(slot, Slot{owner, now + kLife, {}});
    m_order.push_back(slot);
    return slot;
}

base::Result<void> LinkMailboxes::put(const std::string& name, const api::LinkMessage& message, base::TimePoint now) {
    auto* slot = find(name, now);
    if (!slot) return unknown();
    if ((message.from != "old" && message.from != "new") || message.text.empty() || message.text.size() > kMaxMessageBytes)
        return base::fail(ErrorKind::invalidInput, "bad_field", "A field is missing or has a wrong value.");
    if (slot->messages.size() >= kMaxMessages)
        return base::fail(ErrorKind::exhausted, "link_full", "Too much was said over this linking code.", "Make a new one.");
    slot->messages.push_back(message);
    return {};
}

base::Result<std::vector<api::LinkMessage>> LinkMailboxes::after(const std::string& name, std::size_t count, base::TimePoint now) {
    const auto* slot = find(name, now);
    if (!slot) return unknown();
    if (count >= slot->messages.size()) return std::vector<api::LinkMessage>{};
    return std::vector<api::LinkMessage>(slot->messages.begin() + static_cast<std::ptrdiff_t>(count), slot->messages.end());
}

}  // namespace parlour::server
