// SPDX-License-Identifier: Apache-2.0
#include "core/room/room_reducer.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>

#include "core/api/chat_write.h"
#include "core/api/overflow.h"
#include "core/api/people_types.h"

namespace parlour::room {
namespace {

std::string attribute(const signal::ParticipantInfo& info, std::string_view name) {
    const auto found = info.attributes.find(std::string(name));
    return found == info.attributes.end() ? std::string() : found->second;
}

/// Until the year 9999: nobody who adds or prints it runs over.
bool plausible(std::int64_t unixMs) { return unixMs >= 0 && unixMs <= 253'402'300'799'999; }

std::optional<base::WallTime> moment(const std::string& text) {
    std::int64_t unixMs = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), unixMs);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size() || !plausible(unixMs)) return std::nullopt;
    return base::fromUnixMs(unixMs);
}

int rank(const Participant& p) {
    if (p.seat != api::Seat::stage) return 3;
    return p.power == api::Power::host ? 0 : p.power == api::Power::moderator ? 1 : 2;
}

/// Stage first (host, moderators, speakers), each by arrival; the audience by arrival. Equal times by identity, so that
/// every client shows the same order.
void sortPeople(RoomState& state) {
    std::sort(state.participants.begin(), state.participants.end(), [](const auto& a, const auto& b) {
        const auto left = rank(*a), right = rank(*b);
        if (left != right) return left < right;
        if (a->joinedAt != b->joinedAt) return a->joinedAt < b->joinedAt;
        return a->identity < b->identity;
    });
}

/// The queue follows from the hands of the people; notes and times known before stay.
void rebuildHands(RoomState& state) {
    std::map<base::Identity, HandInQueue> known;
    for (auto& hand : state.hands) known[hand.identity] = hand;
    state.hands.clear();
    std::vector<const Participant*> raised;
    for (const auto& p : state.participants)
        if (p->handUp()) raised.push_back(p.get());
    std::sort(raised.begin(), raised.end(), [](const auto* a, const auto* b) { return a->handKey < b->handKey; });
    for (const auto* p : raised) {
        HandInQueue hand;
        if (const auto found = known.find(p->identity); found != known.end()) hand = found->second;
        hand.identity = p->identity;
        hand.name = p->name;
        hand.overflow = p->overflow;
        state.hands.push_back(std::move(hand));
    }
}

void settle(RoomState& state) {
    sortPeople(state);
    rebuildHands(state);
}

/// True when something changed.
bool applyOne(RoomState& state, const signal::ParticipantInfo& info) {
    const auto found = std::find_if(state.participants.begin(), state.participants.end(),
                                    [&](const auto& p) { return p->identity == info.identity; });
    if (info.state == signal::ParticipantState::disconnected) {
        // A late goodbye of an older connection does not remove the newer one.
        // Our own end is said by a leave, not here.
        if (found == state.participants.end() || (*found)->sid != info.sid || info.identity == state.self) return false;
        state.participants.erase(found);
        return true;
    }
    auto next = toParticipant(info, state.self);
    if (found == state.participants.end()) {
        if (state.participants.size() >= 16'384) return false;
        // What was read before one knew whose it was.
        for (auto& message : state.chat)
            if (message.from == next.identity && message.fromName == next.identity.str()) message.fromName = next.name;
        state.participants.push_back(std::make_shared<const Participant>(std::move(next)));
        return true;
    }
    const auto& before = **found;
    if (before.sid == info.sid && info.version < before.version) return false;
    // Of two connections of one person the later one counts.
    if (before.sid != info.sid && next.joinedAt < before.joinedAt) return false;
    next.speakerLevel = before.speakerLevel;
    next.connectionQuality = before.connectionQuality;
    if (next.microphoneTrack == before.microphoneTrack) next.audioTrack = before.audioTrack;
    *found = std::make_shared<const Participant>(std::move(next));
    return true;
}

void applyChatRules(RoomState& state, const nlohmann::json& json) {
    const auto text = [&](const char* key, std::size_t most) {
        const auto found = json.find(key);
        if (found == json.end() || !found->is_string()) return std::string();
        const auto& value = found->get_ref<const std::string&>();
        return value.size() <= most ? value : std::string();
    };
    const auto slow = json.find("chat_slow_s");
    const auto seconds = slow != json.end() && slow->is_number_integer() ? slow->get<std::int64_t>() : 0;
    state.chatRules.slowS = static_cast<int>(std::clamp<std::int64_t>(seconds, 0, api::kMaxSlowSeconds));
    state.chatRules.pinned = text("chat_pinned", api::kMaxPinnedBytes);
    state.chatRules.pinnedBy = base::Identity(state.chatRules.pinned.empty() ? std::string() : text("chat_pinned_by", 64));
}

template <class Change>
void edit(RoomState& state, const base::ParticipantSid& sid, Change change) {
    for (auto& p : state.participants) {
        if (p->sid != sid) continue;
        auto copy = std::make_shared<Participant>(*p);
        change(*copy);
        p = std::move(copy);
    }
}

}  // namespace

bool maySpeak(const signal::Permission& permission) {
    const auto& sources = permission.canPublishSources;
    return permission.canPublish &&
           (sources.empty() || std::find(sources.begin(), sources.end(), signal::TrackSource::microphone) != sources.end());
}

Participant toParticipant(const signal::ParticipantInfo& info, const base::Identity& self) {
    Participant p;
    p.identity = info.identity;
    p.sid = info.sid;
    p.name = info.name.empty() ? info.identity.str() : info.name;
    p.power = api::parsePower(attribute(info, api::kAttrPower)).value_or(api::Power::none);
    // A server without our attributes (plain LiveKit): whoever may publish is on stage.
    const auto seat = attribute(info, api::kAttrSeat);
    p.seat = seat.empty() ? (maySpeak(info.permission) || info.isPublisher ? api::Seat::stage : api::Seat::audience)
                          : api::parseSeat(seat).value_or(api::Seat::audience);
    p.handKey = attribute(info, api::kAttrHand);
    p.invitedUntil = moment(attribute(info, api::kAttrInvited));
    p.slotUntil = moment(attribute(info, api::kAttrSlotUntil));
    p.held = attribute(info, api::kAttrHeld) == "1";
    p.mutedBy = attribute(info, api::kAttrMutedBy);
    if (const auto picture = moment(attribute(info, api::kAttrPicture))) p.pictureMs = base::toUnixMs(*picture);
    const auto overflow = attribute(info, api::kAttrOverflow);
    std::from_chars(overflow.data(), overflow.data() + overflow.size(), p.overflow);
    for (const auto& track : info.tracks) {
        if (track.type != signal::TrackType::audio) continue;
        p.microphoneTrack = track.sid;
        p.microphoneOpen = !track.muted;
        break;
    }
    p.isSelf = info.identity == self;
    if (plausible(info.joinedAtMs)) p.joinedAt = base::fromUnixMs(info.joinedAtMs);
    p.version = info.version;
    return p;
}

void applyJoin(RoomState& state, const signal::Join& join) {
    state.self = join.participant.identity;
    state.participants.clear();
    applyOne(state, join.participant);
    for (const auto& other : join.others) applyOne(state, other);
    applyRoom(state, join.room);
    settle(state);
}

void applyUpdate(RoomState& state, const signal::ParticipantUpdate& update) {
    bool changed = false;
    for (const auto& info : update.participants) changed = applyOne(state, info) || changed;
    if (changed) settle(state);
}

void applyRoster(RoomState& state, const signal::ParticipantUpdate& update) {
    std::erase_if(state.participants, [&](const auto& p) {
        return p->identity != state.self &&
               std::none_of(update.participants.begin(), update.participants.end(),
                            [&](const auto& info) { return info.identity == p->identity; });
    });
    applyUpdate(state, update);
    settle(state);
}

bool chatByHouse(const signal::RoomInfo& room) {
    const auto json = nlohmann::json::parse(room.metadata, nullptr, false);
    const auto found = json.is_object() ? json.find(api::kMetaChat) : json.end();
    return json.is_object() && found != json.end() && *found == api::kChatByHouse;
}

void applyRoom(RoomState& state, const signal::RoomInfo& room) {
    if (!room.name.empty()) state.room = room.name;
    if (state.title.empty()) state.title = room.name.str();
    const auto json = nlohmann::json::parse(room.metadata, nullptr, false);
    if (!json.is_object()) return;
    const auto text = [&](const char* key) {
        const auto found = json.find(key);
        return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
    };
    const auto flag = [&](const char* key) {
        const auto found = json.find(key);
        return found != json.end() && found->is_boolean() && found->get<bool>();
    };
    const auto number = [&](const char* key) {
        const auto found = json.find(key);
        const auto value = found != json.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
        return static_cast<int>(std::clamp<std::int64_t>(value, 0, 1'000'000));
    };
    // On a LiveKit server of the house the room has another name there.
    if (auto id = text("room"); !id.empty()) state.room = base::RoomId(std::move(id));
    state.overflow = number(api::kMetaOverflow);
    state.overflowOf = state.overflow > 0 ? text(api::kMetaOverflowOf) : std::string();
    state.elsewhere = number(api::kMetaElsewhere);
    if (auto title = text("title"); !title.empty()) state.title = std::move(title);
    if (auto house = text("house"); !house.empty()) state.houseName = std::move(house);
    const auto revision = [&](const char* key) {
        const auto found = json.find(key);
        return found != json.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
    };
    state.chair = base::Identity(text("chair"));
    state.questionsRevision = revision("questions");
    state.questionsDesk = revision("questions_desk");
    state.handsLocked = flag("hands_locked");
    state.waitingForHost = flag("waiting_for_host");
    applyChatRules(state, json);
    state.doorLocked = flag("door_locked");
    state.handsRule = text("hands").empty() ? "everyone" : text("hands");
    if (const auto started = json.find("started_at");
        started != json.end() && started->is_number_integer() && plausible(started->get<std::int64_t>()))
        state.startedAt = base::fromUnixMs(started->get<std::int64_t>());
}

void applySpeakers(RoomState& state, const signal::SpeakersChanged& changed) {
    for (const auto& speaker : changed.speakers)
        edit(state, speaker.sid, [&](Participant& p) {
            p.speakerLevel = speaker.active ? std::clamp(speaker.level, 0.0f, 1.0f) : 0.0f;
        });
}

void applyQuality(RoomState& state, const signal::ConnectionQualityUpdate& update) {
    for (const auto& one : update.updates)
        edit(state, one.participant, [&](Participant& p) { p.connectionQuality = static_cast<int>(one.quality); });
}

void applyHands(RoomState& state, const api::Hands& hands) {
    for (auto& hand : state.hands)
        for (const auto& known : hands.hands)
            if (known.identity == hand.identity) {
                hand.note = known.note;
                hand.raisedAt = base::fromUnixMs(known.raisedAtMs);
            }
}

void setAudioTrack(RoomState& state, const base::TrackSid& microphone, std::uint32_t audioTrack) {
    if (microphone.empty()) return;   // of nobody
    for (auto& p : state.participants) {
        if (p->microphoneTrack != microphone || p->audioTrack == audioTrack) continue;
        auto copy = std::make_shared<Participant>(*p);
        copy->audioTrack = audioTrack;
        p = std::move(copy);
    }
}

}  // namespace parlour::room
