// SPDX-License-Identifier: Apache-2.0
// What a client may say on its signalling connection. Anything that is not understood is ignored or answered; only bytes
// that are no message at all, and floods, end the connection.
#include <algorithm>

#include "core/crypto/random.h"
#include "core/server/participant_connection.h"
#include "core/signal/codec.h"

namespace parlour::server {
namespace {

constexpr std::size_t kMaxCandidateBytes = 2048;
constexpr std::size_t kMaxCidBytes = 256;
constexpr std::size_t kMaxTold = 64;
constexpr int kTrackNotFound = 2;   // SubscriptionError

/// Nothing that moves the cursor or reverses the line (T27): C0, DEL, C1, zero-width and bidi controls.
bool harmlessText(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c < 0x20 || c == 0x7f) return false;
        const auto next = [&](std::size_t n) { return i + n < text.size() ? static_cast<unsigned char>(text[i + n]) : 0u; };
        if (c == 0xc2 && next(1) >= 0x80 && next(1) < 0xa0) return false;
        if (c == 0xe2 && next(1) == 0x80 && (next(2) >= 0x8b && next(2) <= 0x8f)) return false;
        if (c == 0xe2 && next(1) == 0x80 && (next(2) >= 0xa8 && next(2) <= 0xae)) return false;
        if (c == 0xe2 && next(1) == 0x81 && (next(2) >= 0xa0 && next(2) <= 0xaf)) return false;
    }
    return true;
}

double refill(double tokens, double burst, double perSecond, base::Duration elapsed) {
    return std::min(burst, tokens + perSecond * std::chrono::duration<double>(elapsed).count());
}

}  // namespace

bool ParticipantConnection::takeMessageToken() {
    const auto now = m_context.clock.now();
    const auto elapsed = now - m_tokenTime;
    m_tokenTime = now;
    m_messageTokens = refill(m_messageTokens, kMessageBurst, kMessagesPerSecond, elapsed);
    m_controlTokens = refill(m_controlTokens, kControlBurst, kControlPerSecond, elapsed);
    if (m_messageTokens < 1) return false;
    m_messageTokens -= 1;
    return true;
}

void ParticipantConnection::handleMessage(base::ByteView bytes) {
    if (m_gone) return;
    const auto keep = shared_from_this();
    if (!takeMessageToken()) {
        ++m_context.limited;
        const auto channel = m_channel;
        channel->close(1008, "too many messages");
        lost();
        return;
    }
    auto request = signal::decodeRequest(bytes);
    if (!request) {
        ++m_context.malformed;
        const auto channel = m_channel;
        channel->close(1007, "malformed message");
        lost();
        return;
    }
    std::visit(
        [this](auto& r) {
            using R = std::decay_t<decltype(r)>;
            if constexpr (std::is_same_v<R, signal::Offer>) {
                toMedia([sdp = std::move(r.description.sdp), id = r.description.id](MediaSession& s) { s.acceptOffer(sdp, id); });
            } else if constexpr (std::is_same_v<R, signal::Answer>) {
                toMedia([sdp = std::move(r.description.sdp), id = r.description.id](MediaSession& s) { s.acceptAnswer(sdp, id); });
            } else if constexpr (std::is_same_v<R, signal::Trickle>) {
                if (r.candidateInit.size() > kMaxCandidateBytes) return;
                m_hasRelay |= r.candidateInit.find(" typ relay") != std::string::npos;
                toMedia([t = std::move(r)](MediaSession& s) { s.addCandidate(t.target, t.candidateInit); });
            } else if constexpr (std::is_same_v<R, signal::UpdateTrackSettings>) {
                toMedia([tracks = std::move(r.tracks), disabled = r.disabled](MediaSession& s) { s.setDisabled(tracks, disabled); });
            } else if constexpr (std::is_same_v<R, signal::Leave>) {
                end(signal::DisconnectReason::clientInitiated, signal::LeaveAction::disconnect);
            } else if constexpr (std::is_same_v<R, signal::Ping>) {
                send(signal::Pong{r.timestampMs});
            } else if constexpr (std::is_same_v<R, signal::PingRequest>) {
                send(signal::PongResponse{r.timestampMs, base::toUnixMs(m_context.clock.wallNow())});
            } else if constexpr (std::is_same_v<R, signal::UpdateLocalAudioTrack>) {
                if (auto* track = findTrack(r.track)) {
                    track->audioFeatures = std::move(r.features);
                    if (m_pending.count(r.track) == 0) m_room->changed(*this);
                } else {
                    refuseTrack(std::move(r));
                }
            } else if constexpr (std::is_same_v<R, signal::Simulate>) {
                // A test hook of LiveKit with which anybody could pose as the speaker (T20).
                signal::RequestResponse refusal;
                refusal.reason = signal::RequestReason::unsupportedType;
                refusal.message = "unsupported";
                send(refusal);
            } else if constexpr (std::is_same_v<R, signal::SubscriptionPermission>) {
                // Clients say "everybody" after each connect. Nobody speaks past the moderators or to some of the room.
                if (r.allParticipants) return;
                signal::RequestResponse refusal;
                refusal.reason = signal::RequestReason::notAllowed;
                refusal.message = "Whoever is on stage is heard by everybody in the room.";
                send(refusal);
            } else if constexpr (std::is_same_v<R, signal::UpdateSubscription>) {
                tellUnknown(r);
                handle(r);
            } else if constexpr (std::is_same_v<R, signal::Ignored>) {
                // Of another version of LiveKit.
            } else {
                handle(r);
            }
        },
        *request);
}

void ParticipantConnection::handle(const signal::AddTrack& request) {
    signal::RequestResponse refusal;
    refusal.echo = request;
    const bool microphone =
        request.source == signal::TrackSource::microphone || request.source == signal::TrackSource::unknown;
    if (request.type != signal::TrackType::audio || !microphone) {
        refusal.reason = signal::RequestReason::unsupportedType;
        refusal.message = "Only a microphone can be published in an audio room.";
        return send(refusal);
    }
    if (!m_rights.canPublish) {
        refusal.reason = signal::RequestReason::notAllowed;
        refusal.message = "You are in the audience. Raise your hand to be asked on stage.";
        return send(refusal);
    }
    for (auto& [sid, pending] : m_pending)
        if (pending.cid == request.cid) {
            pending.since = m_context.clock.now();
            return send(signal::TrackPublished{request.cid, pending.info});
        }
    if (m_pending.size() + m_info.tracks.size() >= kMaxTracks) forgetPending();
    if (request.cid.empty() || request.cid.size() > kMaxCidBytes || request.name.size() > kMaxNameBytes ||
        m_pending.size() + m_info.tracks.size() >= kMaxTracks) {
        refusal.reason = signal::RequestReason::limitExceeded;
        refusal.message = "Too many tracks.";
        return send(refusal);
    }

    PendingTrack track;
    track.cid = request.cid;
    track.since = m_context.clock.now();
    auto& info = track.info;
    info.sid = base::TrackSid("TR_AM" + crypto::randomString(12));
    info.type = signal::TrackType::audio;
    info.source = signal::TrackSource::microphone;
    info.name = harmlessText(request.name) ? request.name : std::string();
    info.muted = request.muted;
    info.mimeType = "audio/opus";
    info.stream = request.stream.empty() || !harmlessText(request.stream) ? "camera" : request.stream;
    info.stereo = request.stereo;
    info.disableDtx = request.disableDtx;
    info.disableRed = request.disableRed;
    info.encryption = request.encryption;
    info.audioFeatures = request.audioFeatures;
    toMedia([open = TrackOpen{info.sid, request.cid, request.muted, !request.disableRed}](MediaSession& s) { s.openTrack(open); });
    if (m_gone) return;
    send(signal::TrackPublished{request.cid, info});
    // Publishing with an open microphone is an act of unmuting.
    if (!request.muted) m_context.house.unmuted(m_room->id(), identity());
    m_pending.emplace(info.sid, std::move(track));
}

void ParticipantConnection::forgetPending() {
    std::erase_if(m_pending, [this](const auto& entry) {
        if (m_context.clock.now() - entry.second.since < kPendingTime) return false;
        toMedia([sid = entry.first](MediaSession& s) { s.closeTrack(sid); });
        send(signal::TrackUnpublished{entry.first});
        return true;
    });
}

void ParticipantConnection::handle(const signal::MuteTrack& request) {
    if (findTrack(request.track) == nullptr) return refuseTrack(request);
    if (const auto it = m_pending.find(request.track); it != m_pending.end()) it->second.info.muted = request.muted;
    toMedia([request](MediaSession& s) { s.muteTrack(request.track, request.muted); });
    if (!request.muted) m_context.house.unmuted(m_room->id(), identity());
}

void ParticipantConnection::refuseTrack(std::variant<signal::MuteTrack, signal::UpdateLocalAudioTrack> request) {
    signal::RequestResponse refusal;
    refusal.reason = signal::RequestReason::notFound;
    refusal.message = "You publish no such track.";
    std::visit([&](auto& r) { refusal.echo = std::move(r); }, request);
    send(refusal);
}

/// Who asks to hear what is not there would wait for it.
void ParticipantConnection::tellUnknown(const signal::UpdateSubscription& request) {
    if (!request.subscribe) return;
    auto tracks = request.tracks;
    for (const auto& p : request.participantTracks) tracks.insert(tracks.end(), p.tracks.begin(), p.tracks.end());
    if (tracks.size() > kMaxTold) tracks.resize(kMaxTold);
    for (const auto& track : tracks)
        if (!m_room->hasTrack(track)) send(signal::SubscriptionResponse{track, kTrackNotFound});
}

void ParticipantConnection::handle(const signal::UpdateSubscription& request) {
    auto tracks = request.tracks;
    for (const auto& p : request.participantTracks) tracks.insert(tracks.end(), p.tracks.begin(), p.tracks.end());
    toMedia([tracks = std::move(tracks), wanted = request.subscribe](MediaSession& s) { s.subscribe(tracks, wanted); });
}

void ParticipantConnection::handle(const signal::SyncState& request) {
    const auto here = [this](const signal::TrackPublished& p) { return findTrack(p.track.sid) != nullptr; };
    const auto& tracks = request.publishTracks;
    // All that the client believes to publish is gone here (moved down and up meanwhile): start over. Beside a track that is here, others are
    // left over from an earlier time on stage: some SDKs never forget what was taken from them.
    if (m_rights.canPublish && !tracks.empty() && std::none_of(tracks.begin(), tracks.end(), here))
        return end(signal::DisconnectReason::stateMismatch, signal::LeaveAction::reconnect);
    for (const auto& published : tracks)
        if (!here(published)) send(signal::TrackUnpublished{published.track.sid});
    handle(request.subscription);
    // Of receiveStates nothing follows: the channel for data outlives the signalling, and what it could not take meanwhile MediaRoom owes.
    if (!request.disabledTracks.empty())
        toMedia([tracks = request.disabledTracks](MediaSession& s) { s.setDisabled(tracks, true); });
}

void ParticipantConnection::answerRequest(const signal::UpdateMetadata& request, signal::RequestReason reason,
                                          std::string message) {
    signal::RequestResponse response;
    response.requestId = request.requestId;
    response.reason = reason;
    response.message = std::move(message);
    response.echo = request;
    send(response);
}

void ParticipantConnection::handle(const signal::UpdateMetadata& request) {
    using signal::RequestReason;
    if (m_controlTokens < 1) {
        ++m_context.limited;
        return answerRequest(request, RequestReason::limitExceeded, "Too many changes in a short time.");
    }
    m_controlTokens -= 1;
    if (request.metadata.size() > kMaxMetadataBytes || request.name.size() > kMaxNameBytes)
        return answerRequest(request, RequestReason::limitExceeded, "The text is too long.");
    // The house gives the names of a room, so that nobody is taken for somebody else; whoever wants another one comes in with it (T27).
    if (!request.name.empty() && request.name != m_info.name)
        return answerRequest(request, RequestReason::notAllowed, "A name cannot be changed inside a room. Change it before you come in.");
    // One attribute is the client's to write; every other one is the house's (T17).
    for (const auto& [key, value] : request.attributes) {
        if (key != api::kAttrWant)
            return answerRequest(request, RequestReason::notAllowed, "Only " + std::string(api::kAttrWant) + " may be written.");
        if (value.size() > kMaxWantBytes) return answerRequest(request, RequestReason::limitExceeded, "The note is too long.");
    }
    const bool changed = !request.metadata.empty() && request.metadata != m_info.metadata;
    if (changed) {
        m_info.metadata = request.metadata;
        m_room->changed(*this);
    }
    if (request.attributes.empty()) return answerRequest(request, RequestReason::ok);
    want(request.attributes.begin()->second, request);
}

void ParticipantConnection::want(const std::string& value, const signal::UpdateMetadata& request) {
    // Hands come at most twice a second; taking an offered seat may follow at once (T43).
    const auto now = m_context.clock.now();
    const bool raises = value.rfind("hand", 0) == 0;
    if (raises && now - m_lastHand < kHandGap) {
        ++m_context.limited;
        return answerRequest(request, signal::RequestReason::limitExceeded, "Please wait a moment.");
    }
    if (raises) m_lastHand = now;
    m_context.house.want(m_room->id(), identity(), value,
                         [weak = weak_from_this(), value, request](base::Result<std::uint64_t> done) {
        const auto self = weak.lock();
        if (!self || self->m_gone) return;
        if (!done) {
            const auto reason = done.error().kind == base::ErrorKind::exhausted ? signal::RequestReason::limitExceeded
                                                                                  : signal::RequestReason::notAllowed;
            return self->answerRequest(request, reason, done.error().message);
        }
        // Shown to its writer alone, and not for long: stock clients wait to see what they wrote (livekit-verified 4.11).
        self->m_want = value;
        ++self->m_info.version;
        self->send(signal::ParticipantUpdate{{self->ownInfo()}});
        self->answerRequest(request, signal::RequestReason::ok);
        self->m_wantTimer = self->m_context.net.postAfter(kWantShown, [weak] {
            const auto owner = weak.lock();
            if (!owner || owner->m_gone || std::exchange(owner->m_want, {}).empty()) return;
            ++owner->m_info.version;
            owner->send(signal::ParticipantUpdate{{owner->ownInfo()}});
        });
    });
}

}  // namespace parlour::server
