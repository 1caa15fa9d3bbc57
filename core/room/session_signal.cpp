// SPDX-License-Identifier: Apache-2.0
// What the server says on the signalling connection, and what follows from it.
#include "core/room/session_impl.h"

namespace parlour::room {
namespace {

constexpr base::Duration kHandsPause = std::chrono::milliseconds(300);

base::Error serverError(std::string code, std::string message) {
    return {base::ErrorKind::unreachable, std::move(code), std::move(message), "", ""};
}

}  // namespace

void RoomSession::Impl::onSignalEnded(const SignalEnd& end) {
    if (state.session == SessionState::left || leaving) return;
    if (end.unknownPath && single.on && !resuming && config.signalling == Signalling::automatic) return fallBack();
    const bool comingBack = everJoined;
    // Refused upgrades tell by status (LiveKit): 401 the token, 403 the person, 404 the room or a resume of nobody.
    if (end.status == 401 || end.status == 403 || end.status == 404) {
        if (resuming) {
            policy.resumeRefused();
            return lost(end.error, true);
        }
        // A refresh token may have run out while we were away, or the person put out: the house knows, and in which words.
        if (comingBack && !entrance->renews()) return finish(LeaveReason::refused, entrance->refusal(end));
        if (comingBack && !tokenFresh) {
            token.clear();
            return askToken();
        }
        if (end.status == 403 && house != nullptr) {
            auto error = end.error;
            error.kind = base::ErrorKind::refused;
            return finish(LeaveReason::removed, std::move(error));
        }
        if (!comingBack) return finish(LeaveReason::refused, entrance->refusal(end));
        return lost(end.error, true);   // a token made just now: try again, but not at once
    }
    if (mustWait(end)) return;
    // 400: the request itself; 503: full.
    if (end.status == 503 && way.others()) return lost(end.error, true);
    if ((end.status == 400 || end.status == 503) && !comingBack) return finish(LeaveReason::refused, entrance->refusal(end));
    if (end.error.kind == base::ErrorKind::untrusted) return finish(LeaveReason::untrusted, end.error);
    lost(end.error, false);
}

void RoomSession::Impl::handle(signal::SignalResponse& message) {
    if (leaving || state.session == SessionState::left) return;
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
                say(signal::Answer{{"answer", std::move(*answer), m.description.id, {}}});
                subscriber->flush();
            } else if constexpr (std::is_same_v<M, signal::Answer>) {
                // An answer to an older offer of ours says nothing about the newer one.
                if (!publisher || !offering.pending || (m.description.id != 0 && m.description.id != offering.id)) return;
                offering.pending = false;
                if (auto ok = publisher->connection().acceptAnswer(m.description.sdp, publisher->now()); !ok)
                    return lost(ok.error(), true);
                if (single.on) {   // before the tracks are told
                    single.answer = std::move(m.description.sdp);
                    single.tracks = std::move(m.description.midToTrackId);
                }
                publisher->flush();
                if (offering.wanted) offerPublisher();
            } else if constexpr (std::is_same_v<M, signal::Trickle>) {
                auto* link = m.target == signal::SignalTarget::subscriber ? hearing() : publisher.get();
                const auto candidate = rtc::parseCandidateInit(m.candidateInit);
                if (link == nullptr || !candidate) return;
                link->connection().addRemoteCandidate(*candidate, link->now());
                link->flush();
            } else if constexpr (std::is_same_v<M, signal::TrackPublished>) {
                onTrackPublished(m);
            } else if constexpr (std::is_same_v<M, signal::TrackUnpublished>) {
                if (!publication || publication->sid != m.track) return;
                stopPublishing();
                applyMicrophone();   // taken down by the server: what the stage says decides whether to go on
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
                chat.byHouse = chatByHouse(m.room);
                publish();
            } else if constexpr (std::is_same_v<M, signal::ConnectionQualityUpdate>) {
                applyQuality(state, m);
                publish();
            } else if constexpr (std::is_same_v<M, signal::RefreshToken>) {
                if (m.token.empty()) return;
                token = std::move(m.token);
                entrance->refreshed(token);
            } else if constexpr (std::is_same_v<M, signal::MediaSectionsRequirement>) {
                onSectionsWanted(m);
            } else if constexpr (std::is_same_v<M, signal::RequestResponse>) {
                if (m.reason == signal::RequestReason::ok || m.reason == signal::RequestReason::queued) return;
                if (const auto* add = std::get_if<signal::AddTrack>(&m.echo); add != nullptr && publication && publication->cid == add->cid) {
                    // Not live, and not said to be.
                    publication.reset();
                    state.microphoneWanted = false;
                    applyMicrophone();
                    publish();
                }
                refuse({base::ErrorKind::refused, "request_refused", "The server refused the request.",
                        "Try again, or leave the room and come back.", m.message});
            }
            // The rest is for video, for debugging, or answers that nobody waits for.
        },
        message);
}

void RoomSession::Impl::onJoin(signal::Join& join) {
    signalReady = true;
    tokenFresh = false;   // spent
    setRelays(join.iceServers);
    if (config.relayOnly && network.relays.empty())
        return finish(LeaveReason::refused, base::Error{base::ErrorKind::refused, "no_relay", "This server offers no relay that would hide your address.",
                                                        "Enter without \"relay only\", or ask whoever runs the server for a relay.", {}});
    sid = join.participant.sid;
    permission = join.participant.permission;
    resuming = false;
    rosterDue = false;
    resumeDisabled = join.resumeDisabled;
    subscriberPrimary = join.subscriberPrimary;
    if (room.empty()) room = state.room = join.room.name;
    if (!resumeDisabled) policy.resumePossible();
    lastData.clear();
    nextDataSequence = 1;
    reactionWindow.begin(loop.clock().now());
    state.reactions = reactionWindow.counts();
    applyJoin(state, join);
    chat.byHouse = chatByHouse(join.room);
    pingIntervalS = join.pingIntervalS;
    pingTimeoutS = join.pingTimeoutS;
    signal->keepAlive(pingIntervalS, pingTimeoutS);
    if (!single.on) openSubscriber();
    else if (publisher) publisher->learnRelays(network.relays);
    if (maySpeak(permission) && permission.canPublishData) openPublisher();   // ready before the person speaks
    // Said while we were away; or the server takes us as inside only by this connection (who may not listen).
    if (!waitingData.empty() || !subscriberPrimary) openPublisher();
    if (!onStage()) state.microphoneWanted = false;   // the seat is gone, and the switch with it
    declinePictures(join.others);
    selfChanged(nullptr);
    refreshHands();
    refreshDoor();
    publish();
}

void RoomSession::Impl::onReconnect(const signal::Reconnect& reconnect) {
    signalReady = true;
    if (!reconnect.iceServers.empty()) setRelays(reconnect.iceServers);
    resumeDisabled = reconnect.resumeDisabled;
    // Sync comes before everything else (LiveKit protocol, resume).
    signal::SyncState sync;
    const auto& answer = single.on ? single.answer : lastSubscriberAnswer;   // theirs where we offer, ours where they do
    if (!answer.empty()) sync.answer = signal::SessionDescription{"answer", answer, 0, {}};
    if (single.on) sync.offer = signal::SessionDescription{"offer", single.offer, 0, {}};
    sync.subscription = {{declined.begin(), declined.end()}, false, {}};
    if (publication && !publication->sid.empty()) {
        signal::TrackPublished track;
        track.cid = publication->cid;
        track.track.sid = publication->sid;
        track.track.source = signal::TrackSource::microphone;
        track.track.muted = publication->muted;
        sync.publishTracks.push_back(std::move(track));
    }
    for (const auto& [publisherSid, sequence] : lastData) sync.receiveStates.push_back({publisherSid, sequence});
    say(sync);
    signal->keepAlive(pingIntervalS, pingTimeoutS);
    resuming = false;
    rosterDue = true;
    for (auto* link : {&subscriber, &publisher})
        if (*link) (*link)->learnRelays(network.relays);
    // What was on its way when the connection broke has not arrived, or nobody knows: it is said again.
    if (publication && publication->sid.empty()) publication.reset();
    if (publisher) {
        const bool unanswered = offering.pending;
        if (unanswered) publisher->connection().rollback();
        offering.pending = false;
        const bool restart = !publisher->connected();
        if (restart) publisher->connection().restartIce(publisher->now());
        // On a single connection the server may have asked for an offer meanwhile, and nobody heard it.
        if (restart || unanswered || offering.wanted || single.on) offerPublisher();
    }
    if (publication && !publication->sid.empty()) say(signal::MuteTrack{publication->sid, publication->muted});
    applyMicrophone();
    if (primary() != nullptr && primary()->connected()) joined();
    publish();
}

void RoomSession::Impl::onLeave(const signal::Leave& leave) {
    if (!leave.regions.empty() && leave.action != signal::LeaveAction::disconnect) {
        way.regions.set(leave.regions, way.home);
        way.asked |= way.regions.left();   // no list is newer
        if (leave.action == signal::LeaveAction::reconnect) way.worked = false;   // this place sends us away
    }
    switch (leave.action) {
        case signal::LeaveAction::resume:
            return lost(serverError("server_resume", "The server asked us to come back."), false);
        case signal::LeaveAction::reconnect:
            if (resuming) policy.resumeRefused();
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
    declinePictures(update.participants);
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
    refreshHands();
    refreshDoor();
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
    if (isOnStage && maySpeak(permission) && hearing() != nullptr) openPublisher();
    if (config.acceptOffers && me->invitedUntil && (before == nullptr || !before->invitedUntil)) command({api::StageVerb::accept, {}, {}, {}, true, false});
    applyMicrophone();
}

/// Moderators get the notes from the house; the hands themselves are in the attributes. One question for a changed queue.
void RoomSession::Impl::refreshHands() {
    const auto* me = state.me();
    if (me == nullptr || me->power == api::Power::none) {
        hands.seen.clear();
        for (auto& hand : state.hands) hand.note.clear();   // not ours to read any more
        return;
    }
    std::string queue;
    for (const auto& hand : state.hands) {
        const auto* person = state.find(hand.identity);
        queue += hand.identity.str() + ' ' + (person != nullptr ? person->handKey : std::string()) + '\n';
    }
    if (queue == hands.seen) return;
    hands.seen = std::move(queue);
    if (!state.hands.empty()) askHands();
}

void RoomSession::Impl::askHands() {
    if (!house || leaving) return;
    if (hands.asked) {
        hands.due = true;
        return;
    }
    hands.asked = true;
    hands.due = false;
    house->hands(room, [weak = weak_from_this()](base::Result<api::Hands> answer) {
        const auto self = weak.lock();
        if (!self || self->state.session == SessionState::left) return;
        if (answer) {
            applyHands(self->state, *answer);
            self->publish();
        } else {
            self->hands.seen.clear();   // asked again with the next change
        }
        self->handsTimer = self->loop.postAfter(kHandsPause, [impl = self.get()] {
            impl->hands.asked = false;
            if (impl->hands.due) impl->askHands();
        });
    });
}

}  // namespace parlour::room
