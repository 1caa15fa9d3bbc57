// SPDX-License-Identifier: Apache-2.0
// The chat and the reactions of the offline twin: as a house would answer.
#include <algorithm>

#include "ui/models/offline_client.h"

namespace parlour::ui {

namespace {
constexpr auto kFade = std::chrono::seconds(5);
}

void OfflineClient::judge(room::ChatMessage& message) {
    const auto* me = m_state.me();
    const bool slow = m_state.chatRules.slowS > 0 && (me == nullptr || me->power == api::Power::none);
    const bool wrote = std::any_of(m_state.chat.begin(), m_state.chat.end(), [&](const auto& m) {
        return m.own && m.id != message.id && m.delivery == room::ChatDelivery::sent &&
               m_clock.wallNow() - m.at < std::chrono::seconds(m_state.chatRules.slowS);
    });
    if (!slow || !wrote) {
        message.delivery = room::ChatDelivery::sent;
        message.refusal.reset();
        message.n = 0;
        for (const auto& m : m_state.chat) message.n = std::max(message.n, m.n);
        ++message.n;
        return;
    }
    message.delivery = room::ChatDelivery::refused;
    message.refusal = base::Error{base::ErrorKind::exhausted, "slow_mode",
                                  "The chat is in slow mode: one message every " + std::to_string(m_state.chatRules.slowS) + " seconds.",
                                  "Send it again in a while.", {}};
}

void OfflineClient::say(const std::string& text) {
    room::ChatMessage message;
    message.id = "own" + std::to_string(m_state.revision);
    message.from = m_state.self;
    if (const auto* own = edit({})) message.fromName = own->name;
    message.text = text;
    message.at = m_clock.wallNow();
    message.own = true;
    judge(message);
    m_state.chat.push_back(std::move(message));
    publish();
}

void OfflineClient::resendChat(const std::string& id) {
    for (std::size_t i = 0; i < m_state.chat.size(); ++i) {
        auto message = m_state.chat[i];
        if (message.id != id || message.delivery != room::ChatDelivery::refused) continue;
        message.at = m_clock.wallNow();
        judge(message);
        if (message.delivery == room::ChatDelivery::sent) {
            m_state.chat.erase(m_state.chat.begin() + static_cast<std::ptrdiff_t>(i));
            m_state.chat.push_back(std::move(message));
        } else {
            m_state.chat[i] = std::move(message);
        }
        return publish();
    }
}

void OfflineClient::deleteChat(const std::string& id) {
    std::erase_if(m_state.chat, [&](const auto& m) { return m.id == id && m.delivery == room::ChatDelivery::refused; });
    for (auto& message : m_state.chat)
        if (message.id == id) {
            message.deleted = true;
            message.text.clear();
        }
    publish();
}

void OfflineClient::setChatRules(std::optional<int> slowS, std::optional<std::string> pinned) {
    if (slowS) m_state.chatRules.slowS = *slowS;
    if (pinned) {
        m_state.chatRules.pinned = *pinned;
        m_state.chatRules.pinnedBy = pinned->empty() ? base::Identity() : m_state.self;
    }
    publish();
}

void OfflineClient::longChat(int messages) {
    past.clear();
    for (int i = 1; i <= messages; ++i) {
        room::ChatMessage message;
        message.id = "long" + std::to_string(i);
        const auto& person = *m_state.participants[static_cast<std::size_t>(i / 3) % m_state.participants.size()];
        message.from = person.identity;
        message.fromName = person.name;
        message.text = "Message " + std::to_string(i);
        message.at = m_clock.wallNow() - std::chrono::seconds(20 * (messages - i + 1));
        message.own = person.isSelf;
        message.n = static_cast<std::uint64_t>(i);
        past.push_back(std::move(message));
    }
    m_state.chat.clear();
    m_state.chatPast.more = true;
    earlierChat();
}

void OfflineClient::earlierChat() {
    if (!m_state.chatPast.more) return;
    const auto count = static_cast<std::ptrdiff_t>(std::min<std::size_t>(past.size(), api::kMaxChatPage));
    m_state.chat.insert(m_state.chat.begin(), past.end() - count, past.end());
    past.erase(past.end() - count, past.end());
    m_state.chatPast.more = !past.empty();
    publish();
}

void OfflineClient::react(std::size_t reaction) {
    auto& count = m_state.reactions.at(reaction);
    ++count.total;
    ++count.recent;
    publish();
    QTimer::singleShot(kFade, this, [this, reaction] {
        auto& faded = m_state.reactions.at(reaction);
        faded.recent -= std::min<std::uint32_t>(faded.recent, 1);
        publish();
    });
}

void OfflineClient::crowd(int listeners) {
    for (int i = 1; i <= listeners; ++i) {
        auto person = std::make_shared<room::Participant>();
        person->identity = base::Identity("listener" + std::to_string(i));
        person->name = "Listener " + std::to_string(i);
        m_state.participants.push_back(std::move(person));
    }
    publish();
}

}  // namespace parlour::ui
