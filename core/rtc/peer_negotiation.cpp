// SPDX-License-Identifier: Apache-2.0
// Offers and answers (JSEP, RFC 9429) in the subset that LiveKit's two connections need: one side always offers.
#include <algorithm>

#include "core/rtc/peer_connection_impl.h"

namespace parlour::rtc {
namespace {

constexpr std::uint16_t kSctpPort = 5000;
constexpr std::uint32_t kMaxMessage = 65535;

base::Unexpected<base::Error> refuse(std::string code, std::string detail) {
    return base::fail(base::ErrorKind::refused, std::move(code), "The two sides could not agree on a connection.",
                      "Try to join again.", std::move(detail));
}

}  // namespace

void PeerConnection::Impl::attachSender(Section& section, SenderId id, const AudioSenderConfig& senderConfig) {
    section.senderId = id;
    section.senderConfig = senderConfig;
    section.sender = std::make_unique<RtpSender>(unusedSsrc(), static_cast<std::uint16_t>(next32() & 0x7fff));
    section.sending = false;
}

/// Each waiting sender gets an idle section of ours, or a new one behind the last (JSEP section 5.2.1).
void PeerConnection::Impl::placeSenders() {
    for (auto& [id, senderConfig] : unplaced) {
        const auto found = std::find_if(sections.begin(), sections.end(), [](const Section& s) { return s.idle(); });
        if (found != sections.end()) {
            attachSender(*found, id, senderConfig);
            continue;
        }
        Section section;
        section.mid = std::to_string(nextMid++);
        sections.push_back(std::move(section));
        attachSender(sections.back(), id, senderConfig);
    }
    unplaced.clear();
}

MediaDescription PeerConnection::Impl::describeSection(const Section& section, Setup setup,
                                                       const MediaDescription* offered) const {
    MediaDescription m;
    m.kind = section.kind;
    m.kindText = section.kindText;
    m.mid = section.mid;
    m.setup = setup;
    m.iceUfrag = transport.localIce().ufrag;
    m.icePwd = transport.localIce().pwd;
    m.fingerprint = transport.localFingerprint().sha256;
    if (section.rejected) {
        m.port = 0;
        m.protocol = section.protocol;
        m.formats = section.formats;
        m.direction = Direction::inactive;
        m.iceUfrag.clear();
        m.icePwd.clear();
        m.fingerprint.clear();
        m.setup = Setup::none;
        return m;
    }
    m.candidates = transport.localCandidates();
    m.endOfCandidates = !m.candidates.empty() && config.transport.iceMode == IceMode::lite;
    if (section.kind == MediaKind::application) {
        m.protocol = "UDP/DTLS/SCTP";
        m.formats = {"webrtc-datachannel"};
        m.sctpPort = kSctpPort;
        m.maxMessageSize = kMaxMessage;
        return m;
    }
    m.protocol = "UDP/TLS/RTP/SAVPF";
    m.formats = {std::to_string(section.opus)};
    m.rtcpMux = true;
    m.reducedSize = true;
    Codec opus;
    opus.payloadType = section.opus;
    opus.name = "opus";
    opus.clockRate = 48'000;
    opus.channels = 2;   // RFC 7587 section 7: always written so
    opus.parameters = "minptime=10;useinbandfec=1";
    if (offered != nullptr) opus.parameters += ";usedtx=1";
    if (section.nack) opus.feedback = {"nack"};
    m.codecs = {std::move(opus)};
    if (section.levelExtension != 0) m.extensions.push_back({section.levelExtension, std::string(kLevelExtension)});
    if (section.midExtension != 0) m.extensions.push_back({section.midExtension, std::string(kMidExtension)});
    // Who answers says what fits the offer; who offers says what he wants.
    if (offered != nullptr)
        m.direction = makeDirection(section.senderId.has_value() && receives(offered->direction), sends(offered->direction));
    else
        m.direction = makeDirection(section.senderId.has_value(), section.receiving);
    if (section.senderId && sends(m.direction)) {
        m.streamId = section.senderConfig.streamId;
        m.trackId = section.senderConfig.trackId;
        m.ssrcs = {{section.sender->ssrc(), config.cname}};
    }
    return m;
}

std::string PeerConnection::Impl::describe(Setup setup, const std::vector<MediaDescription>* offer) {
    SessionDescription session;
    if (sessionId == 0) sessionId = (std::uint64_t{next32() & 0x3fffffff} << 32) | next32();
    session.id = sessionId;
    session.version = ++sessionVersion;
    session.iceLite = config.transport.iceMode == IceMode::lite;
    for (std::size_t i = 0; i < sections.size(); ++i) {
        const auto* offered = offer != nullptr ? &(*offer)[i] : nullptr;
        session.media.push_back(describeSection(sections[i], setup, offered));
        if (!sections[i].rejected) session.bundle.push_back(sections[i].mid);
    }
    described = true;
    return toString(session);
}

base::Result<std::string> PeerConnection::createOffer(base::TimePoint now) {
    auto& s = *m_impl;
    if (s.negotiation == Impl::Negotiation::offered) return refuse("offer_outstanding", "the last offer has no answer yet");
    if (s.config.dataChannels &&
        std::none_of(s.sections.begin(), s.sections.end(), [](const Section& x) { return x.kind == MediaKind::application; })) {
        Section section;
        section.kind = MediaKind::application;
        section.kindText = "application";
        section.mid = std::to_string(s.nextMid++);
        s.sections.push_back(std::move(section));
    }
    s.placeSenders();
    if (s.sections.empty()) return refuse("nothing_to_offer", "no media section");
    s.negotiation = Impl::Negotiation::offered;
    auto sdp = s.describe(Setup::actpass, nullptr);
    s.announceCandidates();
    s.pump(now);
    return sdp;
}

base::Result<std::string> PeerConnection::acceptOffer(const std::string& sdp, base::TimePoint now) {
    auto& s = *m_impl;
    if (s.negotiation == Impl::Negotiation::offered) return refuse("glare", "an offer of ours is outstanding");
    auto remote = parseSessionDescription(sdp);
    if (!remote) return base::Unexpected<base::Error>(std::move(remote).error());
    if (remote->media.size() < s.sections.size()) return refuse("sections_lost", "the offer has fewer media sections than before");
    for (std::size_t i = 0; i < remote->media.size(); ++i) {
        const auto& m = remote->media[i];
        // A rejected section may be used again for something else (JSEP section 5.2.2): browsers and SDKs do so at once.
        const bool recycled = i < s.sections.size() && s.sections[i].rejected && !m.rejected() &&
                              (s.sections[i].kind != m.kind || s.sections[i].mid != m.mid);
        if (recycled) {
            Section section;
            section.kind = m.kind;
            section.kindText = m.kindText;
            section.mid = m.mid;
            section.midExtension = 0;
            section.levelExtension = 0;
            s.sections[i] = std::move(section);
        }
        if (i < s.sections.size() && (s.sections[i].kind != m.kind || (s.sections[i].mid != m.mid && !m.rejected())))
            return refuse("section_changed", "media section " + std::to_string(i) + " is another one than before");
        if (i >= s.sections.size()) {
            Section section;
            section.kind = m.kind;
            section.kindText = m.kindText;
            section.mid = m.mid;
            section.midExtension = 0;
            section.levelExtension = 0;
            s.sections.push_back(std::move(section));
        }
    }
    if (auto ok = s.applyTransport(*remote, false, now); !ok) return base::Unexpected<base::Error>(std::move(ok).error());
    for (std::size_t i = 0; i < remote->media.size(); ++i) s.applyRemote(s.sections[i], remote->media[i], false);
    auto answer = s.describe(s.dtlsRole == DtlsRole::client ? Setup::active : Setup::passive, &remote->media);
    for (auto& section : s.sections)
        if (section.kind == MediaKind::audio && section.senderId && !section.rejected) {
            const auto i = static_cast<std::size_t>(&section - s.sections.data());
            section.sending = receives(remote->media[i].direction);
        }
    s.announceCandidates();
    s.startData(now);
    s.pump(now);
    return answer;
}

base::Result<void> PeerConnection::acceptAnswer(const std::string& sdp, base::TimePoint now) {
    auto& s = *m_impl;
    if (s.negotiation != Impl::Negotiation::offered) return refuse("no_offer", "an answer without an offer");
    auto remote = parseSessionDescription(sdp);
    if (!remote) return base::Unexpected<base::Error>(std::move(remote).error());
    if (remote->media.size() != s.sections.size()) return refuse("answer_mismatch", "the answer has another number of media sections");
    for (std::size_t i = 0; i < remote->media.size(); ++i)
        if (remote->media[i].kind != s.sections[i].kind)
            return refuse("answer_mismatch", "media section " + std::to_string(i) + " is of another kind");
    if (auto ok = s.applyTransport(*remote, true, now); !ok) return ok;
    s.negotiation = Impl::Negotiation::stable;
    s.restarting = false;
    for (std::size_t i = 0; i < remote->media.size(); ++i) s.applyRemote(s.sections[i], remote->media[i], true);
    s.startData(now);
    // Senders added while the offer was out need another round.
    if (!s.unplaced.empty()) s.events.emplace_back(NegotiationNeeded{});
    s.pump(now);
    return {};
}

base::Result<void> PeerConnection::Impl::applyTransport(const SessionDescription& remote, bool weOffered, base::TimePoint now) {
    const auto found = std::find_if(remote.media.begin(), remote.media.end(), [](const MediaDescription& m) {
        return !m.rejected() && !m.iceUfrag.empty();
    });
    if (found == remote.media.end()) return refuse("no_transport", "no usable media section");
    auto role = weOffered ? (found->setup == Setup::active ? DtlsRole::server : DtlsRole::client)
                          : (found->setup == Setup::active    ? DtlsRole::server
                             : found->setup == Setup::passive ? DtlsRole::client
                             // Ours to choose: a server that is DTLS server gets GCM from browsers.
                             : config.transport.iceMode == IceMode::lite ? DtlsRole::server
                                                                         : DtlsRole::client);
    if (transport.hasRemote()) role = dtlsRole;   // RFC 8842 section 5: stays for the life of the association
    // A peer that restarts ICE in its offer wants new credentials in the answer (RFC 8839 section 4.4.3).
    if (!weOffered && !remoteUfrag.empty() && remoteUfrag != found->iceUfrag) transport.restartIce(now);
    IceParameters ice{found->iceUfrag, found->icePwd, remote.iceLite};
    if (auto ok = transport.setRemote(ice, Fingerprint{found->fingerprint}, role, now); !ok) return ok;
    dtlsRole = role;
    remoteUfrag = found->iceUfrag;
    for (const auto& m : remote.media)
        for (const auto& candidate : m.candidates) transport.addRemoteCandidate(candidate, now);
    for (const auto& candidate : earlyCandidates) transport.addRemoteCandidate(candidate, now);
    earlyCandidates.clear();
    if (nextReport == base::kNever) nextReport = now + std::chrono::milliseconds(500);
    return {};
}

void PeerConnection::Impl::applyRemote(Section& section, const MediaDescription& remote, bool weOffered) {
    const auto* opus = remote.codec("opus");
    const bool usable = section.kind == MediaKind::application ? config.dataChannels
                        : section.kind == MediaKind::audio     ? opus != nullptr && !remote.fingerprint.empty()
                                                               : false;
    if (remote.rejected() || !usable) {
        section.rejected = !weOffered || remote.rejected();
        section.protocol = remote.protocol;
        section.formats = remote.formats;
        section.sending = false;
        if (section.receiving) {
            section.receiving = false;
            events.emplace_back(RemoteTrackRemoved{section.mid, section.trackId});
        }
        return;
    }
    section.rejected = false;
    if (section.kind == MediaKind::application) {
        dataNegotiated = true;
        return;
    }
    section.opus = opus->payloadType;
    section.nack = std::find(opus->feedback.begin(), opus->feedback.end(), "nack") != opus->feedback.end();
    section.midExtension = remote.extensionId(kMidExtension);
    section.levelExtension = remote.extensionId(kLevelExtension);
    setReceiving(section, remote);
    if (!weOffered && !section.senderId && receives(remote.direction) && !unplaced.empty()) {
        attachSender(section, unplaced.front().first, unplaced.front().second);
        unplaced.erase(unplaced.begin());
    }
    if (section.senderId) {
        section.sending = receives(remote.direction);
        section.sender->negotiate({section.opus, section.mid, section.midExtension, section.levelExtension});
    }
}

void PeerConnection::Impl::setReceiving(Section& section, const MediaDescription& remote) {
    const bool receivingNow = sends(remote.direction);
    const auto ssrc = remote.ssrcs.empty() ? std::nullopt : std::optional(remote.ssrcs.front().ssrc);
    const bool same = section.receiving && receivingNow && section.trackId == remote.trackId &&
                      section.streamId == remote.streamId && (!ssrc || !section.remoteSsrc || *ssrc == *section.remoteSsrc);
    if (same) return;
    if (section.receiving) {
        events.emplace_back(RemoteTrackRemoved{section.mid, section.trackId});
        section.receiving = false;
        section.receiver.reset();
        section.remoteSsrc.reset();
    }
    if (!receivingNow) return;
    // The m-line may be an old one with a new track behind it: decoder and buffers start afresh.
    section.receiving = true;
    section.streamId = remote.streamId;
    section.trackId = remote.trackId;
    section.remoteSsrc = ssrc;
    ++section.epoch;
    if (ssrc) section.receiver = std::make_unique<RtpReceiver>(*ssrc);
    events.emplace_back(RemoteTrackAdded{section.mid, section.streamId, section.trackId, ssrc, section.epoch, section.opus,
                                         section.levelExtension, section.midExtension});
}

void PeerConnection::Impl::startData(base::TimePoint now) {
    if (!dataNegotiated || data || transport.state() != TransportState::connected) return;
    data.emplace(dtlsRole == DtlsRole::client, config.createChannels);
    data->start(now);
}

void PeerConnection::Impl::announceCandidates() {
    const auto first = std::find_if(sections.begin(), sections.end(), [](const Section& s) { return !s.rejected; });
    if (first == sections.end()) return;
    for (const auto& candidate : transport.localCandidates()) events.emplace_back(LocalCandidate{candidate, first->mid});
}

}  // namespace parlour::rtc
