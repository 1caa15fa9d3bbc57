// SPDX-License-Identifier: Apache-2.0
// The chat of a room: messages are checked, kept and only then passed on; history, deleting, slow mode, pinned link. House
// thread.
#include <algorithm>
#include <limits>

#include "core/api/chat_types.h"
#include "core/api/chat_write.h"
#include "core/house/display_name.h"
#include "core/net/url.h"
#include "core/server/house_routes.h"

namespace parlour::server {

using base::ErrorKind;

namespace {

using Impl = HouseService::Impl;

constexpr std::uint64_t kTrimEvery = 100;

/// A part of a path, so that it can be named for deleting.
bool goodId(const std::string& id) {
    return !id.empty() && id.size() <= api::kMaxChatId &&
           std::all_of(id.begin(), id.end(), [](unsigned char c) { return c > 0x20 && c < 0x7f && c != '/'; });
}

base::Error badChat(std::string message) { return {ErrorKind::invalidInput, "bad_chat", std::move(message), "Write plain text.", {}}; }

}  // namespace

std::string cleanChat(std::string_view text) {
    std::string out;
    std::size_t lines = 0;
    while (lines < api::kMaxChatLines) {
        const auto end = text.find('\n');
        auto line = house::cleanText(text.substr(0, end), api::kMaxChatBytes, api::kMaxChatBytes);
        if (!(line.empty() && out.empty())) {
            out += line + "\n";
            ++lines;
        }
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    while (!out.empty() && out.back() == '\n') out.pop_back();
    return out;
}

base::Error HouseService::chatTooFast() {
    return {ErrorKind::exhausted, "chat_too_fast", "You are writing too fast; this message was not sent.",
            "Wait a few seconds and send it again.", {}};
}

RoomChat& HouseService::Impl::chatOf(HouseRoom& room) {
    auto& chat = room.chat;
    if (chat.session == room.stage.session.sid) return chat;
    chat.session = room.stage.session.sid;   // a new session: own history, own rules
    chat.rules = {};
    chat.authors.clear();
    return chat;
}

void HouseService::Impl::chat(const ChatPost& post, Answer<std::uint64_t> answer) {
    const auto room = find(post.room);
    if (!room) return answer(base::Unexpected(unknownRoom()));
    const auto person = room->stage.people.find(post.author);
    if (person == room->stage.people.end() || person->second.seat == api::Seat::waiting || !room->stage.session.live)
        return answer(base::fail(ErrorKind::refused, "not_in_room", "You are not in this room.", "Join it first."));
    if (!goodId(post.text.id)) return answer(base::Unexpected(badChat("This message has no usable id.")));
    if (post.text.text.size() > api::kMaxChatBytes) return answer(base::Unexpected(badChat("The message is too long.")));
    std::string words = cleanChat(post.text.text);
    if (words.empty()) return answer(base::Unexpected(badChat("The message is empty.")));

    auto& chat = chatOf(*room);
    const auto now = clock.now();
    auto& author = chat.authors[post.author];
    const auto pause = std::chrono::seconds(chat.rules.slowS);
    if (room->stage.settings.stageOnly && person->second.power == api::Power::none && person->second.seat != api::Seat::stage)
        return answer(base::fail(ErrorKind::refused, "stage_only", "Only the stage writes here at the moment.", "Listen; a moderator may open the chat again."));
    if (chat.rules.slowS > 0 && person->second.power == api::Power::none && author.wrote != base::TimePoint::min() &&
        now < author.wrote + pause) {
        const auto left = std::chrono::ceil<std::chrono::seconds>(author.wrote + pause - now).count();
        return answer(base::fail(ErrorKind::exhausted, "slow_mode",
                                 "The chat is in slow mode: one message every " + std::to_string(chat.rules.slowS) + " seconds.",
                                 "Send it again in " + std::to_string(left) + " seconds."));
    }
    if (!author.limit.take(now)) return answer(base::Unexpected(chatTooFast()));
    author.wrote = now;
    RoomChat::Waiting waiting{post, {0, post.text.id, post.author, person->second.name, clock.wallNow(), std::move(words), false}, std::move(answer)};
    chat.waiting.push_back(std::move(waiting));
    if (std::exchange(chat.flushPosted, true)) return;
    house.post([self = shared_from_this(), room] { self->keepChat(room); });
}

void HouseService::Impl::keepChat(const HouseRoomPtr& room) {
    auto& chat = room->chat;
    chat.flushPosted = false;
    auto batch = std::exchange(chat.waiting, {});
    const auto before = chat.last;
    std::vector<bool> fresh;
    auto kept = store.transact([&]() -> Result<void> {
        house::ChatStore rows(store);
        for (auto& one : batch) {
            one.row.n = chat.last + 1;
            fresh.push_back(rows.add(room->row.id, chat.session, one.row));
            if (fresh.back())
                chat.last = one.row.n;
            else if (const auto old = rows.find(room->row.id, chat.session, one.row.id))
                one.row.n = old->n;
        }
        if (chat.last / kTrimEvery != before / kTrimEvery) rows.trim(room->row.id, chat.last, api::kChatKept);
        return {};
    });
    if (!kept) chat.last = before;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        auto& one = batch[i];
        if (!kept) {
            one.answer(base::Unexpected(kept.error()));
            continue;
        }
        // Sent twice after a lost connection: the first one is there already.
        if (fresh[i]) {
            const ChatText text{one.row.id, one.row.words, one.post.text.stream};
            media.relay(room->row.id, one.post.author, chatPackets(one.post.author, one.post.sid, text, base::toUnixMs(one.row.at), one.row.n));
        }
        one.answer(one.row.n);
    }
}

base::Result<const house::Person*> HouseService::Impl::inRoom(const RouteCall& call, const HouseRoomPtr& room) const {
    if (!room) return base::Unexpected(unknownRoom());
    const auto member = store.member(room->row.id, call.who);
    if (!member || !member->active) return base::Unexpected(unknownRoom());
    const auto person = room->stage.people.find(call.who);
    if (person == room->stage.people.end() || person->second.seat == api::Seat::waiting)
        return base::fail(ErrorKind::refused, "not_in_room", "You are not in this room.", "Join it first.");
    return &person->second;
}

void HouseService::Impl::tellRoom(const HouseRoomPtr& room) {
    net.post([self = shared_from_this(), change = RoomChanged{room->row.id, room->row.title, metadataOf(*room)}] {
        if (self->events.onRoom) self->events.onRoom(change);
    });
}

namespace {

base::Result<api::ChatPage> history(Impl& impl, const RouteCall& call) {
    const auto room = impl.find(base::RoomId(call.args[0]));
    if (!call.caller.admin)
        if (auto inside = impl.inRoom(call, room); !inside) return base::Unexpected(std::move(inside).error());
    if (!room) return base::Unexpected(Impl::unknownRoom());
    const auto after = queryNumber(call, "after", 0);
    const auto before = queryNumber(call, "before", 0);
    const auto limit = queryNumber(call, "limit", api::kMaxChatPage);
    for (const auto* one : {&after, &before, &limit})
        if (!*one) return base::Unexpected(one->error());
    if (*limit < 1 || *limit > api::kMaxChatPage)
        return base::fail(ErrorKind::invalidInput, "bad_field", "A page of the chat has 1 to 200 messages.", {}, "limit");
    if (*after != 0 && *before != 0)
        return base::fail(ErrorKind::invalidInput, "bad_field", "A page of the chat is after a message or before one.", {}, "before");
    const auto& chat = impl.chatOf(*room);
    const int count = static_cast<int>(*limit) + 1;
    house::ChatStore store(impl.store);
    auto rows = *after == 0 ? store.latest(room->row.id, chat.session, count, *before)
                            : store.after(room->row.id, chat.session, *after, count);
    api::ChatPage out;
    out.more = rows.size() > *limit;
    if (out.more) rows.erase(*after == 0 ? rows.begin() : rows.end() - 1);
    for (auto& row : rows)
        out.lines.push_back({row.n, row.id, row.author, row.name, base::toUnixMs(row.at), row.words, row.deleted});
    out.rules = {chat.rules.slowS, chat.rules.pinned, chat.rules.pinnedBy};
    if (!impl.media.countsReactions()) out.reactions = room->reactionsNow().counted.totals();
    return out;
}

void write(Impl& impl, const RouteCall& call, const api::ChatWish& wish, HouseService::Answer<api::ChatAnswer> answer) {
    const base::RoomId room(call.args[0]);
    auto inside = impl.reading<bool>([&]() -> base::Result<bool> {
        auto me = impl.inRoom(call, impl.find(room));
        if (!me) return base::Unexpected(std::move(me).error());
        return true;
    });
    if (!inside) return answer(base::Unexpected(std::move(inside).error()));
    impl.chat({room, call.who, {}, {wish.id, wish.text, false}}, [id = wish.id, answer](base::Result<std::uint64_t> n) {
        if (!n) return answer(base::Unexpected(std::move(n).error()));
        answer(api::ChatAnswer{id, *n, {}, {}, {}});
    });
}

void erase(Impl& impl, const RouteCall& call, const api::Nothing&, HouseService::Answer<api::Nothing> answer) {
    const auto room = impl.find(base::RoomId(call.args[0]));
    const std::string& id = call.args[1];
    auto done = impl.reading<bool>([&]() -> base::Result<bool> {
        bool power = call.caller.admin;
        if (!power) {
            auto me = impl.inRoom(call, room);
            if (!me) return base::Unexpected(std::move(me).error());
            power = (*me)->power != api::Power::none;
        }
        if (!room) return base::Unexpected(Impl::unknownRoom());
        const auto& chat = impl.chatOf(*room);
        house::ChatStore store(impl.store);
        const auto row = store.find(room->row.id, chat.session, id);
        if (!row) return base::fail(ErrorKind::notFound, "chat_unknown", "This message is not there.", "It may be too old.");
        if (!power && row->author != call.who)
            return base::fail(ErrorKind::refused, "not_allowed", "Only moderators delete messages of others.");
        if (row->deleted) return false;
        store.erase(room->row.id, chat.session, row->n);
        impl.store.addAudit({impl.clock.wallNow(), room->row.id, call.who, "chat_deleted", row->author, id});
        return true;
    });
    if (!done) return answer(base::Unexpected(std::move(done).error()));
    if (*done) impl.media.relay(room->row.id, {}, {chatDeletedPacket(id, base::toUnixMs(impl.clock.wallNow()))});
    answer(api::Nothing{});
}

base::Result<std::string> pinnable(const std::string& link) {
    if (link.empty()) return link;
    const auto url = net::Url::parse(link);
    if (link.size() > api::kMaxPinnedBytes || !url || url->scheme != "https" || house::cleanText(link, link.size(), link.size()) != link)
        return base::fail(ErrorKind::invalidInput, "bad_link", "Only https links of at most 512 bytes can be pinned.", "Check the link.");
    return link;
}

void rules(Impl& impl, const RouteCall& call, const api::ChatRulesWish& wish, HouseService::Answer<api::ChatRules> answer) {
    const auto room = impl.find(base::RoomId(call.args[0]));
    auto made = impl.reading<house::ChatRules>([&]() -> base::Result<house::ChatRules> {
        if (!call.caller.admin) {
            auto me = impl.inRoom(call, room);
            if (!me) return base::Unexpected(std::move(me).error());
            if ((*me)->power == api::Power::none) return base::fail(ErrorKind::refused, "not_allowed", "Only moderators may do that.");
        }
        if (!room) return base::Unexpected(Impl::unknownRoom());
        if (wish.slowS && (*wish.slowS < 0 || *wish.slowS > api::kMaxSlowSeconds))
            return base::fail(ErrorKind::invalidInput, "bad_field", "Slow mode is 0 to 3600 seconds.", {}, "slow_s");
        house::ChatRules next = impl.chatOf(*room).rules;
        const auto now = impl.clock.wallNow();
        if (wish.slowS) {
            next.slowS = *wish.slowS;
            impl.store.addAudit({now, room->row.id, call.who, "chat_slow", {}, std::to_string(next.slowS)});
        }
        if (wish.pinned) {
            auto link = pinnable(*wish.pinned);
            if (!link) return base::Unexpected(std::move(link).error());
            next.pinned = *link;
            next.pinnedBy = next.pinned.empty() ? base::Identity() : call.who;
            impl.store.addAudit({now, room->row.id, call.who, next.pinned.empty() ? "chat_unpinned" : "chat_pinned", {}, {}});
        }
        house::ChatStore(impl.store).putRules(room->row.id, room->stage.session.sid, next);
        return next;
    });
    if (!made) return answer(base::Unexpected(std::move(made).error()));
    room->chat.rules = *made;
    impl.tellRoom(room);
    answer(api::ChatRules{made->slowS, made->pinned, made->pinnedBy});
}

}  // namespace

void addChatRoutes(HouseRoutes& routes) {
    routes.get("rooms/{room}/chat", history);
    routes.wait<api::ChatWish, api::ChatAnswer>("rooms/{room}/chat", write);
    routes.wait<api::Nothing, api::Nothing>("rooms/{room}/chat/{id}/delete", erase);
    routes.wait<api::ChatRulesWish, api::ChatRules>("rooms/{room}/chat/rules", rules);
}

}  // namespace parlour::server
