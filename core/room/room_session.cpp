// SPDX-License-Identifier: Apache-2.0
// Coming in, coming back, going: the session's state machine. The only function that changes the state is setSession().
#include "core/room/room_session.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/api/person_types.h"
#include "core/base/log.h"
#include "core/crypto/random.h"
#include "core/room/session_impl.h"
#include "core/rtc/certificate.h"

namespace parlour::room {
namespace {

constexpr base::Duration kBannerAfter = std::chrono::seconds(2);
constexpr base::Duration kLeaveTimeout = std::chrono::milliseconds(800);
/// Who stays in this long has come back; who does not keeps the longer waits.
constexpr base::Duration kStableAfter = std::chrono::seconds(10);
constexpr int kFirstJoinAttempts = 3;
constexpr base::Duration kFeedbackEvery = std::chrono::milliseconds(20);
constexpr base::Duration kStatsEvery = std::chrono::seconds(1);

double chance() { return static_cast<double>(crypto::randomU32()) / 4294967296.0; }

}  // namespace

RoomSession::Impl::Impl(net::EventLoop& l, PersonKeys& k, audio::AudioEngine& a, SessionConfig c, Observer o)
    : loop(l), keys(k), audio(a), config(std::move(c)), observer(std::move(o)),
      published(std::make_shared<const RoomState>()), certificate(rtc::Certificate::generate()) {}

RoomSession::RoomSession(net::EventLoop& loop, const base::Clock&, PersonKeys& keys, audio::AudioEngine& audio,
                         SessionConfig config, Observer observer)
    : m_impl(std::make_shared<Impl>(loop, keys, audio, std::move(config), std::move(observer))) {}

RoomSession::~RoomSession() {
    m_impl->observer = {};   // first: nothing is told any more
    m_impl->closeAll();
}

void RoomSession::preview(net::EventLoop& loop, PersonKeys& keys, const signal::InviteLink& link,
                          std::function<void(base::Result<LinkPreview>)> done) {
    auto client = std::make_shared<HouseClient>(loop, keys, HouseAddress{link.origin(), link.pin()});
    client->preview(link.id(), link.secret(), [client, done](base::Result<api::Preview> p) mutable {
        const auto keep = std::move(client);   // lives exactly until its answer
        if (!p) return done(base::Unexpected<base::Error>(std::move(p).error()));
        LinkPreview out{p->house, p->houseName, p->inviterName, p->room, p->roomTitle, p->role, p->listeners, p->onStage, p->live, {}, p->kind, p->needsCode, p->approval, p->message};
        if (p->liveSinceMs) out.liveSince = base::fromUnixMs(*p->liveSinceMs);
        if (!out.live) return done(std::move(out));
        // Signed in, so that nobody but this person learns where they are. A house that does not know them says no.
        auto asker = keep;
        const std::string path = "/rooms/" + out.room.str() + "/here";
        keep->get<api::Here>(path, [asker, out = std::move(out), done](base::Result<api::Here> answer) mutable {
            const auto last = std::move(asker);
            out.here = answer && answer->here;
            done(std::move(out));
        });
    });
}

RoomStatePtr RoomSession::state() const { return m_impl->published; }

/// Everything that changed in one turn of the loop goes out as one snapshot.
void RoomSession::Impl::publish() {
    if (publishPosted) return;
    publishPosted = true;
    loop.post([weak = weak_from_this()] {
        const auto self = weak.lock();
        if (!self) return;
        self->publishPosted = false;
        ++self->state.revision;
        self->published = std::make_shared<const RoomState>(self->state);
        if (!self->observer.onState) return;
        // Copies: the observer may destroy the session, and with it what it was called by.
        const auto snapshot = self->published;
        const auto onState = self->observer.onState;
        onState(snapshot);
    });
}

/// Tells the person that something did not work; never from inside a call.
void RoomSession::Impl::refuse(base::Error error) {
    loop.post([weak = weak_from_this(), error = std::move(error)] {
        const auto self = weak.lock();
        if (!self || !self->observer.onRefused) return;
        const auto onRefused = self->observer.onRefused;
        onRefused(error);
    });
}

void RoomSession::Impl::setSession(SessionState next) {
    if (state.session == next || state.session == SessionState::left) return;
    state.session = next;
    switch (next) {
        case SessionState::reconnecting:
            bannerTimer = loop.postAfter(kBannerAfter, [this] {
                state.reconnectVisible = true;
                publish();
            });
            break;
        case SessionState::joined:
            bannerTimer.cancel();
            joinTimer.cancel();
            state.reconnectVisible = false;
            state.error.reset();
            joinedAt = loop.clock().now();
            everJoined = way.worked = true;
            break;
        case SessionState::left:
            bannerTimer.cancel();
            state.reconnectVisible = false;
            break;
        case SessionState::waiting:
            joinTimer.cancel();
            bannerTimer.cancel();
            state.reconnectVisible = false;
            state.error.reset();
            break;
        case SessionState::idle:
        case SessionState::redeeming:
        case SessionState::connecting: break;
    }
    publish();
}

void RoomSession::Impl::begin(std::unique_ptr<Entrance> door) {
    closeAll();
    newVisit();
    entrance = std::move(door);
    house = entrance->house();
    state.plainServer = house == nullptr;
    chat.keepingKnown = state.plainServer;   // nobody keeps it
    network.addresses = entrance->addresses();
    network.watch = std::make_unique<net::AddressWatch>(loop, [this](bool outward) { networkChanged(outward); });
    enterNetwork();
    setSession(SessionState::redeeming);
    arrive();
}

/// Nothing of the room where one was before is left.
void RoomSession::Impl::newVisit() {
    ++visit;
    const auto revision = state.revision;
    state = RoomState{};
    state.revision = revision;
    policy = {};
    everJoined = leaving = resuming = resumeDisabled = tokenFresh = rosterDue = showAwaited = false;
    sid = {};
    room = {};
    permission = {};
    token.clear();
    way = {};
    resetChat();
    lastData.clear();
    waitingData.clear();
    nextDataSequence = 1;
    wiring = std::make_unique<TrackWiring>(loop, audio);
}

void RoomSession::enter(const signal::InviteLink& link) {
    PARLOUR_CHECK_THREAD(m_impl->thread);
    m_impl->begin(byLink(m_impl->loop, m_impl->keys, link, m_impl->config.name));
}

void RoomSession::enterKnown(const HouseAddress& address, const base::RoomId& room) {
    PARLOUR_CHECK_THREAD(m_impl->thread);
    m_impl->begin(byPlace(m_impl->loop, m_impl->keys, address, room, m_impl->config.name));
    m_impl->room = room;
}

void RoomSession::enterServer(const ServerAddress& server) {
    PARLOUR_CHECK_THREAD(m_impl->thread);
    m_impl->begin(byToken(m_impl->loop, server));
}

void RoomSession::Impl::grant(const api::JoinGrant& join) {
    room = join.room;
    state.room = join.room;
    state.title = join.roomTitle;
    if (way.home != join.url) {
        way = {};
        way.home = way.url = join.url;
        way.worked = true;   // as far as we know
    }
    chooseUrl();
    token = join.token;
    tokenFresh = true;
    if (state.session == SessionState::redeeming || state.session == SessionState::waiting) setSession(SessionState::connecting);
    connect(false);
}

void RoomSession::Impl::say(const signal::SignalRequest& request) {
    if (signal && signalReady) signal->send(request);
}

void RoomSession::Impl::dropSignal() {
    signalReady = false;
    if (!signal) return;
    signal->silence();
    retiredSignals.push_back(std::move(signal));
    loop.post([weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->retiredSignals.clear();
    });
}

/// The connection is gone or useless: come back by the policy, or give up.
void RoomSession::Impl::lost(const base::Error& error, bool resumeImpossible) {
    if (state.session == SessionState::left || state.session == SessionState::idle || leaving) return;
    dropSignal();
    ++attempt;
    joinTimer.cancel();
    // One clear answer beats a long wait for somebody who has not been in.
    if (!everJoined && policy.attempts() + 1 >= kFirstJoinAttempts + static_cast<int>(way.regions.size())) return finish(LeaveReason::unreachable, error);
    if (state.session == SessionState::joined && loop.clock().now() - joinedAt >= kStableAfter) policy.succeeded();
    if (resumeImpossible || resumeDisabled || sid.empty()) policy.resumeImpossible();
    state.error = error;
    setSession(state.session == SessionState::joined || state.session == SessionState::reconnecting ? SessionState::reconnecting
                                                                                                   : SessionState::connecting);
    const auto next = policy.next(chance());
    if (!next) return finish(LeaveReason::unreachable, error);
    network.retry = next->kind;
    retryTimer = loop.postAfter(next->wait, [this] { comeBack(); });
}

/// Everything anew. The newest refresh token opens the door; where it does not, the house gives a new one.
void RoomSession::Impl::rejoin() {
    dropMedia();
    const bool haveRefresh = !sid.empty() && !token.empty();
    sid = {};
    if (!haveRefresh) return askToken();   // what it grants says where to go, too
    chooseUrl();
    connect(false);
}

void RoomSession::Impl::askToken() {
    dropSignal();
    joinTimer.cancel();
    entrance->renew(room, [weak = weak_from_this(), asked = ++attempt](base::Result<api::JoinGrant> join) {
        const auto self = weak.lock();
        if (!self || self->state.session == SessionState::left || self->leaving || self->attempt != asked) return;
        if (join) return self->grant(*join);
        if (self->crowdedBy(join.error(), [s = self.get()] { s->askToken(); })) return;
        switch (join.error().kind) {
            case base::ErrorKind::unreachable:
            case base::ErrorKind::exhausted:
            case base::ErrorKind::unavailable:   // may pass
                if (self->state.session == SessionState::waiting) return self->waitInLine(std::chrono::seconds(2));
                return self->lost(join.error(), true);
            case base::ErrorKind::invalidInput:
            case base::ErrorKind::notFound:
            case base::ErrorKind::refused:
            case base::ErrorKind::untrusted:
            case base::ErrorKind::conflict:
            case base::ErrorKind::expired:
            case base::ErrorKind::cancelled:
            case base::ErrorKind::internal: break;
        }
        self->finish(reasonOf(join.error()), join.error());
    });
}

void RoomSession::Impl::finish(LeaveReason reason, std::optional<base::Error> error) {
    if (state.session == SessionState::left) return;
    state.leaveReason = reason;
    state.error = std::move(error);
    state.microphoneLive = false;
    state.microphoneWanted = false;
    state.askedToUnmute = false;
    audio.setGate(false);
    if (wiring) wiring->setLive(false);
    dropSignal();
    setSession(SessionState::left);
    closeLater();
}

/// What called us may be one of the things to close.
void RoomSession::Impl::closeLater() {
    loop.post([weak = weak_from_this(), number = visit] {
        const auto self = weak.lock();
        if (!self) return;
        if (self->visit == number) self->closeAll();
        for (const auto& done : std::exchange(self->leaveDone, {})) done();
    });
}

void RoomSession::Impl::closeAll() {
    leaveNetwork();
    closeRoom();
    house = nullptr;
    network.watch.reset();
    entrance.reset();
}

void RoomSession::Impl::closeRoom() {
    for (auto* timer : {&retryTimer, &bannerTimer, &joinTimer, &statsTimer, &feedbackTimer, &leaveTimer, &handsTimer, &farewellTimer,
                        &historyTimer, &reactionTimer, &gatherTimer, &lineTimer, &doorTimer, &showTimer})
        timer->cancel();
    chat.gathered.reset();
    audio.setGate(false);
    ++attempt;
    way.call.cancel();
    network.retry.reset();
    network.relays.clear();
    dropSignal();
    retiredSignals.clear();
    dropMedia();
    retiredLinks.clear();
    wiring.reset();
    hands.asked = hands.due = doorAsked = false;
    lineSilentSince = base::kNever;
    hands.seen.clear();
}

void RoomSession::setMicrophone(bool open) {
    PARLOUR_CHECK_THREAD(m_impl->thread);
    if (m_impl->state.session == SessionState::left) return;
    m_impl->state.microphoneWanted = open;
    if (open) m_impl->state.askedToUnmute = false;
    m_impl->applyMicrophone();
    m_impl->publish();
}

void RoomSession::dismissAskToUnmute() {
    PARLOUR_CHECK_THREAD(m_impl->thread);
    m_impl->state.askedToUnmute = false;
    m_impl->publish();
}

void RoomSession::setVolume(const base::Identity& who, float gain) {
    PARLOUR_CHECK_THREAD(m_impl->thread);
    if (!std::isfinite(gain)) return;
    m_impl->volumes[who] = std::clamp(gain, 0.0f, 2.0f);
    m_impl->applyVolumes();
}

void RoomSession::command(const Command& command) {
    PARLOUR_CHECK_THREAD(m_impl->thread);
    m_impl->command(command);
}

base::Error RoomSession::Impl::noHouse() const {
    if (state.plainServer && !leaving && state.session != SessionState::left)
        return {base::ErrorKind::refused, "no_house", "This is a LiveKit server without a house: it knows no hands, seats, moderators and links.",
                "Whoever gave you the token can let you speak.", {}};
    return {base::ErrorKind::refused, "not_joined", "You are not in a room.", "Enter a room first.", {}};
}

void RoomSession::Impl::command(const Command& command) {
    if (!house || room.empty() || leaving || state.session == SessionState::left) return refuse(noHouse());
    api::StageCommand out;
    out.verb = command.verb;
    out.target = command.target;
    out.note = command.note;
    out.minutes = command.minutes;
    out.on = command.on;
    out.closeLink = command.closeLink;
    out.place = command.place;
    out.seconds = command.seconds;
    out.link = command.link;
    out.sinceMinutes = command.sinceMinutes;
    const bool door = command.verb == api::StageVerb::admit || command.verb == api::StageVerb::lockDoor;
    house->stage(room, out, [weak = weak_from_this(), door](base::Result<api::StageAnswer> answer) {
        const auto self = weak.lock();
        if (self && !answer) self->refuse(answer.error());
        if (self && answer && self->doorAsked && door) self->askDoor();
    });
}

void RoomSession::createInvitation(api::Role role, std::optional<int> uses, std::optional<std::chrono::seconds> expires,
                                   std::function<void(base::Result<std::string>)> done) {
    PARLOUR_CHECK_THREAD(m_impl->thread);
    if (!m_impl->house || m_impl->room.empty()) {
        m_impl->loop.post([done, error = m_impl->noHouse()] { done(base::Unexpected<base::Error>(error)); });
        return;
    }
    api::InvitationWish wish{role, uses, {}};
    if (expires) wish.expiresInS = expires->count();
    m_impl->house->createInvitation(m_impl->room, wish, [done](base::Result<api::InvitationMade> made) {
        if (!made) return done(base::Unexpected<base::Error>(std::move(made).error()));
        done(made->link);
    });
}

void RoomSession::ask(const std::string& what, const std::string& body, std::function<void(base::Result<std::string>)> done) {
    PARLOUR_CHECK_THREAD(m_impl->thread);
    if (!m_impl->house || m_impl->room.empty()) {
        m_impl->loop.post([done, error = m_impl->noHouse()] { done(base::Unexpected<base::Error>(error)); });
        return;
    }
    m_impl->house->request("/rooms/" + m_impl->room.str() + "/" + what, body, false, std::move(done));
}

void RoomSession::leave(std::function<void()> done) {
    PARLOUR_CHECK_THREAD(m_impl->thread);
    auto& s = *m_impl;
    if (done) s.leaveDone.push_back(std::move(done));
    if (s.leaving && s.state.session != SessionState::left) return;   // answered together
    if (s.state.session == SessionState::left || s.state.session == SessionState::idle) return s.closeLater();
    s.leaving = true;
    s.retryTimer.cancel();
    s.lineTimer.cancel();
    s.joinTimer.cancel();
    s.bannerTimer.cancel();
    s.audio.setGate(false);
    if (s.wiring) s.wiring->setLive(false);
    s.say(signal::Leave{signal::DisconnectReason::clientInitiated, signal::LeaveAction::disconnect, false});
    if (!s.house || !s.house->signedIn() || s.room.empty()) return s.finish(LeaveReason::byUser, {});
    // Giving up the seat at once is politeness; nobody waits long for it.
    s.leaveTimer = s.loop.postAfter(kLeaveTimeout, [impl = m_impl.get()] { impl->finish(LeaveReason::byUser, {}); });
    s.house->leave(s.room, [weak = s.weak_from_this()](base::Result<api::Nothing>) {
        if (const auto self = weak.lock()) self->finish(LeaveReason::byUser, {});
    });
}

void RoomSession::Impl::joined() {
    if (state.session == SessionState::joined) return;
    setSession(SessionState::joined);
    feedbackTimer = loop.postAfter(kFeedbackEvery, [this] { tickFeedback(); });
    statsTimer = loop.postAfter(kStatsEvery, [this] { tickStats(); });
    applyMicrophone();
    for (auto& [id, sent] : chat.unanswered) {
        chat.lost.insert(id);
        sent = {loop.clock().now()};
    }
    chat.historyTries = 0;
    askHistory();
    awaitShow();
}

void RoomSession::Impl::tickFeedback() {
    feedbackTimer = loop.postAfter(kFeedbackEvery, [this] { tickFeedback(); });
    if (wiring) wiring->setAudience(state.participants.size() - (state.me() != nullptr ? 1 : 0));
    if (wiring && hearing() != nullptr) wiring->requestMissing(*hearing());
    followMusic();
}

void RoomSession::Impl::tickStats() {
    statsTimer = loop.postAfter(kStatsEvery, [this] { tickStats(); });
    checkChat();
    const auto now = loop.clock().now();
    const auto heard = hearing() != nullptr ? std::optional(hearing()->connection().stats(now)) : std::nullopt;
    if (wiring && heard && heard->transport.roundTrip) wiring->setRoundTrip(*heard->transport.roundTrip);
    if (!observer.onStats) return;
    SessionStats out;
    if (const auto* link = primary()) out.path = toString(link->path());
    if (publisher) {
        const auto stats = publisher->connection().stats(now);
        for (const auto& o : stats.outbound) {
            out.packetsSent += o.packetsSent;
            out.bytesSent += o.bytesSent;
            out.fractionLost = o.fractionLost;
            if (o.roundTripTime) out.roundTripTime = o.roundTripTime;
        }
    }
    out.single = single.on;
    if (heard) {
        const auto& stats = *heard;
        if (!out.roundTripTime && stats.transport.roundTrip)
            out.roundTripTime = static_cast<double>(stats.transport.roundTrip->count()) / 1e6;
        for (const auto& i : stats.inbound) {
            out.packetsReceived += i.packetsReceived;
            out.packetsLost += i.packetsLost;
            RemoteTrackStats track;
            track.packetsReceived = i.packetsReceived;
            track.packetsLost = i.packetsLost;
            track.jitter = i.jitter;
            if (wiring) {
                wiring->fill(track, i.mid);
                if (const auto* trackSid = wiring->sidOf(i.mid))
                    for (const auto& p : state.participants)
                        if (p->microphoneTrack == *trackSid) {
                            track.identity = p->identity;
                            track.name = p->name;
                        }
            }
            out.tracks.push_back(std::move(track));
        }
    }
    const auto sound = audio.stats();
    out.sendFrameMs = sound.sendFrameMs;
    out.sendBitRate = sound.sendBitRate;
    out.sendRedundancy = sound.sendRedundancy;
    out.sendExpectedLoss = sound.sendExpectedLoss;
    out.concealment = sound.concealment;
    out.soundPriority = audio::wordOf(sound.priority);
    const auto onStats = observer.onStats;
    onStats(out);
}

}  // namespace parlour::room
