// SPDX-License-Identifier: Apache-2.0
#include "core/rtc/peer_connection.h"

#include <algorithm>
#include <utility>

#include "core/crypto/random.h"
#include "core/rtc/peer_connection_impl.h"

namespace parlour::rtc {
namespace {

constexpr std::size_t kMaxEarlyCandidates = 32;
constexpr std::size_t kMaxQueuedFrames = 512;    // events that nobody polls must not grow without end (I9)
constexpr std::size_t kMaxPacket = 1500 + 64;

/// The sound of the section, alone or with copies of earlier packets.
bool carries(const Section& section, std::uint8_t payloadType) {
    return payloadType == section.opus || (section.red != 0 && payloadType == section.red);
}

std::uint32_t systemSeed() {
    std::array<std::byte, 4> bytes{};
    crypto::fillRandom(bytes);
    base::ByteReader reader(bytes);
    return reader.u32() | 1u;
}

}  // namespace

PeerConnection::Impl::Impl(PeerConnectionConfig c)
    : config(std::move(c)), transport(config.transport), random(config.randomSeed != 0 ? config.randomSeed : systemSeed()) {
    reportSsrc = next32();
    if (config.cname.empty()) config.cname = "p" + std::to_string(next32()) + std::to_string(next32());
}

/// SSRCs and first sequence numbers only have to differ, not to be secret (RFC 3550 section 8.1): xorshift.
std::uint32_t PeerConnection::Impl::next32() {
    random ^= random << 13;
    random ^= random >> 17;
    random ^= random << 5;
    return random;
}

std::uint32_t PeerConnection::Impl::unusedSsrc() {
    while (true) {
        const auto ssrc = next32();
        const bool used = ssrc == 0 || ssrc == reportSsrc || std::any_of(sections.begin(), sections.end(), [&](const Section& s) {
                              return (s.sender && s.sender->ssrc() == ssrc) || s.remoteSsrc == ssrc;
                          });
        if (!used) return ssrc;
    }
}

Section* PeerConnection::Impl::sectionOf(SenderId sender) {
    const auto found = placed.find(sender.value);
    return found == placed.end() ? nullptr : &sections[found->second];
}
const Section* PeerConnection::Impl::sectionOf(SenderId sender) const {
    return const_cast<Impl*>(this)->sectionOf(sender);
}

PeerConnection::PeerConnection(PeerConnectionConfig config) : m_impl(std::make_unique<Impl>(std::move(config))) {}
PeerConnection::~PeerConnection() = default;
PeerConnection::PeerConnection(PeerConnection&&) noexcept = default;
PeerConnection& PeerConnection::operator=(PeerConnection&&) noexcept = default;

bool PeerConnection::offerOutstanding() const { return m_impl->negotiation == Impl::Negotiation::offered; }

void PeerConnection::rollback() {
    m_impl->negotiation = Impl::Negotiation::stable;
    if (m_impl->restartWanted) m_impl->events.emplace_back(NegotiationNeeded{});
}

void PeerConnection::addRemoteCandidate(const IceCandidate& candidate, base::TimePoint now) {
    auto& s = *m_impl;
    if (s.closed) return;
    // Those of a restart may come before its description, too (livekit-protocol section 12, trap 4).
    if (!s.transport.hasRemote() || (!candidate.ufrag.empty() && candidate.ufrag != s.remoteUfrag)) {
        if (s.earlyCandidates.size() >= kMaxEarlyCandidates) s.earlyCandidates.erase(s.earlyCandidates.begin());
        s.earlyCandidates.push_back(candidate);
        return;
    }
    s.transport.addRemoteCandidate(candidate, now);
    s.pump(now);
}

IceCandidate PeerConnection::addLocalAddress(const base::SocketAddress& address, CandidateType type) {
    auto& s = *m_impl;
    const auto before = s.transport.localCandidates().size();
    auto candidate = s.transport.addLocalAddress(address, type);
    if (s.transport.localCandidates().size() == before) return candidate;   // nothing new
    const auto first = std::find_if(s.sections.begin(), s.sections.end(), [](const Section& x) { return !x.rejected; });
    if (s.described && first != s.sections.end()) s.events.emplace_back(LocalCandidate{candidate, first->mid});
    return candidate;
}

void PeerConnection::refuseRed(const std::string& trackId) {
    constexpr std::size_t kMost = 64;
    auto& list = m_impl->withoutRed;
    if (trackId.empty() || std::find(list.begin(), list.end(), trackId) != list.end()) return;
    if (list.size() >= kMost) list.erase(list.begin());
    list.push_back(trackId);
}

void PeerConnection::restartIce(base::TimePoint now) {
    auto& s = *m_impl;
    if (s.closed) return;
    if (s.negotiation == Impl::Negotiation::offered) {
        s.restartWanted = true;   // the answer on its way belongs to the old credentials
        return;
    }
    s.transport.restartIce(now);
    s.events.emplace_back(NegotiationNeeded{});
    s.pump(now);
}

SenderId PeerConnection::addAudioSender(const AudioSenderConfig& config) {
    auto& s = *m_impl;
    const SenderId id{s.nextSender++};
    s.unplaced.emplace_back(id, config);
    s.events.emplace_back(NegotiationNeeded{});
    return id;
}

void PeerConnection::removeSender(SenderId sender) {
    auto& s = *m_impl;
    std::erase_if(s.unplaced, [&](const auto& u) { return u.first == sender; });
    if (auto* section = s.sectionOf(sender)) {
        s.transport.forgetOutgoing(section->sender->ssrc());
        s.placed.erase(sender.value);
        section->senderId.reset();
        section->sender.reset();
        section->sending = false;
        s.events.emplace_back(NegotiationNeeded{});
    }
}

std::optional<SenderParameters> PeerConnection::senderParameters(SenderId sender) const {
    const auto* section = m_impl->sectionOf(sender);
    if (section == nullptr || !section->sending) return std::nullopt;
    return SenderParameters{section->mid, section->sender->ssrc(), section->opus, section->sender->firstSequence(),
                            section->midExtension, section->levelExtension, section->red};
}

void PeerConnection::sendFrame(SenderId sender, const base::OpusFrame& frame, base::TimePoint now) {
    auto& s = *m_impl;
    auto* section = s.sectionOf(sender);
    if (section == nullptr || !section->sending || !s.transport.route()) {
        ++s.droppedFrames;
        return;
    }
    const auto payload = section->sender->payload(frame);
    std::array<std::byte, 64> header;
    const auto headerSize = payload.empty() ? 0 : section->sender->writeHeader(frame, header);
    std::array<std::byte, kMaxPacket + 64> packet;
    const auto size = headerSize == 0 ? 0 : s.transport.protectRtp({header.data(), headerSize}, payload, packet);
    if (size == 0) {
        ++s.droppedFrames;
        return;
    }
    const base::ByteView bytes(packet.data(), size);
    section->sender->noteSent(bytes, payload.size(), frame.rtpTimestamp, now);
    s.transport.noteMediaSent(now);
    s.send(bytes);
}

void PeerConnection::noteForwarded(SenderId sender, std::size_t payloadBytes, std::uint32_t rtpTimestamp, base::TimePoint now) {
    if (auto* section = m_impl->sectionOf(sender)) section->sender->noteForwarded(payloadBytes, rtpTimestamp, now);
}

void PeerConnection::onRtp(std::function<void(const RtpView&, base::TimePoint)> sink) { m_impl->rtpSink = std::move(sink); }
void PeerConnection::onNack(std::function<void(SenderId, std::span<const std::uint16_t>)> sink) {
    m_impl->nackSink = std::move(sink);
}

bool PeerConnection::sendData(DataLabel label, base::ByteView bytes, base::TimePoint now) {
    auto& s = *m_impl;
    if (!s.data || bytes.size() > s.remoteMaxMessage || !s.data->send(label, bytes, now)) return false;
    s.pump(now);
    return true;
}

bool PeerConnection::dataOpen(DataLabel label) const { return m_impl->data && m_impl->data->open(label); }

void PeerConnection::handleDatagram(base::TimePoint now, const base::SocketAddress& local, const base::SocketAddress& from,
                                    std::span<std::byte> datagram) {
    auto& s = *m_impl;
    const auto incoming = s.transport.handleDatagram(now, local, from, datagram);
    switch (incoming.kind) {
        case Incoming::Kind::rtp: s.handleRtp(incoming.plain, now); return;
        case Incoming::Kind::rtcp: s.handleRtcp(incoming.plain, now); break;
        case Incoming::Kind::none: break;
    }
    s.pump(now);
}

void PeerConnection::handleTimeout(base::TimePoint now) {
    auto& s = *m_impl;
    s.transport.handleTimeout(now);
    if (s.data) s.data->handleTimeout(now);
    if (now >= s.nextReport) s.sendReports(now);
    s.pump(now);
}

base::TimePoint PeerConnection::nextTimeout() const {
    auto next = m_impl->transport.nextTimeout();
    if (m_impl->data) next = std::min(next, m_impl->data->nextTimeout());
    if (m_impl->transport.state() == TransportState::connected) next = std::min(next, m_impl->nextReport);
    return next;
}

std::optional<OutgoingDatagram> PeerConnection::pollDatagram() {
    auto& s = *m_impl;
    if (!s.out.empty()) {
        auto datagram = std::move(s.out.front());
        s.out.pop_front();
        return datagram;
    }
    return s.transport.pollDatagram();
}

std::optional<PeerEvent> PeerConnection::pollEvent() {
    auto& s = *m_impl;
    if (s.events.empty()) return std::nullopt;
    auto event = std::move(s.events.front());
    s.events.pop_front();
    return event;
}

Transport& PeerConnection::transport() { return m_impl->transport; }
void PeerConnection::settle(base::TimePoint now) { m_impl->pump(now); }
TransportState PeerConnection::state() const { return m_impl->transport.state(); }

void PeerConnection::close(base::TimePoint now) {
    auto& s = *m_impl;
    if (std::exchange(s.closed, true)) return;
    s.data.reset();
    base::ByteWriter bye;
    writeRtcp(bye, ReceiverReport{s.reportSsrc, {}});
    Goodbye goodbye;
    for (const auto& section : s.sections)
        if (section.sending && goodbye.ssrcs.size() < 31) goodbye.ssrcs.push_back(section.sender->ssrc());
    if (!goodbye.ssrcs.empty()) {
        writeRtcp(bye, goodbye);
        s.sendRtcp(bye.view());
    }
    s.transport.close(now);
    s.pump(now);
}

void PeerConnection::Impl::bind(Section& section, std::uint32_t ssrc) {
    if (section.remoteSsrc) ++section.epoch;   // another stream behind the same section: decoders start afresh
    section.remoteSsrc = ssrc;
    section.receiver.emplace(ssrc);
}

/// By SSRC; else by the mid it carries; else to the only section that waits for its first packet (RFC 8843 section 9.2).
/// An SSRC that the peer signalled stays until it signals another one.
Section* PeerConnection::Impl::route(const RtpView& packet) {
    Section* waiting = nullptr;
    int waitingCount = 0;
    for (auto& s : sections) {
        if (!s.receiving) continue;
        if (s.remoteSsrc == packet.ssrc) return &s;
        if (!s.remoteSsrc) {
            waiting = &s;
            ++waitingCount;
        }
    }
    Section* found = waitingCount == 1 ? waiting : nullptr;
    for (auto& s : sections) {
        if (!s.receiving || s.midExtension == 0) continue;
        const auto mid = packet.mid(s.midExtension);
        if (!mid || *mid != s.mid) continue;
        found = s.ssrcSignalled ? nullptr : &s;
        break;
    }
    // Comfort noise or tones of another type must not take the place of the sound.
    if (found == nullptr || !carries(*found, packet.payloadType)) return nullptr;
    bind(*found, packet.ssrc);
    return found;
}

void PeerConnection::Impl::handleRtp(std::span<std::byte> plain, base::TimePoint now) {
    const auto packet = parseRtp(plain);
    if (!packet) {
        ++droppedRtp;
        return;
    }
    auto* section = route(*packet);
    if (section != nullptr && !carries(*section, packet->payloadType)) section = nullptr;
    std::int64_t sequence = 0;
    if (section != nullptr && section->receiver) sequence = section->receiver->receive(*packet, now);
    if (config.rawRtp) {
        if (rtpSink) rtpSink(*packet, now);
        return;
    }
    if (section == nullptr) {
        ++droppedRtp;
        return;
    }
    if (packet->payloadType == section->opus) return takeFrame(*section, *packet, packet->payload, sequence, 0, 0, now);
    const auto red = parseRed(packet->payload);
    if (!red || red->primary().payloadType != section->opus) {
        ++droppedRtp;
        return;
    }
    // The oldest first, as they were sent; those that came themselves are no news.
    for (auto n = red->usable(section->opus); n > 0; --n)
        if (const auto before = sequence - static_cast<std::int64_t>(n); before >= 0 && !section->receiver->has(before))
            takeFrame(*section, *packet, red->before(n).payload, before, red->before(n).timestampOffset,
                      static_cast<std::uint8_t>(n), now);
    takeFrame(*section, *packet, red->primary().payload, sequence, 0, 0, now);
}

/// `age`, `distance`: in samples and packets before the packet that carries it.
void PeerConnection::Impl::takeFrame(const Section& section, const RtpView& packet, base::ByteView payload,
                                     std::int64_t sequence, std::uint32_t age, std::uint8_t distance, base::TimePoint now) {
    if (payload.empty() || payload.size() > base::kMaxOpusPayload || events.size() >= kMaxQueuedFrames) {
        ++droppedRtp;
        return;
    }
    events.emplace_back(RemoteFrame{section.mid, {}});
    auto& frame = std::get<RemoteFrame>(events.back()).frame;
    std::copy(payload.begin(), payload.end(), frame.payload.begin());
    frame.size = static_cast<std::uint16_t>(payload.size());
    frame.sequence = sequence;
    frame.rtpTimestamp = packet.timestamp - age;
    frame.durationSamples = opusDuration(payload);
    frame.received = now;
    if (const auto level = section.levelExtension != 0 ? packet.level(section.levelExtension) : std::nullopt)
        frame.level = *level;
    frame.redundancyDistance = distance;
    frame.streamEpoch = section.epoch;
    frame.marker = packet.marker && distance == 0;
}

void PeerConnection::Impl::send(base::ByteView bytes) {
    const auto way = transport.route();
    if (!way) return;
    out.push_back({way->local, way->remote, base::toBytes(bytes)});
}

void PeerConnection::Impl::pump(base::TimePoint now) {
    while (auto event = transport.pollEvent()) {
        if (const auto* state = std::get_if<TransportStateChanged>(&*event)) {
            events.emplace_back(ConnectionStateChanged{state->state, state->reason});
            if (state->state == TransportState::connected) startData(now);
        } else if (const auto* way = std::get_if<RouteChanged>(&*event)) {
            events.emplace_back(*way);
        }
    }
    while (auto packet = transport.pollData())
        if (data) data->handlePacket(*packet, now);
    if (!data) return;
    while (auto packet = data->pollPacket()) transport.sendData(now, *packet);
    while (const auto label = data->pollOpened()) events.emplace_back(DataChannelOpened{*label});
    while (auto received = data->pollReceived()) events.emplace_back(DataReceived{received->label, std::move(received->bytes)});
}

}  // namespace parlour::rtc
