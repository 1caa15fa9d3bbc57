// SPDX-License-Identifier: Apache-2.0
// What the server says on the signalling connection, and what follows from it.
#include "core/room/session_impl.h"

namespace parlour::room {
namespace {

base::Error serverError(std::string code, std::string message) {
    return {base::ErrorKind::unreachable, std::move(code), std::move(message), "", ""};
}

}  // namespace

void RoomSession::Impl::onSignalEnded(const SignalEnd& end) {
    if (state.session == SessionState::left) return;
    // Refused upgrades tell by status (LiveKit): 401 the token, 403 the person, 404 the room or a resume of nobody.
    if (end.status == 401 || end.status == 403 || end.status == 404) {
        if (resuming) return lost(end.error, true);
        if (end.status == 403) {
            auto error = end.error;
            error.kind = base::ErrorKind::refused;
            return finish(LeaveReason::removed, error);
        }
        // A refresh token may have run out while we were away: the house knows whether we may come back.
        if (state.session == SessionState::reconnecting || policy.attempts() > 0) {
            token.clear();
            if (signal) retired = std::move(signal);
            return askToken();
        }
        return finish(LeaveReason::refused, end.error);
    }
    if (end.error.kind == base::ErrorKind::untrusted) return finish(LeaveReason::untrusted, end.error);
    // Never joined so far: one clear answer beats a long wait.
    if (sid.empty() && state.session == SessionState::connecting && policy.attempts() >= 2)
        return finish(LeaveReason::unreachable, end.error);
    lost(end.error, false);
}

void RoomSession::Impl::handle(signal::SignalResponse& message) {
    std::visit(
        [this](auto& m) {
            using M = std::decay_t<decltype(m)>;
            if constexpr (std::is_same_v<M, signal::Join>) {
                onJoin(m);
            } else if constexpr (std::is_same_v<M, signal::Reconnect>) {
                onReconnect(m);
            } else if constexpr (std::is_same_v<M, signal::Leave>) {
                onLeave(m);
            } else if constexpr (std::is_same_v<M, signal::ParticipantUpdate>) {
                onRoster(m);
            } else if constexpr (std::is_same_v<M, signal::Offer>) {
                if (!subscriber) return;
                auto answer = subscriber->connection().acceptOffer(m.description.sdp, subscriber->now());
                if (!answer) return lost(answer.error(), true);
                lastSubscriberAnswer = *answer;
                signal->send(signal::Answer{{"answer", std::move(*answer), m.description.id, {}}});
                subscriber->flush();
            } else if constexpr (std::is_same_v<M, signal::Answer>) {
                // An answer to an older offer of ours says nothing about the newer one.
                if (!publisher || !offerPending || (m.description.id != 0 && m.description.id != offerId)) return;
                offerPending = false;
                if (auto ok = publisher->connection().acceptAnswer(m.description.sdp, publisher->now()); !ok)
                    return lost(ok.error(), true);
                publisher->flush();
                if (offerWanted) offerPublisher();
            } else if constexpr (std::is_same_v<M, signal::Trickle>) {
                auto* link = m.target == signal::SignalTarget::subscriber ? subscriber.get() : publisher.get();
                const auto candidate = rtc::parseCandidateInit(m.candidateInit);
                if (link == nullptr || !candidate) return;
                link->connection().addRemoteCandidate(*candidate, link->now());
                link->flush();
            } else if constexpr (std::is_same_v<M, signal::TrackPublished>) {
                onTrackPublished(m);
            } else if constexpr (std::is_same_v<M, signal::TrackUnpublished>) {
                if (publication && publication->sid == m.track) stopPublishing();
            } else if constexpr (std::is_same_v<M, signal::MuteTrack>) {
                // The server may close our microphone, never open it (security T31).
                if (m.muted && publication && publication->sid == m.track) {
                    state.microphoneWanted = false;
                    applyMicrophone();
                    publish();
                }
            } else if constexpr (std::is_same_v<M, signal::SpeakersChanged>) {
                applySpeakers(state, m);
                publish();
            } else if constexpr (std::is_same_v<M, signal::RoomUpdate>) {
                applyRoom(state, m.room);
                publish();
            } else if constexpr (std::is_same_v<M, signal::ConnectionQualityUpdate>) {
                applyQuality(state, m);
                publish();
            } else if constexpr (std::is_same_v<M, signal::RefreshToken>) {
                token = std::move(m.token);
            } else if constexpr (std::is_same_v<M, signal::RequestResponse>) {
                if (m.reason == signal::RequestReason::ok || m.reason == signal::RequestReason::queued) return;
                if (std::holds_alternative<signal::AddTrack>(m.echo)) publication.reset();
                if (observer.onRefused)
                    observer.onRefused({base::ErrorKind::refused, "request_refused", "The server refused the request.", "", m.message});
            }
            // The rest is for video, for debugging, or answers that nobody waits for.
        },
        message);
}

void RoomSession::Impl::onJoin(signal::Join& join) {
    if (state.session == SessionState::left) return;
    dropMedia();
    sid = join.participant.sid;
    permission = join.participant.permission;
    resuming = false;
    lastData.clear();
    nextDataSequence = 1;
    applyJoin(state, join);
    signal->keepAlive(join.pingIntervalS, join.pingTimeoutS);
    openSubscriber();
    if (permission.canPublish && permission.canPublishData) openPublisher();   // ready before the person speaks
    selfChanged(nullptr);
    publish();
}

void RoomSession::Impl::onReconnect(const signal::Reconnect&) {
    // Sync comes before everything else (LiveKit protocol, resume).
    signal::SyncState sync;
    if (!lastSubscriberAnswer.empty()) sync.answer = signal::SessionDescription{"answer", lastSubscriberAnswer, 0, {}};
    sync.subscription.subscribe = false;
    if (publication && !publication->sid.empty()) {
        signal::TrackPublished track;
        track.cid = publication->cid;
        track.track.sid = publication->sid;
        track.track.source = signal::TrackSource::microphone;
        track.track.muted = publication->muted;
        sync.publishTracks.push_back(std::move(track));
    }
    for (const auto& [publisherSid, sequence] : lastData) sync.receiveStates.push_back({publisherSid, sequence});
    signal->send(sync);
    signal->keepAlive(5, 15);
    resuming = false;
    rosterDue = true;
    if (publisher && !publisher->connected()) {
        publisher->connection().restartIce(publisher->now());
        offerPending = false;
        offerPublisher();
    }
    if (subscriber && subscriber->connected()) joined();
    publish();
}

void RoomSession::Impl::onLeave(const signal::Leave& leave) {
    switch (leave.action) {
        case signal::LeaveAction::resume:
            return lost(serverError("server_resume", "The server asked us to come back."), false);
        case signal::LeaveAction::reconnect:
            return lost(serverError("server_reconnect", "The server asked us to join anew."), true);
        case signal::LeaveAction::disconnect: break;
    }
    LeaveReason reason = LeaveReason::roomEnded;
    switch (leave.reason) {
        case signal::DisconnectReason::participantRemoved: reason = LeaveReason::removed; break;
        case signal::DisconnectReason::duplicateIdentity: reason = LeaveReason::duplicateIdentity; break;
        case signal::DisconnectReason::serverShutdown: reason = LeaveReason::serverShutdown; break;
        case signal::DisconnectReason::clientInitiated: reason = LeaveReason::byUser; break;
        case signal::DisconnectReason::roomDeleted:
        case signal::DisconnectReason::roomClosed: reason = LeaveReason::roomEnded; break;
        case signal::DisconnectReason::joinFailure:
        case signal::DisconnectReason::connectionTimeout:
        case signal::DisconnectReason::mediaFailure:
        case signal::DisconnectReason::signalClose:
        case signal::DisconnectReason::stateMismatch:
        case signal::DisconnectReason::migration:
        case signal::DisconnectReason::unknown: return lost(serverError("server_closed", "The server closed the connection."), true);
        case signal::DisconnectReason::userUnavailable:
        case signal::DisconnectReason::userRejected:
        case signal::DisconnectReason::sipTrunkFailure:
        case signal::DisconnectReason::agentError: reason = LeaveReason::refused; break;
    }
    finish(reason, {});
}

void RoomSession::Impl::onRoster(const signal::ParticipantUpdate& update) {
    std::shared_ptr<const Participant> before;
    for (const auto& p : state.participants)
        if (p->isSelf) before = p;
    const bool hadHands = !state.hands.empty();
    if (rosterDue) {
        rosterDue = false;
        applyRoster(state, update);
    } else {
        applyUpdate(state, update);
    }
    for (const auto& info : update.participants)
        if (info.identity == state.self && info.sid == sid) permission = info.permission;
    remoteTracksChanged();
    selfChanged(before.get());
    if (hadHands || !state.hands.empty()) refreshHands();
    publish();
}

/// Our own seat, power or hold changed.
void RoomSession::Impl::selfChanged(const Participant* before) {
    const auto* me = state.me();
    if (me == nullptr) return;
    const bool wasOnStage = before != nullptr && before->seat == api::Seat::stage;
    const bool isOnStage = me->seat == api::Seat::stage;
    // Nobody arrives on stage with an open microphone, and who goes down closes it.
    if (before != nullptr && wasOnStage != isOnStage) state.microphoneWanted = false;
    if (me->held) state.microphoneWanted = false;
    if (!me->mutedBy.empty() && (before == nullptr || before->mutedBy != me->mutedBy)) state.microphoneWanted = false;
    if (!isOnStage) state.askedToUnmute = false;
    if (isOnStage && permission.canPublish && !publisher && subscriber) openPublisher();
    if (config.acceptOffers && me->invitedUntil && (before == nullptr || !before->invitedUntil)) command({api::StageVerb::accept, {}, {}, {}, true, false});
    applyMicrophone();
}

/// Moderators get the notes from the house; the hands themselves are in the attributes.
void RoomSession::Impl::refreshHands() {
    const auto* me = state.me();
    if (me == nullptr || me->power == api::Power::none || handsAsked || !house || !house->signedIn()) return;
    handsAsked = true;
    house->hands(room, [weak = weak_from_this()](base::Result<api::Hands> hands) {
        const auto self = weak.lock();
        if (!self) return;
        self->handsAsked = false;
        if (!hands) return;
        applyHands(self->state, *hands);
        self->publish();
    });
}

}  // namespace parlour::room
