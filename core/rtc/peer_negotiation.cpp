// SPDX-License-Identifier: Apache-2.0
// Offers and answers (JSEP, RFC 9429) in the subset that LiveKit's two connections need: one side always offers.
#include <algorithm>
#include <utility>

#include "core/rtc/peer_connection_impl.h"

namespace parlour::rtc {
namespace {

constexpr std::uint16_t kSctpPort = 5000;
constexpr std::uint32_t kMaxMessage = SctpAssociation::kMaxMessage;
// A section of ours has up to 20 lines, and the other side reads 1000 of them (security T38).
constexpr std::size_t kMaxSections = 49;
constexpr std::uint8_t kRed = 63;   // what libwebrtc and LiveKit use

base::Unexpected<base::Error> refuse(std::string code, std::string detail) {
    return base::fail(base::ErrorKind::refused, std::move(code), "The two sides could not agree on a connection.",
                      "Try to join again.", std::move(detail));
}

}  // namespace

void PeerConnection::Impl::attachSender(Section& section, SenderId id, const AudioSenderConfig& senderConfig) {
    placed[id.value] = static_cast<std::size_t>(&section - sections.data());
    section.senderId = id;
    section.senderConfig = senderConfig;
    section.sender = std::make_unique<RtpSender>(unusedSsrc(), static_cast<std::uint16_t>(next32() & 0x7fff));
    section.sending = false;
}

/// The peer took the section away: its sender waits for another one.
void PeerConnection::Impl::releaseSender(Section& section) {
    if (!section.senderId) return;
    transport.forgetOutgoing(section.sender->ssrc());
    placed.erase(section.senderId->value);
    unplaced.emplace_back(*section.senderId, std::move(section.senderConfig));
    section.senderId.reset();
    section.sender.reset();
    section.sending = false;
}

bool PeerConnection::Impl::hasData() const {
    return std::any_of(sections.begin(), sections.end(), [](const Section& s) { return s.kind == MediaKind::application; });
}

bool PeerConnection::Impl::roomForSender() const {
    return sections.size() < kMaxSections ||
           std::any_of(sections.begin(), sections.end(), [](const Section& s) { return s.idle(); });
}

/// Each waiting sender gets an idle section of ours, or a new one behind the last (JSEP section 5.2.1).
void PeerConnection::Impl::placeSenders() {
    while (!unplaced.empty() && roomForSender()) {
        auto found = std::find_if(sections.begin(), sections.end(), [](const Section& s) { return s.idle(); });
        if (found == sections.end()) {
            Section section;
            section.mid = unusedMid();
            found = sections.insert(sections.end(), std::move(section));
        }
        attachSender(*found, unplaced.front().first, unplaced.front().second);
        found->red = found->senderConfig.red ? (found->red != 0 ? found->red : kRed) : std::uint8_t{0};
        unplaced.erase(unplaced.begin());
    }
}

/// A place is left for the microphone, and for the data channels if they have none yet.
void PeerConnection::Impl::placeReceivers() {
    const std::size_t kept = hasData() || !config.dataChannels ? 1 : 2;
    for (auto missing = std::exchange(receiversWanted, 0); missing > 0 && sections.size() + kept < kMaxSections; --missing) {
        Section section;
        section.mid = unusedMid();
        section.listening = true;
        sections.push_back(std::move(section));
    }
}

std::string PeerConnection::Impl::unusedMid() {
    while (true) {
        auto mid = std::to_string(nextMid++);
        if (std::none_of(sections.begin(), sections.end(), [&](const Section& s) { return s.mid == mid; })) return mid;
    }
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
        m.protocol = section.protocol.empty() ? m.protocol : section.protocol;
        m.formats = section.formats.empty() ? std::vector<std::string>{"0"} : section.formats;
        m.direction = Direction::inactive;
        m.iceUfrag.clear();
        m.icePwd.clear();
        m.fingerprint.clear();
        m.setup = Setup::none;
        return m;
    }
    if (section.foreign) {
        m.protocol = section.protocol;
        m.formats = {std::to_string(section.foreign->payloadType)};
        m.codecs = {*section.foreign};
        m.rtcpMux = true;
        m.direction = Direction::inactive;
        return m;
    }
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
    // RFC 7587 section 7: stereo is what we like to receive, sprop-stereo what we send. Who wants to hear one who sends two
    // channels says so, or gets one; some send as many as they like to receive, so a sender of two asks for two.
    const auto* theirs = offered != nullptr ? offered->codec("opus") : nullptr;
    const bool sendsTwo = section.senderId && section.senderConfig.stereo;
    if (sendsTwo || (theirs != nullptr && theirs->has("sprop-stereo=1"))) opus.parameters += ";stereo=1";
    if (sendsTwo) opus.parameters += ";sprop-stereo=1";
    if (section.nack) opus.feedback = {"nack"};
    m.codecs = {std::move(opus)};
    if (section.red != 0) {   // first: who answers or is answered so sends it
        const auto type = std::to_string(section.opus);
        m.formats.insert(m.formats.begin(), std::to_string(section.red));
        m.codecs.insert(m.codecs.begin(), Codec{section.red, "red", 48'000, 2, type + "/" + type, {}});
    }
    if (section.levelExtension != 0) m.extensions.push_back({section.levelExtension, std::string(kLevelExtension)});
    if (section.midExtension != 0) m.extensions.push_back({section.midExtension, std::string(kMidExtension)});
    // Who answers says what fits the offer; who offers says what he wants.
    if (offered != nullptr)
        m.direction = makeDirection(section.senderId.has_value() && receives(offered->direction), sends(offered->direction));
    else
        m.direction = makeDirection(section.senderId.has_value(), section.receiving || section.listening);
    if (section.senderId && sends(m.direction)) {
        m.streamId = section.senderConfig.streamId;
        m.trackId = section.senderConfig.trackId;
        m.ssrcs = {{section.sender->ssrc(), config.cname}};
    }
    return m;
}

std::string PeerConnection::Impl::describe(Setup setup, const SessionDescription* offer) {
    SessionDescription session;
    if (sessionId == 0) sessionId = (std::uint64_t{next32() & 0x3fffffff} << 32) | next32();
    session.id = sessionId;
    session.version = ++sessionVersion;
    session.iceLite = config.transport.iceMode == IceMode::lite;
    bool first = true;
    for (std::size_t i = 0; i < sections.size(); ++i) {
        auto media = describeSection(sections[i], setup, offer != nullptr ? &offer->media[i] : nullptr);
        if (!sections[i].rejected) {
            // One transport: its candidates once. 64 sections with all of them would not fit into 64 KiB.
            if (std::exchange(first, false)) {
                media.candidates = transport.localCandidates();
                media.endOfCandidates = !media.candidates.empty() && session.iceLite;
            }
            // An answer groups what the offer grouped (RFC 9143 section 7.3).
            const auto& group = offer != nullptr ? offer->bundle : session.bundle;
            if (offer == nullptr || std::find(group.begin(), group.end(), sections[i].mid) != group.end())
                session.bundle.push_back(sections[i].mid);
        }
        session.media.push_back(std::move(media));
    }
    described = true;
    return toString(session);
}

base::Result<std::string> PeerConnection::createOffer(base::TimePoint now) {
    auto& s = *m_impl;
    if (s.closed) return refuse("closed", "the connection is closed");
    if (s.negotiation == Impl::Negotiation::offered) return refuse("offer_outstanding", "the last offer has no answer yet");
    s.placeReceivers();
    if (s.config.dataChannels && !s.hasData()) {
        Section section;
        section.kind = MediaKind::application;
        section.kindText = "application";
        section.mid = s.unusedMid();
        s.sections.push_back(std::move(section));
    }
    s.placeSenders();
    if (s.sections.empty()) return refuse("nothing_to_offer", "no media section");
    if (std::exchange(s.restartWanted, false)) s.transport.restartIce(now);
    s.negotiation = Impl::Negotiation::offered;
    auto sdp = s.describe(Setup::actpass, nullptr);
    s.announceCandidates();
    s.pump(now);
    return sdp;
}

/// Only counted here: an answer has to fit the sections of its offer, and that may be out.
void PeerConnection::addReceivers(std::size_t count) {
    auto& s = *m_impl;
    // Asked again before the answer has come: they are on their way.
    const auto coming = static_cast<std::size_t>(
        std::count_if(s.sections.begin(), s.sections.end(), [](const Section& x) { return x.listening && !x.negotiated; }));
    if (count > coming) s.receiversWanted = std::max(s.receiversWanted, count - coming);
}

/// Nothing is changed before the whole offer is known to fit what was agreed before.
base::Result<void> PeerConnection::Impl::checkOffer(const SessionDescription& remote) const {
    if (remote.media.size() < sections.size()) return refuse("sections_lost", "the offer has fewer media sections than before");
    for (std::size_t i = 0; i < remote.media.size(); ++i) {
        const auto& m = remote.media[i];
        if (m.rejected()) continue;
        for (std::size_t k = 0; k < i; ++k)
            if (!remote.media[k].rejected() && remote.media[k].mid == m.mid)
                return refuse("mid_repeated", "two media sections have the same mid");
        // A rejected section may be used again for something else (JSEP section 5.2.2).
        if (i < sections.size() && !sections[i].rejected && (sections[i].kind != m.kind || sections[i].mid != m.mid))
            return refuse("section_changed", "media section " + std::to_string(i) + " is another one than before");
    }
    return {};
}

/// New sections of the offer, and old ones that were rejected and are used for something else now.
void PeerConnection::Impl::takeSections(const SessionDescription& remote) {
    for (std::size_t i = 0; i < remote.media.size(); ++i) {
        const auto& m = remote.media[i];
        const bool known = i < sections.size();
        if (known && (m.rejected() || (sections[i].kind == m.kind && sections[i].mid == m.mid))) continue;
        Section section;
        section.kind = m.kind;
        section.kindText = m.kindText;
        section.mid = m.mid;
        section.midExtension = 0;
        section.levelExtension = 0;
        if (known) {
            releaseSender(sections[i]);
            section.epoch = sections[i].epoch;
            sections[i] = std::move(section);
        } else {
            sections.push_back(std::move(section));
        }
    }
}

base::Result<std::string> PeerConnection::acceptOffer(const std::string& sdp, base::TimePoint now) {
    auto& s = *m_impl;
    if (s.closed) return refuse("closed", "the connection is closed");
    if (s.negotiation == Impl::Negotiation::offered) return refuse("glare", "an offer of ours is outstanding");
    auto remote = parseSessionDescription(sdp);
    if (!remote) return base::Unexpected<base::Error>(std::move(remote).error());
    if (auto ok = s.checkOffer(*remote); !ok) return base::Unexpected<base::Error>(std::move(ok).error());
    if (auto ok = s.applyTransport(*remote, false, now); !ok) return base::Unexpected<base::Error>(std::move(ok).error());
    s.takeSections(*remote);
    for (std::size_t i = 0; i < remote->media.size(); ++i) s.applyRemote(s.sections[i], remote->media[i], false);
    auto answer = s.describe(s.dtlsRole == DtlsRole::client ? Setup::active : Setup::passive, &*remote);
    s.announceCandidates();
    s.startData(now);
    s.pump(now);
    return answer;
}

base::Result<void> PeerConnection::acceptAnswer(const std::string& sdp, base::TimePoint now) {
    auto& s = *m_impl;
    if (s.closed) return refuse("closed", "the connection is closed");
    if (s.negotiation != Impl::Negotiation::offered) return refuse("no_offer", "an answer without an offer");
    auto remote = parseSessionDescription(sdp);
    if (!remote) return base::Unexpected<base::Error>(std::move(remote).error());
    if (remote->media.size() != s.sections.size()) return refuse("answer_mismatch", "the answer has another number of media sections");
    for (std::size_t i = 0; i < remote->media.size(); ++i)
        if (remote->media[i].kind != s.sections[i].kind ||
            (!remote->media[i].rejected() && remote->media[i].mid != s.sections[i].mid))
            return refuse("answer_mismatch", "media section " + std::to_string(i) + " is another one than offered");
    if (auto ok = s.applyTransport(*remote, true, now); !ok) return ok;
    s.negotiation = Impl::Negotiation::stable;
    for (std::size_t i = 0; i < remote->media.size(); ++i) s.applyRemote(s.sections[i], remote->media[i], true);
    s.startData(now);
    // Senders added while the offer was out need another round.
    if (s.restartWanted || (!s.unplaced.empty() && s.roomForSender())) s.events.emplace_back(NegotiationNeeded{});
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
    // Looked at first: a description that will be refused must not restart anything.
    if (!remoteFingerprint.empty() && remoteFingerprint != found->fingerprint)
        return refuse("dtls_changed", "a=fingerprint differs from the one before");
    if (found->iceUfrag.size() < 4 || found->icePwd.size() < 22 || found->fingerprint.empty())
        return refuse("no_transport", "ice-ufrag, ice-pwd or SHA-256 fingerprint is missing or too short");
    // A peer that restarts ICE in its offer wants new credentials in the answer (RFC 8839 section 4.4.3).
    if (!weOffered && !remoteUfrag.empty() && remoteUfrag != found->iceUfrag) transport.restartIce(now);
    IceParameters ice{found->iceUfrag, found->icePwd, remote.iceLite};
    if (auto ok = transport.setRemote(ice, Fingerprint{found->fingerprint}, role, now); !ok) return ok;
    dtlsRole = role;
    remoteUfrag = found->iceUfrag;
    remoteFingerprint = found->fingerprint;
    for (const auto& m : remote.media)
        for (const auto& candidate : m.candidates) transport.addRemoteCandidate(candidate, now);
    for (const auto& candidate : earlyCandidates)
        if (candidate.ufrag.empty() || candidate.ufrag == remoteUfrag) transport.addRemoteCandidate(candidate, now);
    earlyCandidates.clear();
    if (nextReport == base::kNever) nextReport = now + std::chrono::milliseconds(500);
    return {};
}

void PeerConnection::Impl::applyRemote(Section& section, const MediaDescription& remote, bool weOffered) {
    const auto* opus = remote.codec("opus");
    section.negotiated = true;
    section.foreign.reset();
    if (config.keepForeign && section.kind == MediaKind::other && !remote.rejected() && !remote.codecs.empty() && !remote.fingerprint.empty()) {
        section.rejected = false;
        section.protocol = remote.protocol;
        section.foreign = remote.codecs.front();
        return;
    }
    const bool usable = section.kind == MediaKind::application ? config.dataChannels
                        : section.kind == MediaKind::audio     ? opus != nullptr && !remote.fingerprint.empty()
                                                               : false;
    if (remote.rejected() || !usable) {
        section.rejected = !weOffered || remote.rejected();
        section.protocol = remote.protocol;
        section.formats = remote.formats;
        section.sending = false;
        // Who refuses what we offer will refuse it again; who takes his own section back may have another one.
        if (!weOffered) releaseSender(section);
        if (section.receiving) {
            section.receiving = false;
            section.receiver.reset();
            section.remoteSsrc.reset();
            events.emplace_back(RemoteTrackRemoved{section.mid, section.trackId});
        }
        return;
    }
    section.rejected = false;
    if (section.kind == MediaKind::application) {
        dataNegotiated = true;
        remoteMaxMessage = remote.maxMessageSize.value_or(kMaxMessage);
        if (remoteMaxMessage == 0) remoteMaxMessage = kMaxMessage;
        return;
    }
    section.opus = opus->payloadType;
    section.nack = std::find(opus->feedback.begin(), opus->feedback.end(), "nack") != opus->feedback.end();
    section.midExtension = remote.extensionId(kMidExtension);
    section.levelExtension = remote.extensionId(kLevelExtension);
    section.red = redFor(section, remote, *opus, weOffered);
    setReceiving(section, remote, weOffered);
    if (!weOffered && !section.senderId && receives(remote.direction) && !unplaced.empty()) {
        attachSender(section, unplaced.front().first, unplaced.front().second);
        unplaced.erase(unplaced.begin());
        section.red = redFor(section, remote, *opus, weOffered);
    }
    if (section.senderId) {
        section.sending = receives(remote.direction);
        section.sender->negotiate({section.opus, section.mid, section.midExtension, section.levelExtension, section.red});
    }
}

/// The payload type of RED where both sides take it; an answer cannot take what was not offered.
std::uint8_t PeerConnection::Impl::redFor(const Section& section, const MediaDescription& remote, const Codec& opus,
                                          bool weOffered) const {
    const auto* red = remote.redOf(opus);
    if (red == nullptr || (weOffered && section.red == 0)) return 0;
    if (section.senderId && !section.senderConfig.red) return 0;
    if (std::find(withoutRed.begin(), withoutRed.end(), remote.trackId) != withoutRed.end()) return 0;
    return red->payloadType;
}

void PeerConnection::Impl::setReceiving(Section& section, const MediaDescription& remote, bool weOffered) {
    const auto* opus = remote.codec("opus");
    const auto ssrc = remote.ssrcs.empty() ? std::nullopt : std::optional(remote.ssrcs.front().ssrc);
    // An answer cannot send where the offer did not want to receive; and LiveKit answers "sendonly" where it has nothing to send.
    const bool wanted = !weOffered || section.receiving || section.listening;
    const bool nothing = weOffered && section.listening && remote.trackId.empty() && !ssrc;
    const bool receivingNow = sends(remote.direction) && wanted && !nothing;
    const bool same = section.receiving && receivingNow && section.trackId == remote.trackId &&
                      section.streamId == remote.streamId && (!ssrc || !section.remoteSsrc || *ssrc == *section.remoteSsrc);
    if (same) {
        if (ssrc && !section.remoteSsrc) bind(section, *ssrc);
        section.ssrcSignalled |= ssrc.has_value();
        return;
    }
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
    section.ssrcSignalled = ssrc.has_value();
    ++section.epoch;
    if (ssrc) bind(section, *ssrc);
    events.emplace_back(RemoteTrackAdded{section.mid, section.streamId, section.trackId, ssrc, section.epoch, section.opus,
                                         section.levelExtension, section.midExtension, section.red,
                                         opus != nullptr && opus->has("sprop-stereo=1")});
}

void PeerConnection::Impl::startData(base::TimePoint now) {
    if (!dataNegotiated || data || transport.state() != TransportState::connected) return;
    data.emplace(dtlsRole == DtlsRole::client, config.createChannels);
    data->start(now);
}

void PeerConnection::Impl::announceCandidates() {
    const auto first = std::find_if(sections.begin(), sections.end(), [](const Section& s) { return !s.rejected; });
    if (first == sections.end() || announcedUfrag == transport.localIce().ufrag) return;
    announcedUfrag = transport.localIce().ufrag;
    for (const auto& candidate : transport.localCandidates()) events.emplace_back(LocalCandidate{candidate, first->mid});
}

}  // namespace parlour::rtc
