// SPDX-License-Identifier: Apache-2.0
// The chat and the reactions of a session: what we say and what becomes of it, what others say, what was said before we came.
#include <algorithm>
#include <charconv>

#include "core/crypto/random.h"
#include "core/api/chat_write.h"
#include "core/room/chat_reducer.h"
#include "core/room/session_impl.h"

namespace parlour::room {
namespace {

constexpr base::Duration kAnswerTime = std::chrono::seconds(8);
constexpr base::Duration kHistoryPause = std::chrono::seconds(1);   // doubles
constexpr int kHistoryTries = 6;

base::Error notJoined() { return {base::ErrorKind::refused, "not_joined", "You are not in a room.", "Enter a room first.", {}}; }

base::Error tooFast() {
    return {base::ErrorKind::exhausted, "chat_too_fast", "You are writing too fast; this message was not sent.",
            "Wait a few seconds and send it again.", {}};
}

base::Error noReactions() { return {base::ErrorKind::refused, "no_reactions", "This server counts no reactions.", {}, {}}; }

base::Error unanswered() {
    return {base::ErrorKind::unreachable, "chat_unanswered", "The house has not said that it has this message.",
            "Send it again; it will not appear twice.", {}};
}

std::uint64_t numberOf(const signal::StreamHeader& header) {
    const auto found = header.attributes.find(signal::kAttrChatNumber);
    std::uint64_t number = 0;
    if (found == header.attributes.end()) return 0;
    const auto& text = found->second;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() ? number : 0;
}

}  // namespace

void RoomSession::sendChat(const std::string& text) {
    auto& s = *m_impl;
    PARLOUR_CHECK_THREAD(s.thread);
    if (text.empty() || s.leaving) return;
    if (!s.everJoined || s.state.session == SessionState::left) return s.refuse(notJoined());
    if (text.size() > signal::kMaxChatBytes)
        return s.refuse({base::ErrorKind::invalidInput, "chat_too_long", "The message is too long.", "Send at most 4 KiB at once.", {}});
    const auto* me = s.state.me();
    ChatMessage message{crypto::randomToken(12), s.state.self, me != nullptr ? me->name : s.config.name, text, s.loop.clock().wallNow(), true};
    message.delivery = ChatDelivery::pending;
    // The server would refuse what is faster; so it is told here.
    if (s.chat.messages.take(s.loop.clock().now())) {
        s.postChat(message);
    } else {
        message.delivery = ChatDelivery::refused;
        message.refusal = tooFast();
    }
    addChat(s.state, std::move(message));
    s.publish();
}

void RoomSession::resendChat(const std::string& id) {
    auto& s = *m_impl;
    PARLOUR_CHECK_THREAD(s.thread);
    if (s.leaving) return;
    if (!s.everJoined || s.state.session == SessionState::left) return s.refuse(notJoined());
    auto* message = retryChat(s.state, id, s.loop.clock().wallNow());
    if (message == nullptr) return;
    if (s.chat.messages.take(s.loop.clock().now()))
        s.postChat(*message);
    else
        refuseChat(s.state, id, tooFast());
    s.publish();
}

/// Sends it; the answer comes by onUserData(), or is the house's own.
void RoomSession::Impl::postChat(ChatMessage& message) {
    if (chat.byHouse && house)
        return house->post<api::ChatWish, api::ChatAnswer>(
            "/rooms/" + room.str() + "/chat", {message.id, message.text},
            [weak = weak_from_this(), id = message.id, during = visit](base::Result<api::ChatAnswer> answer) {
                const auto self = weak.lock();
                if (!self || self->visit != during) return;
                if (answer)
                    confirmChat(self->state, id, answer->n);
                else
                    refuseChat(self->state, id, answer.error());
                self->publish();
            });
    if (chat.keepingKnown && !state.chatKept)
        message.delivery = ChatDelivery::sent;   // nobody will answer
    else
        chat.unanswered[message.id].at = loop.clock().now();   // asked for once is asked for once
    signal::ChatData data;
    data.id = message.id;
    data.timestampMs = base::toUnixMs(message.at);
    data.message = message.text;
    signal::DataPacket packet;
    packet.kind = signal::DataKind::reliable;
    packet.value = std::move(data);
    sendData(std::move(packet));
}

void RoomSession::deleteChat(const std::string& id) {
    auto& s = *m_impl;
    PARLOUR_CHECK_THREAD(s.thread);
    if (dropRefusedChat(s.state, id)) return s.publish();
    if (!s.house || s.room.empty() || s.leaving || s.state.session == SessionState::left) return s.refuse(s.noHouse());
    if (id.empty()) return;
    s.house->post<api::Nothing, api::Nothing>("/rooms/" + s.room.str() + "/chat/" + HouseClient::escaped(id) + "/delete", {},
                                              [weak = s.weak_from_this()](base::Result<api::Nothing> done) {
                                                  const auto self = weak.lock();
                                                  if (self && !done) self->refuse(done.error());
                                              });
}

void RoomSession::setChatRules(std::optional<int> slowS, std::optional<std::string> pinned) {
    auto& s = *m_impl;
    PARLOUR_CHECK_THREAD(s.thread);
    if (!s.house || s.room.empty() || s.leaving || s.state.session == SessionState::left) return s.refuse(s.noHouse());
    s.house->post<api::ChatRulesWish, api::ChatRules>("/rooms/" + s.room.str() + "/chat/rules", {slowS, std::move(pinned)},
                                                      [weak = s.weak_from_this()](base::Result<api::ChatRules> rules) {
                                                          const auto self = weak.lock();
                                                          if (self && !rules) self->refuse(rules.error());
                                                      });
}

void RoomSession::earlierChat() {
    auto& s = *m_impl;
    PARLOUR_CHECK_THREAD(s.thread);
    if (!s.house || s.room.empty() || s.leaving || s.state.session == SessionState::left) return s.refuse(notJoined());
    const auto first = firstNumber(s.state);
    if (!s.state.chatPast.more || s.state.chatPast.asked || first == 0) return;
    s.state.chatPast.asked = true;
    s.publish();
    s.house->get<api::ChatPage>("/rooms/" + s.room.str() + "/chat?before=" + std::to_string(first),
                                [weak = s.weak_from_this(), visit = s.room](base::Result<api::ChatPage> page) {
                                    const auto self = weak.lock();
                                    if (self && self->room == visit && self->state.chatPast.asked) self->onEarlier(std::move(page));
                                });
}

void RoomSession::Impl::onEarlier(base::Result<api::ChatPage> page) {
    if (!page) {
        state.chatPast.asked = false;   // the button is there again
        return refuse(page.error());
    }
    // A reconnect may have cut the list meanwhile: only what ends where the list begins is put in front of it.
    const auto first = firstNumber(state);
    if (!page->lines.empty() && page->lines.back().n + 1 < first) {
        state.chatPast.asked = false;
        return publish();
    }
    mergeEarlier(state, page->lines, page->more);
    publish();
}

void RoomSession::react(std::size_t reaction) {
    auto& s = *m_impl;
    PARLOUR_CHECK_THREAD(s.thread);
    if (s.state.session != SessionState::joined || s.leaving) return s.refuse(notJoined());
    if (reaction >= api::kReactionCount)
        return s.refuse({base::ErrorKind::invalidInput, "no_reaction", "There is no such reaction.", {}, {}});
    if (s.chat.byHouse ? s.house == nullptr : s.chat.keepingKnown && !s.state.chatKept) return s.refuse(noReactions());
    if (!s.chat.reactions.take(s.loop.clock().now()))
        return s.refuse({base::ErrorKind::exhausted, "reacting_too_fast", "That was one reaction too many in a moment.", "Wait a second.", {}});
    if (s.chat.byHouse) return s.gather(reaction);
    signal::DataPacket packet;
    packet.value = signal::UserData{signal::kTopicReaction, base::toBytes(base::asBytes(std::string_view(api::kReactions[reaction]))), {}};
    s.sendData(std::move(packet));
}

/// By the house's API: one request for what a person claps in a moment.
void RoomSession::Impl::gather(std::size_t reaction) {
    const bool first = !chat.gathered;
    if (first) chat.gathered.emplace();
    ++chat.gathered->of[reaction];
    if (first) gatherTimer = loop.postAfter(ChatDesk::kGather, [this] { postReactions(); });
}

void RoomSession::Impl::postReactions() {
    const auto all = std::exchange(chat.gathered, std::nullopt);
    if (!all || !house || room.empty() || leaving) return;
    house->post<api::ReactionsWish, api::ReactionsAnswer>(
        "/rooms/" + room.str() + "/reactions", {*all}, [weak = weak_from_this(), during = visit](base::Result<api::ReactionsAnswer> answer) {
            const auto self = weak.lock();
            if (!self || self->visit != during || self->leaving || answer) return;
            self->refuse(answer.error().code == "no_such_path" ? noReactions() : answer.error());   // a house of before
        });
}

/// Inside (again): what was on its way may be lost; the history says what has arrived.
void RoomSession::Impl::askHistory() {
    historyTimer.cancel();
    if (!house || room.empty() || leaving) return;
    house->get<api::ChatPage>("/rooms/" + room.str() + "/chat", [weak = weak_from_this(), asked = attempt](base::Result<api::ChatPage> page) {
        const auto self = weak.lock();
        if (self && self->attempt == asked && self->state.session != SessionState::left && !self->leaving) self->onHistory(std::move(page));
    });
}

void RoomSession::Impl::onHistory(base::Result<api::ChatPage> page) {
    if (!page) {
        if (page.error().kind == base::ErrorKind::notFound) {   // a house without a chat
            chat.keepingKnown = true;
            chat.unanswered.clear();
            chatNotKept(state);
            return publish();
        }
        if (++chat.historyTries < kHistoryTries)
            historyTimer = loop.postAfter(kHistoryPause * (1 << chat.historyTries), [this] { askHistory(); });
        return;
    }
    chat.historyTries = 0;
    chat.keepingKnown = true;
    state.chatKept = true;
    mergeHistory(state, page->lines, page->more);
    if (page->reactions) {
        reactionWindow.soFar(page->reactions->of, loop.clock().now());
        reactionsChanged();
    }
    // What is neither there nor still waiting went down with the connection. It keeps its id, so it cannot come twice.
    const auto lost = std::exchange(chat.lost, {});
    for (auto& message : state.chat) {
        if (message.delivery != ChatDelivery::pending) {
            chat.unanswered.erase(message.id);
            continue;
        }
        const bool waits = std::any_of(waitingData.begin(), waitingData.end(), [&](const auto& packet) {
            const auto* data = std::get_if<signal::ChatData>(&packet.value);
            return data != nullptr && data->id == message.id;
        });
        if (lost.contains(message.id) && !waits) postChat(message);
    }
    publish();
}

void RoomSession::Impl::checkChat() {
    if (state.session != SessionState::joined || chat.unanswered.empty()) return;
    const auto due = chat.overdue(loop.clock().now(), kAnswerTime);
    if (due.ask) {
        if (state.chatKept) {
            chat.historyTries = 0;
            askHistory();
        } else {   // nobody has said that a house keeps it
            chat.unanswered.clear();
            chat.lost.clear();
            chatNotKept(state);
            publish();
        }
    }
    for (const auto& id : due.failed) refuseChat(state, id, unanswered());
    if (!due.failed.empty()) publish();
}

/// A new visit.
void RoomSession::Impl::resetChat() {
    historyTimer.cancel();
    reactionTimer.cancel();
    gatherTimer.cancel();
    chat = {};
    state.chatPast = {};
    reactionWindow = {};
}

void RoomSession::Impl::onChatPacket(const signal::DataPacket& packet) {
    const auto nowMs = base::toUnixMs(loop.clock().wallNow());
    if (const auto* data = std::get_if<signal::ChatData>(&packet.value)) {
        if (!data->deleted) return chatText(packet.sender, data->id, data->number, data->timestampMs, data->message);
        if (!packet.sender.empty()) return;   // only the server deletes
        eraseChat(state, data->id);
        publish();
    } else if (const auto* header = std::get_if<signal::StreamHeader>(&packet.value)) {
        if (header->topic != signal::kTopicChat || !header->text || header->compression != 0) return;
        const auto number = numberOf(*header);
        const auto atMs = number != 0 ? header->timestampMs : nowMs;
        if (header->inlineContent)
            return chatText(packet.sender, header->streamId, number, atMs, std::string(base::asText(*header->inlineContent)));
        if (chat.stream(packet.sender, header->streamId) != nullptr) return;
        if (chat.streams.size() >= ChatDesk::kMaxStreams) chat.streams.pop_front();   // one that never ended
        chat.streams.push_back({packet.sender, header->streamId, number, atMs, {}});
    } else if (const auto* chunk = std::get_if<signal::StreamChunk>(&packet.value)) {
        auto* stream = chat.stream(packet.sender, chunk->streamId);
        if (stream != nullptr && stream->text.size() + chunk->content.size() <= signal::kMaxChatBytes)
            stream->text += base::asText(chunk->content);
    } else if (const auto* trailer = std::get_if<signal::StreamTrailer>(&packet.value)) {
        auto* stream = chat.stream(packet.sender, trailer->streamId);
        if (stream == nullptr) return;
        const auto done = std::move(*stream);
        std::erase_if(chat.streams, [&](const auto& s) { return &s == stream; });
        chatText(packet.sender, trailer->streamId, done.number, done.atMs, done.text);
    }
}

void RoomSession::Impl::chatText(const base::Identity& from, const std::string& id, std::uint64_t number, std::int64_t atMs,
                                 const std::string& text) {
    if (text.empty() || text.size() > signal::kMaxChatBytes) return;
    const auto* who = state.find(from);
    // Without a number the time is whatever the sender says.
    constexpr std::int64_t kLastMs = 253'402'300'799'999;
    const auto at = number != 0 && atMs > 0 && atMs <= kLastMs ? base::fromUnixMs(atMs) : loop.clock().wallNow();
    ChatMessage message{id.empty() ? crypto::randomToken(12) : id, from, who != nullptr ? who->name : from.str(), text, at, from == state.self};
    message.n = number;
    addChat(state, std::move(message));
    publish();
}

void RoomSession::Impl::onUserData(const signal::DataPacket& packet, const signal::UserData& user) {
    if (!packet.sender.empty()) return;   // what follows is the server's alone
    if (user.topic == signal::kTopicRelayed) {
        const auto inner = signal::decodeDataPacket(user.payload);
        if (inner && !std::holds_alternative<signal::UserData>(inner->value)) onChatPacket(*inner);
    } else if (user.topic == api::kTopicMoved && chat.byHouse && house) {
        token.clear();   // it is for the room as it was
        lost({base::ErrorKind::unavailable, "house_moved", "The sound of this room was interrupted and goes on in a new place.",
              "You are brought there by yourself.", {}}, true);
    } else if (user.topic == signal::kTopicAskToUnmute && onStage() && !state.microphoneLive) {
        state.askedToUnmute = true;
        publish();
    } else if (user.topic == signal::kTopicChatAnswer) {
        auto answer = api::fromJson<api::ChatAnswer>(base::asText(user.payload));
        if (!answer) return;
        chat.keepingKnown = state.chatKept = true;
        chat.unanswered.erase(answer->id);
        chat.lost.erase(answer->id);
        if (answer->n != 0)
            confirmChat(state, answer->id, answer->n);
        else
            refuseChat(state, answer->id, {base::ErrorKind::refused, answer->code, answer->message, answer->advice, {}});
        publish();
    } else if (user.topic == signal::kTopicReactions) {
        const auto totals = ReactionWindow::read(base::asText(user.payload));
        if (!totals) return;
        reactionWindow.told(*totals, loop.clock().now());
        reactionsChanged();
    }
}

void RoomSession::Impl::reactionsChanged() {
    state.reactions = reactionWindow.counts();
    publish();
    const auto due = reactionWindow.nextDue();
    if (due == base::kNever) return;
    reactionTimer = loop.postAfter(std::max<base::Duration>(base::Duration(0), due - loop.clock().now()), [this] {
        reactionWindow.expire(loop.clock().now());
        reactionsChanged();
    });
}

}  // namespace parlour::room
