// SPDX-License-Identifier: Apache-2.0
#include "core/server/media_session.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "core/rtc/certificate.h"
#include "core/rtc/session_description.h"
#include "core/server/media_room.h"

namespace parlour::server {
namespace {

using signal::SignalTarget;

rtc::PeerConnectionConfig peerConfig(const MediaContext& context, SignalTarget target, bool single) {
    rtc::PeerConnectionConfig config;
    config.transport.iceMode = rtc::IceMode::lite;
    config.transport.controlling = false;
    config.transport.certificate = context.certificate;
    config.rawRtp = true;
    config.keepForeign = single;
    config.createChannels = target == SignalTarget::subscriber;
    config.cname = context.randomName();
    return config;
}

/// How many sections of an offer would take a track of ours.
std::size_t receivingLines(const std::string& sdp) {
    const auto offer = rtc::parseSessionDescription(sdp);
    if (!offer) return 0;
    return static_cast<std::size_t>(std::count_if(offer->media.begin(), offer->media.end(), [](const rtc::MediaDescription& m) {
        return m.kind == rtc::MediaKind::audio && !m.rejected() && rtc::receives(m.direction);
    }));
}

/// STUN binding success response (RFC 8489 section 5): only an authentic check gets one.
bool isBindingSuccess(base::ByteView bytes) {
    return bytes.size() >= 20 && bytes[0] == std::byte{0x01} && bytes[1] == std::byte{0x01} && bytes[4] == std::byte{0x21} &&
           bytes[5] == std::byte{0x12};
}

}  // namespace

MediaSession::MediaSession(MediaContext& context, MediaRoom& room, SessionOpen open, MediaRights rights)
    : m_context(context), m_room(room), m_open(std::move(open)), m_rights(rights) {
    if (m_open.single)
        publishing();
    else
        m_subscriber = makePeer(SignalTarget::subscriber);
    auto& forwarder = m_context.forwarder;
    hearing().connection.onNack([this, &forwarder](rtc::SenderId sender, std::span<const std::uint16_t> sequences) {
        forwarder.onNack(hearing().connection, sender, sequences, m_context.now);
    });
}

std::unique_ptr<Peer> MediaSession::makePeer(SignalTarget target) {
    auto peer = std::make_unique<Peer>(peerConfig(m_context, target, m_open.single), *this, target);
    for (const auto& address : m_context.advertised) peer->connection.addLocalAddress(address);
    m_context.peers.add(*peer);
    return peer;
}

Peer& MediaSession::publishing() {
    if (m_publisher) return *m_publisher;
    m_publisher = makePeer(SignalTarget::publisher);
    m_publisher->connection.onRtp([&forwarder = m_context.forwarder, key = m_publisher->key](const rtc::RtpView& packet, base::TimePoint now) {
        forwarder.onRtp(key, packet, now);
    });
    return *m_publisher;
}

MediaSession::~MediaSession() {
    close();
    m_context.toNegotiate.erase(this);
}

void MediaSession::close() {
    if (m_closed) return;
    m_closed = true;
    while (!m_tracks.empty()) {
        const auto sid = m_tracks.begin()->first;
        if (auto* publisher = m_tracks.begin()->second.publisher) m_context.forwarder.removePublisher(publisher);
        m_tracks.erase(m_tracks.begin());
        m_room.trackStopped(*this, sid);
    }
    m_context.forwarder.removeConnection(hearing().connection);
    m_lines.clear();
    for (auto* peer : {m_publisher.get(), m_subscriber.get()}) {
        if (peer == nullptr) continue;
        peer->connection.close(m_context.now);
        while (auto datagram = peer->connection.pollDatagram())
            m_context.batch.push(datagram->bytes, datagram->from, datagram->to);
        m_context.peers.remove(*peer);
    }
}

void MediaSession::acceptOffer(const std::string& sdp, std::uint32_t offerId) {
    m_added.clear();
    m_removed.clear();
    auto answer = publishing().connection.acceptOffer(sdp, m_context.now);
    if (!answer) {
        m_context.emit(id(), NegotiationFailed{answer.error()});
        return;
    }
    m_context.peers.registerUfrag(*m_publisher);
    m_context.emit(id(), PublisherAnswer{*answer, offerId, m_open.single ? midToTrack() : std::map<std::string, std::string>{}});
    drain(*m_publisher);
    const auto added = std::exchange(m_added, {});
    dropRemoved(added);
    matchTracks(added);
    if (!m_open.single) return;
    m_receiving = receivingLines(sdp);
    refreshLines();
    // Lines that were asked for and did not come, or tracks that came meanwhile.
    if (m_lines.size() <= m_receiving)
        m_asked = 0;
    else if (m_asked < kMaxAsked)
        requestNegotiation();
}

std::map<std::string, std::string> MediaSession::midToTrack() const {
    std::map<std::string, std::string> out;
    for (const auto& [sid, line] : m_lines)
        if (const auto parameters = hearing().connection.senderParameters(line.sender)) out.emplace(parameters->mid, sid.str());
    return out;
}

void MediaSession::askForSections() {
    ++m_asked;
    const auto missing = m_lines.size() > m_receiving ? m_lines.size() - m_receiving : 0;
    m_context.emit(id(), SectionsWanted{static_cast<std::uint32_t>(missing)});
}

// A section that was removed and added in one description goes on with another source, unless the new track is one that
// was announced by itself.
void MediaSession::dropRemoved(const std::vector<rtc::RemoteTrackAdded>& added) {
    for (const auto& mid : std::exchange(m_removed, {})) {
        const auto track = std::find_if(m_tracks.begin(), m_tracks.end(), [&](const auto& t) {
            return t.second.publisher != nullptr && t.second.mid == mid;
        });
        if (track == m_tracks.end()) continue;
        const auto again = std::find_if(added.begin(), added.end(), [&](const auto& a) { return a.mid == mid; });
        const bool another = again == added.end() || std::any_of(m_tracks.begin(), m_tracks.end(), [&](const auto& t) {
                                 return t.second.publisher == nullptr && t.second.cid == again->trackId;
                             });
        if (another) dropTrack(base::TrackSid(track->first), false);
    }
}

void MediaSession::matchTracks(const std::vector<rtc::RemoteTrackAdded>& added) {
    for (const auto& section : added) {
        // By cid; by mid for a section that changed; else the first that still waits for one (some SDKs make up ids).
        auto found = std::find_if(m_tracks.begin(), m_tracks.end(),
                                  [&](const auto& t) { return !t.second.cid.empty() && t.second.cid == section.trackId; });
        if (found == m_tracks.end())
            found = std::find_if(m_tracks.begin(), m_tracks.end(), [&](const auto& t) {
                return t.second.publisher != nullptr && t.second.mid == section.mid;
            });
        if (found == m_tracks.end())
            found = std::find_if(m_tracks.begin(), m_tracks.end(),
                                 [](const auto& t) { return t.second.publisher == nullptr; });
        if (found == m_tracks.end()) continue;  // nobody allowed it: its SSRC stays unknown (T4)
        auto& [sid, track] = *found;
        if (track.publisher != nullptr) {
            track.mid = section.mid;
            m_context.forwarder.setSource(track.publisher, section.ssrc, section.payloadType, section.redPayloadType,
                                          section.levelExtensionId, section.midExtensionId);
            continue;
        }
        sfu::PublisherConfig config;
        config.transport = m_publisher->key;
        config.mid = section.mid;
        config.ssrc = section.ssrc;
        config.payloadType = section.payloadType;
        config.redPayloadType = section.redPayloadType;
        config.levelExtensionId = section.levelExtensionId;
        config.midExtensionId = section.midExtensionId;
        config.stereo = section.stereo;
        config.authorised = m_rights.canPublish && !m_rights.forcedMute;
        config.muted = track.ownMute;
        track.publisher = m_context.forwarder.addPublisher(std::move(config));
        if (track.publisher == nullptr) continue;
        track.mid = section.mid;
        track.announcedMute = effectivelyMuted(track);
        m_context.emit(id(), TrackStarted{sid, track.mid, track.announcedMute});
        m_room.trackStarted(*this, sid, *track.publisher);
    }
}

void MediaSession::acceptAnswer(const std::string& sdp, std::uint32_t offerId) {
    // 0: a client that does not number (livekit-verified 7). Others' answers to older offers are late: dropped.
    if (!m_subscriber || (offerId != 0 && offerId != m_offerId) || !m_subscriber->connection.offerOutstanding()) return;
    auto accepted = m_subscriber->connection.acceptAnswer(sdp, m_context.now);
    if (!accepted) {
        m_context.emit(id(), NegotiationFailed{accepted.error()});
        return;
    }
    m_offerTime = base::kNever;
    m_context.peers.registerUfrag(*m_subscriber);
    drain(*m_subscriber);
    refreshLines();
    if (std::exchange(m_negotiate, false)) requestNegotiation();
}

void MediaSession::refreshLines() {
    m_context.forwarder.refresh(hearing().connection);
    for (auto& [sid, line] : m_lines) {
        if (line.ready || !hearing().connection.senderParameters(line.sender)) continue;
        line.ready = true;
        m_room.trackHeard(sid);
    }
}

void MediaSession::addCandidate(SignalTarget target, const std::string& candidateInit) {
    // ICE-lite answers whoever checks with the right password; candidates only help a transport that sends checks.
    const auto candidate = rtc::parseCandidateInit(candidateInit);
    if (!candidate) return;
    auto& peer = target == SignalTarget::publisher ? publishing() : hearing();
    peer.connection.addRemoteCandidate(*candidate, m_context.now);
    drain(peer);
}

void MediaSession::openTrack(const TrackOpen& track) {
    if (!m_rights.canPublish || m_tracks.size() >= kMaxTracks) return;
    Track entry;
    entry.cid = track.cid;
    entry.ownMute = track.muted;
    if (!track.red) publishing().connection.refuseRed(track.cid);
    m_tracks.emplace(track.sid, std::move(entry));
}

void MediaSession::closeTrack(const base::TrackSid& track) { dropTrack(track, false); }

void MediaSession::dropTrack(const base::TrackSid& track, bool revoked) {
    const auto it = m_tracks.find(track);
    if (it == m_tracks.end()) return;
    if (it->second.publisher != nullptr) m_context.forwarder.removePublisher(it->second.publisher);
    m_tracks.erase(it);
    m_room.silenced(*this);
    m_context.emit(id(), TrackStopped{track, revoked});
    m_room.trackStopped(*this, track);
}

void MediaSession::muteTrack(const base::TrackSid& track, bool muted) {
    const auto it = m_tracks.find(track);
    if (it == m_tracks.end()) return;
    it->second.ownMute = muted;
    applyGate(track, it->second);
}

void MediaSession::muteAll() {
    for (auto& [sid, track] : m_tracks) {
        track.ownMute = true;
        applyGate(sid, track);
    }
}

void MediaSession::applyGate(const base::TrackSid& sid, Track& track) {
    if (track.publisher == nullptr) return;
    track.publisher->setAuthorised(m_rights.canPublish && !m_rights.forcedMute);
    track.publisher->setMuted(track.ownMute);
    if (track.announcedMute == effectivelyMuted(track)) return;
    track.announcedMute = effectivelyMuted(track);
    if (track.announcedMute) m_room.silenced(*this);
    m_context.emit(id(), TrackMuteChanged{sid, track.announcedMute});
}

void MediaSession::setRights(const MediaRights& rights) {
    const bool listened = m_rights.canSubscribe;
    m_rights = rights;
    if (!rights.canPublish) {
        while (!m_tracks.empty()) dropTrack(base::TrackSid(m_tracks.begin()->first), true);
    }
    for (auto& [sid, track] : m_tracks) applyGate(sid, track);
    if (listened && !rights.canSubscribe) {
        while (!m_lines.empty()) dropLine(base::TrackSid(m_lines.begin()->first));
    } else if (!listened && rights.canSubscribe) {
        m_room.offerAllTracks(*this);
    }
}

bool MediaSession::wants(const base::TrackSid& track) const {
    return m_rights.canSubscribe && m_open.autoSubscribe != (m_exceptions.count(track) != 0);
}

void MediaSession::trackStarted(MediaSession& owner, const base::TrackSid& track, sfu::Publisher& publisher) {
    if (m_closed || &owner == this || !wants(track) || m_lines.count(track) != 0) return;
    Line line;
    // Names that clients read: the stream begins with the owner's sid, the rest is the track's (livekit-protocol 2.2).
    line.sender = hearing().connection.addAudioSender({owner.sid().str() + "|" + track.str(), track.str(), true,
                                                          publisher.config().redPayloadType != 0, publisher.config().stereo});
    line.subscriber = m_context.forwarder.addSubscriber(&publisher, hearing().connection, line.sender);
    line.subscriber->setPaused(m_disabled.count(track) != 0);
    m_lines.emplace(track, line);
    requestNegotiation();
}

void MediaSession::trackStopped(const base::TrackSid& track) {
    m_exceptions.erase(track);
    m_disabled.erase(track);
    dropLine(track);
}

void MediaSession::dropLine(const base::TrackSid& track) {
    const auto it = m_lines.find(track);
    if (it == m_lines.end()) return;
    m_context.forwarder.removeSubscriber(it->second.subscriber);
    hearing().connection.removeSender(it->second.sender);
    m_lines.erase(it);
    requestNegotiation();
}

void MediaSession::offerTracksTo(MediaSession& listener) {
    for (auto& [sid, track] : m_tracks)
        if (track.publisher != nullptr) listener.trackStarted(*this, sid, *track.publisher);
}

void MediaSession::noteHeard(const base::TrackSid& track) {
    const auto it = m_tracks.find(track);
    if (it == m_tracks.end() || std::exchange(it->second.heard, true)) return;
    m_context.emit(id(), TrackHeard{track});
}

void MediaSession::subscribe(const std::vector<base::TrackSid>& tracks, bool wanted) {
    constexpr std::size_t kMaxExceptions = 1024;
    for (const auto& track : tracks) {
        if (wanted == m_open.autoSubscribe) {
            m_exceptions.erase(track);
        } else if (m_exceptions.size() < kMaxExceptions) {
            m_exceptions.insert(track);
        }
        if (!wants(track)) dropLine(track);
    }
    if (wanted) m_room.offerAllTracks(*this);
}

void MediaSession::setDisabled(const std::vector<base::TrackSid>& tracks, bool disabled) {
    constexpr std::size_t kMaxDisabled = 1024;
    for (const auto& track : tracks) {
        // Also for a track that is not heard yet: it starts deaf.
        if (!disabled)
            m_disabled.erase(track);
        else if (m_disabled.size() < kMaxDisabled)
            m_disabled.insert(track);
        if (const auto it = m_lines.find(track); it != m_lines.end()) it->second.subscriber->setPaused(disabled);
    }
}

void MediaSession::resume() {
    m_context.emit(id(), Resumed{lastDataSequence});
    if (m_open.single) {   // the client offers; it may have missed that we wanted it to
        m_asked = 0;
        if (m_lines.size() > m_receiving) requestNegotiation();
        return;
    }
    // Whatever offer was out is void with the old signalling connection.
    m_subscriber->connection.rollback();
    m_subscriber->connection.restartIce(m_context.now);
    m_offerTime = base::kNever;
    requestNegotiation();
}

void MediaSession::requestNegotiation() {
    if (!m_closed) m_context.toNegotiate.insert(this);
}

void MediaSession::negotiateNow() {
    if (m_closed) return;
    if (m_open.single) return m_receiving > 0 || m_publisher->connection.state() != rtc::TransportState::fresh ? askForSections() : void();
    if (m_offerTime != base::kNever) {
        m_negotiate = true;
        return;
    }
    m_negotiate = false;
    auto offer = m_subscriber->connection.createOffer(m_context.now);
    if (!offer) {
        m_context.emit(id(), NegotiationFailed{offer.error()});
        return;
    }
    m_context.peers.registerUfrag(*m_subscriber);
    m_offerTime = m_context.now;
    ++m_offerId;
    m_context.emit(id(), SubscriberOffer{std::move(*offer), m_offerId, midToTrack()});
    drain(*m_subscriber);
}

bool MediaSession::checkAnswer() const {
    return m_offerTime == base::kNever || m_context.now - m_offerTime < kAnswerTime;
}

bool MediaSession::sendData(rtc::DataLabel label, base::ByteView bytes) {
    if (m_closed || !hearing().connection.sendData(label, bytes, m_context.now)) return false;
    drain(hearing());
    return true;
}

void MediaSession::drain(Peer& peer) {
    while (auto datagram = peer.connection.pollDatagram()) {
        if (isBindingSuccess(datagram->bytes)) m_context.peers.learn(peer, datagram->to);
        m_context.batch.push(datagram->bytes, datagram->from, datagram->to);
    }
    while (auto event = peer.connection.pollEvent()) handlePeerEvent(peer, *event);
    m_context.peers.schedule(peer);
}

void MediaSession::handlePeerEvent(Peer& peer, rtc::PeerEvent& event) {
    const bool publishing = peer.target == SignalTarget::publisher;
    const bool heardOn = &peer == &hearing();
    std::visit(
        [&](auto& e) {
            using E = std::decay_t<decltype(e)>;
            if constexpr (std::is_same_v<E, rtc::ConnectionStateChanged>) {
                if (heardOn) refreshLines();
                m_context.emit(id(), PathChanged{heardOn ? SignalTarget::subscriber : peer.target, e.state});
            } else if constexpr (std::is_same_v<E, rtc::RouteChanged>) {
                if (heardOn) refreshLines();
            } else if constexpr (std::is_same_v<E, rtc::RemoteTrackAdded>) {
                if (publishing) m_added.push_back(std::move(e));
            } else if constexpr (std::is_same_v<E, rtc::RemoteTrackRemoved>) {
                if (publishing) m_removed.push_back(e.mid);
            } else if constexpr (std::is_same_v<E, rtc::DataReceived>) {
                if (publishing) m_room.relayData(*this, e.label, e.bytes);
            } else if constexpr (std::is_same_v<E, rtc::DataChannelOpened>) {
                if (heardOn && e.label == rtc::DataLabel::reliable) m_room.payOwed(*this);
            } else {
                // Nothing to do: our candidates stand in every description; raw mode has no frames; sections change only by
                // our own acts; reports are counted inside.
                static_assert(std::is_same_v<E, rtc::LocalCandidate> || std::is_same_v<E, rtc::RemoteFrame> ||
                              std::is_same_v<E, rtc::NegotiationNeeded> || std::is_same_v<E, rtc::SenderFeedback>);
            }
        },
        event);
}

SessionQuality MediaSession::quality() {
    double loss = 0;
    for (const auto& s : hearing().connection.stats(m_context.now).outbound) loss = std::max(loss, s.fractionLost);
    // A live connection is never LOST: stock clients reconnect on that word (livekit-protocol 2.4.10).
    SessionQuality out{id(), signal::ConnectionQuality::excellent, 5.0f};
    if (loss > 0.1) out = {id(), signal::ConnectionQuality::poor, 2.0f};
    else if (loss > 0.03) out = {id(), signal::ConnectionQuality::good, 4.0f};
    return out;
}

}  // namespace parlour::server
