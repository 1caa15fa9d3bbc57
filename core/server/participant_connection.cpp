// SPDX-License-Identifier: Apache-2.0
#include "core/server/participant_connection.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/api/chat_types.h"
#include "core/api/house_json.h"
#include "core/base/log.h"
#include "core/signal/codec.h"
#include "core/signal/data_packet.h"

namespace parlour::server {
namespace {

constexpr std::size_t kMaxMissed = 1024;

signal::ServerInfo serverInfo() {
    signal::ServerInfo info;
    info.version = "1.13.5";  // what clients compare; the level of LiveKit that we speak
    info.nodeId = "ND_parlour";
    return info;
}

std::map<std::string, std::string> withoutWant(std::map<std::string, std::string> attributes) {
    attributes.erase(std::string(api::kAttrWant));
    std::erase_if(attributes, [](const auto& entry) { return entry.second.empty(); });
    return attributes;
}

std::string powerOf(const signal::ParticipantInfo& person) {
    const auto it = person.attributes.find(std::string(api::kAttrPower));
    return it == person.attributes.end() ? std::string() : it->second;
}

}  // namespace

ParticipantConnection::ParticipantConnection(EndpointContext& context, LiveRoom& room, const Admission& admission,
                                             base::ParticipantSid sid, SessionId session, int clientProtocol, bool single)
    : m_context(context), m_room(&room), m_session(session), m_single(single), m_rights(admission.rights) {
    m_info.sid = std::move(sid);
    m_info.identity = admission.identity;
    m_info.name = admission.name;
    m_info.state = signal::ParticipantState::joined;
    m_info.attributes = withoutWant(admission.attributes);
    m_info.joinedAtMs = base::toUnixMs(context.clock.wallNow());
    m_info.version = 1;
    m_info.permission = permission();
    m_info.clientProtocol = clientProtocol;
    m_tokenTime = context.clock.now();
    m_lastHand = m_tokenTime - kHandGap;
}

ParticipantConnection::~ParticipantConnection() { detach(); }

signal::Permission ParticipantConnection::permission() const {
    signal::Permission p;
    p.canSubscribe = m_rights.canSubscribe;
    p.canPublish = m_rights.canPublish;
    p.canPublishData = m_rights.canPublishData;
    p.canUpdateMetadata = true;  // of attributes parlour.want alone; the server reads it
    p.canPublishSources = {signal::TrackSource::microphone};
    return p;
}

bool ParticipantConnection::notable() const {
    const auto has = [&](std::string_view name) { return m_info.attributes.contains(std::string(name)); };  // empty ones are not kept
    return onStage() || has(api::kAttrPower) || has(api::kAttrHand) || has(api::kAttrInvited) || m_author;
}

signal::ParticipantInfo ParticipantConnection::ownInfo() const {
    auto own = m_info;
    if (!m_want.empty()) own.attributes[std::string(api::kAttrWant)] = m_want;
    return own;
}

void ParticipantConnection::send(const signal::SignalResponse& message) {
    if (m_channel) m_channel->send(signal::encode(message));
}

void ParticipantConnection::sendEncoded(base::ByteView bytes) {
    if (m_channel && !m_resuming) m_channel->send(bytes);
}

base::ByteView ParticipantConnection::encodedInfo() const {
    if (m_encodedVersion != m_info.version) {
        m_encoded = signal::encodeParticipant(m_info);
        m_encodedVersion = m_info.version;
    }
    return m_encoded;
}

bool ParticipantConnection::tellQuality(signal::ConnectionQuality own, std::uint32_t publishers) {
    if (!m_channel || m_resuming || m_toldQuality == std::pair(own, publishers)) return false;
    m_toldQuality.emplace(own, publishers);
    return true;
}

void ParticipantConnection::toMedia(std::function<void(MediaSession&)> action) {
    if (!m_context.engine.post(m_session, std::move(action)))
        end(signal::DisconnectReason::mediaFailure, signal::LeaveAction::reconnect);
}

void ParticipantConnection::attach(std::shared_ptr<base::Channel> channel) {
    detach();
    m_toldQuality.reset();
    m_channel = std::move(channel);
    const auto generation = ++m_generation;
    const auto weak = weak_from_this();
    m_channel->onMessage([weak, generation](std::span<const std::byte> bytes) {
        const auto self = weak.lock();
        if (self && self->m_generation == generation) self->handleMessage(bytes);
    });
    m_channel->onClosed([weak, generation](int, const std::string&) {
        const auto self = weak.lock();
        if (self && self->m_generation == generation) self->lost();
    });
}

void ParticipantConnection::detach() {
    ++m_generation;
    if (auto channel = std::exchange(m_channel, nullptr)) channel->close(1000);
}

void ParticipantConnection::join(std::shared_ptr<base::Channel> channel, const std::string& refreshToken) {
    attach(std::move(channel));
    signal::Join join;
    join.room = m_room->info();
    join.participant = ownInfo();
    join.iceServers = relays();
    join.server = serverInfo();
    join.subscriberPrimary = !m_single;
    join.fastPublish = m_rights.canPublish;
    join.enabledPublishCodecs = {{"audio/opus", ""}};
    if (m_channel) m_channel->send(signal::encodeJoin(join, m_room->encodedRoster(this)));
    send(signal::RefreshToken{refreshToken});
    m_joinTimer = m_context.net.postAfter(kJoinTime, [this] {
        if (!m_active) end(signal::DisconnectReason::joinFailure, signal::LeaveAction::disconnect);
    });
    armRefresh();
}

void ParticipantConnection::resume(std::shared_ptr<base::Channel> channel, const std::string& refreshToken) {
    // One pending resume per session: a newer one closes the older socket, without leave (T16, livekit-verified 28).
    attach(std::move(channel));
    m_graceTimer.cancel();
    m_resuming = true;
    m_resumeToken = refreshToken;
    // A media thread that says "failed" from now on means the new path.
    toMedia([](MediaSession& session) { session.resume(); });
}

void ParticipantConnection::begin(const signal::JoinRequest& request) {
    for (const auto& track : request.addTracks) {
        if (m_gone) return;
        handle(track);
    }
    if (!m_gone && request.syncState) handle(*request.syncState);
    if (!m_gone && request.offer)
        toMedia([sdp = request.offer->sdp, id = request.offer->id](MediaSession& session) { session.acceptOffer(sdp, id); });
}

void ParticipantConnection::armRefresh() {
    m_refreshTimer = m_context.net.postAfter(kRefreshEvery, [this, weak = weak_from_this()] {
        m_context.house.refreshToken(m_room->id(), identity(), [weak](base::Result<std::string> token) {
            const auto self = weak.lock();
            if (self && token) self->send(signal::RefreshToken{*token});
        });
        armRefresh();
    });
}

std::vector<signal::IceServer> ParticipantConnection::relays() {
    if (const auto after = m_context.relays.renewAfter()) m_relayTimer = m_context.net.postAfter(*after, [this] { renewRelays(); });
    return m_context.relays.forPerson(identity(), m_context.clock.wallNow());
}

/// The login that the client has for the relays ends soon. A resume is the only way to name another one (livekit-protocol 6); it
/// costs no sound, and who uses no relay is not asked: he gets one with the resume that a change of his network brings.
void ParticipantConnection::renewRelays() {
    if (!m_hasRelay || !m_channel || m_resuming) return;
    send(signal::Leave{signal::DisconnectReason::unknown, signal::LeaveAction::resume, true});
    detach();
    if (!m_subscriberUp) park(kMediaGrace);
}

void ParticipantConnection::lost() {
    m_channel = nullptr;
    ++m_generation;
    m_resuming = false;
    // Sound that flows keeps its owner in the room; without media there is nobody to keep (livekit-protocol 6.3).
    if (!m_active) {
        end(signal::DisconnectReason::signalClose, signal::LeaveAction::disconnect);
    } else if (!m_subscriberUp) {
        park(kMediaGrace);
    }
}

void ParticipantConnection::park(base::Duration grace) {
    m_graceTimer = m_context.net.postAfter(grace, [this] {
        end(signal::DisconnectReason::connectionTimeout, signal::LeaveAction::disconnect);
    });
}

void ParticipantConnection::mediaLost() {
    // A resume in progress brings a new path; give it its time.
    if (!m_resuming && m_channel) {
        send(signal::Leave{signal::DisconnectReason::connectionTimeout, signal::LeaveAction::resume, true});
        detach();
    }
    park(kMediaGrace);
}

void ParticipantConnection::end(signal::DisconnectReason reason, signal::LeaveAction action) {
    if (std::exchange(m_gone, true)) return;
    const auto keep = shared_from_this();
    if (m_active) {
        for (const auto& track : m_info.tracks) tellNews(RoomNews::What::trackUnpublished, &track);
        tellNews(RoomNews::What::participantLeft);
    }
    send(signal::Leave{reason, action, action != signal::LeaveAction::disconnect});
    detach();
    m_joinTimer.cancel();
    m_graceTimer.cancel();
    m_refreshTimer.cancel();
    m_wantTimer.cancel();
    m_tcpTimer.cancel();
    m_relayTimer.cancel();
    m_context.engine.close(m_session);
    if (std::exchange(m_told, false)) m_context.house.disconnected(m_room->id(), identity());
    m_room->take(*this, reason);
}

void ParticipantConnection::activate() {
    if (std::exchange(m_active, true)) return;
    m_joinTimer.cancel();
    m_info.state = signal::ParticipantState::active;
    m_told = true;
    m_context.house.connected(m_room->id(), identity());
    m_room->changed(*this, onStage() ? Haste::arrival : Haste::crowd);
    tellNews(RoomNews::What::participantJoined);
}

void ParticipantConnection::tellNews(RoomNews::What what, const signal::TrackInfo* track) const {
    if (!m_context.news) return;
    RoomNews news{what, m_room->info(), m_info, {}};
    if (track != nullptr) news.track = *track;
    m_context.news(std::move(news));
}

void ParticipantConnection::describe(const std::string& metadata, const std::map<std::string, std::string>& attributes) {
    if (m_gone) return;
    if (!metadata.empty()) m_info.metadata = metadata;
    for (const auto& [key, value] : attributes) {
        if (value.empty()) {
            m_described.erase(key);
            m_info.attributes.erase(key);
        } else {
            m_described[key] = m_info.attributes[key] = value;
        }
    }
    m_room->changed(*this);
}

void ParticipantConnection::sendData(bool lossy, base::Bytes packet) {
    if (m_gone) return;
    const auto label = lossy ? rtc::DataLabel::lossy : rtc::DataLabel::reliable;
    toMedia([label, bytes = std::move(packet)](MediaSession& session) { session.sendData(label, bytes); });
}

void ParticipantConnection::noteDeparture(const signal::ParticipantInfo& gone) {
    if ((m_channel == nullptr || m_resuming) && m_missed.size() < kMaxMissed) m_missed.push_back(gone);
}

/// Clients open a connection to each candidate for TCP at once, so they hear of them only when they need one.
void ParticipantConnection::armTcp() {
    const bool allUp = m_subscriberUp && (m_single || m_publisherUp || !m_publisherAnswered);
    if (m_context.tcpAddresses.empty() || allUp || std::exchange(m_tcpArmed, true)) return;
    m_tcpTimer = m_context.net.postAfter(kTcpAfter, [this] {
        m_tcpArmed = false;
        offerTcp();
    });
}

void ParticipantConnection::offerTcp() {
    constexpr std::uint32_t kPriority = 1'518'280'447;   // host, passive TCP (RFC 6544 section 4.2), below every path by UDP
    const auto offer = [&](signal::SignalTarget target) {
        int foundation = 100;
        for (const auto& address : m_context.tcpAddresses) {
            const nlohmann::json candidate{
                {"candidate", "candidate:" + std::to_string(foundation++) + " 1 tcp " + std::to_string(kPriority) + " " + address.ip.toString() +
                                  " " + std::to_string(address.port) + " typ host tcptype passive"},
                {"sdpMid", "0"}, {"sdpMLineIndex", 0}, {"usernameFragment", nullptr}};
            send(signal::Trickle{candidate.dump(), target, false});
        }
    };
    if (!m_subscriberUp) offer(m_single ? signal::SignalTarget::publisher : signal::SignalTarget::subscriber);
    if (!m_single && m_publisherAnswered && !m_publisherUp) offer(signal::SignalTarget::publisher);
}

void ParticipantConnection::handlePath(const PathChanged& change) {
    const bool up = change.state == rtc::TransportState::connected;
    const bool down = change.state == rtc::TransportState::failed || change.state == rtc::TransportState::closed;
    if (change.target == signal::SignalTarget::subscriber) {
        m_subscriberUp = up || (m_subscriberUp && !down);
        if (up) {
            m_graceTimer.cancel();
            activate();
        }
        if (down && m_active) mediaLost();
    } else {
        m_publisherUp = up || (m_publisherUp && !down);
        // Whoever publishes needs that path too.
        if (down && m_active && change.state == rtc::TransportState::failed && m_info.isPublisher) mediaLost();
    }
}

signal::TrackInfo* ParticipantConnection::findTrack(const base::TrackSid& sid) {
    for (auto& track : m_info.tracks)
        if (track.sid == sid) return &track;
    const auto it = m_pending.find(sid);
    return it == m_pending.end() ? nullptr : &it->second.info;
}

void ParticipantConnection::handleEvent(SessionEvent event) {
    if (m_gone) return;
    const auto keep = shared_from_this();
    std::visit(
        [this](auto& e) {
            using E = std::decay_t<decltype(e)>;
            if constexpr (std::is_same_v<E, SubscriberOffer>) {
                send(signal::Offer{{"offer", std::move(e.sdp), e.id, std::move(e.midToTrack)}});
                armTcp();
            } else if constexpr (std::is_same_v<E, PublisherAnswer>) {
                send(signal::Answer{{"answer", std::move(e.sdp), e.id, std::move(e.midToTrack)}});
                m_publisherAnswered = true;
                armTcp();
            } else if constexpr (std::is_same_v<E, SectionsWanted>) {
                send(signal::MediaSectionsRequirement{e.audios, 0});
            } else if constexpr (std::is_same_v<E, NegotiationFailed>) {
                base::log(base::LogLevel::warn, "server", base::describe(e.error));
                end(signal::DisconnectReason::stateMismatch, signal::LeaveAction::reconnect);
            } else if constexpr (std::is_same_v<E, PathChanged>) {
                handlePath(e);
            } else if constexpr (std::is_same_v<E, TrackStarted>) {
                const auto it = m_pending.find(e.sid);
                if (it == m_pending.end()) return;
                auto info = std::move(it->second.info);
                m_pending.erase(it);
                info.mid = e.mid;
                info.muted = e.muted;
                m_info.tracks.push_back(std::move(info));
                m_info.isPublisher = true;
                m_room->changed(*this);
                tellNews(RoomNews::What::trackPublished, &m_info.tracks.back());
            } else if constexpr (std::is_same_v<E, TrackStopped>) {
                m_pending.erase(e.sid);
                const auto at = std::find_if(m_info.tracks.begin(), m_info.tracks.end(), [&](const auto& t) { return t.sid == e.sid; });
                if (at != m_info.tracks.end()) {
                    const auto gone = std::move(*at);
                    m_info.tracks.erase(at);
                    m_info.isPublisher = !m_info.tracks.empty();
                    m_room->changed(*this);
                    tellNews(RoomNews::What::trackUnpublished, &gone);
                }
                if (e.revoked) send(signal::TrackUnpublished{e.sid});
            } else if constexpr (std::is_same_v<E, TrackMuteChanged>) {
                if (auto* track = findTrack(e.sid); track && track->muted != e.muted) {
                    track->muted = e.muted;
                    m_room->changed(*this);
                }
            } else if constexpr (std::is_same_v<E, TrackHeard>) {
                send(signal::TrackSubscribed{e.sid});
            } else if constexpr (std::is_same_v<E, Resumed>) {
                m_resuming = false;
                signal::Reconnect reconnect;
                reconnect.iceServers = relays();
                reconnect.server = serverInfo();
                reconnect.lastMessageSequence = e.lastDataSequence;
                send(reconnect);
                signal::ParticipantUpdate everyone{std::exchange(m_missed, {})};
                for (auto& p : m_room->roster(this)) everyone.participants.push_back(std::move(p));
                ++m_info.version;
                everyone.participants.push_back(ownInfo());
                send(everyone);
                send(signal::RoomUpdate{m_room->info()});
                // Of two resumes close together the first answer has taken it: an empty one would be kept, and open nothing.
                if (const auto token = std::exchange(m_resumeToken, {}); !token.empty()) send(signal::RefreshToken{token});
                if (!m_subscriberUp) park(kMediaGrace);
            } else if constexpr (std::is_same_v<E, ChatReceived>) {
                handleChat(e.text);
            } else if constexpr (std::is_same_v<E, ChatDropped>) {
                answerChat(e.id, base::Unexpected(e.tooFast ? HouseService::chatTooFast()
                                                            : base::Error{base::ErrorKind::invalidInput, "bad_chat", "This message cannot be sent here.",
                                                                          "Rooms have plain text of at most 4 KiB, to everybody.", {}}));
            } else {
                static_assert(std::is_same_v<E, SessionClosed>);
                switch (e.why) {
                case SessionEnd::removed:
                case SessionEnd::refused:
                    end(signal::DisconnectReason::participantRemoved, signal::LeaveAction::disconnect);
                    return;
                case SessionEnd::roomEnded:
                    end(signal::DisconnectReason::roomDeleted, signal::LeaveAction::disconnect);
                    return;
                case SessionEnd::stalled:
                    end(signal::DisconnectReason::stateMismatch, signal::LeaveAction::reconnect);
                    return;
                }
            }
        },
        event);
}

void ParticipantConnection::handleChat(const ChatText& text) {
    if (!m_context.house.chat) return;
    // Before the words, which go to every room of the talk: whose they are.
    const bool first = !std::exchange(m_author, true);
    if (m_room->owesNewsOf(*this) || (first && !m_context.sisters(*m_room).empty())) m_room->changed(*this, Haste::stage);
    ChatPost post{m_room->id(), identity(), m_info.sid, text};
    m_context.house.chat(post, [weak = weak_from_this(), id = text.id](base::Result<std::uint64_t> n) {
        if (const auto self = weak.lock(); self && !self->m_gone) self->answerChat(id, std::move(n));
    });
}

void ParticipantConnection::answerChat(const std::string& id, base::Result<std::uint64_t> n) {
    api::ChatAnswer answer;
    answer.id = id;
    if (n)
        answer.n = *n;
    else
        answer = {id, 0, n.error().code, n.error().message, n.error().advice};
    signal::DataPacket packet;
    packet.value = signal::UserData{signal::kTopicChatAnswer, base::toBytes(base::asBytes(api::toJson(answer))), {}};
    toMedia([bytes = signal::encodeDataPacket(packet)](MediaSession& session) { session.sendData(rtc::DataLabel::reliable, bytes); });
}

void ParticipantConnection::apply(const PersonChanged& change) {
    if (m_gone) return;
    const auto before = m_info;
    const bool wasOnStage = onStage();
    m_rights = change.rights;
    const bool arrives = onStage() && !wasOnStage;
    if (!change.name.empty()) m_info.name = change.name;
    m_info.attributes = withoutWant(change.attributes);
    m_info.attributes.insert(m_described.begin(), m_described.end());
    m_info.permission = permission();
    if (!m_rights.canPublish) m_pending.clear();
    if (before.name != m_info.name || before.attributes != m_info.attributes || before.permission != m_info.permission)
        m_room->changed(*this, arrives ? Haste::arrival : wasOnStage || powerOf(before) != powerOf(m_info) ? Haste::stage : Haste::crowd);
    if (change.softMuted || (m_rights.forcedMute && !before.tracks.empty()))
        for (const auto& track : m_info.tracks) send(signal::MuteTrack{track.sid, true});
    if (change.askedToUnmute) {
        signal::DataPacket packet;
        packet.value = signal::UserData{signal::kTopicAskToUnmute, base::toBytes(base::asBytes(R"({"by":""})")), {}};
        toMedia([bytes = signal::encodeDataPacket(packet)](MediaSession& session) {
            session.sendData(rtc::DataLabel::reliable, bytes);
        });
    }
}

}  // namespace parlour::server
