// SPDX-License-Identifier: Apache-2.0
#include "core/room/chat_reducer.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

namespace parlour::room {
namespace {

constexpr std::int64_t kLastMs = 253'402'300'799'999;   // the year 9999

ChatMessage* find(RoomState& state, const std::string& id) {
    const auto it = std::find_if(state.chat.begin(), state.chat.end(), [&](const auto& m) { return m.id == id; });
    return it == state.chat.end() ? nullptr : &*it;
}

ChatMessage* findOwn(RoomState& state, const std::string& id) {
    auto* message = find(state, id);
    return message != nullptr && message->own ? message : nullptr;
}

/// By number; one without stays behind the one it came after.
void order(RoomState& state) {
    std::vector<std::pair<std::uint64_t, std::size_t>> keys;
    keys.reserve(state.chat.size());
    std::uint64_t last = 0;
    for (std::size_t i = 0; i < state.chat.size(); ++i) {
        const auto& m = state.chat[i];
        if (m.delivery == ChatDelivery::pending)
            last = std::numeric_limits<std::uint64_t>::max();
        else if (m.n != 0)
            last = m.n;
        keys.emplace_back(last, i);
    }
    if (!std::is_sorted(keys.begin(), keys.end())) {
        std::sort(keys.begin(), keys.end());
        std::vector<ChatMessage> sorted;
        sorted.reserve(state.chat.size());
        for (const auto& [key, i] : keys) sorted.push_back(std::move(state.chat[i]));
        state.chat = std::move(sorted);
    }
    // What only this computer has is the last to go.
    const auto kept = state.chatPast.kept;
    auto tooMany = state.chat.size() > kept ? state.chat.size() - kept : 0;
    std::erase_if(state.chat, [&](const auto& m) {
        if (tooMany == 0 || m.delivery != ChatDelivery::sent) return false;
        --tooMany;
        state.chatPast.more = state.chatPast.more || m.n != 0;
        return true;
    });
    if (state.chat.size() > kept) state.chat.erase(state.chat.begin(), state.chat.end() - static_cast<std::ptrdiff_t>(kept));
}

}  // namespace

void addChat(RoomState& state, ChatMessage message) {
    for (auto& known : state.chat) {
        if (message.id.empty() || known.id != message.id || known.from != message.from) continue;
        if (known.n != 0 || message.n == 0) return;
        known.n = message.n;
        known.delivery = ChatDelivery::sent;
        known.refusal.reset();
        return order(state);
    }
    state.chat.push_back(std::move(message));
    order(state);
}

void confirmChat(RoomState& state, const std::string& id, std::uint64_t n) {
    auto* message = findOwn(state, id);
    if (message == nullptr) return;
    message->n = n;
    message->delivery = ChatDelivery::sent;
    message->refusal.reset();
    order(state);
}

void refuseChat(RoomState& state, const std::string& id, base::Error why) {
    auto* message = findOwn(state, id);
    if (message == nullptr || message->delivery == ChatDelivery::sent) return;
    message->delivery = ChatDelivery::refused;
    message->refusal = std::move(why);
    order(state);
}

ChatMessage* retryChat(RoomState& state, const std::string& id, base::WallTime now) {
    auto* message = findOwn(state, id);
    if (message == nullptr || message->delivery != ChatDelivery::refused) return nullptr;
    message->delivery = ChatDelivery::pending;
    message->refusal.reset();
    message->at = now;
    order(state);
    return find(state, id);
}

void eraseChat(RoomState& state, const std::string& id) {
    auto* message = find(state, id);
    if (message == nullptr) return;
    message->deleted = true;
    message->text.clear();
}

bool dropRefusedChat(RoomState& state, const std::string& id) {
    const auto* message = findOwn(state, id);
    if (message == nullptr || message->delivery != ChatDelivery::refused) return false;
    std::erase_if(state.chat, [&](const auto& m) { return m.id == id; });
    return true;
}

std::uint64_t firstNumber(const RoomState& state) {
    std::uint64_t first = 0;
    for (const auto& m : state.chat)
        if (m.n != 0 && (first == 0 || m.n < first)) first = m.n;
    return first;
}

namespace {

void merge(RoomState& state, const std::vector<api::ChatLine>& lines, bool away) {
    const auto* me = state.me();
    std::map<std::string_view, std::size_t> known;
    for (std::size_t i = 0; i < state.chat.size(); ++i) known.emplace(state.chat[i].id, i);
    std::vector<ChatMessage> fresh;
    std::set<std::string_view> seen;
    for (const auto& line : lines) {
        if (!seen.insert(line.id).second) continue;
        if (const auto it = known.find(line.id); it != known.end()) {
            auto& message = state.chat[it->second];
            message.n = line.n;
            message.delivery = ChatDelivery::sent;
            message.refusal.reset();
            message.deleted = message.deleted || line.deleted;
            if (message.deleted) message.text.clear();
            continue;
        }
        ChatMessage message;
        message.id = line.id;
        message.from = line.author;
        message.fromName = line.name.empty() ? line.author.str() : line.name;
        message.text = line.deleted ? std::string() : line.text;
        message.at = base::fromUnixMs(std::clamp<std::int64_t>(line.atMs, 0, kLastMs));
        message.own = line.author == state.self;
        message.n = line.n;
        message.deleted = line.deleted;
        // What was pushed out of the list while one listened was not said while one was away. Both times are the server's.
        message.history = away || me == nullptr || message.at < me->joinedAt;
        fresh.push_back(std::move(message));
    }
    // In front: they are ordered by their numbers, and what has none keeps the place behind its neighbour.
    known.clear();
    state.chat.insert(state.chat.begin(), std::make_move_iterator(fresh.begin()), std::make_move_iterator(fresh.end()));
}

}  // namespace

void mergeHistory(RoomState& state, const std::vector<api::ChatLine>& lines, bool more) {
    const auto before = firstNumber(state);
    const auto first = lines.empty() ? 0 : lines.front().n;
    std::uint64_t below = 0;   // of what is known, the last before the page
    for (const auto& m : state.chat)
        if (m.n < first) below = std::max(below, m.n);
    const bool gap = more && below != 0 && below + 1 < first;
    if (gap) {
        std::erase_if(state.chat, [&](const auto& m) { return m.n != 0 && m.n < first; });
        state.chatPast.kept = ChatPast{}.kept;
    }
    if (gap || before == 0 || first <= before) state.chatPast.more = more;
    merge(state, lines, true);
    order(state);
}

void mergeEarlier(RoomState& state, const std::vector<api::ChatLine>& lines, bool more) {
    state.chatPast.asked = false;
    state.chatPast.more = more;
    merge(state, lines, false);
    state.chatPast.kept = std::min(kMaxChatKept, std::max(state.chatPast.kept, state.chat.size()));
    order(state);
}

void chatNotKept(RoomState& state) {
    state.chatKept = false;
    for (auto& message : state.chat)
        if (message.delivery == ChatDelivery::pending) message.delivery = ChatDelivery::sent;
}

}  // namespace parlour::room
