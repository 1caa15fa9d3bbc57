// SPDX-License-Identifier: Apache-2.0
#include "app/ctl/state_events.h"

#include <algorithm>
#include <unordered_map>

#include "core/room/sound_verdict.h"

namespace parlour::ctl {
namespace {

using room::Participant;
using room::RoomState;
using room::SessionState;
using Json = nlohmann::ordered_json;

constexpr float kAudible = 0.0001f;

Json who(const Participant& p) { return Json{{"name", p.name}, {"identity", p.identity.str()}}; }

Event about(std::string name, const Participant& p) { return {std::move(name), who(p)}; }

std::string nameOf(const RoomState& state, const std::string& identity) {
    const auto* p = state.find(base::Identity(identity));
    return p != nullptr && !p->name.empty() ? p->name : identity;
}

bool moderates(const RoomState& state) {
    const auto* me = state.me();
    return me != nullptr && me->power != api::Power::none;
}

/// Of oneself the switch counts that lets sound out, of others what the server says.
bool microphoneOpen(const RoomState& state, const Participant& p) {
    return p.identity == state.self ? state.microphoneLive : p.microphoneOpen;
}

const room::HandInQueue* queued(const RoomState& state, const base::Identity& identity) {
    for (const auto& hand : state.hands)
        if (hand.identity == identity) return &hand;
    return nullptr;
}

/// The house has told about this hand; a note that is empty then stays empty.
bool noteKnown(const room::HandInQueue* hand) {
    return hand != nullptr && (!hand->note.empty() || hand->raisedAt != base::WallTime{});
}

Event participantEvent(const RoomState& state, const Participant& p) {
    auto event = about("participant", p);
    event.fields["power"] = powerName(p.power);
    event.fields["seat"] = toString(p.seat);
    event.fields["muted"] = !microphoneOpen(state, p);
    event.fields["hand"] = p.handUp();
    return event;
}

Event powerEvent(const Participant& p) {
    auto event = about("power", p);
    event.fields["power"] = powerName(p.power);
    return event;
}

Event seatEvent(const Participant& p) {
    auto event = about("seat", p);
    event.fields["seat"] = toString(p.seat);
    return event;
}

Event handEvent(const RoomState& state, const Participant& p, const std::string& note) {
    auto event = about("hand", p);
    event.fields["up"] = p.handUp();
    event.fields["place"] = state.handPlace(p.identity);
    if (!note.empty()) event.fields["note"] = note;
    if (p.overflow > 0) event.fields["from"] = "overflow " + std::to_string(p.overflow);
    return event;
}

Event overflowEvent(const RoomState& state) {
    Event event{"overflow", {{"n", state.overflow}}};
    if (state.overflow > 0) {
        event.fields["of"] = state.overflowOf;
        event.fields["message"] = "You are in overflow " + std::to_string(state.overflow) + " of " + state.overflowOf +
                                  ": you hear the stage; your hand reaches the main queue.";
    } else {
        event.fields["message"] = "You are in the main room now.";
    }
    return event;
}

Event mutedEvent(const RoomState& state, const Participant& p) {
    auto event = about("muted", p);
    event.fields["muted"] = !microphoneOpen(state, p);
    if (!p.mutedBy.empty()) event.fields["by"] = nameOf(state, p.mutedBy);
    if (p.held) event.fields["held"] = true;
    return event;
}

}  // namespace

std::string_view powerName(api::Power power) {
    switch (power) {
        case api::Power::none: return "none";
        case api::Power::moderator: return "moderator";
        case api::Power::host: return "host";
    }
    return "none";
}

std::string_view toString(room::LeaveReason reason) {
    using room::LeaveReason;
    switch (reason) {
        case LeaveReason::none: return "";
        case LeaveReason::byUser: return "user";
        case LeaveReason::roomEnded: return "ended";
        case LeaveReason::removed: return "removed";
        case LeaveReason::banned: return "banned";
        case LeaveReason::duplicateIdentity: return "duplicate";
        case LeaveReason::serverShutdown: return "shutdown";
        case LeaveReason::refused: return "refused";
        case LeaveReason::unreachable: return "unreachable";
        case LeaveReason::untrusted: return "untrusted";
        case LeaveReason::protocolError: return "error";
    }
    return "error";
}

namespace {

std::string_view wordOf(room::Grade grade) {
    switch (grade) {
        case room::Grade::unknown: return "unknown";
        case room::Grade::good: return "good";
        case room::Grade::fair: return "fair";
        case room::Grade::bad: return "bad";
    }
    return "unknown";
}

std::string_view wordOf(room::SoundCause cause) {
    switch (cause) {
        case room::SoundCause::unknown: return "unknown";
        case room::SoundCause::good: return "good";
        case room::SoundCause::lost: return "lost";
        case room::SoundCause::late: return "late";
        case room::SoundCause::delayed: return "delayed";
    }
    return "unknown";
}

}  // namespace

Event statsEvent(const room::SessionStats& s, const room::SessionStats* before) {
    Json tracks = Json::array();
    double jitter = 0.0, delay = 0.0;
    std::uint64_t samples = 0, concealed = 0, emitted = 0;
    for (const auto& t : s.tracks) {
        jitter = std::max(jitter, t.jitter);
        delay += t.jitterBufferDelay;
        samples += t.totalSamplesReceived;
        concealed += t.concealedSamples;
        emitted += t.jitterBufferEmittedCount;
        tracks.push_back({{"name", t.name}, {"identity", t.identity.str()}, {"packetsReceived", t.packetsReceived},
                          {"packetsLost", t.packetsLost}, {"jitter", t.jitter},
                          {"totalSamplesReceived", t.totalSamplesReceived}, {"concealedSamples", t.concealedSamples},
                          {"silentConcealedSamples", t.silentConcealedSamples}, {"concealmentEvents", t.concealmentEvents},
                          {"insertedSamplesForDeceleration", t.insertedSamplesForDeceleration},
                          {"removedSamplesForAcceleration", t.removedSamplesForAcceleration}, {"interruptionCount", t.interruptionCount},
                          {"totalInterruptionDuration", t.totalInterruptionDuration}, {"packetsDiscarded", t.packetsDiscarded}, {"packetsLate", t.packetsLate},
                          {"fecPacketsReceived", t.fecPacketsReceived},
                          {"jitterBufferDelay", t.jitterBufferDelay}, {"jitterBufferTargetDelay", t.jitterBufferTargetDelay}, {"jitterBufferMinimumDelay", t.jitterBufferMinimumDelay},
                          {"jitterBufferEmittedCount", t.jitterBufferEmittedCount}});
        if (before != nullptr)
            if (const auto verdict = room::trackVerdict(*before, s, t.identity)) tracks.back()["sound"] = wordOf(verdict->cause);
    }
    Event event{"stats", {{"packetsSent", s.packetsSent}, {"bytesSent", s.bytesSent}, {"packetsReceived", s.packetsReceived},
                          {"packetsLost", s.packetsLost}, {"fractionLost", s.fractionLost}, {"jitter", jitter},
                          {"totalSamplesReceived", samples}, {"concealedSamples", concealed}, {"jitterBufferDelay", delay},
                          {"jitterBufferEmittedCount", emitted}, {"sendFrameMs", s.sendFrameMs},
                          {"sendBitRate", s.sendBitRate}, {"sendRedundancy", s.sendRedundancy},
                          {"sendExpectedLoss", s.sendExpectedLoss}, {"soundPriority", s.soundPriority},
                          {"concealment", s.concealment}}};
    if (!s.path.empty()) event.fields["path"] = s.path;
    if (s.roundTripTime) event.fields["roundTripTime"] = *s.roundTripTime;
    if (before != nullptr) event.fields["connection"] = wordOf(room::connectionVerdict(*before, s).grade);
    event.fields["protocol"] = s.single ? "v1" : "v0";
    event.fields["tracks"] = std::move(tracks);
    return event;
}

std::vector<Event> StateEvents::next(room::RoomStatePtr after, base::TimePoint now) {
    std::vector<Event> out;
    const auto before = std::exchange(m_session, after->session);
    switch (after->session) {
        case SessionState::idle:
        case SessionState::redeeming:
        case SessionState::connecting: elsewhere(); return out;
        case SessionState::waiting: line(*after, out); return out;
        case SessionState::reconnecting:
            if (before == SessionState::joined) out.push_back({"reconnecting"});
            return out;
        case SessionState::left:
            m_noteUntil.clear();
            return out;
        case SessionState::joined: break;
    }
    if (!m_base) {
        m_base = after;
        joined(*after, now, out);
        return out;
    }
    if (before != SessionState::joined) out.push_back({"reconnected"});
    const auto last = std::exchange(m_base, after);
    people(*last, *after, now, out);
    notes(*after, out);
    ownPlace(*last, *after, out);
    wholeRoom(*last, *after, out);
    return out;
}

/// On the way into a room, maybe out of another one: what comes then is an arrival.
void StateEvents::elsewhere() {
    m_base.reset();
    m_noteUntil.clear();
    m_told.clear();
    m_speaking.clear();
}

/// Whoever waits is outside, also after having been inside: what comes then is a new arrival.
void StateEvents::line(const RoomState& after, std::vector<Event>& out) {
    elsewhere();
    auto now = after.line;
    now.nextTry = {};
    if (std::exchange(m_inLine, true) && now == m_line) return;
    m_line = now;
    if (now.place == 0 && !now.crowded) return m_inLine = false, void();  // not asked yet
    Event event{"waiting", {{"place", now.place}, {"waiting", now.waiting}, {"inside", now.inside}, {"moderated", now.moderated}, {"awaits", now.awaits},
                            {"crowded", now.crowded}, {"next_ms", base::toUnixMs(after.line.nextTry)}}};
    out.push_back(std::move(event));
}

void StateEvents::joined(const RoomState& after, base::TimePoint now, std::vector<Event>& out) {
    m_inLine = false;
    const auto* me = after.me();
    out.push_back({"joined", {{"room", after.room.str()}, {"title", after.title}, {"identity", after.self.str()},
                              {"name", me != nullptr ? me->name : std::string()}, {"participants", after.participants.size()},
                              {"house", after.houseName}, {"hands_locked", after.handsLocked},
                              {"waiting_for_host", after.waitingForHost}}});
    for (const auto& p : after.participants)
        if (p->identity != after.self) person(after, after, nullptr, *p, now, out);
    if (me != nullptr) {
        out.push_back(powerEvent(*me));
        out.push_back(seatEvent(*me));
        person(after, after, nullptr, *me, now, out);
    }
    notes(after, out);
    RoomState nothing;
    wholeRoom(nothing, after, out);
}

void StateEvents::people(const RoomState& before, const RoomState& after, base::TimePoint now, std::vector<Event>& out) {
    std::unordered_map<base::Identity, const Participant*> were;
    for (const auto& p : before.participants) were.emplace(p->identity, p.get());
    std::set<base::Identity> here;
    for (const auto& p : after.participants) here.insert(p->identity);
    for (const auto& p : before.participants) {
        if (here.count(p->identity) != 0) continue;
        out.push_back(about("gone", *p));
        m_noteUntil.erase(p->identity);
        m_told.erase(p->identity);
    }
    for (const auto& p : after.participants) {
        const auto found = were.find(p->identity);
        person(before, after, found == were.end() ? nullptr : found->second, *p, now, out);
    }
}

void StateEvents::person(const RoomState& before, const RoomState& after, const Participant* was, const Participant& is,
                         base::TimePoint now, std::vector<Event>& out) {
    const bool self = is.identity == after.self;
    if (was == nullptr && !self) out.push_back(participantEvent(after, is));
    if (was != nullptr && was->power != is.power) out.push_back(powerEvent(is));
    const bool seatChanged = was != nullptr && was->seat != is.seat;
    if (seatChanged) out.push_back(seatEvent(is));
    hand(after, was, is, now, out);

    const auto offered = was != nullptr ? was->invitedUntil : std::nullopt;
    if (is.invitedUntil && offered != is.invitedUntil) {
        auto event = about("invited", is);
        event.fields["until_ms"] = base::toUnixMs(*is.invitedUntil);
        out.push_back(std::move(event));
    } else if (offered && !is.invitedUntil && is.seat == api::Seat::audience) {
        out.push_back(about("uninvited", is));
    }

    const auto slot = was != nullptr ? was->slotUntil : std::nullopt;
    if (slot != is.slotUntil) {
        auto event = about("slot", is);
        event.fields["until_ms"] = is.slotUntil ? base::toUnixMs(*is.slotUntil) : 0;
        out.push_back(std::move(event));
    }

    const bool wasOpen = was != nullptr && microphoneOpen(before, *was);
    const bool wasHeld = was != nullptr && was->held;
    if (wasOpen != microphoneOpen(after, is) || wasHeld != is.held) out.push_back(mutedEvent(after, is));
}

void StateEvents::hand(const RoomState& after, const Participant* was, const Participant& is, base::TimePoint now,
                       std::vector<Event>& out) {
    const bool wasUp = was != nullptr && was->handUp();
    if (wasUp == is.handUp()) return;
    if (!is.handUp()) {
        m_noteUntil.erase(is.identity);
        if (m_told.erase(is.identity) > 0) out.push_back(handEvent(after, is, {}));
        return;
    }
    const auto* inQueue = queued(after, is.identity);
    const bool noteMayCome = moderates(after) && is.identity != after.self && !noteKnown(inQueue);
    if (noteMayCome) {
        m_noteUntil[is.identity] = now + kNoteWait;
        return;
    }
    const auto note = inQueue != nullptr ? inQueue->note : std::string();
    m_told[is.identity] = note;
    out.push_back(handEvent(after, is, note));
}

void StateEvents::notes(const RoomState& after, std::vector<Event>& out) {
    for (const auto& entry : after.hands) {
        const auto* p = after.find(entry.identity);
        if (p == nullptr || !p->handUp() || !noteKnown(&entry)) continue;
        const auto told = m_told.find(entry.identity);
        const bool waits = m_noteUntil.erase(entry.identity) > 0;
        if (!waits && (told == m_told.end() || told->second == entry.note)) continue;
        m_told[entry.identity] = entry.note;
        out.push_back(handEvent(after, *p, entry.note));
    }
}

void StateEvents::ownPlace(const RoomState& before, const RoomState& after, std::vector<Event>& out) {
    const auto* was = before.me();
    const auto* is = after.me();
    if (was == nullptr || is == nullptr || !was->handUp() || !is->handUp()) return;
    if (before.handPlace(before.self) != after.handPlace(after.self)) out.push_back(handEvent(after, *is, {}));
}

std::vector<Event> StateEvents::due(base::TimePoint now) {
    std::vector<Event> out;
    for (auto it = m_noteUntil.begin(); it != m_noteUntil.end();) {
        if (it->second > now) {
            ++it;
            continue;
        }
        const auto* p = m_base ? m_base->find(it->first) : nullptr;
        if (p != nullptr && p->handUp()) {
            m_told[it->first] = {};
            out.push_back(handEvent(*m_base, *p, {}));
        }
        it = m_noteUntil.erase(it);
    }
    return out;
}

base::TimePoint StateEvents::nextDue() const {
    auto first = base::kNever;
    for (const auto& [identity, at] : m_noteUntil) first = std::min(first, at);
    return first;
}

void StateEvents::door(const RoomState& before, const RoomState& after, std::vector<Event>& out) {
    if (!after.door) return;
    const room::DoorView& now = *after.door;
    if (before.door && before.door->waiting == now.waiting && before.door->waitingCount == now.waitingCount &&
        before.door->overflow == now.overflow && before.door->locked == now.locked && before.door->words == now.words)
        return;
    Event event{"door", {{"waiting", now.waitingCount}, {"names", Json::array()}, {"people", now.people}, {"cap", now.cap},
                         {"overflow", now.overflow}, {"locked", now.locked}, {"arrivals_last_minute", now.arrivalsLastMinute},
                         {"busy_percent", now.busyPercent}, {"room_for", now.roomFor}, {"words", now.words}}};
    for (const auto& one : now.waiting) event.fields["names"].push_back(one.name);
    out.push_back(std::move(event));
}

void StateEvents::wholeRoom(const RoomState& before, const RoomState& after, std::vector<Event>& out) {
    if (before.handsLocked != after.handsLocked) out.push_back({"locked", {{"hands", after.handsLocked}}});
    if (before.waitingForHost != after.waitingForHost) out.push_back({"waiting", {{"for_host", after.waitingForHost}}});
    if (before.overflow != after.overflow) out.push_back(overflowEvent(after));
    door(before, after, out);
    if (before.chair != after.chair)
        out.push_back({"chair", {{"name", after.chair.empty() ? std::string() : nameOf(after, after.chair.str())}, {"identity", after.chair.str()}}});
    if (before.questionsRevision != after.questionsRevision || before.questionsDesk != after.questionsDesk)
        out.push_back({"questions_changed", {{"revision", after.questionsRevision}, {"desk", after.questionsDesk}}});
    if (!before.askedToUnmute && after.askedToUnmute) out.push_back({"asked"});

    std::set<base::Identity> speaking;
    for (const auto& p : after.participants)
        if (p->speakerLevel > kAudible) speaking.insert(p->identity);
    if (speaking != m_speaking) {
        std::vector<const Participant*> loudest;
        for (const auto& p : after.participants)
            if (speaking.count(p->identity) != 0) loudest.push_back(p.get());
        std::stable_sort(loudest.begin(), loudest.end(), [](auto* a, auto* b) { return a->speakerLevel > b->speakerLevel; });
        Event event{"speakers", {{"names", Json::array()}, {"identities", Json::array()}}};
        for (const auto* p : loudest) {
            event.fields["names"].push_back(p->name);
            event.fields["identities"].push_back(p->identity.str());
        }
        out.push_back(std::move(event));
        m_speaking = std::move(speaking);
    }

    chat(before, after, out);
}

void StateEvents::chat(const RoomState& before, const RoomState& after, std::vector<Event>& out) {
    std::map<std::string, Told> shown;
    for (const auto& m : after.chat) {
        const auto key = m.id + '/' + m.from.str();
        const auto told = m_chat.find(key);
        if (m.delivery == room::ChatDelivery::refused && m.refusal) {
            if (told == m_chat.end() || told->second != Told::refused)
                out.push_back({"refused", {{"command", "say"}, {"id", m.id}, {"code", m.refusal->code}, {"message", m.refusal->message},
                                           {"advice", m.refusal->advice}}});
            shown[key] = Told::refused;
        } else if (m.delivery == room::ChatDelivery::sent) {
            if (told == m_chat.end() || told->second == Told::refused) {
                Event event{"chat", {{"id", m.id}, {"from", m.fromName}, {"identity", m.from.str()}, {"text", m.text}, {"own", m.own}}};
                if (m.n != 0) event.fields["n"] = m.n;
                if (m.history) event.fields["history"] = true;
                if (m.deleted) event.fields["deleted"] = true;
                out.push_back(std::move(event));
            } else if (m.deleted && told->second != Told::deleted) {
                out.push_back({"chat_deleted", {{"id", m.id}, {"n", m.n}}});
            }
            shown[key] = m.deleted ? Told::deleted : Told::said;
        }
    }
    m_chat = std::move(shown);

    const auto& rules = after.chatRules;
    if (rules.slowS != before.chatRules.slowS || rules.pinned != before.chatRules.pinned) {
        Event event{"chat_rules", {{"slow_s", rules.slowS}, {"pinned", rules.pinned}}};
        if (!rules.pinnedBy.empty()) event.fields["pinned_by"] = nameOf(after, rules.pinnedBy.str());
        out.push_back(std::move(event));
    }
    Json counts = Json::object();
    bool more = false;
    for (std::size_t i = 0; i < api::kReactionCount; ++i) {
        more = more || after.reactions[i].total != before.reactions[i].total;
        if (after.reactions[i].total > 0) counts[api::kReactions[i]] = after.reactions[i].total;
    }
    if (more) out.push_back({"reactions", {{"counts", std::move(counts)}}});
}

}  // namespace parlour::ctl
